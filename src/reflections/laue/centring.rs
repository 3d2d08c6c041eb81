//! Which lattice centring the intensities obey.

use crate::crystal::{Hkl, SymOp};
use crate::reflections::MergedReflection;

/// Centring vectors in units of 1/24.
type Vectors = [[i32; 3]];

/// Centrings that are looked for, those that forbid more first.
const CENTRINGS: [(&str, &Vectors); 7] = [
    ("F", &[[0, 0, 0], [0, 12, 12], [12, 0, 12], [12, 12, 0]]),
    ("R (obverse)", &OBVERSE),
    ("R (reverse)", &REVERSE),
    ("I", &[[0, 0, 0], [12, 12, 12]]),
    ("A", &[[0, 0, 0], [0, 12, 12]]),
    ("B", &[[0, 0, 0], [12, 0, 12]]),
    ("C", &[[0, 0, 0], [12, 12, 0]]),
];
/// −h + k + l = 3n.
pub(super) const OBVERSE: [[i32; 3]; 3] = [[0, 0, 0], [8, 16, 16], [16, 8, 8]];
/// h − k + l = 3n.
pub(super) const REVERSE: [[i32; 3]; 3] = [[0, 0, 0], [8, 16, 8], [16, 8, 16]];
/// h − k = 3n: a primitive hexagonal lattice on edges that are √3 as long.
const HEXAGONAL: [[i32; 3]; 3] = [[0, 0, 0], [8, 16, 0], [16, 8, 0]];

/// Fewest forbidden reflections that say anything.
const FEWEST_FORBIDDEN: usize = 50;
/// A list must hold at least this share of the reflections that a centring forbids; of lists from which absences were removed
/// some outliers remain, and those say nothing.
const LEAST_SHARE: f64 = 0.5;
/// A share below this is none: such lists come without the absences (muscovite, Ni in I −4 3 d, SO₂ in A b a 2 have 0).
const LEFT_OUT: f64 = 0.01;
/// Centring-forbidden reflections have less than this share of the intensity of the others, … Measured: 0.015 for the weak C-centred
/// f183, and nothing else below 0.12 but a modulated superstructure (0.028, next line).
const ABSENT_INTENSITY: f64 = 0.05;
/// … and are noise: ⟨I⟩/⟨σ⟩ is 0.58 in f183, and 1.96 in the superstructure, whose weak reflections are real.
const ABSENT_I_OVER_SIGMA: f64 = 1.0;
/// Reflections that a centring forbids and that are surely there. λ/2 and overlapping domains leave some that pass one bar, not both.
const PRESENT_I_OVER_SIGMA: f64 = 3.0;

/// What the intensities say of one centring.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CentringEvidence {
    /// Name of the centring.
    pub name: &'static str,
    /// Reflections that it forbids, of those in the list.
    pub forbidden: usize,
    /// The others.
    pub others: usize,
    /// Share of the forbidden in what the centring would forbid in a complete list.
    pub share: f64,
    /// ⟨I⟩ of the forbidden over ⟨I⟩ of the others.
    pub relative_intensity: f64,
    /// ⟨I⟩/⟨σ⟩ of the forbidden.
    pub i_over_sigma: f64,
}

impl CentringEvidence {
    fn tells(&self) -> bool {
        self.forbidden >= FEWEST_FORBIDDEN && self.share > LEAST_SHARE
    }

    /// True when the forbidden reflections were measured and are absent, or were left out of the list.
    pub fn holds(&self) -> bool {
        let left_out = self.share < LEFT_OUT && self.forbidden + FEWEST_FORBIDDEN <= self.others;
        left_out
            || self.tells() && self.relative_intensity < ABSENT_INTENSITY && self.i_over_sigma < ABSENT_I_OVER_SIGMA
    }

    /// True when the reflections were measured, enough of them, and stand clear of noise.
    pub(super) fn is_there(&self) -> bool {
        self.forbidden >= FEWEST_FORBIDDEN && self.i_over_sigma > PRESENT_I_OVER_SIGMA
    }

    /// True when the forbidden reflections were measured and are there.
    pub fn fails(&self) -> bool {
        self.tells() && self.relative_intensity > ABSENT_INTENSITY && self.i_over_sigma > PRESENT_I_OVER_SIGMA
    }
}

/// The centring that the data obey.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CentringFinding {
    /// Its vectors, [0, 0, 0] first.
    pub vectors: Vec<[i32; 3]>,
    /// Evidence on every centring.
    pub table: Vec<CentringEvidence>,
    /// What is wrong with the one of the input.
    pub why: Option<String>,
    /// What is worth a word.
    pub remarks: Vec<String>,
}

/// Evidence on every centring that has a letter.
pub(super) fn table(merged: &[MergedReflection]) -> Vec<CentringEvidence> {
    let of =
        |(name, vectors): &(&'static str, &Vectors)| evidence(name, merged, |h| forbids(vectors, h), vectors.len());
    CENTRINGS.iter().map(of).collect()
}

/// Decides on the centring, of those that have a letter. `merged`: Friedel mates alone merged, nothing left out.
pub(super) fn centring(merged: &[MergedReflection], hint: &Vectors) -> CentringFinding {
    let table = table(merged);
    let given = evidence(centring_name(hint), merged, |h| forbids(hint, h), hint.len());
    let mut finding = CentringFinding { vectors: hint.to_vec(), why: None, remarks: Vec::new(), table };
    if given.fails() {
        finding.vectors = vec![[0, 0, 0]];
        finding.why = Some(sentence(&given, "the intensities contradict the centring"));
    }
    let known = finding.vectors.len();
    let more = CENTRINGS.iter().zip(&finding.table).find(|((_, vectors), evidence)| {
        vectors.len() > known && evidence.holds() && finding.vectors.iter().all(|v| vectors.contains(v))
    });
    if let Some(((_, vectors), evidence)) = more {
        let why = sentence(evidence, "the intensities obey the centring");
        finding.why = Some(finding.why.take().map_or_else(|| why.clone(), |first| format!("{first}; {why}")));
        finding.vectors = vectors.to_vec();
    }
    finding.remarks.extend(smaller_cells(merged));
    finding
}

/// Edges that may be this many times too long.
const MULTIPLES: [i32; 2] = [2, 3];

/// Axes whose indices are all multiples of a number as far as there is intensity: a fraction of the edge explains all that was measured.
fn smaller_cells(merged: &[MergedReflection]) -> Vec<String> {
    let mut out = Vec::new();
    for (axis, name) in ["a", "b", "c"].into_iter().enumerate() {
        // The larger number says more.
        let holds = |n: &&i32| evidence("", merged, |hkl| hkl[axis] % **n != 0, **n as usize).holds();
        if let Some(n) = MULTIPLES.iter().rev().find(holds) {
            let index = ["h", "k", "l"][axis];
            out.push(format!(
                "only reflections with {index} = {n}n have intensity: a smaller cell, {name}/{n}, explains all of them; transform and \
                 run again"
            ));
        }
    }
    out
}

pub(super) fn sentence(evidence: &CentringEvidence, what: &str) -> String {
    if evidence.share < LEFT_OUT {
        return format!(
            "{what} {}: the list holds {} reflections that it forbids, {} others",
            evidence.name, evidence.forbidden, evidence.others
        );
    }
    format!(
        "{what} {}: the {} reflections that it forbids have {:.3} of the mean intensity of the others (⟨I⟩/⟨σ⟩ {:.1})",
        evidence.name, evidence.forbidden, evidence.relative_intensity, evidence.i_over_sigma
    )
}

/// Name of a centring; `Z` for one without a letter.
pub(super) fn centring_name(vectors: &Vectors) -> &'static str {
    let same = |other: &Vectors| other.len() == vectors.len() && other.iter().all(|v| vectors.contains(v));
    match CENTRINGS.iter().find(|(_, other)| same(other)) {
        Some((name, _)) => name,
        None if same(&HEXAGONAL) => "H",
        None if vectors.len() == 1 => "P",
        None => "Z",
    }
}

/// True when the centring forbids the reflection.
pub(super) fn forbids(vectors: &Vectors, hkl: Hkl) -> bool {
    vectors.iter().any(|&t| SymOp::IDENTITY.translated(t).phase_shift_24(hkl) != 0)
}

/// Evidence on the reflections for which `forbidden` is true; a centring has `vectors` vectors, 0 stands for another condition.
pub(super) fn evidence(
    name: &'static str,
    merged: &[MergedReflection],
    forbidden: impl Fn(Hkl) -> bool,
    vectors: usize,
) -> CentringEvidence {
    let (mut n, mut intensity, mut sigma, mut others) = (0usize, 0.0, 0.0, 0.0);
    for r in merged {
        if forbidden(r.hkl) {
            n += 1;
            intensity += r.intensity;
            sigma += r.sigma;
        } else {
            others += r.intensity;
        }
    }
    let rest = merged.len() - n;
    let mean = |sum: f64, n: usize| sum / n.max(1) as f64;
    let complete = rest as f64 * vectors.saturating_sub(1) as f64;
    CentringEvidence {
        name,
        forbidden: n,
        others: rest,
        share: if complete > 0.0 { n as f64 / complete } else { 0.0 },
        relative_intensity: if others > 0.0 { mean(intensity, n) / mean(others, rest) } else { 0.0 },
        i_over_sigma: if sigma > 0.0 { intensity / sigma } else { 0.0 },
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Reflections with indices up to `most` for which there is an intensity; it is told the index and noise between −0.5 and 0.5.
    pub fn list(most: i32, intensity: impl Fn(Hkl, f64) -> Option<f64>) -> Vec<MergedReflection> {
        let all = -most..=most;
        let indices = all.clone().flat_map(|h| all.clone().flat_map(move |k| (1..=most).map(move |l| [h, k, l])));
        let reflection = |hkl: Hkl| {
            let [h, k, l] = hkl;
            let noise = f64::from((7 * h + 13 * k + 5 * l).rem_euclid(11)) / 11.0 - 0.5;
            let intensity = intensity(hkl, noise)?;
            Some(MergedReflection { hkl, intensity, sigma: 1.0, redundancy: 1, epsilon: 1, centric: false })
        };
        indices.filter_map(reflection).collect()
    }

    /// A list in which only every `n`th layer along `axis` has intensity.
    fn layers(axis: usize, n: i32) -> Vec<MergedReflection> {
        list(6, |hkl, noise| Some(if hkl[axis] % n == 0 { 60.0 + 80.0 * noise } else { noise }))
    }

    #[test]
    fn an_edge_that_is_a_multiple_is_named() {
        for (axis, n, word) in [(2, 2, "c/2"), (0, 3, "a/3"), (1, 2, "b/2")] {
            let found = smaller_cells(&layers(axis, n));
            assert!(found.len() == 1 && found[0].contains(word), "{found:?}");
        }
        assert!(smaller_cells(&layers(0, 1)).is_empty());
    }
}
