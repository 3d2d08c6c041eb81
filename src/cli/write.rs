//! The files that `--write` asks for.

use crate::output::Kind;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use std::sync::LazyLock;

/// What `--write` takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extra {
    /// A kind of file.
    One(Kind),
    /// All but those that stand for another.
    All,
    /// None.
    None,
}

/// In the order of the help.
static EXTRAS: LazyLock<Vec<Extra>> =
    LazyLock::new(|| Kind::ALL.into_iter().map(Extra::One).chain([Extra::All, Extra::None]).collect());

impl ValueEnum for Extra {
    fn value_variants<'a>() -> &'a [Self] {
        &EXTRAS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::One(Kind::Cif) => ("cif", "Structure, data and refinement: NAME_a.cif"),
            Self::One(Kind::Embed) => ("embed", "The same with model and reflections in it"),
            Self::One(Kind::Mtz) => ("mtz", "Amplitudes, phases and map coefficients: NAME_a.mtz"),
            Self::One(Kind::Phs) => ("phs", "h k l F FOM phase sigF: NAME_a.phs"),
            Self::One(Kind::Xplor) => ("xplor", "The map: NAME_a.xplor"),
            Self::One(Kind::Emap) => ("emap", "The map of E values: NAME_a_emap.ccp4"),
            Self::One(Kind::Patterson) => ("patterson", "The Patterson map: NAME_patterson.ccp4"),
            Self::One(Kind::Peaks) => ("peaks", "Peaks of the difference map: NAME_a_peaks.csv"),
            Self::One(Kind::Hkl) => ("hkl", "The reflections in SHELX columns on the axes of the model: NAME_a.hkl"),
            Self::One(Kind::Lxt) => ("lxt", "A table in the columns of SHELXT: NAME.lxt"),
            Self::All => ("all", "All of these but embed and lxt"),
            Self::None => ("none", "None of these"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}

/// The files that a list asks for, each once.
pub fn kinds(list: &[Extra]) -> Vec<Kind> {
    let asked = |kind: Kind| {
        list.iter().any(|extra| match extra {
            Extra::One(one) => kind == *one,
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
        assert_eq!(
            kinds(&[Extra::One(Kind::Cif), Extra::One(Kind::Mtz), Extra::One(Kind::Cif)]),
            [Kind::Cif, Kind::Mtz]
        );
        assert_eq!(kinds(&[Extra::One(Kind::Embed), Extra::One(Kind::Cif)]), [Kind::Embed]);
        assert_eq!(kinds(&[Extra::All]).len(), 8);
        assert!(kinds(&[Extra::None]).is_empty());
    }
}
