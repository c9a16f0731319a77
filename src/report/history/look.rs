//! Verdicts as a person reads them, from their rows.

use jiff::civil::Date;
use polars::prelude::DataFrame;

use super::cells::{cells, day, flag, number, text, texts, whole};
use super::columns::IS_CURRENT;
use crate::error::{Error, Kind, Problem};

/// One verdict; what is `None` is not known.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    pub as_of: Date,
    pub revision: i64,
    /// Whether no later revision of the same day follows.
    pub is_current: bool,
    pub lock_phase: Option<i64>,
    pub decision: String,
    pub treatment: Option<String>,
    /// 0 to 1.
    pub confidence: Option<f64>,
    /// A fraction, as its ends.
    pub lift: Option<f64>,
    pub lift_lower: Option<f64>,
    pub lift_upper: Option<f64>,
    pub units: Option<i64>,
    pub actionable: Option<bool>,
    pub held_by: Vec<String>,
    pub revised_because: Option<String>,
    pub revised: Option<String>,
}

/// The looks of a frame of verdicts, in its order.
///
/// # Errors
/// `Environment` for a row without its day, revision or decision.
pub fn looks(verdicts: &DataFrame) -> Result<Vec<Look>, Error> {
    let texts_of = |name| cells(verdicts, name, text);
    let numbers_of = |name| cells(verdicts, name, number);
    let wholes_of = |name| cells(verdicts, name, whole);
    let (days, revisions) = (cells(verdicts, "as_of", day)?, wholes_of("revision")?);
    let (current, phases) = (cells(verdicts, IS_CURRENT, flag)?, wholes_of("lock_phase")?);
    let (decisions, treatments) = (texts_of("decision")?, texts_of("treatment")?);
    let (confidences, lifts) = (numbers_of("confidence")?, numbers_of("lift")?);
    let (lowers, uppers) = (numbers_of("lift_lower")?, numbers_of("lift_upper")?);
    let (units, actionables) = (wholes_of("units")?, cells(verdicts, "actionable", flag)?);
    let holds = cells(verdicts, "hold_reasons", texts)?;
    let (because, revised) = (texts_of("revised_because")?, texts_of("revised")?);
    let look = |row: usize| {
        Ok(Look {
            as_of: days[row].ok_or_else(|| without("as_of"))?,
            revision: revisions[row].ok_or_else(|| without("revision"))?,
            is_current: current[row].unwrap_or(false),
            lock_phase: phases[row],
            decision: decisions[row].clone().ok_or_else(|| without("decision"))?,
            treatment: treatments[row].clone(),
            confidence: confidences[row],
            lift: lifts[row],
            lift_lower: lowers[row],
            lift_upper: uppers[row],
            units: units[row],
            actionable: actionables[row],
            held_by: holds[row].clone().unwrap_or_default(),
            revised_because: because[row].clone(),
            revised: revised[row].clone(),
        })
    };
    (0..verdicts.height()).map(look).collect()
}

fn without(name: &str) -> Error {
    let message = format!("table `verdicts` holds a row whose `{name}` is NULL");
    let hint = "somebody has changed `verdicts`: restore it from a copy";
    Problem::new(Kind::Environment, "", message).hint(hint).into()
}
