//! Whenever a night is killed, the next one ends as if nothing had happened.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::project::{LAST_DAY, Project};

const RUN: [&str; 5] = ["run", "--as-of", LAST_DAY, "--output", "json"];

fn verdicts(project: &Project) -> Value {
    let output = project.command(&RUN).output().unwrap();
    assert!(output.status.success(), "{}", project.told(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Live files by table; their names are drawn anew in each run.
fn shape(project: &Project) -> Vec<usize> {
    let tables = ["verdicts", "estimates", "summaries", "health", "runs"];
    tables.iter().map(|table| project.live_files_of(table).len()).collect()
}

#[test]
fn a_killed_night_leaves_no_trace() {
    let undisturbed = Project::small();
    let began = Instant::now();
    let expected = verdicts(&undisturbed);
    let whole = began.elapsed();
    let project = Project::small();
    // Golden ratio steps: spread over the night, most of them where it writes.
    for turn in 1..=12u32 {
        let part = f64::from(turn) * 0.618_034 % 1.0;
        let part = if turn % 3 == 0 { part } else { 0.75 + 0.3 * part };
        let mut night =
            project.command(&RUN).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_secs_f64(whole.as_secs_f64() * part));
        night.kill().unwrap();
        night.wait().unwrap();
        let visible = project.live_files_of("verdicts").len();
        assert!(visible <= 1, "a night is written once, however often it is tried");
    }
    assert_eq!(verdicts(&project), expected);
    assert_eq!(shape(&project), shape(&undisturbed));
}
