//! Whom an experiment is about, by the attributes of its assignments.

use datafusion::logical_expr::{Expr, lit, when};
use datafusion::prelude::SessionContext;

use super::columns::nearest;
use super::expression::condition;
use super::warehouse::OpenSource;
use crate::config::{Experiment, Place};
use crate::error::{Error, Kind, Problem};

impl OpenSource {
    /// 1 for a row whose unit is in the audience of the row's experiment, else 0.
    ///
    /// A condition is asked of the rows of its own experiment only, and one that is unknown does
    /// not hold. By numbers, because the engine turns a CASE of conditions into an AND, which
    /// asks all of them.
    ///
    /// # Errors
    /// All conditions that cannot be read together.
    pub fn in_audience(
        &self,
        session: &SessionContext,
        experiments: &[&Experiment],
    ) -> Result<Expr, Error> {
        let bug = |error: datafusion::error::DataFusionError| Error::bug(error.strip_backtrace());
        let mut problems = Vec::new();
        let mut in_audience = lit(1i64);
        for experiment in experiments {
            let Some(said) = &experiment.audience else { continue };
            match (self.audience(session, said), &self.source.columns.experiment) {
                (Ok(holds), Some(column)) => {
                    let mine = self.text("experiment", column)?.eq(lit(experiment.key.as_str()));
                    let holds = when(holds, lit(1i64)).otherwise(lit(0i64)).map_err(bug)?;
                    in_audience = when(mine, holds).otherwise(in_audience).map_err(bug)?;
                }
                (Err(problem), _) => problems.push(problem),
                (Ok(_), None) => {}
            }
        }
        Error::check(problems)?;
        Ok(in_audience)
    }

    /// The condition, which may only read attributes: of two rows of one instant, the same one
    /// then counts for it as for the segments.
    fn audience(&self, session: &SessionContext, said: &(String, Place)) -> Result<Expr, Problem> {
        let holds = condition(session, self, "audience", said)?;
        let known = || self.source.attributes.iter().map(String::as_str);
        let is_known = |name: &str| known().any(|a| a.split('.').next() == Some(name) || a == name);
        let mut read: Vec<&str> = holds.column_refs().iter().map(|column| column.name()).collect();
        read.sort_unstable();
        match read.into_iter().find(|name| !is_known(name)) {
            None => Ok(holds),
            Some(name) => {
                let source = &self.source.name;
                let message =
                    format!("`{name}` is not among the `attributes` of source `{source}`");
                let hint = nearest(name, known()).unwrap_or_else(|| {
                    format!("add it to `attributes` in [sources.{source}], if it was known before the experiment")
                });
                Err(Problem::new(Kind::Spec, &said.1, message).hint(hint))
            }
        }
    }
}
