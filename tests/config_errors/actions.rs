//! `[actions]`: when something may be set in motion.

use super::*;
use assize::config::{ActionMode, ActionRules, Approve};

#[track_caller]
fn refused_actions(rest: &str, expected: &str) {
    let actions = format!("[actions]\n{rest}\n[sources.events]");
    refused(&[(PROJECT_FILE, "[sources.events]", &actions)], expected);
}

#[track_caller]
fn rules(rest: &str) -> ActionRules {
    let actions = format!("[actions]\n{rest}\n[sources.events]");
    accepted(&[(PROJECT_FILE, "[sources.events]", &actions)]).project.actions
}

#[test]
fn nothing_is_carried_out_unless_asked() {
    for rules in [accepted(&[]).project.actions, rules("")] {
        assert_eq!((rules.mode, rules.enabled), (ActionMode::Plan, true));
        assert_eq!((rules.approve, rules.max_per_run), (Approve::Never, None));
        assert_eq!(rules.expires, 3 * 86_400_000_000);
        assert!(rules.freezes.is_empty());
    }
    let said =
        "mode = \"apply\"\nenabled = false\napprove = \"ship\"\nexpires = \"36h\"\nmax_per_run = 5";
    let rules = rules(said);
    assert_eq!((rules.mode, rules.enabled), (ActionMode::Apply, false));
    assert_eq!((rules.approve, rules.max_per_run), (Approve::Ship, Some(5)));
    assert_eq!(rules.expires, 36 * 3_600_000_000);
}

#[test]
fn words_and_numbers() {
    refused_actions(
        "mode = \"aply\"\nenabled = \"no\"\napprove = \"shipping\"\nexpires = \"0d\"\nmax_per_run = 0\nfrezee = []",
        r"
assize.toml:15:8: `mode` must be one of `plan`, `apply`, found `aply`
  hint: did you mean `apply`?
assize.toml:16:11: `enabled` must be `true` or `false`, found the string `no`
assize.toml:17:11: `approve` must be one of `never`, `ship`, `always`, found `shipping`
assize.toml:18:11: `expires` must be longer than nothing, found `0d`
assize.toml:19:15: `max_per_run` must be at least 1, found `0`
assize.toml:20:1: unknown key `frezee`
  hint: did you mean `freeze`?
",
    );
}

#[test]
fn freezes() {
    let covers = |freeze: &str, instant: &str| {
        let rules = rules(&format!("freeze = [\"{freeze}\"]"));
        rules.freeze_at(instant.parse().unwrap()).is_some()
    };
    // The project is in Berlin: UTC+1 in winter.
    assert!(covers("Fri 16:00 - Mon 08:00", "2026-11-27T15:00:00Z"));
    assert!(!covers("Fri 16:00 - Mon 08:00 UTC", "2026-11-27T15:00:00Z"));
    assert!(covers("friday 16:00 - MON 08:00 UTC", "2026-11-27T16:00:00Z"));
    refused_actions(
        "freeze = [\"weekends\", \"Fri 16:00 - Mon 24:00\", \"Fri 16:00 - Fri 16:00\", \
         \"Fri 16:00 - Mon 08:00 CET\", \"Fri 4pm - Mon 08:00\"]",
        r"
assize.toml:15:11: a freeze must be a time of the week to another, found `weekends`
  hint: for instance `Fri 16:00 - Mon 08:00`, or with a time zone: `Fri 16:00 - Mon 08:00 Europe/Berlin`
assize.toml:15:23: a freeze must be a time of the week to another, found `Fri 16:00 - Mon 24:00`
  hint: for instance `Fri 16:00 - Mon 08:00`, or with a time zone: `Fri 16:00 - Mon 08:00 Europe/Berlin`
assize.toml:15:48: a freeze must end at another time than it begins
assize.toml:15:73: unknown time zone `CET`
  hint: abbreviations are ambiguous; did you mean `Europe/Berlin`?
assize.toml:15:102: a freeze must be a time of the week to another, found `Fri 4pm - Mon 08:00`
  hint: for instance `Fri 16:00 - Mon 08:00`, or with a time zone: `Fri 16:00 - Mon 08:00 Europe/Berlin`
",
    );
}
