//! No file can make reading panic, or refuse without a reason.

use super::*;
use proptest::prelude::*;

fn survives(file: &str, text: impl AsRef<[u8]>) {
    let folder = changed(&[]);
    write(folder.path(), file, text);
    if let Err(errors) = load(folder.path()) {
        assert!(!errors.to_string().contains("bug in assize"), "{errors}");
    }
}

/// Files in which all is said that the others leave out.
const FULL_PROJECT: &str = r#"[project]
name = "shop"

[sources.assignments]
location = "data/assignments"
columns = { experiment = "experiment_key", unit = "org", variant = "variation", forced = "hand" }
attributes = ["country", "age"]

[sources.staff]
kind = "members"
location = "data/staff"
columns = { unit = "org", member = "user" }

[sources.events]
kind = "facts"
location = "data/events"
members = "staff"
clock_skew = "2s"
columns = { unit = "user", time = "occurred_at", event = "event_name" }
"#;

const FULL_METRICS: &str = r#"[metrics.activation]
kind = "conversion"
at_least = 3
covariate = { attribute = "country" }

[metrics.errors]
kind = "max"
value = "amount"
better = "lower"
cap = { at = 500.0 }
covariate = { metric = "distinct", window = "7d" }

[metrics.distinct]
kind = "distinct"
value = "product"
cap = { quantile = 0.999 }
covariate = "14d"
window = "7d"

[metrics.order_value]
kind = "ratio"
numerator = "distinct"
denominator = "distinct"
maturity = "matured"
covariate = "none"

[metrics.kept]
kind = "retention"
window = "7d..14d"

[metrics.slow]
kind = "quantile"
value = "amount"
level = 0.9
of = "facts"

[metrics.bought]
kind = "funnel"
where = "amount > 0"
steps = ["view", { event = "cart", where = "x" }, { where = "y" }]
"#;

const FULL_EXPERIMENT: &str = r#"start = 2026-10-01
end = 2026-10-29
enroll_until = 2026-10-15
audience = "country = 'DE'"
holdout = ["holdout"]
segments = ["country"]
variants = [
    { key = "control", weight = 90, control = true },
    { key = "short", weight = 10 },
    { key = "late", weight = 0 },
]

[entry]
event = "checkout.opened"
where = "x"
source = "events"
window = "1d"

[[phases]]
from = 2026-10-08

[phases.weights]
control = 50
short = 0
late = 50

[metrics]
primary = ["activation"]
"#;

const FILES: [(&str, &str); 6] = [
    (PROJECT_FILE, PROJECT),
    (PROJECT_FILE, FULL_PROJECT),
    (METRICS_FILE, METRICS),
    (METRICS_FILE, FULL_METRICS),
    (CHECKOUT_FILE, CHECKOUT),
    (CHECKOUT_FILE, FULL_EXPERIMENT),
];

fn any_file() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(&FILES[..])
}

/// What is mangled below was right before, with the others of the project as they are.
#[test]
fn whole_files() {
    for (file, text) in FILES {
        let folder = changed(&[]);
        write(folder.path(), file, text);
        if let Err(errors) = load(folder.path()) {
            panic!("{file}\n{errors}");
        }
    }
}

/// A value of any type, to stand where another is expected.
const VALUES: [&str; 12] = [
    "1",
    "-1",
    "1.5",
    "inf",
    "1e400",
    "true",
    "\"x\"",
    "\"\"",
    "[]",
    "[[1]]",
    "{}",
    "1979-05-27T07:32:00Z",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes((file, _) in any_file(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(file, bytes);
    }

    #[test]
    fn any_text((file, _) in any_file(), text in "\\PC{0,200}") {
        survives(file, text);
    }

    /// Any value in the place of any other.
    #[test]
    fn any_value((file, text) in any_file(), line in 0usize..60, value in 0usize..VALUES.len()) {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let line = line % lines.len();
        if let Some((key, _)) = lines[line].clone().split_once(" = ") {
            lines[line] = format!("{key} = {}", VALUES[value]);
        }
        survives(file, lines.join("\n"));
    }

    /// Any piece missing, any piece twice.
    #[test]
    fn any_cut((file, text) in any_file(), a in 0usize..1200, b in 0usize..1200) {
        let (a, b) = (a.min(b) % text.len(), a.max(b) % text.len());
        let (a, b) = (a.min(b), a.max(b));
        survives(file, format!("{}{}", &text[..a], &text[b..]));
        survives(file, format!("{}{}", &text[..b], &text[a..]));
    }
}
