//! Every file of `sql/` keeps the word of its header.
//!
//! `-- NAME: what`, then the grain, what it reads with the columns, and what it takes.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::common::ParamValues;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::datasource::MemTable;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::scalar::ScalarValue;
use datafusion::sql::parser::{DFParser, Statement};
use datafusion::sql::sqlparser::ast;

use crate::harness::root;

/// A file with what its header says.
struct SqlFile {
    /// File name without `.sql`.
    stem: String,
    text: String,
    name: String,
    grain: Vec<String>,
    /// Relations with their columns.
    reads: Vec<(String, Vec<String>)>,
    /// Parameters, without the dollar.
    takes: BTreeSet<String>,
}

fn files() -> Vec<SqlFile> {
    let folder = fs::read_dir(root().join("sql")).unwrap();
    let mut files: Vec<SqlFile> = folder
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert_eq!(path.extension().unwrap(), "sql", "{stem}");
            read(stem, fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort_by(|a, b| a.stem.cmp(&b.stem));
    assert!(files.len() >= 8);
    files
}

fn read(stem: String, text: String) -> SqlFile {
    let header: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("--")).collect();
    let line = |key: &str| {
        let found = header.iter().find_map(|line| line.strip_prefix(&format!(" {key}  ")));
        found.unwrap_or_else(|| panic!("sql/{stem}.sql: no line `{key}` in its header")).trim()
    };
    let (name, what) = header[0].trim().split_once(": ").unwrap();
    assert!(what.ends_with('.'), "sql/{stem}.sql says what it makes in a sentence");
    let columns = |text: &str| text.split(", ").map(str::to_string).collect();
    let reads = line("reads").trim_end_matches(')').split("), ");
    let reads = reads.map(|relation| relation.split_once('(').unwrap());
    let reads = reads.map(|(name, list)| (name.to_string(), columns(list))).collect();
    let takes = parameters(line("takes"));
    assert!(!takes.is_empty() || line("takes") == "nothing", "sql/{stem}.sql: {}", line("takes"));
    let (name, grain) = (name.to_string(), columns(line("grain")));
    SqlFile { stem, name, grain, reads, takes, text }
}

/// Every `$name` of a text.
fn parameters(text: &str) -> BTreeSet<String> {
    let is_part = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    text.split('$').skip(1).map(|rest| rest.chars().take_while(is_part).collect()).collect()
}

impl SqlFile {
    fn body(&self) -> String {
        let lines = self.text.lines().filter(|line| !line.starts_with("--"));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Plans the file over empty tables that have these columns.
    async fn plan(&self, reads: &[(String, Vec<String>)]) -> Result<LogicalPlan, String> {
        let mut config = SessionConfig::new();
        config.options_mut().sql_parser.enable_ident_normalization = false;
        let session = SessionContext::new_with_config(config);
        for (name, columns) in reads {
            let schema = schema(columns);
            let table = MemTable::try_new(schema, vec![vec![]]).unwrap();
            session.register_table(name.as_str(), Arc::new(table)).unwrap();
        }
        let planned = session.sql(&self.text).await.map_err(|error| error.to_string())?;
        if self.takes.is_empty() {
            return Ok(planned.logical_plan().clone());
        }
        let values = self.takes.iter().map(|name| (name.clone(), value(name))).collect::<Vec<_>>();
        let planned = planned.with_param_values(ParamValues::from(values));
        planned.map(|plan| plan.logical_plan().clone()).map_err(|error| error.to_string())
    }
}

fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// The engine's types, by the names of columns.
fn schema(columns: &[String]) -> SchemaRef {
    let of = |name: &str| match name {
        "time" => instant(),
        at if at.ends_with("_at") => instant(),
        "by_exposure" | "keeps_crossovers" | "disagrees" | "crossed" => DataType::Boolean,
        "forced" | "holdout" | "is_holdout" => DataType::Boolean,
        "rows" | "in_audience" | "phase" => DataType::Int64,
        "day" => DataType::Date32,
        _ => DataType::Utf8View,
    };
    Arc::new(Schema::new(columns.iter().map(|n| Field::new(n, of(n), true)).collect::<Vec<_>>()))
}

fn value(parameter: &str) -> ScalarValue {
    match parameter {
        "earliest" | "until" | "latest" => ScalarValue::try_from(instant()).unwrap(),
        _ => ScalarValue::from(true),
    }
}

#[test]
fn a_file_is_named_after_the_relation_it_makes() {
    for file in files() {
        assert_eq!(file.name, file.stem);
    }
}

#[test]
fn a_file_is_one_select() {
    for file in files() {
        let statements = DFParser::parse_sql(&file.text).unwrap();
        assert_eq!(statements.len(), 1, "sql/{}.sql", file.stem);
        let Statement::Statement(statement) = &statements[0] else { panic!("{}", file.stem) };
        let ast::Statement::Query(query) = statement.as_ref() else { panic!("{}", file.stem) };
        assert!(matches!(*query.body, ast::SetExpr::Select(_)), "sql/{}.sql", file.stem);
    }
}

#[test]
fn a_file_takes_the_parameters_it_lists() {
    for file in files() {
        assert_eq!(parameters(&file.body()), file.takes, "sql/{}.sql", file.stem);
    }
}

#[tokio::test]
async fn a_file_plans_over_the_relations_it_lists_and_has_its_grain() {
    for file in files() {
        let plan = file.plan(&file.reads).await;
        let plan = plan.unwrap_or_else(|error| panic!("sql/{}.sql: {error}", file.stem));
        for column in &file.grain {
            let has = plan.schema().has_column_with_unqualified_name(column);
            assert!(has, "sql/{}.sql has no column `{column}` of its grain", file.stem);
        }
    }
}

/// With the test above: the columns that `reads` names are those that the file reads, no fewer
/// and no more.
#[tokio::test]
async fn a_file_reads_all_that_it_lists() {
    let mut unread = Vec::new();
    for file in files() {
        let plan = file.plan(&file.reads).await.unwrap();
        let used = columns_used(&plan);
        for (relation, columns) in &file.reads {
            let idle =
                columns.iter().filter(|c| !used.contains(&(relation.clone(), c.to_string())));
            unread.extend(idle.map(|column| format!("sql/{}.sql: {relation}.{column}", file.stem)));
        }
    }
    assert_eq!(unread, [""; 0]);
}

/// Columns by table that are left in the scans when the optimizer has dropped what nobody asks
/// for.
fn columns_used(plan: &LogicalPlan) -> BTreeSet<(String, String)> {
    let state = SessionContext::new().state();
    let optimized = state.optimize(plan).unwrap();
    let mut used = BTreeSet::new();
    optimized
        .apply(|node| {
            if let LogicalPlan::TableScan(scan) = node {
                for field in scan.projected_schema.fields() {
                    used.insert((scan.table_name.table().to_string(), field.name().clone()));
                }
                let filters = scan.filters.iter().flat_map(Expr::column_refs);
                used.extend(filters.map(|c| (scan.table_name.table().to_string(), c.name.clone())));
            }
            Ok(TreeNodeRecursion::Continue)
        })
        .unwrap();
    used
}
