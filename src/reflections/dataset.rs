//! Everything known of the data before phasing starts.

use super::warnings::Evidence;
use super::{
    Domains, IntensityStatistics, MergeReport, NormalisedReflection, RawReflection, ShellTable, WilsonPlot, laue_class,
    merge, normalise, shell_table, statistics, wilson_plot,
};
use crate::crystal::contents::expected;
use crate::crystal::elements::atomic_number;
use crate::crystal::radiation::MO_K_ALPHA;
use crate::crystal::{Cell, ElementCount, Radiation, ScatteringTable, SpaceGroup};
use crate::error::{Error, Result};
use std::sync::Arc;

/// What the header of a data set says: the part of a `.ins` (or CIF, or MTZ) that is not reflections.
#[derive(Debug, Clone, PartialEq)]
pub struct CrystalHeader {
    /// Title, for listings only.
    pub title: String,
    /// Wavelength in Å.
    pub wavelength: f64,
    /// X-rays, electrons or neutrons.
    pub radiation: Radiation,
    /// Unit cell.
    pub cell: Cell,
    /// Space group in the setting of the data.
    pub space_group: SpaceGroup,
    /// Formula units per cell.
    pub z: f64,
    /// Contents of the unit cell.
    pub elements: Vec<ElementCount>,
}

impl CrystalHeader {
    /// A crystal measured with X-rays of Mo Kα. `contents`: symbols and atoms per unit cell; without any, or with numbers
    /// that are 0, the volume of the cell says how many there are.
    ///
    /// # Errors
    /// A symbol that is none, a number that is none.
    pub fn new(cell: Cell, space_group: SpaceGroup, contents: &[(&str, f64)]) -> Result<Self> {
        let element = |&(symbol, count): &(&str, f64)| {
            let wrong = |what: String| Error::unusable(what, "give symbols such as C, with atoms per unit cell");
            let atomic_number =
                atomic_number(symbol).ok_or_else(|| wrong(format!("{symbol:?} among the contents is no element")))?;
            if !count.is_finite() || count < 0.0 {
                return Err(wrong(format!("{count} atoms of {symbol} cannot be")));
            }
            Ok(ElementCount { symbol: symbol.to_owned(), atomic_number, count, coefficients: None })
        };
        let elements: Vec<ElementCount> = contents.iter().map(element).collect::<Result<_>>()?;
        Ok(Self {
            title: String::new(),
            wavelength: MO_K_ALPHA,
            radiation: Radiation::Xray,
            cell,
            z: space_group.operations().len() as f64,
            space_group,
            elements: if elements.is_empty() { expected() } else { elements },
        })
    }

    /// Scattering factors as tabulated, X-rays far from every edge; lengths for neutrons as the header has them.
    pub fn table(&self) -> ScatteringTable {
        ScatteringTable::new(self.radiation).with_lengths_of(&self.elements)
    }

    /// The same at the wavelength: X-rays lose what absorption edges take.
    pub fn table_at_wavelength(&self) -> ScatteringTable {
        ScatteringTable::at(self.radiation, self.wavelength).with_lengths_of(&self.elements)
    }
}

/// A data set ready for phasing.
#[derive(Debug, Clone, PartialEq)]
pub struct DataSet {
    /// Cell, symmetry, contents, radiation.
    pub header: CrystalHeader,
    /// The rows as read, so that they can be merged in another group; of a twin whose reflections fall together here and there, reflections one by one.
    pub rows: Vec<RawReflection>,
    /// What was measured of such a twin: what models are fitted to.
    pub domains: Option<Arc<Domains>>,
    /// Unique reflections, extinct ones left out, sorted by 1/d then index.
    pub reflections: Vec<NormalisedReflection>,
    /// What merging found.
    pub merge: MergeReport,
    /// Resolution table.
    pub shells: ShellTable,
    /// Overall B and scale; `None` for lists too short for a plot.
    pub wilson: Option<WilsonPlot>,
    /// Intensity statistics.
    pub statistics: IntensityStatistics,
    /// What looks wrong and what to do about it, one line each; empty for good data.
    pub warnings: Vec<String>,
}

impl DataSet {
    /// Merges, normalises and examines raw rows. `sum_f2` gives Σf² over the atoms of the unit cell at (sin θ/λ)²
    /// in Å⁻² (electrons², Å² for electron diffraction, fm² for neutrons); it is used for the Wilson plot alone.
    ///
    /// # Errors
    /// `Error::Unusable`: fewer than `FEWEST_UNIQUE` unique reflections, no positive intensity, a resolution that does not
    /// exist, or indices that cannot come from this cell. Everything else that looks wrong is a warning.
    pub fn new(header: CrystalHeader, rows: &[RawReflection], sum_f2: impl Fn(f64) -> f64) -> Result<Self> {
        Self::examined(header, rows, &sum_f2, |evidence| evidence.warnings())
    }

    /// The same for data whose space group is still to be found: that of the header stands for its Laue class and centring, and nothing is
    /// said of absences and centre.
    ///
    /// # Errors
    /// Those of `new`.
    pub fn of_laue_class(header: CrystalHeader, rows: &[RawReflection], sum_f2: impl Fn(f64) -> f64) -> Result<Self> {
        Self::examined(header, rows, &sum_f2, |evidence| evidence.whatever_the_group())
    }

    /// The same as that of a twin whose reflections are one by one in the rows.
    #[must_use]
    pub fn of_domains(self, domains: Option<Arc<Domains>>) -> Self {
        Self { domains, ..self }
    }

    /// The rows as they stand in the file, after the card: those of both domains of a twin.
    pub fn listed(&self) -> &[RawReflection] {
        self.domains.as_ref().map_or(&self.rows, |domains| &domains.rows)
    }

    fn examined(
        header: CrystalHeader,
        rows: &[RawReflection],
        sum_f2: &dyn Fn(f64) -> f64,
        warnings: fn(&Evidence<'_>) -> Vec<String>,
    ) -> Result<Self> {
        let (cell, group) = (&header.cell, &header.space_group);
        let merged = merge(rows, cell, group)?;
        let shells = shell_table(&merged.reflections, &merged.spreads, cell, group)?;
        let reflections = normalise(&merged.reflections, cell);
        let wilson = wilson_plot(&merged.reflections, cell, group, sum_f2);
        let statistics = statistics(&merged.reflections, cell, group);
        let evidence = Evidence {
            header: &header,
            merge: &merged.report,
            shells: &shells,
            wilson: wilson.as_ref(),
            statistics: &statistics,
        };
        if let Some(error) = evidence.refusal() {
            let class = class_of_list(&header, rows).ok_or(error)?;
            // Of 4/mmm a list may hold an eighth of what a triclinic header asks for, and all there is.
            Self::examined(class, rows, sum_f2, warnings)?;
        }
        let warnings = warnings(&evidence);
        Ok(Self {
            header,
            rows: rows.to_vec(),
            domains: None,
            reflections,
            merge: merged.report,
            shells,
            wilson,
            statistics,
            warnings,
        })
    }
}

/// The header with the Laue class in which the list was merged or that it obeys, where that of the header is triclinic and so says nothing.
fn class_of_list(header: &CrystalHeader, rows: &[RawReflection]) -> Option<CrystalHeader> {
    let is_triclinic = |group: &SpaceGroup| group.proper_rotations().len() == 1;
    if !is_triclinic(&header.space_group) {
        return None;
    }
    let found = laue_class(rows, &header.cell, &header.space_group).ok()?.group;
    (!is_triclinic(&found)).then(|| CrystalHeader { space_group: found, ..header.clone() })
}
