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
    /// By how many degrees the molecule, which is nearly flat, is turned about the first axis and then about the third.
    pub tilt: f64,
}

/// Index, intensity, uncertainty.
pub type Row = ([i32; 3], f64, f64);

/// Its CIF.
pub fn cif(crystal: &Crystal) -> String {
    let Crystal { group, edges, angles, tilt } = crystal;
    let (sin, cos) = tilt.to_radians().sin_cos();
    let place = |[x, y, z]: [f64; 3]| {
        let (y, z) = (cos * y - sin * z, sin * y + cos * z);
        let at = [cos * x - sin * y, sin * x + cos * y, z];
        [0, 1, 2].map(|i| format!("{:.5}", at[i] / edges[i]))
    };
    cif_of("amide", group, *edges, *angles, &ATOMS.map(|(element, x, u)| (element, place(x), u)))
}

/// The CIF of any atoms: element, coordinates, U in Å2.
pub fn cif_of(
    name: &str,
    group: &str,
    edges: [f64; 3],
    angles: [f64; 3],
    sites: &[(&str, [String; 3], f64)],
) -> String {
    let mut cif = format!("data_{name}\n");
    for (key, edge) in ["a", "b", "c"].iter().zip(edges) {
        writeln!(cif, "_cell_length_{key} {edge}").unwrap();
    }
    for (key, angle) in ["alpha", "beta", "gamma"].iter().zip(angles) {
        writeln!(cif, "_cell_angle_{key} {angle}").unwrap();
    }
    writeln!(cif, "_space_group_name_H-M_alt '{group}'\nloop_").unwrap();
    for key in ["label", "type_symbol", "fract_x", "fract_y", "fract_z", "U_iso_or_equiv"] {
        writeln!(cif, "_atom_site_{key}").unwrap();
    }
    for (n, (element, [x, y, z], u)) in sites.iter().enumerate() {
        writeln!(cif, "{element}{n} {element} {x} {y} {z} {u}").unwrap();
    }
    cif
}

/// Writes `amide.cif`, `amide.ins` and `amide.hkl`; the rows of the last.
pub fn simulated(folder: &Path, crystal: &Crystal) -> Vec<Row> {
    measured(folder, "amide", &cif(crystal))
}

/// Writes `NAME.cif`, `NAME.ins` and `NAME.hkl`; the rows of the last.
pub fn measured(folder: &Path, name: &str, cif: &str) -> Vec<Row> {
    let path = folder.join(format!("{name}.cif"));
    std::fs::write(&path, cif).unwrap();
    let (model, out) = (path.to_string_lossy(), folder.to_string_lossy());
    let made = seedflip(&["simulate", &model, "-d", "0.85", "--noise", "0.03", "-o", &out]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let text = std::fs::read_to_string(folder.join(format!("{name}.hkl"))).unwrap();
    let row = |line: &str| {
        let index = |n: usize| line[4 * n..4 * n + 4].trim().parse::<i32>().unwrap();
        let number = |n: usize| line[n..n + 8].trim().parse::<f64>().unwrap();
        ([index(0), index(1), index(2)], number(12), number(20))
    };
    text.lines().map(row).take_while(|row| row.0 != [0; 3]).collect()
}
