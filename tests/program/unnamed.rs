//! Elements that SFAC does not name, in a crystal whose bonds do not show as long as heavy atoms are taken for light ones: through the built
//! program, on the made-up case beside the checkout.

use crate::program::seedflip;
use serde_json::Value;
use std::path::Path;

/// Fe2 Cl2 S2 O2 N2 C4 at random places 2.4 Å apart and more, with SFAC C H N O.
const CASE: &str = "../shared/cases/inputs/25-element-not-in-sfac";

#[test]
fn elements_are_told_from_displacements_where_no_bond_shows() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join(CASE).join("t.ins");
    if !case.exists() {
        eprintln!("skipped: no {CASE} beside the checkout");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    let solved = seedflip(&["solve", &case.to_string_lossy(), "-o", &out.to_string_lossy(), "-q", "--backend", "cpu"]);
    assert_eq!(solved.code, Some(0), "{}", solved.stderr);
    let record: Value = serde_json::from_str(&std::fs::read_to_string(out.join("t.json")).unwrap()).unwrap();
    // With all displacements free it was P8 O16 C32, R1 0.075.
    let model = &record["candidates"][0];
    assert!(model["r1"].as_f64().unwrap() < 0.04, "{model}");
    let res = std::fs::read_to_string(out.join("t_a.res")).unwrap();
    let named = |line: &str| line.starts_with("SFAC") && ["Mn", "Fe", "Co"].iter().any(|metal| line.contains(metal));
    assert!(res.lines().any(named), "{res}");
}

/// Sulphur dioxide (Post, Schwartz & Fankuchen 1952, Acta Cryst. 5, 372; coordinates rounded, U invented), simulated to 0.4 Å.
const SULPHUR_DIOXIDE: &str = "data_so2
_diffrn_radiation_wavelength 0.71073
_cell_length_a 6.07
_cell_length_b 5.94
_cell_length_c 6.14
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
loop_
_space_group_symop_operation_xyz
'x,y,z' '-x,-y,z' 'x+1/2,-y+1/2,z' '-x+1/2,y+1/2,z'
'x,y+1/2,z+1/2' '-x,-y+1/2,z+1/2' 'x+1/2,-y,z+1/2' '-x+1/2,y,z+1/2'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_U_iso_or_equiv
S1 S 0 0 0 0.018
O1 O 0.14 0.15 0.117 0.025
";

/// With bonds and ratios of powers like those of an ether, and hardly a reflection that tells the centre: they came out as O4 C8 (R1 0.21), and in
/// A m m 2 and A 2 m m as Zn2 S2 C32 and Cu2 Cl2 O2 C20, which were claimed.
#[test]
fn oxides_of_an_element_that_nobody_named_are_no_ethers() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("so2.cif"), SULPHUR_DIOXIDE).unwrap();
    let (model, ins) = (path("so2.cif"), path("t.ins"));
    let (model, ins) = (model.to_string_lossy(), ins.to_string_lossy());
    for seed in ["2", "3"] {
        let noise = ["-d", "0.5", "--noise", "0.12", "--seed", seed];
        let made = seedflip(&[&["simulate", &model, "-o", &ins], &noise[..]].concat());
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        let header = std::fs::read_to_string(path("t.ins")).unwrap();
        let light = header.lines().map(|line| match line.get(..4) {
            Some("SFAC") => "SFAC C H N O",
            Some("UNIT") => "UNIT 9 12 1 2",
            _ => line,
        });
        std::fs::write(path("t.ins"), light.collect::<Vec<_>>().join("\n")).unwrap();
        let solved = seedflip(&["solve", &ins, "-q", "--backend", "cpu"]);
        assert_eq!(solved.code, Some(0), "{}", solved.stderr);
        let record: Value = serde_json::from_str(&std::fs::read_to_string(path("t.json")).unwrap()).unwrap();
        assert_eq!(record["space_group"]["hermann_mauguin"], "A b a 2");
        let res = std::fs::read_to_string(path("t_a.res")).unwrap();
        let named = |line: &str| line.starts_with("SFAC") && [" P", " S", " Cl"].iter().any(|z| line.ends_with(z));
        assert!(res.lines().any(named), "{res}");
        std::fs::remove_file(path("t.hkl")).unwrap();
    }
}
