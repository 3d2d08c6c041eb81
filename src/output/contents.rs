//! What the cell of a model holds, as SFAC and UNIT say it.

use crate::crystal::contents::likely;
use crate::crystal::elements::is_hydrogen;
use crate::crystal::scattering::electron_card;
use crate::crystal::{ElementCount, Radiation};
use crate::formats::res::ScatteringType;
use crate::reflections::CrystalHeader;
use crate::solve::Structure;

/// Elements and atoms per cell: those of the model, or the likely ones where there is none. Elements of electron data
/// carry the factors for electrons, as SHELX knows those for X-rays alone; factors that the input has stay.
pub fn scattering_types(structure: &Structure, header: &CrystalHeader) -> Vec<ScatteringType> {
    let elements = match &structure.model {
        Some(model) => model.scattering_types(&header.elements),
        None => likely(&header.elements, header.cell.volume),
    };
    let own = |e: &ElementCount| match header.radiation {
        Radiation::Electron => electron_card(e.atomic_number),
        _ => None,
    };
    let listed = |e: ElementCount| ScatteringType {
        z: e.atomic_number,
        coefficients: e.coefficients.or_else(|| own(&e)),
        symbol: e.symbol,
        count: e.count,
    };
    elements.into_iter().map(listed).collect()
}

/// Carbon, hydrogen, then by symbol: the order of Hill for formulas.
pub fn hill(types: &[ScatteringType]) -> Vec<(&str, f64)> {
    const CARBON: u8 = 6;
    let mut out: Vec<&ScatteringType> = types.iter().filter(|t| t.count > 0.0).collect();
    let carbon = out.iter().any(|t| t.z == CARBON);
    out.sort_by(|a, b| {
        let key = |t: &ScatteringType| (carbon && t.z != CARBON, carbon && !is_hydrogen(t.z), t.symbol.clone());
        key(a).cmp(&key(b))
    });
    out.into_iter().map(|t| (t.symbol.as_str(), t.count)).collect()
}
