//! An experiment is held to what it promised at its first look.

use crate::project::{LAST_DAY, Project};

fn says(project: &Project, arguments: &[&str], expected: &[&str]) {
    let told = project.say(arguments).split_whitespace().collect::<Vec<_>>().join(" ");
    for words in expected {
        assert!(told.contains(words), "{words:?} is not in\n{told}");
    }
}

/// C19
#[test]
fn c19_a_promise_that_changed_after_the_first_look_is_refused_field_by_field() {
    let project = Project::small();
    project.run();
    project.edit("experiments/checkout.toml", "end = 2026-03-15", "end = 2026-03-22");
    project.edit("experiments/checkout.toml", "minimum_days = 3", "minimum_days = 2");
    project.edit("metrics.toml", "event = \"purchase\"\nvalue", "event = \"refund\"\nvalue");
    let told = project.refused();
    for words in [
        "exit 2",
        "experiments/checkout.toml: `checkout` is locked since its first look, of 2026-03-08: `end` \
         changed from \"2026-03-15\" to \"2026-03-22\"",
        "`decision.minimum_days` changed from 3 to 2",
        "`metrics.revenue.kind` changed from",
        "hint: undo it, or open a new phase",
        "assize unlock checkout --reason",
    ] {
        assert!(told.contains(words), "{words:?} is not in\n{told}");
    }
    assert_eq!(told.matches("error: ").count(), 3, "{told}");
}

/// T28
#[test]
fn t28_an_end_that_moves_is_a_changed_promise() {
    let project = Project::small();
    project.run();
    project.edit("experiments/checkout.toml", "end = 2026-03-15", "end = 2026-03-10");
    assert!(project.refused().contains("`end` changed from \"2026-03-15\" to \"2026-03-10\""));
}

/// C20, T10
#[test]
fn c20_what_is_only_for_people_may_change_and_a_metric_may_be_added_but_not_decide() {
    let project = Project::small();
    project.run();
    project.edit("experiments/checkout.toml", "owner = \"payments\"", "owner = \"growth\"");
    project.append(
        "metrics.toml",
        "\n[metrics.buyers]\nkind = \"conversion\"\nevent = \"purchase\"\n",
    );
    project.edit("experiments/checkout.toml", "[\"revenue\"]", "[\"revenue\", \"buyers\"]");
    says(&project, &["run", "--as-of", LAST_DAY], &["exit 0"]);
    project.edit("experiments/checkout.toml", "[\"orders\"]", "[\"orders\", \"buyers\"]");
    project.edit("experiments/checkout.toml", "[\"revenue\", \"buyers\"]", "[\"revenue\"]");
    assert!(project.refused().contains("`roles.buyers` is new: [\"primary\"]"));
}

#[test]
fn unlocking_opens_a_phase_whose_verdicts_act_on_nothing() {
    let project = Project::small();
    says(&project, &["unlock", "checkout", "--reason", "x"], &["exit 2", "is not locked"]);
    project.run();
    project.edit("experiments/checkout.toml", "minimum_days = 3", "minimum_days = 2");
    says(
        &project,
        &["unlock", "checkout", "--reason", "two days are enough"],
        &[
            "exit 0",
            "phase 2 of `checkout`",
            "act on nothing while `start` is not after 2026-03-08",
        ],
    );
    says(
        &project,
        &["run", "--as-of", LAST_DAY],
        &["exit 0", "The promise was changed after 2026-03-08, when its numbers had been seen"],
    );
    says(&project, &["run", "--as-of", LAST_DAY], &["exit 0", "nothing new"]);
    says(&project, &["unlock", "chekout", "--reason", "x"], &["exit 2", "checkout"]);
    says(&project, &["unlock", "checkout", "--reason", " "], &["exit 2", "--reason"]);
}

/// An analyst may try things out on a locked experiment: nothing is written.
#[test]
fn an_analysis_by_another_promise_says_so() {
    let project = Project::small();
    project.run();
    project.edit("experiments/checkout.toml", "minimum_days = 3", "minimum_days = 2");
    says(
        &project,
        &["analyze", "checkout", "--as-of", LAST_DAY],
        &["exit 0", "`decision.minimum_days` changed from 3 to 2", "what a first look would say"],
    );
}

/// A03
#[test]
fn a03_a_day_that_was_passed_over_is_judged_and_acts_on_nothing() {
    let project = Project::small();
    project.run();
    says(
        &project,
        &["run", "--as-of", "2026-03-06"],
        &["exit 0", "Later days were judged before; a verdict in hindsight acts on nothing."],
    );
}

#[test]
fn a_check_that_was_looked_into_no_longer_stops_the_next_night() {
    let project = Project::small();
    let lopsided: String = String::from_utf8(project.read("data/exposures/all.csv"))
        .unwrap()
        .lines()
        .filter(|line| !(line.contains("one-page") && line.contains("1,one-page")))
        .map(|line| line.to_owned() + "\n")
        .collect();
    let halved: String = lopsided
        .lines()
        .enumerate()
        .filter(|(at, line)| !(line.contains("one-page") && at % 4 == 0))
        .map(|(_, line)| line.to_owned() + "\n")
        .collect();
    project.write("data/exposures/all.csv", halved);
    says(&project, &["run", "--as-of", "2026-03-07"], &["investigate"]);
    says(
        &project,
        &["accept", "checkout", "--check", "sample_ratio", "--reason", "a test of the test"],
        &["exit 0", "`sample_ratio` of `checkout` only warns"],
    );
    let told = project.run();
    assert!(!told.contains("investigate"), "{told}");
}
