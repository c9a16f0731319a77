//! How a TOML date becomes a civil date.
//!
//! TOML has dates of its own (`start = 2026-10-01`, no quotes), which only the `toml` crate's
//! type can read; jiff's expects a string.

use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use toml::value::Datetime;

pub(super) fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    let text = date.to_string();
    let value: Datetime = text.parse().map_err(serde::ser::Error::custom)?;
    value.serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let value = Datetime::deserialize(deserializer)?;
    match (value.date, value.time) {
        (Some(_), None) => value.to_string().parse().map_err(D::Error::custom),
        _ => Err(D::Error::custom(format!("`{value}` is not a date such as 2026-10-01"))),
    }
}
