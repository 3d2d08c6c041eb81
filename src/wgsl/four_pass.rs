//! The plane pass where a plane does not fit workgroup memory, as three kernels over whole planes in device memory:
//! *spread* (columns, FFT⁻¹ along y, rows), *density* (FFT⁻¹ along x, density changed, FFT along x) and *gather* (rows,
//! FFT along y, columns). With the column pass that makes four.

use super::column::Sides;
use super::exchange::{Cells, Exchange, Load, Store, Upper};
use super::plane::{change_density, last_stage_stores, missing_row, places, read_columns, write_columns};
use super::shape::TILE;
use super::transform::{Direction, Element, Lines, Order, Slot, Values};
use super::writer::Writer;

/// Kernels of the four-pass way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowShape {
    /// Grid points along x, y, z.
    pub dims: [usize; 3],
    /// Number of kx from 0 to the largest that carries columns.
    pub active: usize,
    /// Radices along x and y.
    pub radices: [Vec<usize>; 2],
    /// First entry of the tables of x and y in `twiddles`.
    pub twiddles: [usize; 2],
    /// Threads of the kernels along y and along x.
    pub y_threads: usize,
    /// Threads of the kernel along x.
    pub x_threads: usize,
    /// Pairs of rows that one workgroup of the kernel along x takes.
    pub x_count: usize,
    /// How values are exchanged.
    pub cells_kind: Cells,
}

impl RowShape {
    fn pairs(&self) -> usize {
        self.dims[1].div_ceil(2)
    }

    /// Workgroups a plane of the kernels along y.
    pub fn y_tiles(&self) -> usize {
        self.active.div_ceil(TILE)
    }

    /// Workgroups a plane of the kernel along x.
    pub fn x_tiles(&self) -> usize {
        self.pairs().div_ceil(self.x_count)
    }

    /// Values of one plane in `lines`: ny rows of `row_stride`.
    pub fn plane_values(&self) -> usize {
        2 * self.pairs() * self.row_stride()
    }

    /// Values of a row, kx = 0 to the largest, filled up to whole tiles.
    fn row_stride(&self) -> usize {
        self.y_tiles() * TILE
    }

    /// Values in workgroup memory of the kernels along y.
    pub fn y_cells(&self) -> usize {
        self.dims[1] * TILE
    }

    /// Values in workgroup memory of the kernel along x.
    pub fn x_cells(&self) -> usize {
        self.x_count * (self.dims[0] | 1)
    }

    fn y_lines(&self) -> Lines {
        Lines {
            n: self.dims[1],
            count: TILE,
            radices: self.radices[1].clone(),
            threads: self.y_threads,
            order: Order::LineFirst,
            twiddle: self.twiddles[1],
            strides: [TILE, 1],
        }
    }

    fn x_lines(&self) -> Lines {
        Lines {
            n: self.dims[0],
            count: self.x_count,
            radices: self.radices[0].clone(),
            threads: self.x_threads,
            // Rows are contiguous in device memory.
            order: Order::ElementFirst,
            twiddle: self.twiddles[0],
            strides: [1, self.dims[0] | 1],
        }
    }

    /// Names slot, plane, tile, and where the rows of the plane begin in `lines`.
    fn begin(&self, w: &mut Writer, tiles: usize) {
        let nz = self.dims[2];
        w.line("let slot = slots[params.first + group.y];");
        w.line(format_args!("let z = group.x / {tiles}u;"));
        w.line(format_args!("let tile = group.x % {tiles}u;"));
        w.line(format_args!("let plane = (place_of(slot, group.y) * {nz}u + z) * problem.columns;"));
        w.line(format_args!("let rows = (group.y * {nz}u + z) * {}u;", self.plane_values()));
    }

    /// Place in `lines` of a row's value.
    fn place(&self, row: &str, kx: &str) -> String {
        format!("rows + {row} * {}u + {kx}", self.row_stride())
    }

    /// From columns to rows.
    pub fn spread_body(&self) -> String {
        let (mut w, mut exchange, y) = (Writer::default(), Exchange::new(self.cells_kind), self.y_lines());
        self.begin(&mut w, self.y_tiles());
        w.line(format_args!("let first = tile * {TILE}u;"));
        let columns = read_columns(&mut w, &y, "first");
        let rows = y.transform(&mut w, &mut exchange, Direction::Inverse, columns);
        let radix = y.last_radix();
        for (slot, values) in y.slots(&mut w, radix).iter().zip(&rows) {
            let kx = format!("first + {}", slot.line);
            w.when(slot.active.as_ref(), |w| {
                for (row, value) in y.inputs(slot, radix).iter().zip(values) {
                    w.line(format_args!("lines[{}] = {value};", self.place(&row.text(), &kx)));
                }
            });
        }
        w.into_text()
    }

    /// From rows back to columns.
    pub fn gather_body(&self) -> String {
        let (mut w, mut exchange, y) = (Writer::default(), Exchange::new(self.cells_kind), self.y_lines());
        self.begin(&mut w, self.y_tiles());
        w.line(format_args!("let first = tile * {TILE}u;"));
        let radix = y.last_radix();
        let rows: Values = y
            .slots(&mut w, radix)
            .iter()
            .map(|slot| {
                let kx = format!("first + {}", slot.line);
                let inputs = y.inputs(slot, radix);
                inputs.iter().map(|row| w.bind(format_args!("lines[{}]", self.place(&row.text(), &kx)))).collect()
            })
            .collect();
        let columns = y.transform(&mut w, &mut exchange, Direction::Forward, rows);
        write_columns(&mut w, &y, "first", &columns);
        w.into_text()
    }

    /// Rows in, density, rows out; `placed`: the stage is told which voxels it sees.
    pub fn density_body(&self, sides: Sides, placed: bool) -> String {
        let (mut w, mut exchange, x) = (Writer::default(), Exchange::new(self.cells_kind), self.x_lines());
        self.begin(&mut w, self.x_tiles());
        w.line("begin_density(slot);");
        if placed {
            w.line("turn = params.position + group.y;");
        }
        w.line(format_args!("let first = tile * {}u;", self.x_count));
        let density = (sides != Sides::Forward).then(|| {
            let radix = x.first_radix();
            let slots = x.slots(&mut w, radix);
            let packed: Values = slots
                .iter()
                .map(|slot| x.inputs(slot, radix).iter().map(|i| self.pack(&mut w, slot, i)).collect())
                .collect();
            x.transform(&mut w, &mut exchange, Direction::Inverse, packed)
        });
        let slots = x.slots(&mut w, x.last_radix());
        let masks: Vec<String> = slots.iter().map(|slot| self.mask(&mut w, slot)).collect();
        let places = placed.then(|| {
            let last = self.pairs() - 1;
            let pair = |slot: &Slot| format!("z * {}u + min(first + {}, {last}u)", self.pairs(), slot.line);
            slots.iter().map(|slot| places(&mut w, &x, slot, &pair(slot))).collect()
        });
        let changed = change_density(&mut w, &masks, density, places, x.last_radix());
        if sides != Sides::Inverse {
            let transformed = x.transform(&mut w, &mut exchange, Direction::Forward, changed);
            let stores = last_stage_stores(&mut w, &x, Direction::Forward, &transformed);
            self.write_rows(&mut w, &mut exchange, &x, &stores);
        }
        w.line("let density_total = reduce(density_sums, t);");
        let place = format!("slot * problem.partials + z * {}u + tile", self.x_tiles());
        w.line(format_args!("if t == 0u {{ partials[{place}] = vec4<f32>(density_total, 0.0, 0.0); }}"));
        w.into_text()
    }

    /// Element i of a packed line from two rows.
    fn pack(&self, w: &mut Writer, slot: &Slot, i: &Element) -> String {
        let (nx, pairs) = (self.dims[0], self.pairs());
        let pair = w.bind(format_args!("min(first + {}, {}u)", slot.line, pairs - 1));
        let i = w.bind(i.text());
        let kx = w.bind(format_args!("min({i}, {nx}u - {i})"));
        let sign = w.bind(format_args!("select(select(-1.0, 1.0, 2u * {i} < {nx}u), 0.0, {i} == 0u)"));
        let near = w.bind(format_args!("min({kx}, {}u)", self.active - 1));
        let p = w.bind(format_args!("lines[{}]", self.place(&pair, &near)));
        let mut q = w.bind(format_args!("lines[{}]", self.place(&format!("({pair} + {pairs}u)"), &near)));
        if let Some(upper) = missing_row(w, &pair, self.dims[1]) {
            q = w.bind(format_args!("{q} * {upper}"));
        }
        let value = format!("vec2<f32>({p}.x - {sign} * {q}.y, {q}.x + {sign} * {p}.y)");
        w.bind(format_args!("select(vec2<f32>(0.0), {value}, {kx} < {}u)", self.active))
    }

    /// 0 where a slot holds no voxel.
    fn mask(&self, w: &mut Writer, slot: &Slot) -> String {
        let pair = w.bind(format_args!("first + {}", slot.line));
        let own = slot.active.as_ref().map_or(String::new(), |active| format!(" && {active}"));
        let upper = missing_row(w, &pair, self.dims[1]).unwrap_or_else(|| "1.0".to_owned());
        w.bind(format_args!("select(0.0, 1.0, {pair} < {}u{own}) * vec2<f32>(1.0, {upper})", self.pairs()))
    }

    /// Unpacks lines in workgroup memory into rows.
    fn write_rows(&self, w: &mut Writer, exchange: &mut Exchange, x: &Lines, stores: &[Store]) {
        let (nx, pairs, values) = (self.dims[0], self.pairs(), self.x_count * self.active);
        let mut loads = Vec::new();
        let mut targets = Vec::new();
        for q in 0..values.div_ceil(self.x_threads) {
            let item = w.bind(format_args!("t + {}u", q * self.x_threads));
            let line = w.bind(format_args!("min({item}, {}u) / {}u", values - 1, self.active));
            let kx = w.bind(format_args!("{item} % {}u", self.active));
            let base = w.bind(format_args!("{line} * {}u", x.strides[1]));
            let (plus, minus) = (format!("{base} + {kx}"), format!("{base} + ({nx}u - {kx}) % {nx}u"));
            let pair = w.bind(format_args!("first + {line}"));
            let valid = format!("{item} < {values}u && {pair}");
            for upper in [false, true] {
                loads.push(Load::Unpack { plus: plus.clone(), minus: minus.clone(), upper: Upper::Constant(upper) });
                let (row, limit) =
                    if upper { (format!("({pair} + {pairs}u)"), self.dims[1] - pairs) } else { (pair.clone(), pairs) };
                targets.push((format!("{valid} < {limit}u"), self.place(&row, &kx)));
            }
        }
        for (value, (valid, place)) in exchange.pass(w, stores, &loads).iter().zip(targets) {
            w.line(format_args!("if {valid} {{ lines[{place}] = {value}; }}"));
        }
    }
}
