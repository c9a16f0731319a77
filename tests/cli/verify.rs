//! Anyone can make a stored run again.

use std::fs;

use crate::project::{LAST_DAY, Project, day_file};

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn says(project: &Project, arguments: &[&str], expected: &[&str]) -> String {
    let told = flat(&project.say(arguments));
    for words in expected {
        assert!(told.contains(words), "{words:?} is not in\n{told}");
    }
    told
}

fn run_of(project: &Project, day: &str) -> String {
    project.runs().into_iter().find(|run| run.starts_with(day)).unwrap()
}

/// Every night of a month, each with what was known before it: looks, confirmations, what was
/// decided.
#[test]
fn every_night_of_the_sample_comes_out_again_from_its_summaries() {
    let project = Project::sample();
    let days = ["2026-10-20", "2026-10-26", "2026-10-27", "2026-10-28"];
    for day in days {
        says(&project, &["run", "--as-of", day], &["exit 0"]);
    }
    for run in project.runs() {
        let told = says(
            &project,
            &["verify", &run],
            &["exit 0", "6 files of the tables are as they were written"],
        );
        assert_eq!(told.matches("identical").count(), 3, "{told}");
        assert!(!told.contains("otherwise"), "{told}");
    }
    let last = run_of(&project, "2026-10-28");
    let told = says(
        &project,
        &["verify", &last, "--from-data"],
        &["exit 0", "made again from the sources"],
    );
    assert_eq!(told.matches("identical").count(), 3, "{told}");
    let json = project.command(&["verify", &last, "--output", "json"]).output().unwrap();
    let json = String::from_utf8(json.stdout).unwrap();
    assert!(json.contains("\"is_whole\": true") && json.contains(&last), "{json}");
}

#[test]
fn a_file_that_changed_since_is_named_and_what_comes_of_it() {
    let project = Project::small();
    project.run();
    let run = run_of(&project, LAST_DAY);
    let file = day_file(7);
    project.append(&file, "new-1,u001,purchase,99.5,EUR,2026-03-07T12:00:00\n");
    let from_data = ["verify", &run, "--from-data"];
    says(
        &project,
        &from_data,
        &[
            "exit 10",
            "files of events: 1 file changed since",
            "checkout: ",
            "come out otherwise",
            "stored and",
        ],
    );
    // What is stored is as it was.
    says(&project, &["verify", &run], &["exit 0", "checkout: verdict and 2 estimates identical"]);
    // The day is judged again, and each of its runs can be verified beside the other.
    says(&project, &["run", "--as-of", LAST_DAY], &["exit 0"]);
    assert_eq!(project.runs().len(), 2);
    for run in project.runs() {
        says(&project, &["verify", &run], &["exit 0", "identical"]);
    }
    let newest = project.runs().into_iter().find(|other| *other != run).unwrap();
    says(&project, &["verify", &newest, "--from-data"], &["exit 0", "identical"]);
}

#[test]
fn a_changed_byte_is_found() {
    let project = Project::small();
    project.run();
    let run = run_of(&project, LAST_DAY);
    let name = project.live_files_of("runs").remove(0);
    let path = project.path("out/runs").join(&name);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    says(
        &project,
        &["verify", &run],
        &["exit 10", &format!("changed: runs/{name}: its SHA-256 is"), "identical"],
    );
}

#[test]
fn another_promise_is_not_made_again_and_a_status_is_as_it_was() {
    let project = Project::small();
    project.run();
    let run = run_of(&project, LAST_DAY);
    project.edit("experiments/checkout.toml", "\"running\"", "\"concluded\"");
    says(&project, &["verify", &run], &["exit 0", "identical"]);
    project.append(
        "metrics.toml",
        "\n[metrics.buyers]\nkind = \"conversion\"\nevent = \"purchase\"\n",
    );
    project.edit("experiments/checkout.toml", "[\"revenue\"]", "[\"revenue\", \"buyers\"]");
    says(&project, &["verify", &run], &["exit 0", "verdict and 2 estimates identical"]);
    says(&project, &["verify", &run, "--from-data"], &["exit 0", "identical"]);
    project.edit("experiments/checkout.toml", "minimum_days = 3", "minimum_days = 2");
    says(
        &project,
        &["verify", &run],
        &[
            "exit 10",
            "checkout: not made again: its promise is another one since: \
             `decision.minimum_days` changed from 3 to 2",
        ],
    );
    project.edit("experiments/checkout.toml", "minimum_days = 2", "minimum_days = 3");
    let moved = project.read("experiments/checkout.toml");
    project.write("experiments/basket.toml", moved).remove("experiments/checkout.toml");
    says(
        &project,
        &["verify", &run],
        &["exit 10", "checkout: not made again: the project no longer has it"],
    );
}

#[test]
fn a_run_that_is_not_there_has_a_neighbour() {
    let project = Project::small();
    says(
        &project,
        &["verify", "2026-03-08-0"],
        &["exit 2", "holds no run", "`assize run` writes the first one"],
    );
    project.run();
    let run = run_of(&project, LAST_DAY);
    let mut wrong = run.clone();
    wrong.replace_range(wrong.len() - 1.., "x");
    says(&project, &["verify", &wrong], &["exit 2", &format!("did you mean `{run}`?")]);
    says(&project, &["verify", &run[..14]], &["exit 0", "identical"]);
    says(&project, &["verify", LAST_DAY], &["exit 0", "identical"]);
    says(&project, &["verify", "yesterday"], &["exit 2", &format!("the last one is {run}")]);
}
