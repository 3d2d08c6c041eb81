//! Neutron data: crystals with deuterium and with hydrogen, which scatters with the opposite sign, come out whole.

use crate::compare::compare;
use crate::program::{repository, seedflip};
use seedflip::crystal::elements::symbol;
use seedflip::formats::read_ins;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// R1 that a model of simulated data with hydrogen in it stays below; without it R1 is 0.2 to 0.5.
const WHOLE: f64 = 0.03;

/// A crystal: name, symbol of the space group, cell, atoms with U in Å².
struct Crystal {
    name: &'static str,
    group: &'static str,
    cell: &'static str,
    atoms: &'static [&'static str],
}

/// Benzene at 218 K (Bacon, Curry & Wilson 1964), deuterated.
const BENZENE: Crystal = Crystal {
    name: "benzene",
    group: "P b c a",
    cell: "7.44 9.55 6.92 90 90 90",
    atoms: &[
        "C -.0569 .1387 -.0054 .035",
        "C -.1335 .0460 .1264 .035",
        "C -.0774 -.0925 .1295 .035",
        "D -.0976 .2447 -.0177 .055",
        "D -.2409 .0794 .2218 .055",
        "D -.1371 -.1631 .2312 .055",
    ],
};
/// Oxalic acid dihydrate.
const OXALIC_ACID: Crystal = Crystal {
    name: "oxalic",
    group: "P 1 21/n 1",
    cell: "6.119 3.607 12.057 90 106.32 90",
    atoms: &[
        "C -.0459 .0588 .0514 .012",
        "O .0855 -.0563 .1487 .018",
        "O -.2208 .2422 .0362 .018",
        "O -.4520 .6303 .1791 .020",
        "H .0240 .0290 .2210 .030",
        "H -.5790 .6870 .1180 .035",
        "H -.3620 .4840 .1480 .035",
    ],
};
/// Rutile: the metal scatters with the opposite sign.
const RUTILE: Crystal = Crystal {
    name: "rutile",
    group: "P 42/m n m",
    cell: "4.5937 4.5937 2.9587 90 90 90",
    atoms: &["Ti 0 0 0 .005", "O .3049 .3049 0 .005"],
};
/// Atoms far from each other: no bond tells carbon from deuterium.
const SCATTERED: Crystal = Crystal {
    name: "scattered",
    group: "P 1 21/c 1",
    cell: "14.0 6.2 6.8 90 99 90",
    atoms: &[
        "C .141 .057 .283 .028",
        "C .083 .408 .424 .032",
        "C .470 .369 .308 .030",
        "N .055 .778 .955 .036",
        "O .425 .551 .107 .031",
        "D .240 .810 .240 .027",
        "D .275 .320 .050 .034",
    ],
};

/// Writes the model, with `to` for each element `from`, and simulates a measurement of it.
fn simulated(folder: &Path, crystal: &Crystal, (from, to): (&str, &str)) -> PathBuf {
    let path = folder.join(crystal.name).with_extension("cif");
    let tags = ["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"];
    let cell: String = tags.iter().zip(crystal.cell.split(' ')).map(|(t, x)| format!("_cell_{t} {x}\n")).collect();
    let atoms: String = crystal.atoms.iter().map(|atom| format!("{}\n", atom.replace(from, to))).collect();
    let text = format!(
        "data_{}\n_diffrn_radiation_probe neutron\n{cell}_space_group_name_H-M_alt '{}'\nloop_\n\
         _atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n\
         _atom_site_U_iso_or_equiv\n{atoms}",
        crystal.name, crystal.group
    );
    std::fs::write(&path, text).unwrap();
    simulate(&path, folder, &[]);
    path
}

/// Simulates a measurement of a model to 0.8 Å.
fn simulate(model: &Path, folder: &Path, more: &[&str]) {
    let (model, folder) = (model.to_str().unwrap(), folder.to_str().unwrap());
    let mut arguments = vec!["simulate", model, "-d", "0.8", "--noise", "0.03", "-o", folder];
    arguments.extend(more);
    let run = seedflip(&arguments);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{model}: {}", run.stderr);
}

/// Solves it; gives the record and what the screen said.
fn solved(folder: &Path, name: &str) -> (Value, String) {
    let ins = folder.join(name).with_extension("ins");
    let run = seedflip(&["solve", ins.to_str().unwrap(), "-o", folder.to_str().unwrap(), "--backend", "cpu"]);
    assert_eq!(run.code, Some(0), "{name}: {}", run.stderr);
    let record = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
    (serde_json::from_str(&record).unwrap(), run.stderr)
}

/// Atoms of a `.res` by element.
fn elements(res: &Path) -> Vec<&'static str> {
    let mut all: Vec<&str> = read_ins(res).unwrap().sites.iter().filter_map(|s| symbol(s.element?)).collect();
    all.sort_unstable();
    all
}

fn comes_out_whole(crystal: &Crystal, (from, to): (&str, &str), expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let model = simulated(folder.path(), crystal, (from, to));
    let (record, screen) = solved(folder.path(), crystal.name);
    let what = format!("{} {to}", crystal.name);
    assert_eq!((&record["solved"], &record["radiation"]), (&true.into(), &"neutron".into()), "{what}: {screen}");
    let r1 = record["candidates"][0]["r1"].as_f64().unwrap();
    assert!(r1 < WHOLE, "{what}: R1 {r1}");
    let res = folder.path().join(format!("{}_a.res", crystal.name));
    assert_eq!(elements(&res), expected, "{what}");
    let found = compare(&res, &model);
    assert!(found.recall == 1.0 && found.precision == 1.0, "{what}: {} {}", found.recall, found.precision);
    let text = std::fs::read_to_string(&res).unwrap();
    assert!(text.contains("\nNEUT\nSFAC "), "{what}: {text}");
    let cif = std::fs::read_to_string(res.with_extension("cif")).unwrap_or_default();
    assert!(cif.contains("_diffrn_radiation_probe          neutron"), "{what}: {cif}");
}

#[test]
fn deuterium_is_told_from_carbon_by_its_bonds() {
    comes_out_whole(&BENZENE, ("", ""), &["C", "C", "C", "D", "D", "D"]);
}

#[test]
fn hydrogen_is_found_in_the_holes_of_the_map() {
    comes_out_whole(&OXALIC_ACID, ("", ""), &["C", "H", "H", "H", "O", "O", "O"]);
    comes_out_whole(&OXALIC_ACID, ("H ", "D "), &["C", "D", "D", "D", "O", "O", "O"]);
    comes_out_whole(&OXALIC_ACID, ("H .0", "D .0"), &["C", "D", "H", "H", "O", "O", "O"]);
}

#[test]
fn a_metal_may_scatter_with_the_opposite_sign() {
    comes_out_whole(&RUTILE, ("", ""), &["O", "Ti"]);
}

#[test]
fn without_bonds_the_numbers_of_unit_tell_carbon_from_deuterium() {
    let folder = tempfile::tempdir().unwrap();
    simulated(folder.path(), &SCATTERED, ("", ""));
    let (record, screen) = solved(folder.path(), SCATTERED.name);
    assert_eq!(record["solved"], true, "{screen}");
    assert_eq!(elements(&folder.path().join("scattered_a.res")), ["C", "C", "C", "D", "D", "N", "O"]);
    // Which is which nobody can say, and that is said.
    let line = "neutrons do not tell C and D (6.65 and 6.67 fm) apart";
    assert!(screen.contains(line), "{screen}");
    assert!(record["data"]["warnings"].to_string().contains(line), "{record}");
}

#[test]
fn lengths_of_a_file_take_the_place_of_tabulated_ones() {
    let folder = tempfile::tempdir().unwrap();
    simulated(folder.path(), &BENZENE, ("", ""));
    let ins = folder.path().join("benzene.ins");
    let text = std::fs::read_to_string(&ins).unwrap();
    let card = |symbol: &str, length: f64| format!("SFAC {symbol} 0 0 0 0 0 0 0 0 {length} 0 0 0 0.7 12");
    let long = |d: f64| text.replace("NEUT\nSFAC C D", &format!("{}\n{}", card("C", 0.6646), card("D", d)));
    let r1 = |d: f64| {
        std::fs::write(&ins, long(d)).unwrap();
        let (record, _) = solved(folder.path(), "benzene");
        assert_eq!(record["radiation"], "neutron");
        record["candidates"][0]["r1"].as_f64().unwrap()
    };
    assert!(r1(0.6671) < WHOLE);
    // As if it were hydrogen: there are no holes.
    assert!(r1(-0.3739) > WHOLE);
    let res = std::fs::read_to_string(folder.path().join("benzene_a.res")).unwrap();
    assert!(res.contains("NEUT\nSFAC C 0 0 0 0 0 0 0 0 0.6646 0"), "{res}");
}

#[test]
fn hydrogen_that_nobody_named_is_missed() {
    let folder = tempfile::tempdir().unwrap();
    simulate(&repository("examples/models/aspirin.cif"), folder.path(), &["--radiation", "neutron"]);
    let (record, screen) = solved(folder.path(), "aspirin");
    assert_eq!(record["solved"], true, "{screen}");
    assert!(screen.contains("neutrons see hydrogen, and SFAC has neither H nor D"), "{screen}");
}
