//! The success curves as one HTML page, without scripts or anything fetched.

use super::Tally;
use super::tally::Calibration;
use crate::formats::html::escaped;
use crate::seed::{Errors, Network};
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
/// Height of a line of the legend.
const LEGEND: f64 = 14.0;
/// Pieces into which an axis of figures is cut.
const PIECES: u32 = 3;
/// Ticks of the axis of fractions.
const TICKS: [f64; 9] = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0];

/// The page: one plot for each method, resolution, completeness and number of bins, one curve for each fraction of
/// wrong seeds; those of networks over each of their own figures of merit; below, every count, and the prediction against what was found.
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
    for axis in [FRACTION, ACCURACY, NLL, PHASE_ERROR] {
        for (name, curves) in plots(tallies, &axis) {
            plot(&mut out, &name, &axis, &curves);
        }
    }
    out.push_str("<h2>Counts</h2>\n<table><tr><th>method</th><th>d, Å</th><th>complete</th><th>bins</th><th>wrong</th><th>fraction</th>\
                  <th>errors</th><th>accuracy</th><th>NLL</th><th>phase error</th><th>cosine (said)</th><th>solved</th><th>95 %</th><th>median cycles</th><th>mean CC</th><th>s0</th><th>predicted</th></tr>\n");
    for t in tallies {
        let c = &t.condition;
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{:.2}</td><td>{:.2}</td><td>{:.0}°</td><td>{:.2} ({:.2})</td><td>{}/{}</td>\
             <td>{:.2}–{:.2}</td><td>{}</td><td>{}</td><td>{:.2}</td><td>{:.2}–{:.2}</td></tr>",
            escaped(&c.method),
            c.d_min,
            c.completeness,
            c.bins,
            c.wrong,
            c.fraction,
            c.network.as_ref().map_or("bins".into(), told),
            t.merit.accuracy,
            t.merit.nll,
            t.merit.error_deg,
            t.merit.cosine,
            t.merit.said,
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

/// What the success is drawn over.
struct Axis {
    /// Below it.
    label: &'static str,
    of: fn(&Tally) -> f64,
    is_logarithmic: bool,
    /// Curves over it are of seeds from networks.
    of_networks: bool,
}

/// Fractions of nothing stand here on a logarithmic axis.
const LEAST: f64 = 1e-4;
const FRACTION: Axis =
    Axis { label: "fraction known", of: |t| t.condition.fraction.max(LEAST), is_logarithmic: true, of_networks: false };
const ACCURACY: Axis = Axis { label: "accuracy", of: |t| t.merit.accuracy, is_logarithmic: false, of_networks: true };
const NLL: Axis =
    Axis { label: "negative log-likelihood, nats", of: |t| t.merit.nll, is_logarithmic: false, of_networks: true };
const PHASE_ERROR: Axis =
    Axis { label: "mean phase error, degrees", of: |t| t.merit.error_deg, is_logarithmic: false, of_networks: true };

/// Curves of one plot, with their names.
type Curves<'a> = Vec<(String, Vec<&'a Tally>)>;

/// The plots over an axis: one for each method, resolution, completeness and number of bins.
fn plots<'a>(tallies: &'a [Tally], axis: &Axis) -> Vec<(String, Curves<'a>)> {
    let mut plots: Vec<(String, Curves<'_>)> = Vec::new();
    for tally in tallies.iter().filter(|t| t.condition.network.is_some() == axis.of_networks) {
        let c = &tally.condition;
        let plot = format!("{}, {} bins, {} Å, {:.0} % complete", c.method, c.bins, c.d_min, 100.0 * c.completeness);
        let curve = match &c.network {
            None => format!("wrong {:.0} %", 100.0 * c.wrong),
            Some(Network { errors, temperature, .. }) => {
                let wrong = if c.wrong > 0.0 { format!(", wrong {:.0} %", 100.0 * c.wrong) } else { String::new() };
                format!("{}, T {temperature}, {} known{wrong}", word(*errors), c.fraction)
            }
        };
        put(put(&mut plots, plot), curve).push(tally);
    }
    for (_, curves) in &mut plots {
        curves.iter_mut().for_each(|(_, curve)| curve.sort_by(|a, b| (axis.of)(a).total_cmp(&(axis.of)(b))));
    }
    plots
}

/// The list of this name, made if there is none.
fn put<T>(lists: &mut Vec<(String, Vec<T>)>, name: String) -> &mut Vec<T> {
    let at = lists.iter().position(|(own, _)| *own == name).unwrap_or_else(|| {
        lists.push((name, Vec::new()));
        lists.len() - 1
    });
    &mut lists[at].1
}

/// As the option has it.
fn word(errors: Errors) -> &'static str {
    match errors {
        Errors::Even => "even",
        Errors::Resolution => "resolution",
        Errors::Strength => "strength",
        Errors::Displaced => "displaced",
        Errors::Partial => "partial",
    }
}

fn told(network: &Network) -> String {
    format!("{}, skill {}, T {}", word(network.errors), network.skill, network.temperature)
}

fn plot(out: &mut String, name: &str, axis: &Axis, curves: &Curves<'_>) {
    let scaled = |value: f64| if axis.is_logarithmic { value.ln() } else { value };
    let values = || curves.iter().flat_map(|(_, curve)| curve).map(|t| (axis.of)(t));
    let (least, most) = values().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)));
    let span = if most > least { scaled(most) - scaled(least) } else { 1.0 };
    let x = |value: f64| LEFT + (scaled(value) - scaled(least)) / span * (WIDTH - LEFT - RIGHT);
    let y = |p: f64| TOP + (1.0 - p) * (HEIGHT - TOP - BOTTOM);
    let height = HEIGHT + LEGEND * curves.len() as f64;
    let _ = writeln!(
        out,
        "<figure><svg width=\"{WIDTH}\" height=\"{height}\" role=\"img\" aria-label=\"{}\" font-size=\"11\">",
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
    let ticks: Vec<(f64, String)> = if axis.is_logarithmic {
        let within = TICKS.into_iter().filter(|t| *t >= least * 0.999 && *t <= most * 1.001);
        within.map(|tick| (tick, format!("{} %", 100.0 * tick))).collect()
    } else {
        let tick = |i: u32| least + span * f64::from(i) / f64::from(PIECES);
        (0..=PIECES).map(tick).map(|tick| (tick, format!("{tick:.2}"))).collect()
    };
    for (tick, text) in ticks {
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{text}</text>",
            x(tick),
            HEIGHT - BOTTOM + 14.0
        );
    }
    for (i, (label, curve)) in curves.iter().enumerate() {
        let colour = COLOURS[i % COLOURS.len()];
        let rate = |t: &Tally| t.solved as f64 / t.trials.max(1) as f64;
        let points: Vec<String> = curve.iter().map(|t| format!("{:.1},{:.1}", x((axis.of)(t)), y(rate(t)))).collect();
        let _ = writeln!(out, "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\"/>", points.join(" "));
        for t in curve {
            let _ = writeln!(
                out,
                "<line x1=\"{cx:.1}\" x2=\"{cx:.1}\" y1=\"{:.1}\" y2=\"{:.1}\" stroke=\"{colour}\" stroke-opacity=\"0.4\"/>\
                 <circle cx=\"{cx:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{colour}\"><title>{}/{}</title></circle>",
                y(t.interval[0]),
                y(t.interval[1]),
                y(rate(t)),
                t.solved,
                t.trials,
                cx = x((axis.of)(t)),
            );
        }
        let _ = writeln!(
            out,
            "<text x=\"{LEFT}\" y=\"{:.1}\" fill=\"{colour}\">{}</text>",
            HEIGHT + LEGEND * (i as f64 + 0.5),
            escaped(label)
        );
    }
    let _ = writeln!(out, "</svg><figcaption>{}, over {}</figcaption></figure>", escaped(name), axis.label);
}
