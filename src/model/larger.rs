//! The larger domain of a twin.

use super::atom::Atom;
use super::given::Given;
use crate::crystal::SymOp;
use crate::crystal::symop::{Rotation, inverse_rotation, product};
use crate::twinning::TwinLaw;

/// The atoms of the second domain on the axes of the first. A twin is described by its larger domain: which of two equal ones was found first is
/// chance (al_p32_twin, phased in P1 with three seeds: 0.498, 0.502, 0.502, the same R1). `None` where the law brings the space group elsewhere, is none
/// of whole numbers, or would be another one for the second domain.
pub fn second_domain(given: &Given, law: &TwinLaw, atoms: &[Atom]) -> Option<Vec<Atom>> {
    let turn = SymOp::new(whole(law)?, [0; 3]);
    let back = SymOp::new(inverse_rotation(turn.rot), [0; 3]);
    let group = given.group.operations();
    let same = group.iter().all(|op| group.contains(&turn.compose(op).compose(&back)));
    let twice = given.group.laue_rotations().contains(&product(&turn.rot, &turn.rot));
    let turned = |a: &Atom| Atom {
        power: a.power,
        sigma_power: a.sigma_power,
        ..Atom::new(given.cell, given.group, a.z, turn.apply(a.xyz), a.u)
    };
    (same && twice).then(|| atoms.iter().map(turned).collect())
}

/// The rotation of a law of whole numbers.
fn whole(law: &TwinLaw) -> Option<Rotation> {
    let exact = law.rotation();
    let rounded = exact.map(|row| row.map(|x| x.round() as i32));
    let is_whole = exact.iter().flatten().zip(rounded.iter().flatten()).all(|(x, n)| *x == f64::from(*n));
    (law.reach().is_none() && is_whole).then_some(rounded)
}

#[cfg(test)]
mod tests {
    use super::super::build_model;
    use super::super::simulated::twinned_amide;

    /// Then the atoms of the invented molecule are those of the smaller one, turned.
    #[test]
    fn a_twin_is_described_by_its_larger_domain() {
        let truth = twinned_amide(0.7);
        let model = build_model(&truth.given()).unwrap();
        let twin = model.twin.unwrap();
        assert!((twin.fraction.share - 0.3).abs() < 0.003 && model.r1 < 0.02, "{twin:?}, R1 {}", model.r1);
        let images = |xyz: [f64; 3]| truth.group.operations().iter().map(move |op| op.apply(xyz));
        for atom in &truth.atoms {
            let turned = [atom.xyz[0], -atom.xyz[1], -atom.xyz[2]];
            let near = |xyz: [f64; 3]| images(xyz).any(|image| truth.cell.distance_mod_lattice(image, turned) < 0.02);
            let there = model.sites[..model.atoms].iter().any(|s| s.element == Some(atom.z) && near(s.xyz));
            assert!(there, "{atom:?}");
        }
    }
}
