//! Scattering lengths that a file gives for its own elements: isotopes, for the most part.

use super::neutron;
use crate::crystal::ElementCount;
use crate::crystal::elements::LAST;

/// Place of the constant c among the numbers of a `SFAC` card, behind the Gaussians; for neutrons it stands alone.
const CONSTANT: usize = 8;
/// fm in 10⁻¹² cm, the unit in which many tables and cards have lengths.
const FERMI: f64 = 10.0;
/// The two units are a factor of ten apart: this far from fm a card is in the other.
const OTHER_UNIT: f64 = 0.316;

/// Lengths in fm by atomic number, 0 where the file gives none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lengths([f32; LAST as usize + 1]);

impl Lengths {
    /// None.
    pub const NONE: Self = Self([0.0; LAST as usize + 1]);

    /// Those of elements with numbers of their own, in fm or in 10⁻¹² cm, whichever most of them are nearer to as the elements are in
    /// nature.
    pub fn of(elements: &[ElementCount]) -> Self {
        let given = elements.iter().filter_map(|e| Some((e.atomic_number, e.coefficients?[CONSTANT])));
        let given: Vec<(u8, f64)> = given.filter(|(_, c)| *c != 0.0 && c.is_finite()).collect();
        let mut ratios: Vec<f64> = given.iter().filter_map(|&(z, c)| Some((c / neutron(z)?).abs())).collect();
        ratios.sort_by(f64::total_cmp);
        let small = ratios.get(ratios.len() / 2).is_some_and(|ratio| *ratio < OTHER_UNIT);
        let mut out = Self::NONE;
        for (z, c) in given {
            if let Some(length) = out.0.get_mut(usize::from(z)) {
                *length = (if small { FERMI * c } else { c }) as f32;
            }
        }
        out
    }

    /// The length of element `z`; `None` where the file gives none.
    pub fn get(&self, z: u8) -> Option<f64> {
        self.0.get(usize::from(z)).filter(|b| **b != 0.0).map(|b| f64::from(*b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_units_are_read() {
        let element = |z: u8, c: Option<f64>| ElementCount {
            symbol: String::new(),
            atomic_number: z,
            count: 1.0,
            coefficients: c.map(|c| std::array::from_fn(|i| if i == CONSTANT { c } else { 0.0 })),
        };
        // Lithium 7 has -2.22 fm, natural lithium -1.90.
        for unit in [1.0, 0.1] {
            let own = Lengths::of(&[element(3, Some(-2.22 * unit)), element(8, Some(5.803 * unit)), element(6, None)]);
            let [lithium, oxygen] = [3, 8].map(|z| own.get(z).unwrap());
            assert!((lithium + 2.22).abs() < 1e-5 && (oxygen - 5.803).abs() < 1e-5, "{lithium} {oxygen}");
            assert_eq!((own.get(6), own.get(200)), (None, None));
        }
        assert_eq!(Lengths::of(&[element(6, None)]), Lengths::NONE);
    }
}
