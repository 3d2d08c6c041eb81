//! A structure as it is drawn on a page: its sites and the density around them.

use super::difference::difference_map;
use super::volume::{Volume, cut};
use crate::crystal::elements::symbol;
use crate::crystal::{Radiation, Site};
use crate::input::{Basis, Input};
use crate::solve::Structure;
use serde::Serialize;

/// Peaks of the difference map that are drawn.
const MOST_PEAKS: usize = 20;

/// Sites and maps of a structure.
#[derive(Debug, Serialize)]
pub struct Drawn {
    sites: Vec<Drawing>,
    /// Unit of the peaks.
    unit: &'static str,
    /// a, b, c in Å in the frame of the sites.
    axes: [[f64; 3]; 3],
    map: Option<Volume>,
    difference: Option<Volume>,
}

#[derive(Debug, Serialize)]
struct Drawing {
    label: String,
    /// Symbol of the element; nothing of a peak.
    element: Option<&'static str>,
    xyz: [f64; 3],
    /// Å, a along x, b in the plane of x and y.
    at: [f64; 3],
    u: f64,
    sof: f64,
    height: Option<f64>,
}

impl Drawn {
    /// The sites of a structure and its map.
    pub fn new(input: &Input, structure: &Structure) -> Self {
        let cell = &input.data.header.cell;
        let atoms = atoms(structure);
        let drawing = |(n, site): (usize, &Site)| Drawing {
            label: site.label.clone(),
            element: site.element.filter(|_| n < atoms).and_then(symbol),
            xyz: site.xyz,
            at: std::array::from_fn(|i| (0..3).map(|j| cell.orth[i][j] * site.xyz[j]).sum()),
            u: site.u_iso,
            sof: site.sof,
            height: site.height,
        };
        let shown = atoms.saturating_add(MOST_PEAKS);
        Self {
            sites: structure.sites().iter().enumerate().take(shown).map(drawing).collect(),
            unit: match (structure.model.is_some(), input.data.header.radiation) {
                (false, _) => "σ",
                (true, Radiation::Neutron) => "fm/Å³",
                (true, _) => "e/Å³",
            },
            axes: std::array::from_fn(|axis| std::array::from_fn(|i| cell.orth[i][axis])),
            map: cut(&structure.solution.map, cell, &around(structure)),
            difference: None,
        }
    }

    /// The same with the difference map of its model; without, where merging in the group fails, of which the other files tell.
    #[must_use]
    pub fn with_difference(self, basis: &Basis, structure: &Structure) -> Self {
        let cell = &basis.data.header.cell;
        let difference = structure.model.as_ref().and_then(|model| {
            let merged = basis.merged_in(&structure.group).ok()?;
            let map = difference_map(cell, &structure.group, &merged, &model.calculated, model.scale);
            cut(&map, cell, &around(structure))
        });
        Self { difference, ..self }
    }
}

/// How many of the sites are atoms; all peaks of a map without a model count.
fn atoms(structure: &Structure) -> usize {
    structure.model.as_ref().map_or(usize::MAX, |model| model.atoms)
}

fn around(structure: &Structure) -> Vec<[f64; 3]> {
    structure.sites().iter().take(atoms(structure)).map(|site| site.xyz).collect()
}
