//! Which columns are read, and as what.

use polars::prelude::DataType;

/// Type that a column is read as, whatever width its writer gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Texts,
    Day,
    Whole,
    Number,
    Flag,
}

impl Kind {
    pub fn data_type(self) -> DataType {
        match self {
            Kind::Text => DataType::String,
            Kind::Texts => DataType::List(Box::new(DataType::String)),
            Kind::Day => DataType::Date,
            Kind::Whole => DataType::Int64,
            Kind::Number => DataType::Float64,
            Kind::Flag => DataType::Boolean,
        }
    }
}

pub type Column = (&'static str, Kind);

/// Of `verdicts`, in the order in which they are written down.
pub const VERDICTS: [Column; 26] = [
    ("experiment", Kind::Text),
    ("as_of", Kind::Day),
    ("revision", Kind::Whole),
    ("run_id", Kind::Text),
    ("lock_phase", Kind::Whole),
    ("decision", Kind::Text),
    ("winner", Kind::Text),
    ("metric", Kind::Text),
    ("treatment", Kind::Text),
    ("confidence", Kind::Number),
    ("lift", Kind::Number),
    ("lift_lower", Kind::Number),
    ("lift_upper", Kind::Number),
    ("probability_best", Kind::Number),
    ("units", Kind::Whole),
    ("days", Kind::Whole),
    ("days_left", Kind::Whole),
    ("actionable", Kind::Flag),
    ("confirmed", Kind::Whole),
    ("settled_on", Kind::Day),
    ("hold_reasons", Kind::Texts),
    ("recommendation", Kind::Text),
    ("engine_version", Kind::Text),
    ("input_hash", Kind::Text),
    ("revised_because", Kind::Text),
    ("revised", Kind::Text),
];

/// Of `estimates`. Both intervals are read: which test is in force the table does not say.
pub const ESTIMATES: [Column; 24] = [
    ("experiment", Kind::Text),
    ("as_of", Kind::Day),
    ("revision", Kind::Whole),
    ("run_id", Kind::Text),
    ("metric", Kind::Text),
    ("role", Kind::Text),
    ("treatment", Kind::Text),
    ("segment", Kind::Text),
    ("control_value", Kind::Number),
    ("treatment_value", Kind::Number),
    ("effect", Kind::Number),
    ("std_error", Kind::Number),
    ("lift", Kind::Number),
    ("lift_fixed_lower", Kind::Number),
    ("lift_fixed_upper", Kind::Number),
    ("lift_sequential_lower", Kind::Number),
    ("lift_sequential_upper", Kind::Number),
    ("alpha", Kind::Number),
    ("adjusted_p_value", Kind::Number),
    ("margin", Kind::Number),
    ("margin_p_value", Kind::Number),
    ("state", Kind::Text),
    ("status", Kind::Text),
    ("reason", Kind::Text),
];

/// Whether a row is of the newest revision of its day; no table holds it.
pub const IS_CURRENT: &str = "is_current";
