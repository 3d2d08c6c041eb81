//! Writes `.res`, `.fcf` and `.ccp4` of a small invented structure and reads them back: word by word here, and with
//! gemmi where python3 has it.

#![cfg(feature = "cli")]

use seedflip::crystal::{Cell, Site, SpaceGroup, SymOp, in_half};
use seedflip::formats::Hklf;
use seedflip::formats::ccp4::{ccp4, one_cell};
use seedflip::formats::fcf::{Fcf, Origin, fcf, fcf_rows};
use seedflip::formats::res::{ResModel, ScatteringType, res};
use seedflip::reflections::{MergedReflection, PhasedReflection};
use seedflip::structure::{Coefficients, DensityMap, density_map};
use std::f64::consts::TAU;
use std::process::Command;

/// Invented positions: one chlorine, two carbons.
const ATOMS: [(u8, [f64; 3]); 3] =
    [(17, [0.113, 0.242, 0.377]), (6, [0.271, 0.335, 0.218]), (6, [0.412, 0.104, 0.151])];

struct Example {
    cell: Cell,
    group: SpaceGroup,
    phased: Vec<PhasedReflection>,
    merged: Vec<MergedReflection>,
    map: DensityMap,
}

fn example() -> Example {
    let cell = Cell::new([6.1, 7.3, 8.2], [90.0, 103.0, 90.0]).unwrap();
    let glide = SymOp::parse("-x, y+1/2, -z+1/2").unwrap();
    let group = SpaceGroup::from_latt_symm(1, &[glide]).unwrap();
    let limit = cell.max_indices(0.9);
    let (mut phased, mut merged) = (Vec::new(), Vec::new());
    for h in -limit[0]..=limit[0] {
        for k in -limit[1]..=limit[1] {
            for l in -limit[2]..=limit[2] {
                let hkl = [h, k, l];
                let class = group.classify(hkl);
                if !in_half(hkl) || cell.d_spacing(hkl) < 0.9 || class.absent {
                    continue;
                }
                let (mut re, mut im) = (0.0, 0.0);
                for (z, x) in ATOMS {
                    for op in group.operations() {
                        let turns: f64 = op.apply(x).iter().zip(hkl).map(|(x, h)| x * f64::from(h)).sum();
                        let weight = f64::from(z) * (-2.0 * cell.stol_sq(hkl)).exp();
                        re += weight * (TAU * turns).cos();
                        im += weight * (TAU * turns).sin();
                    }
                }
                let f = re.hypot(im);
                phased.push(PhasedReflection { hkl, f, e: f, phase: im.atan2(re), fom: 1.0 });
                if group.laue_representative(hkl) == hkl {
                    let (epsilon, centric) = (class.epsilon, class.centric);
                    merged.push(MergedReflection {
                        hkl,
                        intensity: f * f,
                        sigma: 0.5,
                        redundancy: 2,
                        epsilon,
                        centric,
                    });
                }
            }
        }
    }
    let map = density_map(&cell, &group, &phased, Coefficients::F);
    Example { cell, group, phased, merged, map }
}

fn sites() -> Vec<Site> {
    ATOMS
        .iter()
        .enumerate()
        .map(|(i, &(z, xyz))| Site {
            label: if z > 6 { "Cl1".into() } else { format!("Q{}", i + 1) },
            element: (z > 6).then_some(z),
            xyz,
            sof: 1.0,
            u_iso: 0.05,
            u_aniso: None,
            height: Some(20.0 - i as f64),
        })
        .collect()
}

fn res_text(example: &Example, contents: &[ScatteringType]) -> seedflip::Result<String> {
    res(&ResModel {
        title: "invented\nstructure",
        remarks: &["made by a test".into()],
        wavelength: 0.71073,
        neutrons: false,
        cell: &example.cell,
        z: 4.0,
        cell_sigma: [0.001, 0.001, 0.001, 0.0, 0.01, 0.0],
        group: &example.group,
        contents,
        scale: 1.0,
        sites: &sites(),
        twin: None,
        hklf: &Hklf::default(),
        kept: &[],
        fit: &[],
        rest: &[],
    })
}

fn contents() -> Vec<ScatteringType> {
    let entry = |z, symbol: &str, count| ScatteringType { z, symbol: symbol.into(), count, coefficients: None };
    vec![entry(6, "C", 8.0), entry(17, "Cl", 4.0)]
}

#[test]
fn ccp4_words_are_where_the_format_wants_them() {
    let Example { map, .. } = example();
    let bytes = ccp4(&map, &SpaceGroup::p1(), &one_cell(&map), "a label");
    let word = |n: usize| -> [u8; 4] { bytes[4 * (n - 1)..4 * n].try_into().unwrap() };
    let integer = |n| i32::from_le_bytes(word(n));
    let real = |n| f32::from_le_bytes(word(n));
    let [nx, ny, nz] = map.dims;
    assert_eq!(bytes.len(), 1024 + 4 * nx * ny * nz);
    for axis in 0..3 {
        assert_eq!((integer(1 + axis), integer(8 + axis)), (map.dims[axis] as i32, map.dims[axis] as i32));
        assert_eq!((integer(5 + axis), integer(17 + axis)), (0, axis as i32 + 1));
        assert_eq!(real(11 + axis), map.cell.lengths[axis] as f32);
        assert_eq!(real(14 + axis), map.cell.angles[axis] as f32);
    }
    assert_eq!((integer(4), integer(23), integer(24), integer(28)), (2, 1, 0, 20140));
    assert_eq!((&word(27), &word(53), word(54)), (b"CCP4", b"MAP ", [0x44, 0x41, 0, 0]));
    assert!(real(20) < 0.0 && real(21) > 0.0 && real(22).abs() < 1e-3 && real(55) > 0.0);
    assert_eq!(&bytes[224..231], b"a label");
    let (x, y, z) = (3, 5, 7);
    let at = 1024 + 4 * ((z * ny + y) * nx + x);
    assert_eq!(bytes[at..at + 4], map.values[(x * ny + y) * nz + z].to_le_bytes());
}

#[test]
fn res_has_the_cards_in_order_and_fcf_one_row_for_each_unique_reflection() {
    let example = example();
    let text = res_text(&example, &contents()).unwrap();
    let cards: Vec<&str> = text.lines().filter_map(|l| l.split_whitespace().next()).collect();
    let expected = "TITL REM CELL ZERR LATT SYMM SFAC UNIT L.S. BOND LIST FMAP PLAN WGHT FVAR Cl1 HKLF END Q2 Q3";
    assert_eq!(cards.join(" "), expected);
    assert!(text.lines().all(|l| l.len() <= 80));
    assert!(res_text(&example, &contents()[..1]).is_err(), "chlorine is not in SFAC");
    let rows = fcf_rows(&example.merged, &example.phased);
    assert_eq!(rows.len(), example.merged.len());
    let longer = MergedReflection { hkl: [40, 0, 0], ..example.merged[0] };
    assert!(fcf_rows(&[longer], &example.phased).is_empty());
}

/// What python is asked to find in the three files, whose names are its arguments.
const GEMMI: &str = r#"
import sys, math, gemmi
m = gemmi.read_ccp4_map(sys.argv[1]); m.setup(0.0)
g = m.grid
assert abs(g.unit_cell.beta - 103) < 1e-3
top = max(g, key=lambda p: p.value)
assert min(abs(g.point_to_fractional(top).x - x) for x in (0.113, 0.887)) < 0.05, top
b = gemmi.cif.read(sys.argv[2]).sole_block()
assert b.find_value('_shelx_refln_list_code') == '6'
assert len(b.find_values('_space_group_symop_operation_xyz')) == 4
assert gemmi.cif.as_string(b.find_value('_space_group_name_H-M_alt')) == 'P 1 21/c 1'
assert gemmi.cif.as_string(b.find_value('_space_group_name_Hall')) == '-P 2ybc'
t = b.find('_refln_', ['index_h', 'index_k', 'index_l', 'F_squared_meas', 'F_calc', 'phase_calc'])
ops = gemmi.GroupOps([gemmi.Op(gemmi.cif.as_string(s)) for s in b.find_values('_space_group_symop_operation_xyz')])
atoms = [(17, (0.113, 0.242, 0.377)), (6, (0.271, 0.335, 0.218)), (6, (0.412, 0.104, 0.151))]
checked = 0
for r in t:
    h, f2, fc, phi = [int(v) for v in list(r)[:3]], float(r[3]), float(r[4]), float(r[5])
    F = sum(z * complex(math.cos(a), math.sin(a)) for z, x in atoms for op in ops
            for a in [2 * math.pi * sum(i * j for i, j in zip(h, op.apply_to_xyz(x)))])
    assert abs(f2 - fc * fc) < 0.02 * fc + 0.02, (h, f2, fc)
    if abs(F) > 20:
        d = (math.degrees(math.atan2(F.imag, F.real)) - phi + 180) % 360 - 180
        assert abs(d) < 0.1, (h, d); checked += 1
assert checked > 20
print('gemmi agrees on', checked, 'phases')
"#;

#[test]
fn gemmi_reads_the_map_and_the_phases() {
    let has_gemmi = Command::new("python3").args(["-c", "import gemmi"]).output().is_ok_and(|o| o.status.success());
    if !has_gemmi {
        eprintln!("skipped: python3 with gemmi is not installed here (pip install gemmi)");
        return;
    }
    let example = example();
    let folder = tempfile::tempdir().unwrap();
    let (map, list) = (folder.path().join("a.ccp4"), folder.path().join("a.fcf"));
    std::fs::write(&map, ccp4(&example.map, &example.group, &one_cell(&example.map), "test")).unwrap();
    let rows = fcf_rows(&example.merged, &example.phased);
    let Example { cell, group, .. } = &example;
    let text = fcf(&Fcf { name: "an example", cell, group, origin: Origin::Solution, rows: &rows });
    std::fs::write(&list, text).unwrap();
    let run = Command::new("python3").args(["-c", GEMMI]).args([&map, &list]).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}");
    println!("{said}");
}
