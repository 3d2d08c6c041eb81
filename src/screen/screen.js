// Draws the page of a screen from its record.

// Figures of merit of a network over which its success is drawn.
const MERITS = [
  ["accuracy: share of the likeliest bins that are right", (t) => t.merit.accuracy],
  ["negative log-likelihood of the true bins, nats", (t) => t.merit.nll],
  ["mean phase error of the seeds, degrees", (t) => t.merit.error_deg],
];
const share = (x) => `${+(100 * x).toPrecision(3)} %`;
const network = (t) => (t.errors ? `${t.errors}, T ${t.temperature}` : "bins");
const place = (t) => `${t.method}, ${t.bins} bins, ${t.d_min.toFixed(2)} Å, ${share(t.completeness)} complete`;
const curveOf = (t) => (t.errors ? `${network(t)}, ${share(t.fraction)} known${t.wrong > 0 ? `, ${share(t.wrong)} wrong` : ""}` : `${share(t.wrong)} wrong`);

// Lists by their names, in the order in which these come.
const grouped = (all, name) => {
  const lists = new Map();
  for (const one of all) lists.set(name(one), [...(lists.get(name(one)) ?? []), one]);
  return [...lists];
};

function plots(tallies) {
  for (const [name, list] of grouped(tallies, (t) => `${place(t)}${t.errors ? ", networks" : ""}`)) {
    const curves = grouped(list, curveOf);
    const drawn = (x, y, bars) => curves.map(([, all], n) => {
      const curve = [...all].sort((a, b) => x(a) - x(b));
      const points = curve.map((t) => [x(t), y(t)]);
      return { points, bars: bars ? curve.map((t) => [x(t), ...t.interval.map((p) => 100 * p)]) : [], colour: n % 8, marks: true };
    });
    const success = (t) => 100 * t.solved / t.trials;
    const over = (axis, x, options) => chart("Success of single trials, with 95 % intervals", axis, "solved, %", drawn(x, success, true), { ...options, y: [0, 100] });
    const [fraction, known, log] = ["fraction of the reflections known", (t) => t.fraction, { logX: true }];
    const charts = list[0].errors ? MERITS.map(([axis, x]) => over(axis, x, {})) : [
      over(fraction, known, log),
      chart("Phase error of the seeds", fraction, "mean |Δφ|, degrees", drawn(known, (t) => t.merit.error_deg, false), { ...log, y: [0, 90] }),
      chart("Expected height of an atom in the seed map", fraction, "s₀, σ", drawn(known, (t) => t.s0, false), log),
    ];
    section(`plot-${document.querySelectorAll("section").length}`, name, true, legend(curves.map(([label], n) => [label, n % 8])),
      $("div", { class: "charts" }, ...charts.filter(Boolean)));
  }
}

function show({ title, run, conditions: tallies, calibration }) {
  theme();
  document.getElementById("title").textContent = title;
  section("what", "What was run", true, $("p", {}, run),
    $("p", { class: "quiet" }, "Success of single trials, each from seeds of its own: solved is an F²-weighted correlation with the true phases of at least 0.65."));
  plots(tallies);
  section("counts", "Counts", true, table([
    ["method", (t) => t.method],
    ["d, Å", (t) => t.d_min, (x) => number(x, 2)],
    ["complete", (t) => t.completeness, share],
    ["bins", (t) => t.bins],
    ["errors", network],
    ["wrong", (t) => t.wrong, share],
    ["known", (t) => t.fraction, share],
    ["accuracy", (t) => t.merit.accuracy, share],
    ["NLL", (t) => t.merit.nll, (x) => number(x, 2)],
    ["phase error, °", (t) => t.merit.error_deg, (x) => number(x, 0)],
    ["cosine", (t) => t.merit.cosine, (x) => number(x, 2)],
    ["said", (t) => t.merit.said, (x) => number(x, 2)],
    ["s₀", (t) => t.s0, (x) => number(x, 2)],
    ["predicted from", (t) => t.predicted[0], (x) => number(x, 2)],
    ["to", (t) => t.predicted[1], (x) => number(x, 2)],
    ["solved", (t) => t.solved / t.trials, percent],
    ["of", (t) => t.trials],
    ["95 % from", (t) => t.interval[0], (x) => number(x, 2)],
    ["to ", (t) => t.interval[1], (x) => number(x, 2)],
    ["median cycles", (t) => t.median_cycles],
    ["mean CC", (t) => t.mean_cc, (x) => number(x, 2)],
  ], tallies));
  const bands = calibration.flatMap(({ methods, bands: list }) => list.filter((band) => band.trials).map((band) => ({ methods, ...band })));
  section("calibration", "Prediction against what was found", true, table([
    ["methods", (b) => b.methods],
    ["predicted from", (b) => b.band[0], (x) => number(x, 1)],
    ["to", (b) => b.band[1], (x) => number(x, 1)],
    ["mean", (b) => b.predicted, (x) => number(x, 2)],
    ["found", (b) => b.solved / b.trials, (x) => number(x, 2)],
    ["solved", (b) => b.solved],
    ["of", (b) => b.trials],
  ], bands));
  document.documentElement.dataset.drawn = "yes";
}
