//! The same facts, written with other types.

use std::fs::{self, File};
use std::io::Cursor;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::csv::ReaderBuilder;
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use serde_json::Value;

use super::night::shipping;
use crate::project::{Project, day_file};

/// The facts of a day, every column of it text.
fn facts(project: &Project, day: u32) -> RecordBatch {
    let names = ["id", "user", "event", "amount", "currency", "at"];
    let columns = names.map(|name| Field::new(name, DataType::Utf8, true));
    let schema = Arc::new(Schema::new(columns.to_vec()));
    let text = Cursor::new(project.read(&day_file(day)));
    let mut reader = ReaderBuilder::new(schema).with_header(true).build(text).unwrap();
    reader.next().unwrap().unwrap()
}

/// A night of Parquet files with these types.
fn with_types(types: &[(&str, DataType)]) -> Value {
    let project = shipping();
    for day in 1..=8 {
        let facts = facts(&project, day);
        let mut columns = Vec::new();
        for (field, column) in facts.schema().fields().iter().zip(facts.columns()) {
            let other = types.iter().find(|(name, _)| name == field.name());
            let usual = if field.name() == "amount" { DataType::Float64 } else { DataType::Utf8 };
            let column = cast(column, other.map_or(&usual, |(_, other)| other)).unwrap();
            columns.push((field.name().clone(), column));
        }
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let path = project.path(&day_file(day));
        fs::remove_file(&path).unwrap();
        let file = File::create(path.with_extension("parquet")).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    }
    let night = project.night();
    night.ships();
    night.report["estimates"].clone()
}

/// D31, D32: money in decimals, and numbers of every width.
#[test]
fn amounts_of_every_type() {
    let expected = shipping().night().report["estimates"].clone();
    let types = [
        DataType::Decimal128(9, 2),
        DataType::Decimal128(38, 9),
        DataType::Decimal256(50, 10),
        DataType::Float16,
        DataType::Float32,
        DataType::Float64,
    ];
    for found in types {
        assert_eq!(with_types(&[("amount", found.clone())]), expected, "{found}");
    }
}

/// D33: text in pieces, as views and as dictionaries; times in every unit.
#[test]
fn keys_and_instants_of_every_type() {
    let expected = shipping().night().report["estimates"].clone();
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let units = [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond];
    let texts = [DataType::LargeUtf8, DataType::Utf8View, dictionary];
    for (text, unit) in texts.into_iter().zip(units) {
        let mut types =
            ["id", "user", "event", "currency"].map(|name| (name, text.clone())).to_vec();
        types.push(("at", DataType::Timestamp(unit, None)));
        assert_eq!(with_types(&types), expected, "{text} {unit:?}");
    }
}
