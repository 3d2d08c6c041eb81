//! When a run must end: at its time limit, or as soon as somebody asks. Imports: nothing of the crate.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// One clock for a whole run, looked at in every stage and from every thread.
#[derive(Debug)]
pub struct Clock {
    begun: Instant,
    limit: Option<Duration>,
    stopped: AtomicBool,
}

impl Clock {
    /// Begins to run; over after `limit`, where there is one.
    pub fn new(limit: Option<Duration>) -> Self {
        Self { begun: Instant::now(), limit, stopped: AtomicBool::new(false) }
    }

    /// A clock that nobody looks after: never over.
    pub fn endless() -> Self {
        Self::new(None)
    }

    /// Time since the run began.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// The time limit, where there is one.
    pub fn limit(&self) -> Option<Duration> {
        self.limit
    }

    /// Asks for an end; from any thread, any number of times.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// True once somebody has asked.
    pub fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// True when the time is up, whoever asked or not.
    pub fn late(&self) -> bool {
        self.limit.is_some_and(|limit| self.elapsed() >= limit)
    }

    /// True when `share` of the time is up; never without a limit.
    pub fn past(&self, share: f64) -> bool {
        self.limit.is_some_and(|limit| self.elapsed() >= limit.mul_f64(share))
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
        assert!(!clock.over() && !clock.past(0.0));
        clock.stop();
        assert!(clock.over() && clock.stopped() && !clock.late());
        let clock = Clock::new(Some(Duration::ZERO));
        assert!(clock.over() && clock.late() && !clock.stopped());
        let clock = Clock::new(Some(Duration::from_secs(3600)));
        assert!(!clock.over() && clock.past(0.0) && !clock.past(0.5));
    }
}
