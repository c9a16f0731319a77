//! Columns inside columns: `props.amount`.

use insta::assert_snapshot;

use crate::project::{Project, day_file, events};

/// The small project with its events as NDJSON, everything but the instant in `props`.
fn nested() -> Project {
    let project = Project::small();
    for day in 1..=8 {
        project.remove(&day_file(day));
        let rows = events(day);
        let lines = rows.lines().skip(1).map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let [id, user, event, amount, currency, at] = cells[..] else { panic!("{line}") };
            format!(
                r#"{{"at":"{at}","props":{{"id":"{id}","who":{{"user":"{user}"}},"event":"{event}","amount":{amount},"currency":"{currency}"}}}}"#
            ) + "\n"
        });
        project.write(&day_file(day).replace(".csv", ".ndjson"), lines.collect::<String>());
    }
    project.edit(
        "assize.toml",
        r#"{ unit = "user", time = "at", event = "event", id = "id" }"#,
        r#"{ unit = "props.who.user", time = "at", event = "props.event", id = "props.id" }"#,
    );
    project.edit("metrics.toml", r#"value = "amount""#, r#"value = "props.amount""#).edit(
        "metrics.toml",
        "currency = 'EUR'",
        "props['currency'] = 'EUR'",
    );
    project
}

#[test]
fn the_same_rows_in_structs_give_the_same_verdict() {
    let flat = Project::small().say(&["run", "--as-of", "2026-03-08", "--output", "csv"]);
    let nested = nested().say(&["run", "--as-of", "2026-03-08", "--output", "csv"]);
    assert_eq!(flat, nested);
    assert!(flat.starts_with("exit 0"), "{flat}");
}

#[test]
fn a_field_that_does_not_exist() {
    let project = nested();
    project.edit("assize.toml", "props.who.user", "props.who.usr");
    assert_snapshot!(project.refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:18:20: source `events` has no column `props.who.usr` (for `unit`)
      hint: did you mean `user`?
    "#);
}
