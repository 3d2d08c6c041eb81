//! The amplitudes that the model is fitted to.

use super::given::Given;
use super::waves::Turns;
use crate::crystal::Hkl;
use crate::reflections::Observation;
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
    /// The reflection of each domain, unique in the Laue group: of a single crystal the first, and of a twin those that fall together.
    pub hkls: [Option<Hkl>; 2],
    /// |F| on the scale of the file; 0 for a negative intensity.
    pub f: f64,
    /// Its standard uncertainty.
    pub sigma: f64,
    /// (sin θ/λ)² in Å⁻², of the first domain where it takes part.
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
    /// The second domain of a twin.
    pub second: Option<Second>,
}

/// The reflections of a second domain.
#[derive(Debug, Clone)]
pub struct Second {
    /// What the operations of the group make of them.
    pub turns: Turns,
    /// The measurements, at their resolutions.
    pub list: Vec<Measurement>,
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
        let turns = |list: &[Measurement], domain: usize| Turns::new(given.group, list.iter().map(|m| m.hkls[domain]));
        let second = given.is_twin().then(|| {
            let stol_sq = |m: &Measurement| m.hkls[1].map_or(m.stol_sq, |hkl| given.cell.stol_sq(hkl));
            let list: Vec<_> = list.iter().map(|m| Measurement { stol_sq: stol_sq(m), ..*m }).collect();
            Second { turns: turns(&list, 1), list }
        });
        Self { turns: turns(&list, 0), list, shells, second }
    }
}

/// The reflections of the second domain by a law that fall on those of `list`.
pub fn turned(given: &Given, list: &[Measurement], law: TwinLaw) -> Turns {
    Turns::new(given.group, list.iter().map(|m| law.image(m.hkls[0]?)))
}

/// Everything given that is not extinct, lowest resolution first: observations of a twin that has a list of them, else unique reflections.
fn sorted(given: &Given) -> Vec<Measurement> {
    let mut list: Vec<Measurement> = match given.domains {
        Some(domains) => domains.observations.iter().filter_map(|o| observed(given, o)).collect(),
        None => {
            let allowed = given.reflections.iter().filter(|r| !given.group.classify(r.hkl).absent);
            let of = |hkl: Hkl| [Some(hkl), given.twin.and_then(|law| law.image(hkl))];
            allowed.map(|r| measured(of(r.hkl), given.cell.stol_sq(r.hkl), r.intensity, r.sigma)).collect()
        }
    };
    list.retain(|m| m.f.is_finite() && m.sigma.is_finite());
    list.sort_by(|a, b| a.stol_sq.total_cmp(&b.stol_sq).then(a.hkls.cmp(&b.hkls)));
    list
}

/// An observation of a twin; `None` where the group forbids all its reflections.
fn observed(given: &Given, observation: &Observation) -> Option<Measurement> {
    let hkls = observation.hkls.map(|hkl| {
        let unique = given.group.laue_representative(hkl?);
        (!given.group.classify(unique).absent).then_some(unique)
    });
    let first = hkls[0].or(hkls[1])?;
    Some(measured(hkls, given.cell.stol_sq(first), observation.intensity, observation.sigma))
}

fn measured(hkls: [Option<Hkl>; 2], stol_sq: f64, intensity: f64, sigma: f64) -> Measurement {
    let (f, observed) = (intensity.max(0.0).sqrt(), intensity > OBSERVED * sigma);
    Measurement { hkls, f, sigma: sigma_f(intensity, sigma), stol_sq, shell: 0, observed }
}

/// σ(F) from I and σ(I), finite also for I ≤ 0: √(I+σ) − √I.
fn sigma_f(intensity: f64, sigma: f64) -> f64 {
    let i = intensity.max(0.0);
    (i + sigma.max(0.0)).sqrt() - i.sqrt()
}
