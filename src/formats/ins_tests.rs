use super::*;

const GOOD: &str = "TITL a = b ! c\nCELL 0.71073 7 8 9 90 95 90\nZERR 4 0 0 0 0 0 0\nLATT 1\nSYMM -X, 1/2+Y, 1/2-Z\n\
                    SFAC C H N\nUNIT 28 28 4\nHKLF 4\nEND\n";

fn read(text: &str) -> Result<Ins> {
    parse_ins(Path::new("x.ins"), text.as_bytes())
}

#[test]
fn a_plain_file_is_read() {
    let ins = read(GOOD).unwrap();
    assert_eq!((ins.title.as_str(), ins.wavelength, ins.z), ("a = b ! c", 0.71073, 4.0));
    assert_eq!(ins.space_group.operations().len(), 4);
    assert_eq!(
        ins.elements.iter().map(|e| (e.atomic_number, e.count)).collect::<Vec<_>>(),
        [(6, 28.0), (1, 28.0), (7, 4.0)]
    );
    assert!(ins.warnings.is_empty() && ins.sites.is_empty());
}

#[test]
fn manners_of_writing_do_not_matter() {
    let expected = read(GOOD).unwrap();
    assert_eq!(read(&GOOD.replace('\n', "\r\n")).unwrap(), expected);
    let lower = GOOD.to_lowercase();
    assert_eq!(read(&lower).unwrap(), expected);
    let wordy =
        GOOD.replace("SFAC C H N", "REM SFAC Zz\n\nLIST 6\nSFAC C = \n  H N ! comment").replace("7 8", "7 =\n 8");
    assert_eq!(read(&wordy).unwrap(), expected);
    let mut latin = b"REM K\xf6ln\n".to_vec();
    latin.extend_from_slice(GOOD.as_bytes());
    assert_eq!(parse_ins(Path::new("x.ins"), &latin).unwrap(), expected);
}

#[test]
fn long_form_of_sfac_is_read() {
    let long = "SFAC C 2.31 20.84 1.02 10.21 1.59 0.57 0.86 51.65 =\n 0.216 0.003 0.002 11.5 0.77 12.01\nSFAC H N";
    let ins = read(&GOOD.replace("SFAC C H N", long)).unwrap();
    let carbon = &ins.elements[0];
    assert_eq!((carbon.symbol.as_str(), carbon.coefficients.unwrap()[8]), ("C", 0.216));
    assert_eq!(ins.elements.len(), 3);
}

#[test]
fn neutrons_are_known_by_their_card_and_by_lengths_that_stand_alone() {
    assert_eq!(read(GOOD).unwrap().header().radiation, Radiation::Xray);
    let card = read(&GOOD.replace("SFAC C H N", "NEUT\nSFAC C H D\nSFAC N")).unwrap();
    assert_eq!(card.header().radiation, Radiation::Neutron);
    let numbers: Vec<u8> = card.elements.iter().map(|e| e.atomic_number).collect();
    assert_eq!(numbers, [6, 1, 0, 7]);
    // Widths of Gaussians without a height mean nothing.
    let long = "SFAC C 0 1 0 1 0 1 0 1 0.6646 0 0 0 0.77 12.01\nSFAC D 0 0 0 0 0 0 0 0 0.6671 0 0 0 0.32 2.01\nSFAC N";
    let long = read(&GOOD.replace("SFAC C H N", long)).unwrap();
    let table = long.header().table();
    assert_eq!([6, 0, 7].map(|z| (table.factor(z, 0.3).unwrap() * 1e3).round()), [6646.0, 6671.0, 9360.0]);
}

#[test]
fn atoms_stand_before_end_and_peaks_anywhere_behind_unit() {
    let text = GOOD.replace("HKLF 4", "FVAR 1.0\nC1 1 0.1 0.2 0.3 11 0.04\nQ1 1 0.2 0.3 0.4 11 0.05 3.25\nHKLF 4");
    // What SHELXL writes behind END, and what somebody might.
    let tail = "WGHT 0.1\nREM Highest difference peak 1.0\nQ2 1 0 0 0 11 0.05 1.0\nQ3 what\nC2 1 0.5 0.5 0.5 11 0.04\nCELL x\n";
    let ins = read(&format!("{text}{tail}")).unwrap();
    let found: Vec<_> = ins.sites.iter().map(|s| (s.label.as_str(), s.element, s.height)).collect();
    assert_eq!(found, [("C1", Some(6), None), ("Q1", None, Some(3.25)), ("Q2", None, Some(1.0))]);
    assert!(ins.warnings.is_empty());
}

#[test]
fn defaults_are_announced() {
    let text = GOOD.replace("LATT 1\n", "").replace("HKLF 4\n", "").replace("ZERR 4 0 0 0 0 0 0\n", "");
    let ins = read(&text).unwrap();
    assert_eq!((ins.warnings.len(), ins.z), (3, 4.0));
}

/// Atomic numbers, counts and warnings of GOOD with one line replaced.
fn contents(from: &str, to: &str) -> (Vec<(u8, f64)>, Vec<String>) {
    let ins = read(&GOOD.replace(from, to)).unwrap();
    (ins.elements.iter().map(|e| (e.atomic_number, e.count)).collect(), ins.warnings)
}

#[test]
fn contents_that_are_missing_or_impossible_are_assumed_with_one_line() {
    // 7 × 8 × 9 × sin 95° Å3 has room for 28 atoms.
    let none = vec![(6, 0.0), (1, 0.0), (7, 0.0)];
    for (from, to) in [("UNIT 28 28 4", "UNIT 0 0 0"), ("UNIT 28 28 4", "UNIT"), ("UNIT 28 28 4\n", "")] {
        let warning = "UNIT gives no numbers: about 28 atoms but H are expected, as many as the cell has room for";
        assert_eq!(contents(from, to), (none.clone(), vec![warning.to_owned()]), "{to}");
    }
    let refuted = "UNIT says 2 atoms but H, the cell has room for about 28: the data decide";
    assert_eq!(contents("28 28 4", "1 1 1"), (vec![(6, 1.0), (1, 1.0), (7, 1.0)], vec![refuted.to_owned()]));
    // Short and fractional numbers are taken as they are.
    assert_eq!(contents("28 28 4", "28 28.5"), (vec![(6, 28.0), (1, 28.5), (7, 0.0)], Vec::new()));
    let organic = vec![(6, 0.0), (1, 0.0), (7, 0.0), (8, 0.0)];
    let warning = "no SFAC card: C, H, N and O are expected, about 28 atoms but H, as many as the cell has room for";
    for (from, to) in [("SFAC C H N\n", ""), ("SFAC C H N\nUNIT 28 28 4\n", "")] {
        assert_eq!(contents(from, to), (organic.clone(), vec![warning.to_owned()]));
    }
}

#[test]
fn elements_named_twice_are_put_together() {
    let (found, warnings) = contents("SFAC C H N\nUNIT 28 28 4", "SFAC C N3- C H N\nUNIT 20 1 8 28 3");
    assert_eq!(found, [(6, 28.0), (7, 4.0), (1, 28.0)]);
    assert_eq!(warnings, ["SFAC names C, N more than once: put together, the numbers of UNIT added"]);
    // Atoms still count the labels as they stand.
    let text = GOOD.replace("SFAC C H N", "SFAC C C H").replace("HKLF 4", "H1 3 0.1 0.2 0.3 11 0.04\nHKLF 4");
    assert_eq!(read(&text).unwrap().sites[0].element, Some(1));
}

#[test]
fn other_encodings_are_read() {
    let expected = read(GOOD).unwrap();
    let units: Vec<u16> = GOOD.encode_utf16().collect();
    for (mark, order) in
        [(&[0xff, 0xfe][..], u16::to_le_bytes as fn(u16) -> [u8; 2]), (&[0xfe, 0xff], u16::to_be_bytes)]
    {
        let body: Vec<u8> = units.iter().flat_map(|u| order(*u)).collect();
        assert_eq!(parse_ins(Path::new("x.ins"), &[mark, &body].concat()).unwrap(), expected);
        assert_eq!(parse_ins(Path::new("x.ins"), &body).unwrap(), expected);
    }
    assert_eq!(read(&GOOD.replace('\n', "\r")).unwrap(), expected);
}

#[test]
fn faults_are_named_with_their_line() {
    for (from, to, start) in [
        ("CELL 0.71073 7", "CELL 0.71073 x", "x.ins:2: CELL has 1 numbers"),
        ("90 95 90", "90 95 270", "x.ins:2: cell angles"),
        ("LATT 1", "LATT 9", "x.ins:4: LATT 9 does not exist"),
        ("LATT 1", "LATT P", "x.ins:4: LATT P does not exist"),
        ("1/2-Z", "1/5-Z", "x.ins:5: the translation"),
        ("-X,", "X+Y,", "x.ins:5: the symmetry operations do not close"),
        ("SFAC C H N", "SFAC C H Xx", "x.ins:6: \"Xx\" on SFAC is no element"),
        ("SFAC C H N", "SFAC C 1.0 2.0", "x.ins:6: SFAC has 2 numbers"),
        ("UNIT 28 28 4", "UNIT 28 28 4 8", "x.ins:7: UNIT has 4 numbers for 3"),
        ("UNIT 28 28 4", "UNIT 28 28 x", "x.ins:7: UNIT has 2 numbers for 3"),
        ("UNIT 28 28 4", "UNIT 28 -28 4", "x.ins:7: UNIT holds a negative number"),
        ("HKLF 4", "HKLF 6", "x.ins:8: HKLF 6 (powder"),
        ("HKLF 4", "TWIN -1 0 0 0 -1 0 0 0 1\nHKLF 5", "x.ins:8: TWIN beside HKLF 5"),
        ("CELL", "REM", "x.ins: has no CELL card"),
        ("CELL", " CELL", "x.ins: has no CELL card; begin cards in the first column (line 2"),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let message = read(&GOOD.replace(from, to)).unwrap_err().to_string();
        assert!(message.starts_with(start), "{message}");
    }
}
