//! Every row for programs: all revisions, all digits, `null` for what is not known.

use polars::prelude::{AnyValue, DataFrame};
use serde_json::{Map, Value, json};

use super::cells::{cells, day, texts};
use super::columns::{ESTIMATES, IS_CURRENT, VERDICTS};
use super::read::History;
use crate::error::Error;
use crate::report::spreadsheet;

/// `verdicts` and `estimates`, a list of rows each.
///
/// # Errors
/// `Bug` where the frames are not those of the tables.
pub fn history_json(history: &History) -> Result<Value, Error> {
    Ok(json!({
        "experiment": history.experiment,
        "verdicts": objects(&history.verdicts)?,
        "estimates": objects(&history.estimates)?,
    }))
}

/// A line for each row; its first cell names the table, and what that table has not is empty.
///
/// # Errors
/// As [`history_json`].
pub fn history_csv(history: &History) -> Result<String, Error> {
    let mut lines = Vec::new();
    for (table, frame) in [("verdicts", &history.verdicts), ("estimates", &history.estimates)] {
        for mut object in objects(frame)? {
            object.insert("table".into(), table.into());
            if let Some(Value::Array(reasons)) = object.get("hold_reasons") {
                let reasons: Vec<&str> = reasons.iter().filter_map(Value::as_str).collect();
                object.insert("hold_reasons".into(), reasons.join("; ").into());
            }
            lines.push(object);
        }
    }
    spreadsheet(&header(), &lines)
}

fn header() -> Vec<&'static str> {
    let mut names = vec!["table"];
    let columns = VERDICTS.iter().chain(&ESTIMATES).map(|(name, _)| *name);
    for name in columns.chain([IS_CURRENT]) {
        // Rows about parts of the units are not here.
        if name != "segment" && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn objects(frame: &DataFrame) -> Result<Vec<Map<String, Value>>, Error> {
    let mut objects = vec![Map::new(); frame.height()];
    for column in frame.columns() {
        let name = column.name().as_str();
        for (object, value) in objects.iter_mut().zip(cells(frame, name, value)?) {
            object.insert(name.to_owned(), value.unwrap_or(Value::Null));
        }
    }
    Ok(objects)
}

fn value(cell: AnyValue<'_>) -> Option<Value> {
    match cell {
        AnyValue::String(text) => Some(json!(text)),
        AnyValue::Int64(number) => Some(json!(number)),
        AnyValue::Float64(number) => Some(json!(number)),
        AnyValue::Boolean(flag) => Some(json!(flag)),
        AnyValue::Date(_) => day(cell).map(|day| json!(day.to_string())),
        AnyValue::List(_) => texts(cell).map(|texts| json!(texts)),
        _ => None,
    }
}
