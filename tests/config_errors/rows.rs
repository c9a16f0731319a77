//! `[sources]`: where rows come from.

use super::*;

const EVENTS: &str = r#"kind = "facts"
location = "data/events"
partition = "day"
columns = { unit = "user_id", time = "occurred_at", event = "event_name", id = "event_id" }
"#;

const ASSIGNMENTS: &str = r#"columns = { experiment = "experiment_key", unit = "user_id", variant = "variation", time = "at" }
attributes = ["country", "platform"]
"#;

#[test]
fn a_source_says_what_it_is() {
    refused(
        &[(PROJECT_FILE, "kind = \"facts\"\n", "")],
        r#"
assize.toml:14:10: source `events` needs `kind = "facts"`, `kind = "members"` or `kind = "table"`
"#,
    );
    refused(
        &[(PROJECT_FILE, "[sources.exposures]", "[sources.exposure]")],
        r#"
assize.toml:10:10: source `exposure` needs `kind = "facts"`, `kind = "members"` or `kind = "table"`
  hint: did you mean `exposures`?
"#,
    );
    refused(
        &[(PROJECT_FILE, "[sources.exposures]", "[sources.exposures]\nkind = \"facts\"")],
        r"
assize.toml:11:8: `exposures` needs no `kind`: its name says it
",
    );
    refused(
        &[(PROJECT_FILE, "\"facts\"", "\"fact\"")],
        r"
assize.toml:15:8: `kind` must be one of `facts`, `members`, `table`, found `fact`
  hint: did you mean `facts`?
",
    );
}

#[test]
fn a_source_is_a_location_or_a_query() {
    refused(
        &[(PROJECT_FILE, "location = \"data/events\"\npartition = \"day\"\n", "")],
        r"
assize.toml:14:10: source `events` needs a `location` or a `query`
",
    );
    refused(
        &[(PROJECT_FILE, "partition = \"day\"", "query = \"SELECT 1\"")],
        r"
assize.toml:17:9: source `events` has a `location` and a `query`, and needs one
",
    );
    refused(
        &[(PROJECT_FILE, "location = \"data/events\"", "query = \" \"\nformat = \"csv\"")],
        r"
assize.toml:16:9: `query` is empty
assize.toml:17:10: `format` needs a `location`
assize.toml:18:13: `partition` needs a `location`
",
    );
    refused(
        &[(PROJECT_FILE, "\"data/events\"", "\"gs://bucket/events\"")],
        r"
assize.toml:16:12: `location` is a URL, and only local paths are read in this version
",
    );
    refused(
        &[(PROJECT_FILE, "\"day\"", "\"day=*\"")],
        r#"
assize.toml:17:13: `partition` must be a column, found `day=*`
  hint: `partition = "day"` is for folders such as `day=2026-10-01`
"#,
    );
    refused(
        &[(PROJECT_FILE, "partition = \"day\"", "format = \"json\"")],
        r"
assize.toml:17:10: `format` must be one of `parquet`, `csv`, `ndjson`, found `json`
  hint: did you mean `ndjson`?
",
    );
}

#[test]
fn columns_that_are_missing() {
    refused(
        &[(PROJECT_FILE, "unit = \"user_id\", time = \"exposed_at\"", "unit = \"user_id\"")],
        r#"
assize.toml:12:11: source `exposures` needs the column `time`
  hint: `columns = { time = "..." }` says what it is called there
"#,
    );
    refused(
        &[(PROJECT_FILE, "unit = \"user_id\", time = \"occurred_at\", ", "")],
        r#"
assize.toml:18:11: source `events` needs the column `unit`
  hint: `columns = { unit = "..." }` says what it is called there
"#,
    );
    refused(
        &[(PROJECT_FILE, "variant = \"variation\", ", "")],
        r#"
assize.toml:7:11: source `assignments` needs the column `variant`
  hint: `columns = { variant = "..." }` says what it is called there
"#,
    );
}

#[test]
fn columns_that_mean_nothing() {
    refused(
        &[
            (PROJECT_FILE, "time = \"at\"", "time = \"at\", id = \"row\""),
            (PROJECT_FILE, "id = \"event_id\"", "variant = \"v\""),
        ],
        r"
assize.toml:7:103: source `assignments` has no use for the column `id`
  hint: only facts have it
assize.toml:18:85: source `events` has no use for the column `variant`
  hint: facts get it from assignments and exposures, by unit
",
    );
    refused(
        &[(PROJECT_FILE, "\"facts\"", "\"table\"")],
        r"
assize.toml:18:11: source `events` has no use for `columns`
  hint: a table is read only through the queries of other sources
",
    );
    refused(
        &[(PROJECT_FILE, "partition = \"day\"", "attributes = [\"country\"]")],
        r"
assize.toml:17:14: `attributes` belong to `assignments`
",
    );
}

/// Without assignments, only exposures can say the variant.
#[test]
fn exposures_alone() {
    let renamed = (PROJECT_FILE, "[sources.assignments]", "[sources.other]\nkind = \"table\"");
    let unmapped = (PROJECT_FILE, ASSIGNMENTS, "");
    refused(
        &[renamed, unmapped],
        r#"
assize.toml:11:11: source `exposures` needs the column `variant`
  hint: `columns = { variant = "..." }` says what it is called there
"#,
    );
    refused(
        &[
            (PROJECT_FILE, "[sources.assignments]", "[sources.a]\nkind = \"table\""),
            (PROJECT_FILE, "[sources.exposures]", "[sources.b]\nkind = \"table\""),
            (PROJECT_FILE, ASSIGNMENTS, ""),
            (
                PROJECT_FILE,
                "columns = { experiment = \"experiment_key\", unit = \"user_id\", time = \"exposed_at\" }\n",
                "",
            ),
        ],
        r"
assize.toml:1:1: there is no source `assignments` and no source `exposures`
  hint: one of them has to say which units are in which variant
",
    );
}

/// The names of a query's columns are the author's to choose, so they are ours by default.
#[test]
fn a_query_names_its_columns_itself() {
    let query = "query = \"SELECT * FROM events\"\ncolumns = { time = \"at\" }";
    let from = "location = \"data/exposures\"\ncolumns = { experiment = \"experiment_key\", unit = \"user_id\", time = \"exposed_at\" }";
    let loaded = accepted(&[(PROJECT_FILE, from, query)]);
    let source = &loaded.project.sources["exposures"];
    assert_eq!(source.columns.unit, Some(("unit".to_owned(), source.at.clone())));
    assert_eq!(source.columns.variant, None);
    assert_eq!(source.columns.time.as_ref().unwrap().1.to_string(), "assize.toml:12:20");
    refused(
        &[(PROJECT_FILE, from, "query = \"SELECT * FROM events\"")],
        r#"
assize.toml:10:10: source `exposures` needs the column `time`
  hint: `columns = { time = "..." }` says what it is called there
"#,
    );
}

/// A source without a time is a table of units.
#[test]
fn a_table_of_units_has_no_windows() {
    let units = "kind = \"facts\"\nlocation = \"data/events\"\ncolumns = { unit = \"user_id\", event = \"e\" }\n";
    refused(
        &[(PROJECT_FILE, EVENTS, units)],
        r"
metrics.toml:4:10: `window` needs a column `time`, which source `events` does not have
",
    );
    let no_event = (PROJECT_FILE, "event = \"event_name\", ", "");
    refused(
        &[no_event, (METRICS_FILE, "event = \"purchase\"\nvalue", "value")],
        r"
metrics.toml:3:9: `event` needs a column `event`, which source `events` does not have
metrics.toml:13:9: `event` needs a column `event`, which source `events` does not have
metrics.toml:22:9: `event` needs a column `event`, which source `events` does not have
",
    );
}

/// C04 and C15
#[test]
fn c04_c15_names() {
    refused(
        &[
            (PROJECT_FILE, "[sources.events]", "[sources.Exposures]"),
            (
                METRICS_FILE,
                "[metrics.activation]\n",
                "[metrics.activation]\nsource = \"Exposures\"\n",
            ),
        ],
        r"
assize.toml:14:10: source `Exposures` has the key of source `exposures` at assize.toml:10:10, but for case
",
    );
    refused(
        &[(PROJECT_FILE, "[sources.events]", r#"[sources."a\" ; DROP\u0000"]"#)],
        r#"
assize.toml:14:10: `a" ; DROP\u{0}` cannot be the key of a source
  hint: letters, digits, `.`, `_` and `-`, the first a letter or digit, at most 128
"#,
    );
}
