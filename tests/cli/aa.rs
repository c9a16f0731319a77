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
    assert_snapshot!(told, @r"
    exit 0
    --- stdout
    checkout: 200 shuffles of 240 units, 8 nights through 2026-03-08

    on some night  shuffles  share  95 % interval  promised
    ────────────────────────────────────────────────────────
    ship                  0  0.0 %    0.0 – 1.8 %   ≤ 2.5 %
    roll back             0  0.0 %    0.0 – 1.8 %   ≤ 2.5 %
    false alarm           0  0.0 %    0.0 – 1.8 %   ≤ 7.4 %

    metric               treatment  better  worse  either  95 % interval  promised
    ───────────────────────────────────────────────────────────────────────────────
    orders (primary)     one-page        0      0   0.0 %    0.0 – 1.8 %   ≤ 5.0 %
    revenue (secondary)  one-page        0      0   0.0 %    0.0 – 1.8 %   ≤ 5.0 %

    checkout: So far the chain keeps its promise on this data: of 200 shuffles 0 % shipped (at most
      2.5 % promised) and 0 % were rolled back (at most 2.5 % promised). So few shuffles show gross
      faults only; --shuffles 400 shows more.
    ");
    assert!(!project.path("out").exists(), "nothing is written");
}

#[test]
fn all_that_are_due_in_one_table() {
    let project = Project::small();
    let text = String::from_utf8(project.read("experiments/checkout.toml")).unwrap();
    project.write("experiments/banner.toml", text);
    let told = project.say(&["aa", "--as-of", "2026-03-05", "--shuffles", "5"]);
    assert_snapshot!(told, @r"
    exit 0
    --- stdout
    experiment  units  nights  shuffles             ship        roll back      false alarm
    ───────────────────────────────────────────────────────────────────────────────────────
    banner          0       5         5  0.0 % (≤ 2.5 %)  0.0 % (≤ 2.5 %)  0.0 % (≤ 0.0 %)
    checkout      240       5         5  0.0 % (≤ 2.5 %)  0.0 % (≤ 2.5 %)  0.0 % (≤ 6.5 %)

    banner: Nothing could be decided on any of these nights: at least 3 days and 50 units in every
      variant come before.
    On the real data empty_arm fails, of which the shuffles know nothing: nobody has met `banner`; look
      at its exposure source

    checkout: So far the chain keeps its promise on this data: of 5 shuffles 0 % shipped (at most 2.5 %
      promised) and 0 % were rolled back (at most 2.5 % promised). So few shuffles show gross faults
      only; --shuffles 400 shows more.
    ");
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
    assert_snapshot!(told, @r"
    exit 0
    --- stdout
    checkout: 10 shuffles of 192 units, 4 nights through 2026-03-04

    on some night  shuffles  share  95 % interval  promised
    ────────────────────────────────────────────────────────
    ship                  0  0.0 %   0.0 – 30.8 %   ≤ 2.5 %
    roll back             0  0.0 %   0.0 – 30.8 %   ≤ 2.5 %
    false alarm           0  0.0 %   0.0 – 30.8 %   ≤ 6.2 %

    metric               treatment  better  worse  either  95 % interval  promised
    ───────────────────────────────────────────────────────────────────────────────
    orders (primary)     one-page        0      0   0.0 %   0.0 – 30.8 %   ≤ 5.0 %
    revenue (secondary)  one-page        0      0   0.0 %   0.0 – 30.8 %   ≤ 5.0 %

    checkout: So far the chain keeps its promise on this data: of 10 shuffles 0 % shipped (at most 2.5 %
      promised) and 0 % were rolled back (at most 2.5 % promised). So few shuffles show gross faults
      only; --shuffles 400 shows more.
    typical was not shuffled: a quantile of facts would have to be sorted anew for every shuffle
    broken was not shuffled: `CAST(currency AS DOUBLE)` fails on some row of source `events`: cannot
      cast string '...' to value of Float64 type
    --- stderr
    warning: metrics.toml:21:9: `CAST(currency AS DOUBLE)` fails on some row of source `events`: cannot cast string '...' to value of Float64 type
      hint: allow for every row, for instance with TRY_CAST or NULLIF
    ");
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
    assert_snapshot!(project.say(&["aa", "checkout", "--as-of", "2026-02-27"]), @r"
    exit 5
    --- stderr
    error: `checkout` starts on 2026-03-01, after 2026-02-27
      hint: there is nothing to analyse before that day
    ");
    assert_snapshot!(project.say(&["aa", "--as-of", "2026-02-27"]), @r"
    exit 5
    --- stderr
    error: no experiment is due as of 2026-02-27, so there is nothing to shuffle
    ");
    assert_snapshot!(project.say(&["aa", "checkuot", "--as-of", LAST_DAY]), @r"
    exit 2
    --- stderr
    error: no experiment matches `checkuot`
      hint: did you mean `checkout`?
    ");
}
