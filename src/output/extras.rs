//! The files that are written on request.

use super::Kind;
use super::amplitudes::amplitudes;
use super::contents::{hill, scattering_types};
use super::list::listed;
use super::model::{OwnList, model_text};
use super::patterson::patterson;
use crate::Result;
use crate::formats::ccp4::{around, ccp4, one_cell};
use crate::formats::hkl_writer::hkl;
use crate::formats::mtz_write::{Mtz, mtz};
use crate::formats::peaks_write::peaks;
use crate::formats::phs_write::phs;
use crate::formats::structure_cif::{Fit, Measured, StructureCif, structure_cif};
use crate::formats::xplor_write::xplor;
use crate::input::{Basis, Input};
use crate::model::Model;
use crate::report::table;
use crate::report::{lxt, refinement::temperature};
use crate::solve::{Solved, Structure};
use crate::structure::{Coefficients, density_map};

/// What they are made of.
#[derive(Clone, Copy)]
pub struct Extras<'a> {
    /// The data.
    pub input: &'a Input,
    /// What the run rested on.
    pub basis: &'a Basis,
    /// What came of it.
    pub solved: &'a Solved,
    /// NAME of the files.
    pub stem: &'a str,
}

impl Extras<'_> {
    /// Contents of a file; `None` where there is nothing to write: without a structure, most of them.
    ///
    /// # Errors
    /// Those of merging in the group, and of lists that do not fit their columns.
    pub fn contents(&self, kind: Kind) -> Result<Option<Vec<u8>>> {
        let header = &self.input.data.header;
        match kind {
            Kind::Lxt => return Ok(Some(lxt::listing(self.input, self.solved, self.stem).into_bytes())),
            Kind::Hkl => return Ok(Some(hkl(&listed(self.input, self.basis))?.0.into_bytes())),
            Kind::Patterson => {
                let group = self.solved.structures.first().map_or(&self.basis.data.header.space_group, |s| &s.group);
                let (map, own) = patterson(&header.cell, group, &self.basis.merged_in(group)?);
                let label = format!("seedflip Patterson map {}", header.title);
                return Ok(Some(ccp4(&map, &own, &one_cell(&map), &label)));
            }
            _ => {}
        }
        let Some(first) = self.solved.structures.first() else { return Ok(None) };
        let label = format!("seedflip {}", header.title);
        Ok(Some(match kind {
            Kind::Cif => self.cif(first, false)?.into_bytes(),
            Kind::Embed => self.cif(first, true)?.into_bytes(),
            Kind::Mtz => {
                let rows = amplitudes(&self.basis.merged_in(&first.group)?, first);
                mtz(&Mtz {
                    title: &header.title,
                    name: self.stem,
                    cell: &header.cell,
                    group: &first.group,
                    wavelength: header.wavelength,
                    rows: &rows,
                })
            }
            Kind::Phs => phs(&amplitudes(&self.basis.merged_in(&first.group)?, first)).into_bytes(),
            Kind::Xplor => xplor(&first.solution.map, &label).into_bytes(),
            Kind::Emap => {
                let phased = &first.solution.phases.reflections;
                let map = density_map(&header.cell, &first.group, phased, Coefficients::E);
                let label = format!("seedflip E map {}", header.title);
                ccp4(&map, &first.group, &around(&map, &atoms(first)), &label)
            }
            Kind::Peaks => {
                let unit = if first.model.is_some() { "e/A3 of the difference map" } else { "sigma of the map" };
                peaks(first.sites(), unit).into_bytes()
            }
            Kind::Hkl | Kind::Patterson | Kind::Lxt => return Ok(None),
        }))
    }

    fn cif(&self, first: &Structure, whole: bool) -> Result<String> {
        let (input, header, merge) = (self.input, &self.input.data.header, &self.input.data.merge);
        let types = scattering_types(first, header);
        let remarks = table::remarks(self.solved, first, 'a');
        let embedded = if whole {
            let (list, scale) = hkl(&listed(input, self.basis))?;
            let own = OwnList { name: "_shelx_hkl_file".to_owned(), scale };
            Some([model_text(input, first, &remarks, Some(&own))?, list])
        } else {
            None
        };
        Ok(structure_cif(&StructureCif {
            name: self.stem,
            cell: &header.cell,
            cell_sigma: input.ins.cell_sigma,
            z: header.z,
            formula: &hill(&types),
            group: &first.group,
            measured: Measured {
                wavelength: header.wavelength,
                radiation: header.radiation,
                rows: merge.n_rows,
                r_int: merge.r_int,
                d_min: input.data.shells.d_min,
                temperature: temperature(&input.ins.kept),
            },
            how: &remarks.join("\n"),
            fit: first.model.as_ref().map(fit),
            twin: first.model.as_ref().and_then(|m| {
                let law = m.twin.map(|twin| (Some(twin.law.matrix()), twin.fraction.share));
                law.or(m.domains.map(|fit| (None, fit.fraction.share)))
            }),
            sites: first.sites(),
            embedded: embedded.as_ref().map(|[res, list]| [res.as_str(), list.as_str()]),
        }))
    }
}

/// Positions of the atoms; of the peaks where there are none.
pub fn atoms(structure: &Structure) -> Vec<[f64; 3]> {
    let count = structure.model.as_ref().map_or(usize::MAX, |model| model.atoms);
    structure.sites().iter().take(count).map(|site| site.xyz).collect()
}

fn fit(model: &Model) -> Fit {
    Fit {
        r1: [model.r1, model.r1_all],
        wr2: model.agreement.wr2,
        goodness: model.agreement.goodness,
        reflections: model.reflections,
        parameters: model.parameters,
        left: [model.residual.peak, model.residual.hole, model.residual.sigma],
    }
}
