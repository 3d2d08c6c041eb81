use super::*;
use crate::crystal::miller::hash_key;
use crate::crystal::symop::SymOp as Op;

fn group(latt: i32, symm: &[&str]) -> SpaceGroup {
    let ops: Vec<Op> = symm.iter().map(|s| Op::parse(s).unwrap()).collect();
    SpaceGroup::from_latt_symm(latt, &ops).unwrap()
}

/// A number between 0 and 1 that depends on an index and a salt.
fn unit(hkl: [i32; 3], salt: u32) -> f64 {
    let mut x = hash_key(hkl) ^ salt.wrapping_mul(0x9E37_79B9);
    for _ in 0..3 {
        x = (x ^ x >> 16).wrapping_mul(0x85EB_CA6B);
    }
    f64::from(x ^ x >> 13) / f64::from(u32::MAX)
}

/// An index is told from its mates, so that hashes of −h and h do not correlate.
fn salted(hkl: [i32; 3]) -> [i32; 3] {
    hkl.map(|x| x + 1000)
}

/// Wilson intensities of `truth`, measured for the whole sphere with relative noise; `mixing` adds that share of the intensity of
/// the image under a twin law.
fn measured(truth: &SpaceGroup, noise: f64, twin: Option<(&str, f64)>) -> Vec<RawReflection> {
    let law = twin.map(|(law, share)| (Op::parse(law).unwrap(), share));
    let pure = |hkl: [i32; 3]| {
        let stands = truth.laue_representative(hkl);
        if truth.classify(hkl).absent { 0.0 } else { -1000.0 * (1.0 - unit(salted(stands), 1)).ln() }
    };
    let mut rows = Vec::new();
    for h in -6..=6 {
        for k in -6..=6 {
            for l in -6..=6 {
                let hkl = [h, k, l];
                let mut intensity = pure(hkl);
                if let Some((law, share)) = law {
                    intensity += share / (1.0 - share) * pure(law.rotate_hkl(hkl));
                }
                let sigma = noise * (intensity + 100.0);
                // A sum of uniform deviates of unit variance.
                let error: f64 = (2..14).map(|salt| unit(salted(hkl), salt) - 0.5).sum();
                rows.push(RawReflection { hkl, intensity: intensity + sigma * error, sigma, batch: None });
            }
        }
    }
    rows
}

fn tetragonal() -> Cell {
    Cell::new([9.0, 9.01, 9.6], [90.0; 3]).unwrap()
}

fn hexagonal() -> Cell {
    Cell::new([9.0, 9.0, 11.0], [90.0, 90.0, 120.0]).unwrap()
}

const FOUR: [&str; 3] = ["-y,x,z", "-x,-y,z", "y,-x,z"];
const TWO_C: [&str; 1] = ["-x,-y,z"];

#[test]
fn the_class_of_the_input_is_kept_even_in_noise() {
    for noise in [0.02, 0.2, 0.5] {
        let found = laue_class(&measured(&group(-1, &FOUR), noise, None), &tetragonal(), &group(1, &FOUR)).unwrap();
        assert_eq!((found.name, &found.changed), ("4/m", &None), "noise {noise}");
        assert_eq!(found.group.operations().len(), 4);
        assert!(found.remarks.is_empty(), "{:?}", found.remarks);
    }
}

#[test]
fn too_high_a_class_gives_way_to_the_largest_that_merges() {
    let found = laue_class(&measured(&group(-1, &TWO_C), 0.05, None), &tetragonal(), &group(-1, &FOUR)).unwrap();
    assert_eq!(found.name, "2/m");
    let changed = found.changed.unwrap();
    assert_eq!((changed.from.as_str(), changed.to.as_str()), ("P 4/m", "P 2/m"));
    assert!(changed.why.contains("4/m do not agree"), "{}", changed.why);
}

#[test]
fn a_triclinic_input_gives_way_to_what_the_data_obey() {
    let rows = measured(&group(-1, &FOUR), 0.05, None);
    let found = laue_class(&rows, &tetragonal(), &SpaceGroup::p1()).unwrap();
    assert_eq!(found.name, "4/m");
    assert!(found.changed.unwrap().why.contains("4/m agree"));
    let triclinic = measured(&SpaceGroup::p1(), 0.05, None);
    let found = laue_class(&triclinic, &tetragonal(), &SpaceGroup::p1()).unwrap();
    assert_eq!((found.name, found.changed), ("-1", None));
}

#[test]
fn a_list_of_one_asymmetric_unit_was_merged_in_its_class() {
    let full = [FOUR.as_slice(), &["x,-y,-z"]].concat();
    for (operations, name) in [(full.as_slice(), "4/mmm"), (&FOUR, "4/m")] {
        let truth = group(-1, operations);
        let mut rows = measured(&truth, 0.05, None);
        rows.retain(|r| truth.laue_representative(r.hkl) == r.hkl);
        let found = laue_class(&rows, &tetragonal(), &SpaceGroup::p1()).unwrap();
        assert_eq!(found.name, name);
        assert!(found.changed.unwrap().why.contains("merged in it"));
    }
}

#[test]
fn a_merohedral_twin_is_reported_and_its_class_kept() {
    let rows = measured(&group(-1, &FOUR), 0.03, Some(("y,x,-z", 0.5)));
    let found = laue_class(&rows, &tetragonal(), &group(-1, &FOUR)).unwrap();
    assert_eq!((found.name, &found.changed), ("4/m", &None));
    assert!(found.remarks[0].contains("4/mmm") && found.remarks[0].contains("merohedral"), "{:?}", found.remarks);
    // A small second domain changes nothing.
    let rows = measured(&group(-1, &FOUR), 0.03, Some(("y,x,-z", 0.1)));
    assert!(laue_class(&rows, &tetragonal(), &group(-1, &FOUR)).unwrap().remarks.is_empty());
}

#[test]
fn trigonal_classes_are_told_apart() {
    let three = ["-y,x-y,z", "-x+y,-x,z"];
    for (two, name) in [("y,x,-z", "-3m1"), ("-y,-x,-z", "-31m")] {
        let truth = group(-1, &[three[0], three[1], two]);
        let found = laue_class(&measured(&truth, 0.05, None), &hexagonal(), &SpaceGroup::p1()).unwrap();
        assert_eq!((found.name, found.group.operations().len()), (name, 6));
    }
}

#[test]
fn centrings_are_dropped_and_found() {
    for (latt, name) in [(-2, "I"), (-4, "F"), (-5, "A"), (-6, "B"), (-7, "C")] {
        let truth = group(latt, &[]);
        let rows = measured(&truth, 0.05, None);
        let found = laue_class(&rows, &tetragonal(), &SpaceGroup::p1()).unwrap();
        assert_eq!(found.group.centring(), truth.centring(), "{name}: {:?}", found.changed);
        let primitive = measured(&SpaceGroup::p1(), 0.05, None);
        let found = laue_class(&primitive, &tetragonal(), &truth).unwrap();
        assert_eq!(found.group.centring().len(), 1);
        assert!(found.changed.unwrap().why.contains(&format!("contradict the centring {name}")));
    }
    let obverse = group(-3, &[]);
    let found = laue_class(&measured(&obverse, 0.05, None), &hexagonal(), &SpaceGroup::p1()).unwrap();
    assert_eq!(found.group.centring(), obverse.centring());
}

#[test]
fn obverse_and_reverse_together_are_a_twin() {
    let truth = group(-3, &["-y,x-y,z", "-x+y,-x,z"]);
    let found = laue_class(&measured(&truth, 0.05, Some(("-x,-y,z", 0.3))), &hexagonal(), &truth).unwrap();
    assert_eq!(found.name, "-3");
    assert!(found.remarks[0].contains("obverse/reverse"), "{:?}", found.remarks);
    assert!(found.changed.is_none() && found.group.centring() == truth.centring());
    // The header may say nothing, and the larger domain be the reverse one.
    for share in [0.1, 0.7] {
        let rows = measured(&truth, 0.02, Some(("-x,-y,z", share)));
        let found = laue_class(&rows, &hexagonal(), &SpaceGroup::p1()).unwrap();
        assert_eq!((found.name, found.group.centring() == truth.centring()), ("-3", share < 0.5), "{share}");
        assert!(found.changed.unwrap().to.starts_with('R'));
    }
}

#[test]
fn a_list_of_one_unit_is_told_from_classes_with_the_same_unit_by_its_border() {
    let three = ["-y,x-y,z", "-x+y,-x,z"];
    let six = [three[0], three[1], "-x,-y,z", "y,-x+y,z", "x-y,x,z"];
    let mmm = ["-x,-y,z", "x,-y,-z"];
    for (operations, cell, name) in [
        (&FOUR[..], tetragonal(), "4/m"),
        (&mmm, tetragonal(), "mmm"),
        (&six, hexagonal(), "6/m"),
        (&[three[0], three[1], "y,x,-z"], hexagonal(), "-3m1"),
        (&[three[0], three[1], "-y,-x,-z"], hexagonal(), "-31m"),
        (&three, hexagonal(), "-3"),
        (&["z,x,y", "-x,-y,z"], Cell::new([9.0; 3], [90.0; 3]).unwrap(), "m-3"),
    ] {
        let truth = group(-1, operations);
        let mut rows = measured(&truth, 0.05, None);
        rows.retain(|r| truth.laue_representative(r.hkl) == r.hkl);
        let found = laue_class(&rows, &cell, &SpaceGroup::p1()).unwrap();
        assert_eq!(found.name, name);
    }
}
