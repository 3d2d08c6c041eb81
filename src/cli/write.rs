//! The files that `--write` asks for.

use crate::output::Kind;
use clap::ValueEnum;

/// What `--write` takes.
#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub enum Extra {
    /// Structure, data and refinement: NAME_a.cif
    Cif,
    /// The same with model and reflections in it
    Embed,
    /// Amplitudes, phases and map coefficients: NAME_a.mtz
    Mtz,
    /// h k l F FOM phase sigF: NAME_a.phs
    Phs,
    /// The map: NAME_a.xplor
    Xplor,
    /// The map of E values: NAME_a_emap.ccp4
    Emap,
    /// The Patterson map: NAME_patterson.ccp4
    Patterson,
    /// Peaks of the difference map: NAME_a_peaks.csv
    Peaks,
    /// The reflections in SHELX columns on the axes of the model: NAME_a.hkl
    Hkl,
    /// A table in the columns of SHELXT: NAME.lxt
    Lxt,
    /// All of these but embed and lxt
    All,
    /// None of these
    None,
}

/// The files that a list asks for, each once.
pub fn kinds(list: &[Extra]) -> Vec<Kind> {
    let asked = |kind: Kind| {
        list.iter().any(|extra| match extra {
            Extra::Cif => kind == Kind::Cif,
            Extra::Embed => kind == Kind::Embed,
            Extra::Mtz => kind == Kind::Mtz,
            Extra::Phs => kind == Kind::Phs,
            Extra::Xplor => kind == Kind::Xplor,
            Extra::Emap => kind == Kind::Emap,
            Extra::Patterson => kind == Kind::Patterson,
            Extra::Peaks => kind == Kind::Peaks,
            Extra::Hkl => kind == Kind::Hkl,
            Extra::Lxt => kind == Kind::Lxt,
            Extra::All => !matches!(kind, Kind::Embed | Kind::Lxt),
            Extra::None => false,
        })
    };
    let mut kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| asked(*kind)).collect();
    // One name for both.
    if kinds.contains(&Kind::Embed) {
        kinds.retain(|kind| *kind != Kind::Cif);
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_name_each_file_once() {
        assert_eq!(kinds(&[Extra::Cif, Extra::Mtz, Extra::Cif]), [Kind::Cif, Kind::Mtz]);
        assert_eq!(kinds(&[Extra::Embed, Extra::Cif]), [Kind::Embed]);
        assert_eq!(kinds(&[Extra::All]).len(), 8);
        assert!(kinds(&[Extra::None]).is_empty());
    }
}
