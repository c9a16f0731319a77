//! Objects as lines of CSV.

use serde_json::{Map, Value};

use crate::error::{Error, Kind, Problem};

/// A header of `names` and a line for each object; what one has not is empty.
///
/// # Errors
/// `Environment` when memory cannot be written to, which does not happen.
pub fn spreadsheet(names: &[&str], objects: &[Map<String, Value>]) -> Result<String, Error> {
    let failed = |why: &dyn std::fmt::Display| -> Error {
        Problem::new(Kind::Environment, "", format!("cannot write CSV: {why}")).into()
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(names).map_err(|why| failed(&why))?;
    for object in objects {
        let cell = |name: &&str| match object.get(*name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
        };
        writer.write_record(names.iter().map(cell)).map_err(|why| failed(&why))?;
    }
    let bytes = writer.into_inner().map_err(|why| failed(&why))?;
    String::from_utf8(bytes).map_err(|why| failed(&why))
}
