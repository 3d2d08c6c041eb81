//! The elements of a `.ins`: put together where named twice, assumed where it says little of the contents of the cell.

use crate::crystal::ElementCount;
use crate::crystal::contents::{expected, fits, non_hydrogen, room};

/// What a file calls the list of its elements and the numbers of their atoms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Named {
    pub elements: &'static str,
    pub numbers: &'static str,
}

/// Cards of a `.ins`.
pub const CARDS: Named = Named { elements: "SFAC card", numbers: "UNIT" };
/// A CIF and what has no elements at all.
pub const FORMULA: Named = Named { elements: "chemical formula", numbers: "the formula" };

/// Fills in elements where there are none, and words what is assumed of contents that are missing or cannot be: one
/// line, `None` where UNIT makes sense. Numbers stay as they are, 0 where there are none.
pub fn assumed_contents(elements: &mut Vec<ElementCount>, volume: f64, named: Named) -> Option<String> {
    let Named { elements: list, numbers } = named;
    let unnamed = elements.is_empty();
    if unnamed {
        elements.extend(expected());
    }
    let counts: Vec<(u8, f64)> = elements.iter().map(|e| (e.atomic_number, e.count)).collect();
    let room = room(counts.iter().map(|c| c.0), volume);
    let said = non_hydrogen(&counts);
    if unnamed {
        Some(format!(
            "no {list}: C, H, N and O are expected, about {room:.0} atoms but H, as many as the cell has room for"
        ))
    } else if said <= 0.0 {
        Some(format!(
            "{numbers} gives no numbers: about {room:.0} atoms but H are expected, as many as the cell has room for"
        ))
    } else if !fits(&counts, volume) {
        Some(format!("{numbers} says {said:.0} atoms but H, the cell has room for about {room:.0}: the data decide"))
    } else {
        None
    }
}

/// Puts elements together that SFAC names more than once, as ions (`O2-`) or for other reasons: SHELXL takes each label
/// once. One line says which, and of which the cards give different numbers, as of two isotopes: those of the first
/// card that has any are kept. `None` where every element stands once.
pub fn merged(elements: &mut Vec<ElementCount>) -> Option<String> {
    let mut once: Vec<ElementCount> = Vec::with_capacity(elements.len());
    let (mut twice, mut unlike): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for element in elements.drain(..) {
        match once.iter_mut().find(|e| e.symbol == element.symbol) {
            Some(first) => {
                first.count += element.count;
                let differ = first.coefficients.zip(element.coefficients).is_some_and(|(a, b)| a != b);
                first.coefficients = first.coefficients.or(element.coefficients);
                if differ && !unlike.contains(&element.symbol) {
                    unlike.push(element.symbol.clone());
                }
                if !twice.contains(&element.symbol) {
                    twice.push(element.symbol);
                }
            }
            None => once.push(element),
        }
    }
    *elements = once;
    let kept = match unlike.as_slice() {
        [] => String::new(),
        unlike => format!("; scatters as its first card says: {}", unlike.join(", ")),
    };
    let twice = (!twice.is_empty()).then(|| twice.join(", "))?;
    Some(format!("SFAC names {twice} more than once: put together, the numbers of UNIT added{kept}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_an_element_that_stands_twice_are_not_lost() {
        let of = |symbol: &str, count, c: Option<f64>| ElementCount {
            symbol: symbol.to_owned(),
            atomic_number: 3,
            count,
            coefficients: c.map(|c| [c; 14]),
        };
        let mut elements = vec![of("Li", 1.0, None), of("O", 1.0, None), of("Li", 2.0, Some(-2.22))];
        let said = merged(&mut elements).unwrap();
        assert_eq!(elements, [of("Li", 3.0, Some(-2.22)), of("O", 1.0, None)]);
        assert!(said.ends_with("the numbers of UNIT added"), "{said}");
        let mut isotopes = vec![of("Li", 1.0, Some(2.0)), of("Li", 2.0, Some(-2.22))];
        let said = merged(&mut isotopes).unwrap();
        assert_eq!(isotopes, [of("Li", 3.0, Some(2.0))]);
        assert!(said.ends_with("scatters as its first card says: Li"), "{said}");
        assert_eq!(merged(&mut isotopes), None);
    }
}
