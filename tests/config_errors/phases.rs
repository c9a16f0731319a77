//! Weights that change.

use super::*;

fn phases(text: &str) -> String {
    format!("{text}\n[metrics]\n")
}

#[track_caller]
fn refused_phases(text: &str, expected: &str) {
    refused(&[(CHECKOUT_FILE, "[metrics]\n", &phases(text))], expected);
}

fn phase(from: &str, weights: &str) -> String {
    format!("[[phases]]\nfrom = {from}\nweights = {{ {weights} }}\n")
}

const EVEN: &str = "control = 50, short = 50";

#[test]
fn a_phase_lasts_until_the_next() {
    let two = phase("2026-10-08", "short = 80, control = 20") + &phase("\"2026-10-15\"", EVEN);
    let long = (CHECKOUT_FILE, "weight = 50, control = true", "weight = 90, control = true");
    let short = (CHECKOUT_FILE, "\"short\", weight = 50", "\"short\", weight = 10");
    let text = phases(&two);
    let loaded = accepted(&[long, short, (CHECKOUT_FILE, "[metrics]\n", &text)]);
    let experiment = &loaded.project.experiments[0];
    let said: Vec<String> = experiment
        .phases
        .iter()
        .map(|phase| format!("{} {:?}", phase.from, phase.shares))
        .collect();
    assert_eq!(said, ["2026-10-01 [0.9, 0.1]", "2026-10-08 [0.2, 0.8]", "2026-10-15 [0.5, 0.5]"]);
    assert_eq!(experiment.variants[1].share, 0.5);
}

/// A treatment may come later, and go earlier, than the others.
#[test]
fn a_treatment_without_weight() {
    let third = |weight: &str| {
        format!("\"short\", weight = 50 }},\n    {{ key = \"late\", weight = {weight} }}")
    };
    let late = third("0");
    let here = (CHECKOUT_FILE, "\"short\", weight = 50 }", late.as_str());
    let comes = phases(&phase("2026-10-08", "control = 50, short = 0, late = 50"));
    let loaded = accepted(&[here, (CHECKOUT_FILE, "[metrics]\n", &comes)]);
    let experiment = &loaded.project.experiments[0];
    assert_eq!(experiment.phases[0].shares, [0.5, 0.5, 0.0]);
    assert_eq!(experiment.phases[1].shares, [0.5, 0.0, 0.5]);
    let never = phases(&phase("2026-10-08", "control = 60, short = 40, late = 0"));
    refused(
        &[here, (CHECKOUT_FILE, "[metrics]\n", &never)],
        r"
experiments/checkout.toml:13:1: variant `late` has no weight in any phase
",
    );
    refused(
        &[here],
        r"
experiments/checkout.toml:10:30: `weight` must be more than 0 and at most 100, found `0`
",
    );
    let no_control = "key = \"control\", weight = 0";
    refused(
        &[
            (CHECKOUT_FILE, "key = \"control\", weight = 50", no_control),
            (CHECKOUT_FILE, "\"short\", weight = 50", "\"short\", weight = 100"),
            (CHECKOUT_FILE, "[metrics]\n", &phases(&phase("2026-10-08", EVEN))),
        ],
        r"
experiments/checkout.toml:8:33: `weight` must be more than 0 and at most 100, found `0`
",
    );
}

#[test]
fn the_weights_of_a_phase() {
    for (weights, expected) in [
        (
            "control = 50, shrt = 50",
            r"
experiments/checkout.toml:14:27: there is no variant `shrt`
  hint: did you mean `short`?
",
        ),
        (
            "control = 100",
            r"
experiments/checkout.toml:14:11: `weights` lack variant `short`
",
        ),
        (
            "control = 50, short = 40",
            r"
experiments/checkout.toml:14:11: the weights sum to 90, not 100
",
        ),
        (
            "control = 0, short = 100",
            r"
experiments/checkout.toml:14:23: the weight of the control must be more than 0, found `0`
",
        ),
        (
            "control = 150, short = -50",
            r"
experiments/checkout.toml:14:23: a weight must be from 0 to 100, found `150`
experiments/checkout.toml:14:36: a weight must be from 0 to 100, found `-50`
",
        ),
        (
            "control = 50, short = \"50\"",
            r"
experiments/checkout.toml:14:35: `short` must be a number, found the string `50`
",
        ),
    ] {
        refused_phases(&phase("2026-10-08", weights), expected);
    }
    refused_phases(
        "[[phases]]\nform = 2026-10-08\n",
        r"
experiments/checkout.toml:12:1: an item of `phases` needs `weights`
experiments/checkout.toml:13:1: unknown key `form`
  hint: did you mean `from`?
",
    );
}

/// C10
#[test]
fn c10_the_days_of_phases() {
    refused_phases(
        &phase("2026-10-01", EVEN),
        r"
experiments/checkout.toml:13:8: a phase must begin after `2026-10-01` and before `2026-10-29`, found `2026-10-01`
  hint: the weights from `start` on are those of `variants`
",
    );
    refused_phases(
        &phase("2026-10-29", EVEN),
        r"
experiments/checkout.toml:13:8: a phase must begin after `2026-10-01` and before `2026-10-29`, found `2026-10-29`
  hint: the weights from `start` on are those of `variants`
",
    );
    refused_phases(
        &(phase("2026-10-15", EVEN) + &phase("2026-10-08", EVEN)),
        r"
experiments/checkout.toml:16:8: `phases` must increase, found `2026-10-08` after `2026-10-15`
",
    );
    refused_phases(
        &phase("2026-10-08T00:00:00", EVEN),
        r"
experiments/checkout.toml:13:8: `from` must be a date such as `2026-10-01`, found `2026-10-08T00:00:00`
",
    );
}

/// Without an instant, a unit is assigned in no phase.
#[test]
fn phases_of_assignments_need_a_time() {
    let text = phases(&phase("2026-10-08", EVEN));
    let phased = (CHECKOUT_FILE, "[metrics]\n", text.as_str());
    let untimed = (PROJECT_FILE, ", time = \"at\"", "");
    let assigned = (CHECKOUT_FILE, "traffic = 0.5", "basis = \"assignment\"");
    refused(
        &[phased, untimed, assigned],
        r"
experiments/checkout.toml:12:1: a phase needs a column `time`, which source `assignments` does not have
",
    );
    accepted(&[phased, untimed]);
    accepted(&[phased, assigned]);
}
