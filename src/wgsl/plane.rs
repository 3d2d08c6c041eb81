//! The plane pass: one workgroup holds one plane of one trial, from mixed space to density and back.
//!
//! ```text
//! columns ─▶ FFT⁻¹ along y ─▶ two rows packed ─▶ FFT⁻¹ along x ─▶ density changed ─▶ FFT along x ─▶ unpacked ─▶ FFT along y ─▶ columns
//! ```
//! Rows y and y + ⌈ny/2⌉ of one plane share a complex line. Between the two transforms along x the values stay in
//! registers.

use super::column::Sides;
use super::exchange::{Exchange, Load, Sign, Store, Upper};
use super::shape::PlaneShape;
use super::transform::{Direction, Element, Lines, Order, Slot, Values};
use super::writer::Writer;

impl PlaneShape {
    /// Complex lines along x: pairs of rows.
    pub fn pairs(&self) -> usize {
        self.dims[1].div_ceil(2)
    }

    /// Lines along y, one for each kx.
    pub fn y_lines(&self) -> Lines {
        Lines {
            n: self.dims[1],
            count: self.active,
            radices: self.radices[1].clone(),
            threads: self.threads,
            order: Order::LineFirst,
            twiddle: self.twiddles[1],
            // An odd distance between rows keeps threads that walk rows out of each other's memory banks.
            strides: [self.row_stride(), 1],
        }
    }

    /// Lines along x, one for each pair of rows.
    pub fn x_lines(&self) -> Lines {
        Lines {
            n: self.dims[0],
            count: self.pairs(),
            radices: self.radices[0].clone(),
            threads: self.threads,
            order: Order::LineFirst,
            twiddle: self.twiddles[0],
            strides: [1, self.dims[0] | 1],
        }
    }

    /// Distance in workgroup memory between rows of half-transformed planes.
    fn row_stride(&self) -> usize {
        self.active | 1
    }

    /// Values that workgroup memory must hold.
    pub fn cells(&self) -> usize {
        (2 * self.pairs() * self.row_stride()).max(self.pairs() * (self.dims[0] | 1))
    }

    /// Body of the plane kernel; `placed`: its stage is told which voxels it sees.
    pub fn body(&self, sides: Sides, placed: bool) -> String {
        let mut w = Writer::default();
        let mut exchange = Exchange::new(self.cells_kind);
        let x = self.x_lines();
        let nz = self.dims[2];
        w.line("let slot = slots[params.first + group.y];");
        w.line("let z = group.x;");
        w.line(format_args!("let plane = (place_of(slot, group.y) * {nz}u + z) * problem.columns;"));
        w.line("begin_density(slot);");
        if placed {
            w.line("turn = params.position + group.y;");
        }
        let density = (sides != Sides::Forward).then(|| self.density(&mut w, &mut exchange));
        let slots = x.slots(&mut w, x.last_radix());
        let changed = self.change(&mut w, &slots, density, placed);
        if sides != Sides::Inverse {
            self.back(&mut w, &mut exchange, changed);
        }
        w.line("let density_total = reduce(density_sums, t);");
        w.line("if t == 0u { partials[slot * problem.partials + z] = vec4<f32>(density_total, 0.0, 0.0); }");
        w.into_text()
    }

    /// From columns to density.
    fn density(&self, w: &mut Writer, exchange: &mut Exchange) -> Values {
        let (y, x) = (self.y_lines(), self.x_lines());
        let columns = read_columns(w, &y, "0u");
        let half = y.transform(w, exchange, Direction::Inverse, columns);
        let stores = last_stage_stores(w, &y, Direction::Inverse, &half);
        let slots = x.slots(w, x.first_radix());
        let loads: Vec<Load> = slots
            .iter()
            .flat_map(|slot| {
                x.inputs(slot, x.first_radix()).iter().map(|i| self.pack(w, &y, slot, i)).collect::<Vec<_>>()
            })
            .collect();
        let packed = exchange.pass(w, &stores, &loads);
        let packed: Values = packed.chunks(x.first_radix()).map(<[String]>::to_vec).collect();
        x.transform(w, exchange, Direction::Inverse, packed)
    }

    /// From what the stage has left back to columns.
    fn back(&self, w: &mut Writer, exchange: &mut Exchange, changed: Values) {
        let (y, x) = (self.y_lines(), self.x_lines());
        let transformed = x.transform(w, exchange, Direction::Forward, changed);
        let stores = last_stage_stores(w, &x, Direction::Forward, &transformed);
        let slots = y.slots(w, y.last_radix());
        let loads: Vec<Load> = slots
            .iter()
            .flat_map(|slot| {
                y.inputs(slot, y.last_radix()).iter().map(|e| self.unpack(w, &x, slot, e)).collect::<Vec<_>>()
            })
            .collect();
        let rows = exchange.pass(w, &stores, &loads);
        let rows: Values = rows.chunks(y.last_radix()).map(<[String]>::to_vec).collect();
        let columns = y.transform(w, exchange, Direction::Forward, rows);
        write_columns(w, &y, "0u", &columns);
    }

    /// Changes the density that a workgroup holds, or makes one.
    fn change(&self, w: &mut Writer, slots: &[Slot], density: Option<Values>, placed: bool) -> Values {
        let masks: Vec<String> = slots
            .iter()
            .map(|slot| {
                let own = slot.active.as_ref().map_or("1.0".to_owned(), |active| format!("select(0.0, 1.0, {active})"));
                let upper = missing_row(w, &slot.line, self.dims[1]).unwrap_or_else(|| "1.0".to_owned());
                w.bind(format_args!("{own} * vec2<f32>(1.0, {upper})"))
            })
            .collect();
        let x = self.x_lines();
        let places = placed.then(|| {
            let pair = |slot: &Slot| format!("z * {}u + {}", self.pairs(), slot.line);
            slots.iter().map(|slot| places(w, &x, slot, &pair(slot))).collect()
        });
        change_density(w, &masks, density, places, x.last_radix())
    }

    /// Element i of a packed line from the half-transformed plane.
    fn pack(&self, w: &mut Writer, y: &Lines, slot: &Slot, i: &Element) -> Load {
        let nx = self.dims[0];
        let lower = &slot.line;
        let upper_row = format!("({lower} + {}u)", self.pairs());
        let place = |row: &str, kx: &str| format!("{row} * {}u + {kx}", y.strides[0]);
        let upper = missing_row(w, lower, self.dims[1]);
        // Where the whole range of i lies on one side of the middle, the side is known now; only i = 0 is not.
        let positive = 2 * i.last() < nx;
        let negative = 2 * i.constant >= nx;
        let smallest = if positive { i.constant } else { nx.saturating_sub(i.last()).min(i.constant) };
        if smallest >= self.active {
            return Load::Zero;
        }
        let (kx, largest) = if positive {
            (i.text(), i.last())
        } else if negative {
            (w.bind(format_args!("{nx}u - {}", i.text())), nx - i.constant)
        } else {
            (w.bind(format_args!("min({0}, {nx}u - {0})", i.text())), nx / 2)
        };
        let sign = match (positive, negative) {
            (true, _) if i.name.is_none() && i.constant == 0 => Sign::Constant(0),
            (true, _) if i.constant > 0 => Sign::Constant(1),
            (true, _) => Sign::Name(w.bind(format_args!("select(1.0, 0.0, {} == 0u)", i.text()))),
            (_, true) => Sign::Constant(-1),
            _ => Sign::Name(
                w.bind(format_args!("select(select(-1.0, 1.0, 2u * {0} < {nx}u), 0.0, {0} == 0u)", i.text())),
            ),
        };
        let (kx, inside) = if largest < self.active {
            (kx, None)
        } else {
            let inside = w.bind(format_args!("{kx} < {}u", self.active));
            (w.bind(format_args!("min({kx}, {}u)", self.active - 1)), Some(inside))
        };
        Load::Pack { first: place(lower, &kx), second: place(&upper_row, &kx), sign, upper, inside }
    }

    /// Row `e` of column kx from the packed lines.
    fn unpack(&self, w: &mut Writer, x: &Lines, slot: &Slot, e: &Element) -> Load {
        let (pairs, nx) = (self.pairs(), self.dims[0]);
        let kx = &slot.line;
        let minus = |line: &str| format!("{line} + ({nx}u - {kx}) % {nx}u");
        if e.last() < pairs || e.constant >= pairs {
            let upper = e.constant >= pairs;
            let constant = if upper { e.constant - pairs } else { e.constant };
            // Rows e and e + pairs of one thread share their cells, which the exchange loads once: equal texts.
            let line = match &e.name {
                Some(name) => format!("{name} * {0}u + {1}u", x.strides[1], constant * x.strides[1]),
                None => format!("{}u", constant * x.strides[1]),
            };
            return Load::Unpack { plus: format!("{line} + {kx}"), minus: minus(&line), upper: Upper::Constant(upper) };
        }
        let row = w.bind(e.text());
        let upper = w.bind(format_args!("{row} >= {pairs}u"));
        let line = w.bind(format_args!("select({row}, {row} - {pairs}u, {upper}) * {}u", x.strides[1]));
        Load::Unpack { plus: format!("{line} + {kx}"), minus: minus(&line), upper: Upper::Name(upper) }
    }
}

/// Factor 0 on the upper row of the last pair when the number of rows is odd.
pub fn missing_row(w: &mut Writer, lower: &str, ny: usize) -> Option<String> {
    (ny % 2 == 1).then(|| w.bind(format_args!("select(1.0, 0.0, {lower} == {}u)", ny / 2)))
}

/// Inputs of the first transform along y.
///
/// `first` is the kx of line 0.
pub fn read_columns(w: &mut Writer, y: &Lines, first: &str) -> Values {
    let radix = y.first_radix();
    y.slots(w, radix)
        .iter()
        .map(|slot| {
            let inputs = y.inputs(slot, radix);
            let load = |ky: &Element| format!("load_column(plane, {first} + {}, {})", slot.line, ky.text());
            inputs.iter().map(|ky| w.bind(load(ky))).collect()
        })
        .collect()
}

/// Outputs of the last transform along y; `first` is the kx of line 0.
pub fn write_columns(w: &mut Writer, y: &Lines, first: &str, values: &Values) {
    // The forward transform ends with the first radix of the list.
    let radix = y.first_radix();
    for (slot, values) in y.slots(w, radix).iter().zip(values) {
        w.when(slot.active.as_ref(), |w| {
            for (ky, value) in y.inputs(slot, radix).iter().zip(values) {
                w.line(format_args!("store_column(plane, {first} + {}, {}, {value});", slot.line, ky.text()));
            }
        });
    }
}

/// What the last stage of a transform leaves, to be put into workgroup memory: element j + k·n/R.
pub fn last_stage_stores(w: &mut Writer, lines: &Lines, direction: Direction, values: &Values) -> Vec<Store> {
    let radix = match direction {
        Direction::Inverse => lines.last_radix(),
        Direction::Forward => lines.first_radix(),
    };
    let slots = lines.slots(w, radix);
    let mut stores = Vec::new();
    for (slot, values) in slots.iter().zip(values) {
        for (element, value) in lines.inputs(slot, radix).iter().zip(values) {
            stores.push(Store {
                address: lines.address(&slot.line, element),
                value: value.clone(),
                active: slot.active.clone(),
            });
        }
    }
    stores
}

/// Places among the pairs of voxels of a trial of what a slot holds of line number `pair`, all planes counted.
pub fn places(w: &mut Writer, x: &Lines, slot: &Slot, pair: &str) -> Vec<String> {
    let first = w.bind(format_args!("({pair}) * {}u", x.n));
    x.inputs(slot, x.last_radix()).iter().map(|i| format!("{first} + {}", i.text())).collect()
}

/// Calls the density stage on every pair of voxels; `masks` are 0 where there is no voxel, `places` say which they are where
/// the stage has to know. Without a density there are `radix` values a slot, all 0.
pub fn change_density(
    w: &mut Writer,
    masks: &[String],
    density: Option<Values>,
    places: Option<Values>,
    radix: usize,
) -> Values {
    let density = density.unwrap_or_else(|| vec![vec!["vec2<f32>(0.0)".to_owned(); radix]; masks.len()]);
    let mut changed = Values::new();
    for (slot, (mask, values)) in masks.iter().zip(&density).enumerate() {
        let place = |k: usize| places.as_ref().map_or(String::new(), |places| format!(", {}", places[slot][k]));
        let value = |(k, v)| w.bind(format_args!("change_density({v}, {mask}{})", place(k)));
        changed.push(values.iter().enumerate().map(value).collect());
    }
    changed
}
