//! Cores, memory and turns that several runs share.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Searches that share a GPU: one that the card works on, others that are read, worked up or written meanwhile.
const LANES_OF_GPU: usize = 4;
/// With a GPU at least so many: one that waits for it, one that does not.
const LEAST_LANES_OF_GPU: usize = 2;

/// What is left to be shared out.
pub struct Shares {
    state: Mutex<State>,
    freed: Condvar,
    /// Bytes in all.
    budget: f64,
}

struct State {
    waiting: VecDeque<usize>,
    cores: usize,
    lanes: usize,
    memory: f64,
}

/// The turn of a data set; its cores come back when this is dropped.
pub struct Turn<'a> {
    /// Which one.
    pub entry: usize,
    /// Threads that it may use.
    pub cores: usize,
    shares: &'a Shares,
}

/// Memory that is kept for a run until this is dropped.
pub struct Room<'a> {
    bytes: f64,
    shares: &'a Shares,
}

/// Data sets under way at a time: one for each thread, as the work on one structure keeps a core busy all the time and several
/// cores only now and then.
pub fn lanes(threads: usize, gpu: bool, entries: usize) -> usize {
    let lanes = if gpu { threads.clamp(LEAST_LANES_OF_GPU, LANES_OF_GPU) } else { threads };
    lanes.min(entries).max(1)
}

impl Shares {
    /// `order`: places of the data sets in the order of their turns. `lanes` of them are under way at a time, on `threads` threads
    /// and in `budget` bytes together.
    pub fn new(order: Vec<usize>, lanes: usize, threads: usize, budget: u64) -> Self {
        let budget = budget as f64;
        let state = State { waiting: order.into(), cores: threads.max(lanes), lanes, memory: budget };
        Self { state: Mutex::new(state), freed: Condvar::new(), budget }
    }

    /// The next turn, with an equal share of the cores that are free; `None` when all have had theirs.
    pub fn next(&self) -> Option<Turn<'_>> {
        let mut state = self.state();
        let sharing = state.waiting.len().min(state.lanes).max(1);
        let entry = state.waiting.pop_front()?;
        let cores = (state.cores / sharing).max(1);
        state.cores = state.cores.saturating_sub(cores);
        state.lanes = state.lanes.saturating_sub(1);
        Some(Turn { entry, cores, shares: self })
    }

    /// Nobody begins any more: places of those that had no turn.
    pub fn close(&self) -> Vec<usize> {
        self.state().waiting.drain(..).collect()
    }

    /// Keeps `bytes` for a run, as soon as others have left so much. One that is larger than all there is gets all.
    pub fn reserve(&self, bytes: f64) -> Room<'_> {
        let bytes = bytes.min(self.budget);
        let mut state = self.state();
        while state.memory < bytes {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.memory -= bytes;
        Room { bytes, shares: self }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.shares.state();
        state.cores += self.cores;
        state.lanes += 1;
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        self.shares.state().memory += self.bytes;
        self.shares.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn cores_are_shared_out_evenly_and_never_more_than_there_are() {
        for (threads, entries, expected) in
            [(2, 5, vec![1, 1]), (5, 2, vec![2, 3]), (8, 3, vec![2, 3, 3]), (4, 1, vec![4])]
        {
            let lanes = lanes(threads, false, entries);
            let shares = Shares::new((0..entries).collect(), lanes, threads, 1);
            let turns: Vec<Turn<'_>> = (0..lanes).map(|_| shares.next().unwrap()).collect();
            assert_eq!(turns.iter().map(|turn| turn.cores).collect::<Vec<_>>(), expected, "{threads} {entries}");
        }
        assert_eq!([1, 3, 16].map(|threads| lanes(threads, true, 9)), [2, 3, 4]);
        // One after the other: each has all that is free.
        let shares = Shares::new(vec![1, 0], 1, 3, 1);
        let turns = [(); 2].map(|()| shares.next().map(|turn| (turn.entry, turn.cores)));
        assert_eq!((turns, shares.next().is_none()), ([Some((1, 3)), Some((0, 3))], true));
    }

    #[test]
    fn memory_is_waited_for() {
        let shares = Shares::new(Vec::new(), 2, 2, 100);
        let first = shares.reserve(80.0);
        std::thread::scope(|scope| {
            let second = scope.spawn(|| drop(shares.reserve(30.0)));
            std::thread::sleep(Duration::from_millis(50));
            assert!(!second.is_finished());
            drop(first);
        });
        drop(shares.reserve(1e9));
        assert_eq!(shares.state().memory, 100.0);
    }
}
