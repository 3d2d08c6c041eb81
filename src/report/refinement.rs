//! How well a model fits, in the words in which SHELXL says it: other programs look for them in a `.res`.

use crate::crystal::SpaceGroup;
use crate::crystal::identity::identify;
use crate::solve::Structure;

/// Remarks for the place between HKLF and END, and for the one behind END: title and group, wR2, R1, parameters; peak
/// and hole of the difference map. R1 is the one that is said everywhere; wR2 is over all reflections, with the weights that SHELXL
/// begins with. Without a model the first line alone.
pub fn fit_remarks(structure: &Structure, title: &str) -> (Vec<String>, Vec<String>) {
    // One word: readers count them.
    let name = title.split_whitespace().next().unwrap_or("seedflip");
    let mut fit = vec![format!(" {name} in {}", shelx_symbol(&structure.group))];
    let Some(model) = &structure.model else { return (fit, Vec::new()) };
    let (all, left) = (&model.agreement, &model.residual);
    fit.extend([
        format!("wR2 = {:.4}, GooF = S = {1:.3}, Restrained GooF = {1:.3} for all data", all.wr2, all.goodness),
        format!(
            "R1 = {:.4} for {} Fo > 4sig(Fo) and {:.4} for all {} data",
            model.r1, model.reflections[1], model.r1_all, model.reflections[0]
        ),
        format!("{} parameters refined using 0 restraints", model.parameters),
    ]);
    let rest = format!(
        "Highest difference peak {:.3}, deepest hole {:.3}, 1-sigma level {:.3}",
        left.peak, left.hole, left.sigma
    );
    (fit, vec![rest])
}

/// Kelvin, from the card TEMP with degrees Celsius.
pub fn temperature(cards: &[String]) -> Option<f64> {
    const ZERO_CELSIUS: f64 = 273.15;
    let words = cards.iter().map(|card| card.split_whitespace());
    let card = words
        .map(Iterator::collect::<Vec<_>>)
        .find(|words| words.first().is_some_and(|name| name.eq_ignore_ascii_case("TEMP")))?;
    let celsius = card.get(1)?.parse::<f64>().ok()?;
    Some(celsius + ZERO_CELSIUS).filter(|kelvin| (0.0..=5000.0).contains(kelvin))
}

/// Symbol of a group as SHELX programs write it, one word: `P2(1)/c`, `P2(1)2(1)2(1)`, `Pnma`.
pub fn shelx_symbol(group: &SpaceGroup) -> String {
    identify(group).map_or("unknown".into(), |identity| one_word(&identity.hm))
}

fn one_word(hm: &str) -> String {
    let symbol = hm.split(':').next().unwrap_or(hm);
    let fields: Vec<&str> = symbol.split_whitespace().collect();
    // `P 1 21/c 1`: the axes of monoclinic groups that have nothing are left out.
    let monoclinic = fields.len() == 4 && fields[1..].iter().filter(|f| **f == "1").count() == 2;
    let kept = fields.iter().enumerate().filter(|(n, field)| *n == 0 || !monoclinic || **field != "1");
    kept.map(|(n, field)| if n == 0 { (*field).to_owned() } else { screws(field) }).collect()
}

/// `21/c` as `2(1)/c`; `-3` and `2/m` stay.
fn screws(field: &str) -> String {
    let digits = field.chars().take_while(char::is_ascii_digit).count();
    if digits == 2 { format!("{}({}){}", &field[..1], &field[1..2], &field[2..]) } else { field.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::identity::group_by_name;

    #[test]
    fn symbols_are_those_of_shelx() {
        for (name, expected) in [
            ("P 1 21/c 1", "P2(1)/c"),
            ("P 21 21 21", "P2(1)2(1)2(1)"),
            ("P -1", "P-1"),
            ("P n m a", "Pnma"),
            ("P 3 1 c", "P31c"),
            ("P 32", "P3(2)"),
            ("R -3 c:H", "R-3c"),
            ("I -4 3 d", "I-43d"),
            ("P 43 21 2", "P4(3)2(1)2"),
            ("C 1 2/c 1", "C2/c"),
            ("F d -3 m:2", "Fd-3m"),
        ] {
            assert_eq!(shelx_symbol(&group_by_name(name, false).unwrap()), expected);
        }
    }
}
