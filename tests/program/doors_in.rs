//! Reflections of every kind of file come in as the plain list does; what is damaged or of no use is refused in one line.

use crate::plain::{folder, text};
use crate::program::{Outcome, seedflip};
use crate::written::{Row, cif_head, gz, list, mtz, refln};
use seedflip::formats::hkl_columns::Columns;
use seedflip::formats::measured::Choice;
use seedflip::input::{Request, Together};
use std::path::Path;
use tempfile::TempDir;

fn rows() -> Vec<Row> {
    crate::written::rows(&text("plain.hkl"))
}

fn read_with(files: &[(&str, &[u8])], name: &str, choice: &Choice) -> Result<Together, String> {
    let folder = folder(files);
    let request = Request { name: &folder.path().join(name), hkl: None, choice };
    request.rows().map_err(|error| error.to_string())
}

fn read(files: &[(&str, &[u8])], name: &str) -> Together {
    read_with(files, name, &Choice::default()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The rows are those of the plain list in the same order; `power` 0.5 where amplitudes were written.
fn is_the_list(found: &Together, power: f64, what: &str) {
    let expected = rows();
    assert_eq!(found.rows.len(), expected.len(), "{what}: {:?}", found.warnings);
    for (row, Row { hkl, value, sigma }) in found.rows.iter().zip(expected) {
        assert_eq!(row.hkl, hkl, "{what}");
        // Amplitudes were written with five decimals.
        let near =
            |a: f64, b: f64| (a - b).abs() <= if power < 1.0 { 2e-3 + 1e-4 * b.abs() } else { 1e-6 + 1e-5 * b.abs() };
        let value = if power < 1.0 { value.max(0.0) } else { value };
        assert!(near(row.intensity, value), "{what}: {row:?} {value}");
        assert!(power < 1.0 || near(row.sigma, sigma), "{what}: {row:?} {sigma}");
    }
}

/// Refused with these words in one line.
fn refused(files: &[(&str, &[u8])], name: &str, words: &str) {
    let message = read_with(files, name, &Choice::default()).expect_err(words);
    assert!(message.contains(words) && message.lines().count() == 1, "{words:?} is not in {message:?}");
}

#[test]
fn embedded_lists_of_cifs() {
    let (ins, hkl) = (text("plain.ins"), text("plain.hkl"));
    let cif = format!(
        "data_t\n_cell_length_a 99\n_shelx_res_file\n;\n{ins};\n_shelx_hkl_file\n;\n{hkl};\n_shelx_hkl_checksum 1\n"
    );
    let found = read(&[("t.cif", cif.as_bytes())], "t.cif");
    is_the_list(&found, 1.0, "embedded");
    let plain = read(&[("t.ins", ins.as_bytes()), ("t.hkl", hkl.as_bytes())], "t.ins");
    assert_eq!((&found.ins.cell, &found.ins.space_group), (&plain.ins.cell, &plain.ins.space_group));
    assert_eq!(found.ins.elements, plain.ins.elements);
    assert_eq!(found.taken.to_string(), format!("t.cif: CIF, block t, _shelx_hkl_file, {} rows of F²", rows().len()));
    assert!(!found.shelx_list && plain.shelx_list && plain.plain);
    // HKLF 3 stands in the embedded .res alone; old names; line ends of DOS; what is behind the end of the list.
    let amplitudes = list(&rows(), |Row { hkl: [h, k, l], value, .. }| {
        format!("{h:4}{k:4}{l:4}{:8.4}{:8.4}", value.max(0.0).sqrt(), 0.01)
    });
    let cif = format!(
        "data_t\n_iucr_refine_instructions_details\n;\n{};\n_iucr_refine_reflections_details\n;\n{amplitudes}   0   0   0\nCELL 1 2 3\n;\n",
        ins.replace("HKLF 4", "HKLF 3")
    );
    let found = read(&[("t.cif", cif.replace('\n', "\r\n").as_bytes())], "t.cif");
    is_the_list(&found, 0.5, "HKLF 3");
    // Without a .res the items of the CIF say what the crystal is.
    let cif = format!("{}_shelx_hkl_file\n;\n{hkl};\n", cif_head("t"));
    let found = read(&[("t.cif", cif.as_bytes())], "t.cif");
    is_the_list(&found, 1.0, "no .res");
    assert_eq!(found.ins.space_group, plain.ins.space_group);
    let contents: Vec<f64> = found.ins.elements.iter().map(|e| e.count).collect();
    assert_eq!(contents, [20.0, 4.0, 4.0]);
    assert!(found.warnings.iter().any(|w| w.contains("no .res is embedded")), "{:?}", found.warnings);
    let broken = cif.replace("   0   0   0    0.00    0.00", "   1   x   0    0.00    0.00");
    refused(
        &[("t.cif", broken.as_bytes())],
        "t.cif",
        &format!("t.cif:{}: ", 1 + broken.lines().position(|l| l.contains(" x ")).unwrap()),
    );
    let five =
        format!("data_t\n_shelx_res_file\n;\n{};\n_shelx_hkl_file\n;\n{hkl};\n", ins.replace("HKLF 4", "HKLF 5"));
    // A list without numbers of domains is of one crystal, whatever its card.
    let place = folder(&[("t.cif", five.as_bytes())]);
    let one = Request { name: &place.path().join("t.cif"), hkl: None, choice: &Choice::default() }.rows().unwrap();
    assert!(one.warnings.iter().any(|w| w.contains("one domain")), "{:?}", one.warnings);
    let six = five.replace("HKLF 5", "HKLF 6");
    refused(&[("t.cif", six.as_bytes())], "t.cif", "powder");
}

/// A CIF that is named with a list in another file says how the list is to be read.
#[test]
fn a_cif_names_the_card_for_a_list_elsewhere() {
    let ins = text("plain.ins");
    // Indices of the list: l and h exchanged, the sign of k turned.
    let turned = list(&rows(), |Row { hkl: [h, k, l], value, sigma }| {
        format!("{l:4}{:4}{h:4}{:8.2}{:8.2}", -k, value / 10.0, sigma / 10.0)
    });
    let with_card = |card: &str| format!("{}_shelx_res_file\n;\n{};\n", cif_head("t"), ins.replace("HKLF 4", card));
    let read = |cif: &str, more: &[(&str, &[u8])]| {
        let place = folder(&[&[("t.cif", cif.as_bytes()), ("x.hkl", turned.as_bytes())], more].concat());
        let (name, hkl) = (place.path().join("t.cif"), place.path().join("x.hkl"));
        let request = Request { name: &name, hkl: Some(&hkl), choice: &Choice::default() };
        request.rows().map_err(|error| error.to_string())
    };
    let card = "HKLF 4 10 0 0 1 0 -1 0 1 0 0";
    let found = read(&with_card(card), &[]).unwrap();
    assert_eq!((found.rows.len(), found.ins.hklf.to_string()), (rows().len(), card.to_owned()));
    for (row, expected) in found.rows.iter().zip(rows()) {
        assert!(row.hkl == expected.hkl && (row.intensity - expected.value).abs() < 0.06, "{row:?}");
    }
    assert!(found.taken.to_string().ends_with("crystal of t.cif"), "{}", found.taken);
    // What was named comes before a .ins that lies there.
    let other = ins.replace("HKLF 4", "HKLF 3");
    assert_eq!(read(&with_card(card), &[("t.ins", other.as_bytes())]).unwrap().ins.hklf.to_string(), card);
    assert!(read(&with_card("HKLF 6"), &[]).unwrap_err().contains("powder"));
}

#[test]
fn loops_of_cifs() {
    let squared = |Row { value, sigma, .. }: &Row| vec![format!("{value}"), format!("{sigma}")];
    let root = |Row { value, .. }: &Row| vec![format!("{:.5}", value.max(0.0).sqrt()), "0.01".to_owned()];
    let (old, new) = ("_refln_", "_refln.");
    for (what, prefix, names, power) in [
        ("F²", old, ["F_squared_meas", "F_squared_sigma"], 1.0),
        ("I", old, ["intensity_meas", "intensity_sigma"], 1.0),
        ("F", old, ["F_meas", "F_sigma"], 0.5),
        ("F², new names", new, ["F_squared_meas", "F_squared_meas_su"], 1.0),
        ("I, macromolecular", new, ["intensity_meas", "intensity_sigma"], 1.0),
        ("F, macromolecular", new, ["F_meas_au", "F_meas_sigma_au"], 0.5),
    ] {
        let values =
            if power < 1.0 { refln(prefix, &names, &rows(), root) } else { refln(prefix, &names, &rows(), squared) };
        let cif = format!("{}{values}", cif_head("t"));
        is_the_list(&read(&[("t.cif", cif.as_bytes())], "t.cif"), power, what);
    }
    // Calculated values before the measured ones; flags; rows that were not measured; intensities before amplitudes.
    let names = ["F_calc", "F_squared_calc", "F_meas", "F_squared_meas", "F_squared_sigma", "observed_status"];
    let many = refln(old, &names, &rows(), |Row { value, sigma, .. }| {
        vec!["7".into(), "7".into(), "9".into(), format!("{value}(3)"), format!("{sigma}"), "<".into()]
    });
    let cif = format!("{}{many}1 1 1 7 7 ? ? ? x\n1 1 2 7 7 9 9 9 x\n", cif_head("t"));
    let found = read(&[("t.cif", cif.as_bytes())], "t.cif");
    is_the_list(&found, 1.0, "many columns");
    assert_eq!(found.warnings.len(), 2, "{:?}", found.warnings);
    // Unmerged net intensities with scales of their groups.
    let net = refln(
        "_diffrn_refln_",
        &["intensity_net", "intensity_u", "scale_group_code"],
        &rows(),
        |Row { value, sigma, .. }| vec![format!("{:.3}", value / 2.0), format!("{:.3}", sigma / 2.0), "3".into()],
    );
    let scales = "loop_\n_diffrn_scale_group_code\n_diffrn_scale_group_I_net\n3 2.0\n";
    let found = read(&[("t.cif", format!("{}{net}{scales}", cif_head("t")).as_bytes())], "t.cif");
    is_the_list(&found, 1.0, "net intensities");
    assert_eq!(found.rows[0].batch, Some(3));
}

#[test]
fn pieces_of_cifs() {
    let (ins, hkl) = (text("plain.ins"), text("plain.hkl"));
    let values = refln("_refln_", &["F_squared_calc", "F_squared_meas", "F_squared_sigma"], &rows(), |r| {
        vec!["9".into(), format!("{}", r.value), format!("{}", r.sigma)]
    });
    let names = "_h _k _l _F2 _sigma\n";
    for (what, piece) in
        [("loop", values), ("field", format!("_shelx_hkl_file\n;\n{hkl};\n")), ("names", format!("{names}{hkl}"))]
    {
        let found = read(&[("t.hkl", piece.as_bytes()), ("t.ins", ins.as_bytes())], "t.ins");
        is_the_list(&found, 1.0, what);
    }
}

#[test]
fn the_useful_block_is_taken_and_named() {
    let good = refln("_refln_", &["F_squared_meas", "F_squared_sigma"], &rows(), |r| {
        vec![format!("{}", r.value), format!("{}", r.sigma)]
    });
    let of_frames = refln("_refln_", &["F_squared_meas", "scale_group_code"], &rows(), |r| {
        vec!["1".into(), format!("{}", r.hkl[0])]
    });
    let net = refln("_diffrn_refln_", &["intensity_net"], &rows(), |_| vec!["1".into()]);
    let head = cif_head("first");
    let cif = format!(
        "data_global\n_audit_creation_method x\n{head}{of_frames}{}{net}{}{good}",
        cif_head("second"),
        cif_head("third")
    );
    let found = read(&[("t.cif", cif.as_bytes())], "t.cif");
    is_the_list(&found, 1.0, "third block");
    assert!(
        found.taken.to_string().contains("block third (not second, first), _refln_f_squared_meas"),
        "{}",
        found.taken
    );
    // Of equals the first, but for a sample of a list.
    let sample = refln("_refln_", &["F_squared_meas", "F_squared_sigma"], &rows()[..30], |r| {
        vec![format!("{}", r.value), format!("{}", r.sigma)]
    });
    let several = format!("{head}{sample}{}{good}{}{good}", cif_head("second"), cif_head("third"));
    let found = read(&[("t.cif", several.as_bytes())], "t.cif");
    is_the_list(&found, 1.0, "second block");
    assert!(found.taken.to_string().contains("block second (not third, first)"), "{}", found.taken);
    let choice = Choice { block: Some("second".into()), ..Choice::default() };
    assert!(
        read_with(&[("t.cif", cif.as_bytes())], "t.cif", &choice).unwrap().taken.to_string().contains("block second")
    );
    let choice = Choice { block: Some("fourth".into()), ..Choice::default() };
    assert!(read_with(&[("t.cif", cif.as_bytes())], "t.cif", &choice).unwrap_err().contains("first, second, third"));
    // A CIF within a CIF; the outer one knows the elements.
    let inner =
        format!("data_inner\n_cell_length_a 14\n_cell_length_b 6.2\n_cell_length_c 6.8\n_cell_angle_beta 99\n{good}");
    let outer = format!("{head}_iucr_refine_fcf_details\n;\n{inner};\n");
    let found = read(&[("t.cif", outer.as_bytes())], "t.cif");
    is_the_list(&found, 1.0, "CIF in a CIF");
    assert_eq!(found.ins.elements.len(), 3);
    refused(&[("t.cif", format!("{head}{of_frames}").as_bytes())], "t.cif", "single frames in several scale groups");
}

#[test]
fn fcf_of_every_list_code() {
    let (ins, head) = (text("plain.ins"), cif_head("t").replace("_chemical_formula_sum 'C5 N O'\n", ""));
    let row = |r: &Row, names: &[&str]| -> Vec<String> {
        let one = |name: &&str| match *name {
            "F_squared_meas" => format!("{}", r.value),
            "F_squared_sigma" => format!("{}", r.sigma),
            "F_meas" => format!("{:.5}", r.value.max(0.0).sqrt()),
            "F_sigma" => "0.01".to_owned(),
            "observed_status" => "o".to_owned(),
            _ => "1.5".to_owned(),
        };
        names.iter().map(one).collect()
    };
    for (code, names, power) in [
        (3, &["F_meas", "F_sigma", "A_calc", "B_calc"][..], 0.5),
        (4, &["F_squared_calc", "F_squared_meas", "F_squared_sigma", "observed_status"], 1.0),
        (6, &["F_squared_meas", "F_squared_sigma", "F_calc", "phase_calc"], 1.0),
        (8, &["F_squared_meas", "F_squared_sigma", "F_calc", "phase_calc", "d_spacing", "weight"], 1.0),
    ] {
        let fcf = format!(
            "# h,k,l\n{head}_shelx_refln_list_code {code}\n{}",
            refln("_refln_", names, &rows(), |r| row(r, names))
        );
        let found = read(&[("t.fcf", fcf.as_bytes())], "t.fcf");
        is_the_list(&found, power, &format!("LIST {code}"));
        assert!(found.taken.to_string().starts_with(&format!("t.fcf: .fcf LIST {code}, ")), "{}", found.taken);
        assert!(found.warnings.iter().any(|w| w.contains("no chemical formula")), "{:?}", found.warnings);
        // Elements of the .ins beside it, asked for by any name.
        for name in ["t.fcf", "t"] {
            let found = read(&[("t.fcf", fcf.as_bytes()), ("t.ins", ins.as_bytes())], name);
            assert_eq!(found.ins.elements.len(), 3);
            assert!(found.taken.to_string().ends_with("crystal of t.ins"), "{}", found.taken);
        }
        // Of a CIF of the structure too.
        let found = read(&[("t.hkl", fcf.as_bytes()), ("t.cif", cif_head("t").as_bytes())], "t");
        assert_eq!(
            (found.ins.elements.len(), found.taken.to_string().ends_with("crystal of t.cif")),
            (3, true),
            "{}",
            found.taken
        );
        // A COD .hkl is a CIF too.
        is_the_list(&read(&[("t.hkl", fcf.as_bytes())], "t.hkl"), power, "COD");
    }
    let bare = refln("_refln_", &["F_squared_meas", "F_squared_sigma"], &rows(), |r| {
        vec![format!("{}", r.value), format!("{}", r.sigma)]
    });
    let bare = format!("data_t\n{bare}");
    refused(&[("t.fcf", bare.as_bytes())], "t.fcf", "says nothing of the cell");
    is_the_list(&read(&[("t.fcf", bare.as_bytes()), ("t.ins", ins.as_bytes())], "t.fcf"), 1.0, "no cell");
    let calculated = refln("_refln_", &["F_calc"], &rows(), |_| vec!["1".into()]);
    refused(&[("t.fcf", format!("{head}{calculated}").as_bytes())], "t.fcf", "without measured values");
}

#[test]
fn packed_macromolecular_cifs() {
    let values = refln(
        "_refln.",
        &["status", "F_meas_au", "F_meas_sigma_au", "intensity_meas", "intensity_sigma"],
        &rows(),
        |r| vec!["o".into(), "1".into(), "1".into(), format!("{}", r.value), format!("{}", r.sigma)],
    );
    let head = "data_r1xyzsf\n_cell.length_a 14.0\n_cell.length_b 6.2\n_cell.length_c 6.8\n_cell.angle_alpha 90\n\
        _cell.angle_beta 99\n_cell.angle_gamma 90\n_symmetry.space_group_name_H-M 'P 1 21/c 1'\n\
        _diffrn_radiation_wavelength.id 1\n_diffrn_radiation_wavelength.wavelength 0.71073\n";
    let packed = gz(format!("{head}{values}").as_bytes());
    for name in ["t.cif.gz", "t"] {
        let found = read(&[("t.cif.gz", &packed)], name);
        is_the_list(&found, 1.0, "sf-mmCIF");
        assert_eq!((found.ins.wavelength, found.ins.space_group.operations().len()), (0.71073, 4));
        assert_eq!(found.ins_path.file_name().unwrap(), "t.ins");
    }
    refused(&[("t.cif.gz", &packed[..packed.len() / 2])], "t.cif.gz", "cannot be unpacked");
    refused(&[("t.cif.gz", &gz(b""))], "t.cif.gz", "holds nothing");
}

/// Rows of an MTZ file: h, k, l and what `more` gives.
fn mtz_rows(more: impl Fn(&Row) -> Vec<f32>) -> Vec<Vec<f32>> {
    rows().iter().map(|r| r.hkl.iter().map(|i| *i as f32).chain(more(r)).collect()).collect()
}

#[test]
fn mtz_files() {
    let (i, s) = (|r: &Row| r.value as f32, |r: &Row| r.sigma as f32);
    let root = |r: &Row| r.value.max(0.0).sqrt() as f32;
    let head = ["H H", "K H", "L H"];
    let of = |columns: &[&str], rows: &[Vec<f32>]| mtz(&[&head[..], columns].concat(), rows);
    let both = of(
        &["FC F", "FP F", "SIGFP Q", "IMEAN J", "SIGIMEAN Q", "FREE I"],
        &mtz_rows(|r| vec![9.0, root(r), 0.01, i(r), s(r), 0.0]),
    );
    let found = read(&[("t.mtz", &both)], "t.mtz");
    is_the_list(&found, 1.0, "I before F");
    assert!(found.taken.to_string().contains("MTZ, columns IMEAN,SIGIMEAN"), "{}", found.taken);
    assert!(found.warnings.iter().any(|w| w.contains("not FC, FP: --mtz-columns")), "{:?}", found.warnings);
    assert_eq!((found.ins.wavelength, found.ins.space_group.operations().len()), (0.71073, 4));
    let choice = |labels: &[&str]| Choice {
        mtz_columns: Some(labels.iter().map(|l| (*l).to_owned()).collect()),
        ..Choice::default()
    };
    let chosen = read_with(&[("t.mtz", &both)], "t.mtz", &choice(&["FP", "SIGFP"])).unwrap();
    is_the_list(&chosen, 0.5, "--mtz-columns");
    let faults = [
        (&["FOO"][..], "no column FOO, but H, K, L"),
        (&["FREE"], "of type I"),
        (&["FP", "SIGFP", "FC"], "VALUE,SIGMA"),
    ];
    for (labels, words) in faults {
        let message = read_with(&[("t.mtz", &both)], "t.mtz", &choice(labels)).unwrap_err();
        assert!(message.contains(words), "{message}");
    }
    // Friedel mates: both come as rows, so that merging averages them.
    let nan = f32::NAN;
    let mates = of(
        &["I(+) K", "SIGI(+) M", "I(-) K", "SIGI(-) M"],
        &mtz_rows(|r| vec![i(r), s(r), if r.hkl[0] % 2 == 0 { i(r) + 2.0 } else { nan }, s(r)]),
    );
    let found = read(&[("t.mtz", &mates)], "t.mtz");
    let even = rows().iter().filter(|r| r.hkl[0] % 2 == 0).count();
    assert_eq!(found.rows.len(), rows().len() + even);
    assert!(found.warnings.iter().any(|w| w.contains("Friedel mates are averaged")), "{:?}", found.warnings);
    let (plus, minus) = (found.rows[0], found.rows[1]);
    assert_eq!((plus.hkl.map(|i| -i), plus.intensity + 2.0), (minus.hkl, minus.intensity));
    let amplitudes = of(&["F(+) G", "SIGF(+) L", "F(-) G", "SIGF(-) L"], &mtz_rows(|r| vec![root(r), 0.01, nan, nan]));
    is_the_list(&read(&[("t.mtz", &amplitudes)], "t.mtz"), 0.5, "F(+)");
    refused(&[("t.mtz", &of(&["PHI P", "FREE I"], &mtz_rows(|_| vec![1.0, 1.0])))], "t.mtz", "no column of measured");
    refused(&[("t.mtz", &both[..both.len() / 2])], "t.mtz", "t.mtz: ");
    refused(&[("t.mtz", &of(&["I J"], &[vec![0.5, 0.0, 0.0, 1.0]]))], "t.mtz", "the index h is 0.5");
    let card = format!("NCOL 9 {} 0", rows().len());
    let at = both.windows(card.len()).position(|w| w == card.as_bytes()).unwrap() + card.len() - 1;
    let mut unmerged = both.clone();
    unmerged[at] = b'5';
    refused(&[("t.mtz", &unmerged)], "t.mtz", "unmerged MTZ of frames without scales");
}

/// An XDS_ASCII file.
fn xds(first: &str, rows: &str) -> String {
    format!(
        "{first}\n!SPACE_GROUP_NUMBER=   14\n!UNIT_CELL_CONSTANTS=    14.000  6.200  6.800  90.000  99.000  90.000\n\
         !NUMBER_OF_ITEMS_IN_EACH_DATA_RECORD=6\n!X-RAY_WAVELENGTH=  0.71073\n!ITEM_H=1\n!ITEM_K=2\n!ITEM_L=3\n!ITEM_IOBS=4\n\
         !ITEM_SIGMA(IOBS)=5\n!ITEM_ISET=6\n!END_OF_HEADER\n{rows}!END_OF_DATA\n"
    )
}

#[test]
fn lists_of_xds_tonto_and_xd() {
    let records =
        list(&rows(), |r| format!("{} {} {} {:.6E} {:.6E} 1", r.hkl[0], r.hkl[1], r.hkl[2], r.value, r.sigma));
    let first = "!FORMAT=XDS_ASCII    MERGE=FALSE    FRIEDEL'S_LAW=FALSE";
    let whole = xds(first, &format!("{records}1 1 1 99.0 -3.0 1\n"));
    let found = read(&[("t.HKL", whole.as_bytes())], "t");
    is_the_list(&found, 1.0, "XDS_ASCII");
    assert!(found.warnings.iter().any(|w| w.contains("1 records that CORRECT rejected")), "{:?}", found.warnings);
    assert_eq!((found.ins.wavelength, found.ins.space_group.operations().len()), (0.71073, 4));
    let fault = |text: &str, words: &str| refused(&[("t.hkl", text.as_bytes())], "t.hkl", words);
    fault(&whole.replace("!END_OF_DATA\n", ""), "no !END_OF_DATA");
    fault(&whole.replace("99.0 -3.0", "99.0"), "has 5 numbers instead of 6");
    fault(&whole.replace("!ITEM_IOBS=4\n", ""), "_IOBS");
    fault(&whole.replace("!FORMAT=XDS_ASCII", "!OUTPUT_FILE=INTEGRATE.HKL"), "frames without scales");
    let ins = text("plain.ins");
    let free = |root: bool| {
        list(&rows(), |r| {
            let (value, sigma) = if root { (r.value.max(0.0).sqrt(), 0.01) } else { (r.value, r.sigma) };
            format!("{} {} {} {value:.5} {sigma:.5}", r.hkl[0], r.hkl[1], r.hkl[2])
        })
    };
    let tonto =
        format!(" reflection_data= {{\n keys= {{ h= k= l= f_exp= f_sigma= }}\n data= {{\n{} }}\n REVERT\n", free(true));
    let both = |list: &str, name: &str| read(&[("t.hkl", list.as_bytes()), ("t.ins", ins.as_bytes())], name);
    for name in ["t", "t.hkl", "t.ins"] {
        is_the_list(&both(&tonto, name), 0.5, "Tonto");
    }
    let xd = list(&rows(), |r| format!("{} {} {} 1 {} {}", r.hkl[0], r.hkl[1], r.hkl[2], r.value, r.sigma));
    is_the_list(&both(&format!("name F^2 NDAT 6\n{xd}"), "t"), 1.0, "XD");
    fault(&tonto, "says nothing of the cell");
}

#[test]
fn lists_beside_which_only_the_cell_is_known() {
    let hkl = text("plain.hkl");
    let p4p = "FILEID  SAINT\nCHEM    C5 N O\nCELL  14.0 6.2 6.8 90.0 99.0 90.0 583.0\nSOURCE  MO  0.71073\n";
    let found = read(&[("t.hkl", hkl.as_bytes()), ("t.p4p", p4p.as_bytes())], "t.hkl");
    is_the_list(&found, 1.0, "p4p");
    assert_eq!((found.ins.cell.angles[1], found.ins.wavelength, found.ins.elements.len()), (99.0, 0.71073, 3));
    assert!(found.taken.to_string().ends_with("crystal of t.p4p"), "{}", found.taken);
    let od = cif_head("t");
    let found = read(&[("t.hkl", hkl.as_bytes()), ("t.cif_od", od.as_bytes())], "t");
    is_the_list(&found, 1.0, "cif_od");
    assert_eq!(found.ins.space_group.operations().len(), 4);
    refused(&[("t.hkl", hkl.as_bytes())], "t.hkl", "put t.ins with CELL");
    // The symmetry is found from P1.
    let place = folder(&[("t.hkl", hkl.as_bytes()), ("t.p4p", p4p.as_bytes())]);
    let run = solve(&place, "t.hkl");
    assert!(run.stderr.contains("\nSOLVED") && run.stderr.contains("P 1 21/c 1, R1 0.0"), "{}", run.stderr);
}

fn solve(folder: &TempDir, name: &str) -> Outcome {
    let (name, out) = (folder.path().join(name), folder.path().join("out"));
    let limit = Path::new("--time-limit=60");
    seedflip(&[Path::new("solve"), &name, Path::new("-o"), &out, Path::new("--backend=cpu"), limit])
}

#[test]
fn absurd_files_are_refused_in_one_line() {
    let ins = text("plain.ins");
    for (name, bytes, words) in [
        ("t.cif", &b"data_t\n_cell_length_a 7\n"[..], "has no reflections"),
        ("t.cif", b"data_t\nloop_\n_atom_site_fract_x\n0.5\n", "a structure and no reflections"),
        (
            "t.cif",
            b"data_t\nloop_\n_refln_index_h\n_refln_index_k\n_refln_index_l\n_refln_F_meas\n1 0 0 5 1 0\n",
            "within a row",
        ),
        (
            "t.cif",
            b"data_t\nloop_\n_refln_index_h\n_refln_index_k\n_refln_index_l\n_refln_F_meas\n1 0 0 5 1 ? 0 3\n",
            "the index k is NaN",
        ),
        (
            "t.cif",
            b"data_t\nloop_\n_refln_index_h\n_refln_index_k\n_refln_index_l\n_refln_F_meas\n1 0 0 5 1 0 0 x\n",
            "t.cif:7: \"x\"",
        ),
        (
            "t.cif",
            b"data_t\nloop_\n_refln_index_h\n_refln_index_k\n_refln_index_l\n_refln_F_meas\n1 0 0 1e40\n",
            "no number to calculate with",
        ),
        ("t.cif", b"data_t\nloop_\n_diffrn_refln_index_h\n_diffrn_refln_counts_net\n1 1\n", "raw counts"),
        ("t.hkl", b"\x89HDF\r\n\x1a\n", "HDF5"),
        ("t.hkl", b"PK\x03\x04", "zip archive"),
        ("t.hkl", b"    1\n -987\n  7.0 8.0 9.0 90.0 90.0 90.0 p212121\n", "SCALEPACK"),
        ("t.hkl", b"TITL x\nCELL 0.7 7 8 9 90 90 90\n", "no reflection list"),
        ("t.sca", b"    4 p212121\n  1  0  0  0  1  0  0  0  1\n  0  0  0\n", "SCALEPACK"),
        ("t.ref", b"3 2 0\nnH\nnK\nnL\nfIntensity\nfSigmaI\n 1 0 0 5.0 0.1\n", "d*TREK"),
        ("t.mtz", b"MTZ ", "no MTZ header"),
        ("t.hkl", b"name F^2 NDAT 99\n1 0 0\n", "head of an XD list"),
        ("t.hkl", b" reflection_data= {\n keys= { h= k= l= f_exp=", "t.hkl"),
    ] {
        let files = [(name, bytes), ("t.ins", ins.as_bytes())];
        let message = read_with(&files, name, &Choice::default()).map(|t| t.taken.to_string()).expect_err(words);
        assert!(message.contains(words) && message.lines().count() == 1, "{words:?} is not in {message:?}");
    }
    // Options that are for other kinds of files.
    let columns = Choice { columns: Some(Columns::parse("h,k,l,I").unwrap()), ..Choice::default() };
    let message = read_with(&[("t.mtz", &mtz(&["H H"], &[vec![1.0]]))], "t.mtz", &columns).unwrap_err();
    assert!(message.contains("--columns is for text lists"), "{message}");
}

#[test]
fn read_says_what_is_there_and_converts() {
    let (ins, hkl) = (text("plain.ins"), text("plain.hkl"));
    let cif = format!("data_t\n_shelx_res_file\n;\n{ins};\n_shelx_hkl_file\n;\n{hkl};\n");
    let place = folder(&[("t.cif", cif.as_bytes())]);
    let (name, to) = (place.path().join("t.cif"), place.path().join("new.ins"));
    let convert = || seedflip(&[Path::new("read"), &name, Path::new("-o"), &to]);
    let run = convert();
    assert_eq!(run.stdout, "");
    assert!(run.code == Some(0) && run.stderr.starts_with("t.cif: CIF, block t, _shelx_hkl_file, "), "{}", run.stderr);
    let written = Request { name: &to, hkl: None, choice: &Choice::default() }.rows().unwrap();
    is_the_list(&written, 1.0, "converted");
    // Cards of the input come along: scattering factors of their own, dispersion, temperature.
    let long = "SFAC O 0.0974 0.2067 0.2921 1.3815 0.691 4.6943 0.699 12.7105 0.2039 0 0 0 0.66 15.999";
    let cards = ins.replace(
        "SFAC C N O\n",
        &format!("SFAC C N\n{}\nDISP N 0.006 0.003\nTEMP -173\n", long.replace(" 4.6943", " =\n 4.6943")),
    );
    let (there, again) = (place.path().join("long.ins"), place.path().join("again.ins"));
    std::fs::write(&there, &cards).unwrap();
    std::fs::write(place.path().join("long.hkl"), &hkl).unwrap();
    assert_eq!(seedflip(&[Path::new("read"), &there, Path::new("-o"), &again]).code, Some(0));
    let card = |path: &Path| seedflip::formats::read_ins(path).unwrap();
    let (before, after) = (card(&there), card(&again));
    assert_eq!((&before.elements, &before.kept), (&after.elements, &after.kept));
    assert!(before.elements[2].coefficients.is_some() && before.kept.len() == 2, "{before:?}");
    // Nothing is written over.
    let again = convert();
    assert!(again.code == Some(1) && again.stderr.contains("is there already"), "{}", again.stderr);
    // Columns by hand; usage errors name the option.
    let swapped = list(&rows(), |r| format!("{} {} {} 12345.67 {} {}", r.hkl[2], r.hkl[1], r.hkl[0], r.sigma, r.value));
    let choice = Choice { columns: Some(Columns::parse("l,k,h,-,sigma,I").unwrap()), ..Choice::default() };
    let found = read_with(&[("t.hkl", swapped.as_bytes()), ("t.ins", ins.as_bytes())], "t.ins", &choice).unwrap();
    is_the_list(&found, 1.0, "--columns");
    let bad = seedflip(&[Path::new("read"), &name, Path::new("--columns=h,k,l,x")]);
    assert!(bad.code == Some(2) && bad.stderr.contains("\"x\" is no name of a column"), "{}", bad.stderr);
}
