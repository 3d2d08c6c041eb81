//! Lattices that have no letter on the axes of the data.

use super::centring::{CentringFinding, centring_name, evidence, forbids, sentence};
use crate::crystal::SymOp;
use crate::reflections::MergedReflection;

/// One vector of each centring by halves and thirds; those that move along an edge alone make a smaller cell.
const HALVES_AND_THIRDS: [[i32; 3]; 14] = [
    [0, 12, 12],
    [12, 0, 12],
    [12, 12, 0],
    [12, 12, 12],
    [16, 8, 8],
    [8, 16, 8],
    [8, 8, 16],
    [8, 8, 8],
    [8, 16, 0],
    [8, 8, 0],
    [8, 0, 16],
    [8, 0, 8],
    [0, 8, 16],
    [0, 8, 8],
];

/// A lattice with all halves and thirds that the reflections it allows obey as well: on axes that no table has (H, D, R about a or b). Where an
/// edge is a multiple of what is needed nothing is added: that is another cell.
pub(super) fn finer(merged: &[MergedReflection], mut finding: CentringFinding) -> CentringFinding {
    for vector in HALVES_AND_THIRDS {
        let joined = span(&finding.vectors, vector);
        let along_an_edge = |v: &[i32; 3]| *v != [0; 3] && v.iter().filter(|x| **x == 0).count() == 2;
        if joined.len() == finding.vectors.len() || joined.iter().any(along_an_edge) {
            continue;
        }
        let allowed: Vec<MergedReflection> =
            merged.iter().filter(|r| !forbids(&finding.vectors, r.hkl)).copied().collect();
        let name = centring_name(&joined);
        let found = evidence(name, &allowed, |h| forbids(&joined, h), joined.len() / finding.vectors.len());
        if found.holds() {
            let [x, y, z] = vector.map(thirds_or_halves);
            let said =
                sentence(&found, &format!("the intensities obey a lattice with the point {x} {y} {z}, centring"));
            finding.why = finding.why.into_iter().chain([said]).reduce(|all, more| format!("{all}; {more}"));
            finding.vectors = joined;
        }
    }
    finding
}

/// `1/3` of eight twenty-fourths.
fn thirds_or_halves(twenty_fourths: i32) -> &'static str {
    match twenty_fourths {
        8 => "1/3",
        12 => "1/2",
        16 => "2/3",
        _ => "0",
    }
}

/// All points of the lattice of `vectors` with one more, as `SpaceGroup::centring` orders them.
fn span(vectors: &[[i32; 3]], more: [i32; 3]) -> Vec<[i32; 3]> {
    let multiples = (0..).map(|n| SymOp::IDENTITY.translated(more.map(|x| n * x)).trans);
    let multiples: Vec<[i32; 3]> =
        std::iter::once([0; 3]).chain(multiples.skip(1).take_while(|v| *v != [0; 3])).collect();
    let mut all: Vec<[i32; 3]> = multiples
        .iter()
        .flat_map(|by| vectors.iter().map(|v| SymOp::IDENTITY.translated(*v).translated(*by).trans))
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reflections::laue::centring::{centring, tests::list};

    #[test]
    fn lattices_of_thirds_and_halves_are_found_and_smaller_cells_are_not_taken() {
        let found = |vectors: &[[i32; 3]]| {
            let merged = list(6, |hkl, noise| Some(if forbids(vectors, hkl) { noise } else { 60.0 + 80.0 * noise }));
            finer(&merged, centring(&merged, &[[0; 3]])).vectors
        };
        for generators in
            [&[[8, 16, 0]][..], &[[8, 8, 8]], &[[0, 8, 16]], &[[8, 8, 16]], &[[12, 12, 0], [0, 8, 8]], &[[8, 16, 8]]]
        {
            let vectors = generators.iter().fold(vec![[0; 3]], |all, more| span(&all, *more));
            assert_eq!(found(&vectors), vectors);
        }
        assert_eq!(found(&[[0; 3]]), [[0; 3]]);
        assert_eq!(found(&span(&[[0; 3]], [0, 0, 8])), [[0; 3]]);
    }
}
