//! Laue classes of measured data. The sets are no part of the repository; without them the test has nothing to do.

#![cfg(feature = "cli")]

use seedflip::crystal::{SpaceGroup, SymOp};
use seedflip::formats::{read_hkl, read_ins};
use seedflip::reflections::laue_class;
use std::path::Path;

/// Sets with a published structure, beside the repository.
const DATA: &str = "../shared/data";
/// Not found with a triclinic input: a perfect merohedral twin looks like a higher class, dynamical scattering spoils equivalents.
const BEYOND_P1: [&str; 2] = ["al_p32_twin", "ed_luag_ia3d"];

#[test]
fn published_classes_are_kept_and_found() {
    let Ok(folder) = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(DATA)) else {
        println!("no folder {DATA}: nothing is tested");
        return;
    };
    let mut paths: Vec<_> =
        folder.filter_map(|e| e.ok()).map(|e| e.path().join(e.file_name()).with_extension("ins")).collect();
    paths.retain(|path| path.exists());
    paths.sort();
    let mut found = 0;
    for path in &paths {
        let name = path.file_stem().unwrap().to_string_lossy();
        let ins = read_ins(path).unwrap();
        let rows = read_hkl(&path.with_extension("hkl"), &ins.hklf).unwrap().reflections;
        let header = ins.header();
        let published = laue_class(&rows, &header.cell, &header.space_group).unwrap();
        assert_eq!(published.changed, None, "{name}");
        println!("{name}: {} {:?}", published.name, published.remarks);
        let proper: Vec<SymOp> = header
            .space_group
            .laue_rotations()
            .into_iter()
            .map(|rot| SymOp::new(rot, [0; 3]))
            .filter(|op| op.determinant() == 1)
            .chain(header.space_group.centring().iter().map(|&t| SymOp::IDENTITY.translated(t)))
            .collect();
        let lowest = SpaceGroup::from_generators(&proper).unwrap();
        let again = laue_class(&rows, &header.cell, &lowest).unwrap();
        assert_eq!((&again.changed, again.name), (&None, published.name), "{name} with rotations alone");
        assert_eq!(again.group.operations().len(), lowest.operations().len(), "{name}");
        let free = laue_class(&rows, &header.cell, &SpaceGroup::p1()).unwrap();
        let right = free.name == published.name && free.group.centring() == published.group.centring();
        found += usize::from(right);
        if !right {
            println!("  with P1: {} of {} vectors, {:?}", free.name, free.group.centring().len(), free.changed);
        }
        assert_eq!(right, !BEYOND_P1.contains(&&*name), "{name}: {} {:?}", free.name, free.changed);
    }
    println!("{found} of {} classes found without the input's symmetry", paths.len());
}
