//! Timestamps with and without a time zone.

use insta::assert_snapshot;

use crate::project::{Project, day_file};

#[test]
fn no_zone_anywhere() {
    let project = Project::small();
    project.edit("assize.toml", "timezone = \"UTC\"\ncolumns", "columns");
    assert_snapshot!(project.refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:16:35: source `events`: column `at` (for `time`) carries no time zone
      hint: add `timezone = "UTC"` (or the zone it was written in) to [sources.events]
    error: assize.toml:10:83: source `exposures`: column `seen_at` (for `time`) carries no time zone
      hint: add `timezone = "UTC"` (or the zone it was written in) to [sources.exposures]
    "#);
}

/// With zones in the data none needs to be stated, and one that is stated moves nothing.
#[test]
fn zones_in_the_data() {
    let naive = Project::small().say(&["analyze", "checkout", "--as-of", "2026-03-08"]);
    let zoned = Project::small();
    for day in 1..=8 {
        zoned.edit(&day_file(day), "T12:00:00", "T12:00:00Z");
    }
    zoned.edit("data/exposures/all.csv", ":00\n", ":00Z\n");
    assert_eq!(zoned.say(&["analyze", "checkout", "--as-of", "2026-03-08"]), naive);
    zoned.edit("assize.toml", "timezone = \"UTC\"\ncolumns", "timezone = \"Asia/Tokyo\"\ncolumns");
    assert_eq!(zoned.say(&["analyze", "checkout", "--as-of", "2026-03-08"]), naive);
    zoned.edit("assize.toml", "timezone = \"Asia/Tokyo\"\ncolumns", "columns");
    assert_eq!(zoned.say(&["analyze", "checkout", "--as-of", "2026-03-08"]), naive);
}

#[test]
fn a_zone_on_one_day_only() {
    let project = Project::small();
    project.edit(&day_file(4), "T12:00:00", "T12:00:00Z");
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:18:35: source `events`: column `at` is a timestamp without a time zone in data/events/day=2026-03-01/part-0.csv but a timestamp with a time zone in data/events/day=2026-03-04/part-0.csv
      hint: write all files with a time zone, or all without and state `timezone` in assize.toml
    "#);
}

#[test]
fn an_unknown_zone() {
    let project = Project::small();
    project.edit(
        "assize.toml",
        "timezone = \"UTC\"\ncolumns",
        "timezone = \"Europe/Berln\"\ncolumns",
    );
    assert_snapshot!(project.refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:10:12: unknown time zone `Europe/Berln`
      hint: did you mean `Europe/Berlin`?
    error: assize.toml:17:12: unknown time zone `Europe/Berln`
      hint: did you mean `Europe/Berlin`?
    "#);
}

#[test]
fn integers_as_instants() {
    let project = Project::small();
    for day in 1..=8 {
        project.edit(&day_file(day), &format!("2026-03-{day:02}T12:00:00"), "1772539200");
    }
    assert_snapshot!(project.refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:18:35: source `events`: column `at` (for `time`) is an integer (Int64), not an instant
      hint: declare a source with `query = "SELECT to_timestamp_millis(at) AS time, ... FROM ..."`
    "#);
}

/// Rows whose instant cannot be read are left out, counted and reported by the health check.
#[test]
fn text_that_is_no_instant() {
    let project = Project::small();
    project.append(&day_file(4), "x,u001,purchase,3.5,EUR,yesterday\n");
    assert_snapshot!(project.say(&["analyze", "checkout", "--as-of", "2026-03-08"]), @r#"
    exit 3
    --- stderr
    error: assize.toml:18:35: source `events`: column `at` is a timestamp without a time zone in data/events/day=2026-03-01/part-0.csv but text in data/events/day=2026-03-04/part-0.csv
      hint: write the files again with one type
    "#);
}
