//! The stages of a night as SQL that a person can read.

use std::sync::Arc;

use arrow::datatypes::Schema;
use datafusion::dataframe::DataFrame;
use datafusion::prelude::SessionContext;
use datafusion::sql::unparser::plan_to_sql;

use super::queries::{self, Query};
use super::session::{explain, keep};
use super::sightings::Sightings;
use crate::error::Error;

/// The queries that enroll units and find members, as they stand in `sql/`.
pub fn enrollment_queries(sightings: &Sightings, members: bool) -> Vec<Query> {
    let mut found = Vec::new();
    if sightings.exposures.is_some() {
        found.extend([queries::EXPOSED, queries::EXPOSED_UNITS]);
    }
    if sightings.assignments.is_some() {
        found.extend([queries::ASSIGNED, queries::ASSIGNED_UNITS]);
    }
    found.extend([queries::ENROLLED_BY_EXPOSURE, queries::ENROLLED_BY_ASSIGNMENT]);
    found.extend(members.then_some(queries::MEMBERS));
    found
}

/// A built stage as SQL; what it reads stands there by name.
///
/// # Errors
/// `Bug` for a stage that the engine cannot write as SQL.
pub fn built(name: &str, stage: &DataFrame) -> Result<String, Error> {
    let sql = plan_to_sql(stage.logical_plan()).map_err(explain)?;
    Ok(format!("-- {name}\n{sql:#};\n"))
}

/// Leaves an empty relation under the name of a stage, so that the next one names it.
pub fn stand_in(session: &SessionContext, name: &str, stage: &DataFrame) -> Result<(), Error> {
    let schema: &Schema = stage.schema().as_arrow();
    keep(session, name, Arc::new(schema.clone()), Vec::new()).map_err(explain)
}
