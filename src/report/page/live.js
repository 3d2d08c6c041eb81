// Follows a run that goes on: asks for what has happened since, and draws it with the sections of its page.

// Seconds between two drawings of the charts, and between two questions that found nobody.
const [DRAWN_EVERY, ASKED_AGAIN] = [0.7, 1];
// Questions without an answer, after which the run is taken to be over.
const LAST_QUESTION = 4;

function watch({ title, stem }) {
  theme();
  const heading = document.getElementById("title");
  heading.textContent = `${title || stem}: running`;
  const state = { trials: new Map(), modelled: [], progress: null, stage: null, judged: null, structure: null };
  let last = 0;
  let drawnAt = 0;
  let shown = null;
  const trial = (number) => {
    if (!state.trials.has(number)) state.trials.set(number, { trial: number, arm: "–", finished: false, promising: false, looks: [] });
    return state.trials.get(number);
  };
  const hear = {
    started: (told) => { trial(told.trial).arm = told.arm; },
    looked: (told) => { trial(told.trial).looks.push(told.look); },
    finished: (told) => Object.assign(trial(told.trial), { finished: true, promising: told.promising, end: told.look }),
    progress: (told) => { state.progress = told; },
    settling: (told) => { state.stage = `settling phases of ${told.candidates} candidate${told.candidates === 1 ? "" : "s"}`; },
    modelling: (told) => {
      state.stage = `models: ${told.done} of ${told.all}${told.under_way.length ? `, now ${told.under_way.join(", ")}` : ""}`;
    },
    modelled: (told) => { state.modelled.push(told); },
    structure: (told) => { state.structure = told; },
    judged: (told) => { state.judged = told; state.stage = null; },
  };
  const draw = () => {
    const { progress, judged, stage } = state;
    section("now", "The run so far", true,
      $("p", { class: "verdict quiet" }, stage ?? (progress ? "searching" : "reading and setting up")),
      progress ? $("progress", { max: String(progress.trials), value: String(progress.finished), "aria-label": "Trials finished" }) : null,
      $("div", { class: "figures" },
        progress ? figure(`${progress.finished} of ${progress.trials}`, "trials finished") : null,
        progress ? figure(String(progress.cycles), "cycles") : null,
        progress ? figure(number(progress.best_r_weak), "best R_weak") : null,
        progress ? figure(String(progress.agreeing), "trials agree with the best") : null,
        progress ? figure(`${number(progress.elapsed_s, 1)} s`, "of searching") : null,
        judged ? figure(sureness(judged.probability), judged.claimed ? "probability: claimed" : "probability, not claimed") : null,
        state.structure ? figure(`${state.structure.group}, R1 ${number(state.structure.r1)}`, "best model so far") : null));
    if (state.structure && state.structure !== shown) {
      shown = state.structure;
      structure({ model: shown.model, stem });
    }
    const followed = [...state.trials.values()].filter((course) => course.looks.length);
    courses(followed, Math.max(0, (progress?.finished ?? 0) - followed.length), "under way");
    if (state.modelled.length) {
      section("groups", "Models so far", false, table([
        ["space group", (m) => m.group],
        ["candidate", (m) => m.candidate],
        ["R1 of the model", (m) => m.r1, (x) => number(x)],
        ["atoms", (m) => m.atoms],
      ], state.modelled));
    }
    const finished = [...state.trials.values()].filter((course) => course.end);
    if (finished.length) {
      section("trials", "Trials that have finished", false, table([
        ["trial", (t) => t.trial],
        ["arm", (t) => t.arm],
        ["may be a solution", (t) => (t.promising ? "yes" : "no")],
        ["cycles", (t) => t.end[0]],
        ["R_weak", (t) => t.end[1], (x) => number(x)],
        ["E-kurtosis", (t) => t.end[2], (x) => number(x, 1)],
        ["tan_cos", (t) => t.end[3], (x) => number(x)],
      ], finished));
    }
    drawnAt = performance.now();
  };
  const pause = (seconds) => new Promise((done) => { setTimeout(done, 1000 * seconds); });
  const end = (report) => {
    if (report) {
      clear();
      heading.textContent = report.record.title || report.stem;
      whole(report);
    } else {
      heading.textContent = `${title || stem}: ended`;
      state.stage = "The run has ended; its results are in its files.";
      draw();
    }
  };
  const follow = async () => {
    draw();
    for (let silent = 0; silent < LAST_QUESTION;) {
      let events;
      try {
        const answer = await fetch(`events?after=${last}`, { cache: "no-store" });
        if (!answer.ok) throw new Error(answer.statusText);
        events = await answer.json();
        silent = 0;
      } catch {
        silent += 1;
        await pause(ASKED_AGAIN);
        continue;
      }
      for (const told of events) {
        last = told.n;
        if (told.kind === "ended") return end(told.document);
        hear[told.kind]?.(told);
      }
      const since = (performance.now() - drawnAt) / 1000;
      if (since < DRAWN_EVERY) await pause(DRAWN_EVERY - since);
      draw();
    }
    return end(null);
  };
  follow();
}
