//! Who enrolls in an experiment, when, and by what.

use super::experiments::refused_here;
use super::*;
use assize::config::{Experiment, Window};

const TRAFFIC: &str = "traffic = 0.5";
const PLAYERS: &str = "[sources.players]\nkind = \"facts\"\nlocation = \"p\"\ncolumns = { unit = \"id\" }\n\n[sources.events]";
const ASSIGNMENTS: &str = "[sources.assignments]\nlocation = \"data/assignments\"\ncolumns = { experiment = \"experiment_key\", unit = \"user_id\", variant = \"variation\", time = \"at\" }\nattributes = [\"country\", \"platform\"]\n";

fn experiment(said: &str) -> Experiment {
    accepted(&[(CHECKOUT_FILE, TRAFFIC, said)]).project.experiments[0].clone()
}

#[test]
fn what_is_left_out_leaves_nobody_out() {
    let experiment = experiment(TRAFFIC);
    assert_eq!(experiment.enroll_until, experiment.end);
    assert!(experiment.entry.is_none() && experiment.audience.is_none());
    assert!(experiment.holdouts.is_empty() && experiment.segments.is_empty());
    assert_eq!(experiment.phases.len(), 1);
}

#[test]
fn what_is_said_is_kept() {
    let experiment = experiment(
        "enroll_until = 2026-10-15\nentry = { event = \"checkout.opened\", where = \"x\", window = \"1d\" }\naudience = \"country = 'DE'\"\nholdout = [\"holdout\", \"forced\"]\nsegments = [\"platform\", \"country\"]",
    );
    assert_eq!(experiment.enroll_until.to_string(), "2026-10-15");
    let entry = experiment.entry.unwrap();
    assert_eq!(entry.source, "events");
    assert_eq!(entry.event.unwrap().1.to_string(), "experiments/checkout.toml:7:19");
    assert_eq!(entry.predicate.unwrap().0, "x");
    assert_eq!(entry.window, Window { from: 0, to: Some(86_400_000_000) });
    let (audience, place) = experiment.audience.unwrap();
    assert_eq!((audience.as_str(), place.line), ("country = 'DE'", 8));
    assert_eq!(experiment.holdouts, ["holdout", "forced"]);
    assert_eq!(experiment.segments, ["platform", "country"]);
}

/// C10
#[test]
fn c10_enrollment_ends_in_the_experiment() {
    for (day, expected) in [
        (
            "2026-10-01",
            r"
experiments/checkout.toml:6:16: `enroll_until` must be after `start` and not after `end`, found `2026-10-01`, and they are `2026-10-01` and `2026-10-29`
  hint: it is the first day on which nobody enrolls any more
",
        ),
        (
            "2026-10-30",
            r"
experiments/checkout.toml:6:16: `enroll_until` must be after `start` and not after `end`, found `2026-10-30`, and they are `2026-10-01` and `2026-10-29`
  hint: it is the first day on which nobody enrolls any more
",
        ),
        (
            "\"soon\"",
            r"
experiments/checkout.toml:6:16: `enroll_until` must be a date such as `2026-10-01`, found `soon`
",
        ),
    ] {
        refused_here(TRAFFIC, &format!("enroll_until = {day}"), expected);
    }
    experiment("enroll_until = 2026-10-29");
    experiment("enroll_until = \"2026-10-02\"");
}

#[test]
fn an_entry_is_a_fact() {
    for (entry, expected) in [
        (
            "{}",
            r"
experiments/checkout.toml:6:9: `entry` needs `event` or `where` or `source`
",
        ),
        (
            "{ window = \"1d\" }",
            r"
experiments/checkout.toml:6:9: `entry` needs `event` or `where` or `source`
",
        ),
        (
            "{ evnt = \"a\" }",
            r"
experiments/checkout.toml:6:11: unknown key `evnt`
  hint: did you mean `event`?
",
        ),
        (
            "{ event = \"\", where = \"\", window = \"1 day\" }",
            r"
experiments/checkout.toml:6:19: `event` is empty
experiments/checkout.toml:6:31: `where` is empty
experiments/checkout.toml:6:44: `window` must be a duration such as `7d`, `36h`, `30m` or `45s`, found `1 day`
  hint: `7d` is the first 7 days, `7d..14d` the 7 days after them
",
        ),
        (
            "{ event = \"a\", window = \"29d\" }",
            r"
experiments/checkout.toml:6:33: `entry` has the window `29d`, longer than the experiment's 28 days
",
        ),
        (
            "{ source = \"event\" }",
            r"
experiments/checkout.toml:6:20: there is no source `event`
  hint: did you mean `events`?
",
        ),
        (
            "{ source = \"exposures\" }",
            r"
experiments/checkout.toml:6:20: source `exposures` has no facts
  hint: fact sources are `events`
",
        ),
        (
            "\"checkout.opened\"",
            r"
experiments/checkout.toml:6:9: `entry` must be a table, found the string `checkout.opened`
",
        ),
    ] {
        refused_here(TRAFFIC, &format!("entry = {entry}"), expected);
    }
    let logins = "{ source = \"events\" }";
    assert!(experiment(&format!("entry = {logins}")).entry.is_some());
}

/// An entry is at an instant.
#[test]
fn an_entry_needs_a_time() {
    let in_events = METRICS.replace("event = ", "source = \"events\"\nevent = ");
    let with = |entry: &str| {
        let entry = format!("entry = {entry}");
        let folder = changed(&[
            (PROJECT_FILE, "[sources.events]", PLAYERS),
            (CHECKOUT_FILE, TRAFFIC, &entry),
        ]);
        write(folder.path(), METRICS_FILE, &in_events);
        folder
    };
    refuses(
        with("{ source = \"players\" }").path(),
        r"
experiments/checkout.toml:6:9: `entry` needs a column `time`, which source `players` does not have
",
    );
    // The only source with a time needs no name.
    let loaded = load(with("{ event = \"a\" }").path()).unwrap();
    assert_eq!(loaded.project.experiments[0].entry.as_ref().unwrap().source, "events");
}

#[test]
fn attributes_are_those_of_the_assignments() {
    refused_here(
        TRAFFIC,
        "segments = [\"contry\", \"age\"]",
        r"
experiments/checkout.toml:6:13: `contry` is not an attribute of source `assignments`
  hint: did you mean `country`?
experiments/checkout.toml:6:23: `age` is not an attribute of source `assignments`
  hint: attributes are: `country`, `platform`
",
    );
    refused_here(
        TRAFFIC,
        "segments = [\"country\", \"country\"]",
        r"
experiments/checkout.toml:6:24: segment `country` is said twice, first at experiments/checkout.toml:6:13
",
    );
    refused_here(
        TRAFFIC,
        "audience = \" \"",
        r"
experiments/checkout.toml:6:12: `audience` is empty
",
    );
    let none = (PROJECT_FILE, "attributes = [\"country\", \"platform\"]\n", "");
    let audience = (CHECKOUT_FILE, TRAFFIC, "audience = \"country = 'DE'\"");
    refused(
        &[none, audience],
        r#"
experiments/checkout.toml:6:12: `audience` is about attributes, and source `assignments` lists none
  hint: `attributes = ["country"]` lists columns that are known before exposure
"#,
    );
    refused(
        &[
            (PROJECT_FILE, ASSIGNMENTS, ""),
            (PROJECT_FILE, "time = \"exposed_at\"", "time = \"exposed_at\", variant = \"v\""),
            (METRICS_FILE, "window = \"7d\"", "covariate = { attribute = \"age\" }"),
            audience,
        ],
        r"
experiments/checkout.toml:6:12: `audience` needs the source `assignments` and its `attributes`
metrics.toml:4:27: `covariate` needs the source `assignments` and its `attributes`
",
    );
    warned(&[(CHECKOUT_FILE, TRAFFIC, "segments = [\"country\"]")], "");
}

#[test]
fn a_holdout_is_no_variant() {
    refused_here(
        TRAFFIC,
        "holdout = [\"control\", \"none\", \"none\", \"\"]",
        r"
experiments/checkout.toml:6:12: `control` is a variant, and no holdout
experiments/checkout.toml:6:31: holdout `none` is said twice, first at experiments/checkout.toml:6:23
experiments/checkout.toml:6:39: `holdout` is empty
",
    );
    refused_here(
        TRAFFIC,
        "holdout = \"none\"",
        r"
experiments/checkout.toml:6:11: `holdout` must be a list, found the string `none`
",
    );
}
