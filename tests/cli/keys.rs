//! Unit ids that do not mean the same in two sources.

use insta::assert_snapshot;

use crate::project::{Project, day_file};

fn with_exposed_units(rename: impl Fn(u32) -> String) -> Project {
    let project = Project::small();
    let mut text = String::from_utf8(project.read("data/exposures/all.csv")).unwrap();
    for user in 0..240 {
        text = text.replace(&format!(",u{user:03},"), &format!(",{},", rename(user)));
    }
    project.write("data/exposures/all.csv", text);
    project
}

#[test]
fn integers_here_and_text_there() {
    let project = with_exposed_units(|user| user.to_string());
    assert_snapshot!(project.refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:8:10: unit keys do not match: `user` of source `events` is text, `user` of source `exposures` is an integer
      hint: keys are never cast in silence ('01' is not 1): read `exposures` through a `query` source with CAST(user AS VARCHAR)
    "#);
}

#[test]
fn ids_with_leading_zeros_are_text() {
    let project = with_exposed_units(|user| format!("{user:04}"));
    let told = project.run();
    assert!(told.starts_with("exit 0") || told.starts_with("exit 10"), "{told}");
}

#[test]
fn floating_point_ids() {
    let project = with_exposed_units(|user| format!("{user}.0"));
    assert_snapshot!(project.refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:11:47: source `exposures`: column `user` (for `unit`) is a floating-point number (Float64), where text or an integer is needed
      hint: keys are never cast in silence: declare a source with `query = "SELECT CAST(user AS VARCHAR) AS unit, ... FROM ..."`
    "#);
}

#[test]
fn integers_on_one_day_only() {
    let project = Project::small();
    let text = String::from_utf8(project.read(&day_file(4))).unwrap();
    let lines = text.lines().enumerate().map(|(i, line)| {
        let mut cells: Vec<String> = line.split(',').map(str::to_string).collect();
        if i > 0 {
            cells[1] = i.to_string();
        }
        cells.join(",") + "\n"
    });
    project.write(&day_file(4), lines.collect::<String>());
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:18:20: source `events`: column `user` is text in data/events/day=2026-03-01/part-0.csv but an integer (Int64) in data/events/day=2026-03-04/part-0.csv
      hint: write the files again with one type
    "#);
}

/// A promise is kept for as long as it was made: what came before the start is not pruned, and
/// the day it ended is not the last day of the data.
#[test]
fn assignments_made_long_before_the_start() {
    let project = Project::small();
    let verdicts = |arguments: &[&str]| {
        let told = project.say(&[&["run", "--output", "csv"], arguments].concat());
        told.split("--- stderr").next().unwrap().to_string()
    };
    let plain = verdicts(&["--as-of", "2026-03-08"]);
    assert!(plain.contains("keep_running"), "{plain}");
    let exposures = String::from_utf8(project.read("data/exposures/all.csv")).unwrap();
    let assigned = exposures.replace("2026-03-0", "2026-01-0");
    project.write("data/assignments/day=2026-01-05/part-0.csv", assigned);
    let source = "[sources.assignments]\nlocation = \"data/assignments/\"\npartition = \"day\"\n\
                  timezone = \"UTC\"\ncolumns = { experiment = \"experiment\", unit = \"user\", \
                  variant = \"variant\", time = \"seen_at\" }\n";
    project.append("assize.toml", source).remove("out");
    assert_eq!(verdicts(&["--as-of", "2026-03-08"]), plain);
    assert_eq!(verdicts(&[]), plain);
}
