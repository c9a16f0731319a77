//! What may change in a running experiment.

use super::*;
use assize::config::config_hash;

fn hash(changes: &[Change]) -> String {
    let project = accepted(changes).project;
    config_hash(&project, &project.experiments[0])
}

#[test]
fn a_hash_is_sha256_in_hex_and_stays() {
    let hash = hash(&[]);
    assert_eq!(hash, "7a13a3e33c8a36729070bbce5df6568c22ec8cef99f442d83b366445b4b90c18");
}

#[test]
fn what_is_only_for_people_may_change() {
    let before = hash(&[]);
    for change in [
        (CHECKOUT_FILE, "\"Checkout\"", "\"Cart\""),
        (CHECKOUT_FILE, "\"Fewer steps, more orders\"", "\"No idea\""),
        (CHECKOUT_FILE, "traffic = 0.5", "traffic = 1.0\nowner = \"growth\"\nstatus = \"paused\""),
        (CHECKOUT_FILE, "alpha = 0.05\npower = 0.8", "power = 0.80\nalpha = 5e-2"),
        (METRICS_FILE, "window =", "description = \"Done\"\nwindow ="),
        (METRICS_FILE, "\"7d\"", "\"168h\""),
        (METRICS_FILE, "window = \"7d\"", "better = \"higher\"\nwindow = \"7d\""),
        (PROJECT_FILE, "\"shop\"", "\"store\""),
        (PROJECT_FILE, "\"data/events\"", "\"warehouse/events\""),
    ] {
        assert_eq!(hash(&[change]), before, "{change:?}");
    }
}

#[test]
fn what_the_numbers_depend_on_may_not() {
    let mut seen = vec![hash(&[])];
    for change in [
        (CHECKOUT_FILE, "\"short\"", "\"brief\""),
        (CHECKOUT_FILE, "weight = 50 }", "weight = 40 }, { key = \"x\", weight = 10 }"),
        (CHECKOUT_FILE, "2026-10-01", "2026-10-02"),
        (CHECKOUT_FILE, "2026-10-29", "2026-10-30"),
        (CHECKOUT_FILE, "traffic = 0.5", "basis = \"assignment\""),
        (CHECKOUT_FILE, "traffic = 0.5", "crossovers = \"first\""),
        (CHECKOUT_FILE, "[\"activation\"]", "[\"activation\", \"revenue\"]"),
        (CHECKOUT_FILE, "[\"order_value\"]", "[\"order_value\", \"revenue\"]"),
        (CHECKOUT_FILE, "margin = 0.02", "margin = 0.03"),
        (CHECKOUT_FILE, "\"sequential\"", "\"t-test\""),
        (CHECKOUT_FILE, "alpha = 0.05", "alpha = 0.01"),
        (CHECKOUT_FILE, "power = 0.8", "power = 0.9"),
        (CHECKOUT_FILE, "20000", "30000"),
        (CHECKOUT_FILE, "minimum_effect = 0.05", "minimum_effect = 0.04"),
        (CHECKOUT_FILE, "confidence = 0.95", "confidence = 0.9"),
        (CHECKOUT_FILE, "minimum_days = 7", "minimum_days = 8"),
        (CHECKOUT_FILE, "minimum_units = 100", "minimum_units = 200"),
        (METRICS_FILE, "\"7d\"", "\"8d\""),
        (METRICS_FILE, "\"onboarding.completed\"", "\"onboarded\""),
        (METRICS_FILE, "\"amount\"", "\"price\""),
        (METRICS_FILE, "'EUR'", "'USD'"),
        (METRICS_FILE, "kind = \"conversion\"", "kind = \"count\""),
        (METRICS_FILE, "kind = \"conversion\"", "kind = \"conversion\"\nbetter = \"lower\""),
        (METRICS_FILE, "numerator = \"revenue\"", "numerator = \"activation\""),
        (PROJECT_FILE, "Europe/Berlin", "UTC"),
        (PROJECT_FILE, "\"occurred_at\"", "\"received_at\""),
        (PROJECT_FILE, "\"variation\"", "\"arm\""),
        (PROJECT_FILE, "partition = \"day\"", "timezone = \"UTC\""),
    ] {
        let hash = hash(&[change]);
        assert!(!seen.contains(&hash), "{change:?}");
        seen.push(hash);
    }
}

/// A query is hashed with the queries that it reads.
#[test]
fn a_query_of_a_query() {
    let source = |unit: &str| {
        format!(
            "[sources.raw]\nkind = \"table\"\nquery = \"SELECT {unit} FROM x\"\n\n[sources.events]"
        )
    };
    let hash = |unit: &str| {
        hash(&[
            (
                PROJECT_FILE,
                "location = \"data/events\"\npartition = \"day\"",
                "query = \"SELECT raw.* FROM raw\"",
            ),
            (PROJECT_FILE, "[sources.events]", &source(unit)),
        ])
    };
    assert_ne!(hash("a"), hash("b"));
}
