//! The files that a run writes for other programs: read by gemmi where python3 has it, and known again by the next run.

use crate::program::{Outcome, repository, seedflip};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// Names of what `--write all` adds, without NAME.
const EXTRAS: [&str; 8] =
    ["_a.cif", "_a.mtz", "_a.phs", "_a.xplor", "_a_emap.ccp4", "_patterson.ccp4", "_a_peaks.csv", "_a.hkl"];

fn solve(ins: &Path, out: &TempDir, more: &[&str]) -> Outcome {
    let [ins, out] = [ins, out.path()].map(|p| p.display().to_string());
    let run = seedflip(&[&["solve", &ins, "-o", &out, "--backend", "cpu"], more].concat());
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{}", run.stderr);
    run
}

fn example() -> std::path::PathBuf {
    repository("tests/data/farnesiaside.ins")
}

/// What gemmi is asked of the files, whose folder and NAME are its arguments.
const GEMMI: &str = r#"
import sys, math, gemmi
folder, name = sys.argv[1:3]
path = lambda ending: f'{folder}/{name}{ending}'
block = gemmi.cif.read(path('_a.cif')).sole_block()
text = lambda tag: gemmi.cif.as_string(block.find_value(tag))
assert text('_computing_structure_solution').startswith('seedflip '), 'who solved it'
assert text('_atom_sites_solution_primary') == 'iterative' and text('_space_group_name_H-M_alt') == 'P 1 21 1'
assert float(text('_refine_ls_R_factor_gt')) < 0.05 and text('_diffrn_radiation_probe') == 'x-ray'
small = gemmi.make_small_structure_from_block(block)
assert small.spacegroup.hm == 'P 1 21 1' and len(small.sites) == 36, len(small.sites)
assert all(0 < s.u_iso < 0.2 and s.occ == 1 for s in small.sites)
mtz = gemmi.read_mtz_file(path('_a.mtz'))
assert ''.join(c.type for c in mtz.columns) == 'HHHFQEPWFP' and mtz.spacegroup.hm == 'P 1 21 1'
assert mtz.column_labels()[3:] == ['F', 'SIGF', 'E', 'PHIC', 'FOM', 'FWT', 'PHWT']
assert abs(mtz.datasets[1].wavelength - 0.71073) < 1e-3 or mtz.datasets[1].wavelength > 1
# Phases of the MTZ against those of the atoms in the CIF.
calculator = gemmi.StructureFactorCalculatorX(small.cell)
off = []
for hkl, phase in list(zip(mtz.make_miller_array(), mtz.column_with_label('PHIC')))[:300]:
    f = calculator.calculate_sf_from_small_structure(small, [int(i) for i in hkl])
    if abs(f) > 10 and not math.isnan(phase):
        off.append(abs((math.degrees(math.atan2(f.imag, f.real)) - phase + 180) % 360 - 180))
assert len(off) > 100 and sum(off) / len(off) < 2, (len(off), sum(off) / len(off))
# The map of FWT and PHWT is the map in CCP4, which has its space group and goes around every atom.
stored = gemmi.read_ccp4_map(path('_a.ccp4'))
first, count, sampling = ([stored.header_i32(w + i) for i in range(3)] for w in (5, 1, 8))
for s in small.sites:
    for x, lo, n, m in zip(s.fract.tolist(), first, count, sampling):
        assert lo <= x * m <= lo + n - 1, (s.label, x)
stored.setup(float('nan'))
grid = stored.grid
assert grid.spacegroup.hm == 'P 1 21 1'
made = mtz.transform_f_phi_to_map('FWT', 'PHWT', exact_size=(grid.nu, grid.nv, grid.nw))
pairs = [(a.value, b.value) for a, b in zip(grid, made)]
assert all(abs(a - b) < 0.02 for a, b in pairs), max(abs(a - b) for a, b in pairs)
for ending, group in (('_a_emap.ccp4', 'P 1 21 1'), ('_patterson.ccp4', 'P 1 2/m 1')):
    other = gemmi.read_ccp4_map(path(ending), setup=True).grid
    assert other.spacegroup.hm == group, (ending, other.spacegroup)
highest = max(other, key=lambda p: p.value)
assert (highest.u, highest.v, highest.w) == (0, 0, 0), 'origin of the Patterson map'
print('gemmi agrees on', len(off), 'phases and', len(pairs), 'points')
"#;

#[test]
fn what_is_asked_for_is_written_and_known_again() {
    let out = tempfile::tempdir().unwrap();
    let run = solve(&example(), &out, &["--write", "all"]);
    let file = |ending: &str| out.path().join(format!("farnesiaside{ending}"));
    for ending in EXTRAS {
        assert!(file(ending).is_file() && run.stderr.contains(&format!("farnesiaside{ending}")), "{ending}");
    }
    let has_gemmi = Command::new("python3").args(["-c", "import gemmi"]).output().is_ok_and(|o| o.status.success());
    if has_gemmi {
        let judge = Command::new("python3").args(["-c", GEMMI]).arg(out.path()).arg("farnesiaside").output().unwrap();
        let said = String::from_utf8_lossy(&judge.stdout).into_owned() + &String::from_utf8_lossy(&judge.stderr);
        assert!(judge.status.success(), "{said}");
        println!("{said}");
    } else {
        eprintln!("skipped: python3 with gemmi is not installed here (pip install gemmi)");
    }
    // A CIF that somebody worked on is kept, the rest is replaced or goes.
    let mut edited = std::fs::read_to_string(file("_a.cif")).unwrap();
    edited.push_str("_my_own_work 'a week'\n");
    std::fs::write(file("_a.cif"), &edited).unwrap();
    let run = solve(&example(), &out, &[]);
    assert_eq!(std::fs::read_to_string(file("_a.cif.1")).unwrap(), edited);
    assert!(run.stderr.contains("farnesiaside_a.cif.1"), "{}", run.stderr);
    for ending in &EXTRAS[1..] {
        assert!(!file(ending).exists() && !file(&format!("{ending}.1")).exists(), "{ending}");
    }
}

#[test]
fn the_cif_holds_model_and_reflections_on_request_and_nothing_on_none() {
    let out = tempfile::tempdir().unwrap();
    solve(&example(), &out, &["--write", "embed"]);
    let text = std::fs::read_to_string(out.path().join("farnesiaside_a.cif")).unwrap();
    let field = |tag: &str| text.split(&format!("{tag}\n;\n")).nth(1).and_then(|rest| rest.split("\n;\n").next());
    let (res, hkl) = (field("_shelx_res_file").unwrap(), field("_shelx_hkl_file").unwrap());
    assert!(res.starts_with("TITL ") && res.contains("\nHKLF 4\n") && hkl.lines().count() > 1800, "{res}");
    solve(&example(), &out, &["--write", "none"]);
    assert!(!out.path().join("farnesiaside_a.cif").exists());
}

#[test]
fn lists_that_shelx_would_not_read_are_written_anew_with_their_scale() {
    let (home, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let ins = home.path().join("farnesiaside.ins");
    std::fs::copy(example(), &ins).unwrap();
    let list = std::fs::read_to_string(repository("tests/data/farnesiaside.hkl")).unwrap();
    let free: String = list
        .lines()
        .map(|line| {
            let parts = [&line[..4], &line[4..8], &line[8..12], &line[12..20], &line[20..28]].map(str::trim);
            format!("{} {} {} {}e3 {}e3\n", parts[0], parts[1], parts[2], parts[3], parts[4])
        })
        .collect();
    std::fs::write(home.path().join("farnesiaside.hkl"), free).unwrap();
    solve(&ins, &out, &[]);
    let model = std::fs::read_to_string(out.path().join("farnesiaside_a.res")).unwrap();
    assert!(model.contains("farnesiaside_a.hkl") && model.contains("\nHKLF 4\n"), "{model}");
    // The model fits its own list as it fitted the one that was read.
    let scale =
        |text: &str| -> f64 { text.lines().find_map(|l| l.strip_prefix("FVAR ")).unwrap().trim().parse().unwrap() };
    let strongest =
        |text: &str| -> f64 { text.lines().map(|l| l[12..20].trim().parse::<f64>().unwrap()).fold(0.0, f64::max) };
    let own = std::fs::read_to_string(out.path().join("farnesiaside_a.hkl")).unwrap();
    let plain = tempfile::tempdir().unwrap();
    solve(&example(), &plain, &[]);
    let first = std::fs::read_to_string(plain.path().join("farnesiaside_a.res")).unwrap();
    let expected = (strongest(&own) / strongest(&list)).sqrt();
    assert!((scale(&model) / scale(&first) / expected - 1.0).abs() < 1e-3);
    assert!(!plain.path().join("farnesiaside_a.hkl").exists());
}

#[test]
fn called_as_shelxt_is_called() {
    let home = tempfile::tempdir().unwrap();
    for ending in ["ins", "hkl"] {
        let name = format!("farnesiaside.{ending}");
        std::fs::copy(repository("tests/data").join(&name), home.path().join(name)).unwrap();
    }
    let run = Command::new(env!("CARGO_BIN_EXE_seedflip"))
        .args(["farnesiaside", "-t2", "-a", "-m1000"])
        .current_dir(home.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(run.status.success() && said.contains("no meaning here: -a -m1000"), "{said}");
    let table = std::fs::read_to_string(home.path().join("farnesiaside.lxt")).unwrap();
    let at = table.lines().position(|l| l.trim().starts_with("R1  Rweak Alpha")).unwrap();
    let row = table.lines().nth(at + 1).unwrap();
    // Columns that readers cut out.
    assert_eq!((row[37..51].trim(), row[58..76].trim()), ("P2(1)", "farnesiaside_a"), "{row}");
    assert!(row[..6].trim().parse::<f64>().unwrap() < 0.05 && row.contains("as input"), "{row}");
    assert!(home.path().join("farnesiaside_a.res").is_file());
}

#[test]
fn cards_of_the_input_come_back() {
    let (home, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let ins = home.path().join("farnesiaside.ins");
    let cards = "SFAC C O\nDISP C 0.0033 0.0016 11.5\nUNIT 52 20\nTEMP -173.15\nSIZE 0.1 0.2 0.3";
    let text = std::fs::read_to_string(example()).unwrap().replace("SFAC C O\nUNIT 52 20", cards);
    std::fs::write(&ins, text).unwrap();
    std::fs::copy(repository("tests/data/farnesiaside.hkl"), home.path().join("farnesiaside.hkl")).unwrap();
    solve(&ins, &out, &[]);
    let read = |ending: &str| std::fs::read_to_string(out.path().join(format!("farnesiaside{ending}"))).unwrap();
    let model = read("_a.res");
    assert!(model.contains(cards), "{model}");
    assert!(read("_a.cif").contains("_diffrn_ambient_temperature      100.0\n"));
}

#[test]
fn electron_data_carry_their_scattering_factors() {
    let (home, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let model = repository("examples/models/aspirin.cif").display().to_string();
    let folder = home.path().display().to_string();
    let made = seedflip(&["simulate", &model, "--radiation", "electron", "--resolution", "0.85", "-o", &folder]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    solve(&home.path().join("aspirin.ins"), &out, &[]);
    let text = std::fs::read_to_string(out.path().join("aspirin_a.res")).unwrap();
    assert!(text.contains("\nSFAC C 0.2393 1.1606 ") && text.lines().all(|line| line.len() <= 80), "{text}");
    // They are read back as they were written, and the model of an X-ray run has none.
    let elements = seedflip::formats::read_ins(&out.path().join("aspirin_a.res")).unwrap().elements;
    assert!(elements.iter().all(|e| e.coefficients == seedflip::crystal::scattering::electron_card(e.atomic_number)));
    let xrays = tempfile::tempdir().unwrap();
    solve(&repository("tests/data/aspirin.ins"), &xrays, &[]);
    assert!(std::fs::read_to_string(xrays.path().join("aspirin_a.res")).unwrap().contains("\nSFAC C O\n"));
}
