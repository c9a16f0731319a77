//! CSV and NDJSON.

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::project::{Project, day_file};

fn analyzed(project: &Project) -> String {
    project.say(&["analyze", "checkout", "--as-of", "2026-03-08"])
}

#[test]
fn a_bad_number_in_a_late_row() {
    let project = Project::small();
    project.append(&day_file(4), "x,u001,purchase,3.5.0,EUR,2026-03-04T12:00:00\n");
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: metrics.toml:8:9: source `events`: column `amount` is a floating-point number (Float64) in data/events/day=2026-03-01/part-0.csv but text in data/events/day=2026-03-04/part-0.csv
      hint: write the files again with one type
    "#);
}

/// Beyond the rows that the types are read from.
#[test]
fn a_bad_number_beyond_the_sample() {
    let project = Project::small();
    let mut text = String::from("id,user,event,amount,currency,at\n");
    for row in 0..100_000 {
        writeln!(text, "4-{row},u{:03},purchase,3.5,EUR,2026-03-04T12:00:00", row % 240).unwrap();
    }
    text.push_str("x,u001,purchase,3.5.0,EUR,2026-03-04T12:00:00\n");
    project.write(&day_file(4), text);
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:13:10: source `events`: cannot read data/events/day=2026-03-04/part-0.csv: error while parsing value '...' as type 'Float64' for column 3 at line 100001
      hint: nothing was written; write the file again, or remove it
    "#);
}

#[test]
fn a_row_with_too_many_cells() {
    let project = Project::small();
    project.append(&day_file(4), "x,u001,purchase,3,5,EUR,2026-03-04T12:00:00\n");
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:13:10: source `events`: cannot read data/events/day=2026-03-04/part-0.csv (2403 bytes) as CSV: line 50 has 7 cells, the header has 6
      hint: write the file again, or remove it
    "#);
}

#[test]
fn an_open_quote() {
    let project = Project::small();
    project.append(&day_file(4), "x,u001,\"purchase,3.5,EUR,2026-03-04T12:00:00\n");
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:13:10: source `events`: cannot read data/events/day=2026-03-04/part-0.csv (2404 bytes) as CSV: line 50 has 3 cells, the header has 6
      hint: write the file again, or remove it
    "#);
}

#[test]
fn bytes_that_are_no_text() {
    let project = Project::small();
    let mut bytes = project.read(&day_file(4));
    bytes.extend_from_slice(b"x,u\xff\xfe,purchase,3.5,EUR,2026-03-04T12:00:00\n");
    project.write(&day_file(4), bytes);
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:13:10: source `events`: cannot read data/events/day=2026-03-04/part-0.csv (2402 bytes) as CSV: encountered UTF-8 error while reading CSV file: invalid utf-8: invalid UTF-8 in field 1 near byte index 1 at line 50
      hint: write the file again, or remove it
    "#);
}

/// As spreadsheets write it.
#[test]
fn byte_order_mark_and_carriage_returns() {
    let project = Project::small();
    let plain = analyzed(&project);
    for file in ["data/exposures/all.csv".to_string(), day_file(4)] {
        let text = String::from_utf8(project.read(&file)).unwrap();
        project.write(&file, format!("\u{feff}{}", text.replace('\n', "\r\n")));
    }
    assert_eq!(analyzed(&project), plain);
}

#[test]
fn the_same_rows_as_ndjson() {
    let project = Project::small();
    let plain = analyzed(&project);
    for day in 1..=8 {
        let text = String::from_utf8(project.read(&day_file(day))).unwrap();
        project.remove(&day_file(day));
        project.write(&day_file(day).replace(".csv", ".ndjson"), ndjson(&text));
    }
    assert_eq!(analyzed(&project), plain);
}

#[test]
fn ndjson_that_breaks_off() {
    let project = Project::small();
    for day in 1..=8 {
        let text = ndjson(&String::from_utf8(project.read(&day_file(day))).unwrap());
        project.remove(&day_file(day));
        let cut = if day == 4 { text.len() - 20 } else { text.len() };
        project.write(&day_file(day).replace(".csv", ".ndjson"), &text[..cut]);
    }
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:13:10: source `events`: cannot read data/events/day=2026-03-04/part-0.ndjson (5042 bytes) as NDJSON: not valid JSON: EOF while parsing a string at line 1 column 86
      hint: write the file again, or remove it
    "#);
}

fn ndjson(csv: &str) -> String {
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines.fold(String::new(), |mut out, line| {
        let cells = names.iter().zip(line.split(','));
        let cells = cells.map(|(name, cell)| match *name {
            "amount" => format!("\"{name}\":{cell}"),
            _ => format!("\"{name}\":\"{cell}\""),
        });
        writeln!(out, "{{{}}}", cells.collect::<Vec<_>>().join(",")).unwrap();
        out
    })
}
