//! The column pass: one workgroup holds a tile of columns of one trial; work on the coefficients stands between the
//! transform along z and its inverse, in registers.

use super::exchange::Exchange;
use super::shape::{ColumnShape, TILE};
use super::transform::{Direction, Element, Lines, Order, Values};
use super::writer::Writer;

/// Which transforms a column kernel has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sides {
    /// Coefficients are computed, changed, and transformed back.
    Both,
    /// Coefficients are computed and read.
    Forward,
    /// Coefficients are made and transformed back.
    Inverse,
}

impl ColumnShape {
    /// Lines along z: the columns of a tile.
    pub fn lines(&self) -> Lines {
        Lines {
            n: self.nz,
            count: TILE,
            radices: self.radices.clone(),
            threads: self.threads,
            order: Order::LineFirst,
            twiddle: self.twiddle,
            strides: [TILE, 1],
        }
    }

    /// Values that workgroup memory must hold.
    pub fn cells(&self) -> usize {
        self.nz * TILE
    }

    /// Body of a column kernel. The forward transform has the radices in the order of the list here, so that the
    /// inverse can follow with the list reversed. `shells`: the stage has sums of shells besides.
    pub fn body(&self, sides: Sides, shells: bool) -> String {
        let mut w = Writer::default();
        let mut exchange = Exchange::new(self.cells_kind);
        let z = self.lines();
        w.line("let slot = slots[params.first + group.y];");
        w.line("let tile = table[problem.rows + group.x];");
        w.line(format_args!(
            "let first = place_of(slot, group.y) * {}u * problem.columns + group.x * {TILE}u;",
            self.nz
        ));
        w.line("begin_columns(slot);");
        let coefficients = if sides == Sides::Inverse {
            None
        } else {
            let radix = z.last_radix();
            let slots = z.slots(&mut w, radix);
            let lines: Values = slots
                .iter()
                .map(|slot| {
                    let elements = z.inputs(slot, radix);
                    let load = |i: String| format!("load_mixed(first + {i} * problem.columns + {})", slot.line);
                    elements.iter().map(|i| w.bind(load(i.text()))).collect()
                })
                .collect();
            Some(z.transform(&mut w, &mut exchange, Direction::Forward, lines))
        };
        let changed = self.change(&mut w, &z, coefficients.as_ref());
        if sides != Sides::Forward {
            let lines = z.transform(&mut w, &mut exchange, Direction::Inverse, changed);
            let radix = z.last_radix();
            for (slot, values) in z.slots(&mut w, radix).iter().zip(&lines) {
                let place = |i: &Element| format!("first + {} * problem.columns + {}", i.text(), slot.line);
                w.when(slot.active.as_ref(), |w| {
                    for (i, value) in z.inputs(slot, radix).iter().zip(values) {
                        w.line(format_args!("store_mixed({}, {value});", place(i)));
                    }
                });
            }
        }
        w.line("let column_total = reduce(column_sums, t);");
        if shells {
            w.line("let shell_total = reduce(shell_sums, t);");
        }
        w.line("if t == 0u {");
        w.line("let partial = slot * problem.partials + problem.planes + 2u * group.x;");
        w.line("partials[partial] = column_total;");
        if shells {
            w.line("partials[partial + 1u] = shell_total;");
        }
        w.line("}");
        w.into_text()
    }

    /// Calls the coefficient stage on every element. Column 0 holds its half kz ≥ 0 alone: with that half doubled the real
    /// part of what is transformed back is right, and nobody reads the imaginary part.
    fn change(&self, w: &mut Writer, z: &Lines, values: Option<&Values>) -> Values {
        let radix = z.first_radix();
        let nz = self.nz;
        let slots = z.slots(w, radix);
        slots
            .iter()
            .enumerate()
            .map(|(q, slot)| {
                let origin_column = w.bind(format_args!("group.x == 0u && {} == 0u", slot.line));
                let elements = z.inputs(slot, radix);
                elements
                    .iter()
                    .enumerate()
                    .map(|(k, element)| {
                        let i = match &element.name {
                            Some(_) => w.bind(element.text()),
                            None => element.text(),
                        };
                        // Signed kz as the tile's table counts it: two's complement.
                        let kz = w.bind(format_args!("bitcast<i32>(select({i}, {i} - {nz}u, 2u * {i} > {nz}u))"));
                        let entry =
                            w.bind(format_args!("entry_of(tile, kz_known({kz}, {origin_column}), {})", slot.line));
                        let entry = match &slot.active {
                            Some(active) => w.bind(format_args!("select(NO_ENTRY, {entry}, {active})")),
                            None => entry,
                        };
                        let value = values.map_or("vec2<f32>(0.0)", |values| values[q][k].as_str());
                        let changed = w.bind(format_args!("change_coefficient({value}, slot, {entry})"));
                        w.bind(format_args!("{changed} * select(1.0, 2.0, {origin_column} && {i} != 0u)"))
                    })
                    .collect()
            })
            .collect()
    }
}
