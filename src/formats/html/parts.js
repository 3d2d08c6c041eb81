"use strict";
// What pages are put together from: sections, tables that sort, charts. Text goes into the page as text, never as markup.

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

const section = (id, title, wide, ...children) => {
  const filled = children.filter((child) => child !== null && child !== undefined);
  if (!filled.length) return;
  const made = $("section", { id, class: wide ? "wide" : null }, $("h2", {}, title), ...filled);
  const there = document.getElementById(id);
  if (there) {
    there.replaceWith(made);
    return;
  }
  document.getElementById("main").append(made);
  document.getElementById("nav").append($("a", { href: `#${id}` }, title.split(",")[0]));
};
const clear = () => {
  document.getElementById("main").replaceChildren();
  document.getElementById("nav").replaceChildren();
};

const cell = (value, text) => (text ? text(value) : value === null || value === undefined ? "–" : String(value));

// A table whose columns sort. Columns: [title, value of a row, how it is written (text or an element), what it is sorted by, a class].
const table = (columns, rows, first) => {
  const body = $("tbody");
  const write = (sorted) => {
    body.replaceChildren(...sorted.map((row) => $("tr", { class: first && row === rows[0] ? "first" : null },
      ...columns.map(([, value, text, , kind]) => $("td", { class: kind ?? null }, cell(value(row), text))))));
  };
  const heads = columns.map(([title, value, , by = value, kind], n) => $("th", { scope: "col", class: kind ?? null, tabindex: "0", onclick: () => sort(n, by), onkeydown: (e) => {
    if (e.key === "Enter" || e.key === " ") { e.preventDefault(); sort(n, by); }
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

// Curves: { name, points: [[x, y]], bars: [[x, low, high]], colour, dots, marks, thin }. Axes have titles with units; `log` and `logX` are logarithmic.
const chart = (name, xTitle, yTitle, curves, options = {}) => {
  const [width, height, left, right, top, bottom] = [440, 270, 62, 12, 14, 44];
  const ends = (curve) => (curve.bars ?? []).flatMap(([x, low, high]) => [[x, low], [x, high]]);
  const finite = ([x, y]) => Number.isFinite(x) && Number.isFinite(y) && (!options.logX || x > 0);
  const all = curves.flatMap((curve) => [...curve.points, ...ends(curve)]).filter(finite);
  if (!all.length) return null;
  const log = options.log ? Math.log10 : (y) => y;
  const logX = options.logX ? Math.log10 : (x) => x;
  const range = (values, fixed) => {
    let [low, high] = fixed ?? [Math.min(...values), Math.max(...values)];
    if (low === high) { low -= 0.5; high += 0.5; }
    return [low, high];
  };
  const usable = all.filter(([, y]) => !options.log || y > 0);
  const [x0, x1] = range(usable.map(([x]) => logX(x)), options.x);
  const [y0, y1] = range(usable.map(([, y]) => log(y)), options.y);
  const px = (x) => left + (logX(x) - x0) / (x1 - x0) * (width - left - right);
  const py = (y) => height - bottom - (Math.min(Math.max(log(y), y0), y1) - y0) / (y1 - y0) * (height - top - bottom);
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img", "aria-label": name });
  const xs = (options.logX ? decades(x0, x1) : ticks(x0, x1, 6)).filter((x) => !options.whole || Number.isInteger(x));
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
  root.append(svg("text", { x: 12, y: (top + height - bottom) / 2, "text-anchor": "middle", transform: `rotate(-90 12 ${(top + height - bottom) / 2})` }, yTitle));
  for (const curve of curves) {
    const points = curve.points.filter((point) => finite(point) && (!options.log || point[1] > 0));
    const colour = `var(--c${curve.colour ?? 0})`;
    if (!curve.dots && points.length > 1) {
      const d = points.map(([x, y], n) => `${n ? "L" : "M"}${px(x).toFixed(1)} ${py(y).toFixed(1)}`).join("");
      root.append(svg("path", { d, fill: "none", stroke: colour, "stroke-width": curve.thin ? 1 : 1.8, opacity: curve.thin ? 0.55 : 1 }));
    }
    for (const [x, low, high] of curve.bars ?? []) {
      root.append(svg("line", { x1: px(x), x2: px(x), y1: py(low), y2: py(high), stroke: colour, opacity: 0.45 }));
    }
    if (curve.dots || curve.marks || points.length === 1) {
      for (const [x, y] of points) root.append(svg("circle", { cx: px(x), cy: py(y), r: 3, fill: colour }));
    }
  }
  return $("figure", { style: "margin:0" }, $("figcaption", { class: "quiet" }, name), root);
};
const legend = (entries) => $("div", { class: "legend" }, ...entries.map(([name, colour]) =>
  $("span", {}, $("i", { style: `background:var(--c${colour})` }), name)));

const figure = (value, name) => $("div", {}, $("b", {}, value), $("span", {}, name));

function theme() {
  const root = document.documentElement;
  root.classList.toggle("dark", matchMedia("(prefers-color-scheme: dark)").matches);
  document.getElementById("theme").addEventListener("click", () => {
    root.classList.toggle("dark");
    document.dispatchEvent(new Event("theme"));
  });
}
