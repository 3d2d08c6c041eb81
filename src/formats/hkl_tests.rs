use super::*;

fn read(text: &str) -> Result<HklFile> {
    parse_hkl(Path::new("x.hkl"), text.as_bytes(), &Hklf::default())
}

#[test]
fn the_list_ends_where_it_should() {
    let row = "   1   0   0   10.00    1.00";
    for tail in ["", "\n   0   0   0    0.00    0.00\nEND", "\r\n   0   0   0\r\n;\r\n_shelx", "\n\ntrailing text"] {
        let file = read(&format!("{row}{tail}")).unwrap();
        assert_eq!((file.reflections.len(), file.warnings.len()), (1, 0), "{tail:?}");
    }
    assert_eq!(read(&format!("{row}\n\n{row}\n")).unwrap().warnings.len(), 1);
    let missing = read(&format!("   0   0   0   -1.00   -1.00\n{row}\n   2   0   0   -1.00   -1.00\n")).unwrap();
    assert_eq!((missing.reflections.len(), missing.warnings.len()), (1, 1));
}

#[test]
fn amplitudes_are_squared_and_scaled() {
    let hklf = Hklf::parse(&["3", "2", "0", "1", "0", "0", "0", "1", "1", "0", "0"]).unwrap();
    let text = b"   1   2   3   10.00    1.00\n   1   0   0    0.00    0.50\n";
    let file = parse_hkl(Path::new("x.hkl"), text, &hklf).unwrap();
    let first = file.reflections[0];
    assert_eq!((first.hkl, first.intensity, first.sigma), ([2, 3, 1], 400.0, 80.0));
    assert_eq!((file.reflections[1].intensity, file.reflections[1].sigma), (0.0, 1.0));
}

#[test]
fn bad_lines_are_named() {
    let good = "   1   0   0   10.00    1.00\n";
    for (bad, word) in [
        ("   1   x   0   10.00    1.00", "no reflection"),
        ("40000 0 0 10.0 1.0", "beyond ±32767"),
        ("   1   0   0     NaN    1.00", "finite"),
        ("   1   0   0   1e999    1.00", "finite"),
        ("_symmetry", "no reflection"),
    ] {
        let message = read(&format!("{good}{bad}\n")).unwrap_err().to_string();
        assert!(message.starts_with("x.hkl:2: ") && message.contains(word), "{message}");
    }
    assert!(read("\n").unwrap_err().to_string().contains("no reflections"));
    assert_eq!(read("1 0 0 10.0 1.0\n").unwrap().warnings.len(), 1);
}
