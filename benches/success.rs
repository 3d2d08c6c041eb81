//! Success per trial against the truth, never by our own merit: n solved of N, with cycles.
//!
//! ```text
//! cargo bench --bench success -- DATA_FOLDER SET METHOD [key=value …]
//! ```
//! DATA_FOLDER holds SET/SET.ins, .hkl and .ref.cif. METHOD is `flipping` or `message`. Keys: `trials`, `cycles`,
//! `dmin`, `k`, `weak`, `q` (1 or 0.5), `start` (random or patterson), `sampling` (2 or 3), `n` (factor on N), `n_end`,
//! `anneal`, `damping`, `switch` (κ above which a trial goes on by the pair prior), `denoiser` (logistic, square, reshaped or pair), `seed`, and for simulated data `simulate=D` (calculated
//! intensities of the reference to D Å instead of the measured ones) with `equal=1` (every atom becomes oxygen),
//! `whole=1` (sites of occupancy above one half made whole, the others dropped), `spread=LOW-HIGH` (B log-uniform
//! between two values in Å²), `b=B` (one B for all), `noise`, `completeness`. Seeds: `p` (fraction of the strongest
//! third), `pool` (random, top or all), `bins`, `wrong`, `gaussian` (degrees, in place of bins), `hold` (cycles),
//! `seeds=fixed`, `told` (the wrong fraction that the engine believes), `shuffle=1` (random bins); each trial draws its
//! own. `finals=1` and `merits=1` print more, `stop=0` runs every trial to its end. A trial is solved when its phases
//! reach an F²-weighted correlation of 0.65 with those of the reference, origin and hand free. Without arguments the
//! table of the main job is printed, where the data are at hand in ../shared/data.

use num_complex::Complex32;
use seedflip::crystal::structure_factors::structure_factors;
use seedflip::crystal::{Hkl, Radiation, ScatteringTable, SpaceGroup};
use seedflip::engine::cpu::CpuEngine;
use seedflip::engine::{Amplitudes, Denoiser, EngineError, FlipRecipe, MessageRecipe, Problem, Recipe, SeedUse, Start};
use seedflip::formats::cif::read_model;
use seedflip::grid::Sampling;
use seedflip::phasing::{Draw, Patterson, SeedPlaces, Sphere, expected_atoms};
use seedflip::reflections::{DataSet, PhasedReflection};
use seedflip::seed::known::to_representative;
use seedflip::seed::{Oracle, Pool, SeedList, TruePhase, resolve};
use seedflip::simulate::{SimulateOptions, simulate};
use seedflip::structure::{SOLVED_CC, Weighting, agreement};
use seedflip::trials::{Course, Crew, Job, Look, Next, Queue, Slots};
use seedflip::twins::random::{trial_hash, unit_interval};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The table that the project's notes quote: set, method, keys.
const TABLE: [(&str, &str, &str); 6] = [
    ("sucrose_olex_p21", "flipping", "trials=20 cycles=600"),
    ("thpp_p21n", "flipping", "trials=20 cycles=600"),
    ("p6n7_p31c", "flipping", "trials=20 cycles=600"),
    ("conotoxin_1akg_p212121", "message", "simulate=1.0 equal=1 spread=3-60 trials=6 cycles=100"),
    ("conotoxin_1akg_p212121", "flipping", "simulate=1.0 equal=1 spread=3-60 trials=6 cycles=2000"),
    ("roxithromycin_p212121", "message", "trials=20 cycles=60"),
];

fn main() {
    // Cargo passes --bench to every bench.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    if arguments.is_empty() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
        if !data.is_dir() {
            println!("success: skipped, no data sets at ../shared/data");
            return;
        }
        for (set, method, keys) in TABLE {
            run(&data, set, method, keys.split(' '));
        }
    } else if let [data, set, method, keys @ ..] = arguments.as_slice() {
        run(&PathBuf::from(data), set, method, keys.iter().map(String::as_str));
    } else {
        println!("usage: success DATA_FOLDER SET METHOD [key=value ...]");
    }
}

struct Keys(HashMap<String, String>);

impl Keys {
    fn number(&self, key: &str, default: f64) -> f64 {
        self.0.get(key).map_or(default, |v| v.parse().unwrap_or_else(|_| panic!("{key}={v} is no number")))
    }

    fn is(&self, key: &str, value: &str) -> bool {
        self.0.get(key).is_some_and(|v| v == value)
    }
}

/// Trials that advance together, and cycles between looks at the truth.
const SLOTS: usize = 8;
const STEP: u32 = 5;

fn run<'a>(data: &Path, set: &str, method: &str, keys: impl Iterator<Item = &'a str>) {
    let text: Vec<&str> = keys.collect();
    let keys = Keys(text.iter().filter_map(|k| k.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect());
    let (data_set, truth, atoms) = load(data, set, &keys);
    let cell = data_set.header.cell.clone();
    let d_min = keys.number("dmin", 0.8).max(data_set.shells.d_min);
    let sphere =
        Sphere::new(&cell, &data_set.header.space_group, &data_set.reflections, atoms, d_min).with_distances(true);
    let sampling = if keys.number("sampling", 2.0) > 2.5 { Sampling::Fine } else { Sampling::Nyquist };
    let gridded = sphere.problem(sampling);
    let recipe = recipe(method, &keys);
    let (trials, cycles) = (keys.number("trials", 20.0) as u32, keys.number("cycles", 600.0) as u32);
    let seed = keys.number("seed", 1.0) as u32;
    let patterson = keys.is("start", "patterson").then(|| Patterson::new(&gridded.problem));
    let pool = Arc::new(rayon::ThreadPoolBuilder::new().build().expect("threads"));
    let engine = CpuEngine::new(gridded.problem.clone(), SLOTS.min(trials as usize), pool);
    let mut crews = [Crew::of(Box::new(engine))];
    let truth_f: f64 = truth.iter().map(|r| r.f * r.f).sum();
    assert!(truth_f > 0.0, "the reference scatters nothing");
    let seeding = keys.0.contains_key("p").then(|| Seeding::new(&data_set, &truth, d_min, &keys));
    let places = SeedPlaces::new(&sphere, &gridded);
    let begun = std::time::Instant::now();
    let mut attempts = Attempts {
        cycles,
        print: keys.is("merits", "1"),
        stop: !keys.is("stop", "0"),
        switch: keys.0.contains_key("switch").then(|| keys.number("switch", 0.0) as f32),
        next: 0..trials,
        start: |trial| match (&patterson, &seeding) {
            (Some(p), _) => Start::Phases(p.phases(&gridded.problem, seed, trial)),
            (None, Some(seeding)) => seeding.start(seed + trial, &gridded.problem, &places),
            (None, None) => Start::Random { seed, trial },
        },
        recipe,
        judge: |phases: &[Complex32]| agreement(&cell, &truth, &sphere.phased(&gridded, phases), Weighting::F2).cc,
        solved_at: Vec::new(),
        finals: Vec::new(),
        total: 0,
    };
    Slots::new(&crews, STEP).run(&mut crews, &mut attempts).expect("engine");
    let Attempts { mut solved_at, mut finals, total, .. } = attempts;
    solved_at.sort_unstable();
    let median = solved_at.get(solved_at.len() / 2).copied().unwrap_or(0);
    let n = solved_at.len();
    println!(
        "{set} {method} [{}] solved {n}/{trials}, median {median} cycles; {} grid, {} reflections, N {:.0}, {total} cycles, {:.1} s",
        text.join(" "),
        gridded.problem.layout().dims().map(|d| d.to_string()).join("x"),
        2 * sphere.len(),
        sphere.atoms(),
        begun.elapsed().as_secs_f64(),
    );
    if keys.is("finals", "1") {
        finals.sort_by(f64::total_cmp);
        println!("  final cc {finals:.2?}");
    }
}

/// The trials of a run, judged by the truth at every look.
struct Attempts<S, J> {
    cycles: u32,
    print: bool,
    stop: bool,
    /// κ above which a trial goes on by the pair prior.
    switch: Option<f32>,
    next: std::ops::Range<u32>,
    start: S,
    recipe: Recipe,
    judge: J,
    solved_at: Vec<u32>,
    finals: Vec<f64>,
    total: u64,
}

impl<S: FnMut(u32) -> Start, J: Fn(&[Complex32]) -> f64> Queue for Attempts<S, J> {
    /// Whether it has gone on by the pair prior.
    type Trial = bool;
    type Error = EngineError;

    fn next(&mut self, _: usize) -> Result<Option<Job<bool>>, EngineError> {
        let job = |number| Job { number, course: Course::Run((self.start)(number), self.recipe), trial: false };
        Ok(self.next.next().map(job))
    }

    fn look(&mut self, look: &mut Look<'_, bool>) -> Result<Next, EngineError> {
        self.total += u64::from(STEP);
        let cc = (self.judge)(&look.phases()?);
        if self.print {
            println!("  trial {} cycle {} cc {cc:.2} {:.3?}", look.number, look.cycles, look.merits);
        }
        let solved = cc >= SOLVED_CC;
        if !(solved && self.stop) && look.cycles < self.cycles {
            let (Recipe::Message(recipe), Some(kappa), false) = (self.recipe, self.switch, *look.trial) else {
                return Ok(Next::GoOn);
            };
            *look.trial = look.merits.kappa > kappa;
            let pair = Recipe::Message(MessageRecipe { denoiser: Denoiser::Pair, ..recipe });
            return Ok(if *look.trial { Next::Recipe(pair) } else { Next::GoOn });
        }
        self.solved_at.extend(solved.then_some(look.cycles));
        self.finals.push(cc);
        Ok(Next::Leave)
    }
}

/// Seeds of the trials.
struct Seeding {
    group: SpaceGroup,
    unique: Vec<TruePhase>,
    measured: HashSet<Hkl>,
    oracle: Oracle,
    hold: u32,
    told: f64,
    shuffle: bool,
}

impl Seeding {
    fn new(data: &DataSet, truth: &[PhasedReflection], d_min: f64, keys: &Keys) -> Self {
        let header = &data.header;
        let group = header.space_group.clone();
        let phases: HashMap<Hkl, f64> = truth
            .iter()
            .map(|r| {
                let (hkl, sign, offset) = to_representative(&group, r.hkl);
                (hkl, sign * r.phase + offset)
            })
            .collect();
        let unique: Vec<TruePhase> = data
            .reflections
            .iter()
            .filter(|r| header.cell.d_spacing(r.merged.hkl) >= d_min)
            .filter_map(|r| Some(TruePhase { hkl: r.merged.hkl, e: r.e, phase: *phases.get(&r.merged.hkl)? }))
            .collect();
        let gaussian = keys.number("gaussian", 0.0);
        let oracle = Oracle {
            fraction: keys.number("p", 0.1),
            pool: match keys.0.get("pool").map(String::as_str) {
                Some("top") => Pool::Top,
                Some("all") => Pool::All,
                _ => Pool::StrongThird,
            },
            bins: (gaussian == 0.0).then_some(keys.number("bins", 4.0) as u32),
            wrong: keys.number("wrong", 0.0),
            gaussian,
            seed: 1,
        };
        let told = keys.number("told", oracle.wrong);
        let measured = unique.iter().map(|t| t.hkl).collect();
        let shuffle = keys.is("shuffle", "1");
        Self { group, unique, measured, oracle, hold: keys.number("hold", 1e6) as u32, told, shuffle }
    }

    fn start(&self, draw: u32, problem: &Problem, places: &SeedPlaces) -> Start {
        let mut unique = self.unique.clone();
        if self.shuffle {
            for t in &mut unique {
                let turn = unit_interval(trial_hash(
                    draw,
                    77,
                    t.hkl[0] as u32 ^ (t.hkl[1] as u32) << 10 ^ (t.hkl[2] as u32) << 20,
                ));
                t.phase = std::f64::consts::TAU * f64::from(turn);
            }
        }
        let seeds = Oracle { seed: draw, ..self.oracle }.seeds(&self.group, &unique);
        let list = SeedList { sets: vec![seeds], ..SeedList::new(Path::new("oracle"), "oracle") };
        let sets = resolve(&list, &self.group, &self.measured, &|hkl| (hkl, 0.0)).unwrap_or_else(|e| panic!("{e}"));
        let seeds = places.seeds(problem, &self.group, sets.origin, &sets.sets.get(0), self.told, Draw::Mean);
        Start::Seeded { seeds: Arc::new(seeds), hold: self.hold }
    }
}

/// Data, true phases on the P1 half-sphere, and the number of atoms in the cell.
fn load(data: &Path, set: &str, keys: &Keys) -> (DataSet, Vec<PhasedReflection>, f64) {
    let folder = data.join(set);
    let input = seedflip::input::read(&folder.join(format!("{set}.ins")), None, None).unwrap_or_else(|e| panic!("{e}"));
    let mut model = read_model(&folder.join(format!("{set}.ref.cif"))).unwrap_or_else(|e| panic!("{e}"));
    let radiation = input.data.header.radiation;
    let mut data_set = input.data;
    if let Some(d) = keys.0.get("simulate") {
        if keys.is("equal", "1") {
            const OXYGEN: u8 = 8;
            model.sites.retain(|s| s.element != Some(1));
            model.sites.iter_mut().for_each(|s| s.element = Some(OXYGEN));
        }
        if keys.is("whole", "1") {
            // Sites of the main conformation, each whole; general positions alone are expected to be partly occupied.
            model.sites.retain(|s| s.sof > 0.5);
            model.sites.iter_mut().for_each(|s| s.sof = 1.0);
            let z = model.space_group.operations().len() as f64;
            for element in &mut data_set.header.elements {
                let sites = model.sites.iter().filter(|s| s.element == Some(element.atomic_number)).count();
                element.count = sites as f64 * z;
            }
            if keys.is("equal", "1") {
                data_set.header.elements.retain(|e| e.atomic_number == 8);
            }
        }
        if let Some(b) = keys.0.get("b") {
            // One B for all: the flat case.
            let u = b.parse::<f64>().expect("b") / (8.0 * std::f64::consts::PI.powi(2));
            model.sites.iter_mut().for_each(|s| {
                s.u_iso = u;
                s.u_aniso = None;
            });
        }
        if let Some((low, high)) = keys.0.get("spread").and_then(|range| range.split_once('-')) {
            // B of each site log-uniform between two values in Å², drawn from the site's number.
            let [low, high]: [f64; 2] = [low, high].map(|b| b.parse().expect("spread=LOW-HIGH"));
            for (i, site) in model.sites.iter_mut().enumerate() {
                let b = low * (high / low).powf(f64::from(unit_interval(trial_hash(1, 0, i as u32))));
                site.u_iso = b / (8.0 * std::f64::consts::PI.powi(2));
                site.u_aniso = None;
            }
        }
        let options = SimulateOptions {
            d_min: d.parse().expect("simulate=D"),
            noise: keys.number("noise", 0.0),
            completeness: keys.number("completeness", 1.0),
            missing_cone: None,
            radiation,
            friedel: None,
            second: None,
            seed: 1,
        };
        let rows = simulate(&model, &options).unwrap_or_else(|e| panic!("{e}")).reflections;
        data_set = DataSet::new(data_set.header, &rows, |_| 1.0).unwrap_or_else(|e| panic!("{e}"));
    }
    let header = &data_set.header;
    let d_min = data_set.shells.d_min;
    let sphere = Sphere::new(&header.cell, &header.space_group, &data_set.reflections, 1.0, d_min);
    let hkls: Vec<_> = sphere.measured().map(|(hkl, _, _)| hkl).collect();
    let table = ScatteringTable::new(match radiation {
        Radiation::Xray => Radiation::Xray,
        Radiation::Electron => Radiation::Electron,
        Radiation::Neutron => Radiation::Neutron,
    });
    let f = structure_factors(&model.cell, &model.space_group, &model.sites, table, &hkls).expect("reference");
    let truth = sphere
        .measured()
        .zip(&f)
        .map(|((hkl, f_obs, e), f)| PhasedReflection { hkl, f: f_obs, e, phase: f.arg(), fom: 1.0 })
        .collect();
    let atoms = expected_atoms(header);
    (data_set, truth, atoms)
}

fn recipe(method: &str, keys: &Keys) -> Recipe {
    match method {
        "flipping" => Recipe::Flipping(FlipRecipe {
            k: keys.number("k", 1.1) as f32,
            weak: keys.number("weak", 0.3) as f32,
            amplitudes: if keys.number("q", 1.0) < 0.75 { Amplitudes::SqrtEF } else { Amplitudes::E },
        }),
        "message" => Recipe::Message(MessageRecipe {
            denoiser: match keys.0.get("denoiser").map(String::as_str) {
                Some("square") => Denoiser::Square,
                Some("reshaped") => Denoiser::Reshaped,
                Some("pair") => Denoiser::Pair,
                _ => Denoiser::Logistic,
            },
            n_start: keys.number("n", 1.0) as f32,
            n_end: keys.number("n_end", keys.number("n", 1.0)) as f32,
            anneal: keys.number("anneal", 0.0) as u32,
            damping: keys.number("damping", 0.0) as f32,
            seeds: if keys.is("seeds", "fixed") { SeedUse::Fixed } else { SeedUse::Posterior },
        }),
        other => panic!("METHOD is flipping or message, not {other}"),
    }
}
