//! Small good files of every kind that is read, typed or made here, and their readers.

use super::mutants::Reader;
use seedflip::formats::{self, seeds::read_seed_list};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A reader with its files.
pub struct Target {
    pub name: &'static str,
    pub reader: Reader,
    pub files: Vec<(PathBuf, Vec<u8>)>,
}

/// Rows of a list that are enough.
const ROWS: usize = 60;
/// A cell, as the examples have it.
const CELL: [f32; 6] = [11.233, 6.544, 11.231, 90.0, 95.89, 90.0];

/// Every reader.
pub fn targets() -> Vec<Target> {
    let target = |name, reader: Reader, files: Vec<(&str, Vec<u8>)>| Target {
        name,
        reader,
        files: files.into_iter().map(|(name, bytes)| (PathBuf::from(name), bytes)).collect(),
    };
    let cif = std::iter::once(("typed.cif", TYPED_CIF.as_bytes().to_vec())).chain(
        ["aspirin.cif", "ethyldeoxycytidine.cif"].map(|name| (name, example(&format!("examples/models/{name}")))),
    );
    let own = vec![
        target("ins", ins, ins_files()),
        target("hkl", hkl, hkl_files()),
        target("cif", cif_model, cif.collect()),
        target("fcf", seeds, vec![("a.fcf", FCF_6.into()), ("b.fcf", FCF_3.into()), ("c.cif", REFLN.into())]),
        target("mtz", seeds, vec![("a.mtz", mtz(false)), ("b.mtz", mtz(true))]),
        target("csv", seeds, vec![("a.csv", CSV.into()), ("b.csv", CSV_BINS.into()), ("c.csv", CSV_CLASSES.into())]),
        target(
            "npy",
            seeds,
            vec![("a.npy", npy("<f8", "(2, 4)", &doubles(&[1.0, 0.0, 2.0, 90.0, 1.0, 1.0, 2.0, 180.0])))],
        ),
        target("npz", seeds, vec![("a.npz", npz(false)), ("b.npz", npz(true))]),
        target("phs", seeds, vec![("a.phs", PHS.into()), ("b.F", COMPLEX.into())]),
        target("ccp4", map, vec![("a.ccp4", ccp4())]),
        target("xplor", map, vec![("a.xplor", xplor().into_bytes())]),
        target(
            "fragment",
            fragment,
            vec![("typed.ins", TYPED_INS.into()), ("a.cif", example("examples/models/aspirin.cif"))],
        ),
        target("inflip", inflip, vec![("a.inflip", INFLIP.into())]),
        target("pair", pair, vec![("p.ins", example("tests/data/aspirin.ins")), ("p.hkl", rows("aspirin", 1200))]),
    ];
    own.into_iter().chain(super::corpus_measured::targets()).chain(super::corpus_runs::targets()).collect()
}

fn ins(path: &Path, bytes: &[u8]) -> Result<(), String> {
    formats::parse_ins(path, bytes).map(drop).map_err(|error| error.to_string())
}

fn hkl(path: &Path, bytes: &[u8]) -> Result<(), String> {
    formats::parse_hkl(path, bytes, &Default::default()).map(drop).map_err(|error| error.to_string())
}

fn cif_model(path: &Path, bytes: &[u8]) -> Result<(), String> {
    formats::cif::parse_model(&formats::text::text_of(bytes), path).map(drop).map_err(|error| error.to_string())
}

fn fragment(path: &Path, bytes: &[u8]) -> Result<(), String> {
    formats::read_fragment(path, bytes).map(drop).map_err(|error| error.to_string())
}

fn map(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if formats::is_map(bytes) {
        formats::read_map(path, bytes).map(drop).map_err(|error| error.to_string())
    } else {
        Ok(())
    }
}

/// An input of Superflip.
fn inflip(path: &Path, bytes: &[u8]) -> Result<(), String> {
    formats::inflip::parse_inflip(path, bytes).map(drop).map_err(|error| error.to_string())
}

/// Any seed file, by its content.
fn seeds(path: &Path, bytes: &[u8]) -> Result<(), String> {
    match read_seed_list(path, bytes).map_err(|error| error.to_string())? {
        Some(_) => Ok(()),
        None if formats::is_map(bytes) => map(path, bytes),
        None => fragment(path, bytes),
    }
}

/// The whole way to merged data, one file of the pair being a mutant.
fn pair(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let name = folder.path().join("p.ins");
    for (ending, source) in [("ins", example("tests/data/aspirin.ins")), ("hkl", rows("aspirin", 1200))] {
        let own = path.extension().is_some_and(|e| e == ending);
        std::fs::write(name.with_extension(ending), if own { bytes } else { &source }).map_err(|e| e.to_string())?;
    }
    let input = seedflip::input::read(&name, None, None).map_err(|error| error.to_string())?;
    input.with_laue_class().map(drop).map_err(|error| format!("p.hkl: {error}"))
}

fn example(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The first rows of an example.
fn rows(name: &str, count: usize) -> Vec<u8> {
    let text = String::from_utf8(example(&format!("tests/data/{name}.hkl"))).unwrap();
    text.lines().take(count).map(|line| format!("{line}\n")).collect::<String>().into_bytes()
}

fn ins_files() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("typed.ins", TYPED_INS.into()),
        ("aspirin.ins", example("tests/data/aspirin.ins")),
        ("farnesiaside.ins", example("tests/data/farnesiaside.ins")),
    ]
}

/// One list in several layouts.
fn hkl_files() -> Vec<(&'static str, Vec<u8>)> {
    let shelx = String::from_utf8(rows("aspirin", ROWS)).unwrap();
    let table: Vec<Vec<&str>> = shelx.lines().map(|line| line.split_whitespace().collect()).collect();
    let written = |row: &dyn Fn(&[&str]) -> String| table.iter().map(|fields| row(fields) + "\n").collect::<String>();
    let wide = |f: &[&str]| format!("{:>5}{:>5}{:>5}{:>10}{:>10}", f[0], f[1], f[2], f[3], f[4]);
    let commas = |f: &[&str]| f.join(",");
    let batch = |f: &[&str]| format!("{:>4}{:>4}{:>4}{:>8}{:>8}{:>4}", f[0], f[1], f[2], f[3], f[4], 1);
    let files = [written(&wide), written(&commas), written(&batch)].map(String::into_bytes);
    ["wide.hkl", "commas.hkl", "batch.hkl"].into_iter().zip(files).chain([("shelx.hkl", shelx.into_bytes())]).collect()
}

const TYPED_INS: &str = "TITL a model with all kinds of cards\nCELL 1.54178 5.64 7.1 9.03 90 101.5 90\nZERR 2 0.001 0.002 0.003 0 0.02 0\n\
LATT -1\nSYMM -X, 1/2+Y, -Z\nSFAC C 2.31 20.8439 1.02 10.2075 1.5886 0.5687 0.865 51.6512 =\n 0.2156 0.0033 0.0016 10.5 0.77 12.011\n\
SFAC H N O CL\nUNIT 8 8 2 4 1\nDISP C 0.0181 0.0091\nTEMP -173\nSIZE 0.1 0.2 0.3\nL.S. 10\nWGHT 0.1\nFVAR 0.5 0.7\n\
C1 1 0.1 0.2 0.3 11 0.02 0.03 =\n 0.04 0.001 0.002 0.003\nAFIX 43\nH1 2 0.15 0.25 0.35 11 -1.2\nAFIX 0\nCL1 5 0.5 0.5 0.5 21 0.05\n\
REM a remark\nHKLF 4 1 1 0 0 0 1 0 0 0 1\nEND\nQ1 1 0.3 0.4 0.5 11 0.05 2.1\n";
const TYPED_CIF: &str = "data_t\n_cell_length_a 7\n_cell_length_b 8\n_cell_length_c 9\n_cell_angle_beta 100.5(2)\n_diffrn_radiation_wavelength 0.71\n\
loop_\n_symmetry_equiv_pos_site_id\n_symmetry_equiv_pos_as_xyz\n1 x,y,z\n2 '-x, 1/2+y, 1/2-z'\n3 -x,-y,-z\n4 'x, 1/2-y, 1/2+z'\n\
loop_\n_atom_site_type_symbol\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n_atom_site_U_iso_or_equiv\n\
Fe3+ M1 0 0 0 0.01(1)\nC C1 .1 .2 .3 ?\nH H1 ? ? ? 0.05\n\
loop_\n_atom_site_aniso_label\n_atom_site_aniso_U_11\n_atom_site_aniso_U_22\n_atom_site_aniso_U_33\n_atom_site_aniso_U_23\n_atom_site_aniso_U_13\n\
_atom_site_aniso_U_12\nC1 0.01 0.02(1) 0.03 0 .001 -.002\n_text\n;\nseveral\nlines\n;\n";
const FCF_6: &str = "data_t\n_shelx_refln_list_code 6\n_cell_length_a 7\n_cell_length_b 8\n_cell_length_c 9\n_cell_angle_alpha 90\n\
_cell_angle_beta 90\n_cell_angle_gamma 90\nloop_\n_space_group_symop_operation_xyz\n'x, y, z'\n'-x, y+1/2, -z'\n\
loop_\n_refln_index_h\n_refln_index_k\n_refln_index_l\n_refln_F_squared_meas\n_refln_F_squared_sigma\n_refln_F_calc\n_refln_phase_calc\n\
1 0 0 25.10 0.50 5.02 180.0\n0 2 0 9.00 0.30 3.10 0.0\n1 1 0 16.2 0.4 4.1 93.5\n";
const FCF_3: &str = "data_t\n_shelx_refln_list_code 3\nloop_\n_refln_index_h\n_refln_index_k\n_refln_index_l\n_refln_F_meas\n_refln_F_sigma\n\
_refln_A_calc\n_refln_B_calc\n1 0 0 5.01 0.05 -5.02 0.00\n0 2 0 3.00 0.05 3.10 -0.00\n1 1 0 4.0 0.1 0.3 4.1\n";
const REFLN: &str = "data_r\nloop_\n_refln.index_h\n_refln.index_k\n_refln.index_l\n_refln.F_meas_au\n_refln.phase_calc\n_refln.fom\n1 0 0 5 90 0.5\n2 0 0 4 ? .\n";
const CSV: &str = "#setting=P 1 21/c 1\n#origin=as-is\n#sign=F = sum f exp(+2 pi i h.x)\n#cell=11.233 6.544 11.231 90 95.89 90\n#wrong=0.1\n\
h,k,l,phase_deg,weight\n1,1,2,180,0.9\n2,0,0,0,0.5\n1,2,3,180,1\n";
const CSV_BINS: &str = "h,k,l,bin,nbins,set\n1,1,2,1,4,0\n2,0,0,0,4,0\n1,2,3,2,4,1\n";
const CSV_CLASSES: &str = "h k l p0 p1 p2 p3\n1 1 2 0.25 0.5 0.25 0\n2 0 0 1 0 0 0\n";
const PHS: &str = "   1   0   2   51.20 0.95  180.0   1.20\n   1   1   0   31.00 0.50   90.0   0.80\n";
const COMPLEX: &str = "1 0 2 (-3.5+0j)\n1 1 0 (2.25-0j)\n";

const INFLIP: &str = "# a comment\ntitle typed ! really\nperform CF\noutputfile \"my map.xplor\" x.m81\ncell 7.0 8.0 9.0 90 101.5 90\n\
lambda 1.54184\nspacegroup P21/c\ncenters\n0 0 0\nendcenters\nsymmetry\nx1 x2 x3\n-x1 1/2+x2 1/2-x3\n-x1 -x2 -x3\nx1 1/2-x2 1/2+x3\n\
endsymmetry\ncomposition C20H30 O4 Cl\nvoxel AUTO\nrandomseed 42\ndataformat intensity sigma\nfbegin\n1 0 0 25.0 0.5\n-1 2 3 4 1 # last\nendf\n";

fn doubles(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|x| x.to_le_bytes()).collect()
}

fn npy(kind: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), data].concat()
}

fn npz(bins: bool) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let phases = if bins {
        ("bin", npy("<i4", "(2,)", &[1, 0, 0, 0, 2, 0, 0, 0]))
    } else {
        ("phase_deg", npy("<f8", "(2,)", &doubles(&[0.0, 180.0])))
    };
    let arrays = [
        ("hkl", npy("<f8", "(2, 3)", &doubles(&[1.0, 0.0, 2.0, 1.0, 1.0, 2.0]))),
        phases,
        ("nbins", npy("<f8", "()", &doubles(&[4.0]))),
        ("weight", npy("<f8", "(2,)", &doubles(&[0.5, 1.0]))),
    ];
    for (name, bytes) in arrays {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(format!("{name}.npy"), options).unwrap();
        archive.write_all(&bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn mtz(big_endian: bool) -> Vec<u8> {
    let table: [[f32; 7]; 3] = [
        [1.0, 0.0, 2.0, 50.0, 1.0, 180.0, 0.9],
        [1.0, 1.0, 0.0, 30.0, 1.0, 93.0, 0.5],
        [2.0, 0.0, 0.0, 9.0, 1.0, 0.0, f32::NAN],
    ];
    let values = table.len() * table[0].len();
    let four = |n: u32| if big_endian { n.to_be_bytes() } else { n.to_le_bytes() };
    let mut bytes = b"MTZ ".to_vec();
    bytes.extend(four(21 + values as u32));
    bytes.extend(if big_endian { [0x11, 0x11, 0, 0] } else { [0x44, 0x41, 0, 0] });
    bytes.resize(80, 0);
    bytes.extend(table.iter().flatten().flat_map(|x| four(x.to_bits())));
    let columns = ["H H", "K H", "L H", "F F", "SIGF Q", "PHIC P", "FOM W"].map(|c| format!("COLUMN {c} 0.0 1.0 1"));
    let head = [
        "VERS MTZ:V1.1",
        "NCOL 7 3 0",
        "CELL 11.233 6.544 11.231 90 95.89 90",
        "SYMM X,Y,Z",
        "SYMM -X,1/2+Y,1/2-Z",
        "VALM NAN",
    ];
    for record in head.into_iter().map(str::to_owned).chain(columns).chain(["END".to_owned()]) {
        bytes.extend(format!("{record:<80}").bytes());
    }
    bytes
}

fn ccp4() -> Vec<u8> {
    let n = 8i32;
    let mut header = [0u8; 1024];
    let mut put = |word: usize, value: [u8; 4]| header[4 * (word - 1)..4 * word].copy_from_slice(&value);
    for axis in 0..3 {
        put(1 + axis, n.to_le_bytes());
        put(8 + axis, n.to_le_bytes());
        put(17 + axis, (axis as i32 + 1).to_le_bytes());
    }
    CELL.iter().enumerate().for_each(|(i, x)| put(11 + i, x.to_le_bytes()));
    put(4, 2i32.to_le_bytes());
    put(23, 1i32.to_le_bytes());
    put(24, 80i32.to_le_bytes());
    put(53, *b"MAP ");
    put(54, [0x44, 0x41, 0, 0]);
    let symmetry = format!("{:<80}", "X,Y,Z");
    let values = (0..n * n * n).flat_map(|i| ((i * 37 % 101) as f32 - 50.0).to_le_bytes());
    header.into_iter().chain(symmetry.into_bytes()).chain(values).collect()
}

fn xplor() -> String {
    let n = 6;
    let mut out = format!("\n 1 !NTITLE\n REMARKS typed\n {n} 0 {last} {n} 0 {last} {n} 0 {last}\n", last = n - 1);
    out += &CELL.map(|x| format!("{x:12.5E}")).concat();
    out += "\nZYX\n";
    for section in 0..n {
        out += &format!("{section:8}\n");
        let values: Vec<String> = (0..n * n).map(|i| format!("{:12.5E}", f64::from(i * 31 % 17) - 8.0)).collect();
        values.chunks(6).for_each(|line| out += &(line.concat() + "\n"));
    }
    out + "   -9999\n"
}
