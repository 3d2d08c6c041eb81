//! Name and number of a space group, and the group of a name, from the 530 tabulated settings.

mod axes;
pub(super) mod origin;
mod resetting;
mod settings;

use super::spacegroup::SpaceGroup;
use super::symop::{Rotation, SymOp};
pub use resetting::Resetting;
use settings::{Tabulated, settings};
use std::collections::HashSet;

/// Tolerance, in fractions of an edge, when translations are compared by `moyo`; ours are exact
/// twenty-fourths, so that anything well below 1/24 will do.
const TRANSLATION_TOLERANCE: f64 = 1e-4;

/// What a space group is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// Number in International Tables A, 1–230.
    pub number: u16,
    /// Hermann–Mauguin symbol of the setting, such as `P 1 21/n 1`; `:1`, `:2`, `:H`, `:R` name the
    /// origin choice or the axes where the symbol alone is ambiguous. Groups with an `e` glide carry the
    /// older symbol that SHELX writes (`C m c a`).
    pub hm: String,
    /// Hall symbol of the same tabulated setting.
    pub hall: String,
    /// Origin of the tabulated setting in our fractional coordinates, where that differs from ours
    /// (x = x_tabulated + shift); `None` when the operations agree exactly.
    pub origin_shift: Option<[f64; 3]>,
    /// False when no tabulated setting has these axes: `hm` and `hall` then name the standard setting
    /// of the same space-group type.
    pub tabulated_axes: bool,
}

/// Identifies a group: first among the tabulated settings with the very same operations (modulo
/// lattice translations), then among those that differ by the origin, at last by type alone on any
/// axes. `None` when the operations are those of no space group.
pub fn identify(group: &SpaceGroup) -> Option<Identity> {
    let operations: HashSet<SymOp> = group.operations().iter().copied().collect();
    let candidates: Vec<&Tabulated> = settings().iter().filter(|s| s.centring == group.centring()).collect();
    let exact = |s: &&&Tabulated| s.generators.iter().all(|g| operations.contains(g)) && s.order() == operations.len();
    if let Some(found) = candidates.iter().find(exact) {
        return Some(found.identity(None));
    }
    let rotations: HashSet<_> = operations.iter().map(|op| op.rot).collect();
    let shifted = candidates.iter().find_map(|s| {
        let same_rotations = s.generators.iter().all(|g| rotations.contains(&g.rot)) && s.order() == operations.len();
        same_rotations.then(|| origin::shift(group, &s.generators)).flatten().map(|p| s.identity(Some(p)))
    });
    shifted.or_else(|| identify_type(group))
}

/// The group of a Hermann–Mauguin symbol in any common spelling (`P21/c`, `P 1 21/c 1`, `P2(1)/c`,
/// `R -3 m :H`), or of a Hall symbol of the tables. Where a symbol leaves the choice, rhombohedral groups
/// come on hexagonal axes unless `rhombohedral_axes`, and origin choice 2 (the centre) is taken.
pub fn group_by_name(name: &str, rhombohedral_axes: bool) -> Option<SpaceGroup> {
    settings::by_name(name, rhombohedral_axes)?.group()
}

/// True for the setting that stands first of its group in the tables: unique axis b, origin choice 1, hexagonal axes.
pub fn is_first_setting(identity: &Identity) -> bool {
    settings().iter().find(|s| s.number == identity.number).is_some_and(|s| s.hall == identity.hall)
}

/// The same group about the origin of its tabulated setting, and that origin in the coordinates of `group`; as it is, and 0, where its axes are in
/// no table or it stands there already.
pub fn at_tabulated_origin(group: SpaceGroup) -> (SpaceGroup, [f64; 3]) {
    let shift = identify(&group).filter(|identity| identity.tabulated_axes).and_then(|identity| {
        Some((settings().iter().find(|s| s.hall == identity.hall)?.group()?, identity.origin_shift?))
    });
    shift.unwrap_or((group, [0.0; 3]))
}

/// The group of a number of International Tables A in its first tabulated setting: b unique, hexagonal axes, origin at
/// the centre.
pub fn group_by_number(number: u16) -> Option<SpaceGroup> {
    settings::by_number(number)?.group()
}

/// The groups with these centring vectors (as `SpaceGroup::centring` orders them) whose Laue rotations are `laue`: those of
/// the tables, of settings that differ by the origin alone the one with a centre at the origin, where there is one. On
/// axes that no table has they are brought there from the standard axes of the class. Empty where `laue` and `centring`
/// are no Laue class.
pub fn groups_of_laue_class(centring: &[[i32; 3]], laue: &[Rotation]) -> Vec<SpaceGroup> {
    let found = tabulated_groups(centring, laue);
    if !found.is_empty() {
        return found;
    }
    let mut generators: Vec<SymOp> = laue.iter().map(|&rot| SymOp::new(rot, [0; 3])).collect();
    generators.extend(centring.iter().map(|&t| SymOp::IDENTITY.translated(t)));
    let brought = || {
        let own = SpaceGroup::from_generators(&generators).ok().filter(|g| g.centring() == centring)?;
        let standard = axes::standard_axes(&own)?;
        let groups = tabulated_groups(&standard.setting.centring, &standard.rotations(laue)?);
        Some(groups.iter().filter_map(|group| standard.bring_back(group, centring)).collect())
    };
    brought().unwrap_or_default()
}

/// `groups_of_laue_class` on tabulated axes.
fn tabulated_groups(centring: &[[i32; 3]], laue: &[Rotation]) -> Vec<SpaceGroup> {
    let mut found: Vec<SpaceGroup> = Vec::new();
    let centred = |group: &SpaceGroup| group.operations().contains(&SymOp::INVERSION);
    let fits = |s: &&Tabulated| s.centring == centring && s.generators.iter().all(|g| laue.contains(&g.rot));
    for setting in settings().iter().filter(fits) {
        let Some(group) = setting.group().filter(|g| g.laue_rotations().len() == laue.len()) else { continue };
        let same = |other: &SpaceGroup| {
            other.operations().len() == group.operations().len() && origin::shift(other, &setting.generators).is_some()
        };
        match found.iter_mut().find(|other| same(other)) {
            Some(other) if centred(&group) && !centred(other) => *other = group,
            Some(_) => {}
            None => found.push(group),
        }
    }
    axes::with_turned(&mut found, laue);
    found
}

/// Every tabulated setting with its group, for tests that go over all of them.
#[cfg(test)]
pub(crate) fn every_setting() -> Vec<(Identity, SpaceGroup)> {
    settings().iter().filter_map(|s| Some((s.identity(None), s.group()?))).collect()
}

/// Space-group type on axes that no table lists.
fn identify_type(group: &SpaceGroup) -> Option<Identity> {
    let standard = axes::standard_axes(group)?.setting;
    Some(Identity { tabulated_axes: false, ..standard.identity(None) })
}

/// Σ RᵀR over the point group: a metric that every operation leaves as it is, so that a reduced basis
/// can be found without knowing the cell.
fn invariant_metric(group: &SpaceGroup) -> [[f64; 3]; 3] {
    let mut sum = [[0; 3]; 3];
    for op in group.primitive_operations() {
        for (i, row) in sum.iter_mut().enumerate() {
            for (j, value) in row.iter_mut().enumerate() {
                *value += op.rot.iter().map(|r| r[i] * r[j]).sum::<i32>();
            }
        }
    }
    sum.map(|row| row.map(f64::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn numbers_name_standard_settings() {
        for (number, hm) in [(1, "P 1"), (14, "P 1 21/c 1"), (19, "P 21 21 21"), (148, "R -3:H"), (227, "F d -3 m:2")] {
            let group = group_by_number(number).unwrap();
            assert_eq!(identify(&group).unwrap().hm, hm);
        }
        assert_eq!((group_by_number(0), group_by_number(231)), (None, None));
    }

    fn group(latt: i32, symm: &[&str]) -> SpaceGroup {
        let ops: Vec<SymOp> = symm.iter().map(|s| SymOp::parse(s).unwrap()).collect();
        SpaceGroup::from_latt_symm(latt, &ops).unwrap()
    }

    #[test]
    fn every_tabulated_setting_is_itself() {
        for s in settings() {
            let found = identify(&s.group().unwrap()).unwrap();
            // C c c a and C c c b are one and the same about the first origin.
            assert_eq!((found.number, &found.hall), (s.number, &s.hall), "{}", s.hm);
            assert!(found.hm == s.hm || s.number == 68, "{}", s.hm);
            assert!(found.origin_shift.is_none() && found.tabulated_axes);
        }
    }

    #[test]
    fn settings_and_origins_are_told_apart() {
        let found = identify(&group(1, &["1/2-x, 1/2+y, 1/2-z"])).unwrap();
        assert_eq!((found.number, found.hm.as_str()), (14, "P 1 21/n 1"));
        // P 21 21 21 with the origin on a screw axis instead of half way between three of them.
        let moved = identify(&group(-1, &["1/2-x, 1/2-y, 1/2+z", "1/2+x, -y, -z"])).unwrap();
        assert_eq!((moved.number, moved.hm.as_str()), (19, "P 21 21 21"));
        let shift = moved.origin_shift.unwrap();
        assert!(shift.iter().any(|x| x.abs() > 0.1), "{shift:?}");
        // A shift that is no multiple of 1/24.
        let sixteenth = identify(&group(-1, &["-x+1/24, -y+1/24, -z+1/24"])).unwrap();
        assert_eq!(sixteenth.number, 2);
        assert!(sixteenth.origin_shift.unwrap().iter().all(|x| ((x.rem_euclid(0.5)) - 1.0 / 48.0).abs() < 1e-9));
    }

    #[test]
    fn strange_axes_are_identified_by_type() {
        let found = identify(&group(7, &[])).unwrap(); // C -1
        assert_eq!((found.number, found.tabulated_axes), (2, false));
        let found = identify(&group(-1, &["y, x, -z"])).unwrap(); // C 2 on primitive axes
        assert_eq!((found.number, found.tabulated_axes), (5, false));
    }

    #[test]
    fn names_in_many_spellings_are_found() {
        let same = |name: &str, number: u16, hm: &str| {
            let found = identify(&group_by_name(name, false).unwrap_or_else(|| panic!("{name}"))).unwrap();
            assert_eq!((found.number, found.hm.as_str()), (number, hm), "{name}");
        };
        for name in ["P21/c", "P 1 21/c 1", "P2(1)/c", "P 2_1/c", "p 21/C", "-P 2ybc"] {
            same(name, 14, "P 1 21/c 1");
        }
        same("P21/n", 14, "P 1 21/n 1");
        same("P 21/a", 14, "P 1 21/a 1");
        same("Pnma", 62, "P n m a");
        same("P 21/n 21/m 21/a", 62, "P n m a");
        same("R-3m", 166, "R -3 m:H");
        same("R -3 m :R", 166, "R -3 m:R");
        same("A e a 2", 41, "A b a 2");
        same("Cmca", 64, "C m c a");
        same("P n n n", 48, "P n n n:2");
        same("F d -3 m:1", 227, "F d -3 m:1");
        same("I41/amd", 141, "I 41/a m d:2");
        assert!(group_by_name("P 21/q", false).is_none() && group_by_name("", false).is_none());
    }

    #[test]
    fn laue_classes_list_every_group_once() {
        let count = |latt: i32, symm: &[&str]| {
            let group = group(latt, symm);
            groups_of_laue_class(group.centring(), &group.laue_rotations()).len()
        };
        assert_eq!(count(-1, &[]), 2);
        // P2 P21 Pm Pa Pc Pn, P2/m P21/m and the three glides of each.
        assert_eq!(count(-1, &["-x,y,-z"]), 14);
        // P 2 3, P 21 3, P m -3, P n -3, P a -3 and P b -3; I 2 3, I 21 3, I m -3, I a -3; F 2 3, F m -3, F d -3.
        let cubic = ["z,x,y", "-x,-y,z"];
        assert_eq!([-1, -2, -4].map(|latt| count(latt, &cubic)), [6, 4, 3]);
        // The two groups of the class on the axes of C -1.
        assert_eq!(count(-7, &[]), 2);
    }

    #[test]
    fn identification_is_quick() {
        let monoclinic = group(1, &["-x, 1/2+y, 1/2-z"]);
        identify(&monoclinic);
        let start = std::time::Instant::now();
        identify(&monoclinic);
        identify(&group(7, &[]));
        assert!(start.elapsed().as_millis() < 200, "{:?}", start.elapsed());
    }

    /// Number, symbol of the index and symbol found, for every `.ins` of the shared data.
    #[test]
    fn shared_data_carry_the_names_of_their_index() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
        let Ok(index) = std::fs::read_to_string(data.join("INDEX.tsv")) else {
            eprintln!("skipped: ../shared/data is not there");
            return;
        };
        for line in index.lines().skip(1) {
            let column: Vec<&str> = line.split('\t').collect();
            let ins = std::fs::read_to_string(data.join(column[0]).join(format!("{}.ins", column[0]))).unwrap();
            let cards = |name: &'static str| ins.lines().filter_map(move |l| l.strip_prefix(name));
            let latt = cards("LATT ").next().and_then(|n| n.trim().parse().ok()).unwrap_or(1);
            let symm: Vec<SymOp> = cards("SYMM ").map(|s| SymOp::parse(s).unwrap()).collect();
            let found = identify(&SpaceGroup::from_latt_symm(latt, &symm).unwrap()).unwrap();
            let expected = (column[5].parse().unwrap(), column[4]);
            assert_eq!((found.number, found.hm.as_str()), expected, "{}", column[0]);
        }
    }
}
