//! The files of `sql/`, and the relations they make.

use datafusion::common::ParamValues;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;

use super::earliest::by_earliest;

/// One file of `sql/`.
#[derive(Debug, Clone, Copy)]
pub struct Query {
    /// The relation it makes, and its file name.
    pub relation: &'static str,
    pub text: &'static str,
}

macro_rules! query {
    ($constant:ident, $relation:literal) => {
        pub const $constant: Query = Query {
            relation: $relation,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/", $relation, ".sql")),
        };
    };
}

query!(EXPOSED, "exposed");
query!(ASSIGNED, "assigned");
query!(EXPOSED_UNITS, "exposed_units");
query!(ASSIGNED_UNITS, "assigned_units");
query!(ENROLLED_BY_EXPOSURE, "enrolled_by_exposure");
query!(ENROLLED_BY_ASSIGNMENT, "enrolled_by_assignment");
query!(DEPARTURES, "departures");
query!(STAYS_BY_EXPOSURE, "stays_by_exposure");
query!(STAYS_BY_ASSIGNMENT, "stays_by_assignment");
query!(MEMBERS, "members");
query!(ENROLLED_DAYS, "enrolled_days");
query!(UNIT_COUNTS, "unit_counts");
query!(ROW_COUNTS, "row_counts");
query!(SIGHTED_UNITS, "sighted_units");

impl Query {
    /// Plans the file; `parameters` without the dollar.
    pub async fn plan(
        self,
        session: &SessionContext,
        parameters: &[(&str, ScalarValue)],
    ) -> Result<DataFrame> {
        let read_only = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        let named: Vec<(&str, ScalarValue)> = parameters
            .iter()
            .filter(|(name, _)| self.text.contains(&format!("${name}")))
            .cloned()
            .collect();
        let mut relation = session.sql_with_options(self.text, read_only).await?;
        if !named.is_empty() {
            relation = relation.with_param_values(ParamValues::from(named))?;
        }
        let (state, plan) = relation.into_parts();
        Ok(DataFrame::new(state, by_earliest(plan)?))
    }
}

/// The rows that [`EXPOSED`] and [`ASSIGNED`] group, each judged by itself.
pub fn judged(session: &SessionContext, grouped: &DataFrame) -> Result<Option<DataFrame>> {
    let mut found = None;
    grouped.logical_plan().apply(|plan| match plan {
        LogicalPlan::SubqueryAlias(named) if named.alias.table() == "judged" => {
            found = Some(DataFrame::new(session.state(), named.input.as_ref().clone()));
            Ok(TreeNodeRecursion::Stop)
        }
        _ => Ok(TreeNodeRecursion::Continue),
    })?;
    Ok(found)
}
