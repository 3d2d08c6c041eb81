//! Files of reflections in several formats, written from one list.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// One reflection of the list.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub hkl: [i32; 3],
    pub value: f64,
    pub sigma: f64,
}

/// Rows of a list in SHELX's columns.
pub fn rows(list: &str) -> Vec<Row> {
    let number = |line: &str, columns: std::ops::Range<usize>| line[columns].trim().parse::<f64>().unwrap();
    let row = |line: &str| Row {
        hkl: [0, 1, 2].map(|i| number(line, 4 * i..4 * i + 4) as i32),
        value: number(line, 12..20),
        sigma: number(line, 20..28),
    };
    list.lines().map(row).take_while(|row| row.hkl != [0; 3]).collect()
}

/// A line for each row.
pub fn list(rows: &[Row], line: impl Fn(&Row) -> String) -> String {
    rows.iter().map(|row| line(row) + "\n").collect()
}

/// A data block with cell, symmetry, formula and wavelength of the plain structure.
pub fn cif_head(block: &str) -> String {
    format!(
        "data_{block}\n_cell_length_a 14.0000(10)\n_cell_length_b 6.2\n_cell_length_c 6.8\n_cell_angle_alpha 90\n\
         _cell_angle_beta 99.0\n_cell_angle_gamma 90\n_cell_formula_units_Z 4\n_chemical_formula_sum 'C5 N O'\n\
         _diffrn_radiation_wavelength 0.71073\nloop_\n_space_group_symop_operation_xyz\n'x, y, z'\n'-x, y+1/2, -z+1/2'\n\
         '-x, -y, -z'\n'x, -y+1/2, z+1/2'\n"
    )
}

/// A loop of indices and these columns.
pub fn refln(prefix: &str, names: &[&str], rows: &[Row], values: impl Fn(&Row) -> Vec<String>) -> String {
    let mut text = "loop_\n".to_owned();
    for name in ["index_h", "index_k", "index_l"].iter().chain(names) {
        text.push_str(&format!("{prefix}{name}\n"));
    }
    text + &list(rows, |row| {
        let [h, k, l] = row.hkl;
        format!("{h} {k} {l} {}", values(row).join(" "))
    })
}

/// An MTZ file with cell and symmetry of the plain structure: columns as `LABEL TYPE`.
pub fn mtz(columns: &[&str], rows: &[Vec<f32>]) -> Vec<u8> {
    let count = u32::try_from(columns.len() * rows.len()).unwrap();
    let mut bytes = [&b"MTZ "[..], &(21 + count).to_le_bytes(), b"\x44\x41\0\0"].concat();
    bytes.resize(80, 0);
    bytes.extend(rows.iter().flatten().flat_map(|x| x.to_le_bytes()));
    let mut header = vec!["VERS MTZ:V1.1".to_owned(), format!("NCOL {} {} 0", columns.len(), rows.len())];
    header.extend(
        [
            "CELL 14.0 6.2 6.8 90.0 99.0 90.0",
            "SYMINF 4 4 P 14 'P 1 21/c 1' PG2/m",
            "SYMM X, Y, Z",
            "SYMM -X, Y+1/2, -Z+1/2",
        ]
        .map(str::to_owned),
    );
    header.extend(["SYMM -X, -Y, -Z", "SYMM X, -Y+1/2, Z+1/2", "VALM NAN"].map(str::to_owned));
    header.extend(columns.iter().map(|c| format!("COLUMN {c} 0.0 1.0 1")));
    header.extend(["NDIF 1", "PROJECT 1 x", "DWAVEL 1 0.71073", "END"].map(str::to_owned));
    for record in header {
        bytes.extend(format!("{record:80}").bytes());
    }
    bytes
}

/// Packed with gzip.
pub fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
