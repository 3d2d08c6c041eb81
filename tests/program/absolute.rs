//! The hand of a crystal and its enantiomorphic group from anomalous scattering: through the built program, on simulated data.

use crate::program::seedflip;
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

/// Name, group and group of the other hand, a and c in Å, γ, atoms.
struct Crystal {
    name: &'static str,
    groups: [&'static str; 2],
    edges: [f64; 2],
    gamma: f64,
    atoms: &'static [(&'static str, [f64; 3])],
}

/// Low quartz: Levien, Prewitt & Weidner, Am. Mineral. 65 (1980) 920; sodium chlorate: Abrahams & Bernstein, Acta Cryst. B33 (1977) 3601; cinnabar:
/// Auvray & Genet, Bull. Soc. fr. Minéral. Cristallogr. 96 (1973) 218.
const CRYSTALS: [Crystal; 3] = [
    Crystal {
        name: "quartz",
        groups: ["P 32 2 1", "P 31 2 1"],
        edges: [4.9134, 5.4052],
        gamma: 120.0,
        atoms: &[("Si", [0.4697, 0.0, 2.0 / 3.0]), ("O", [0.4133, 0.2672, 0.7855])],
    },
    Crystal {
        name: "chlorate",
        groups: ["P 21 3", "P 21 3"],
        edges: [6.5755, 6.5755],
        gamma: 90.0,
        atoms: &[("Na", [0.0686; 3]), ("Cl", [0.4182; 3]), ("O", [0.3028, 0.5924, 0.5052])],
    },
    Crystal {
        name: "cinnabar",
        groups: ["P 31 2 1", "P 32 2 1"],
        edges: [4.149, 9.495],
        gamma: 120.0,
        atoms: &[("Hg", [0.7198, 0.0, 1.0 / 3.0]), ("S", [0.4889, 0.0, 5.0 / 6.0])],
    },
];

/// The crystal (0), or its mirror image (1), measured with Mo Kα to 0.6 Å; gives the path of the files without an extension.
fn measured(folder: &Path, crystal: &Crystal, hand: usize) -> String {
    let name = format!("{}{hand}", crystal.name);
    let [a, c] = crystal.edges;
    let mut cif = format!("data_{name}\n_cell_length_a {a}\n_cell_length_b {a}\n_cell_length_c {c}\n");
    writeln!(cif, "_cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma {}", crystal.gamma).unwrap();
    writeln!(cif, "_diffrn_radiation_wavelength 0.71073\n_space_group_name_H-M_alt '{}'\nloop_", crystal.groups[hand])
        .unwrap();
    for key in ["label", "type_symbol", "fract_x", "fract_y", "fract_z", "U_iso_or_equiv"] {
        writeln!(cif, "_atom_site_{key}").unwrap();
    }
    let sign = [1.0, -1.0][hand];
    for (element, [x, y, z]) in crystal.atoms {
        writeln!(cif, "{element}1 {element} {:.6} {:.6} {:.6} 0.008", sign * x, sign * y, sign * z).unwrap();
    }
    let path = folder.join(format!("{name}.cif"));
    std::fs::write(&path, cif).unwrap();
    let (model, out) = (path.to_string_lossy(), folder.to_string_lossy());
    let made = seedflip(&["simulate", &model, "-d", "0.6", "--noise", "0.01", "--friedel", "-o", &out]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    folder.join(name).to_string_lossy().into_owned()
}

fn solved(stem: &str, seed: u32) -> Value {
    let (ins, out, seed) = (format!("{stem}.ins"), format!("{stem}.out"), seed.to_string());
    let solved = seedflip(&["solve", &ins, "-o", &out, "-q", "--backend", "cpu", "--seed", &seed]);
    assert_eq!(solved.code, Some(0), "{stem}: {}", solved.stderr);
    let name = Path::new(stem).file_name().unwrap().to_string_lossy().into_owned();
    serde_json::from_str(&std::fs::read_to_string(format!("{out}/{name}.json")).unwrap()).unwrap()
}

fn checked(crystal: &Crystal, record: &Value, expected: &str) {
    assert_eq!(record["solved"], true, "{}: {}", crystal.name, record["evidence"]);
    assert_eq!(record["space_group"]["hermann_mauguin"], expected, "{}", crystal.name);
    let flack = &record["candidates"][0]["absolute_structure"];
    let [x, sigma] = ["x", "sigma"].map(|key| flack[key].as_f64().unwrap());
    assert!(x.abs() < (3.0 * sigma).max(0.05) && sigma < 0.1, "{}: {flack}", crystal.name);
}

#[test]
fn either_hand_is_found_whatever_the_header_says() {
    let mut turned = 0;
    for crystal in &CRYSTALS {
        let folder = tempfile::tempdir().unwrap();
        let stems = [0, 1].map(|hand| measured(folder.path(), crystal, hand));
        for seed in [1, 2] {
            for (stem, group) in stems.iter().zip(crystal.groups) {
                let record = solved(stem, seed);
                checked(crystal, &record, group);
                turned += usize::from(record["candidates"][0]["absolute_structure"]["inverted"] == true);
            }
        }
        // The header of the mirror image.
        std::fs::copy(format!("{}.ins", stems[1]), format!("{}.ins", stems[0])).unwrap();
        checked(crystal, &solved(&stems[0], 1), crystal.groups[0]);
    }
    assert!(turned > 0, "no structure came out of the other hand by chance: nothing was tested");
}

#[test]
fn a_model_says_which_hand_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let stem = measured(folder.path(), &CRYSTALS[1], 0);
    solved(&stem, 1);
    let name = Path::new(&stem).file_name().unwrap().to_string_lossy().into_owned();
    for ending in ["_a.res", ".lst"] {
        let text = std::fs::read_to_string(format!("{stem}.out/{name}{ending}")).unwrap();
        assert!(text.contains("absolute structure: Flack x "), "{ending}");
    }
}
