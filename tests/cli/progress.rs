//! What a terminal shows while a night runs.

use std::process::Command;

use crate::project::Project;

/// Needs `script`, which gives a program a terminal; skipped where there is none.
fn on_a_terminal(project: &Project, arguments: &str) -> Option<String> {
    let program = format!("{} {arguments}", env!("CARGO_BIN_EXE_assize"));
    let mut script = Command::new("script");
    script
        .args(["-qec", &program, "/dev/null"])
        .current_dir(project.path(""))
        .env("COLUMNS", "120");
    let output = script.stdin(std::process::Stdio::null()).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_bar_that_goes_away() {
    let project = Project::sample();
    let Some(shown) = on_a_terminal(&project, "run --as-of 2026-10-28") else { return };
    assert!(shown.contains("/106,928 rows"), "{shown}");
    assert!(shown.contains("/46 files, 0/3 experiments"), "{shown}");
    let after = shown.rsplit("\r\u{1b}[2K").next().unwrap();
    assert!(after.trim_start().starts_with("experiment"), "{after}");
    assert!(!shown.contains("{\"timestamp\""), "people get text: {shown}");
}

#[test]
fn no_bar_without_a_terminal() {
    let told = Project::small().run();
    assert!(!told.contains('\u{1b}') && !told.contains('\r'), "{told}");
}
