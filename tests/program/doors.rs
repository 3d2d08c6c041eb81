//! How data come in: layouts of the list, manners of writing the cards, names of the files. The same structure in all.

use crate::plain::{CONTENTS, TIME_LIMIT, folder, text};
use crate::program::{Outcome, seedflip};
use seedflip::formats::{Hklf, HklfFormat, parse_hkl};
use std::path::Path;
use tempfile::TempDir;

/// What every run on the plain structure ends with.
const SOLVED: &str = "P 1 21/c 1, R1 0.0";

/// h, k, l, F² and σ of the plain list.
fn rows() -> Vec<([i32; 3], f64, f64)> {
    let list = text("plain.hkl");
    let number = |line: &str, columns: std::ops::Range<usize>| line[columns].trim().parse::<f64>().unwrap();
    let index = |line: &str, i: usize| number(line, 4 * i..4 * i + 4) as i32;
    let row = |line: &str| ([0, 1, 2].map(|i| index(line, i)), number(line, 12..20), number(line, 20..28));
    let rows = list.lines().map(row);
    rows.take_while(|row| row.0 != [0, 0, 0]).collect()
}

fn solve(folder: &TempDir, name: &str) -> Outcome {
    let path = folder.path();
    let (name, out) = (path.join(name), path.join("out"));
    seedflip(&[Path::new("solve"), &name, Path::new("-o"), &out, Path::new("--backend=cpu"), Path::new(TIME_LIMIT)])
}

/// The plain structure comes out, and these words on the way.
fn comes(files: &[(&str, &[u8])], name: &str, words: &str) {
    let folder = folder(files);
    let run = solve(&folder, name);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for word in ["\nSOLVED", SOLVED, CONTENTS, words] {
        assert!(run.stderr.contains(word), "{word:?} is missing: {}", run.stderr);
    }
}

/// Refused in one line with these words.
fn refused(files: &[(&str, &[u8])], name: &str, words: &str) {
    let folder = folder(files);
    let run = solve(&folder, name);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains(words), "{}", run.stderr);
    assert!(!folder.path().join("out").exists());
}

/// The list in a layout of its own.
fn list(row: impl Fn([i32; 3], f64, f64) -> String) -> String {
    rows().into_iter().map(|(hkl, value, sigma)| row(hkl, value, sigma) + "\n").collect()
}

/// The same with several reflections in a line.
fn several(each: usize, row: impl Fn([i32; 3], f64, f64) -> String) -> String {
    let parts: Vec<String> = rows().into_iter().map(|(hkl, value, sigma)| row(hkl, value, sigma)).collect();
    parts.chunks(each).map(|line| line.concat() + "\n").collect()
}

#[test]
fn no_row_of_any_layout_is_misread() {
    let plain = list(|[h, k, l], f, s| format!("{h:4}{k:4}{l:4}{f:8.2}{s:8.2}"));
    let wide = list(|[h, k, l], f, s| format!("{h:5}{k:5}{l:5}{f:10.2}{s:10.2}"));
    let free = list(|[h, k, l], f, s| format!("{h} {k} {l} {f:.2} {s:.2}"));
    // Factor on the indices, on the data, σ there or not.
    for (name, text, index, factor, sigma) in [
        ("3I4,2F8.2", plain.clone(), 1, 1.0, true),
        ("3I4,2F8.2,I4", list(|[h, k, l], f, s| format!("{h:4}{k:4}{l:4}{f:8.2}{s:8.2}{:4}", 1)), 1, 1.0, true),
        (
            "3I4,2F8 that touch",
            list(|[h, k, l], f, s| format!("{h:4}{k:4}{l:4}{:8.2}{:8.2}", f * 9.0, s * 9.0)),
            1,
            9.0,
            true,
        ),
        (
            "3I4,2F9 that touch",
            list(|[h, k, l], f, s| format!("{h:4}{k:4}{l:4}{:9.2}{:9.2}", f * 90.0, s * 90.0)),
            1,
            90.0,
            true,
        ),
        ("3I5,2F10", wide.clone(), 1, 1.0, true),
        ("3I5,2F10 with an end", format!("{wide}    0    0    0      0.00      0.00\n"), 1, 1.0, true),
        ("3I3,2F8", list(|[h, k, l], f, s| format!("{h:3}{k:3}{l:3}{f:8.2}{s:8.2}")), 1, 1.0, true),
        ("3I7,2F9", list(|[h, k, l], f, s| format!("{h:7}{k:7}{l:7}{f:9.2}{s:9.2}{:4}", 2)), 1, 1.0, true),
        ("free", free.clone(), 1, 1.0, true),
        ("free with a bare end", format!("{free}0 0 0\n1 2 3\nwords\n"), 1, 1.0, true),
        ("tabs", list(|[h, k, l], f, s| format!("{h}\t{k}\t{l}\t{f:.2}\t{s:.2}")), 1, 1.0, true),
        ("commas", list(|[h, k, l], f, s| format!("{h},{k},{l},{f:.2},{s:.2}")), 1, 1.0, true),
        (
            "decimal commas",
            list(|[h, k, l], f, s| format!("{h};{k};{l};{f:.2};{s:.2}").replace('.', ",")),
            1,
            1.0,
            true,
        ),
        ("columns with commas", plain.replace('.', ","), 1, 1.0, true),
        ("batch before F²", list(|[h, k, l], f, s| format!("{h:4}{k:4}{l:4}{:4}{f:8.2}{s:8.2}", 3)), 1, 1.0, true),
        ("σ missing", list(|[h, k, l], f, _| format!("{h:4}{k:4}{l:4}{f:8.2}")), 1, 1.0, false),
        ("free, σ missing", list(|[h, k, l], f, _| format!("{h} {k} {l} {f:.2}")), 1, 1.0, false),
        (
            "rows behind the end",
            format!("{plain}   0   0   0    0.00    0.00\n   1   1   1   10.00    1.00\n"),
            1,
            1.0,
            true,
        ),
        ("no last line end", plain.trim_end().to_owned(), 1, 1.0, true),
        (
            "indices that touch",
            list(|[h, k, l], f, s| format!("{:4}{:4}{:4}{f:8.2}{s:8.2}", h * 50, k * 50, l * 50)),
            50,
            1.0,
            true,
        ),
        ("two a line", several(2, |[h, k, l], f, s| format!("{h} {k} {l} {f:.2} {s:.2} ")), 1, 1.0, true),
        (
            "three a line that touch, and an end",
            several(3, |[h, k, l], f, s| format!("{h:4}{k:4}{l:4}{:8.2}{:8.2}", f * 9.0, s * 9.0)) + "   0   0   0\n",
            1,
            9.0,
            true,
        ),
        ("four a line, σ missing", several(4, |[h, k, l], f, _| format!("{h:4}{k:4}{l:4}{f:8.2}")), 1, 1.0, false),
        (
            "five a line with a batch",
            several(5, |[h, k, l], f, s| format!("{h:5}{k:5}{l:5}{f:9.2}{s:9.2}  1")),
            1,
            1.0,
            true,
        ),
        ("blank line first", format!("\n{plain}"), 1, 1.0, true),
        ("F(000) first", format!("   0   0   0 9999.00    1.00\n{plain}"), 1, 1.0, true),
        ("names first", format!("# of a crystal\n h   k   l   F2  sigma\n{plain}"), 1, 1.0, true),
        ("old Macintosh", plain.replace('\n', "\r"), 1, 1.0, true),
        ("copied twice from DOS", plain.replace('\n', "\r\r\n") + "\u{1a}", 1, 1.0, true),
        ("byte-order mark", format!("\u{feff}{plain}"), 1, 1.0, true),
    ] {
        let file =
            parse_hkl(Path::new("x.hkl"), text.as_bytes(), &Hklf::default()).unwrap_or_else(|e| panic!("{name}: {e}"));
        let expected = rows();
        assert_eq!(file.reflections.len(), expected.len(), "{name}: {:?}", file.warnings);
        for (found, (hkl, value, s)) in file.reflections.iter().zip(expected) {
            assert_eq!(found.hkl, hkl.map(|i| i * index), "{name}");
            assert!((found.intensity - value * factor).abs() < 1e-6 * factor, "{name}: {found:?}");
            let s = if sigma { s.max(0.0) * factor } else { 0.0 };
            assert!((found.sigma - s).abs() < 1e-6 * factor, "{name}: {found:?}");
        }
    }
    let utf16: Vec<u8> = format!("\u{feff}{plain}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let file = parse_hkl(Path::new("x.hkl"), &utf16, &Hklf::default()).unwrap();
    assert_eq!(file.reflections.len(), rows().len());
    // Whole numbers as F² and σ before a column that touches them: refused, not split at the blanks that are left.
    let touching = list(|[h, k, l], f, s| {
        format!("{h:4}{k:4}{l:4}{:8.0}{:8.0}{:8.4}{:8}", f * 100.0, s * 100.0, 50.0 + f.abs() % 200.0, 3)
    });
    let error = parse_hkl(Path::new("x.hkl"), touching.as_bytes(), &Hklf::default()).unwrap_err().to_string();
    assert!(error.contains("one of several columns"), "{error}");
    // A row in other columns than the rest is refused, not guessed at.
    let mixed = format!("{plain}    1    2    3     10.00      1.00\n");
    let error = parse_hkl(Path::new("x.hkl"), mixed.as_bytes(), &Hklf::default()).unwrap_err().to_string();
    assert!(error.starts_with(&format!("x.hkl:{}: ", rows().len() + 1)) && error.contains("3I4,2F8,I4"), "{error}");
}

#[test]
fn lists_of_satellites_and_of_twins_are_said_to_be_so() {
    let modulated = list(|[h, k, l], f, s| format!("{h:4}{k:4}{l:4}{:4}{f:8.2}{s:8.2}", (h + k) % 2));
    let file = parse_hkl(Path::new("x.hkl"), modulated.as_bytes(), &Hklf::default()).unwrap();
    assert_eq!(file.reflections.len(), rows().iter().filter(|row| (row.0[0] + row.0[1]) % 2 == 0).count());
    assert!(file.warnings.iter().any(|w| w.contains("4 indices")), "{:?}", file.warnings);
    let twin = list(|[h, k, l], f, s| {
        let other = if l % 2 == 0 { format!("{:4}{k:4}{l:4}{f:8.2}{s:8.2}  -2\n", -h) } else { String::new() };
        format!("{other}{h:4}{k:4}{l:4}{f:8.2}{s:8.2}   1")
    });
    let file = parse_hkl(Path::new("x.hkl"), twin.as_bytes(), &Hklf::default()).unwrap();
    let overlaps = rows().iter().filter(|row| row.0[2] % 2 == 0).count();
    assert_eq!((file.reflections.len(), file.quantity), (rows().len() + overlaps, HklfFormat::TwinIntensities));
    assert!(file.warnings.iter().any(|w| w.contains("HKLF 5")), "{:?}", file.warnings);
    // Batch −1 is also the mark of R_free.
    let free = list(|[h, k, l], f, s| {
        format!("{h:4}{k:4}{l:4}{f:8.2}{s:8.2}{:4}", if h % 3 == 0 { -1 } else { 1 + i32::from(k > 2) })
    });
    let file = parse_hkl(Path::new("x.hkl"), free.as_bytes(), &Hklf::default()).unwrap();
    assert_eq!((file.reflections.len(), file.warnings.len()), (rows().len(), 0), "{:?}", file.warnings);
}

#[test]
fn manners_of_writing_cards() {
    let (ins, hkl) = (text("plain.ins"), text("plain.hkl"));
    let list: (&str, &[u8]) = ("t.hkl", hkl.as_bytes());
    let off = ins.replace("UNIT", " SFAC CL FE\nUNIT").replace("HKLF 4", " HKLF 5\nHKLF 4");
    comes(&[("t.ins", off.as_bytes()), list], "t.ins", "2 lines begin with a blank");
    let twice = ins.replace("SFAC C N O\nUNIT 20 4 4", "SFAC C O2- C N\nUNIT 12 4 8 4");
    let place = folder(&[("t.ins", twice.as_bytes()), list]);
    let run = solve(&place, "t.ins");
    assert!(run.stderr.contains("SFAC names C more than once") && run.stderr.contains(CONTENTS), "{}", run.stderr);
    let model = std::fs::read_to_string(place.path().join("out/t_a.res")).unwrap();
    let labels: Vec<&str> =
        model.lines().filter_map(|l| l.strip_prefix("SFAC ")).flat_map(str::split_whitespace).collect();
    assert!(labels.iter().all(|label| labels.iter().filter(|l| *l == label).count() == 1), "{labels:?}");
    let including = ins.replace("SFAC C N O\nUNIT 20 4 4", "+contents.txt");
    let contents: (&str, &[u8]) = ("contents.txt", b"SFAC C N O\nUNIT 20 4 4\nEND\n");
    comes(&[("t.ins", including.as_bytes()), contents, list], "t.ins", "");
    refused(
        &[("t.ins", including.as_bytes()), list],
        "t.ins",
        "t.ins:6: the included file \"contents.txt\" cannot be read",
    );
    refused(
        &[("t.ins", including.as_bytes()), ("contents.txt", b"+contents.txt\n"), list],
        "t.ins",
        "contents.txt:1: ",
    );
}

#[test]
fn names_of_the_files() {
    let (ins, hkl) = (text("plain.ins"), text("plain.hkl"));
    let (ins, hkl) = (ins.as_bytes(), hkl.as_bytes());
    for name in ["t", "t.hkl"] {
        comes(&[("t.ins", ins), ("t.hkl", hkl)], name, "t.hkl: reflection list, 986 rows of F²; crystal of t.ins");
    }
    comes(&[("T.INS", ins), ("T.HKL", hkl)], "T.INS", "T.HKL: reflection list, 986 rows of F²; crystal of T.INS");
    let folder = folder(&[("t.ins", ins), ("t.hkl", hkl)]);
    let run = seedflip(&[&folder.path().join("t"), Path::new("--backend=cpu"), Path::new(TIME_LIMIT)]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains(SOLVED) && folder.path().join("t_a.res").exists(), "{}", run.stderr);
}

#[test]
fn reverse_rhombohedral_axes_are_turned() {
    let (ins, hkl) = (text("reverse.ins"), text("reverse.hkl"));
    let folder = folder(&[("t.ins", ins.as_bytes()), ("t.hkl", hkl.as_bytes())]);
    let run = solve(&folder, "t.ins");
    assert!(run.code == Some(0) && run.stderr.contains("reverse setting"), "{}", run.stderr);
    let model = std::fs::read_to_string(folder.path().join("out/t_a.res")).unwrap();
    for card in ["\nLATT 3\n", "\nHKLF 4 1 -1 0 0 0 -1 0 0 0 1\n"] {
        assert!(model.contains(card), "{card:?} is missing: {model}");
    }
}
