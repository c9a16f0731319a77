//! What a Parquet file may claim before it is taken for a mistake, or for an attack.
//!
//! Checked by the footer, before anything is read on its word. The limits are far beyond what
//! writers make; nobody has to know them.

use std::fmt;

use parquet::file::metadata::ParquetMetaData;

/// Bytes of a footer, which is held in memory several times over.
const FOOTER: u64 = 64 << 20;
const COLUMNS: usize = 100_000;
/// Rows of one row group.
const ROWS: i64 = 1_000_000_000;
/// Bytes of one row group once they are decompressed.
const ROW_GROUP: i64 = 64 << 30;

/// A claim beyond the limits: "a footer of 70,000,000 bytes".
#[derive(Debug)]
pub struct Beyond(pub String);

impl fmt::Display for Beyond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Beyond {}

/// # Errors
/// A footer of so many bytes is none.
pub fn check_footer(bytes: u64) -> Result<(), Beyond> {
    match bytes > FOOTER {
        true => Err(Beyond(format!("a footer of {bytes} bytes (at most {FOOTER})"))),
        false => Ok(()),
    }
}

/// # Errors
/// The first claim that no file should make.
pub fn check_claims(metadata: &ParquetMetaData) -> Result<(), Beyond> {
    let columns = metadata.file_metadata().schema_descr().num_columns();
    if columns > COLUMNS {
        return Err(Beyond(format!("{columns} columns (at most {COLUMNS})")));
    }
    for group in metadata.row_groups() {
        let (rows, bytes) = (group.num_rows(), group.total_byte_size());
        if !(0..=ROWS).contains(&rows) {
            return Err(Beyond(format!("a row group of {rows} rows (at most {ROWS})")));
        }
        if !(0..=ROW_GROUP).contains(&bytes) {
            let what = format!("a row group of {bytes} bytes uncompressed (at most {ROW_GROUP})");
            return Err(Beyond(what));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parquet::basic::Type as PhysicalType;
    use parquet::file::metadata::{ColumnChunkMetaData, FileMetaData, RowGroupMetaData};
    use parquet::schema::types::{SchemaDescriptor, Type};

    use super::*;

    fn claims(columns: usize, rows: i64, bytes: i64) -> Result<(), String> {
        let column = |i: usize| {
            let name = format!("c{i}");
            let column = Type::primitive_type_builder(&name, PhysicalType::INT32);
            Arc::new(column.build().unwrap())
        };
        let fields = (0..columns).map(column).collect();
        let schema = Type::group_type_builder("schema").with_fields(fields).build().unwrap();
        let schema = Arc::new(SchemaDescriptor::new(Arc::new(schema)));
        let chunk = |column| ColumnChunkMetaData::builder(column).build().unwrap();
        let chunks = schema.columns().iter().cloned().map(chunk).collect();
        let group = RowGroupMetaData::builder(schema.clone()).set_column_metadata(chunks);
        let group = group.set_num_rows(rows).set_total_byte_size(bytes).build().unwrap();
        let file = FileMetaData::new(2, rows, None, None, schema, None);
        check_claims(&ParquetMetaData::new(file, vec![group])).map_err(|beyond| beyond.0)
    }

    #[test]
    fn claims_that_no_file_should_make() {
        assert_eq!(claims(3, 1_000_000, 1 << 30), Ok(()));
        let told = |found: Result<(), String>| found.unwrap_err();
        assert_eq!(told(claims(100_001, 1, 1)), "100001 columns (at most 100000)");
        assert_eq!(
            told(claims(1, 2_000_000_000, 1)),
            "a row group of 2000000000 rows (at most 1000000000)"
        );
        assert_eq!(
            told(claims(1, 1, 1 << 40)),
            "a row group of 1099511627776 bytes uncompressed (at most 68719476736)"
        );
        assert_eq!(told(claims(1, -1, 1)), "a row group of -1 rows (at most 1000000000)");
    }
}
