//! Sources that are queries.

use insta::assert_snapshot;

use crate::project::Project;

const FILES: &str = "location = \"data/exposures/\"\n";

/// The exposures through a query over their files.
fn with_query(query: &str) -> Project {
    let project = Project::small();
    project.edit(
        "assize.toml",
        "[sources.exposures]\n",
        &format!("[sources.exposures]\nquery = \"{query}\"\n"),
    );
    project.edit("assize.toml", FILES, "");
    project.append(
        "assize.toml",
        "\n[sources.seen]\nkind = \"table\"\nlocation = \"data/exposures/\"\n",
    );
    project
}

#[test]
fn a_query_is_a_source() {
    let told = with_query("SELECT * FROM seen").run();
    assert!(told.starts_with("exit 0"), "{told}");
}

#[test]
fn a_column_that_does_not_exist() {
    assert_snapshot!(with_query("SELECT usr AS user FROM seen").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: cannot plan its query: No field named usr. Did you mean 'seen.user'?
    "#);
}

#[test]
fn a_table_that_does_not_exist() {
    assert_snapshot!(with_query("SELECT * FROM sen").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: cannot plan its query: table 'datafusion.public.sen' not found
      hint: did you mean `seen`?
    "#);
}

#[test]
fn a_query_that_does_not_parse() {
    assert_snapshot!(with_query("SELEC * FROM seen").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: cannot plan its query: Expected: an SQL statement, found: SELEC at Line: 1, Column: 1
    "#);
}

#[test]
fn two_statements() {
    assert_snapshot!(with_query("SELECT * FROM seen; SELECT 1").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: cannot plan its query: The context currently only supports a single SQL statement
    "#);
}

#[test]
fn statements_that_write() {
    assert_snapshot!(with_query("COPY seen TO 'stolen.parquet'").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: cannot plan its query: DML not supported: COPY
    "#);
    assert_snapshot!(with_query("CREATE TABLE x AS SELECT * FROM seen").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: cannot plan its query: DDL not supported: CreateMemoryTable
    "#);
    assert_snapshot!(with_query("CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: cannot plan its query: DDL not supported: CreateExternalTable
    "#);
    assert_snapshot!(with_query("DROP TABLE seen").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: cannot plan its query: DDL not supported: DropTable
    "#);
    assert_snapshot!(with_query("INSERT INTO seen SELECT * FROM seen").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: cannot plan its query: DML not supported: Insert Into
    "#);
    assert_snapshot!(with_query("SET datafusion.execution.batch_size = 1").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: cannot plan its query: Statement not supported: SetVariable
    "#);
    assert_snapshot!(with_query("EXPLAIN SELECT * FROM seen").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:11:47: source `exposures` has no column `user` (for `unit`)
      hint: it has `plan_type`, `plan`
    "#);
}

#[test]
fn a_file_read_by_its_path() {
    assert_snapshot!(with_query("SELECT * FROM '/etc/passwd'").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: cannot plan its query: table 'datafusion.public./etc/passwd' not found
    "#);
}

#[test]
fn queries_in_a_circle() {
    let project = with_query("SELECT * FROM other");
    project.append(
        "assize.toml",
        "\n[sources.other]\nkind = \"table\"\nquery = \"SELECT * FROM exposures\"\n",
    );
    assert_snapshot!(project.refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: cannot plan its query: table 'datafusion.public.other' not found
      hint: did you mean `other`?
    error: assize.toml:24:10: source `other`: cannot plan its query: table 'datafusion.public.exposures' not found
      hint: did you mean `exposures`?
    "#);
}

#[test]
fn a_cast_that_fails_on_some_row() {
    let project = with_query(
        "SELECT *, CAST(variant AS BIGINT) AS number FROM seen WHERE CAST(variant AS BIGINT) > 3",
    );
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: cannot read a source: Arrow error: Cast error: Cannot cast string 'control' to value of Int64 type
      hint: nothing was written; check the files named here, then run again
    "#);
}

#[test]
fn a_query_that_changes_from_run_to_run() {
    assert_snapshot!(with_query("SELECT * FROM seen WHERE random() < 0.5").refused(), @"");
}
