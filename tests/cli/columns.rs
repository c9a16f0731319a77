//! Columns that are missing, renamed, of another type, or misspelt.

use insta::assert_snapshot;

use crate::project::{Project, day_file};

#[test]
fn a_misspelt_column_in_the_project() {
    let project = Project::small();
    project.edit("assize.toml", "variant = \"variant\"", "variant = \"varient\"");
    project.edit(
        "assize.toml",
        "unit = \"user\", time = \"at\"",
        "unit = \"usr\", time = \"when\"",
    );
    assert_snapshot!(project.refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:18:20: source `events` has no column `usr` (for `unit`)
      hint: did you mean `user`?
    error: assize.toml:18:34: source `events` has no column `when` (for `time`)
      hint: it has `id`, `user`, `event`, `amount`, `currency`, `at`
    error: assize.toml:11:65: source `exposures` has no column `varient` (for `variant`)
      hint: did you mean `variant`?
    "#);
    assert_snapshot!(project.say(&["check"]), @r#"
    exit 2
    --- stderr
    error: assize.toml:18:20: source `events` has no column `usr` (for `unit`)
      hint: did you mean `user`?
    error: assize.toml:18:34: source `events` has no column `when` (for `time`)
      hint: it has `id`, `user`, `event`, `amount`, `currency`, `at`
    error: assize.toml:11:65: source `exposures` has no column `varient` (for `variant`)
      hint: did you mean `variant`?
    "#);
}

#[test]
fn a_used_column_renamed_on_one_day() {
    let project = Project::small();
    project.edit(&day_file(4), "amount", "value");
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: metrics.toml:8:9: source `events`: column `amount` is missing in 1 of 8 files, first in data/events/day=2026-03-04/part-0.csv
      hint: that file has `id`, `user`, `event`, `value`, `currency`, `at`
    "#);
}

#[test]
fn a_key_column_renamed_on_one_day() {
    let project = Project::small();
    project.edit(&day_file(4), "id,user,", "id,User,");
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:18:20: source `events`: column `user` is missing in 1 of 8 files, first in data/events/day=2026-03-04/part-0.csv
      hint: that file has `User`: column names are case-sensitive
    "#);
}

#[test]
fn an_unused_column_renamed_on_one_day() {
    let project = Project::small();
    for day in 1..=8 {
        let text = String::from_utf8(project.read(&day_file(day))).unwrap();
        let note = if day == 4 { "remark" } else { "note" };
        let lines = text.lines().enumerate();
        let lines = lines.map(|(i, line)| format!("{line},{}\n", if i == 0 { note } else { "x" }));
        project.write(&day_file(day), lines.collect::<String>());
    }
    let told = project.run();
    assert!(told.starts_with("exit 0"), "{told}");
}

#[test]
fn a_used_column_of_another_type_on_one_day() {
    let project = Project::small();
    project.edit(&day_file(4), ".5,EUR", ".5 Euro,EUR");
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: metrics.toml:8:9: source `events`: column `amount` is a floating-point number (Float64) in data/events/day=2026-03-01/part-0.csv but text in data/events/day=2026-03-04/part-0.csv
      hint: write the files again with one type
    "#);
}

/// CSV has columns by position, people have them by name.
#[test]
fn columns_in_another_order_on_one_day() {
    let project = Project::small();
    let plain = project.say(&["analyze", "checkout", "--as-of", "2026-03-08"]);
    let text = String::from_utf8(project.read(&day_file(4))).unwrap();
    let turned = text.lines().map(|line| {
        let cells: Vec<&str> = line.split(',').rev().collect();
        format!("{},more\n", cells.join(","))
    });
    project.write(&day_file(4), turned.collect::<String>());
    assert_eq!(project.say(&["analyze", "checkout", "--as-of", "2026-03-08"]), plain);
}

#[test]
fn integers_among_decimal_numbers() {
    let project = Project::small();
    project.edit(&day_file(4), ".5,", ",");
    let told = project.run();
    assert!(told.starts_with("exit 0"), "{told}");
}

#[test]
fn an_event_column_that_nobody_named() {
    let project = Project::small();
    project.edit("assize.toml", ", event = \"event\"", "");
    assert_snapshot!(project.refused(), @r#"
    exit 2
    --- stderr
    error: metrics.toml:3:9: `event` needs a column `event`, which source `events` does not have
    error: metrics.toml:7:9: `event` needs a column `event`, which source `events` does not have
    "#);
}

#[test]
fn two_columns_of_one_name() {
    let project = Project::small();
    project.edit(&day_file(4), "currency", "amount");
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: metrics.toml:9:9: source `events`: column `currency` is missing in 1 of 8 files, first in data/events/day=2026-03-04/part-0.csv
      hint: that file has `id`, `user`, `event`, `amount`, `amount`, `at`
    error: metrics.toml:8:9: source `events`: data/events/day=2026-03-04/part-0.csv has two columns named `amount`
      hint: write the file again with distinct column names
    "#);
}
