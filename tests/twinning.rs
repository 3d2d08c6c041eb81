//! Twins through the built program: what is said and written of a simulated crystal of one domain and of two.

#[path = "common/amide.rs"]
mod amide;
#[path = "common/program.rs"]
#[allow(dead_code)] // Files of the repository are not asked for here.
mod program;

use program::seedflip;
use serde_json::Value;
use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

/// Index, intensity, uncertainty.
type Row = ([i32; 3], f64, f64);

fn simulated(folder: &Path) -> Vec<Row> {
    let path = folder.join("amide.cif");
    std::fs::write(&path, amide::amide(90.2)).unwrap();
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
