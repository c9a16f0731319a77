//! Whether a wrong spec is told where, what, and what to write instead.

use super::super::{SimulateError, Spec};
use super::SPEC;

/// The error of the test spec with one text replaced by another.
fn error(from: &str, to: &str) -> SimulateError {
    assert!(SPEC.contains(from), "`{from}` is not in the spec");
    Spec::from_toml(&SPEC.replacen(from, to, 1), "spec.toml").unwrap_err()
}

#[test]
fn each_mistake_has_a_place_a_cause_and_a_hint() {
    let cases = [
        ("units = 12000", "units = 0", "units: there are no units"),
        ("late = 0.03", "late = 3.0", "defects.late: `3` is not a share"),
        (
            "probability = 0.3, ",
            "",
            "events.activated: how often it happens is missing or said twice",
        ),
        ("event = \"error\"", "event = \"eror\"", "metrics.error_rate: there is no event `eror`"),
        (
            "kind = \"count\", event = \"error\"",
            "kind = \"sum\", event = \"error\"",
            "metrics.error_rate: event `error` has no amount to sum",
        ),
        (
            "kind = \"count\", event = \"error\"",
            "kind = \"conversion\", event = \"error\"",
            "metrics.error_rate: true rate of a conversion on `error` is not known",
        ),
        (
            "start = 2026-10-05",
            "start = 2026-10-04",
            "experiments.first: start 2026-10-04 is outside the data after the pre-period",
        ),
        (
            "end = 2026-10-15",
            "end = 2026-10-05",
            "experiments.first: end 2026-10-05 is not after start 2026-10-05",
        ),
        (", control = true", "", "experiments.first: 2 variants, 0 of them control"),
        (
            "variant = \"treatment\"",
            "variant = \"teatment\"",
            "experiments.first: there is no variant `teatment` to lose exposures",
        ),
        (
            "activation_rate = 0.25",
            "activation_rate = 2.5",
            "experiments.first.treatment.lift.activation_rate: chance 0.3 with this lift reaches 1.05",
        ),
        (
            "orders_per_user = 0.2",
            "average_order_value = 0.2",
            "experiments.first.treatment.lift.average_order_value: lift of a ratio follows from its parts",
        ),
        (
            "primary = [\"activation_rate\"]",
            "primary = [\"activation\"]",
            "experiments.first: there is no metric `activation`",
        ),
    ];
    for (from, to, expected) in cases {
        let error = error(from, to);
        assert!(error.to_string().starts_with(expected), "{error}\nis not\n{expected}");
        assert!(error.hint().is_some(), "{error}");
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = SPEC.replace("units = 12000", "units = 0").replace("traffic = 0.8", "traffic = 8");
    let error = Spec::from_toml(&text, "spec.toml").unwrap_err();
    let lines: Vec<String> = error.to_string().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0], "spec has 2 problems");
    assert_eq!(lines[1], "  units: there are no units (write a positive number)");
}

#[test]
fn unknown_fields_have_a_line_and_column() {
    let error = error("units = 12000", "unit = 12000");
    assert!(error.to_string().starts_with("spec.toml:6:1: unknown field `unit`"), "{error}");
}

#[test]
fn a_schema_can_be_made() {
    let schema = schemars::schema_for!(Spec);
    let text = serde_json::to_string(&schema).unwrap();
    assert!(
        text.contains("activity_correlation") && text.contains("\"additionalProperties\":false")
    );
}
