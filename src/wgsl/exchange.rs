//! Passing values from thread to thread through workgroup memory.

use super::writer::Writer;
use std::collections::HashMap;

/// How values lie in workgroup memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cells {
    /// Whole complex values: fewer barriers.
    Complex,
    /// First all real parts, then all imaginary parts: half the memory.
    Real,
}

/// A value put into workgroup memory.
#[derive(Debug, Clone)]
pub struct Store {
    /// Place.
    pub address: String,
    /// Name of the value.
    pub value: String,
    /// Condition; `None`: always.
    pub active: Option<String>,
}

/// A value made from what lies in workgroup memory.
#[derive(Debug, Clone)]
pub enum Load {
    /// The value at a place.
    Plain(String),
    /// 0.
    Zero,
    /// Two real rows packed into one complex line: P + i·Q for s = 1, its Hermitian counterpart conj(P) + i·conj(Q)
    /// for s = −1, re P + i·re Q for s = 0; 0 where not inside. P and Q are the values at `first` and `second`.
    Pack {
        /// Place of the lower row's coefficient.
        first: String,
        /// Place of the upper row's coefficient.
        second: String,
        /// Expression of s.
        sign: Sign,
        /// Factor on Q, where the last pair may lack its upper row.
        upper: Option<String>,
        /// Condition under which there is a coefficient; `None`: always.
        inside: Option<String>,
    },
    /// Twice the coefficient of one of two packed rows, from the packed line's values at +k and −k: (a + conj b) for
    /// the lower row, (a − conj b)/i for the upper.
    Unpack {
        /// Place of the value at +k.
        plus: String,
        /// Place of the value at −k.
        minus: String,
        /// Which row.
        upper: Upper,
    },
}

/// Factor s of `Load::Pack`.
#[derive(Debug, Clone)]
pub enum Sign {
    /// Known now.
    Constant(i8),
    /// Name of an f32 known at run time.
    Name(String),
}

/// Row of `Load::Unpack`.
#[derive(Debug, Clone)]
pub enum Upper {
    /// Known now.
    Constant(bool),
    /// Name of a bool known at run time.
    Name(String),
}

/// Writes exchanges; knows when a barrier is due.
#[derive(Debug)]
pub struct Exchange {
    cells: Cells,
    /// Workgroup memory has been read since the last barrier.
    read: bool,
}

/// Real or imaginary parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Real,
    Imaginary,
}

impl Exchange {
    /// Exchanges through `cells`, an array of `vec2<f32>` or of `f32`.
    pub fn new(cells: Cells) -> Self {
        Self { cells, read: false }
    }

    /// Puts `stores` into workgroup memory and makes the values of `loads` from it.
    pub fn pass(&mut self, w: &mut Writer, stores: &[Store], loads: &[Load]) -> Vec<String> {
        let mut cell = Loader::default();
        let (real, imaginary): (Vec<_>, Vec<_>) = match self.cells {
            Cells::Complex => {
                self.put(w, stores, "");
                loads
                    .iter()
                    .map(|load| {
                        let real = combine(w, load, Part::Real, |w, place| format!("{}.x", cell.load(w, place)));
                        let im = combine(w, load, Part::Imaginary, |w, place| format!("{}.y", cell.load(w, place)));
                        (real, im)
                    })
                    .unzip()
            }
            Cells::Real => {
                self.put(w, stores, ".x");
                let real: Vec<_> =
                    loads.iter().map(|load| combine(w, load, Part::Real, |w, place| cell.load(w, place))).collect();
                self.read = true;
                self.put(w, stores, ".y");
                cell = Loader::default();
                let im: Vec<_> = loads
                    .iter()
                    .map(|load| combine(w, load, Part::Imaginary, |w, place| cell.load(w, place)))
                    .collect();
                (real, im)
            }
        };
        self.read = true;
        loads.iter().zip(real.iter().zip(&imaginary)).map(|(load, (re, im))| finish(w, load, re, im)).collect()
    }

    fn put(&mut self, w: &mut Writer, stores: &[Store], component: &str) {
        if self.read {
            w.line("workgroupBarrier();");
        }
        for group in stores.chunk_by(|a, b| a.active == b.active) {
            w.when(group[0].active.as_ref(), |w| {
                for store in group {
                    w.line(format_args!("cells[{}] = {}{component};", store.address, store.value));
                }
            });
        }
        w.line("workgroupBarrier();");
        self.read = false;
    }
}

/// Loads each place once.
#[derive(Default)]
struct Loader {
    seen: HashMap<String, String>,
}

impl Loader {
    fn load(&mut self, w: &mut Writer, place: &str) -> String {
        self.seen.entry(place.to_owned()).or_insert_with(|| w.bind(format_args!("cells[{place}]"))).clone()
    }
}

/// What a load keeps of the real or the imaginary parts of its cells.
fn combine(w: &mut Writer, load: &Load, part: Part, mut cell: impl FnMut(&mut Writer, &str) -> String) -> Vec<String> {
    match load {
        Load::Zero => Vec::new(),
        Load::Plain(place) => vec![cell(w, place)],
        Load::Pack { first, second, upper, .. } => {
            let (p, q) = (cell(w, first), cell(w, second));
            // Where the upper row is missing nothing was stored, and what lies there from before may be no number: times 0
            // that is not 0.
            let there = |factor: &String| w.bind(format_args!("select(0.0, {q}, {factor} > 0.0)"));
            vec![p, upper.as_ref().map_or_else(|| q.clone(), there)]
        }
        Load::Unpack { plus, minus, upper } => {
            let (a, b) = (cell(w, plus), cell(w, minus));
            let (sum, difference) = (
                format!("{a} + {b}"),
                match part {
                    Part::Real => format!("{b} - {a}"),
                    Part::Imaginary => format!("{a} - {b}"),
                },
            );
            let (lower_row, upper_row) = match part {
                Part::Real => (sum, difference),
                Part::Imaginary => (difference, sum),
            };
            vec![match upper {
                Upper::Constant(false) => w.bind(lower_row),
                Upper::Constant(true) => w.bind(upper_row),
                Upper::Name(name) => w.bind(format_args!("select({lower_row}, {upper_row}, {name})")),
            }]
        }
    }
}

/// The value of a load from what it kept of real and imaginary parts.
fn finish(w: &mut Writer, load: &Load, re: &[String], im: &[String]) -> String {
    match (load, re, im) {
        (Load::Plain(_), [re], [im]) => w.bind(format_args!("vec2<f32>({re}, {im})")),
        (Load::Pack { sign, inside, .. }, [px, qx], [py, qy]) => {
            let value = match sign {
                Sign::Constant(0) => format!("vec2<f32>({px}, {qx})"),
                Sign::Constant(s) if *s > 0 => format!("vec2<f32>({px} - {qy}, {qx} + {py})"),
                Sign::Constant(_) => format!("vec2<f32>({px} + {qy}, {qx} - {py})"),
                Sign::Name(s) => format!("vec2<f32>({px} - {s} * {qy}, {qx} + {s} * {py})"),
            };
            match inside {
                Some(inside) => w.bind(format_args!("select(vec2<f32>(0.0), {value}, {inside})")),
                None => w.bind(value),
            }
        }
        (Load::Unpack { upper, .. }, [x], [y]) => match upper {
            Upper::Constant(false) => w.bind(format_args!("vec2<f32>({x}, {y})")),
            Upper::Constant(true) => w.bind(format_args!("vec2<f32>({y}, {x})")),
            Upper::Name(name) => w.bind(format_args!("select(vec2<f32>({x}, {y}), vec2<f32>({y}, {x}), {name})")),
        },
        _ => w.bind("vec2<f32>(0.0)"),
    }
}
