//! The success curves as one HTML page, without scripts or anything fetched.

use super::Tally;
use super::tally::Calibration;
use crate::formats::html::escaped;
use std::fmt::Write;

/// Size of one plot and its margins, in pixels.
const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 44.0;
const BOTTOM: f64 = 34.0;
const TOP: f64 = 12.0;
const RIGHT: f64 = 12.0;
/// Colours of the curves of one plot, distinguishable in print (Okabe & Ito 2008).
const COLOURS: [&str; 7] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];
/// Ticks of the axis of fractions.
const TICKS: [f64; 9] = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0];

/// The page: one plot for each method, resolution, completeness and number of bins, one curve for each fraction of
/// wrong seeds; below, every count, and the prediction against what was found.
pub fn page(title: &str, run: &str, tallies: &[Tally], calibrations: &[(&str, Vec<Calibration>)]) -> String {
    let mut out = String::from("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
    let _ = write!(
        out,
        "<title>{0}</title>\n<style>body{{font:14px sans-serif;margin:2em;max-width:80em}}figure{{display:inline-block;margin:0 1em 1em 0}}\
         table{{border-collapse:collapse}}td,th{{padding:2px 10px;text-align:right;border-bottom:1px solid #ddd}}</style>\n\
         </head><body>\n<h1>{0}</h1>\n<p>{1}</p>\n<p>Success of single trials, each from seeds of its own: solved of N, \
         with 95 % intervals. Solved: F²-weighted correlation with the true phases of at least 0.65.</p>\n",
        escaped(title),
        escaped(run)
    );
    let mut plots: Vec<(String, Vec<&Tally>)> = Vec::new();
    for tally in tallies {
        let c = &tally.condition;
        let name = format!("{}, {} bins, {} Å, {:.0} % complete", c.method, c.bins, c.d_min, 100.0 * c.completeness);
        match plots.iter_mut().find(|(n, _)| *n == name) {
            Some((_, list)) => list.push(tally),
            None => plots.push((name, vec![tally])),
        }
    }
    for (name, list) in &plots {
        plot(&mut out, name, list);
    }
    out.push_str("<h2>Counts</h2>\n<table><tr><th>method</th><th>d, Å</th><th>complete</th><th>bins</th><th>wrong</th><th>fraction</th>\
                  <th>solved</th><th>95 %</th><th>median cycles</th><th>mean CC</th><th>s0</th><th>predicted</th></tr>\n");
    for t in tallies {
        let c = &t.condition;
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}/{}</td><td>{:.2}–{:.2}</td><td>{}</td><td>{}</td><td>{:.2}</td><td>{:.2}–{:.2}</td></tr>",
            escaped(&c.method),
            c.d_min,
            c.completeness,
            c.bins,
            c.wrong,
            c.fraction,
            t.solved,
            t.trials,
            t.interval[0],
            t.interval[1],
            t.median_cycles.map_or("–".into(), |n| n.to_string()),
            t.mean_cc.map_or("–".into(), |cc| format!("{cc:.2}")),
            t.s0,
            t.predicted[0],
            t.predicted[1]
        );
    }
    out.push_str("</table>\n<h2>Prediction against what was found</h2>\n<table><tr><th>methods</th><th>predicted between</th><th>mean</th><th>found</th></tr>\n");
    for (name, bands) in calibrations {
        for b in bands.iter().filter(|b| b.trials > 0) {
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td>{:.1}–{:.1}</td><td>{:.2}</td><td>{}/{}</td></tr>",
                escaped(name),
                b.band[0],
                b.band[1],
                b.predicted,
                b.solved,
                b.trials
            );
        }
    }
    out.push_str("</table>\n</body></html>\n");
    out
}

fn plot(out: &mut String, name: &str, tallies: &[&Tally]) {
    let fractions: Vec<f64> = tallies.iter().map(|t| t.condition.fraction.max(1e-4)).collect();
    let (least, most) = fractions.iter().fold((f64::MAX, 0.0f64), |(a, b), &f| (a.min(f), b.max(f)));
    let span = if most > least { (most / least).ln() } else { 1.0 };
    let x = |f: f64| LEFT + (f.max(1e-4) / least).ln() / span * (WIDTH - LEFT - RIGHT);
    let y = |p: f64| TOP + (1.0 - p) * (HEIGHT - TOP - BOTTOM);
    let _ = writeln!(
        out,
        "<figure><svg width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\" aria-label=\"{}\" font-size=\"11\">",
        escaped(name)
    );
    for p in [0.0, 0.5, 1.0] {
        let _ = writeln!(
            out,
            "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{1:.1}\" y2=\"{1:.1}\" stroke=\"#ddd\"/><text x=\"{2}\" y=\"{3:.1}\" text-anchor=\"end\">{4:.0} %</text>",
            WIDTH - RIGHT,
            y(p),
            LEFT - 4.0,
            y(p) + 4.0,
            100.0 * p
        );
    }
    for tick in TICKS.into_iter().filter(|t| *t >= least * 0.999 && *t <= most * 1.001) {
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{} %</text>",
            x(tick),
            HEIGHT - BOTTOM + 14.0,
            100.0 * tick
        );
    }
    let mut wrongs: Vec<f64> = tallies.iter().map(|t| t.condition.wrong).collect();
    wrongs.sort_by(f64::total_cmp);
    wrongs.dedup();
    for (i, wrong) in wrongs.iter().enumerate() {
        let colour = COLOURS[i % COLOURS.len()];
        let mut curve: Vec<&&Tally> = tallies.iter().filter(|t| t.condition.wrong == *wrong).collect();
        curve.sort_by(|a, b| a.condition.fraction.total_cmp(&b.condition.fraction));
        let points: Vec<String> = curve
            .iter()
            .map(|t| format!("{:.1},{:.1}", x(t.condition.fraction), y(t.solved as f64 / t.trials.max(1) as f64)))
            .collect();
        let _ = writeln!(out, "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\"/>", points.join(" "));
        for t in curve {
            let (cx, p) = (x(t.condition.fraction), t.solved as f64 / t.trials.max(1) as f64);
            let _ = writeln!(
                out,
                "<line x1=\"{cx:.1}\" x2=\"{cx:.1}\" y1=\"{:.1}\" y2=\"{:.1}\" stroke=\"{colour}\" stroke-opacity=\"0.4\"/>\
                 <circle cx=\"{cx:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{colour}\"><title>{}/{}</title></circle>",
                y(t.interval[0]),
                y(t.interval[1]),
                y(p),
                t.solved,
                t.trials
            );
        }
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{colour}\">wrong {:.0} %</text>",
            LEFT + 4.0 + 80.0 * i as f64,
            HEIGHT - 4.0,
            100.0 * wrong
        );
    }
    let _ = writeln!(out, "</svg><figcaption>{}</figcaption></figure>", escaped(name));
}
