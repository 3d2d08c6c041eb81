//! Writes seeds as CSV, the project's published format (docs/seeds.md).

use crate::crystal::{Cell, SpaceGroup};
use crate::seed::{Knowledge, Seed};
use std::fmt::Write;

/// What stands above the rows.
#[derive(Debug, Clone)]
pub struct SeedHeader<'a> {
    /// Unit cell of the data.
    pub cell: &'a Cell,
    /// Space group in their setting.
    pub group: &'a SpaceGroup,
    /// Fraction of wrong seeds, where the reader may know it.
    pub wrong: Option<f64>,
    /// Where the seeds come from.
    pub source: &'a str,
}

/// The file: all seeds as bins, as phases with weights, or as class probabilities, whichever the first one is.
pub fn seed_csv(header: &SeedHeader<'_>, seeds: &[Seed]) -> String {
    let ([a, b, c], [al, be, ga]) = (header.cell.lengths, header.cell.angles);
    let operations: Vec<String> = header.group.operations().iter().map(ToString::to_string).collect();
    let mut out = format!(
        "#setting={}\n#cell={a} {b} {c} {al} {be} {ga}\n#origin=as-is\n#sign=exp(+2 pi i h.x)\n",
        operations.join("; ")
    );
    if let Some(wrong) = header.wrong {
        let _ = writeln!(out, "#wrong={wrong}");
    }
    let _ = writeln!(out, "#source={}", header.source.replace(['\n', '\r'], " "));
    let columns = match seeds.first().map(|seed| &seed.knowledge) {
        Some(Knowledge::Phase { .. }) => "phase_deg,weight".to_owned(),
        Some(Knowledge::Classes(p)) => (0..p.len()).map(|b| format!("p{b}")).collect::<Vec<_>>().join(","),
        Some(Knowledge::Bin { .. }) | None => "bin,nbins".to_owned(),
    };
    let _ = writeln!(out, "h,k,l,{columns}");
    for seed in seeds {
        let [h, k, l] = seed.hkl;
        let _ = write!(out, "{h},{k},{l},");
        let _ = match &seed.knowledge {
            Knowledge::Phase { phase, weight } => {
                writeln!(out, "{:.2},{:.4}", phase.to_degrees().rem_euclid(360.0), weight.unwrap_or(1.0))
            }
            Knowledge::Bin { bin, bins, .. } => writeln!(out, "{bin},{bins}"),
            Knowledge::Classes(p) => {
                writeln!(out, "{}", p.iter().map(|p| format!("{p:.5}")).collect::<Vec<_>>().join(","))
            }
        };
    }
    out
}
