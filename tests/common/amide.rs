//! An invented amide in P 21/c, as a CIF to be simulated.

use std::fmt::Write;

/// Element, coordinates in Å (a, b and c are nearly at right angles), U in Å2.
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
const EDGES: [f64; 3] = [12.1, 8.3, 9.7];

/// The CIF, with the angle β in degrees.
pub fn amide(beta: f64) -> String {
    let mut cif = format!("data_amide\n_cell_angle_alpha 90\n_cell_angle_beta {beta}\n_cell_angle_gamma 90\n");
    for (key, edge) in ["a", "b", "c"].iter().zip(EDGES) {
        writeln!(cif, "_cell_length_{key} {edge}").unwrap();
    }
    cif.push_str("_space_group_name_H-M_alt 'P 1 21/c 1'\nloop_\n");
    for key in ["label", "type_symbol", "fract_x", "fract_y", "fract_z", "U_iso_or_equiv"] {
        writeln!(cif, "_atom_site_{key}").unwrap();
    }
    for (n, (element, x, u)) in ATOMS.iter().enumerate() {
        let [x, y, z] = [0, 1, 2].map(|i| x[i] / EDGES[i]);
        writeln!(cif, "{element}{n} {element} {x:.5} {y:.5} {z:.5} {u}").unwrap();
    }
    cif
}
