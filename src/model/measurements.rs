//! The amplitudes that the model is fitted to.

use super::given::Given;
use super::waves::Turns;
use crate::crystal::Hkl;
use crate::twinning::TwinLaw;

/// Reflections beyond this resolution, in Å, add time and hardly tell elements: without hydrogen and with isotropic
/// displacements the model is worse than they are.
const FINEST: f64 = 0.8;
/// Most reflections that are used; beyond, those of lowest resolution are kept (crambin to 0.8 Å has 34 000).
const MOST: usize = 40_000;
/// Fewest reflections that are kept where there are more beyond `FINEST`: small cells of high symmetry need them.
const FEWEST: usize = 2000;
/// Shells of equal numbers in which errors are taken to be alike …
const MOST_SHELLS: usize = 20;
/// … of this many reflections at least.
const PER_SHELL: usize = 40;
/// A reflection counts as observed above this many σ(I), as in SHELXL.
const OBSERVED: f64 = 2.0;

/// Golden section: multiples of it modulo 1 are spread evenly.
const GOLDEN: f64 = 0.618_033_988_749_895;

/// One amplitude.
#[derive(Debug, Clone, Copy)]
pub struct Measurement {
    /// Index, unique in the Laue group.
    pub hkl: Hkl,
    /// |F| on the scale of the file; 0 for a negative intensity.
    pub f: f64,
    /// Its standard uncertainty.
    pub sigma: f64,
    /// (sin θ/λ)² in Å⁻².
    pub stol_sq: f64,
    /// Resolution shell, from 0.
    pub shell: usize,
    /// I > 2σ(I).
    pub observed: bool,
}

/// Reflections in order of resolution, lowest first.
#[derive(Debug, Clone)]
pub struct Measurements {
    /// All of them.
    pub list: Vec<Measurement>,
    /// Number of shells.
    pub shells: usize,
    /// What the operations of the group make of them.
    pub turns: Turns,
    /// The same of the reflections of the second domain of a twin that fall on them.
    pub second: Option<Turns>,
}

impl Measurements {
    /// Selects what is used of the reflections given.
    pub fn new(given: &Given) -> Self {
        let mut list = sorted(given);
        let finest = 0.25 / (FINEST * FINEST);
        let within = list.partition_point(|m| m.stol_sq <= finest);
        list.truncate(within.clamp(FEWEST, MOST));
        Self::in_shells(given, list)
    }

    /// All reflections given, to the limit of the data.
    pub fn unlimited(given: &Given) -> Self {
        Self::in_shells(given, sorted(given))
    }

    /// At most so many of them, evenly over all resolutions; `None` where there are no more.
    pub fn thinned(&self, given: &Given, most: usize) -> Option<Self> {
        let share = most as f64 / self.list.len() as f64;
        let kept = |(n, m): (usize, &Measurement)| ((n as f64 * GOLDEN).fract() < share).then_some(*m);
        (share < 1.0).then(|| Self::in_shells(given, self.list.iter().enumerate().filter_map(kept).collect()))
    }

    fn in_shells(given: &Given, mut list: Vec<Measurement>) -> Self {
        let shells = (list.len() / PER_SHELL).clamp(1, MOST_SHELLS);
        let all = list.len().max(1);
        for (n, m) in list.iter_mut().enumerate() {
            m.shell = n * shells / all;
        }
        let turns = Turns::new(given.group, list.iter().map(|m| Some(m.hkl)));
        let second = given.twin.map(|law| turned(given, &list, law));
        Self { list, shells, turns, second }
    }
}

/// The reflections of the second domain by a law that fall on those of `list`.
pub fn turned(given: &Given, list: &[Measurement], law: TwinLaw) -> Turns {
    Turns::new(given.group, list.iter().map(|m| law.image(m.hkl)))
}

/// Everything given that is not extinct, lowest resolution first.
fn sorted(given: &Given) -> Vec<Measurement> {
    let mut list: Vec<Measurement> = given
        .reflections
        .iter()
        .filter(|r| !given.group.classify(r.hkl).absent)
        .map(|r| Measurement {
            hkl: r.hkl,
            f: r.intensity.max(0.0).sqrt(),
            sigma: sigma_f(r.intensity, r.sigma),
            stol_sq: given.cell.stol_sq(r.hkl),
            shell: 0,
            observed: r.intensity > OBSERVED * r.sigma,
        })
        .filter(|m| m.f.is_finite() && m.sigma.is_finite())
        .collect();
    list.sort_by(|a, b| a.stol_sq.total_cmp(&b.stol_sq).then(a.hkl.cmp(&b.hkl)));
    list
}

/// σ(F) from I and σ(I), finite also for I ≤ 0: √(I+σ) − √I.
fn sigma_f(intensity: f64, sigma: f64) -> f64 {
    let i = intensity.max(0.0);
    (i + sigma.max(0.0)).sqrt() - i.sqrt()
}
