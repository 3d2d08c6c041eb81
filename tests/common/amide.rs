//! An invented amide, measured by `seedflip simulate` in cells of the caller's.

use super::program::seedflip;
use std::fmt::Write;
use std::path::Path;

/// Element, coordinates in Å along axes that are nearly at right angles, U in Å2.
const ATOMS: [(&str, [f64; 3], f64); 11] = [
    ("S", [0.30, 2.60, 3.00], 0.040),
    ("C", [2.08, 2.80, 3.25], 0.045),
    ("C", [2.70, 4.15, 2.90], 0.038),
    ("O", [2.10, 5.20, 3.15], 0.050),
    ("N", [3.95, 4.10, 2.40], 0.042),
    ("C", [4.70, 5.30, 2.00], 0.044),
    ("C", [6.05, 5.25, 2.70], 0.040),
    ("O", [6.15, 5.15, 3.92], 0.052),
    ("O", [7.05, 5.35, 1.85], 0.047),
    ("C", [-0.20, 4.00, 1.95], 0.055),
    ("C", [4.90, 5.25, 0.48], 0.060),
];

/// A cell of that molecule.
#[derive(Clone, Copy)]
pub struct Crystal {
    pub group: &'static str,
    pub edges: [f64; 3],
    pub angles: [f64; 3],
}

/// Index, intensity, uncertainty.
pub type Row = ([i32; 3], f64, f64);

/// Its CIF.
pub fn cif(crystal: &Crystal) -> String {
    let mut cif = "data_amide\n".to_owned();
    for (key, edge) in ["a", "b", "c"].iter().zip(crystal.edges) {
        writeln!(cif, "_cell_length_{key} {edge}").unwrap();
    }
    for (key, angle) in ["alpha", "beta", "gamma"].iter().zip(crystal.angles) {
        writeln!(cif, "_cell_angle_{key} {angle}").unwrap();
    }
    writeln!(cif, "_space_group_name_H-M_alt '{}'\nloop_", crystal.group).unwrap();
    for key in ["label", "type_symbol", "fract_x", "fract_y", "fract_z", "U_iso_or_equiv"] {
        writeln!(cif, "_atom_site_{key}").unwrap();
    }
    for (n, (element, x, u)) in ATOMS.iter().enumerate() {
        let [x, y, z] = [0, 1, 2].map(|i| x[i] / crystal.edges[i]);
        writeln!(cif, "{element}{n} {element} {x:.5} {y:.5} {z:.5} {u}").unwrap();
    }
    cif
}

/// Writes `amide.cif`, `amide.ins` and `amide.hkl`; the rows of the last.
pub fn simulated(folder: &Path, crystal: &Crystal) -> Vec<Row> {
    let path = folder.join("amide.cif");
    std::fs::write(&path, cif(crystal)).unwrap();
    let (model, out) = (path.to_string_lossy(), folder.to_string_lossy());
    let made = seedflip(&["simulate", &model, "-d", "0.85", "--noise", "0.03", "-o", &out]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let text = std::fs::read_to_string(folder.join("amide.hkl")).unwrap();
    let row = |line: &str| {
        let index = |n: usize| line[4 * n..4 * n + 4].trim().parse::<i32>().unwrap();
        let number = |n: usize| line[n..n + 8].trim().parse::<f64>().unwrap();
        ([index(0), index(1), index(2)], number(12), number(20))
    };
    text.lines().map(row).take_while(|row| row.0 != [0; 3]).collect()
}
