//! Inputs that once went wrong, as people have them, through the built program; the rest of their kind is in `doors.rs` (layouts, cards,
//! names, axes), `doors_in.rs` (kinds of files) and `layouts.rs`.

use crate::plain::{CONTENTS, TIME_LIMIT, folder, text};
use crate::program::{Outcome, seedflip};
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;

/// Fe2 Cl2 S2 O2 N2 C4 at random places 2.4 Å apart and more.
const HEAVY: &str = "data_heavy\n_cell_length_a 9\n_cell_length_b 12\n_cell_length_c 13\n_cell_angle_beta 95\n\
_space_group_name_H-M_alt 'P 1 21/n 1'\n_diffrn_radiation_wavelength 0.71073\nloop_\n_atom_site_label\n_atom_site_fract_x\n\
_atom_site_fract_y\n_atom_site_fract_z\n_atom_site_U_iso_or_equiv\n\
Fe1 0.262 0.298 0.814 0.02\n\
Fe2 0.092 0.6 0.729 0.02\n\
Cl3 0.188 0.055 0.275 0.03\n\
Cl4 0.433 0.669 0.423 0.03\n\
S5 0.392 0.187 0.346 0.03\n\
S6 0.318 0.924 0.471 0.03\n\
O7 0.694 0.107 0.105 0.03\n\
O8 0.517 0.593 0.862 0.03\n\
N9 0.75 0.574 0.617 0.03\n\
N10 0.613 0.285 0.91 0.03\n\
C11 0.47 0.588 0.626 0.03\n\
C12 0.045 0.623 0.493 0.03\n\
C13 0.2 0.715 0.942 0.03\n\
C14 0.261 0.499 0.85 0.03\n";

/// A run in the folder, its results beside the input.
fn solve(folder: &TempDir, name: &str) -> Outcome {
    let path = folder.path();
    let words = [
        Path::new("solve"),
        &path.join(name),
        Path::new("-o"),
        path,
        Path::new("--backend=cpu"),
        Path::new(TIME_LIMIT),
    ];
    seedflip(&words)
}

fn read(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

/// UNIT that is too small, zero, or not there with all that goes with it: the whole model comes, and a line says so.
#[test]
fn contents_that_are_wrong_or_missing() {
    let (ins, hkl) = (text("plain.ins"), text("plain.hkl"));
    let cards = "SFAC C N O\nUNIT 20 4 4\n";
    assert!(ins.contains(cards) && ins.contains("HKLF 4\n"));
    for (what, said) in [
        ("SFAC C N O\nUNIT 14 3 3\n", "UNIT says 20 atoms but H"),
        ("SFAC C H N O\nUNIT 0 0 0 0\n", "UNIT gives no numbers"),
        ("SFAC C\nUNIT 0\n", "UNIT gives no numbers"),
        ("", "no SFAC card"),
    ] {
        let cards = ins.replace(cards, what).replace("HKLF 4\n", if what.is_empty() { "" } else { "HKLF 4\n" });
        let folder = folder(&[("t.ins", cards.as_bytes()), ("t.hkl", hkl.as_bytes())]);
        let run = solve(&folder, "t.ins");
        assert!(run.code == Some(0) && run.stderr.contains("\nSOLVED"), "{what}: {}", run.stderr);
        let (screen, listing) = (run.stderr, read(&folder, "t.lst"));
        assert!(screen.contains(said) || listing.contains(said), "{what}: {said:?} is missing: {screen}{listing}");
        assert!(what.starts_with("SFAC C\n") || screen.contains(CONTENTS), "{what}: {screen}");
    }
}

/// Elements that SFAC lacks are proposed, in a line of the listing.
#[test]
fn elements_that_nobody_named() {
    let folder = folder(&[("t.cif", HEAVY.as_bytes())]);
    let (cif, ins) = (folder.path().join("t.cif"), folder.path().join("t.ins"));
    let words = ["simulate", &cif.to_string_lossy(), "-d", "0.95", "--noise", "0.02", "-o", &ins.to_string_lossy()]
        .map(str::to_owned);
    assert_eq!(seedflip(&words).code, Some(0));
    std::fs::remove_file(cif).unwrap();
    let cards: String = std::fs::read_to_string(&ins)
        .unwrap()
        .lines()
        .map(|line| match line.get(..4) {
            Some("SFAC") => "SFAC C H N O\n".to_owned(),
            Some("UNIT") => "UNIT 16 0 8 8\n".to_owned(),
            _ => format!("{line}\n"),
        })
        .collect();
    std::fs::write(&ins, cards).unwrap();
    let run = solve(&folder, "t.ins");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let (listing, model) = (read(&folder, "t.lst"), read(&folder, "t_a.res"));
    assert!(listing.contains("not on SFAC: no element there scatters like it"), "{listing}");
    let named = |line: &str| line.starts_with("SFAC") && ["Mn", "Fe", "Co"].iter().any(|metal| line.contains(metal));
    assert!(model.lines().any(named), "{model}");
}

/// One CIF with both text fields is an input.
#[test]
fn a_cif_is_solved_by_itself() {
    let (ins, hkl) = (text("plain.ins"), text("plain.hkl"));
    let cif = format!("data_t\n_shelx_res_file\n;\n{ins};\n_shelx_hkl_file\n;\n{hkl};\n");
    let folder = folder(&[("t.cif", cif.as_bytes())]);
    let run = solve(&folder, "t.cif");
    assert!(run.code == Some(0) && run.stderr.contains("\nSOLVED") && run.stderr.contains(CONTENTS), "{}", run.stderr);
}

/// Files of the user with the names of results: kept, under a name that is said; the listing gets one of its own.
#[test]
fn files_of_the_user_are_kept() {
    let (ins, hkl) = (text("plain.ins"), text("plain.hkl"));
    let own = ["t.lst", "t_a.res", "t_b.res", "t_c.res"];
    let mut files: Vec<(&str, &[u8])> = vec![("t.ins", ins.as_bytes()), ("t.hkl", hkl.as_bytes())];
    files.extend(own.map(|name| (name, name.as_bytes())));
    let folder = folder(&files);
    let run = solve(&folder, "t.ins");
    assert!(run.code == Some(0) && run.stderr.contains("\nSOLVED"), "{}", run.stderr);
    for name in own {
        let kept = if name == "t.lst" { name.to_owned() } else { format!("{name}.1") };
        assert_eq!(read(&folder, &kept), name);
        let said = |line: &str| line.contains(name) && (line.contains(&kept) || line.contains("stays"));
        assert!(run.stderr.lines().any(said), "{name}: {}", run.stderr);
    }
    assert!(read(&folder, "t.sfl").starts_with("seedflip ") && read(&folder, "t_a.res").contains("seedflip"));
}

/// An array of an `.npz` of this shape, as many zeros as `bytes`.
fn array(archive: &mut zip::ZipWriter<std::io::Cursor<Vec<u8>>>, name: &str, shape: &str, bytes: usize) {
    archive.start_file(format!("{name}.npy"), zip::write::SimpleFileOptions::default()).unwrap();
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n");
    archive.write_all(b"\x93NUMPY\x01\0").unwrap();
    archive.write_all(&(header.len() as u16).to_le_bytes()).unwrap();
    archive.write_all(header.as_bytes()).unwrap();
    for piece in std::iter::repeat_n([0u8; 1 << 16], bytes >> 16) {
        archive.write_all(&piece).unwrap();
    }
}

/// Small archives that say they hold very many sets, or that unpack to very much: one line, and no memory.
#[test]
fn archives_of_seeds_that_are_too_large() {
    let (ins, hkl) = (text("plain.ins"), text("plain.hkl"));
    for (hkl_shape, sets, bytes, words) in [
        ("(0, 3)", "(1000000000000, 0)", 0, "hkl has no rows"),
        ("(0, 3)", "(1000000000000000000, 0)", 0, "hkl has no rows"),
        ("(4000000, 3)", "(4000000,)", 96_000_000, "hkl takes more than 64 MB unpacked"),
    ] {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        array(&mut archive, "hkl", hkl_shape, bytes);
        array(&mut archive, "phase_deg", sets, bytes / 3);
        let seeds = archive.finish().unwrap().into_inner();
        assert!(seeds.len() < 1 << 20);
        let folder = folder(&[("t.ins", ins.as_bytes()), ("t.hkl", hkl.as_bytes()), ("s.npz", &seeds)]);
        let run = seedflip(&[
            Path::new("seed"),
            Path::new("check"),
            &folder.path().join("t.ins"),
            &folder.path().join("s.npz"),
        ]);
        assert_eq!((run.code, run.stderr.lines().count()), (Some(1), 1), "{}", run.stderr);
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
}
