//! How long a run may go on, and who wants it to end.

use super::StopReason;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The one clock of a run: it starts when it is made, is asked by any thread at any time, and costs a glance. Whoever
/// hears of a signal stops it; whoever works asks it between two pieces of work.
#[derive(Debug)]
pub struct Clock {
    begun: Instant,
    limit: Option<Duration>,
    stopped: AtomicBool,
}

impl Clock {
    /// Starts now; over after `limit`, if there is one.
    pub fn new(limit: Option<Duration>) -> Self {
        Self { begun: Instant::now(), limit, stopped: AtomicBool::new(false) }
    }

    /// Since the start.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Time that is left; `None` without a limit.
    pub fn left(&self) -> Option<Duration> {
        self.limit.map(|limit| limit.saturating_sub(self.elapsed()))
    }

    /// True when the limit has been reached.
    pub fn over(&self) -> bool {
        self.limit.is_some_and(|limit| self.elapsed() >= limit)
    }

    /// Asks for an end.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    /// True once somebody has asked for an end.
    pub fn stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Why no more work should begin; `None` as long as it may.
    pub fn ended(&self) -> Option<StopReason> {
        if self.over() { Some(StopReason::TimeLimit) } else { self.stopped().then_some(StopReason::Interrupted) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_ends_by_its_limit_or_when_any_thread_stops_it() {
        let clock = Clock::new(None);
        assert_eq!((clock.ended(), clock.left()), (None, None));
        std::thread::scope(|scope| {
            scope.spawn(|| clock.stop());
        });
        assert_eq!(clock.ended(), Some(StopReason::Interrupted));
        let short = Clock::new(Some(Duration::ZERO));
        assert_eq!((short.ended(), short.left()), (Some(StopReason::TimeLimit), Some(Duration::ZERO)));
        let long = Clock::new(Some(Duration::from_secs(3600)));
        assert!(long.ended().is_none() && long.left() > Some(Duration::from_secs(3500)));
        assert!(long.elapsed() < Duration::from_secs(60));
    }
}
