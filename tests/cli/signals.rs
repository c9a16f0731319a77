//! Nights that are stopped, and sources that change under a night.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::project::Project;

const RUN: [&str; 5] = ["run", "--log", "json", "--as-of", "2026-10-28"];
const FILE: &str = "data/events/day=2026-10-20/part-0.parquet";

/// A run that has listed its sources and not yet read them.
fn started(project: &Project) -> (Child, BufReader<std::process::ChildStderr>) {
    let mut child =
        project.command(&RUN).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    assert!(line.contains("run started"), "{line}");
    (child, lines)
}

fn rest(lines: BufReader<std::process::ChildStderr>) -> String {
    let lines = lines.lines().map(|line| {
        let line: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        format!("{}: {}  hint: {}\n", line["level"], line["message"], line["hint"])
    });
    lines.filter(|line| line.starts_with("\"ERROR")).collect()
}

fn stopped_by(signal: &str) -> (Option<i32>, String) {
    let project = Project::sample();
    let (mut child, lines) = started(&project);
    std::thread::sleep(Duration::from_millis(150));
    let sent = Instant::now();
    Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    let code = child.wait().unwrap().code();
    assert!(sent.elapsed() < Duration::from_secs(5));
    assert!(project.live_files().is_empty());
    (code, rest(lines))
}

#[test]
fn ctrl_c() {
    let (code, told) = stopped_by("-INT");
    assert_eq!(code, Some(130));
    assert_snapshot!(told, @r#"
    "ERROR": "stopped by ctrl-C"  hint: "a night is written whole or not at all; run again"
    "#);
}

#[test]
fn a_request_to_terminate() {
    let (code, told) = stopped_by("-TERM");
    assert_eq!(code, Some(143));
    assert_snapshot!(told, @r#"
    "ERROR": "stopped by a request to terminate"  hint: "a night is written whole or not at all; run again"
    "#);
}

#[test]
fn a_source_file_replaced_meanwhile() {
    let project = Project::sample();
    let (mut child, lines) = started(&project);
    let bytes = project.read(FILE);
    project.remove(FILE).write(FILE, bytes);
    let told = rest(lines);
    assert_eq!(child.wait().unwrap().code(), Some(5), "{told}");
    assert_snapshot!(told, @r#"
    "ERROR": "source `events`: data/events/day=2026-10-20/part-0.parquet was replaced while it was being read"  hint: "nothing was written; run again when the export has finished"
    "#);
    assert!(project.live_files().is_empty());
}

#[test]
fn a_source_file_removed_meanwhile() {
    let project = Project::sample();
    let (mut child, lines) = started(&project);
    project.remove(FILE);
    let told = rest(lines);
    assert_eq!(child.wait().unwrap().code(), Some(5), "{told}");
    assert_snapshot!(told, @r#"
    "ERROR": "source `events`: data/events/day=2026-10-20/part-0.parquet was removed while it was being read"  hint: "nothing was written; run again when the export has finished"
    "#);
    assert!(project.live_files().is_empty());
}
