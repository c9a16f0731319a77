//! Sources that are queries over other sources.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::{Expr, LogicalPlan, Volatility};
use datafusion::prelude::SessionContext;

use super::columns::nearest;
use super::warehouse::{OpenSource, quoted};
use super::words::plain;
use crate::config::{Input, Project, Source};
use crate::error::{Error, Kind, Problem};

/// Why a query is not open yet.
struct Refused {
    problem: Problem,
    /// The table it reads that is not there.
    missing: Option<String>,
}

/// Plans the sources that are queries, in whatever order they build on each other.
///
/// # Errors
/// `Spec` for each that cannot be planned, is no `SELECT`, or gives another answer when asked
/// again; a query that only waits for a wrong one is not reported.
pub async fn open_queries(
    session: &SessionContext,
    project: &Project,
    sources: &mut BTreeMap<String, OpenSource>,
) -> Result<(), Error> {
    let mut waiting: Vec<(&Source, &str)> = project
        .sources
        .values()
        .filter_map(|source| match &source.input {
            Input::Query(sql) => Some((source, sql.as_str())),
            Input::Location { .. } => None,
        })
        .collect();
    while !waiting.is_empty() {
        let (mut later, mut refused) = (Vec::new(), Vec::new());
        let before = waiting.len();
        for (source, sql) in waiting {
            match open_query(session, project, source, sql, sources).await {
                Ok(open) => drop(sources.insert(source.name.clone(), open)),
                Err(why) => {
                    refused.push(why);
                    later.push((source, sql));
                }
            }
        }
        if later.len() == before {
            return Err(stuck(refused, &later));
        }
        waiting = later;
    }
    Ok(())
}

/// What is wrong when no further query can be planned.
fn stuck(refused: Vec<Refused>, waiting: &[(&Source, &str)]) -> Error {
    let names: Vec<&str> = waiting.iter().map(|(source, _)| source.name.as_str()).collect();
    let waits = |why: &Refused| why.missing.as_deref().is_some_and(|t| names.contains(&t));
    let roots: Vec<Problem> =
        refused.into_iter().filter(|why| !waits(why)).map(|why| why.problem).collect();
    if !roots.is_empty() {
        return Error { problems: roots };
    }
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let message = format!("the queries of {} read each other", names.join(" and "));
    Problem::new(Kind::Spec, &waiting[0].0.at, message)
        .hint("one of them must read files only")
        .into()
}

async fn open_query(
    session: &SessionContext,
    project: &Project,
    source: &Source,
    sql: &str,
    open: &BTreeMap<String, OpenSource>,
) -> Result<OpenSource, Refused> {
    let read_only =
        SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let raw = session.sql_with_options(sql, read_only).await;
    let raw = raw.map_err(|error| explain(project, source, sql, open, &error))?;
    let refuse = |what: &str, hint: &str| Refused {
        problem: Problem::new(
            Kind::Spec,
            &source.at,
            format!("source `{}`: its query {what}", source.name),
        )
        .hint(hint),
        missing: None,
    };
    match raw.logical_plan() {
        LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) | LogicalPlan::DescribeTable(_) => {
            return Err(refuse("is not a SELECT", ONE_SELECT));
        }
        plan if !is_repeatable(plan) => {
            let what = "uses a function whose answer changes from run to run";
            return Err(refuse(what, "the same night on the same rows must give the same verdict"));
        }
        _ => {}
    }
    session
        .register_table(quoted(&source.name), raw.clone().into_view())
        .map_err(|error| explain(project, source, sql, open, &error))?;
    Ok(OpenSource {
        source: source.clone(),
        raw,
        files: Vec::new(),
        format: None,
        broken: BTreeMap::new(),
        days: BTreeSet::new(),
        has_checksums: None,
        hidden: 0,
        foreign: Vec::new(),
    })
}

const ONE_SELECT: &str = "a source is one SELECT over other sources";

/// Whether a plan gives the same rows whenever it is asked: no clock, no dice.
fn is_repeatable(plan: &LogicalPlan) -> bool {
    let mut repeatable = true;
    let walked = plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|part| {
                if let Expr::ScalarFunction(call) = part {
                    repeatable &= call.func.signature().volatility == Volatility::Immutable;
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    });
    walked.is_ok() && repeatable
}

fn explain(
    project: &Project,
    source: &Source,
    sql: &str,
    open: &BTreeMap<String, OpenSource>,
    error: &DataFusionError,
) -> Refused {
    let text = plain(&error.find_root().strip_backtrace());
    let say = |kind: Kind, what: &str| {
        Problem::new(kind, &source.at, format!("source `{}`: {what}", source.name))
    };
    let refused = |problem: Problem| Refused { problem, missing: None };
    if ["DML", "DDL", "statement"].iter().any(|it| text.starts_with(&format!("{it} not supported")))
    {
        let verb = sql.split_whitespace().next().unwrap_or_default().to_uppercase();
        let what = format!("its query may only read, and begins with {verb}");
        return refused(say(Kind::Spec, &what).hint(ONE_SELECT));
    }
    if text.contains("only supports a single SQL statement") {
        return refused(say(Kind::Spec, "its query has more than one statement").hint(ONE_SELECT));
    }
    let broken = open.values().flat_map(|open| &open.broken);
    let names =
        |column: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == column);
    if let Some((_, broken)) = broken.into_iter().find(|(column, _)| names(column)) {
        return refused(say(Kind::Data, &broken.message).hint(&broken.hint));
    }
    let missing = text.strip_prefix("table '").and_then(|rest| rest.strip_suffix("' not found"));
    if let Some(table) = missing {
        let problem = say(Kind::Spec, &format!("its query reads `{table}`, which is no source"));
        let others = project.sources.keys().map(String::as_str).filter(|name| *name != source.name);
        let hint = nearest(table, others.clone()).unwrap_or_else(|| {
            let others: Vec<String> = others.map(|name| format!("`{name}`")).collect();
            format!("the project has {}", others.join(", "))
        });
        return Refused { problem: problem.hint(hint), missing: Some(table.to_string()) };
    }
    if let Some((what, near)) = text.split_once(". Did you mean '") {
        let near = near.split('\'').next().unwrap_or_default();
        let problem = say(Kind::Spec, &format!("cannot plan its query: {}", plain(what)));
        return refused(problem.hint(format!("did you mean `{near}`?")));
    }
    refused(say(Kind::Spec, &format!("cannot plan its query: {text}")))
}
