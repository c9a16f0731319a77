//! One schema for all files of a source, or why a column has none.
//!
//! A query engine fills a column that some files lack with NULL, and so halves a metric in
//! silence. Here such a column is unusable: whoever names it gets the list of files.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};

use super::preflight::CheckedFile;

/// The columns that all files agree on, and those they do not.
#[derive(Debug, Clone)]
pub struct Unified {
    /// Types as the engine reads them: text as views, instants in microseconds.
    pub schema: SchemaRef,
    /// Column name to what is wrong with it and what to do.
    pub broken: BTreeMap<String, Broken>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub message: String,
    pub hint: String,
}

/// Brings the files' schemas together.
pub fn unify(files: &[CheckedFile]) -> Unified {
    let mut names: Vec<&str> = Vec::new();
    for field in files.iter().flat_map(|file| file.schema.fields()) {
        if !names.contains(&field.name().as_str()) {
            names.push(field.name());
        }
    }
    let mut fields = Vec::new();
    let mut broken = BTreeMap::new();
    for name in names {
        match column(files, name) {
            Ok(data_type) => fields.push(Field::new(name, data_type, true)),
            Err(why) => drop(broken.insert(name.to_string(), why)),
        }
    }
    Unified { schema: Arc::new(Schema::new(fields)), broken }
}

fn column(files: &[CheckedFile], name: &str) -> Result<DataType, Broken> {
    let mut agreed: Option<(DataType, &CheckedFile)> = None;
    let mut without: Vec<&CheckedFile> = Vec::new();
    for file in files {
        let found: Vec<&FieldRef> =
            file.schema.fields().iter().filter(|field| field.name() == name).collect();
        let field = match found.as_slice() {
            [] => {
                without.push(file);
                continue;
            }
            [field] => field,
            _ => return Err(twice(file, name)),
        };
        let here = as_read(field.data_type());
        agreed = Some(match agreed {
            None => (here, file),
            Some((so_far, first)) => match wider(&so_far, &here) {
                Some(both) => (both, first),
                None => return Err(disagree(name, (first, &so_far), (file, &here))),
            },
        });
    }
    match agreed {
        Some((data_type, _)) if without.is_empty() => Ok(data_type),
        _ => Err(lacking(files, name, &without)),
    }
}

fn twice(file: &CheckedFile, name: &str) -> Broken {
    Broken {
        message: format!("{} has two columns named `{name}`", file.listed.shown),
        hint: "write the file again with distinct column names".into(),
    }
}

fn lacking(files: &[CheckedFile], name: &str, without: &[&CheckedFile]) -> Broken {
    let sample = without[0];
    let other_case = without
        .iter()
        .flat_map(|file| file.schema.fields())
        .find(|field| field.name().eq_ignore_ascii_case(name));
    let hint = match other_case {
        Some(field) => format!("that file has `{}`: column names are case-sensitive", field.name()),
        None => format!("that file has {}", names_of(&sample.schema)),
    };
    Broken {
        message: format!(
            "column `{name}` is missing in {} of {} files, first in {}",
            without.len(),
            files.len(),
            sample.listed.shown
        ),
        hint,
    }
}

fn disagree(
    name: &str,
    (first, first_type): (&CheckedFile, &DataType),
    (file, file_type): (&CheckedFile, &DataType),
) -> Broken {
    let zones =
        matches!((first_type, file_type), (DataType::Timestamp(..), DataType::Timestamp(..)));
    Broken {
        message: format!(
            "column `{name}` is {} in {} but {} in {}",
            type_name(first_type),
            first.listed.shown,
            type_name(file_type),
            file.listed.shown
        ),
        hint: match zones {
            true => "write all files with a time zone, or all without and state `timezone` in assize.toml".into(),
            false => "write the files again with one type".into(),
        },
    }
}

/// Column names in backticks, for hints.
pub fn names_of(schema: &Schema) -> String {
    let names: Vec<String> = schema.fields().iter().map(|f| format!("`{}`", f.name())).collect();
    names.join(", ")
}

/// The type a column is read as: text as views, instants in microseconds, zones as UTC.
fn as_read(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8View,
        DataType::Dictionary(_, value) => as_read(value),
        DataType::Timestamp(_, None) => DataType::Timestamp(TimeUnit::Microsecond, None),
        DataType::Timestamp(_, Some(_)) => utc(),
        DataType::Float16 => DataType::Float32,
        other => other.clone(),
    }
}

/// The type of an instant everywhere in the engine.
pub fn utc() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// The narrowest type that holds both without loss; `None` where there is none.
fn wider(a: &DataType, b: &DataType) -> Option<DataType> {
    use DataType::*;
    if a == b {
        return Some(a.clone());
    }
    match (a, b) {
        (Null, other) | (other, Null) => Some(other.clone()),
        (Float32, Float64) | (Float64, Float32) => Some(Float64),
        (i, Float64) | (Float64, i) if i.is_integer() && bits(i) <= 32 => Some(Float64),
        (i, j) if i.is_signed_integer() && j.is_signed_integer() => Some(widest(i, j)),
        (i, j) if i.is_unsigned_integer() && j.is_unsigned_integer() => Some(widest(i, j)),
        (i, j) if i.is_integer() && j.is_integer() => {
            let unsigned = if i.is_unsigned_integer() { i } else { j };
            (bits(unsigned) <= 32).then_some(Int64)
        }
        (Int64, Float64) | (Float64, Int64) => Some(Float64),
        (Decimal128(p, s), Decimal128(q, t)) => {
            let scale = *s.max(t);
            let whole = (*p as i8 - s).max(*q as i8 - t);
            (whole + scale <= 38).then_some(Decimal128((whole + scale) as u8, scale))
        }
        _ => None,
    }
}

fn widest(a: &DataType, b: &DataType) -> DataType {
    if bits(a) >= bits(b) { a.clone() } else { b.clone() }
}

fn bits(integer: &DataType) -> usize {
    integer.primitive_width().unwrap_or(8) * 8
}

/// How a person would call the type.
pub fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".into(),
        DataType::Dictionary(_, value) => type_name(value),
        DataType::Timestamp(_, None) => "a timestamp without a time zone".into(),
        DataType::Timestamp(_, Some(_)) => "a timestamp with a time zone".into(),
        DataType::Date32 | DataType::Date64 => "a date".into(),
        DataType::Boolean => "a boolean".into(),
        DataType::Null => "always null".into(),
        DataType::Decimal128(..) | DataType::Decimal256(..) => format!("a decimal ({data_type})"),
        other if other.is_integer() => format!("an integer ({other})"),
        other if other.is_floating() => format!("a floating-point number ({other})"),
        other => format!("{other}"),
    }
}
