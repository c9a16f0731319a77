//! Whether facts say when in a day they happened.

use crate::config::{Experiment, Project};
use crate::plan::sources_read;
use crate::source::Warehouse;
use crate::verdict::{HealthRow, Outcome};

/// A warning for every source of facts whose instants are days, and no row for any other.
pub fn dates(project: &Project, warehouse: &Warehouse, experiment: &Experiment) -> Vec<HealthRow> {
    let measured = sources_read(project, experiment);
    let opened = warehouse.sources.values().filter(|open| measured.contains(&open.source.name));
    let warning = |source: &str, column: &str| HealthRow {
        check: format!("dates:{source}"),
        outcome: Outcome::Warn,
        observed: None,
        expected: None,
        p_value: None,
        detail: format!(
            "`{column}` of `{source}` is a date and counts as the start of its day, so that facts \
             of the day on which a unit meets the experiment come before it; write instants"
        ),
    };
    opened.filter_map(|open| Some(warning(&open.source.name, open.days_for_instants()?))).collect()
}
