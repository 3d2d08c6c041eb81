//! `seedflip status`: how far a run with a journal is.

use super::solve::{SHARDS, TRIALS};
use super::stop;
use crate::Result;
use crate::clock::Clock;
use crate::error::EXIT_OK;
use crate::journal::{Shards, SolvedMark};
use crate::output::say;
use crate::trials::{Merits, Part};
use serde::Deserialize;
use std::collections::HashSet;
use std::fmt::Write;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Pause between two looks of `--watch`.
const PAUSE: Duration = Duration::from_secs(5);
/// … in pieces, so that Ctrl-C is heard.
const PIECE: Duration = Duration::from_millis(100);
/// Shards that are shown one by one; of more only those at work.
const MOST_SHOWN: usize = 64;

/// How far a run with a journal is: trials, best figures of merit, time left
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  seedflip status night
  seedflip status night --watch

Files that come out: none.")]
pub struct Args {
    /// The folder of --run, or of a screen
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Look again every five seconds until all trials have ended
    #[arg(long)]
    watch: bool,
}

/// What is asked of an entry, whatever it is of.
#[derive(Deserialize)]
struct Brief {
    merits: Option<Merits>,
}

/// How far a shard is.
struct Standing {
    part: Part,
    done: u32,
    /// All of its trials, where that is known.
    of: Option<u32>,
    /// Trials in a second since it was last opened.
    rate: Option<f64>,
    holder: Option<String>,
}

/// How far a run is.
struct Whole {
    standings: Vec<Standing>,
    best: Option<Merits>,
    solved: Option<SolvedMark>,
}

/// Runs the sub-command.
pub fn run(args: &Args) -> Result<u8> {
    let clock = Clock::endless();
    if args.watch {
        stop::catch(clock.clone());
    }
    loop {
        let shards = Shards::open(&args.folder)?;
        let (text, has_ended) = if shards.plan.members.is_empty() {
            let whole = Whole::read(&shards)?;
            (whole.text(), whole.has_ended())
        } else {
            several(&shards)?
        };
        say::out(&text)?;
        let begun = clock.elapsed();
        while args.watch && !has_ended && !clock.stopped() && clock.elapsed() - begun < PAUSE {
            std::thread::sleep(PIECE);
        }
        if !args.watch || has_ended || clock.stopped() {
            return Ok(EXIT_OK);
        }
    }
}

/// What is asked of the entry of a data set.
#[derive(Deserialize)]
struct Ended {
    set: String,
}

/// How far a run of several data sets is, and whether all of it has ended.
fn several(shards: &Shards) -> Result<(String, bool)> {
    let names = &shards.plan.members;
    let mut ended = HashSet::new();
    shards.scan(Part::WHOLE, |Ended { set }| {
        if names.contains_key(&set) {
            ended.insert(set);
        }
    })?;
    let holder = shards.holder(Part::WHOLE);
    let mut text = String::new();
    for name in names.keys().filter(|name| !ended.contains(*name)) {
        let Some(run) = shards.member(name).filter(|run| run.holder(Part::WHOLE).is_some()) else { continue };
        let mut trials = 0;
        run.scan(Part::WHOLE, |_: Brief| trials += 1)?;
        let _ = writeln!(text, "{name}: {trials} trials");
    }
    let at_work = holder.as_deref().unwrap_or("nobody at work");
    let _ = writeln!(text, "{} of {} data sets have ended, {at_work}", ended.len(), names.len());
    Ok((text, holder.is_none() && ended.len() == names.len()))
}

impl Whole {
    fn read(shards: &Shards) -> Result<Self> {
        let of = shards.plan.number(SHARDS).unwrap_or(1);
        let trials = shards.plan.number(TRIALS);
        let mut best: Option<Merits> = None;
        let mut standings = Vec::new();
        for part in (0..of).filter_map(|index| Part::new(index, of)) {
            let mut done = 0;
            let scan = shards.scan(part, |brief: Brief| {
                done += 1;
                best = best.into_iter().chain(brief.merits).min_by(|a, b| a.r_weak.total_cmp(&b.r_weak));
            })?;
            let rate = scan.and_then(|scan| scan.opening).and_then(|(opening, entries)| {
                let until = seconds(shards.touched(part)?).saturating_sub(opening.opened);
                (entries > 0 && until > 0).then_some(entries as f64 / until as f64)
            });
            let of = trials.map(|trials| part.share(trials));
            standings.push(Standing { part, done, of, rate, holder: shards.holder(part) });
        }
        Ok(Self { standings, best, solved: shards.solved() })
    }

    fn has_ended(&self) -> bool {
        let ended = |s: &Standing| s.holder.is_none() && s.of.is_none_or(|of| s.done >= of);
        self.solved.is_some() || self.standings.iter().all(ended)
    }

    /// Seconds until the slowest shard at work has ended.
    fn left(&self) -> Option<f64> {
        let left = |s: &Standing| Some(f64::from(s.of?.saturating_sub(s.done)) / s.rate?);
        self.standings.iter().filter(|s| s.holder.is_some()).filter_map(left).reduce(f64::max)
    }

    fn text(&self) -> String {
        let mut lines = Vec::new();
        let at_work = self.standings.iter().filter(|s| s.holder.is_some()).count();
        let all = self.standings.len();
        if all > 1 {
            let shown = self.standings.iter().filter(|s| all <= MOST_SHOWN || s.holder.is_some()).take(MOST_SHOWN);
            lines.extend(shown.map(Standing::line));
        }
        let done: u32 = self.standings.iter().map(|s| s.done).sum();
        let of = self.standings.iter().map(|s| s.of).sum::<Option<u32>>();
        let mut line = format!("{done}{} trials", of.map_or(String::new(), |of| format!(" of {of}")));
        if all > 1 {
            line += &format!(", {at_work} of {all} shards at work");
        }
        if let Some(best) = self.best {
            line += &format!(", best R_weak {:.3}", best.r_weak);
        }
        if let Some(left) = self.left() {
            line += &format!(", {left:.0} s left at most");
        }
        lines.push(line);
        if let Some(mark) = &self.solved {
            let r1 = mark.r1.map_or(String::new(), |r1| format!(", R1 {r1:.3}"));
            lines.push(format!("shard {} is sure of what trial {} found{r1}", mark.shard, mark.trial));
        }
        lines.join("\n") + "\n"
    }
}

impl Standing {
    fn line(&self) -> String {
        let of = self.of.map_or(String::new(), |of| format!(" of {of}"));
        let rate = self.rate.map_or(String::new(), |rate| format!(", {rate:.2} a second"));
        let holder = self.holder.as_deref().unwrap_or("nobody at work");
        format!("shard {:>9}: {:>7}{of} trials{rate}, {holder}", self.part.to_string(), self.done)
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
