//! What `seedflip bench` prints when JSON is not asked for.

use crate::bench::cells::{PAIR, Refused, Table};
use crate::bench::throughput::Throughput;
use std::fmt::Write;

/// Device, bandwidth, and the heads of the columns that `line` fills.
pub fn header(table: &Table) -> String {
    let mut out = format!("{}, {} threads\n", table.device, table.device.threads);
    if let Some(bandwidth) = table.copy_bandwidth {
        let _ = writeln!(out, "a plain copy reads and writes {:.1} GB/s", bandwidth / 1e9);
    }
    let _ = writeln!(
        out,
        "{:>15} {:>6} {:<8} {:>11} {:>8} {:>7} {:>7} {:>5} {:>8}  columns planes weights",
        "grid", "trials", "method", "cycles/s", "ns/point", "B/point", "of copy", "FFTs", "of flip."
    );
    out
}

/// One row: trial-cycles per second, nanoseconds and bytes per point, share of the copy bandwidth, FFT pairs per
/// trial-cycle, rate over that of flipping, and the stages' shares of the time.
pub fn line(t: &Throughput) -> String {
    let s = &t.stages;
    let total = s.columns + s.planes + s.weights + s.merits;
    let stages = [s.columns, s.planes, s.weights].map(|seconds| percent((total > 0.0).then(|| seconds / total)));
    format!(
        "{:>15} {:>6} {:<8} {:>11.1} {:>8.3} {:>7} {:>7} {:>5.2} {:>8}  {:>7} {:>6} {:>7}",
        grid(t.grid),
        t.trials,
        name(t),
        t.trial_cycles_per_s,
        t.ns_per_point,
        t.bytes_per_point.map_or("-".into(), |bytes| format!("{bytes:.2}")),
        percent(t.bandwidth_share),
        t.cycle_over_fft_pair,
        percent(t.of_flipping),
        stages[0],
        stages[1],
        stages[2],
    )
}

/// A row that could not be timed.
pub fn refused(refused: &Refused) -> String {
    format!("{:>15} {:>6} not timed: {}", grid(refused.grid), refused.trials, refused.why)
}

/// How the engine went about each grid of a table.
pub fn plans(table: &Table) -> String {
    let mut lines: Vec<&str> = table.rows.iter().filter_map(|row| row.plan.as_deref()).collect();
    lines.dedup();
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// One row on its own.
pub fn row(t: &Throughput) -> String {
    let mut out = format!("{}, {} threads\n", t.device, t.device.threads);
    let mut put = |text: String| {
        let _ = writeln!(out, "{text}");
    };
    put(format!("grid {}, {} trials, {}", grid(t.grid), t.trials, name(t)));
    if let Some(plan) = &t.plan {
        put(format!("plan {plan}"));
    }
    put(format!("{:>12.1} trial-cycles/s", t.trial_cycles_per_s));
    put(format!("{:>12.3} ns per point and trial-cycle (CPU time)", t.ns_per_point));
    put(format!("{:>12.3} ns per point of a real FFT pair (one thread)", t.fft_pair_ns_per_point));
    put(format!("{:>12.2} FFT pairs per trial-cycle", t.cycle_over_fft_pair));
    if let Some(bytes) = t.bytes_per_point {
        put(format!("{bytes:>12.2} bytes per point and trial-cycle, counted"));
    }
    if let Some(bandwidth) = t.copy_bandwidth {
        put(format!("{:>12.1} GB/s of a plain copy, read and written", bandwidth / 1e9));
    }
    if let Some(share) = t.bandwidth_share {
        put(format!("{:>12.1} % of that bandwidth used", 100.0 * share));
    }
    let s = &t.stages;
    put(format!("stages, s: columns {:.2}, planes {:.2}, weights {:.2}", s.columns, s.planes, s.weights));
    out
}

fn grid([x, y, z]: [usize; 3]) -> String {
    format!("{x} x {y} x {z}")
}

fn percent(share: Option<f64>) -> String {
    share.map_or("-".into(), |share| format!("{:.0} %", 100.0 * share))
}

/// One word for a recipe.
fn name(row: &Throughput) -> &'static str {
    if row.recipe == PAIR { "pair" } else { row.recipe.name() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::cells::MESSAGE;
    use crate::engine::{Device, StageSeconds};

    #[test]
    fn rows_stand_below_their_heads() {
        let device = Device { backend: "gpu", name: "Glass Card".into(), api: None, driver: None, threads: 1 };
        let row = Throughput {
            schema_version: 1,
            device: device.clone(),
            grid: [64, 64, 64],
            trials: 512,
            recipe: MESSAGE,
            plan: Some("64 x 64 x 64: two passes".into()),
            trial_cycles: 1,
            trial_cycles_per_s: 350_000.25,
            of_flipping: Some(0.456),
            ns_per_point: 0.0109,
            fft_pair_ns_per_point: 10.0,
            cycle_over_fft_pair: 0.001,
            bytes_per_point: Some(12.734),
            copy_bandwidth: Some(3e12),
            bandwidth_share: Some(0.389),
            stages: StageSeconds { columns: 3.0, planes: 6.0, weights: 1.0, merits: 0.0 },
        };
        let refused_row = Refused { grid: [192; 3], trials: 8, why: "too large".into() };
        let table = Table {
            schema_version: 1,
            device,
            copy_bandwidth: Some(3e12),
            rows: vec![row.clone(), row.clone()],
            refused: vec![refused_row.clone()],
        };
        let header = header(&table);
        let heads: Vec<&str> = header.lines().collect();
        assert!(heads[1].contains("3000.0 GB/s"), "{header}");
        let line = line(&row);
        // Right ends of the right-aligned columns.
        for (head, value) in [("cycles/s", "350000.2"), ("B/point", "12.73"), ("of copy", "39 %"), ("of flip.", "46 %")]
        {
            let end = |text: &str, word: &str| text.find(word).map(|at| at + word.len());
            assert!(end(&line, value).is_some() && end(heads[2], head) == end(&line, value), "{head}:\n{header}{line}");
        }
        assert!(line.ends_with("30 %   60 %    10 %"), "{line}");
        assert_eq!(plans(&table), "64 x 64 x 64: two passes\n");
        assert!(refused(&refused_row).ends_with("8 not timed: too large"));
        assert!(super::row(&row).contains("38.9 % of that bandwidth"));
    }
}
