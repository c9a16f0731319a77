//! Output folders that cannot be written, or are written by somebody else.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use crate::project::{LAST_DAY, Project};

#[test]
fn an_output_below_a_file() {
    let project = Project::small();
    project.write("out", "I am a file");
    assert_snapshot!(project.run(), @r#"
    exit 3
    --- stderr
    error: cannot write to [project]/out: file exists
      hint: move away the file that stands where the folder `[project]/out` should, or set another `output`
    "#);
    let project = Project::small();
    project.write("shelf", "I am a file").edit("assize.toml", "\"out\"", "\"shelf/out\"");
    assert_snapshot!(project.run(), @r#"
    exit 3
    --- stderr
    error: cannot write to [project]/shelf/out: file exists
      hint: move away the file that stands where the folder `[project]/shelf/out` should, or set another `output`
    "#);
}

/// Needs the right to mark a folder immutable; skipped where that is not given.
#[test]
fn an_output_that_may_not_be_written() {
    let project = Project::small();
    let out = project.path("out");
    fs::create_dir(&out).unwrap();
    let mark = |flag: &str| Command::new("chattr").arg(flag).arg(&out).output();
    if !mark("+i").is_ok_and(|done| done.status.success()) {
        return;
    }
    let told = project.run();
    mark("-i").unwrap();
    assert_snapshot!(told, @r#"
    exit 3
    --- stderr
    error: cannot write to [project]/out: operation not permitted
      hint: check who may write to `[project]/out`, or set another `output`
    "#);
}

/// Needs the right to mount; skipped where that is not given.
#[test]
fn a_full_disk() {
    let project = Project::small();
    let out = project.path("out");
    fs::create_dir(&out).unwrap();
    let mount = ["-t", "tmpfs", "-o", "size=16k", "tmpfs"];
    let mounted = Command::new("mount").args(mount).arg(&out).output();
    if !mounted.is_ok_and(|done| done.status.success()) {
        return;
    }
    let (told, live) = (project.run(), project.live_files_of("verdicts"));
    Command::new("umount").arg(&out).output().unwrap();
    assert_snapshot!(told, @r"
    exit 3
    --- stderr
    error: cannot commit [project]/out/verdicts/_delta_log/00000000000000000000.json: no space left on device
      hint: fix the cause and run again; `verdicts` holds the run whole or not at all
    ");
    assert!(live.is_empty());
}

#[test]
fn two_runs_at_once() {
    let project = Project::sample();
    let run = ["run", "--log", "json", "--as-of", "2026-10-28"];
    let mut first =
        project.command(&run).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(first.stderr.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("run started"));
    let second = project.say(&["run", "--as-of", "2026-10-28"]);
    let line = |text: &str| match text.split_once("process ") {
        Some((head, tail)) => {
            format!("{head}process [who and since when]{}", &tail[tail.find('\n').unwrap()..])
        }
        None => text.to_string(),
    };
    assert_snapshot!(line(&second), @r#"
    exit 4
    --- stderr
    error: another run writes to [project]/out: process [who and since when]
      hint: wait for it to end; the slot frees itself when it does
    "#);
    lines.for_each(drop);
    assert!(first.wait().unwrap().success(), "the first run is not disturbed");
    assert_eq!(project.live_files_of("verdicts").len(), 1);
}

#[test]
fn an_output_inside_a_source() {
    let project = Project::small();
    project.edit("assize.toml", "\"out\"", "\"data/exposures/out\"");
    assert_snapshot!(project.say(&["run", "--as-of", LAST_DAY]), @r#"
    exit 2
    --- stderr
    error: assize.toml:6:10: `output` is inside the location of source `exposures`
      hint: tables that are written would be read as rows
    "#);
}
