//! What was found in the cell beside what the header says, in words.

use crate::crystal::elements::symbol;
use crate::model::Contents;

/// UNIT is called wrong in words when the numbers differ by this share.
const OFF: f64 = 0.15;

/// One line each: numbers that UNIT does not have right, elements that nobody named, elements that are not there.
pub fn contents_lines(contents: &Contents) -> Vec<String> {
    let mut out = Vec::new();
    let (said, room, found) = (contents.said, contents.room, contents.found);
    if said <= 0.0 {
        out.push(format!(
            "UNIT gives no numbers, the cell has room for {room:.0} atoms but H and {found:.0} were found"
        ));
    } else if (found / said - 1.0).abs() > OFF {
        out.push(format!("UNIT says {said:.0} atoms but H, the cell has room for {room:.0} and {found:.0} were found"));
    } else if contents.multiple.is_none() {
        out.push("the numbers on UNIT do not fit the densities and bonds: elements are assigned without them".into());
    }
    let names = |of: &[u8]| of.iter().map(|&z| symbol(z).unwrap_or("X")).collect::<Vec<_>>();
    if !contents.proposed.is_empty() {
        let listed = names(&contents.proposed).join("? ");
        out.push(format!(
            "{listed}? not on SFAC: no element there scatters like it; look at its bonds, name it, run again"
        ));
    }
    for &(z, range) in &contents.alike {
        let [z, lightest, heaviest] = [z, range[0], range[1]].map(|z| symbol(z).unwrap_or("X"));
        out.push(format!("{z}? may be anything between {lightest} and {heaviest}: R1 does not tell them apart"));
    }
    if !contents.unused.is_empty() {
        out.push(format!("on SFAC but not found: {}", names(&contents.unused).join(" ")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_unit_has_wrong_is_said() {
        let right = Contents {
            said: 96.0,
            room: 92.0,
            found: 96.0,
            multiple: Some(1.0),
            proposed: vec![],
            alike: vec![],
            unused: vec![],
        };
        assert!(contents_lines(&right).is_empty());
        let few = Contents {
            said: 12.0,
            found: 92.0,
            room: 96.0,
            proposed: vec![17],
            alike: vec![(17, [16, 18])],
            unused: vec![9],
            ..right.clone()
        };
        assert_eq!(
            contents_lines(&few),
            [
                "UNIT says 12 atoms but H, the cell has room for 96 and 92 were found",
                "Cl? not on SFAC: no element there scatters like it; look at its bonds, name it, run again",
                "Cl? may be anything between S and Ar: R1 does not tell them apart",
                "on SFAC but not found: F",
            ]
        );
        let none = Contents { said: 0.0, multiple: None, ..right.clone() };
        assert_eq!(contents_lines(&none).len(), 1);
        assert_eq!(contents_lines(&Contents { multiple: None, ..right }).len(), 1);
    }
}
