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
    error: assize.toml:8:10: source `exposures`: cannot plan its query: no field named usr
      hint: did you mean `seen.user`?
    "#);
}

#[test]
fn a_table_that_does_not_exist() {
    assert_snapshot!(with_query("SELECT * FROM sen").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: its query reads `sen`, which is no source
      hint: did you mean `seen`?
    "#);
}

#[test]
fn a_query_that_does_not_parse() {
    assert_snapshot!(with_query("SELEC * FROM seen").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: cannot plan its query: expected an SQL statement, found SELEC at character 1
    "#);
}

#[test]
fn two_statements() {
    assert_snapshot!(with_query("SELECT * FROM seen; SELECT 1").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: its query has more than one statement
      hint: a source is one SELECT over other sources
    "#);
}

#[test]
fn statements_that_write() {
    assert_snapshot!(with_query("COPY seen TO 'stolen.parquet'").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: its query may only read, and begins with COPY
      hint: a source is one SELECT over other sources
    "#);
    assert_snapshot!(with_query("CREATE TABLE x AS SELECT * FROM seen").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: its query may only read, and begins with CREATE
      hint: a source is one SELECT over other sources
    "#);
    assert_snapshot!(with_query("CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: its query may only read, and begins with CREATE
      hint: a source is one SELECT over other sources
    "#);
    assert_snapshot!(with_query("DROP TABLE seen").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: its query may only read, and begins with DROP
      hint: a source is one SELECT over other sources
    "#);
    assert_snapshot!(with_query("INSERT INTO seen SELECT * FROM seen").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: its query may only read, and begins with INSERT
      hint: a source is one SELECT over other sources
    "#);
    assert_snapshot!(with_query("SET datafusion.execution.batch_size = 1").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: its query may only read, and begins with SET
      hint: a source is one SELECT over other sources
    "#);
    assert_snapshot!(with_query("EXPLAIN SELECT * FROM seen").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: its query is not a SELECT
      hint: a source is one SELECT over other sources
    "#);
}

#[test]
fn a_file_read_by_its_path() {
    assert_snapshot!(with_query("SELECT * FROM '/etc/passwd'").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: its query reads `/etc/passwd`, which is no source
      hint: the project has `events`, `seen`
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
    error: assize.toml:8:10: the queries of `exposures` and `other` read each other
      hint: one of them must read files only
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
    error: assize.toml:8:10: source `exposures`: its query fails on some row: cannot cast string '...' to value of Int64 type
      hint: nothing was written; allow for every row, for instance with TRY_CAST or NULLIF
    "#);
}

#[test]
fn a_query_that_changes_from_run_to_run() {
    assert_snapshot!(with_query("SELECT * FROM seen WHERE random() < 0.5").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: its query uses a function whose answer changes from run to run
      hint: the same night on the same rows must give the same verdict
    "#);
}

#[test]
fn a_query_that_looks_at_the_clock() {
    assert_snapshot!(with_query("SELECT * FROM seen WHERE seen_at < now()").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: its query uses a function whose answer changes from run to run
      hint: the same night on the same rows must give the same verdict
    "#);
    assert_snapshot!(with_query("SELECT * FROM seen WHERE seen_at < (SELECT current_timestamp())").refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: source `exposures`: its query uses a function whose answer changes from run to run
      hint: the same night on the same rows must give the same verdict
    "#);
}

/// Only the query that is wrong is reported, not those that wait for it.
#[test]
fn a_query_over_a_wrong_query() {
    let project = with_query("SELECT * FROM other");
    project.append(
        "assize.toml",
        "\n[sources.other]\nkind = \"table\"\nquery = \"SELECT usr FROM seen\"\n",
    );
    assert_snapshot!(project.refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:24:10: source `other`: cannot plan its query: no field named usr
      hint: did you mean `seen.user`?
    "#);
}
