//! The 530 tabulated settings, as our own operations. The Hall symbols come from `moyo`.

use super::Identity;
use crate::crystal::spacegroup::SpaceGroup;
use crate::crystal::symop::{SymOp, TRANSLATION_DENOMINATOR};
use moyo::data::{HallSymbol, hall_symbol_entry};
use std::sync::OnceLock;

/// Settings in the tables of Hall symbols (International Tables B, table A1.4.2.7).
const SETTINGS: i32 = 530;
/// Space groups 3–15 are monoclinic: their symbols may leave out the axes without symmetry.
const MONOCLINIC: std::ops::RangeInclusive<u16> = 3..=15;

/// Symbols of the groups with an `e` glide before the `e` was introduced (de Wolff et al., Acta Cryst. A48,
/// 727, 1992), by first Hall number and in the order of the table: SHELX, CIFs and most programs still
/// write these.
const BEFORE_E: [(i32, &[&str]); 5] = [
    (191, &["A b m 2", "B m a 2", "B 2 c m", "C 2 m b", "C m 2 a", "A c 2 m"]),
    (203, &["A b a 2", "B b a 2", "B 2 c b", "C 2 c b", "C c 2 a", "A c 2 a"]),
    (304, &["C m c a", "C c m b", "A b m a", "A c a m", "B b c m", "B m a b"]),
    (316, &["C m m a", "C m m b", "A b m m", "A c m m", "B m c m", "B m a m"]),
    (
        322,
        &[
            "C c c a", "C c c a", "C c c b", "C c c b", "A b a a", "A b a a", "A c a a", "A c a a", "B b c b",
            "B b c b", "B b a b", "B b a b",
        ],
    ),
];

/// One tabulated setting.
pub(super) struct Tabulated {
    pub hall_number: i32,
    pub number: u16,
    pub hm: String,
    pub hall: String,
    /// Generators without pure translations.
    pub generators: Vec<SymOp>,
    /// Centring vectors as `SpaceGroup::centring` orders them.
    pub centring: Vec<[i32; 3]>,
    /// Normalised spellings of the symbol, with the qualifier where there is one.
    names: Vec<String>,
    /// `1`, `2` (origin), `H`, `R` (axes) or empty.
    qualifier: &'static str,
    order: OnceLock<usize>,
}

impl Tabulated {
    /// The whole group; `None` never happens for a tabulated symbol.
    pub fn group(&self) -> Option<SpaceGroup> {
        let mut generators = self.generators.clone();
        generators.extend(self.centring.iter().map(|&t| SymOp::IDENTITY.translated(t)));
        SpaceGroup::from_generators(&generators).ok()
    }

    /// Operations per conventional cell, computed once.
    pub fn order(&self) -> usize {
        *self.order.get_or_init(|| self.group().map_or(0, |g| g.operations().len()))
    }

    /// What a group of this setting is called.
    pub fn identity(&self, origin_shift: Option<[f64; 3]>) -> Identity {
        Identity {
            number: self.number,
            hm: self.hm.clone(),
            hall: self.hall.clone(),
            origin_shift,
            tabulated_axes: true,
        }
    }
}

/// All settings in the order of the tables, read once.
pub(super) fn settings() -> &'static [Tabulated] {
    static TABLE: OnceLock<Vec<Tabulated>> = OnceLock::new();
    TABLE.get_or_init(|| (1..=SETTINGS).filter_map(read).collect())
}

fn read(hall_number: i32) -> Option<Tabulated> {
    let entry = hall_symbol_entry(hall_number)?;
    let symbol = HallSymbol::from_hall_number(hall_number)?;
    let twenty_fourths = |t: f64| (t * f64::from(TRANSLATION_DENOMINATOR)).round() as i32;
    let generators = symbol
        .generators
        .iter()
        .map(|op| SymOp::new(op.rotation_as_array(), op.translation_as_array().map(twenty_fourths)))
        .collect();
    let mut centring: Vec<[i32; 3]> = symbol
        .centering_translations
        .iter()
        .map(|t| [t.x, t.y, t.z].map(|x| twenty_fourths(x).rem_euclid(TRANSLATION_DENOMINATOR)))
        .collect();
    centring.push([0, 0, 0]);
    centring.sort_unstable();
    centring.dedup();
    let number = u16::try_from(entry.number).ok()?;
    let [short, full] = [entry.hm_short, entry.hm_full].map(|s| s.replace('_', ""));
    let qualifier = ["1", "2", "H", "R"].into_iter().find(|q| entry.setting.starts_with(q)).unwrap_or("");
    let before_e = BEFORE_E.iter().find_map(|(first, symbols)| {
        symbols.get(usize::try_from(hall_number - first).ok()?).map(|symbol| (*symbol).to_owned())
    });
    let mut hm = if MONOCLINIC.contains(&number) { full.clone() } else { short.clone() };
    let mut spellings = vec![full.clone(), short];
    if let Some(symbol) = before_e {
        hm.clone_from(&symbol);
        spellings.push(symbol);
    }
    if MONOCLINIC.contains(&number) {
        // `P 21/n` for `P 1 21/n 1`; the bare symbol of the tables names cell choice 1 only.
        spellings.pop();
        spellings.push(full.split(' ').filter(|part| *part != "1").collect());
    }
    let mut names: Vec<String> = spellings.iter().map(|s| normalise(s)).collect();
    if !qualifier.is_empty() {
        hm = format!("{hm}:{qualifier}");
        let plain = names.clone();
        names.extend(plain.iter().map(|n| format!("{n}:{}", qualifier.to_ascii_lowercase())));
    }
    let hall = entry.hall_symbol.replace('=', "\"");
    Some(Tabulated { hall_number, number, hm, hall, generators, centring, names, qualifier, order: OnceLock::new() })
}

/// Lower case without blanks, underscores and brackets, so that `P2(1)/c` and `P 2_1/c` are one.
fn normalise(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace() && !"_()'".contains(*c)).collect::<String>().to_ascii_lowercase()
}

/// The first setting of a number, of those with a choice that with the origin at the centre or hexagonal axes.
pub(super) fn by_number(number: u16) -> Option<&'static Tabulated> {
    let of_number = || settings().iter().filter(|s| s.number == number);
    ["", "2", "H"].iter().find_map(|q| of_number().find(|s| s.qualifier == *q)).or_else(|| of_number().next())
}

/// The setting that a Hermann–Mauguin or Hall symbol names; see `group_by_name`.
pub(super) fn by_name(name: &str, rhombohedral_axes: bool) -> Option<&'static Tabulated> {
    let wanted = normalise(name);
    // What a symbol without a qualifier means.
    let preferred = if rhombohedral_axes { ["", "2", "R", "H", "1"] } else { ["", "2", "H", "R", "1"] };
    let named =
        preferred.iter().find_map(|q| settings().iter().find(|s| s.qualifier == *q && s.names.contains(&wanted)));
    named.or_else(|| settings().iter().find(|s| normalise(&s.hall) == wanted))
}
