//! The rows that say who met an experiment or was assigned to it.

use datafusion::dataframe::DataFrame;
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;

use super::attributes::Attributes;
use super::calendar::instant;
use super::facts::Horizon;
use crate::config::{Experiment, Project};
use crate::error::Error;
use crate::source::{KeyType, OpenSource, Warehouse};

/// The two kinds of rows that enroll units, either of which may be absent.
pub struct Sightings {
    pub exposures: Option<DataFrame>,
    pub assignments: Option<DataFrame>,
    pub key: KeyType,
    exposures_say_variant: bool,
    assignments_say_when: bool,
}

impl Sightings {
    /// Checks the columns of both sources, and the attributes that the night needs.
    ///
    /// # Errors
    /// All missing and unusable columns together.
    pub fn prepare(
        project: &Project,
        warehouse: &Warehouse,
        experiments: &[&Experiment],
        attributes: &Attributes,
    ) -> Result<Self, Error> {
        let (sources, key) = (&warehouse.sources, warehouse.key);
        let mut problems = Vec::new();
        let mut kept = |view: Result<DataFrame, Error>| {
            view.map_err(|error| problems.extend(error.problems)).ok()
        };
        let exposures = sources.get("exposures").map(|open| open.sightings(key, Vec::new()));
        let exposures = exposures.and_then(&mut kept);
        let assignments = sources.get("assignments").map(|open| {
            let session = &warehouse.session;
            assigned(session, open, key, (project, experiments, attributes))
        });
        let assignments = assignments.and_then(kept);
        Error::check(problems)?;
        let columns = |name: &str| sources.get(name).map(|open| &open.source.columns);
        Ok(Sightings {
            exposures,
            assignments,
            key,
            exposures_say_variant: columns("exposures").is_some_and(|c| c.variant.is_some()),
            assignments_say_when: columns("assignments").is_some_and(|c| c.time.is_some()),
        })
    }

    /// The sources that are there, with the relations that hold their rows.
    pub fn relations(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let exposures = self.exposures.iter().map(|_| ("exposures", "exposed"));
        exposures.chain(self.assignments.iter().map(|_| ("assignments", "assigned")))
    }

    pub(super) fn parameters(&self, horizon: Horizon) -> Vec<(&'static str, ScalarValue)> {
        vec![
            ("earliest", instant(horizon.earliest)),
            ("until", instant(horizon.until)),
            ("latest", instant(horizon.latest)),
            ("variants_known", ScalarValue::from(self.exposures_say_variant)),
            ("times_known", ScalarValue::from(self.assignments_say_when)),
            ("assigned", ScalarValue::from(self.assignments.is_some())),
        ]
    }
}

/// The assignments, with what they say of their units.
fn assigned(
    session: &SessionContext,
    open: &OpenSource,
    key: KeyType,
    (project, experiments, attributes): (&Project, &[&Experiment], &Attributes),
) -> Result<DataFrame, Error> {
    let mut problems = Attributes::not_numbers(project, experiments, open);
    let mut given = Vec::new();
    let expressions = [
        (open.said(attributes.carried()), "said"),
        (open.in_audience(session, experiments), "in_audience"),
    ];
    for (expression, name) in expressions {
        match expression {
            Ok(expression) => given.push(expression.alias(name)),
            Err(error) => problems.extend(error.problems),
        }
    }
    let view = open.sightings(key, given);
    match view {
        Ok(view) if problems.is_empty() => Ok(view),
        Ok(_) => Err(Error { problems }),
        Err(error) => Err(Error { problems: error.problems.into_iter().chain(problems).collect() }),
    }
}
