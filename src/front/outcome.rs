//! What came of it.

use super::{Crystal, TrialsPhases};
use crate::basis::Basis;
use crate::crystal::identity::identify;
use crate::solve::{Solved, Structure};
use crate::structure::DensityMap;
use crate::trials::{Finished, StopReason};
use std::fmt;

/// What came of a run: whether it is solved and how sure that is, structures with atoms, map and phases, and all trials.
///
/// ```
/// use seedflip::{Crystal, Options, solve};
/// let crystal = Crystal::read("tests/data/aspirin.ins".as_ref())?;
/// let outcome = solve(&crystal, &Options::default())?;
/// let first = &outcome.structures()[0];
/// assert!(outcome.probability() > 0.95 && first.r1() < 0.1);
/// for site in &first.sites()[..3] {
///     println!("{} {:?}", site.label, site.xyz);
/// }
/// let map = outcome.map().unwrap();
/// assert_eq!(map.values.len(), map.dims[0] * map.dims[1] * map.dims[2]);
/// # Ok::<(), seedflip::Error>(())
/// ```
pub struct Outcome {
    pub(super) crystal: Crystal,
    pub(super) basis: Basis,
    pub(super) solved: Solved,
    pub(super) phases: TrialsPhases,
    /// Reading, and all of it.
    pub(super) seconds: [f64; 2],
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Outcome");
        out.field("solved", &self.is_solved()).field("probability", &self.probability());
        out.field("space_group", &self.space_group()).field("stopped", &self.stopped()).finish_non_exhaustive()
    }
}

impl Outcome {
    /// True when the first structure is claimed to be right.
    pub fn is_solved(&self) -> bool {
        self.solved.solved
    }

    /// Probability, 0 to 1, that the atoms of the first structure are right.
    pub fn probability(&self) -> f64 {
        self.solved.probability
    }

    /// Probability, 0 to 1, that its space group is right too.
    pub fn probability_of_group(&self) -> f64 {
        self.solved.probability_group
    }

    /// Structures, most believed first: several space groups of the same phases may be among them.
    pub fn structures(&self) -> &[Structure] {
        &self.solved.structures
    }

    /// Hermann–Mauguin symbol of the first structure; `None` without one.
    pub fn space_group(&self) -> Option<String> {
        identify(&self.structures().first()?.group).map(|identity| identity.hm)
    }

    /// The map of the first structure over the whole cell; `None` without one.
    pub fn map(&self) -> Option<&DensityMap> {
        self.structures().first().map(|first| &first.solution.map)
    }

    /// Finished trials with their figures of merit, best first.
    pub fn trials(&self) -> &[Finished] {
        &self.solved.report.finished
    }

    /// The seed set, from 0, that trial number `trial` started from; `None` without seeds.
    pub fn set_of(&self, trial: u32) -> Option<usize> {
        self.solved.set_of(trial)
    }

    /// Of each of [`trials`](Self::trials), in their order, how many ended at the same phases, that one included; 0 for one that is no candidate.
    pub fn agreeing(&self) -> Vec<usize> {
        self.solved.agreeing()
    }

    /// Where every seed set was tried by itself ([`Options::every_set`](crate::Options)): of each of [`trials`](Self::trials), in their order, the
    /// probability that its phases are right, judged without the trials of other sets. Else empty.
    ///
    /// ```
    /// use seedflip::{Crystal, Options, Seeds, Solver};
    /// let crystal = Crystal::read("tests/data/aspirin.ins".as_ref())?;
    /// let answer = Solver::new(&crystal).space_group("P21/c").run()?;
    /// let group = &crystal.data().header.space_group;
    /// let phased = answer.structures()[0].solution.phases.reflections.iter();
    /// let phased = phased.filter(|r| r.e > 1.2 && group.laue_representative(r.hkl) == r.hkl);
    /// let (hkl, right): (Vec<_>, Vec<_>) = phased.map(|r| (r.hkl, r.phase)).unzip();
    /// // One set that is right, and one of the same phases in the wrong order.
    /// let phases: Vec<f64> = right.iter().chain(right.iter().rev()).copied().collect();
    /// let seeds = Seeds::from_phases(hkl, phases)?;
    /// let options = Options { every_set: true, trials: Some(1), ..Options::default() };
    /// let outcome = Solver::new(&crystal).seeds(&seeds).options(options).run()?;
    /// for (trial, probability) in outcome.trials().iter().zip(outcome.judged_by_set()) {
    ///     println!("set {:?}: {probability:.3}", outcome.set_of(trial.trial));
    /// }
    /// assert_eq!((outcome.trials().len(), outcome.judged_by_set().len()), (2, 2));
    /// # Ok::<(), seedflip::Error>(())
    /// ```
    pub fn judged_by_set(&self) -> &[f64] {
        &self.solved.judged
    }

    /// The phases of trials that may be a solution, or of all that finished where they were asked for.
    ///
    /// ```
    /// use seedflip::{Crystal, Options, Solver};
    /// let crystal = Crystal::read("tests/data/aspirin.ins".as_ref())?;
    /// let options = Options { trials: Some(3), ..Options::default() };
    /// let outcome = Solver::new(&crystal).options(options).keep_all_phases().run()?;
    /// let kept = outcome.phases_of_trials();
    /// assert_eq!(kept.trials.len(), outcome.trials().len());
    /// assert_eq!(kept.phases.len(), kept.trials.len() * kept.hkl.len());
    /// # Ok::<(), seedflip::Error>(())
    /// ```
    pub fn phases_of_trials(&self) -> &TrialsPhases {
        &self.phases
    }

    /// Why it ended.
    pub fn stopped(&self) -> StopReason {
        self.solved.report.stopped
    }

    /// What the device said when it failed in the middle of the run; what had finished by then is here.
    pub fn fault(&self) -> Option<&str> {
        self.solved.report.fault.as_deref()
    }

    /// The data that the structures refer to: on other axes than the crystal's where those hide a symmetry.
    pub fn crystal(&self) -> &Crystal {
        &self.crystal
    }

    /// Wall seconds from reading to the end.
    pub fn seconds(&self) -> f64 {
        self.seconds[1]
    }

    /// What is worth a word about the data, one line each.
    pub fn warnings(&self) -> Vec<String> {
        let mut lines = self.crystal.warnings();
        lines.extend(self.basis.warnings().into_iter().filter(|line| !self.crystal.data().warnings.contains(line)));
        lines
    }
}
