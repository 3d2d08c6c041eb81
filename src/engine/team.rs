//! Several devices as one: their engines share the slots of a run, the faster ones more of them.

use super::{Backend, Device, Engine, EngineError, Problem};
use std::sync::Arc;

/// Devices with what each is worth.
pub struct Team {
    members: Vec<(Arc<dyn Backend>, f64)>,
}

impl Team {
    /// Of these devices, at least one. Each is worth the bandwidth of a plain copy on it, which takes it a second to tell: a cycle is bound by that.
    ///
    /// # Errors
    /// A device that is lost while it is asked.
    pub fn new(backends: Vec<Arc<dyn Backend>>) -> Result<Self, EngineError> {
        let mut members = Vec::new();
        for backend in backends {
            let worth = backend.copy_bandwidth()?.unwrap_or(1.0).max(f64::MIN_POSITIVE);
            members.push((backend, worth));
        }
        if members.is_empty() {
            return Err(EngineError::Refused("a team of no devices".into()));
        }
        // The fastest first: where there are fewer slots than members, the slowest have none.
        members.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        Ok(Self { members })
    }

    /// Slots of each member out of so many, by what they are worth and at least one each.
    fn shares(&self, slots: usize) -> Vec<usize> {
        let members = self.members.len().min(slots);
        let total: f64 = self.members.iter().take(members).map(|(_, worth)| worth).sum();
        let free = (slots - members) as f64;
        let mut exact = 0.0;
        let mut given = 0;
        let share = |(_, worth): &(Arc<dyn Backend>, f64)| {
            // Rounded as a running sum, so that none is lost.
            exact += free * worth / total;
            let share = exact.round() as usize - given;
            given += share;
            share + 1
        };
        self.members.iter().take(members).map(share).collect()
    }
}

impl Backend for Team {
    fn device(&self) -> Device {
        let devices: Vec<Device> = self.members.iter().map(|(backend, _)| backend.device()).collect();
        let names: Vec<&str> = devices.iter().map(|device| device.name.as_str()).collect();
        let name = names.join(" + ");
        // There is always a first one.
        Device { name, threads: devices.iter().map(|device| device.threads).sum(), ..self.members[0].0.device() }
    }

    fn slots(&self, problem: &Problem, trials: u32) -> usize {
        let all: usize = self.members.iter().map(|(backend, _)| backend.slots(problem, trials)).sum();
        all.min(trials as usize).max(1)
    }

    fn engine(&self, problem: Problem, slots: usize) -> Result<Box<dyn Engine>, EngineError> {
        self.members[0].0.engine(problem, slots)
    }

    /// As many of each member as take turns, one after the other, so that engine e works in every turn of e modulo their number.
    fn engines(&self, problem: &Problem, slots: usize, _: usize) -> Result<Vec<Box<dyn Engine>>, EngineError> {
        let turns = self.turns(slots);
        let of_turn = |turn: usize| self.shares(slots / turns + usize::from(turn < slots % turns));
        let shares: Vec<Vec<usize>> = (0..turns).map(of_turn).collect();
        let mut engines = Vec::new();
        for (member, (backend, _)) in self.members.iter().enumerate() {
            for share in shares.iter().filter_map(|shares| shares.get(member)) {
                engines.push(backend.engine(problem.clone(), *share)?);
            }
        }
        Ok(engines)
    }

    fn turns(&self, slots: usize) -> usize {
        let turns =
            self.members.iter().map(|(backend, _)| backend.turns(slots / self.members.len())).max().unwrap_or(1);
        // Every member needs a slot in every turn.
        if slots >= turns * self.members.len() { turns } else { 1 }
    }

    fn reach(&self) -> u32 {
        self.members.iter().map(|(backend, _)| backend.reach()).max().unwrap_or(1)
    }

    fn copy_bandwidth(&self) -> Result<Option<f64>, EngineError> {
        let each: Vec<Option<f64>> = self.members.iter().map(|(b, _)| b.copy_bandwidth()).collect::<Result<_, _>>()?;
        Ok(each.into_iter().sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A device of this bandwidth, which makes no engines.
    struct Card(f64);

    impl Backend for Card {
        fn device(&self) -> Device {
            Device { backend: "gpu", name: format!("card {}", self.0), api: None, driver: None, threads: 1 }
        }

        fn slots(&self, _: &Problem, _: u32) -> usize {
            1
        }

        fn engine(&self, _: Problem, _: usize) -> Result<Box<dyn Engine>, EngineError> {
            Err(EngineError::Refused("none".into()))
        }

        fn turns(&self, slots: usize) -> usize {
            if slots < 16 { 1 } else { 2 }
        }

        fn copy_bandwidth(&self) -> Result<Option<f64>, EngineError> {
            Ok(Some(self.0))
        }
    }

    #[test]
    fn the_slower_card_gets_fewer_slots_and_none_is_lost() {
        let team = Team::new(vec![Arc::new(Card(1.0)), Arc::new(Card(3.0))]).unwrap();
        assert_eq!(team.device().name, "card 3 + card 1");
        assert_eq!([1, 2, 6, 102].map(|slots| team.shares(slots)), [vec![1], vec![1, 1], vec![4, 2], vec![76, 26]]);
        assert_eq!([1, 31, 32, 200].map(|slots| team.turns(slots)), [1, 1, 2, 2]);
        assert_eq!(team.copy_bandwidth().unwrap(), Some(4.0));
        let even = Team::new((0..7).map(|_| Arc::new(Card(2.0)) as Arc<dyn Backend>).collect()).unwrap();
        for slots in 1..200 {
            let shares = even.shares(slots);
            assert!(
                shares.iter().sum::<usize>() == slots && shares.iter().all(|share| *share > 0),
                "{slots}: {shares:?}"
            );
            assert!(shares.iter().max().unwrap() - shares.iter().min().unwrap() <= 1, "{slots}: {shares:?}");
        }
        assert!(Team::new(Vec::new()).is_err());
    }
}
