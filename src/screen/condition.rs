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
    seeded_portfolio(Methods::Both).iter().map(|arm| arm.name.word()).collect()
}

/// The arm with this short name.
pub fn arm(method: &str) -> Option<Arm> {
    seeded_portfolio(Methods::Both).into_iter().find(|arm| arm.name.word() == method)
}

#[cfg(test)]
mod tests {
    use super::*;

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
