//! The table of trials as Apache Parquet.

use crate::report::trials::TrialRow;
use crate::{Error, Result};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;
use std::sync::Arc;

/// Columns in the order of `TrialRow`.
const SCHEMA: &str = "message trials {
    OPTIONAL INT64 set;
    REQUIRED INT64 trial;
    REQUIRED BYTE_ARRAY arm (UTF8);
    REQUIRED BYTE_ARRAY method (UTF8);
    REQUIRED INT64 cycles;
    REQUIRED FLOAT r_weak;
    REQUIRED FLOAT e_kurtosis;
    REQUIRED FLOAT tan_cos;
    REQUIRED FLOAT r;
    REQUIRED FLOAT flipped;
    REQUIRED FLOAT kappa;
    REQUIRED BOOLEAN promising;
    OPTIONAL BOOLEAN proven;
    REQUIRED INT64 agreeing;
    OPTIONAL DOUBLE probability;
}";

/// The rows as a file.
///
/// # Errors
/// `Error::Bug` when the format cannot express them.
pub fn parquet(rows: &[TrialRow]) -> Result<Vec<u8>> {
    bytes(rows).map_err(|error| Error::Bug(format!("the trials cannot be written: {error}")))
}

fn bytes(rows: &[TrialRow]) -> std::result::Result<Vec<u8>, ParquetError> {
    let mut out = Vec::new();
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let mut file = SerializedFileWriter::new(&mut out, schema, Arc::new(WriterProperties::default()))?;
    let mut group = file.next_row_group()?;
    let mut number = 0;
    while let Some(column) = group.next_column()? {
        write(column, number, rows)?;
        number += 1;
    }
    group.close()?;
    file.close()?;
    Ok(out)
}

fn write(
    mut column: SerializedColumnWriter<'_>,
    number: usize,
    rows: &[TrialRow],
) -> std::result::Result<(), ParquetError> {
    let text = |row: &TrialRow| if number == 2 { row.arm.as_str().into() } else { row.method.into() };
    let float =
        |r: &TrialRow| [r.r_weak, r.e_kurtosis, r.tan_cos, r.r, r.flipped, r.kappa][number.saturating_sub(5).min(5)];
    match column.untyped() {
        ColumnWriter::Int64ColumnWriter(_) => match number {
            0 => known::<Int64Type>(&mut column, rows.iter().map(|r| r.set.map(|set| set as i64))),
            1 => all::<Int64Type>(&mut column, rows.iter().map(|r| i64::from(r.trial))),
            4 => all::<Int64Type>(&mut column, rows.iter().map(|r| i64::from(r.cycles))),
            _ => all::<Int64Type>(&mut column, rows.iter().map(|r| r.agreeing as i64)),
        },
        ColumnWriter::BoolColumnWriter(_) if number == 11 => {
            all::<BoolType>(&mut column, rows.iter().map(|r| r.promising))
        }
        ColumnWriter::BoolColumnWriter(_) => known::<BoolType>(&mut column, rows.iter().map(|r| r.proven)),
        ColumnWriter::DoubleColumnWriter(_) => known::<DoubleType>(&mut column, rows.iter().map(|r| r.probability)),
        ColumnWriter::FloatColumnWriter(_) => all::<FloatType>(&mut column, rows.iter().map(float)),
        _ => all::<ByteArrayType>(&mut column, rows.iter().map(|row| -> ByteArray { text(row) })),
    }?;
    column.close()
}

/// A column without gaps.
fn all<T: DataType>(
    column: &mut SerializedColumnWriter<'_>,
    values: impl Iterator<Item = T::T>,
) -> std::result::Result<usize, ParquetError> {
    column.typed::<T>().write_batch(&values.collect::<Vec<_>>(), None, None)
}

/// A column with gaps.
fn known<T: DataType>(
    column: &mut SerializedColumnWriter<'_>,
    values: impl Iterator<Item = Option<T::T>>,
) -> std::result::Result<usize, ParquetError> {
    let values: Vec<Option<T::T>> = values.collect();
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let values: Vec<T::T> = values.into_iter().flatten().collect();
    column.typed::<T>().write_batch(&values, Some(&levels), None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use std::io::Write;

    #[test]
    fn every_value_is_read_back() {
        let row = |set: Option<usize>, probability: Option<f64>| TrialRow {
            set,
            trial: 7,
            arm: "mp-n1".into(),
            method: "message",
            cycles: 440,
            r_weak: 0.1,
            e_kurtosis: 9.0,
            tan_cos: 0.2,
            r: 0.3,
            flipped: 0.4,
            kappa: 0.5,
            promising: true,
            proven: set.map(|_| false),
            agreeing: 3,
            probability,
        };
        let bytes = parquet(&[row(None, None), row(Some(2), Some(0.75))]).unwrap();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let rows: Vec<String> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
        assert!(rows[0].contains("set: null") && rows[0].contains("arm: \"mp-n1\""), "{}", rows[0]);
        let second =
            ["set: 2", "method: \"message\"", "kappa: 0.5", "proven: false", "agreeing: 3", "probability: 0.75"];
        assert!(second.iter().all(|part| rows[1].contains(part)), "{}", rows[1]);
    }
}
