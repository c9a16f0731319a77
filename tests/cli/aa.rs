//! `assize aa`: how often the chain is wrong where nothing differs.

use insta::assert_snapshot;
use serde_json::Value;

use crate::project::{LAST_DAY, Project, day_file};

fn json(project: &Project, more: &[&str]) -> Value {
    let arguments = [&["aa", "--as-of", LAST_DAY, "--output", "json"], more].concat();
    let output = project.command(&arguments).output().unwrap();
    assert!(output.status.success(), "{}", project.told(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn rates_beside_what_was_promised() {
    let project = Project::small();
    let told = project.say(&["aa", "checkout", "--as-of", LAST_DAY, "--shuffles", "200"]);
    assert_snapshot!(told, @"");
    assert!(!project.path("out").exists(), "nothing is written");
}

#[test]
fn all_that_are_due_in_one_table() {
    let project = Project::small();
    let text = String::from_utf8(project.read("experiments/checkout.toml")).unwrap();
    project.write("experiments/banner.toml", text);
    let told = project.say(&["aa", "--as-of", "2026-03-05", "--shuffles", "5"]);
    assert_snapshot!(told, @"");
}

/// Everybody with the new page buys every day, and of the others nobody but a few. Shuffled, the
/// same purchases differ by chance only: of 300 shuffles more than 17 would ship once in a
/// thousand times at 2.5 %, and be rolled back at 2.5 %.
#[test]
fn an_effect_is_gone_once_units_are_shuffled() {
    let project = Project::small();
    for day in 1..=8 {
        project.write(&day_file(day), bought_by(day, |user| user % 2 == 1 || user % 20 == 0));
    }
    let found = json(&project, &["checkout", "--shuffles", "300"]);
    let report = &found[0];
    let fails = report["fails_on_real_data"].as_array().unwrap();
    assert!(fails.iter().any(|row| row["check"] == "implausible_lift"), "no effect: {report:#}");
    assert_eq!((&report["shuffles"], &report["nights"]), (&300.into(), &8.into()));
    assert_eq!(report["keeping"], "kept");
    for what in ["ship", "roll_back"] {
        assert_eq!(report[what]["promised"], 0.025);
        assert!(report[what]["count"].as_u64().unwrap() <= 17, "{report:#}");
    }
    let metrics = report["metrics"].as_array().unwrap();
    assert_eq!(metrics.len(), 2);
    for metric in metrics {
        assert_eq!(metric["tested"], 300, "{metric:#}");
    }
}

fn bought_by(day: u32, buys: impl Fn(u32) -> bool) -> String {
    let mut text = String::from("id,user,event,amount,currency,at\n");
    for user in (0..240).filter(|user| buys(*user)) {
        let amount = 10 + (user * 7 + day * 13) % 50;
        let row = format!("{day}-{user},u{user:03},purchase,{amount}.5,EUR,2026-03-{day:02}T12:00");
        text += &format!("{row}:00\n");
    }
    text
}

#[test]
fn a_seed_deals_the_same_and_another_does_not() {
    let project = Project::small();
    let seeded = |seed: &str| {
        let mut found = json(&project, &["checkout", "--shuffles", "60", "--seed", seed]);
        found[0]["seed"] = Value::Null;
        found
    };
    let first = seeded("1");
    assert_eq!(first, seeded("1"));
    let others: Vec<Value> = ["2", "3", "4"].into_iter().map(seeded).collect();
    assert!(others.iter().any(|other| *other != first), "{first:#}");
}

/// One unit in twenty is treated, and a few purchases are worth more than all others together.
/// No test of a mean holds its level there.
#[test]
fn a_promise_that_is_broken_is_told() {
    let project = Project::small();
    project.append("metrics.toml", HEAVY);
    let file = "experiments/checkout.toml";
    project.edit(file, "weight = 50, control", "weight = 95, control");
    project.edit(file, "\"one-page\", weight = 50", "\"one-page\", weight = 5");
    project.edit(file, "[\"orders\"]", "[\"worth\"]").edit(file, "= 50\n", "= 2\n");
    project.edit(file, "2026-03-15", "2026-03-09").append(file, "[test]\nmethod = \"t-test\"\n");
    let found = json(&project, &["checkout", "--shuffles", "300"]);
    assert_eq!(found[0]["keeping"], "broken", "{:#}", found[0]);
    let sentence = found[0]["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("The chain breaks its promise on this data: "), "{sentence}");
    assert!(sentence.contains("`worth` has heavy tails (skewness "), "{sentence}");
    assert!(sentence.contains("set a cap"), "{sentence}");
}

const HEAVY: &str = r#"
[metrics.worth]
kind = "sum"
event = "purchase"
value = "EXP(amount / 4.0)"
"#;

#[test]
fn what_cannot_be_shuffled_says_so() {
    let project = Project::small();
    project.append("metrics.toml", MORE);
    project.edit(
        "experiments/checkout.toml",
        "[\"revenue\"]",
        "[\"revenue\", \"typical\", \"broken\"]",
    );
    let told = project.say(&["aa", "checkout", "--as-of", "2026-03-04", "--shuffles", "10"]);
    assert_snapshot!(told, @"");
}

const MORE: &str = r#"
[metrics.typical]
kind = "quantile"
event = "purchase"
value = "amount"
level = 0.5
of = "facts"

[metrics.broken]
kind = "sum"
event = "purchase"
value = "CAST(currency AS DOUBLE)"
"#;

#[test]
fn what_is_not_due_has_nothing_to_shuffle() {
    let project = Project::small();
    assert_snapshot!(project.say(&["aa", "checkout", "--as-of", "2026-02-27"]), @"");
    assert_snapshot!(project.say(&["aa", "--as-of", "2026-02-27"]), @"");
    assert_snapshot!(project.say(&["aa", "checkuot", "--as-of", LAST_DAY]), @"");
}
