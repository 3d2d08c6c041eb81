// Draws the page of a run from its document.

function verdict(doc) {
  const { record } = doc;
  const best = record.candidates[0];
  section("verdict", "Verdict", true,
    $("p", { class: `verdict ${record.solved ? "yes" : "no"}` }, doc.verdict),
    $("div", { class: "figures" },
      best ? figure(sureness(record.probability), "probability of the atoms") : null,
      best ? figure(sureness(record.probability_group), "and of the space group") : null,
      best ? figure(number(best.r1), "R1 of the model") : null,
      best ? figure(best.formula ?? "–", "in the cell") : null,
      figure(record.space_group.hermann_mauguin ?? "–", "space group"),
      figure(`${number(record.data.d_min, 2)} Å`, "resolution"),
      figure(percent(record.data.completeness), "complete")),
    doc.reasons.length ? $("p", { class: "quiet" }, record.solved ? "Why it is believed" : "What speaks for and against it") : null,
    $("ul", {}, ...doc.reasons.map((line) => $("li", {}, line))),
    doc.advice.length ? $("p", { class: "quiet" }, "What may help") : null,
    doc.advice.length ? $("ul", {}, ...doc.advice.map((line) => $("li", {}, line))) : null,
    doc.warnings.length ? $("p", { class: "quiet" }, "Warnings") : null,
    doc.warnings.length ? $("ul", {}, ...doc.warnings.map((line) => $("li", {}, line))) : null);
}

// Bytes of a map as the file that the viewer reads: CCP4, mode 2, values in σ.
async function asMap(volume) {
  const packed = Uint8Array.from(atob(volume.values), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const values = new Int8Array(await new Response(stream).arrayBuffer());
  const buffer = new ArrayBuffer(1024 + 4 * values.length);
  const view = new DataView(buffer);
  const int = (word, value) => view.setInt32(4 * (word - 1), value, true);
  const real = (word, value) => view.setFloat32(4 * (word - 1), value, true);
  for (let axis = 0; axis < 3; axis++) {
    int(1 + axis, volume.size[axis]);
    int(5 + axis, volume.start[axis]);
    int(8 + axis, volume.intervals[axis]);
    real(11 + axis, volume.cell[axis]);
    real(14 + axis, volume.cell[3 + axis]);
    int(17 + axis, axis + 1);
  }
  int(4, 2);
  int(23, 1);
  [..."MAP "].forEach((letter, n) => view.setUint8(208 + n, letter.charCodeAt(0)));
  view.setUint8(212, 68);
  view.setUint8(213, 65);
  real(55, 1);
  values.forEach((value, n) => view.setFloat32(1024 + 4 * n, value / 10, true));
  return new $3Dmol.VolumeData(buffer, "ccp4");
}

// Ends the picture before: a browser keeps few of them.
let picture = null;
function structure(doc) {
  const { model } = doc;
  if (!model) return;
  picture?.abort();
  picture = new AbortController();
  const { signal } = picture;
  const atoms = model.sites.filter((site) => site.element);
  const peaks = model.sites.filter((site) => !site.element);
  const place = $("div", { class: "viewer", id: "viewer", "aria-label": "Atoms and density, to be turned with the mouse" });
  const level = $("input", { type: "range", min: "0.5", max: "8", step: "0.1", value: "1.5" });
  const said = $("output", {}, "1.5 σ");
  const toggle = (name, on, act) => {
    const button = $("button", { type: "button", "aria-pressed": String(on), onclick: () => {
      const now = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(now));
      act(now);
    } }, name);
    return button;
  };
  const state = { map: !!model.map, difference: false, labels: false, peaks: false, cell: true };
  const flip = (name) => (now) => { state[name] = now; draw(name === "map" || name === "difference"); };
  const tools = $("div", { class: "tools" },
    model.map ? toggle("map", true, flip("map")) : null,
    model.map ? $("label", {}, "contour", level, said) : null,
    model.difference ? toggle("difference map", false, flip("difference")) : null,
    peaks.length ? toggle("peaks", false, flip("peaks")) : null,
    toggle("labels", false, flip("labels")),
    toggle("cell", true, flip("cell")),
    $("button", { type: "button", onclick: () => { centre(); viewer.render(); } }, "centre"));
  const legendText = model.difference
    ? "Density blue; difference map green above 3 σ of it, red below −3 σ. Atoms as they stand in NAME_a.res, one asymmetric unit."
    : "Density blue. Sites as they stand in NAME_a.res, one asymmetric unit.";
  section("structure", "Structure", true, tools, place, $("p", { class: "quiet" }, legendText));
  let viewer;
  const shapes = [];
  const surfaces = [];
  const volumes = {};
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const contour = async (name, iso, tint) => {
    volumes[name] ??= await asMap(model[name]);
    surfaces.push(viewer.addIsosurface(volumes[name], { isoval: iso, color: tint, wireframe: true, linewidth: 1, opacity: 0.75, smoothness: 1 }));
  };
  const contours = async () => {
    surfaces.splice(0).forEach((surface) => viewer.removeShape(surface));
    if (state.map && model.map) await contour("map", Number(level.value), colour("--c0"));
    if (state.difference) {
      await contour("difference", 3, colour("--c2"));
      await contour("difference", -3, colour("--c1"));
    }
  };
  // What fills the height of a narrow window is cut at its sides.
  const centre = () => {
    viewer.zoomTo({ model: 0 });
    viewer.zoom(Math.min(1, place.clientWidth / place.clientHeight));
  };
  const draw = async (anew) => {
    viewer.setBackgroundColor(colour("--ground"));
    if (anew) await contours();
    shapes.splice(0).forEach((shape) => viewer.removeShape(shape));
    viewer.removeAllLabels();
    if (state.peaks) {
      peaks.forEach(({ at: [x, y, z] }) => shapes.push(viewer.addSphere({ center: { x, y, z }, radius: 0.15, color: colour("--c4") })));
    }
    if (state.cell) {
      const at = (i, j, k) => Object.fromEntries(["x", "y", "z"].map((name, n) => [name, i * model.axes[0][n] + j * model.axes[1][n] + k * model.axes[2][n]]));
      for (const [from, to] of [[[0, 0, 0], [1, 0, 0]], [[0, 0, 0], [0, 1, 0]], [[0, 0, 0], [0, 0, 1]], [[1, 0, 0], [1, 1, 0]], [[1, 0, 0], [1, 0, 1]], [[0, 1, 0], [1, 1, 0]],
        [[0, 1, 0], [0, 1, 1]], [[0, 0, 1], [1, 0, 1]], [[0, 0, 1], [0, 1, 1]], [[1, 1, 0], [1, 1, 1]], [[1, 0, 1], [1, 1, 1]], [[0, 1, 1], [1, 1, 1]]]) {
        shapes.push(viewer.addLine({ start: at(...from), end: at(...to), color: colour("--c6") }));
      }
    }
    const named = [...(state.labels ? atoms : []), ...(state.labels && state.peaks ? peaks : [])];
    for (const { label, at: [x, y, z] } of named) {
      viewer.addLabel(label, { position: { x, y, z }, fontSize: 12, fontColor: colour("--text"), backgroundOpacity: 0, alignment: "bottomCenter" });
    }
    viewer.render();
  };
  const begin = async () => {
    viewer = $3Dmol.createViewer(place, { backgroundColor: colour("--ground"), antialias: true });
    const shown = atoms.length ? atoms : peaks.map((peak) => ({ ...peak, element: "C" }));
    const xyz = [String(shown.length), doc.stem, ...shown.map(({ element, at }) => `${element} ${at.map((x) => x.toFixed(4)).join(" ")}`)];
    viewer.addModel(xyz.join("\n"), "xyz");
    viewer.setStyle({}, { stick: { radius: 0.09, colorscheme: "Jmol" }, sphere: { scale: 0.16, colorscheme: "Jmol" } });
    centre();
    await draw(true);
    window.addEventListener("resize", () => viewer.resize(), { signal });
    document.addEventListener("theme", () => draw(true), { signal });
    signal.addEventListener("abort", () => place.querySelector("canvas")?.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext());
    document.documentElement.dataset.drawn = "yes";
  };
  level.addEventListener("input", () => { said.textContent = `${Number(level.value).toFixed(1)} σ`; });
  level.addEventListener("change", () => draw(true));
  begin().catch((error) => {
    place.replaceChildren($("p", { class: "quiet", style: "padding:1em" }, `No picture: ${error.message}. WebGL may be off in this browser.`));
  });
}

function sites(doc) {
  if (!doc.model) return;
  section("sites", "Sites", false, table([
    ["site", (s) => s.label],
    ["x", (s) => s.xyz[0], (x) => number(x, 5)],
    ["y", (s) => s.xyz[1], (x) => number(x, 5)],
    ["z", (s) => s.xyz[2], (x) => number(x, 5)],
    ["occupancy", (s) => s.sof, (x) => number(x, 3)],
    ["U, Å²", (s) => (s.element ? s.u : null), (x) => number(x, 4)],
    [`peak, ${doc.model.unit}`, (s) => s.height, (x) => number(x, 2)],
  ], doc.model.sites));
}

function ranking(doc) {
  const rows = doc.record.candidates;
  if (!rows.length) return;
  section("ranking", "Structures, most believed first", false, table([
    ["file", (c) => c.file],
    ["space group", (c) => c.space_group],
    ["R1", (c) => c.r1, (x) => number(x)],
    ["R_weak", (c) => c.merits.r_weak, (x) => number(x)],
    ["held", (c) => c.space_group_score?.held ?? null, (x) => number(x, 2)],
    ["left", (c) => c.space_group_score?.left_out ?? null, (x) => number(x, 2)],
    ["agree", (c) => c.agreeing_trials],
    ["atoms", (c) => c.atoms],
    ["formula", (c) => c.formula],
  ], rows, true),
  $("p", { class: "quiet" }, "held: how far the phases, found without symmetry, have that of the group; left: the same of the best operation that it lacks; agree: trials with these phases."));
}

function groups(doc) {
  if (doc.worked_up.length) {
    section("groups", "Space groups that were tried", false, table([
      ["space group", (m) => m.group],
      ["R1 of first atoms", (m) => m.sketch, (x) => number(x)],
      ["R1 of the model", (m) => m.r1, (x) => number(x)],
      ["atoms", (m) => m.atoms],
      ["standing", (m) => m.standing, (x) => number(x, 2)],
    ], doc.worked_up));
  }
  if (doc.laue.length) {
    section("laue", "Laue class", false,
      $("p", {}, `Laue class ${doc.record.laue_class?.name ?? "as given"}. A rotation is there where R_sym is far below that of unrelated reflections and the correlation near 1.`),
      table([
        ["rotation", (r) => r.rotation],
        ["in the input", (r) => (r.input ? "yes" : "no")],
        ["pairs", (r) => r.pairs],
        ["R_sym", (r) => r.r_sym, (x) => number(x)],
        ["unrelated", (r) => r.unrelated, (x) => number(x)],
        ["correlation", (r) => r.correlation, (x) => number(x)],
      ], doc.laue));
  }
}

const FIGURES = [["R_weak", 1, {}], ["E-kurtosis", 2, { log: true }], ["tan_cos", 3, {}], ["κ of message passing", 4, { log: true }]];
function courses(all, leftOut, unfinished = "did not finish") {
  if (!all.length) return;
  const colour = (course) => (course.promising ? 0 : course.finished ? 6 : 4);
  const order = [...all].sort((a, b) => Number(a.promising) - Number(b.promising));
  const charts = FIGURES.map(([name, place, options]) => chart(name, "cycles of the trial", name, order.map((course) => ({
    points: course.looks.map((look) => [look[0], look[place]]).filter(([, y]) => place !== 4 || y > 0),
    colour: colour(course),
    thin: !course.promising,
  })), options));
  const more = leftOut ? ` ${leftOut} later trials are not drawn.` : "";
  section("courses", "Trials over their cycles", true,
    legend([["may be a solution", 0], ["finished, none", 6], [unfinished, 4]]),
    $("div", { class: "charts" }, ...charts.filter(Boolean)),
    $("p", { class: "quiet" }, `Convergence is abrupt: R_weak falls, E-kurtosis and tan_cos rise within a few looks.${more}`));
}

function trials(doc) {
  const { record } = doc;
  courses(doc.courses, doc.courses_left_out);
  if (record.trials.length) {
    section("trials", "Trials, best first", false, table([
      ["trial", (t) => t.trial],
      ["arm", (t) => t.arm],
      ["cycles", (t) => t.merits.cycles],
      ["R_weak", (t) => t.merits.r_weak, (x) => number(x)],
      ["E-kurtosis", (t) => t.merits.e_kurtosis, (x) => number(x, 1)],
      ["tan_cos", (t) => t.merits.tan_cos, (x) => number(x)],
      ["κ", (t) => t.merits.kappa, (x) => number(x, 2)],
    ], record.trials.slice(0, 100)));
  }
}

function data(doc) {
  const shells = doc.shells;
  const middle = (s) => s.stol_sq;
  const axis = { xLabel: (x) => (x > 0 ? (0.5 / Math.sqrt(x)).toFixed(2) : "∞") };
  const of = (value) => shells.map((s) => [middle(s), value(s)]).filter(([, y]) => y !== null);
  const wilson = [{ points: of((s) => s.wilson), colour: 0, dots: true }];
  if (doc.wilson && shells.length) {
    const [b, scale] = doc.wilson;
    const line = (x) => [x, Math.log(scale) - 2 * b * x];
    wilson.push({ points: [line(middle(shells[0])), line(middle(shells[shells.length - 1]))], colour: 1 });
  }
  const charts = [
    chart(doc.wilson ? `Wilson plot: B ${doc.wilson[0].toFixed(2)} Å²` : "Wilson plot", "(sin θ/λ)², Å⁻²", "ln ⟨I⟩/Σf²", wilson),
    chart("Completeness", "resolution, Å", "%", [{ points: of((s) => 100 * s.completeness), colour: 2 }], { ...axis, y: [0, 100] }),
    chart("I/σ", "resolution, Å", "⟨I/σ⟩", [{ points: of((s) => s.i_over_sigma), colour: 0 }], axis),
    chart("R_int", "resolution, Å", "R_int", [{ points: of((s) => s.r_int), colour: 1 }], axis),
  ];
  section("data", "Data", true, $("div", { class: "charts" }, ...charts.filter(Boolean)), table([
    ["d from, Å", (s) => s.d_max, (x) => number(x, 2)],
    ["to, Å", (s) => s.d_min, (x) => number(x, 2)],
    ["unique", (s) => s.unique],
    ["complete", (s) => s.completeness, percent],
    ["redundancy", (s) => s.redundancy, (x) => number(x, 1)],
    ["I/σ", (s) => s.i_over_sigma, (x) => number(x, 1)],
    ["R_int", (s) => s.r_int, (x) => number(x)],
  ], shells));
}

// Names and values of a nested document, one row each.
const flat = (value, name = "") => {
  if (value === null) return [];
  if (typeof value !== "object") return [[name.replaceAll("_", " "), typeof value === "number" ? String(+value.toPrecision(4)) : String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, name ? `${name}: ${key}` : key));
};

function seeds({ outcome, ...known }) {
  const shells = outcome?.by_e.filter((s) => s.reflections || s.compared) ?? [];
  const from = (s) => s.e_from;
  const share = (part, whole) => (whole ? part / whole : null);
  const charts = shells.length ? [
    chart("Coverage", "|E| from", "% of the reflections have a seed", [{ points: shells.map((s) => [s.e_from, 100 * share(s.seeded, s.reflections)]), colour: 2 }], { y: [0, 100] }),
    chart("Agreement with the solution", "|E| from", "mean cosine", [{ points: shells.filter((s) => s.compared).map((s) => [s.e_from, s.mean_cosine]), colour: 0 }], { y: [-1, 1] }),
  ] : [];
  section("seeds", "Seeds", true,
    charts.length ? $("div", { class: "charts" }, ...charts.filter(Boolean)) : null,
    shells.length ? table([
      ["|E| from", from, (x) => number(x, 1)],
      ["reflections", (s) => s.reflections],
      ["with a seed", (s) => s.seeded],
      ["share", (s) => share(s.seeded, s.reflections), percent],
      ["seeds in the solution", (s) => s.compared],
      ["in their bin", (s) => share(s.agreeing, s.compared), percent],
      ["mean cosine", (s) => (s.compared ? s.mean_cosine : null), (x) => number(x, 2)],
    ], shells) : null,
    outcome ? $("p", {}, `${outcome.agreeing} of ${outcome.compared} seeds agree with the solution, mean cosine ${number(outcome.mean_cosine, 2)}.`) : null,
    table([["", (r) => r[0]], ["", (r) => r[1]]], flat(known)));
}

function run(doc) {
  const { record } = doc;
  const t = record.timings;
  const rows = [["reading", t.read_s], ["setting up", t.setup_s], ["trials", t.trials_s], ["structures", t.structures_s], ["all", t.wall_s]];
  section("run", "Run", false,
    $("p", {}, "The same again:"), $("pre", {}, $("code", {}, doc.command)),
    $("p", {}, `seedflip ${record.version}, seed ${record.seed}, ${record.device.name} (${record.device.backend}); `
      + `${record.trials_finished} of ${record.trials_started} trials, ${record.cycles} cycles, ended: ${record.stopped}.`),
    table([["part", (r) => r[0]], ["seconds", (r) => r[1], (x) => number(x, 2)]], rows));
  if (record.seeds) seeds(record.seeds);
}

function show(doc) {
  theme();
  document.getElementById("title").textContent = doc.record.title || doc.stem;
  whole(doc);
}

function whole(doc) {
  verdict(doc);
  structure(doc);
  ranking(doc);
  sites(doc);
  groups(doc);
  trials(doc);
  data(doc);
  run(doc);
}
