//! One-dimensional transforms of many lines by one workgroup: Stockham stages in named registers, workgroup
//! memory only between stages.
//!
//! Stage s of radix R, with Ns the product of the earlier radices, takes for butterfly j of a line the elements
//! i = j + k·n/R (k = 0…R−1), turns them by W_n^((j mod Ns)·k·n/(Ns R)), transforms, and leaves the elements
//! (j div Ns)·Ns·R + j mod Ns + k·Ns. The last stage (Ns = n/R) so leaves j + k·n/R: what the first stage of the
//! next transform over the same lines takes when the radices are reversed. Nothing is exchanged there.

use super::codelet::dft;
use super::exchange::{Exchange, Load, Store};
use super::writer::Writer;

/// How lines and elements are dealt to the threads of a workgroup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Neighbouring threads hold neighbouring lines.
    LineFirst,
    /// Neighbouring threads hold neighbouring elements of one line.
    ElementFirst,
}

/// A set of lines of equal length in one workgroup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    /// Elements of a line.
    pub n: usize,
    /// Lines.
    pub count: usize,
    /// Radices of the inverse transform, first stage first; the forward transform has them reversed.
    pub radices: Vec<usize>,
    /// Threads of the workgroup.
    pub threads: usize,
    /// Dealing of the work.
    pub order: Order,
    /// First entry of this length's table exp(−2πi m/n) in `twiddles`.
    pub twiddle: usize,
    /// Distance in workgroup memory between elements of a line, and between lines.
    pub strides: [usize; 2],
}

/// An element number: a name (absent for a constant) plus a constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Name of the part known at run time only.
    pub name: Option<String>,
    /// That part is below this; 1 where there is none.
    pub range: usize,
    /// The constant part.
    pub constant: usize,
}

impl Element {
    /// The largest number that it can be.
    pub fn last(&self) -> usize {
        self.constant + self.range - 1
    }

    /// As an expression.
    pub fn text(&self) -> String {
        match &self.name {
            Some(name) if self.constant == 0 => name.clone(),
            Some(name) => format!("({name} + {}u)", self.constant),
            None => format!("{}u", self.constant),
        }
    }
}

/// One butterfly of a thread.
#[derive(Debug, Clone)]
pub struct Slot {
    /// Expression of the line number, always a valid one.
    pub line: String,
    /// Name of the butterfly number j; `None` when there is one butterfly a line.
    pub butterfly: Option<String>,
    /// Name of the condition under which this slot has work of its own; `None`: always.
    pub active: Option<String>,
}

/// Values of a thread: by slot, then by element k.
pub type Values = Vec<Vec<String>>;

/// Direction of a transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// exp(−2πi), from density to coefficients.
    Forward,
    /// exp(+2πi), from coefficients to density.
    Inverse,
}

impl Lines {
    /// Radices in the order of a direction.
    fn stages(&self, direction: Direction) -> Vec<usize> {
        match direction {
            Direction::Inverse => self.radices.clone(),
            Direction::Forward => self.radices.iter().rev().copied().collect(),
        }
    }

    /// Butterflies that each thread works on in a stage of this radix.
    pub fn slots_per_thread(&self, radix: usize) -> usize {
        (self.count * self.n / radix).div_ceil(self.threads)
    }

    /// Radix of the first stage of the inverse transform.
    pub fn first_radix(&self) -> usize {
        self.radices.first().copied().unwrap_or(1)
    }

    /// Radix of the last stage of the inverse transform, which is the first of the forward one.
    pub fn last_radix(&self) -> usize {
        self.radices.last().copied().unwrap_or(1)
    }

    /// Names the butterflies of each thread in a stage of this radix. Threads beyond the last butterfly repeat
    /// it, and must store nothing.
    pub fn slots(&self, w: &mut Writer, radix: usize) -> Vec<Slot> {
        let per_line = self.n / radix;
        let total = self.count * per_line;
        (0..self.slots_per_thread(radix))
            .map(|q| {
                let first = q * self.threads;
                let mut b = if q == 0 { "t".to_owned() } else { w.bind(format_args!("t + {first}u")) };
                let mut active = None;
                if first + self.threads > total {
                    active = Some(w.bind(format_args!("{b} < {total}u")));
                    b = w.bind(format_args!("min({b}, {}u)", total - 1));
                }
                let (line, butterfly) = match (per_line, self.order) {
                    (1, _) => (b, None),
                    (_, Order::LineFirst) => (
                        w.bind(format_args!("{b} % {}u", self.count)),
                        Some(w.bind(format_args!("{b} / {}u", self.count))),
                    ),
                    (_, Order::ElementFirst) => {
                        (w.bind(format_args!("{b} / {per_line}u")), Some(w.bind(format_args!("{b} % {per_line}u"))))
                    }
                };
                Slot { line, butterfly, active }
            })
            .collect()
    }

    /// Elements that a slot takes in a stage of this radix.
    pub fn inputs(&self, slot: &Slot, radix: usize) -> Vec<Element> {
        let step = self.n / radix;
        (0..radix).map(|k| Element { name: slot.butterfly.clone(), range: step, constant: k * step }).collect()
    }

    /// Place of an element of a line in workgroup memory.
    pub fn address(&self, line: &str, element: &Element) -> String {
        let [of_element, of_line] = self.strides;
        let constant = element.constant * of_element;
        match &element.name {
            Some(name) => format!("{line} * {of_line}u + {name} * {of_element}u + {constant}u"),
            None => format!("{line} * {of_line}u + {constant}u"),
        }
    }

    /// Transforms the lines: `values` are the inputs of the first stage, the result the outputs of the last.
    pub fn transform(
        &self,
        w: &mut Writer,
        exchange: &mut Exchange,
        direction: Direction,
        mut values: Values,
    ) -> Values {
        let stages = self.stages(direction);
        let mut ns = 1;
        for (s, &radix) in stages.iter().enumerate() {
            let slots = self.slots(w, radix);
            let outputs: Values = slots
                .iter()
                .zip(&values)
                .map(|(slot, inputs)| self.butterfly(w, slot, radix, ns, direction, inputs))
                .collect();
            let Some(&next) = stages.get(s + 1) else { return outputs };
            let stores = slots
                .iter()
                .zip(&outputs)
                .flat_map(|(slot, outputs)| {
                    let base = self.base(w, slot, radix, ns);
                    let element = |k: usize| Element { name: base.clone(), range: self.n, constant: k * ns };
                    let store = |(k, value): (usize, &String)| Store {
                        address: self.address(&slot.line, &element(k)),
                        value: value.clone(),
                        active: slot.active.clone(),
                    };
                    outputs.iter().enumerate().map(store).collect::<Vec<_>>()
                })
                .collect::<Vec<_>>();
            let following = self.slots(w, next);
            let loads: Vec<Load> = following
                .iter()
                .flat_map(|slot| {
                    self.inputs(slot, next)
                        .into_iter()
                        .map(|e| Load::Plain(self.address(&slot.line, &e)))
                        .collect::<Vec<_>>()
                })
                .collect();
            let loaded = exchange.pass(w, &stores, &loads);
            values = loaded.chunks(next).map(<[String]>::to_vec).collect();
            ns *= radix;
        }
        values
    }

    /// (j div Ns)·Ns·R + j mod Ns.
    fn base(&self, w: &mut Writer, slot: &Slot, radix: usize, ns: usize) -> Option<String> {
        let j = slot.butterfly.as_ref()?;
        Some(match ns {
            1 => w.bind(format_args!("{j} * {radix}u")),
            ns if ns == self.n / radix => j.clone(),
            ns => w.bind(format_args!("({j} / {ns}u) * {}u + {j} % {ns}u", ns * radix)),
        })
    }

    fn butterfly(
        &self,
        w: &mut Writer,
        slot: &Slot,
        radix: usize,
        ns: usize,
        direction: Direction,
        inputs: &[String],
    ) -> Vec<String> {
        let sign = if direction == Direction::Forward { -1.0 } else { 1.0 };
        let mut turned = inputs.to_vec();
        if let (Some(j), true) = (&slot.butterfly, ns > 1) {
            let position = if ns == self.n / radix { j.clone() } else { w.bind(format_args!("{j} % {ns}u")) };
            let step = self.n / (ns * radix);
            let index = if step == 1 { position } else { format!("{position} * {step}u") };
            let first = w.bind(format_args!("twiddles[{}u + {index}]", self.twiddle));
            // Powers of one table value: a load costs more than the multiplications. The rounding of that value grows with
            // the power; a whole cycle stays below 6·10⁻⁷ at radix 8 (tests/gpu.rs).
            let mut powers = vec![String::new(), first];
            for k in 2..radix {
                let (a, b) = (powers[k / 2].clone(), powers[k - k / 2].clone());
                powers.push(w.bind(format_args!("complex_product({a}, {b})")));
            }
            let function = if direction == Direction::Forward { "complex_product" } else { "conjugate_product" };
            for k in 1..radix {
                turned[k] = w.bind(format_args!("{function}({}, {})", powers[k], turned[k]));
            }
        }
        dft(w, &turned, sign)
    }
}
