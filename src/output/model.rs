//! The text of a model.

use super::contents::scattering_types;
use super::mark::sealed;
use super::setting::Setting;
use crate::Result;
use crate::crystal::Radiation;
use crate::formats::Hklf;
use crate::formats::res::{ResModel, res};
use crate::input::Input;
use crate::report::refinement::fit_remarks;
use crate::solve::Structure;
use crate::twinning::numbers;

/// A reflection file that a run wrote: its name, and the power of ten on its intensities.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnList {
    /// Name of the file.
    pub name: String,
    /// Intensities in it are those that were read times this.
    pub scale: f64,
}

/// The model of a structure as `.res`, with the marks that it is ours and whole. With a list of our own its card is plain,
/// the scale is that of the list, and a remark names it.
///
/// # Errors
/// Those of `res`.
pub fn model_text(input: &Input, structure: &Structure, remarks: &[String], own: Option<&OwnList>) -> Result<String> {
    let header = &input.data.header;
    let (fit, rest) = fit_remarks(structure, &header.title);
    let (twin, domains) = structure.model.as_ref().map_or((None, None), |m| (m.twin, m.domains));
    // A card TWIN takes every reflection for one that meets another.
    let (twin, partly) = (twin.filter(|t| t.law.reach().is_none()), twin.filter(|t| t.law.reach().is_some()));
    let scale =
        structure.model.as_ref().map_or(1.0, |m| m.scale) * partly.map_or(1.0, |twin| twin.fraction.shares()[0].sqrt());
    let mut written = Setting {
        cell: header.cell.clone(),
        cell_sigma: input.ins.cell_sigma,
        z: header.z,
        group: structure.group.clone(),
        contents: scattering_types(structure, header),
        sites: structure.sites().to_vec(),
        scale: own.map_or(scale, |list| scale * list.scale.sqrt()),
        hklf: if own.is_some() { Hklf::of_intensities(input.data.domains.is_some()) } else { input.ins.hklf },
        law: twin.map(|twin| twin.law.matrix()),
        remarks: Vec::new(),
    };
    if Setting::is_needed(structure, &header.space_group) {
        written = written.tabulated();
    }
    let mut remarks = remarks.to_vec();
    remarks.extend(own.map(|list| format!("reflections in columns and on axes of the run: {}", list.name)));
    remarks.extend(written.remarks.iter().cloned());
    let law = written.law.map(numbers);
    let text = res(&ResModel {
        title: &header.title,
        remarks: &remarks,
        wavelength: header.wavelength,
        neutrons: header.radiation == Radiation::Neutron,
        cell: &written.cell,
        z: written.z,
        cell_sigma: written.cell_sigma,
        group: &written.group,
        contents: &written.contents,
        kept: &input.ins.kept,
        scale: written.scale,
        sites: &written.sites,
        twin: twin.map(|twin| (law.as_deref(), twin.fraction.share)).or(domains.map(|fit| (None, fit.fraction.share))),
        hklf: &written.hklf,
        fit: &fit,
        rest: &rest,
    })?;
    Ok(sealed(&text))
}
