//! What has been told of a run, for whoever asks, whenever they come.

use super::news::News;
use crate::report::page::{MOST_LOOKS, MOST_TRIALS};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Where trials stand is told no more often: a run takes thousands of steps a second.
const BETWEEN_STEPS: Duration = Duration::from_millis(100);
/// Finished trials and models that are kept for whoever comes late; of a run of a million trials the first, and those that may be a solution, say enough.
const MOST_KEPT: usize = 20_000;

/// All that a page needs of a run: every event of its first trials, of other things the latest. Its size is bounded.
#[derive(Debug, Default)]
pub struct Feed {
    state: Mutex<State>,
}

/// Things of which the latest alone counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Latest {
    Progress,
    Stage,
    Structure,
    Judged,
    Ended,
}

#[derive(Debug, Default)]
struct State {
    /// Number of the last.
    last: u64,
    /// What is kept, by its number.
    kept: Vec<(u64, Arc<str>)>,
    /// Looks of each trial that is followed.
    looks: BTreeMap<u32, usize>,
    latest: BTreeMap<Latest, (u64, Arc<str>)>,
    stepped: Option<Instant>,
}

/// What is done with something told.
enum Keep {
    All,
    Latest(Latest),
    Nothing,
}

impl Feed {
    /// Takes down what has happened.
    pub fn tell(&self, told: &News) {
        let mut state = self.state();
        let keep = state.keep(told);
        if matches!(keep, Keep::Nothing) {
            return;
        }
        // Numbers and words alone: there is nothing that JSON cannot express.
        let Ok(fields) = serde_json::to_string(told) else { return };
        state.take(keep, &fields);
    }

    /// The run has ended; `document` is what its page is drawn from, as JSON, if it has one.
    pub fn ended(&self, document: Option<&str>) {
        let fields = format!("{{\"kind\":\"ended\",\"document\":{}}}", document.unwrap_or("null"));
        self.state().take(Keep::Latest(Latest::Ended), &fields);
    }

    /// True when where trials stand was not told for a while.
    pub fn wants_step(&self) -> bool {
        self.state().stepped.is_none_or(|then| then.elapsed() >= BETWEEN_STEPS)
    }

    /// Number of the last thing that was told; 0 before the first.
    pub fn last(&self) -> u64 {
        self.state().last
    }

    /// True once the run has ended.
    pub fn is_over(&self) -> bool {
        self.state().latest.contains_key(&Latest::Ended)
    }

    /// All that has been told after the number `after` and still counts, in order, as a JSON array of objects with their number `n`.
    pub fn since(&self, after: u64) -> String {
        let state = self.state();
        let from = state.kept.partition_point(|(n, _)| *n <= after);
        let mut all: Vec<&(u64, Arc<str>)> = state.kept[from..].iter().collect();
        all.extend(state.latest.values().filter(|(n, _)| *n > after));
        all.sort_by_key(|(n, _)| *n);
        let objects: Vec<&str> = all.into_iter().map(|(_, text)| &**text).collect();
        format!("[{}]", objects.join(","))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn keep(&mut self, told: &News) -> Keep {
        match told {
            News::Started { trial, .. } => {
                if self.looks.len() >= MOST_TRIALS {
                    return Keep::Nothing;
                }
                self.looks.insert(*trial, 0);
                Keep::All
            }
            News::Looked { trial, .. } => match self.looks.get_mut(trial).filter(|looks| **looks < MOST_LOOKS) {
                Some(looks) => {
                    *looks += 1;
                    Keep::All
                }
                None => Keep::Nothing,
            },
            News::Finished { trial, promising, .. } if self.looks.contains_key(trial) || *promising => self.bounded(),
            News::Finished { .. } => Keep::Nothing,
            News::Modelled { .. } => self.bounded(),
            News::Progress { .. } => {
                self.stepped = Some(Instant::now());
                Keep::Latest(Latest::Progress)
            }
            News::Settling { .. } | News::Modelling { .. } => Keep::Latest(Latest::Stage),
            News::Structure { .. } => Keep::Latest(Latest::Structure),
            News::Judged { .. } => Keep::Latest(Latest::Judged),
        }
    }

    fn bounded(&self) -> Keep {
        if self.kept.len() < MOST_TRIALS * MOST_LOOKS + MOST_KEPT { Keep::All } else { Keep::Nothing }
    }

    fn take(&mut self, keep: Keep, fields: &str) {
        self.last += 1;
        let n = self.last;
        // An object begins with a brace, behind which its number goes.
        let text: Arc<str> = format!("{{\"n\":{n},{}", &fields[1..]).into();
        match keep {
            Keep::All => self.kept.push((n, text)),
            Keep::Latest(place) => {
                self.latest.insert(place, (n, text));
            }
            Keep::Nothing => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn numbers(feed: &Feed, after: u64) -> Vec<u64> {
        let all: Vec<Value> = serde_json::from_str(&feed.since(after)).unwrap();
        all.iter().map(|told| told["n"].as_u64().unwrap()).collect()
    }

    fn started(trial: u32) -> News {
        News::Started { trial, arm: "flip \"E\"".into() }
    }

    #[test]
    fn who_asks_hears_what_is_new_in_order_and_of_some_things_the_latest() {
        let feed = Feed::default();
        assert_eq!(feed.since(0), "[]");
        let judged = |finished| News::Judged { finished, probability: 0.5, claimed: false };
        for told in [started(0), judged(1), started(1), judged(2), started(2)] {
            feed.tell(&told);
        }
        assert_eq!((numbers(&feed, 0), numbers(&feed, 3), numbers(&feed, 5)), (vec![1, 3, 4, 5], vec![4, 5], vec![]));
        assert!(!feed.is_over());
        feed.ended(Some("{\"a\":1}"));
        assert!(feed.is_over());
        assert_eq!(feed.since(5), "[{\"n\":6,\"kind\":\"ended\",\"document\":{\"a\":1}}]");
        feed.ended(None);
        assert_eq!((numbers(&feed, 5), feed.last()), (vec![7], 7));
    }

    #[test]
    fn trials_without_end_take_no_room_without_end() {
        let feed = Feed::default();
        for trial in 0..2 * MOST_TRIALS as u32 {
            feed.tell(&started(trial));
        }
        for cycles in 0..2 * MOST_LOOKS {
            feed.tell(&News::Looked { trial: 3, look: [cycles as f32, 0.3, 1.0, 0.5, 0.0] });
        }
        let finished = |trial, promising| News::Finished { trial, promising, look: [0.0; 5] };
        let late = MOST_TRIALS as u32;
        [finished(3, false), finished(late, false), finished(late, true)].iter().for_each(|told| feed.tell(told));
        assert_eq!(numbers(&feed, 0).len(), MOST_TRIALS + MOST_LOOKS + 2);
    }

    #[test]
    fn where_trials_stand_is_told_now_and_then() {
        let feed = Feed::default();
        assert!(feed.wants_step());
        let (finished, trials, cycles, agreeing) = (1, 8, 50, 0);
        feed.tell(&News::Progress { finished, trials, cycles, elapsed_s: 0.5, best_r_weak: None, agreeing });
        assert!(!feed.wants_step());
    }
}
