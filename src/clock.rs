//! When a run must end: at its time limit, or as soon as somebody asks. Imports: nothing of the crate.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// One clock for a whole run: it starts when it is made, is asked by any thread at any time, and costs a glance. Whoever hears of a
/// signal stops it; whoever works asks it between two pieces of work.
#[derive(Debug, Clone)]
pub struct Clock {
    begun: Instant,
    limit: Option<Duration>,
    stopped: Arc<AtomicBool>,
    /// Of the clock that is above this one.
    above: Option<Arc<AtomicBool>>,
}

impl Clock {
    /// Begins to run; over after `limit`, where there is one.
    pub fn new(limit: Option<Duration>) -> Self {
        Self { begun: Instant::now(), limit, stopped: Arc::default(), above: None }
    }

    /// A clock below this one, for one of several runs: it begins now, and whoever stops this one stops it too, not the other way
    /// round.
    #[must_use]
    pub fn below(&self, limit: Option<Duration>) -> Self {
        Self { above: Some(self.stopped.clone()), ..Self::new(limit) }
    }

    /// The same clock for a part of the run that may take `share` of the time; whoever stops one stops both.
    #[must_use]
    pub fn part(&self, share: f64) -> Self {
        Self { limit: self.limit.map(|limit| limit.mul_f64(share)), ..self.clone() }
    }

    /// A clock that nobody looks after: never over.
    pub fn endless() -> Self {
        Self::new(None)
    }

    /// Time since the run began.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Asks for an end; from any thread, any number of times.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// True once somebody has asked.
    pub fn stopped(&self) -> bool {
        let asked = |flag: &Arc<AtomicBool>| flag.load(Ordering::Relaxed);
        asked(&self.stopped) || self.above.as_ref().is_some_and(asked)
    }

    /// True when the time is up, whoever asked or not.
    pub fn late(&self) -> bool {
        self.limit.is_some_and(|limit| self.elapsed() >= limit)
    }

    /// How long the run may take.
    pub fn limit(&self) -> Option<Duration> {
        self.limit
    }

    /// True when what goes on should end where it stands.
    pub fn over(&self) -> bool {
        self.stopped() || self.late()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_over_at_its_limit_or_when_asked() {
        let clock = Clock::endless();
        assert!(!clock.over());
        std::thread::scope(|scope| {
            scope.spawn(|| clock.stop());
        });
        assert!(clock.over() && clock.stopped() && !clock.late());
        let clock = Clock::new(Some(Duration::ZERO));
        assert!(clock.over() && clock.late() && !clock.stopped());
        let clock = Clock::new(Some(Duration::from_secs(3600)));
        assert!(!clock.over() && clock.part(0.0).late() && !clock.part(0.5).over());
        let part = clock.part(0.5);
        clock.stop();
        assert!(part.stopped() && part.over());
    }

    #[test]
    fn a_clock_stops_those_below_it_and_none_stops_the_one_above() {
        let whole = Clock::endless();
        let runs = [Duration::from_secs(3600), Duration::ZERO].map(|limit| whole.below(Some(limit)));
        assert!(!runs[0].over() && runs[1].late() && !whole.over());
        runs[1].stop();
        assert!(runs[1].stopped() && !runs[0].stopped() && !whole.stopped());
        whole.stop();
        assert!(runs[0].stopped() && runs[0].part(0.5).stopped());
    }
}
