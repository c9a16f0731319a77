//! Which columns tell the copies of a fact apart.

use std::collections::BTreeSet;

use datafusion::prelude::SessionContext;

use super::condition::read_value;
use super::terms::Measures;
use crate::config::Project;
use crate::source::{OpenSource, predicate};

/// Columns that some metric of the project reads from a source, by name. Not only those of the
/// night: of two copies, the same one counts in every night. A metric that cannot be read is
/// reported where it is used.
pub fn content(session: &SessionContext, open: &OpenSource, project: &Project) -> Vec<String> {
    let measures = Measures::of(project, project.metrics.keys().map(String::as_str));
    let mut columns = BTreeSet::new();
    for (_, measure) in measures.of_source(&open.source.name) {
        let mut exprs = Vec::new();
        for mask in &measure.masks {
            let event = mask.event.iter().flat_map(|_| &open.source.columns.event);
            columns.extend(event.map(|(column, _)| column.clone()));
            exprs.extend(mask.predicates.iter().map(|said| predicate(session, open, &said.0)));
        }
        exprs.extend(measure.value.iter().map(|said| read_value(session, open, measure, said)));
        for expr in exprs.into_iter().flatten() {
            columns.extend(expr.column_refs().into_iter().map(|column| column.name.clone()));
        }
    }
    let known = |column: &String| open.raw.schema().has_column_with_unqualified_name(column);
    columns.into_iter().filter(known).collect()
}
