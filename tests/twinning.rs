//! Twins through the built program: what is said and written of a simulated crystal of one domain and of two.

#[path = "common/program.rs"]
#[allow(dead_code)] // Files of the repository are not asked for here.
mod program;

use program::seedflip;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::path::Path;

/// Element, coordinates in Å (a, b and c are nearly at right angles), U in Å2: an invented amide in P 21/c.
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

/// Index, intensity, uncertainty.
type Row = ([i32; 3], f64, f64);

fn simulated(folder: &Path) -> Vec<Row> {
    let [a, b, c] = EDGES;
    let cell = [("length_a", a), ("length_b", b), ("length_c", c), ("angle_beta", 90.2)];
    let place = |x: [f64; 3]| [0, 1, 2].map(|i| format!("{:.5}", x[i] / EDGES[i]));
    measured(folder, "amide", "P 1 21/c 1", &cell, &ATOMS.map(|(element, x, u)| (element, place(x), u)))
}

/// The list of a crystal of which the cell is given where it is not 90 degrees, with `NAME.ins` beside it.
fn measured(
    folder: &Path,
    name: &str,
    group: &str,
    cell: &[(&str, f64)],
    sites: &[(&str, [String; 3], f64)],
) -> Vec<Row> {
    let mut cif = format!("data_{name}\n");
    for key in ["angle_alpha", "angle_beta", "angle_gamma"].iter().filter(|key| cell.iter().all(|(own, _)| own != *key))
    {
        writeln!(cif, "_cell_{key} 90").unwrap();
    }
    for (key, value) in cell {
        writeln!(cif, "_cell_{key} {value}").unwrap();
    }
    writeln!(cif, "_space_group_name_H-M_alt '{group}'\nloop_").unwrap();
    for key in ["label", "type_symbol", "fract_x", "fract_y", "fract_z", "U_iso_or_equiv"] {
        writeln!(cif, "_atom_site_{key}").unwrap();
    }
    for (n, (element, [x, y, z], u)) in sites.iter().enumerate() {
        writeln!(cif, "{element}{n} {element} {x} {y} {z} {u}").unwrap();
    }
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

/// Half a turn about a, with this share of the second domain.
fn twinned(rows: &[Row], share: f64) -> String {
    let equivalents = |[h, k, l]: [i32; 3]| [[h, k, l], [-h, k, -l], [h, -k, l], [-h, -k, -l]];
    let all: HashMap<[i32; 3], f64> = rows.iter().flat_map(|row| equivalents(row.0).map(|hkl| (hkl, row.1))).collect();
    let mut out = String::new();
    for ([h, k, l], intensity, sigma) in rows {
        let second = all.get(&[*h, -k, -l]).copied().unwrap_or(0.0);
        writeln!(out, "{h:4}{k:4}{l:4}{:8.2}{sigma:8.2}", (1.0 - share) * intensity + share * second).unwrap();
    }
    out + "   0   0   0    0.00    0.00\n"
}

#[test]
fn a_twin_is_written_with_its_law_and_fraction_and_a_single_crystal_without() {
    let folder = tempfile::tempdir().unwrap();
    let rows = simulated(folder.path());
    for share in [0.0, 0.35] {
        std::fs::write(folder.path().join("amide.hkl"), twinned(&rows, share)).unwrap();
        let (ins, out) = (folder.path().join("amide.ins"), folder.path().join("out"));
        let solved = seedflip(&["solve", &ins.to_string_lossy(), "-o", &out.to_string_lossy(), "--backend", "cpu"]);
        assert_eq!(solved.code, Some(0), "{}", solved.stderr);
        let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
        let record: Value = serde_json::from_str(&read("amide.json")).unwrap();
        let (first, listing, model, cif) =
            (&record["candidates"][0], read("amide.lst"), read("amide_a.res"), read("amide_a.cif"));
        assert!(first["r1"].as_f64().unwrap() < 0.05, "{share}: {first}");
        let laws = first["twin_laws"].as_array().unwrap();
        assert!(laws.iter().any(|law| law["law"] == "h, -k, -l"), "{laws:?}");
        assert!(listing.contains("Twin laws tried"));
        let said = [&solved.stderr, &listing, &model].map(|text| text.contains("the crystal is a twin: h, -k, -l"));
        let cards = model.contains("\nTWIN 1 0 0 0 -1 0 0 0 -1 2\nBASF 0.3");
        let domains = cif.contains("_twin_individual_mass_fraction_refined");
        if share == 0.0 {
            assert!(first["twin"].is_null() && said == [false; 3] && !model.contains("TWIN") && !domains);
            continue;
        }
        assert!(said == [true; 3] && cards && domains, "{said:?}\n{model}");
        let warnings = record["data"]["warnings"].as_array().unwrap();
        assert!(warnings.iter().any(|line| line.as_str().unwrap().contains("twin: h, -k, -l")), "{warnings:?}");
        let twin = &first["twin"];
        assert!((twin["fraction"].as_f64().unwrap() - share).abs() < 0.01, "{twin}");
        assert!(twin["reach"].is_null() && twin["r1_without"].as_f64().unwrap() > 0.15, "{twin}");
    }
}

/// Element, fractional coordinates, U in Å2: an invented molecule in R 3 on hexagonal axes.
const RHOMBOHEDRAL: [(&str, [f64; 3], f64); 7] = [
    ("S", [0.11880, 0.38063, 0.23338], 0.0347),
    ("O", [0.28155, 0.27822, 0.03581], 0.0253),
    ("O", [0.12599, 0.15055, 0.13253], 0.0423),
    ("N", [0.00669, 0.20171, -0.04440], 0.0363),
    ("C", [0.12353, 0.27826, -0.04054], 0.0282),
    ("C", [0.18250, 0.23165, 0.04993], 0.0280),
    ("C", [0.14661, 0.38533, 0.02720], 0.0279),
];

/// The list of an obverse domain and a reverse one with the given share: reflections of both, those with l = 3n added.
fn both_domains(rows: &[Row], share: f64) -> String {
    let stands = |[h, k, l]: [i32; 3]| {
        let images = [[h, k, l], [k, -h - k, l], [-h - k, h, l]];
        images.into_iter().flat_map(|image| [image, image.map(|x| -x)]).max().unwrap()
    };
    let mut sums: BTreeMap<[i32; 3], [f64; 2]> = BTreeMap::new();
    for ([h, k, l], intensity, sigma) in rows {
        for (part, hkl) in [(1.0 - share, [*h, *k, *l]), (share, [-h, -k, *l])] {
            let sum = sums.entry(stands(hkl)).or_default();
            *sum = [sum[0] + part * intensity, sum[1].hypot(part * sigma)];
        }
    }
    let mut out = String::new();
    for ([h, k, l], [intensity, sigma]) in sums {
        writeln!(out, "{h:4}{k:4}{l:4}{intensity:8.2}{sigma:8.2}").unwrap();
    }
    out + "   0   0   0    0.00    0.00\n"
}

#[test]
fn obverse_and_reverse_domains_under_a_primitive_header_are_one_rhombohedral_twin() {
    let folder = tempfile::tempdir().unwrap();
    let cell = [("length_a", 14.4179), ("length_b", 14.4179), ("length_c", 8.6508), ("angle_gamma", 120.0)];
    let sites = RHOMBOHEDRAL.map(|(element, xyz, u)| (element, xyz.map(|x| format!("{x:.5}")), u));
    let rows = measured(folder.path(), "rings", "R 3 :H", &cell, &sites);
    let ins = folder.path().join("rings.ins");
    let primitive = std::fs::read_to_string(&ins).unwrap().replace("LATT -3", "LATT -1");
    assert!(primitive.contains("LATT -1"), "{primitive}");
    std::fs::write(&ins, primitive).unwrap();
    std::fs::write(folder.path().join("rings.hkl"), both_domains(&rows, 0.3)).unwrap();
    let out = folder.path().join("out");
    let solved = seedflip(&["solve", &ins.to_string_lossy(), "-o", &out.to_string_lossy(), "--backend", "cpu"]);
    assert_eq!(solved.code, Some(0), "{}", solved.stderr);
    assert!(solved.stderr.contains("obverse/reverse"), "{}", solved.stderr);
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let record: Value = serde_json::from_str(&read("rings.json")).unwrap();
    let first = &record["candidates"][0];
    assert!(record["solved"] == true && first["space_group"] == "R 3:H", "{first}");
    assert!((first["twin"]["fraction"].as_f64().unwrap() - 0.3).abs() < 0.03, "{first}");
    assert!(first["r1"].as_f64().unwrap() < 0.03, "{first}");
    let model = read("rings_a.res");
    assert!(model.contains("LATT -3") && model.contains("\nTWIN -1 0 0 0 -1 0 0 0 1 2\nBASF 0.3"), "{model}");
}
