//! Small good files of measured reflections of every kind, and their readers: one target for each.

use super::corpus::Target;
use super::mutants::Reader;
use super::written::{Row, cif_head, gz, list, mtz, refln, rows};
use seedflip::formats::hkl::parse_hkl_as;
use seedflip::formats::hkl_columns::Columns;
use seedflip::formats::measured::{Choice, Kind, parse_crystal, parse_measured};
use seedflip::formats::text::unpacked;
use seedflip::formats::{Hklf, parse_hkl};
use std::path::{Path, PathBuf};

/// Rows of a list that are enough for columns to be found from them.
const ROWS: usize = 60;
/// Rows of files whose columns have names.
const FEW: usize = 12;
/// Instructions embedded in a CIF.
const INS: &str = "TITL t\nCELL 0.71073 14 6.2 6.8 90 99 90\nZERR 4 0 0 0 0 0 0\nLATT 1\nSYMM -X, Y+1/2, -Z+1/2\nSFAC C N O\n\
UNIT 20 4 4\nHKLF 4\nEND\n";

/// Every reader of measured reflections.
pub fn targets() -> Vec<Target> {
    let target = |name, reader: Reader, files: Vec<(&str, Vec<u8>)>| Target {
        name,
        reader,
        files: files.into_iter().map(|(name, bytes)| (PathBuf::from(name), bytes)).collect(),
    };
    vec![
        target("hkl-fixed", hkl, fixed()),
        target("hkl-free", hkl, free()),
        target("hkl-more", hkl, more()),
        target("hkl-coded", hkl, coded()),
        target("hkl-lines", hkl, several()),
        target("hkl-hklf", hkl_by_card, fixed()),
        target("hkl-named", hkl_by_names, vec![("named.hkl", of(|r| columns(r, "{h} {k} {l} 7.25 {s} {f} 1")))]),
        target("cif-hkl", measured, vec![("a.cif", embedded()), ("b.cif", inner())]),
        target("cif-refln", measured, loops()),
        target("cif-diffrn", measured, vec![("a.cif", net())]),
        target("sf-mmcif", measured, vec![("a-sf.cif", macromolecular(false)), ("b-sf.cif", macromolecular(true))]),
        target("fcf-meas", measured, [3, 4, 6, 8].map(|code| ("a.fcf", fcf(code))).into()),
        target("cod-hkl", measured, vec![("a.hkl", [&b"#$Date: typed $\n"[..], &fcf(4)].concat())]),
        target("mtz-meas", measured, mtz_files()),
        target("xds", measured, vec![("XDS_ASCII.HKL", xds("MERGE=FALSE")), ("b.ahkl", xds("MERGE=TRUE"))]),
        target("tonto", measured, vec![("a.hkl", tonto())]),
        target("xd", measured, vec![("xd.hkl", xd())]),
        target("p4p", crystal, vec![("a.p4p", P4P.into())]),
        target("cif-od", crystal, vec![("a.cif_od", cif_head("t").into_bytes()), ("b.cif", embedded())]),
        target("gz", packed, vec![("a.cif.gz", gz(&macromolecular(false))), ("a.hkl.gz", gz(&fixed()[0].1))]),
        target("columns", names, vec![("columns", b"h,k,l,-,I,sigma,batch,m".to_vec())]),
        target("kind", kind, vec![("a.p4p", P4P.into()), ("xd.hkl", xd()), ("a.ins", INS.into()), ("a.cif", net())]),
    ]
}

fn hkl(path: &Path, bytes: &[u8]) -> Result<(), String> {
    parse_hkl(path, bytes, &Hklf::default()).map(drop).map_err(|error| error.to_string())
}

/// Amplitudes with a scale and a matrix.
fn hkl_by_card(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let card = Hklf::parse(&["3", "0.1", "0", "0", "1", "0", "-1", "0", "1", "0", "0", "2"]);
    let card = card.map_err(|(what, hint)| format!("{what}; {hint}"))?;
    parse_hkl(path, bytes, &card).map(drop).map_err(|error| error.to_string())
}

fn hkl_by_names(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let columns = Columns::parse("h,k,l,-,sigma,I")?;
    parse_hkl_as(path, bytes, &Hklf::default(), Some(&columns)).map(drop).map_err(|error| error.to_string())
}

fn measured(path: &Path, bytes: &[u8]) -> Result<(), String> {
    parse_measured(path, bytes, &Choice::default(), None).map(drop).map_err(|error| error.to_string())
}

fn crystal(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let crystal = parse_crystal(path, bytes).map_err(|error| error.to_string())?;
    crystal.hklf.map(drop).map_err(|error| error.to_string())
}

fn packed(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let bytes = unpacked(path, bytes.to_vec()).map_err(|error| error.to_string())?;
    measured(path, &bytes)
}

/// `--columns` on the command line.
fn names(_: &Path, bytes: &[u8]) -> Result<(), String> {
    Columns::parse(&String::from_utf8_lossy(bytes)).map(drop)
}

/// What a file is, from its first bytes; a kind that has no use is named.
fn kind(path: &Path, bytes: &[u8]) -> Result<(), String> {
    match Kind::of(bytes) {
        Kind::Unusable(what, hint) => Err(format!("{} is {what}; {hint}", path.display())),
        _ => Ok(()),
    }
}

fn plain() -> Vec<Row> {
    rows(include_str!("../data/doors/plain.hkl"))
}

/// The first rows of the plain list, a line each.
fn of(line: impl Fn(&Row) -> String) -> Vec<u8> {
    list(&plain()[..ROWS], line).into_bytes()
}

/// A row written so.
fn columns(row: &Row, how: &str) -> String {
    let [h, k, l] = row.hkl;
    [("{h}", h.to_string()), ("{k}", k.to_string()), ("{l}", l.to_string())]
        .into_iter()
        .chain([("{f}", format!("{:.2}", row.value)), ("{s}", format!("{:.2}", row.sigma))])
        .fold(how.to_owned(), |text, (from, to)| text.replace(from, &to))
}

/// Indices, F² and σ in columns of these widths.
fn wide(row: &Row, index: usize, value: usize, factor: f64) -> String {
    let [h, k, l] = row.hkl;
    let (f, s) = (row.value * factor, row.sigma * factor);
    format!("{h:index$}{k:index$}{l:index$}{f:value$.2}{s:value$.2}")
}

/// Columns of fixed widths, some of which touch.
fn fixed() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("3I4,2F8.hkl", of(|r| wide(r, 4, 8, 1.0))),
        ("touch.hkl", of(|r| wide(r, 4, 8, 9.0))),
        ("3I5,2F10.hkl", of(|r| wide(r, 5, 10, 1.0))),
        ("3I7,2F9.hkl", of(|r| wide(r, 7, 9, 1.0))),
        ("batch.hkl", of(|r| wide(r, 4, 8, 1.0) + "   1")),
        ("end.hkl", [&of(|r| wide(r, 4, 8, 1.0))[..], b"   0   0   0    0.00    0.00\nrest\n"].concat()),
    ]
}

/// Numbers between separators.
fn free() -> Vec<(&'static str, Vec<u8>)> {
    let comma = |text: &str| text.replace('.', ",");
    vec![
        ("blanks.hkl", of(|r| columns(r, "{h} {k} {l} {f} {s}"))),
        ("tabs.hkl", of(|r| columns(r, "{h}\t{k}\t{l}\t{f}\t{s}"))),
        ("commas.hkl", of(|r| columns(r, "{h},{k},{l},{f},{s}"))),
        ("semicolons.hkl", of(|r| comma(&columns(r, "{h};{k};{l};{f};{s}")))),
        ("no sigma.hkl", of(|r| columns(r, "{h} {k} {l} {f}"))),
    ]
}

/// Further columns: satellites, batches, frames, domains of a twin.
fn more() -> Vec<(&'static str, Vec<u8>)> {
    let m = |r: &Row| (r.hkl[0] + r.hkl[1]) % 2;
    // Every third reflection is of one domain alone.
    let twin = |r: &Row| {
        let own = format!("{}   1", wide(r, 4, 8, 1.0));
        let second = wide(&Row { hkl: r.hkl.map(|i| -i), ..*r }, 4, 8, 1.0);
        if r.hkl.iter().sum::<i32>() % 3 == 0 { own } else { format!("{second}  -2\n{own}") }
    };
    vec![
        ("satellites.hkl", of(|r| columns(r, &format!("{{h}} {{k}} {{l}} {} {{f}} {{s}}", m(r))))),
        ("before.hkl", of(|r| columns(r, &format!("{{h}} {{k}} {{l}} {} {{f}} {{s}}", 100 + r.hkl[0])))),
        ("behind.hkl", of(|r| columns(r, "{h} {k} {l} {f} {s} 1 0.25 17.5"))),
        ("twin.hkl", of(twin)),
    ]
}

/// Several reflections in a line.
fn several() -> Vec<(&'static str, Vec<u8>)> {
    let parts = |each: usize, part: &dyn Fn(&Row) -> String| -> Vec<u8> {
        let parts: Vec<String> = plain()[..ROWS].iter().map(part).collect();
        parts.chunks(each).map(|line| line.concat() + "\n").collect::<String>().into_bytes()
    };
    vec![
        ("two.hkl", parts(2, &|r| columns(r, "{h} {k} {l} {f} {s} "))),
        ("three.hkl", parts(3, &|r| wide(r, 4, 8, 9.0))),
    ]
}

/// Encodings, line ends, and what stands before the list.
fn coded() -> Vec<(&'static str, Vec<u8>)> {
    let text = String::from_utf8(of(|r| wide(r, 4, 8, 1.0))).unwrap();
    vec![
        ("utf16.hkl", format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("bom.hkl", format!("\u{feff}# h k l\n\n{text}").into_bytes()),
        ("dos.hkl", (text.replace('\n', "\r\r\n") + "\u{1a}").into_bytes()),
        ("mac.hkl", format!("h k l F2 sigma\n{text}").replace('\n', "\r").into_bytes()),
    ]
}

fn few(prefix: &str, names: &[&str], values: impl Fn(&Row) -> Vec<String>) -> String {
    refln(prefix, names, &plain()[..FEW], values)
}

fn two(row: &Row) -> Vec<String> {
    vec![row.value.to_string(), row.sigma.to_string()]
}

fn embedded() -> Vec<u8> {
    let list = String::from_utf8(of(|r| wide(r, 4, 8, 1.0))).unwrap();
    format!("data_t\n_cell_length_a 14\n_shelx_res_file\n;\n{INS};\n_shelx_hkl_file\n;\n{list}   0   0   0\n;\n")
        .into_bytes()
}

fn inner() -> Vec<u8> {
    let loop_ = few("_refln_", &["F_squared_meas", "F_squared_sigma"], two);
    format!("{}_iucr_refine_fcf_details\n;\ndata_inner\n_cell_length_a 14\n{loop_};\n", cif_head("t")).into_bytes()
}

fn loops() -> Vec<(&'static str, Vec<u8>)> {
    let names = ["F_calc", "F_meas", "F_squared_meas", "F_squared_sigma", "observed_status", "scale_group_code"];
    let many = few("_refln_", &names, |r| {
        vec!["7".into(), "?".into(), format!("{}(3)", r.value), r.sigma.to_string(), "<".into(), "1".into()]
    });
    let one = few("_refln_", &["F_meas", "F_sigma"], two);
    [("a.cif", many), ("b.cif", one)].map(|(name, loop_)| (name, (cif_head("t") + &loop_).into_bytes())).into()
}

fn net() -> Vec<u8> {
    let loop_ = few("_diffrn_refln_", &["intensity_net", "intensity_u", "scale_group_code"], |r| {
        [two(r), vec!["3".into()]].concat()
    });
    let scales = "loop_\n_diffrn_scale_group_code\n_diffrn_scale_group_I_net\n3 2.0\n";
    format!("{}{loop_}{scales}", cif_head("t")).into_bytes()
}

fn macromolecular(mates: bool) -> Vec<u8> {
    let loop_ = if mates {
        let names = ["pdbx_I_plus", "pdbx_I_plus_sigma", "pdbx_I_minus", "pdbx_I_minus_sigma"];
        few("_refln.", &names, |r| [two(r), vec!["?".into(), "?".into()]].concat())
    } else {
        let names = ["status", "F_meas_au", "F_meas_sigma_au"];
        few("_refln.", &names, |r| [vec!["o".into()], two(r)].concat())
    };
    let head = "data_rtypedsf\n_cell.length_a 14.0\n_cell.length_b 6.2\n_cell.length_c 6.8\n_cell.angle_alpha 90\n\
        _cell.angle_beta 99\n_cell.angle_gamma 90\n_symmetry.space_group_name_H-M 'P 1 21/c 1'\n\
        _diffrn_radiation_wavelength.wavelength 0.71073\n";
    format!("{head}{loop_}").into_bytes()
}

/// An `.fcf` of SHELXL by its LIST code.
fn fcf(code: u32) -> Vec<u8> {
    let names = match code {
        3 => &["F_meas", "F_sigma", "A_calc", "B_calc"][..],
        4 => &["F_squared_calc", "F_squared_meas", "F_squared_sigma", "observed_status"],
        6 => &["F_squared_meas", "F_squared_sigma", "F_calc", "phase_calc"],
        _ => &["F_squared_meas", "F_squared_sigma", "F_calc", "phase_calc", "d_spacing", "weight"],
    };
    let loop_ = few("_refln_", names, |r| {
        let one = |name: &&str| match *name {
            "F_squared_meas" | "F_meas" => r.value.to_string(),
            "F_squared_sigma" | "F_sigma" => r.sigma.to_string(),
            "observed_status" => "o".to_owned(),
            _ => "1.5".to_owned(),
        };
        names.iter().map(one).collect()
    });
    format!("{}_shelx_refln_list_code {code}\n{loop_}", cif_head("t")).into_bytes()
}

fn mtz_files() -> Vec<(&'static str, Vec<u8>)> {
    let rows = |more: &dyn Fn(&Row) -> Vec<f32>| -> Vec<Vec<f32>> {
        plain()[..FEW].iter().map(|r| r.hkl.iter().map(|i| *i as f32).chain(more(r)).collect()).collect()
    };
    let mean = ["H H", "K H", "L H", "FP F", "SIGFP Q", "IMEAN J", "SIGIMEAN Q", "FREE I"];
    let mates = ["H H", "K H", "L H", "I(+) K", "SIGI(+) M", "I(-) K", "SIGI(-) M"];
    let (i, s) = (|r: &Row| r.value as f32, |r: &Row| r.sigma as f32);
    vec![
        ("mean.mtz", mtz(&mean, &rows(&|r| vec![3.0, 0.1, i(r), s(r), 0.0]))),
        ("mates.mtz", mtz(&mates, &rows(&|r| vec![i(r), s(r), f32::NAN, f32::NAN]))),
    ]
}

fn xds(merge: &str) -> Vec<u8> {
    let records = list(&plain()[..FEW], |r| columns(r, "{h} {k} {l} {f} {s} 1"));
    format!(
        "!FORMAT=XDS_ASCII    {merge}    FRIEDEL'S_LAW=FALSE\n!SPACE_GROUP_NUMBER=   14\n\
         !UNIT_CELL_CONSTANTS=    14.000  6.200  6.800  90.000  99.000  90.000\n!NUMBER_OF_ITEMS_IN_EACH_DATA_RECORD=6\n\
         !X-RAY_WAVELENGTH=  0.71073\n!ITEM_H=1\n!ITEM_K=2\n!ITEM_L=3\n!ITEM_IOBS=4\n!ITEM_SIGMA(IOBS)=5\n!ITEM_ISET=6\n\
         !END_OF_HEADER\n{records}1 1 1 99.0 -3.0 1\n!END_OF_DATA\n"
    )
    .into_bytes()
}

fn tonto() -> Vec<u8> {
    let records = list(&plain()[..FEW], |r| columns(r, "{h} {k} {l} {f} {s}"));
    format!(" reflection_data= {{\n keys= {{ h= k= l= f_exp= f_sigma= }}\n data= {{\n{records} }}\n REVERT\n")
        .into_bytes()
}

fn xd() -> Vec<u8> {
    let records = list(&plain()[..FEW], |r| columns(r, "{h} {k} {l} 1 {f} {s}"));
    format!("name F^2 NDAT 6\n{records}").into_bytes()
}

const P4P: &str = "FILEID  SAINT   8.40B MoK\nTITLE   a test\nCHEM    C10 H12 N2\n\
CELL     7.1000   8.2000   9.3000  90.000  101.500  90.000   530.0\n\
CELLSD   0.0010   0.0020   0.0030   0.010    0.010   0.010     0.1\nSOURCE  MO  0.71073  0.70930  0.71359\n";
