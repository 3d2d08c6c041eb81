//! How CCP4 files name a space group: by number and by operations.

use crate::crystal::identity::{identify, is_first_setting};
use crate::crystal::{SpaceGroup, SymOp};

/// Numbers of settings that are not the first of their group, by Hall symbol: `syminfo.lib` of CCP4.
#[rustfmt::skip]
const OTHER_SETTINGS: [(&str, i32); 37] = [
    ("P 2", 1003), ("P 2c", 1004), ("A 2y", 2005), ("I 2y", 4005), ("B 2", 1005), ("P -2", 1006), ("P -2b", 1007),
    ("B -2", 1008), ("B -2b", 1009), ("-P 2", 1010), ("-P 2c", 1011), ("-B 2", 1012), ("-P 2b", 1013),
    ("-P 2yn", 2014), ("-P 2yab", 3014), ("-P 2bc", 1014), ("-B 2b", 1015), ("P 2a 2a", 1017), ("P 2 2b", 2017),
    ("P 2bc 2", 3018), ("P 2ac 2ac", 2018), ("-P 2ab 2a", 1059), ("P 3*", 1146), ("-P 3*", 1148), ("P 3* 2", 1155),
    ("P 3* -2", 1160), ("P 3* -2n", 1161), ("-P 3* 2", 1166), ("-P 3* 2n", 1167), ("I 2yb", 5005), ("C 2yb", 3005),
    ("P 2ab 2a", 1018), ("C 2ac 2", 1020), ("C 2ab 2b", 1021), ("F 2 2c", 1022), ("P 4bc 2a", 1094),
    ("I 2ab 2bc", 1023),
];
/// Length of a record.
const RECORD: usize = 80;

/// The number of the setting; 1 for those that CCP4 has none for, which programs would take for another setting.
pub fn number(group: &SpaceGroup) -> i32 {
    let Some(identity) = identify(group).filter(|i| i.tabulated_axes && i.origin_shift.is_none()) else { return 1 };
    if is_first_setting(&identity) {
        return i32::from(identity.number);
    }
    OTHER_SETTINGS.iter().find(|(hall, _)| *hall == identity.hall).map_or(1, |(_, number)| *number)
}

/// One operation as CCP4 writes it: `-X,  Y+1/2,  -Z`.
pub fn operation(op: &SymOp) -> String {
    op.to_string().to_uppercase()
}

/// Operations in records of 80 characters, for maps.
pub fn lattice_records(group: &SpaceGroup) -> Vec<u8> {
    group.operations().iter().flat_map(|op| format!("{:RECORD$}", operation(op)).into_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::identity::group_by_name;

    #[test]
    fn settings_have_the_numbers_of_ccp4() {
        for (name, expected) in [
            ("P 1", 1),
            ("P -1", 2),
            ("P 1 21/c 1", 14),
            ("P 1 21/n 1", 2014),
            ("P 1 21/a 1", 3014),
            ("P 21 21 2", 18),
            ("P 2 21 21", 3018),
            ("R -3 c:H", 167),
            ("R -3 c:R", 1167),
            ("P n m a", 62),
            ("F d -3 m:1", 227),
            // Programs would take these for another setting of their number.
            ("F d -3 m:2", 1),
            ("P b n m", 1),
            ("I 1 2/a 1", 1),
        ] {
            assert_eq!(number(&group_by_name(name, false).unwrap()), expected, "{name}");
        }
        assert_eq!(lattice_records(&group_by_name("P 1 21 1", false).unwrap()).len(), 160);
    }
}
