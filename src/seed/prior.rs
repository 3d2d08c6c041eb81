//! From what a seed says to the prior mean of exp(iφ), and to phases drawn from it.

use super::Knowledge;
use num_complex::Complex64;
use std::f64::consts::{PI, TAU};

/// A centric phase that lies within this angle (radians) of the middle between its two allowed values says nothing
/// about which of them it is: 10°, the rounding of a coarse list.
const UNDECIDED: f64 = 10.0 * PI / 180.0;

impl Knowledge {
    /// Mean of exp(iφ): its direction is the best phase, its modulus the mean cosine of the error. `wrong` is the
    /// fraction of seeds whose phase is any other one, where the source does not say how good it is.
    pub fn mean(&self, wrong: f64) -> Complex64 {
        match self {
            Self::Phase { phase, weight } => Complex64::from_polar(weight.unwrap_or(1.0 - wrong), *phase),
            Self::Bin { bin, bins, weight } => {
                let m = weight.unwrap_or_else(|| Self::bin_width_factor(*bins) * right_excess(wrong, *bins));
                Complex64::from_polar(m, Self::centre(*bin, *bins))
            }
            Self::Classes(p) => {
                let bins = p.len() as u32;
                let sum: Complex64 =
                    (0..bins).zip(p).map(|(b, &p)| Complex64::from_polar(f64::from(p), Self::centre(b, bins))).sum();
                sum * Self::bin_width_factor(bins)
            }
        }
    }

    /// The same for a phase that can only be `allowed` or `allowed` + π (radians), and `None` when that is left open.
    pub fn centric_mean(&self, allowed: f64, wrong: f64) -> Option<Complex64> {
        let axis = Complex64::from_polar(1.0, allowed);
        let towards = |mean: Complex64| {
            let (along, length) = ((mean * axis.conj()).re, mean.norm());
            (along.abs() > length * UNDECIDED.sin()).then_some(along)
        };
        let signed = match self {
            Self::Bin { bin, bins, weight: None } => {
                let places = [allowed, allowed + PI].map(|phase| Self::bin_of(phase, *bins));
                // What the seeds' bin says when each of the two phases is in a bin of its own.
                let chances = places.map(|place| {
                    if place == *bin { 1.0 - wrong } else { wrong / f64::from(bins.saturating_sub(1).max(1)) }
                });
                let total = chances[0] + chances[1];
                if places.contains(bin) && total > 0.0 {
                    Some((chances[0] - chances[1]) / total)
                } else {
                    towards(self.mean(wrong))
                }
            }
            Self::Classes(p) => {
                let places = [allowed, allowed + PI].map(|phase| Self::bin_of(phase, p.len() as u32) as usize);
                let [one, other] = places.map(|b| f64::from(p[b]));
                if one + other > 0.0 { Some((one - other) / (one + other)) } else { towards(self.mean(wrong)) }
            }
            // A stated figure of merit is the expected cosine for a centric phase as well.
            Self::Phase { .. } | Self::Bin { .. } => {
                towards(self.mean(wrong)).map(|along| along.signum() * self.mean(wrong).norm())
            }
        };
        signed.filter(|m| *m != 0.0).map(|m| axis * m)
    }

    /// Angle in radians by which a centric phase moves when it is snapped to `allowed` or `allowed` + π.
    pub fn snap(&self, allowed: f64) -> f64 {
        let off = (self.mean(0.0).arg() - allowed).rem_euclid(PI);
        off.min(PI - off)
    }

    /// A phase drawn from what is known: the class by its probability, the place inside a bin evenly. `chance` gives
    /// two independent numbers in [0, 1). A plain phase is what it is.
    pub fn draw(&self, chance: [f64; 2]) -> f64 {
        let (bin, bins) = match self {
            Self::Phase { phase, .. } => return *phase,
            Self::Bin { bin, bins, .. } => (*bin, *bins),
            Self::Classes(p) => {
                let mut left = chance[0];
                let at = p.iter().position(|&p| {
                    left -= f64::from(p);
                    left < 0.0
                });
                (at.unwrap_or(p.len() - 1) as u32, p.len() as u32)
            }
        };
        Self::centre(bin, bins) + TAU / f64::from(bins) * (chance[1] - 0.5)
    }
}

/// 1 − e n/(n−1): how far the bin's centre is right when e are wrong, each other bin alike. Not below 0: a source that
/// is wrong more often than chance is not believed backwards.
fn right_excess(wrong: f64, bins: u32) -> f64 {
    let n = f64::from(bins);
    (1.0 - wrong * n / (n - 1.0)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bin(bin: u32, bins: u32) -> Knowledge {
        Knowledge::Bin { bin, bins, weight: None }
    }

    #[test]
    fn means_are_those_of_the_distribution() {
        let mean = bin(1, 4).mean(0.25);
        let expected = (PI / 4.0).sin() / (PI / 4.0) * (1.0 - 0.25 * 4.0 / 3.0);
        assert!((mean.norm() - expected).abs() < 1e-12 && (mean.arg() - PI / 2.0).abs() < 1e-12);
        assert_eq!(bin(0, 4).mean(0.9).norm(), 0.0);
        let classes = Knowledge::Classes(vec![0.75, 0.25 / 3.0, 0.25 / 3.0, 0.25 / 3.0]);
        assert!((classes.mean(0.0) - bin(0, 4).mean(0.25)).norm() < 1e-7);
        assert!((Knowledge::Phase { phase: 1.0, weight: Some(0.3) }.mean(0.5).norm() - 0.3).abs() < 1e-12);
    }

    #[test]
    fn centric_phases_take_the_likelier_value() {
        let right = bin(2, 4).centric_mean(0.0, 0.0).unwrap();
        assert!((right + 1.0).norm() < 1e-12, "{right}: a bin that holds π says all");
        let doubtful = bin(2, 4).centric_mean(0.0, 0.25).unwrap();
        assert!((doubtful.re + (0.75 - 0.25 / 3.0) / (0.75 + 0.25 / 3.0)).abs() < 1e-12);
        assert_eq!(bin(1, 4).centric_mean(0.0, 0.1), None, "a quarter turn from both");
        assert!(bin(1, 3).centric_mean(0.0, 0.0).unwrap().re < 0.0, "120° is nearer to 180°");
        let classes = Knowledge::Classes(vec![0.1, 0.5, 0.3, 0.1]);
        assert!((classes.centric_mean(0.0, 0.0).unwrap().re + 0.5).abs() < 1e-6);
        assert!((Knowledge::Phase { phase: 3.0, weight: None }.snap(0.0) - (PI - 3.0)).abs() < 1e-12);
    }

    #[test]
    fn draws_follow_the_probabilities() {
        let classes = Knowledge::Classes(vec![0.5, 0.25, 0.25, 0.0]);
        let n = 1000;
        let draws: Vec<f64> = (0..n).map(|i| classes.draw([(f64::from(i) + 0.5) / f64::from(n), 0.5])).collect();
        let count = |b: u32| draws.iter().filter(|&&phase| Knowledge::bin_of(phase, 4) == b).count();
        assert_eq!([count(0), count(1), count(2), count(3)], [500, 250, 250, 0]);
        assert!((bin(1, 4).draw([0.0, 0.0]) - PI / 4.0).abs() < 1e-12);
    }
}
