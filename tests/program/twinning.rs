//! Twins through the built program: what is said and written of a simulated crystal of one domain and of two.

use crate::amide::{Crystal, Row, cif_of, measured, simulated};
use crate::program::seedflip;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// A crystal with half a turn that nearly leaves its lattice as it is.
struct Twin {
    crystal: Crystal,
    /// Signs that the operations of the Laue class give h, k and l.
    equivalents: &'static [[i32; 3]],
    /// Signs of the indices in the second domain.
    law: [i32; 3],
}

const MONOCLINIC: Twin = Twin {
    crystal: Crystal { group: "P 1 21/c 1", edges: [12.1, 8.3, 9.7], angles: [90.0, 90.2, 90.0], tilt: 0.0 },
    equivalents: &[[1, 1, 1], [-1, 1, -1], [1, -1, 1], [-1, -1, -1]],
    law: [1, -1, -1],
};
const TRICLINIC: Twin = Twin {
    crystal: Crystal { group: "P 1", edges: [6.91, 7.86, 4.36], angles: [89.8, 97.0, 90.2], tilt: 35.0 },
    equivalents: &[[1, 1, 1], [-1, -1, -1]],
    law: [-1, 1, -1],
};

/// The list of two domains, with this share of the second.
fn twinned(rows: &[Row], twin: &Twin, share: f64) -> String {
    let by = |hkl: [i32; 3], signs: [i32; 3]| [hkl[0] * signs[0], hkl[1] * signs[1], hkl[2] * signs[2]];
    let images = |row: &Row| twin.equivalents.iter().map(move |signs| (by(row.0, *signs), row.1)).collect::<Vec<_>>();
    let all: HashMap<[i32; 3], f64> = rows.iter().flat_map(images).collect();
    let mut out = String::new();
    for (hkl, intensity, sigma) in rows {
        // The corners of a triclinic sphere have no mate.
        let Some(second) = all.get(&by(*hkl, twin.law)) else { continue };
        let [h, k, l] = hkl;
        writeln!(out, "{h:4}{k:4}{l:4}{:8.2}{sigma:8.2}", (1.0 - share) * intensity + share * second).unwrap();
    }
    out + "   0   0   0    0.00    0.00\n"
}

/// Runs the program on what stands in the folder; the record, the screen, and where the results are.
fn solved(folder: &Path) -> (Value, String, PathBuf) {
    let (ins, out) = (folder.join("amide.ins"), folder.join("out"));
    let (ins, place) = (ins.to_string_lossy(), out.to_string_lossy());
    let solved = seedflip(&["solve", &ins, "-o", &place, "--backend", "cpu"]);
    assert_eq!(solved.code, Some(0), "{}", solved.stderr);
    let record = std::fs::read_to_string(out.join("amide.json")).unwrap();
    (serde_json::from_str(&record).unwrap(), solved.stderr, out)
}

/// Equal domains of a triclinic crystal have monoclinic intensities, and the program once left such a crystal in P m or P 2/m, unsolved.
#[test]
fn a_perfect_twin_of_a_lower_laue_class_is_found_in_its_own_group() {
    let folder = tempfile::tempdir().unwrap();
    let rows = simulated(folder.path(), &TRICLINIC.crystal);
    std::fs::write(folder.path().join("amide.hkl"), twinned(&rows, &TRICLINIC, 0.5)).unwrap();
    let (record, screen, _) = solved(folder.path());
    let first = &record["candidates"][0];
    assert!(screen.contains("P 2/m is taken"), "{screen}");
    assert_eq!((&first["space_group"], &record["solved"]), (&Value::from("P 1"), &Value::from(true)), "{screen}");
    assert!(first["r1"].as_f64().unwrap() < 0.05 && first["twin"]["law"] == "-h, k, -l", "{first}");
    assert!((first["twin"]["fraction"].as_f64().unwrap() - 0.5).abs() < 0.01, "{first}");
}

#[test]
fn a_twin_is_written_with_its_law_and_fraction_and_a_single_crystal_without() {
    let folder = tempfile::tempdir().unwrap();
    let rows = simulated(folder.path(), &MONOCLINIC.crystal);
    for share in [0.0, 0.35] {
        std::fs::write(folder.path().join("amide.hkl"), twinned(&rows, &MONOCLINIC, share)).unwrap();
        let (record, screen, out) = solved(folder.path());
        let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
        let (first, listing, model, cif) =
            (&record["candidates"][0], read("amide.lst"), read("amide_a.res"), read("amide_a.cif"));
        assert!(first["r1"].as_f64().unwrap() < 0.05, "{share}: {first}");
        let laws = first["twin_laws"].as_array().unwrap();
        assert!(laws.iter().any(|law| law["law"] == "h, -k, -l"), "{laws:?}");
        assert!(listing.contains("Twin laws tried"));
        let said = [&screen, &listing, &model].map(|text| text.contains("the crystal is a twin: h, -k, -l"));
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
    let sites = RHOMBOHEDRAL.map(|(element, xyz, u)| (element, xyz.map(|x| format!("{x:.5}")), u));
    let cif = cif_of("rings", "R 3 :H", [14.4179, 14.4179, 8.6508], [90.0, 90.0, 120.0], &sites);
    let rows = measured(folder.path(), "rings", &cif);
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
