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

/// The metric `activation` without its event.
const CONVERSION: &str = "kind = \"conversion\"\nevent = \"onboarding.completed\"";

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
        (METRICS_FILE, "window = \"7d\"", "at_least = 1\nwindow = \"7d\""),
        (METRICS_FILE, "window = \"7d\"", "covariate = \"none\"\nwindow = \"7d\""),
        (METRICS_FILE, "window = \"7d\"", "maturity = \"all\"\nwindow = \"7d\""),
        (CHECKOUT_FILE, "traffic = 0.5", "enroll_until = 2026-10-29"),
        (CHECKOUT_FILE, "traffic = 0.5", "segments = []\nholdout = []"),
        (PROJECT_FILE, "partition =", "clock_skew = \"0s\"\npartition ="),
        (PROJECT_FILE, "partition =", "ready = \"_SUCCESS\"\npartition ="),
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
        (METRICS_FILE, "\"7d\"", "\"7d\"\nat_least = 2"),
        (METRICS_FILE, "\"7d\"", "\"7d\"\nmaturity = \"matured\""),
        (METRICS_FILE, "\"7d\"", "\"7d\"\ncovariate = \"7d\""),
        (METRICS_FILE, "\"7d\"", "\"7d\"\ncovariate = \"8d\""),
        (METRICS_FILE, "\"7d\"", "\"7d\"\ncovariate = { metric = \"orders\", window = \"7d\" }"),
        (METRICS_FILE, "\"7d\"", "\"7d\"\ncovariate = { metric = \"revenue\", window = \"7d\" }"),
        (METRICS_FILE, "\"7d\"", "\"7d\"\ncovariate = { metric = \"revenue\", window = \"8d\" }"),
        (METRICS_FILE, "\"7d\"", "\"7d\"\ncovariate = { attribute = \"country\" }"),
        (METRICS_FILE, "\"7d\"", "\"7d\"\ncovariate = { attribute = \"platform\" }"),
        (METRICS_FILE, "\"amount\"", "\"amount\"\ncap = { at = 0.5 }"),
        (METRICS_FILE, "\"amount\"", "\"amount\"\ncap = { quantile = 0.5 }"),
        (METRICS_FILE, "\"amount\"", "\"amount\"\ncap = { quantile = 0.6 }"),
        (METRICS_FILE, "kind = \"sum\"", "kind = \"max\""),
        (METRICS_FILE, "kind = \"sum\"", "kind = \"distinct\""),
        (METRICS_FILE, "kind = \"conversion\"", "kind = \"retention\""),
        (METRICS_FILE, CONVERSION, "kind = \"quantile\"\nvalue = \"x\"\nlevel = 0.5"),
        (METRICS_FILE, CONVERSION, "kind = \"quantile\"\nvalue = \"y\"\nlevel = 0.5"),
        (METRICS_FILE, CONVERSION, "kind = \"quantile\"\nvalue = \"x\"\nlevel = 0.6"),
        (
            METRICS_FILE,
            CONVERSION,
            "kind = \"quantile\"\nvalue = \"x\"\nlevel = 0.5\nof = \"facts\"",
        ),
        (METRICS_FILE, CONVERSION, "kind = \"funnel\"\nsteps = [\"a\", \"b\"]"),
        (METRICS_FILE, CONVERSION, "kind = \"funnel\"\nsteps = [\"b\", \"a\"]"),
        (METRICS_FILE, CONVERSION, "kind = \"funnel\"\nsteps = [\"a\", { where = \"b\" }]"),
        (CHECKOUT_FILE, "traffic = 0.5", "enroll_until = 2026-10-28"),
        (CHECKOUT_FILE, "traffic = 0.5", "entry = { event = \"a\" }"),
        (CHECKOUT_FILE, "traffic = 0.5", "entry = { event = \"b\" }"),
        (CHECKOUT_FILE, "traffic = 0.5", "entry = { event = \"a\", where = \"x\" }"),
        (CHECKOUT_FILE, "traffic = 0.5", "entry = { event = \"a\", window = \"1d\" }"),
        (CHECKOUT_FILE, "traffic = 0.5", "audience = \"country = 'DE'\""),
        (CHECKOUT_FILE, "traffic = 0.5", "audience = \"country = 'FR'\""),
        (CHECKOUT_FILE, "traffic = 0.5", "holdout = [\"none\"]"),
        (CHECKOUT_FILE, "traffic = 0.5", "holdout = [\"none\", \"forced\"]"),
        (CHECKOUT_FILE, "traffic = 0.5", "segments = [\"country\"]"),
        (
            CHECKOUT_FILE,
            "[metrics]",
            "[[phases]]\nfrom = 2026-10-08\nweights = { control = 50, short = 50 }\n[metrics]",
        ),
        (
            CHECKOUT_FILE,
            "[metrics]",
            "[[phases]]\nfrom = 2026-10-09\nweights = { control = 50, short = 50 }\n[metrics]",
        ),
        (
            CHECKOUT_FILE,
            "[metrics]",
            "[[phases]]\nfrom = 2026-10-08\nweights = { control = 90, short = 10 }\n[metrics]",
        ),
        (PROJECT_FILE, "partition =", "clock_skew = \"2s\"\npartition ="),
        (PROJECT_FILE, "partition =", "sentinel_ids = []\npartition ="),
        (PROJECT_FILE, "partition =", "sentinel_ids = [\"guest\"]\npartition ="),
        (PROJECT_FILE, "time = \"at\"", "time = \"at\", forced = \"by_hand\""),
        (PROJECT_FILE, "\"exposed_at\"", "\"exposed_at\", forced = \"by_hand\""),
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

/// Facts of members are hashed with who is a member.
#[test]
fn who_is_a_member() {
    let hash = |member: &str| {
        let staff = format!(
            "[sources.staff]\nkind = \"members\"\nlocation = \"s\"\ncolumns = {{ unit = \"org\", member = \"{member}\" }}\n\n[sources.events]"
        );
        let of = (PROJECT_FILE, "partition = \"day\"", "members = \"staff\"");
        [
            hash(&[(PROJECT_FILE, "[sources.events]", &staff)]),
            hash(&[(PROJECT_FILE, "[sources.events]", &staff), of]),
        ]
    };
    let ([unused, used], [other_unused, other_used]) = (hash("user"), hash("employee"));
    assert_eq!(unused, other_unused);
    assert_ne!(used, other_used);
    assert_ne!(used, unused);
}

/// A metric that another one leans on is hashed with it, even if each leans on the other.
#[test]
fn covariates_of_each_other() {
    let hash = |event: &str| {
        let views = format!(
            "[metrics.views]\nkind = \"count\"\nevent = \"{event}\"\ncovariate = {{ metric = \"errors\", window = \"7d\" }}\n\n[metrics.activation]"
        );
        let errors = "better = \"lower\"\ncovariate = { metric = \"views\", window = \"7d\" }";
        hash(&[
            (METRICS_FILE, "[metrics.activation]", &views),
            (METRICS_FILE, "better = \"lower\"", errors),
        ])
    };
    assert_ne!(hash("view"), hash("click"));
}

/// An entry is hashed with its source.
#[test]
fn the_source_of_an_entry() {
    let hash = |time: &str| {
        let logins = format!(
            "[sources.logins]\nkind = \"facts\"\nlocation = \"l\"\ncolumns = {{ unit = \"u\", time = \"{time}\" }}\n\n[sources.events]"
        );
        let metrics = METRICS.replace("event = ", "source = \"events\"\nevent = ");
        let folder = changed(&[
            (PROJECT_FILE, "[sources.events]", &logins),
            (CHECKOUT_FILE, "traffic = 0.5", "entry = { source = \"logins\" }"),
        ]);
        write(folder.path(), METRICS_FILE, metrics);
        let project = load(folder.path()).unwrap().project;
        config_hash(&project, &project.experiments[0])
    };
    assert_ne!(hash("at"), hash("seen_at"));
}

/// Lists of names have no order.
#[test]
fn the_order_of_names() {
    let hash = |said: &str| hash(&[(CHECKOUT_FILE, "traffic = 0.5", said)]);
    let lists = "holdout = [\"a\", \"b\"]\nsegments = [\"country\", \"platform\"]";
    let turned = "holdout = [\"b\", \"a\"]\nsegments = [\"platform\", \"country\"]";
    assert_eq!(hash(lists), hash(turned));
}
