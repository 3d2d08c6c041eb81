// Draws the page of a run of several data sets from their table.

const ENDED = { solved: "solved", not_solved: "not solved", failed: "failed", skipped: "skipped", not_begun: "not begun" };

function show({ table: batch, pages }) {
  theme();
  document.getElementById("title").textContent = `${batch.structures.length} data sets`;
  const { counts } = batch;
  section("verdict", "What came of them", true,
    $("div", { class: "figures" }, ...Object.entries(ENDED).filter(([name]) => counts[name]).map(([name, word]) => figure(String(counts[name]), word)),
      figure(`${number(batch.wall_s, 1)} s`, `on ${batch.threads} threads`)),
    $("p", { class: "quiet" }, `seedflip ${batch.version}, seed ${batch.seed}.`));
  const rows = batch.structures.map((row, n) => ({ ...row, page: pages[n] }));
  section("table", "Data sets", true, table([
    ["data set", (r) => r, (r) => (r.page ? $("a", { href: r.page }, r.name) : r.name), (r) => r.name],
    ["outcome", (r) => ENDED[r.outcome]],
    ["probable", (r) => r.probability, (p) => (p === null ? "–" : sureness(p))],
    ["and its group", (r) => r.probability_group, (p) => (p === null ? "–" : sureness(p))],
    ["R1", (r) => r.r1, (x) => number(x)],
    ["space group", (r) => r.space_group],
    ["trials", (r) => r.trials_finished],
    ["cycles", (r) => r.cycles],
    ["seconds", (r) => r.wall_s, (x) => number(x, 1)],
    ["formula, or why not", (r) => [r.formula, r.reason].filter(Boolean).join("; ") || "–", undefined, undefined, "words"],
  ], rows));
  const modelled = rows.filter((r) => r.r1 !== null).sort((a, b) => a.r1 - b.r1);
  const run = rows.filter((r) => r.cycles).sort((a, b) => a.wall_s - b.wall_s);
  const curve = (list, of, wanted, colour) => ({ points: list.flatMap((r, n) => (wanted(r) ? [[n + 1, of(r)]] : [])), colour, dots: true });
  const solved = (r) => r.outcome === "solved";
  const both = (list, of) => [curve(list, of, solved, 0), curve(list, of, (r) => !solved(r), 1)];
  section("charts", "All of them", true, legend([["solved", 0], ["not solved", 1]]), $("div", { class: "charts" }, ...[
    chart("R1 of the models, from the lowest", "data sets", "R1", both(modelled, (r) => r.r1), { whole: true }),
    chart("Time, from the shortest", "data sets", "seconds", both(run, (r) => r.wall_s), { log: true, whole: true }),
  ].filter(Boolean)));
  document.documentElement.dataset.drawn = "yes";
}
