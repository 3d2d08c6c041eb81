//! What a simulated measurement says of its crystal.

use super::{ELECTRONS_200_KV, MO_K_ALPHA};
use crate::crystal::elements::symbol;
use crate::crystal::{ElementCount, Radiation, SpaceGroup};
use crate::formats::cif::Model;
use crate::reflections::CrystalHeader;

/// Radiation and wavelength in Å: the model's own where it goes with the radiation asked for and reaches
/// the resolution (λ/2 ≤ d), else that of Mo Kα, or of 200 kV electrons.
pub fn beam(asked: Option<Radiation>, of_model: Option<f64>, d_min: f64) -> (Radiation, f64) {
    let radiation = asked.or_else(|| of_model.map(Radiation::from_wavelength)).unwrap_or(Radiation::Xray);
    // Neutrons have the wavelengths of X-rays.
    let kind = |w: f64| {
        if radiation == Radiation::Neutron && Radiation::from_wavelength(w) == Radiation::Xray {
            radiation
        } else {
            Radiation::from_wavelength(w)
        }
    };
    let fits = |w: &f64| kind(*w) == radiation && *w <= 2.0 * d_min;
    let standard = match radiation {
        Radiation::Xray | Radiation::Neutron => MO_K_ALPHA,
        Radiation::Electron => ELECTRONS_200_KV,
    };
    (radiation, of_model.filter(fits).unwrap_or(standard))
}

/// Atomic numbers of a model and how many atoms of each its cell holds in a group, in the order of its sites.
pub fn contents(model: &Model, group: &SpaceGroup) -> Vec<(u8, f64)> {
    let mut contents: Vec<(u8, f64)> = Vec::new();
    for site in &model.sites {
        let Some(z) = site.element else { continue };
        let atoms = site.sof * group.operations().len() as f64;
        match contents.iter_mut().find(|(known, _)| *known == z) {
            Some((_, count)) => *count += atoms,
            None => contents.push((z, atoms)),
        }
    }
    contents
}

/// The header of what is measured of `model` with a beam.
pub fn header(model: &Model, (radiation, wavelength): (Radiation, f64)) -> CrystalHeader {
    let group = &model.space_group;
    let element = |(z, count)| ElementCount {
        symbol: symbol(z).unwrap_or("X").to_owned(),
        atomic_number: z,
        count,
        coefficients: None,
    };
    CrystalHeader {
        title: model.title.clone(),
        wavelength,
        radiation,
        cell: model.cell.clone(),
        space_group: group.clone(),
        z: group.operations().len() as f64,
        elements: contents(model, group).into_iter().map(element).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beam_follows_the_model_where_it_can() {
        assert_eq!(beam(None, None, 0.9), (Radiation::Xray, MO_K_ALPHA));
        assert_eq!(beam(None, Some(1.5418), 0.9), (Radiation::Xray, 1.5418));
        assert_eq!(beam(None, Some(1.5418), 0.7), (Radiation::Xray, MO_K_ALPHA));
        assert_eq!(beam(None, Some(0.0335), 0.7), (Radiation::Electron, 0.0335));
        assert_eq!(beam(Some(Radiation::Neutron), Some(1.1), 0.9), (Radiation::Neutron, 1.1));
        assert_eq!(beam(Some(Radiation::Neutron), Some(0.0335), 0.9), (Radiation::Neutron, MO_K_ALPHA));
        assert_eq!(beam(Some(Radiation::Electron), Some(1.5418), 0.9), (Radiation::Electron, ELECTRONS_200_KV));
    }
}
