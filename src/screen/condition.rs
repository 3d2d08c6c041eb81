//! One point of the grid.

use crate::phasing::{Arm, Methods, seeded_portfolio};
use crate::seed::{Oracle, Pool};
use serde::Serialize;

/// Seeds of one quality, used in one way, on data to one resolution.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// Arm of the seeded portfolio that runs the trials, by its short name.
    pub method: String,
    /// Fraction of the pool that is known.
    pub fraction: f64,
    /// The pool.
    pub pool: Pool,
    /// Number of bins.
    pub bins: u32,
    /// Fraction in a wrong bin.
    pub wrong: f64,
    /// Resolution cut in Å.
    pub d_min: f64,
    /// Fraction of the unique reflections that is kept, at random.
    pub completeness: f64,
}

/// Trials of a screen at most: at a thousand a second they take ten minutes on a GPU, and a month on a few cores.
pub const MOST_TRIALS: u64 = 1_000_000;

/// Lists of values; the screen runs over all their combinations.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Short names of arms.
    pub methods: Vec<String>,
    /// Fractions.
    pub fractions: Vec<f64>,
    /// The pool.
    pub pool: Pool,
    /// Numbers of bins.
    pub bins: Vec<u32>,
    /// Fractions in a wrong bin.
    pub wrong: Vec<f64>,
    /// Resolutions in Å.
    pub d_min: Vec<f64>,
    /// Completenesses.
    pub completeness: Vec<f64>,
}

impl Grid {
    /// Trials of all combinations with so many draws each.
    pub fn trials(&self, draws: u32) -> u64 {
        let lists = [&self.fractions, &self.wrong, &self.d_min, &self.completeness].map(Vec::len);
        let all = lists.into_iter().chain([self.methods.len(), self.bins.len()]);
        all.fold(u64::from(draws), |product, n| product.saturating_mul(n as u64))
    }

    /// The same grid with every value once.
    #[must_use]
    pub fn without_repeats(self) -> Self {
        Self {
            methods: once(self.methods),
            fractions: once(self.fractions),
            pool: self.pool,
            bins: once(self.bins),
            wrong: once(self.wrong),
            d_min: once(self.d_min),
            completeness: once(self.completeness),
        }
    }

    /// All combinations; those of one resolution and completeness stand together.
    pub fn conditions(&self) -> Vec<Condition> {
        let mut all = Vec::new();
        for &d_min in &self.d_min {
            for &completeness in &self.completeness {
                for method in &self.methods {
                    for &bins in &self.bins {
                        for &wrong in &self.wrong {
                            for &fraction in &self.fractions {
                                all.push(Condition {
                                    method: method.clone(),
                                    fraction,
                                    pool: self.pool,
                                    bins,
                                    wrong,
                                    d_min,
                                    completeness,
                                });
                            }
                        }
                    }
                }
            }
        }
        all
    }
}

/// Values in their order, each where it stands first.
fn once<T: PartialEq>(values: Vec<T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

impl Condition {
    /// The oracle of one draw.
    pub fn oracle(&self, draw: u32) -> Oracle {
        Oracle {
            fraction: self.fraction,
            pool: self.pool,
            bins: Some(self.bins),
            wrong: self.wrong,
            gaussian: 0.0,
            seed: draw,
        }
    }
}

/// Short names of the arms that a screen may run, in the order of the portfolio.
pub fn method_names() -> Vec<String> {
    seeded_portfolio(Methods::Both, true).iter().map(|arm| arm.name.word()).collect()
}

/// The arm with this short name.
pub fn arm(method: &str) -> Option<Arm> {
    seeded_portfolio(Methods::Both, true).into_iter().find(|arm| arm.name.word() == method)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_twice_counts_once() {
        let grid = Grid {
            methods: vec!["mp-n1".into(), "mp-n1".into()],
            fractions: vec![0.1, 0.5, 0.1],
            pool: Pool::All,
            bins: vec![4; 3],
            wrong: vec![0.0],
            d_min: vec![1.0],
            completeness: vec![1.0, 0.9],
        };
        assert_eq!(grid.trials(10), 360);
        let grid = grid.without_repeats();
        assert_eq!((grid.fractions.as_slice(), grid.trials(10)), ([0.1, 0.5].as_slice(), 40));
        assert_eq!(grid.conditions().len(), 4);
        assert_eq!(grid.trials(u32::MAX), 4 * u64::from(u32::MAX));
    }

    #[test]
    fn every_arm_is_found_by_its_short_name() {
        let names = method_names();
        assert!(names.contains(&"mp-n1".to_owned()) && names.contains(&"flip-e".to_owned()), "{names:?}");
        for name in &names {
            assert_eq!(names.iter().filter(|n| *n == name).count(), 1);
            assert!(arm(name).is_some());
        }
        assert!(arm("nonsense").is_none());
    }
}
