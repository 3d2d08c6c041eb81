"use strict";
// Draws the page of a run from its document. Text goes into the page as text, never as markup.

const $ = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
};
const svg = (tag, attributes = {}, text) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
};
const number = (x, digits = 3) => (x === null || x === undefined ? "–" : Number(x).toFixed(digits));
const percent = (x) => (x === null || x === undefined ? "–" : `${(100 * x).toFixed(1)} %`);
// What is not certain is never written as if it were.
const sureness = (p) => (p >= 0.99 ? "above 0.99" : (Math.floor(100 * p) / 100).toFixed(2));

let sections = [];
const section = (id, title, wide, ...children) => {
  const filled = children.filter((child) => child !== null && child !== undefined);
  if (!filled.length) return;
  sections.push([id, title]);
  document.getElementById("main").append($("section", { id, class: wide ? "wide" : null }, $("h2", {}, title), ...filled));
};

const cell = (value, text) => (text ? text(value) : value === null || value === undefined ? "–" : String(value));

// A table whose columns sort. Columns: [title, value of a row, how it is written].
const table = (columns, rows, first) => {
  const body = $("tbody");
  const write = (sorted) => {
    body.replaceChildren(...sorted.map((row) => $("tr", { class: first && row === rows[0] ? "first" : null },
      ...columns.map(([, value, text]) => $("td", {}, cell(value(row), text))))));
  };
  const heads = columns.map(([title, value], n) => $("th", { scope: "col", tabindex: "0", onclick: () => sort(n, value), onkeydown: (e) => {
    if (e.key === "Enter" || e.key === " ") { e.preventDefault(); sort(n, value); }
  } }, title));
  const sort = (n, value) => {
    const down = heads[n].getAttribute("aria-sort") === "ascending";
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    heads[n].setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = (row) => value(row) ?? Infinity;
    const compare = (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
    write([...rows].sort((a, b) => (down ? compare(b, a) : compare(a, b))));
  };
  write(rows);
  return $("div", { class: "scroll", tabindex: "0" }, $("table", {}, $("thead", {}, $("tr", {}, ...heads)), body));
};

const ticks = (low, high, count) => {
  const raw = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw);
  const out = [];
  for (let x = Math.ceil(low / step) * step; x <= high + 1e-9 * step; x += step) out.push(Math.abs(x) < 1e-12 * step ? 0 : x);
  return out;
};
// 1, 2 and 5 times powers of ten between 10^low and 10^high.
const decades = (low, high) => {
  const out = [];
  for (let power = Math.floor(low); power <= Math.ceil(high); power++) out.push(...[1, 2, 5].map((m) => m * 10 ** power));
  const within = out.filter((y) => Math.log10(y) >= low - 1e-9 && Math.log10(y) <= high + 1e-9);
  return within.length > 7 ? within.filter((y) => /^1/.test(y.toExponential())) : within;
};
const short = (x) => (Math.abs(x) >= 1000 ? `${+(x / 1000).toPrecision(3)}k` : String(+x.toPrecision(3)));

// Curves: { name, points: [[x, y]], colour, dots, thin }. Axes have titles with units.
const chart = (name, xTitle, yTitle, curves, options = {}) => {
  const [width, height, left, right, top, bottom] = [440, 270, 56, 12, 14, 44];
  const all = curves.flatMap((curve) => curve.points).filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  if (!all.length) return null;
  const log = options.log ? Math.log10 : (y) => y;
  const range = (values, fixed) => {
    let [low, high] = fixed ?? [Math.min(...values), Math.max(...values)];
    if (low === high) { low -= 0.5; high += 0.5; }
    return [low, high];
  };
  const usable = all.filter(([, y]) => !options.log || y > 0);
  const [x0, x1] = range(usable.map(([x]) => x), options.x);
  const [y0, y1] = range(usable.map(([, y]) => log(y)), options.y);
  const px = (x) => left + (x - x0) / (x1 - x0) * (width - left - right);
  const py = (y) => height - bottom - (Math.min(Math.max(log(y), y0), y1) - y0) / (y1 - y0) * (height - top - bottom);
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img", "aria-label": name });
  const xs = ticks(x0, x1, 6);
  const ys = options.log ? decades(y0, y1) : ticks(y0, y1, 5);
  for (const x of xs) {
    root.append(svg("line", { x1: px(x), x2: px(x), y1: top, y2: height - bottom, class: "grid" }));
    const label = options.xLabel ? options.xLabel(x) : short(x);
    root.append(svg("text", { x: px(x), y: height - bottom + 16, "text-anchor": "middle" }, label));
  }
  for (const y of ys) {
    root.append(svg("line", { x1: left, x2: width - right, y1: py(y), y2: py(y), class: "grid" }));
    root.append(svg("text", { x: left - 6, y: py(y) + 4, "text-anchor": "end" }, short(y)));
  }
  root.append(svg("path", { d: `M${left} ${top}V${height - bottom}H${width - right}`, class: "axis" }));
  root.append(svg("text", { x: (left + width - right) / 2, y: height - 8, "text-anchor": "middle" }, xTitle));
  root.append(svg("text", { x: 14, y: (top + height - bottom) / 2, "text-anchor": "middle", transform: `rotate(-90 14 ${(top + height - bottom) / 2})` }, yTitle));
  for (const curve of curves) {
    const points = curve.points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y) && (!options.log || y > 0));
    const colour = `var(--c${curve.colour ?? 0})`;
    if (!curve.dots && points.length > 1) {
      const d = points.map(([x, y], n) => `${n ? "L" : "M"}${px(x).toFixed(1)} ${py(y).toFixed(1)}`).join("");
      root.append(svg("path", { d, fill: "none", stroke: colour, "stroke-width": curve.thin ? 1 : 1.8, opacity: curve.thin ? 0.55 : 1 }));
    }
    if (curve.dots || points.length === 1) {
      for (const [x, y] of points) root.append(svg("circle", { cx: px(x), cy: py(y), r: 3, fill: colour }));
    }
  }
  return $("figure", { style: "margin:0" }, $("figcaption", { class: "quiet" }, name), root);
};
const legend = (entries) => $("div", { class: "legend" }, ...entries.map(([name, colour]) =>
  $("span", {}, $("i", { style: `background:var(--c${colour})` }), name)));

const figure = (value, name) => $("div", {}, $("b", {}, value), $("span", {}, name));

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

function structure(doc) {
  const { model } = doc;
  if (!model) return;
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
    window.addEventListener("resize", () => viewer.resize());
    document.addEventListener("theme", () => draw(true));
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
function trials(doc) {
  const { courses, record } = doc;
  if (courses.length) {
    const colour = (course) => (course.promising ? 0 : course.finished ? 6 : 4);
    const order = [...courses].sort((a, b) => Number(a.promising) - Number(b.promising));
    const charts = FIGURES.map(([name, place, options]) => chart(name, "cycles of the trial", name, order.map((course) => ({
      points: course.looks.map((look) => [look[0], look[place]]).filter(([, y]) => place !== 4 || y > 0),
      colour: colour(course),
      thin: !course.promising,
    })), options));
    const more = doc.courses_left_out ? ` ${doc.courses_left_out} later trials are not drawn.` : "";
    section("courses", "Trials over their cycles", true,
      legend([["may be a solution", 0], ["finished, none", 6], ["did not finish", 4]]),
      $("div", { class: "charts" }, ...charts.filter(Boolean)),
      $("p", { class: "quiet" }, `Convergence is abrupt: R_weak falls, E-kurtosis and tan_cos rise within a few looks.${more}`));
  }
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

function run(doc) {
  const { record } = doc;
  const t = record.timings;
  const rows = [["reading", t.read_s], ["setting up", t.setup_s], ["trials", t.trials_s], ["structures", t.structures_s], ["all", t.wall_s]];
  section("run", "Run", false,
    $("p", {}, "The same again:"), $("pre", {}, $("code", {}, doc.command)),
    $("p", {}, `seedflip ${record.version}, seed ${record.seed}, ${record.device.name} (${record.device.backend}); `
      + `${record.trials_finished} of ${record.trials_started} trials, ${record.cycles} cycles, ended: ${record.stopped}.`),
    table([["part", (r) => r[0]], ["seconds", (r) => r[1], (x) => number(x, 2)]], rows));
  if (record.seeds) {
    section("seeds", "Seeds", false, table([["", (r) => r[0]], ["", (r) => r[1]]], flat(record.seeds)));
  }
}

function theme() {
  const root = document.documentElement;
  root.classList.toggle("dark", matchMedia("(prefers-color-scheme: dark)").matches);
  document.getElementById("theme").addEventListener("click", () => {
    root.classList.toggle("dark");
    document.dispatchEvent(new Event("theme"));
  });
}

function show(doc) {
  theme();
  document.getElementById("title").textContent = doc.record.title || doc.stem;
  verdict(doc);
  structure(doc);
  ranking(doc);
  sites(doc);
  groups(doc);
  trials(doc);
  data(doc);
  run(doc);
  document.getElementById("nav").append(...sections.map(([id, title]) => $("a", { href: `#${id}` }, title.split(",")[0])));
}
