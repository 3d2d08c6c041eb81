//! Which arm the next trial gets.

use super::{Finished, Part};
use crate::phasing::{Arm, StartKind};

/// Of so many trials one keeps the arm that is its turn, whatever has been learnt: no arm starves, and one false
/// promise cannot lead a run astray.
const TURN_EVERY: u32 = 2;

/// Deals arms to trials: in turn as long as no trial was promising, then every other trial to the arm that finds most
/// promising ones per cycle. Cycles until a claim, for three seeds, in turn and so: vidarabine at 1.0 Å (incomplete,
/// high pressure) 22640, 8400, 4240 and 14880, 5840, 1440; biotin at 0.85 Å (electrons) 2000, 4240, 4960 and 2000,
/// 2560, 4480. Sets whose first trials convince (a tetrapeptide and conotoxin at 1.1 Å, c22no at 1.1 Å, c20si at 1.0 Å)
/// need the same. Roxithromycin at 1.2 Å is not solved in 10 s either way.
///
/// All it knows comes from finished trials, and sums do not ask for their order. Which have finished when a trial is
/// dealt follows from the number of slots, and from nothing else that runs them: engines that share slots step
/// together.
#[derive(Debug, Clone)]
pub struct Deal {
    arms: Vec<Arm>,
    records: Vec<Record>,
    /// Trials of each seed set, where every set is tried by itself.
    each: Option<u32>,
    /// The trials that are dealt to, where they are not all.
    part: Option<Part>,
}

/// What an arm has done so far. Arms that stand twice in the portfolio share the record of the first.
#[derive(Debug, Clone, Copy, Default)]
struct Record {
    promising: u32,
    cycles: u64,
}

impl Deal {
    /// Arms in the order of their turns.
    pub fn new(arms: &[Arm]) -> Self {
        Self { arms: arms.to_vec(), records: vec![Record::default(); arms.len()], each: None, part: None }
    }

    /// The same for seed sets that are tried by themselves, by `each` trials: what one finds teaches the others nothing.
    #[must_use]
    pub fn for_each_set(self, each: Option<u32>) -> Self {
        Self { each: each.filter(|each| *each > 0), ..self }
    }

    /// The same for a part of the trials: each keeps the arm whose turn it is, as no part knows what the others have learnt.
    #[must_use]
    pub fn for_part(self, part: Part) -> Self {
        Self { part: Some(part), ..self }
    }

    /// Whether trial number `trial` is dealt to.
    pub fn takes(&self, trial: u32) -> bool {
        self.part.is_none_or(|part| part.has(trial))
    }

    /// How many of so many trials are dealt to.
    pub fn share(&self, trials: u32) -> u32 {
        self.part.map_or(trials, |part| part.share(trials))
    }

    /// The number that trial number `trial` has among those of its seed set, where every set is tried by itself: what its random numbers are
    /// made of, so that a set is tried as if it were alone. Else its own.
    pub fn number(&self, trial: u32) -> u32 {
        self.each.map_or(trial, |each| trial % each)
    }

    /// The seed set, of so many, of trial number `trial`.
    pub fn set(&self, trial: u32, sets: usize) -> usize {
        set_of(trial, sets, self.each)
    }

    /// True where every set is tried by itself.
    pub fn sets_apart(&self) -> bool {
        self.each.is_some()
    }

    /// The arm whose turn trial number `trial` is; it says on which grid the trial runs.
    pub fn turn(&self, trial: u32) -> Arm {
        self.arms[self.number(trial) as usize % self.arms.len()]
    }

    /// The arm that trial number `trial` gets: its turn's, or the best of the same grid. Trials from seeds and from
    /// atoms stay in turn, because their numbers say what is taken from the list.
    pub fn arm(&self, trial: u32) -> Arm {
        let turn = self.turn(trial);
        let round = trial / self.arms.len() as u32;
        if self.each.is_some() || self.part.is_some() || turn.imposes() || (trial + round).is_multiple_of(TURN_EVERY) {
            return turn;
        }
        let mut best = (0.0, turn);
        for (arm, record) in
            self.arms.iter().zip(&self.records).filter(|(arm, _)| arm.sampling == turn.sampling && !arm.imposes())
        {
            // As if one more trial had failed: a first lucky one is not believed at once.
            let rate = f64::from(record.promising) / (record.cycles + u64::from(arm.cycles)) as f64;
            if rate > best.0 {
                best = (rate, *arm);
            }
        }
        best.1
    }

    /// Number of arms, after which turns come again.
    pub fn arms(&self) -> usize {
        self.arms.len()
    }

    /// Trials from atoms that come before trial number `trial`.
    pub fn atoms_before(&self, trial: u32) -> usize {
        let among = |arms: &[Arm]| arms.iter().filter(|arm| arm.start == StartKind::Atom).count();
        let (rounds, rest) = (trial as usize / self.arms.len(), trial as usize % self.arms.len());
        rounds * among(&self.arms) + among(&self.arms[..rest])
    }

    /// Learns from a finished trial.
    pub fn learn(&mut self, finished: &Finished) {
        let place = self.arms.iter().position(|arm| arm.name == finished.arm);
        if let Some(record) = place.and_then(|place| self.records.get_mut(place)) {
            record.promising += u32::from(finished.is_promising());
            record.cycles += u64::from(finished.cycles);
        }
    }
}

/// The seed set, of so many, of trial number `trial`: in turn, or `each` trials for each.
pub fn set_of(trial: u32, sets: usize, each: Option<u32>) -> usize {
    let trial = trial as usize;
    each.map_or(trial, |each| trial / each.max(1) as usize) % sets.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Merits;
    use crate::phasing::portfolio::{Methods, portfolio, with_atom_starts};

    fn finished(arm: &Arm, promising: bool, cycles: u32) -> Finished {
        let good = if promising { 100.0 } else { 0.0 };
        let merits = Merits { e_kurtosis: good, kappa: good, r_weak: 0.1, ..Merits::default() };
        Finished { trial: 0, arm: arm.name, recipe: arm.recipe(1, 0), merits, cycles, proven: None }
    }

    #[test]
    fn arms_come_in_turn_until_one_is_promising_and_none_starves() {
        let arms = portfolio(Methods::Both, 100.0);
        let mut deal = Deal::new(&arms);
        deal.learn(&finished(&arms[0], false, 400));
        for trial in 0..40 {
            assert_eq!(deal.arm(trial), arms[trial as usize % arms.len()]);
        }
        let good = arms[1];
        deal.learn(&finished(&good, true, 60));
        let dealt: Vec<Arm> = (0..64).map(|trial| deal.arm(trial)).collect();
        assert!(dealt.iter().filter(|arm| **arm == good).count() >= 32);
        assert!(arms.iter().all(|arm| dealt.contains(arm)));
    }

    #[test]
    fn trials_from_atoms_take_the_list_in_order_whatever_was_learnt() {
        let arms = with_atom_starts(portfolio(Methods::Both, 1000.0), 1);
        let mut deal = Deal::new(&arms);
        deal.learn(&finished(&arms[0], true, 20));
        let atoms: Vec<u32> = (0..40).filter(|&trial| deal.arm(trial).start == StartKind::Atom).collect();
        assert_eq!(atoms.len(), 20);
        assert!(atoms.iter().enumerate().all(|(n, &trial)| deal.atoms_before(trial) == n));
    }

    #[test]
    fn what_is_found_sooner_is_preferred() {
        let arms = portfolio(Methods::Both, 100.0);
        let mut deal = Deal::new(&arms);
        deal.learn(&finished(&arms[0], true, 440));
        deal.learn(&finished(&arms[1], true, 60));
        assert_eq!(deal.arm(1), arms[1]);
        assert!((0..16).all(|trial| deal.arm(trial) != arms[0] || trial % 8 == 0));
    }

    #[test]
    fn sets_that_are_tried_by_themselves_have_their_own_numbers() {
        let arms = portfolio(Methods::Both, 100.0);
        let mut deal = Deal::new(&arms).for_each_set(Some(3));
        deal.learn(&finished(&arms[1], true, 60));
        for trial in 0..12 {
            assert_eq!(deal.arm(trial), arms[trial as usize % 3 % arms.len()]);
            assert_eq!((deal.number(trial), deal.set(trial, 4)), (trial % 3, trial as usize / 3));
        }
        assert_eq!((Deal::new(&arms).number(7), Deal::new(&arms).set(7, 4)), (7, 3));
    }
}
