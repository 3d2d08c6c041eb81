//! What came of decisions, counted over runs.

use std::fmt;
use std::ops::AddAssign;

/// How often something was so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// It was.
    pub yes: u64,
    /// Cases.
    pub all: u64,
}

impl Share {
    /// One more case.
    pub fn count(&mut self, yes: bool) {
        self.yes += u64::from(yes);
        self.all += 1;
    }
}

impl AddAssign for Share {
    fn add_assign(&mut self, other: Self) {
        self.yes += other.yes;
        self.all += other.all;
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.yes, self.all)
    }
}

/// Lower ends of the bands of probability in the table.
const BANDS: [f64; 8] = [0.0, 0.05, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99];
/// Probabilities this near to 0 or 1 count as such in the log loss.
const SURE: f64 = 1e-3;

/// What was said against what was right.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Calibration {
    /// In each band, how many were right.
    pub bands: [Share; BANDS.len()],
    /// Sum of −ln of the probability that was given to what is right.
    pub loss: f64,
}

impl Calibration {
    /// One more statement.
    pub fn add(&mut self, probability: f64, right: bool) {
        let band = BANDS.iter().rposition(|low| probability >= *low).unwrap_or(0);
        self.bands[band].count(right);
        let clamped = probability.clamp(SURE, 1.0 - SURE);
        self.loss -= if right { clamped.ln() } else { (1.0 - clamped).ln() };
    }
}

impl AddAssign for Calibration {
    fn add_assign(&mut self, other: Self) {
        self.bands.iter_mut().zip(other.bands).for_each(|(a, b)| *a += b);
        self.loss += other.loss;
    }
}

/// What came of the decisions of some runs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tally {
    /// Runs.
    pub runs: u64,
    /// Trials that get the arm that they got.
    pub arms: Share,
    /// Trials whose stages end by their last look.
    pub ends: Share,
    /// Cycles until they do.
    pub cycles: u64,
    /// Trials until runs end.
    pub trials: u64,
    /// Pauses of the search at which the run paused.
    pub looks: Share,
    /// Runs that end where they did.
    pub ends_alike: Share,
    /// Candidates that are right, of which convince.
    pub right_candidates: Share,
    /// Others.
    pub wrong_candidates: Share,
    /// Promising trials of right candidates …
    pub right_trials: u64,
    /// … and of others.
    pub wrong_trials: u64,
    /// Where phases look right: the right space group is first by phases and intensities …
    pub groups_by_phases: Share,
    /// … and among those worked up, …
    pub groups_among: Share,
    /// … which are so many, of all candidates.
    pub groups_chosen: u64,
    /// Polishes that are taken.
    pub polished: Share,
    /// Pairs of routes that both get a model.
    pub routes_open: Share,
    /// Sketches that are followed by a model.
    pub models: Share,
    /// First structures that are right.
    pub leaders: Share,
    /// Of these, in the right group.
    pub groups_first: Share,
    /// What is said of the atoms.
    pub atoms: Calibration,
    /// What is said of atoms and group.
    pub groups: Calibration,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.runs += other.runs;
        self.arms += other.arms;
        self.ends += other.ends;
        self.cycles += other.cycles;
        self.trials += other.trials;
        self.looks += other.looks;
        self.ends_alike += other.ends_alike;
        self.right_candidates += other.right_candidates;
        self.wrong_candidates += other.wrong_candidates;
        self.right_trials += other.right_trials;
        self.wrong_trials += other.wrong_trials;
        self.groups_by_phases += other.groups_by_phases;
        self.groups_among += other.groups_among;
        self.groups_chosen += other.groups_chosen;
        self.polished += other.polished;
        self.routes_open += other.routes_open;
        self.models += other.models;
        self.leaders += other.leaders;
        self.groups_first += other.groups_first;
        self.atoms += other.atoms;
        self.groups += other.groups;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |what: &str, figure: &dyn fmt::Display| writeln!(f, "{what:<52} {figure}");
        line("runs", &self.runs)?;
        line("trials given the arm they had", &self.arms)?;
        line("trials that end by their last look", &self.ends)?;
        line("cycles of these", &self.cycles)?;
        line("pauses where the run paused", &self.looks)?;
        line("runs that end where they did", &self.ends_alike)?;
        line("trials until runs end", &self.trials)?;
        line("right candidates that convince", &self.right_candidates)?;
        line("wrong candidates that convince", &self.wrong_candidates)?;
        line("promising trials, right", &self.right_trials)?;
        line("promising trials, wrong", &self.wrong_trials)?;
        line("right group first by phases and intensities", &self.groups_by_phases)?;
        line("right group among those worked up", &self.groups_among)?;
        line("groups worked up", &self.groups_chosen)?;
        line("polished phases taken", &self.polished)?;
        line("pairs of routes both modelled", &self.routes_open)?;
        line("sketches modelled", &self.models)?;
        line("first structures right", &self.leaders)?;
        line("of these in the right group", &self.groups_first)?;
        line("log loss, atoms", &format!("{:.2}", self.atoms.loss))?;
        line("log loss, group", &format!("{:.2}", self.groups.loss))?;
        writeln!(f, "{:<16} {:>14} {:>14}", "said", "atoms right", "group right")?;
        for (band, low) in BANDS.iter().enumerate() {
            let high = BANDS.get(band + 1).copied().unwrap_or(1.0);
            let [atoms, groups] = [&self.atoms, &self.groups].map(|c| c.bands[band].to_string());
            writeln!(f, "{:<16} {atoms:>14} {groups:>14}", format!("{low:.2} to {high:.2}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_fall_into_their_bands_and_wrong_ones_cost() {
        let mut calibration = Calibration::default();
        calibration.add(0.995, true);
        calibration.add(0.95, false);
        calibration.add(0.949, true);
        calibration.add(0.0, false);
        let of = |yes, all| Share { yes, all };
        let none = Share::default();
        assert_eq!(calibration.bands, [of(0, 1), none, none, none, none, of(1, 1), of(0, 1), of(1, 1)]);
        let loss = -(0.995f64.ln() + 0.05f64.ln() + 0.949f64.ln() + 0.999f64.ln());
        assert!((calibration.loss - loss).abs() < 1e-9);
    }
}
