//! A plain f64 reference of the cycle, and problems to try it on.

// Not every file of tests has a use for all of it.
#![allow(dead_code)]

use num_complex::{Complex32, Complex64};
use seedflip::engine::problem::{Coefficient, SHELLS};
use seedflip::engine::{Denoiser, Direction, FlipRecipe, Layout, MessageRecipe, Problem, Recipe, SeedUse, Seeds};
use seedflip::fourier::Fourier3;
use seedflip::twins::random::{trial_hash, unit_interval};

pub fn key(k: [i32; 3]) -> u32 {
    (k[0] as u32).wrapping_mul(73_856_093)
        ^ (k[1] as u32).wrapping_mul(19_349_663)
        ^ (k[2] as u32).wrapping_mul(83_492_791)
}

/// An oblique "sphere" that fits the grid, every tenth reflection unmeasured, E from a hash, |h| as if d were 1.3 Å.
pub fn problem(dims: [usize; 3]) -> Problem {
    let limit = dims.map(|n| (n as i32 - 1) / 2);
    let squared = |k: [i32; 3]| {
        let [a, b, c] = std::array::from_fn(|i| f64::from(k[i]) / (f64::from(limit[i]) + 0.5));
        a * a + b * b + c * c + 0.4 * a * b - 0.3 * b * c
    };
    let mut inside = Vec::new();
    for x in -limit[0]..=limit[0] {
        for y in -limit[1]..=limit[1] {
            for z in -limit[2]..=limit[2] {
                if squared([x, y, z]) < 1.0 {
                    inside.push([x, y, z]);
                }
            }
        }
    }
    let layout = Layout::new(dims, inside).unwrap();
    let atoms = layout.len() as f32 / 10.0;
    let shell = |k: [i32; 3]| (k.iter().map(|x| x.abs()).sum::<i32>() % SHELLS as i32) as u8;
    let lengths: Vec<f32> = layout.indices().map(|k| (squared(k).sqrt() / 1.3) as f32).collect();
    let problem = Problem::new(
        layout,
        atoms,
        |k| {
            let u = unit_interval(trial_hash(5, 5, key(k))).max(1e-6);
            let e = (-u.ln()).sqrt();
            let measured = (key(k) % 10 != 3).then_some((e, 0.7 * e + 0.2));
            Coefficient { measured, shell: shell(k) }
        },
        key,
    );
    problem.with_distances(&lengths)
}

/// Full-grid f64 state of the reference.
pub struct Reference {
    plan: Fourier3<f64>,
    indices: Vec<[i32; 3]>,
}

impl Reference {
    pub fn new(problem: &Problem) -> Self {
        Self { plan: Fourier3::new(problem.layout().dims()), indices: problem.layout().indices().collect() }
    }

    /// Real map of half-sphere coefficients plus F(000).
    pub fn map(&self, coefficients: &[Complex64], origin: f64) -> Vec<f64> {
        let mut grid = vec![Complex64::default(); self.plan.len()];
        grid[0] = Complex64::new(origin, 0.0);
        for (k, c) in self.indices.iter().zip(coefficients) {
            grid[self.plan.index(*k)] = *c;
            grid[self.plan.index(k.map(|x| -x))] = c.conj();
        }
        self.plan.inverse(&mut grid);
        grid.iter().map(|c| c.re).collect()
    }

    pub fn coefficients(&self, map: &[f64]) -> Vec<Complex64> {
        let mut grid: Vec<Complex64> = map.iter().map(|&r| Complex64::new(r, 0.0)).collect();
        self.plan.forward(&mut grid);
        let scale = 1.0 / self.plan.len() as f64;
        self.indices.iter().map(|k| grid[self.plan.index(*k)] * scale).collect()
    }
}

pub fn start(problem: &Problem) -> Vec<Complex32> {
    start_of(problem, 1)
}

fn start_of(problem: &Problem, trial: u32) -> Vec<Complex32> {
    let turns = |&key: &u32| unit_interval(trial_hash(9, trial, key));
    problem.keys().iter().map(|key| Complex32::from_polar(1.0, std::f32::consts::TAU * turns(key))).collect()
}

/// A start without a voxel near the threshold, and what one cycle leaves of it.
pub fn clear_start(problem: &Problem, recipe: &FlipRecipe) -> (Vec<Complex32>, Flipped) {
    let mut tries = (1..100).map(|trial| {
        let phases = start_of(problem, trial);
        let flipped = flipping_reference(problem, &phases, recipe);
        (phases, flipped)
    });
    tries.find(|(_, flipped)| flipped.near == 0).unwrap()
}

/// How much larger the relative L2 of the next map is than that of G, when every G is off by as much: a small G gives its
/// phase to a large F.
pub fn amplification(flipped: &Flipped) -> f64 {
    let power = |v: &[Complex64]| v.iter().map(|c| c.norm_sqr()).sum::<f64>();
    let pairs = flipped.calculated.iter().zip(&flipped.imposed);
    let gain = pairs.map(|(g, f)| f.norm_sqr() / g.norm_sqr()).sum::<f64>() / flipped.calculated.len() as f64;
    (gain * power(&flipped.calculated) / power(&flipped.imposed)).sqrt()
}

pub fn relative_l2(a: &[Complex64], b: &[Complex64]) -> f64 {
    let difference: f64 = a.iter().zip(b).map(|(a, b)| (a - b).norm_sqr()).sum();
    (difference / b.iter().map(|b| b.norm_sqr()).sum::<f64>()).sqrt()
}

pub fn to64(values: &[Complex32]) -> Vec<Complex64> {
    values.iter().map(|c| Complex64::new(f64::from(c.re), f64::from(c.im))).collect()
}

/// What a flipping cycle leaves of given phases, and how many voxels lay within rounding of the threshold, where either
/// sign is right.
pub struct Flipped {
    /// Coefficients G of the flipped map.
    pub calculated: Vec<Complex64>,
    /// Coefficients of the next map.
    pub imposed: Vec<Complex64>,
    pub near: usize,
}

/// One cycle of charge flipping in f64.
pub fn flipping_reference(problem: &Problem, phases: &[Complex32], recipe: &FlipRecipe) -> Flipped {
    let reference = Reference::new(problem);
    let targets: Vec<f64> = problem.targets(recipe.amplitudes).iter().map(|&t| f64::from(t)).collect();
    let first: Vec<Complex64> = to64(phases).iter().zip(&targets).map(|(p, t)| p * t.max(0.0)).collect();
    let sigma = (2.0 * first.iter().map(|c| c.norm_sqr()).sum::<f64>()).sqrt();
    let mut map = reference.map(&first, 0.0);
    let delta = f64::from(recipe.k) * sigma;
    let near = map.iter().filter(|r| (*r - delta).abs() < 1e-5 * sigma).count();
    map.iter_mut().filter(|r| **r < delta).for_each(|r| *r = -*r);
    let calculated = reference.coefficients(&map);
    let e_weak = problem.e_quantile(recipe.weak);
    let imposed = calculated.iter().zip(problem.e().iter().zip(&targets)).map(|(&g, (&e, &target))| match e {
        _ if e < 0.0 => g,
        _ if e < e_weak => Complex64::i() * g,
        _ => g * (target / g.norm()),
    });
    Flipped { imposed: imposed.collect(), calculated, near }
}

/// What message passing has come to.
pub struct Passed {
    /// Unit phases times their figure of merit.
    pub phases: Vec<Complex64>,
    /// Cavity coefficients c.
    pub cavity: Vec<Complex64>,
    /// Squared correlation r of the field of the last cycle, whatever it is believed to be.
    pub correlation: f64,
    /// The posterior map f of the last cycle over the field z: how much more roundings weigh once the mean of f and what
    /// follows the cavity map linearly are taken away.
    pub excess: f64,
}

/// Seeds on every seventh measured reflection: a phase from a hash, with a mean modulus of 0.9 (four bins) or 0.5.
pub fn some_seeds(problem: &Problem) -> Seeds {
    let known = |i: usize| {
        let phase = std::f32::consts::TAU * unit_interval(trial_hash(3, 3, problem.keys()[i]));
        (i, Complex32::from_polar(if i.is_multiple_of(2) { 0.9 } else { 0.5 }, phase))
    };
    Seeds::new(problem, (0..problem.layout().len()).filter(|i| i % 7 == 3).map(known))
}

/// The message-passing cycle in f64, written straight from the recipe; with seeds held for some cycles, fixed or at their
/// posterior means.
pub fn message_reference(
    problem: &Problem,
    phases: &[Complex32],
    denoiser: Denoiser,
    cycles: usize,
    onsager: [f64; 2],
    seeds: Option<(&Seeds, usize, SeedUse)>,
) -> Passed {
    let reference = Reference::new(problem);
    let e: Vec<f64> = problem.e().iter().map(|&e| f64::from(e)).collect();
    let measured: Vec<usize> = (0..e.len()).filter(|&i| e[i] >= 0.0).collect();
    let (n, m) = (f64::from(problem.atoms()), problem.sphere() as f64);
    let mut g: Vec<Complex64> = to64(phases).iter().zip(&e).map(|(p, e)| p * e.max(0.0) * 0.2).collect();
    let weighed = seeds.is_some_and(|(_, _, seed_use)| seed_use == SeedUse::Posterior);
    if let Some((seeds, ..)) = seeds {
        g = to64(seeds.means()).iter().zip(&e).map(|(m, e)| m * e.max(0.0)).collect();
    }
    let mut c = g.clone();
    let (mut correlation, mut excess) = (0.0, 0.0);
    for cycle in 0..cycles {
        let held = |i: usize| match seeds {
            Some((seeds, hold, _)) if cycle < hold => Complex64::from(to64(&seeds.means()[i..=i])[0]),
            _ => Complex64::default(),
        };
        let free: Vec<usize> = measured.iter().copied().filter(|&i| held(i).norm() == 0.0).collect();
        let power: f64 = 2.0 * c.iter().map(|c| c.norm_sqr()).sum::<f64>();
        let overlap: f64 = 2.0 * c.iter().zip(&g).map(|(c, g)| (c * g.conj()).re).sum::<f64>();
        let s = if cycle == 0 { (power / n).sqrt() } else { overlap / (power * n).sqrt() };
        let x = reference.map(&c, 0.0);
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        let sigma = (x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / x.len() as f64).sqrt();
        let u: Vec<f64> = x.iter().map(|x| (x - mean) / sigma).collect();
        let pairs = (denoiser == Denoiser::Pair).then(|| pair_posterior(problem, &reference, &u, &c, sigma, s));
        let (f, derivative): (Vec<f64>, Vec<f64>) = pairs.unwrap_or_else(|| {
            u.iter()
                .map(|&u| {
                    if denoiser == Denoiser::Square {
                        return (u * u, 2.0 * u);
                    }
                    let [a, b] = match denoiser {
                        Denoiser::Reshaped => problem.reshaping().at(s as f32).map(f64::from),
                        _ => [1.0, 0.0],
                    };
                    let f = 1.0 / (1.0 + (-(a * (s * u - s * s / 2.0 - (m / n - 1.0).ln()) + b)).exp());
                    (f, a * s * f * (1.0 - f))
                })
                .unzip()
        });
        let slope = onsager[0] * derivative.iter().sum::<f64>() / derivative.len() as f64;
        let y: Vec<f64> = f.iter().zip(&u).map(|(f, u)| f - slope * u).collect();
        let z = reference.coefficients(&y);
        let power: f64 = f.iter().map(|f| f * f).sum::<f64>() / f.len() as f64;
        excess = (power / z.iter().map(|z| 2.0 * z.norm_sqr()).sum::<f64>()).sqrt();
        let mut power = [0.0; SHELLS];
        let mut count = [0.0; SHELLS];
        for &i in &free {
            power[problem.shell()[i] as usize] += z[i].norm_sqr();
            count[problem.shell()[i] as usize] += 1.0;
        }
        let msh: Vec<f64> = power.iter().zip(count).map(|(p, n)| p / n).collect();
        let field: Vec<f64> =
            free.iter().map(|&i| (z[i].norm_sqr() / msh[problem.shell()[i] as usize]).min(12.0)).collect();
        let ee: Vec<f64> = free.iter().map(|&i| (e[i] * e[i]).min(9.0)).collect();
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let covariance =
            field.iter().zip(&ee).map(|(a, b)| a * b).sum::<f64>() / ee.len() as f64 - mean(&field) * mean(&ee);
        let variance = ee.iter().map(|b| b * b).sum::<f64>() / ee.len() as f64 - mean(&ee).powi(2);
        let along = |i: &usize| e[*i] * (z[*i] * held(*i).conj()).re / msh[problem.shell()[*i] as usize].sqrt();
        let known: f64 = measured.iter().map(|&i| (e[i] * held(i).norm()).powi(2)).sum();
        let along = measured.iter().map(along).sum::<f64>().max(0.0);
        let seeded = if known > 0.0 && !weighed { (along / known).powi(2) } else { 0.0 };
        correlation = covariance / variance;
        let r = correlation.max(seeded).clamp(0.0, 0.98);
        let kappa = (r / (1.0 - r)).clamp(0.004, 50.0);
        let ratio = |x: f64| (1..300).rev().fold(0.0, |ratio, n| 1.0 / (2.0 * f64::from(n) / x + ratio));
        let mut beta = 0.0;
        g.fill(Complex64::default());
        for &i in &free {
            let tau = msh[problem.shell()[i] as usize] / (1.0 + kappa);
            let q = z[i].norm() / tau.sqrt();
            let x = 2.0 * kappa.sqrt() * e[i] * q;
            let w = ratio(x);
            g[i] = z[i] / z[i].norm() * e[i] * w;
            beta += e[i] / 2.0 * ((1.0 - w * w - w / x) * x / q + w / q);
        }
        for &i in measured.iter().filter(|&&i| weighed && held(i).norm() > 0.0) {
            let tau = msh[problem.shell()[i] as usize] / (1.0 + kappa);
            let slope = 2.0 * kappa.sqrt() * e[i];
            let sum = z[i] / tau.sqrt() * slope + held(i) / held(i).norm() * concentration(held(i).norm());
            let w = ratio(sum.norm());
            g[i] = sum / sum.norm() * e[i] * w;
            beta += e[i] / 2.0 * slope * (1.0 - w * w);
        }
        beta *= onsager[1] / measured.len() as f64;
        c.fill(Complex64::default());
        for &i in &measured {
            let tau = msh[problem.shell()[i] as usize] / (1.0 + kappa);
            c[i] = g[i] - z[i] / tau.sqrt() * beta;
        }
        for &i in &measured {
            if held(i).norm() > 0.0 && !weighed {
                g[i] = held(i) * e[i];
                c[i] = g[i];
            }
        }
    }
    let phases = g.iter().zip(&e).map(|(g, &e)| if e > 0.0 { g / e } else { Complex64::default() }).collect();
    Passed { phases, cavity: c, correlation, excess }
}

/// The pair prior's posterior of the map u with coefficients c/σ, and what the direction has in common with its change
/// along it.
fn pair_posterior(
    problem: &Problem,
    reference: &Reference,
    u: &[f64],
    c: &[Complex64],
    sigma: f64,
    s: f64,
) -> (Vec<f64>, Vec<f64>) {
    let pairs = problem.pairs().unwrap();
    let (shape, nodes) = pairs.table.at(s as f32);
    let ([a0, b0], [a, b]) = (shape.first.map(f64::from), shape.second.map(f64::from));
    let odds = (problem.sphere() as f64 / f64::from(problem.atoms()) - 1.0).ln();
    let t: Vec<f64> = u.iter().map(|u| s * u - s * s / 2.0 - odds).collect();
    let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
    let f0: Vec<f64> = t.iter().map(|t| logistic(a0 * t + b0)).collect();
    let mean = f0.iter().sum::<f64>() / f0.len() as f64 + seedflip::twins::pair_table::LEAST;
    let filtered = |f: &[f64], linear: &[Complex64]| {
        let node = |i: usize| {
            let (whole, part) = (pairs.places[i] as usize, f64::from(pairs.places[i].fract()));
            let next = nodes[(whole + 1).min(nodes.len() - 1)];
            std::array::from_fn(|j| f64::from(nodes[whole][j]) * (1.0 - part) + f64::from(next[j]) * part)
        };
        let value = |(i, (f, linear)): (usize, (&Complex64, &Complex64))| {
            let [w, v]: [f64; 2] = node(i);
            f * w / mean + linear * v
        };
        let q: Vec<Complex64> = reference.coefficients(f).iter().zip(linear).enumerate().map(value).collect();
        reference.map(&q, 0.0)
    };
    let direction = to64(&Direction::of(problem).coefficients);
    let e = reference.map(&direction, 0.0);
    let q = filtered(&f0, &c.iter().map(|c| c / sigma).collect::<Vec<_>>());
    let change: Vec<f64> = f0.iter().zip(&e).map(|(f, e)| a0 * s * f * (1.0 - f) * e).collect();
    let dq = filtered(&change, &direction);
    let y: Vec<f64> = t.iter().zip(&q).map(|(t, q)| logistic(a * t + b + q)).collect();
    let along = y.iter().zip(&e).zip(&dq).map(|((y, e), dq)| y * (1.0 - y) * (a * s * e + dq) * e).collect();
    (y, along)
}

/// K with I₁(K)/I₀(K) = m, by the published approximation for 0.53 ≤ m < 0.85 and its neighbours.
fn concentration(m: f64) -> f64 {
    let m = m.min(0.98);
    if m < 0.53 {
        2.0 * m + m.powi(3) + 5.0 * m.powi(5) / 6.0
    } else if m < 0.85 {
        -0.4 + 1.39 * m + 0.43 / (1.0 - m)
    } else {
        1.0 / (m.powi(3) - 4.0 * m * m + 3.0 * m)
    }
}

pub fn message_recipe(denoiser: Denoiser) -> Recipe {
    seeded_recipe(denoiser, SeedUse::Fixed)
}

pub fn seeded_recipe(denoiser: Denoiser, seeds: SeedUse) -> Recipe {
    Recipe::Message(MessageRecipe { denoiser, n_start: 1.0, n_end: 1.0, anneal: 0, damping: 0.0, seeds })
}
