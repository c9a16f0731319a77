//! What one run says otherwise than another, and what a night would change.

use crate::project::{LAST_DAY, Project, day_file};

fn says(project: &Project, arguments: &[&str], expected: &[&str]) -> String {
    let told = project.say(arguments).split_whitespace().collect::<Vec<_>>().join(" ");
    for words in expected {
        assert!(told.contains(words), "{words:?} is not in\n{told}");
    }
    told
}

/// So many purchases of everybody in control that the other variant looks bad.
fn restated(project: &Project) {
    let mut more = String::new();
    for user in (0..240).step_by(2) {
        for n in 0..4 {
            more += &format!("new-{user}-{n},u{user:03},purchase,10.5,EUR,2026-03-07T12:00:00\n");
        }
    }
    project.append(&day_file(7), &more);
}

#[test]
fn a_dry_run_says_what_it_would_change_and_writes_nothing() {
    let project = Project::small();
    let dry = ["run", "--dry-run", "--as-of", LAST_DAY];
    let told =
        says(&project, &dry, &["exit 0", "no verdict before: checkout", "nothing was written"]);
    assert!(told.contains("0 verdicts flip"), "{told}");
    assert!(!project.path("out").exists(), "a dry run makes no folder");
    project.run();
    let before = project.live_files();
    says(&project, &dry, &["0 verdicts flip, 0 metrics change sign", "1 experiment is unchanged"]);
    restated(&project);
    says(
        &project,
        &dry,
        &[
            "1 verdict flips, 2 metrics change sign",
            "files of events: 1 file changed",
            "checkout (2026-03-08): ",
            "keep running -> investigate",
            "> 99.9 %",
            "orders, one-page: ",
            "changes sign",
        ],
    );
    assert_eq!(project.live_files(), before);
    let json = project.command(&["run", "--dry-run", "--as-of", LAST_DAY, "--output", "json"]);
    let json = { json }.output().unwrap();
    let json = String::from_utf8(json.stdout).unwrap();
    assert!(json.contains("\"verdicts_flip\": 1") && json.contains("\"reports\""), "{json}");
}

/// A night of a new day is compared with the last one before it.
#[test]
fn a_new_day_is_compared_with_the_day_before() {
    let project = Project::small();
    says(&project, &["run", "--as-of", "2026-03-07"], &["exit 0"]);
    says(
        &project,
        &["run", "--dry-run", "--as-of", LAST_DAY],
        &["checkout (2026-03-07 -> 2026-03-08)", "files of events: 1 file added"],
    );
}

#[test]
fn two_runs_differ_by_what_was_restated() {
    let project = Project::small();
    project.run();
    let first = project.runs().remove(0);
    restated(&project);
    project.run();
    let second = project.runs().into_iter().find(|run| *run != first).unwrap();
    let told = says(
        &project,
        &["diff", &first, &second],
        &[
            "exit 0",
            "1 verdict flips, 2 metrics change sign",
            "files of events: 1 file changed",
            "checkout (2026-03-08, revision 1 -> 2)",
            "held by nothing -> implausible_lift, revision",
        ],
    );
    assert!(!told.contains("NaN"), "{told}");
    says(&project, &["diff", &first, &first], &["0 verdicts flip", "1 experiment is unchanged"]);
    let json = project.command(&["diff", &first, &second, "--output", "json"]).output().unwrap();
    let json = String::from_utf8(json.stdout).unwrap();
    assert!(json.contains("\"column\": \"effect\"") && json.contains("\"revision\": 2"), "{json}");
    says(&project, &["diff", &first, LAST_DAY], &["revision 1 -> 2"]);
    says(&project, &["diff", &first, "2026-03-08-nothing"], &["exit 2", "holds no run"]);
}
