//! `assize power`, as people ask it.

use insta::assert_snapshot;

use crate::project::Project;

fn power(arguments: &[&str]) -> String {
    let mut all = vec!["power"];
    all.extend(arguments);
    Project::small().say(&all)
}

#[test]
fn a_table_of_lifts() {
    assert_snapshot!(power(&["--rate", "0.12", "--lift", "0.04..0.08:0.02", "--units-per-day", "4000"]), @"
    exit 0
    --- stdout
    effect    lift   power  units per arm  units in all  days  cost of looking
    ───────────────────────────────────────────────────────────────────────────
    0.0048  +4.0 %  80.0 %        140,132       280,264    71            +91 %
    0.0072  +6.0 %  80.0 %         62,802       125,603    32            +91 %
    0.0096  +8.0 %  80.0 %         35,617        71,234    18            +91 %
    ");
}

#[test]
fn the_smallest_effect_with_a_covariate() {
    assert_snapshot!(power(&["--mean", "33.6", "--std-dev", "51", "--units", "20000,50000", "--correlation", "0.6"]), @"
    exit 0
    --- stdout
    effect    lift   power  units per arm  units in all  days  cost of looking
    ───────────────────────────────────────────────────────────────────────────
    2.2369  +6.7 %  80.0 %         10,000        20,000     —                —
    1.4147  +4.2 %  80.0 %         25,000        50,000     —                —
    ");
}

#[test]
fn the_chance_to_find_it() {
    assert_snapshot!(power(&["--rate", "0.4", "--lift", "0.05", "--units", "8000", "--method", "t-test"]), @"
    exit 0
    --- stdout
    effect    lift   power  units per arm  units in all  days  cost of looking
    ───────────────────────────────────────────────────────────────────────────
    0.0200  +5.0 %  44.4 %          4,000         8,000     —                —
    ");
}

#[test]
fn a_guardrail_by_its_margin() {
    assert_snapshot!(power(&["--rate", "0.03", "--margin", "0.002", "--primaries", "1", "--guardrails", "2"]), @"
    exit 0
    --- stdout
    effect    lift   power  units per arm  units in all  days  cost of looking
    ───────────────────────────────────────────────────────────────────────────
    0.0000  +0.0 %  80.0 %        266,484       532,967     —            +85 %
    ");
}

#[test]
fn every_test_can_be_planned_group_sequential() {
    assert_snapshot!(power(&["--rate", "0.05", "--effect", "0.005", "--method", "group-sequential", "--looks", "5"]), @"
    exit 0
    --- stdout
    effect     lift   power  units per arm  units in all  days  cost of looking
    ────────────────────────────────────────────────────────────────────────────
    0.0050  +10.0 %  80.0 %         32,003        64,006     —             +2 %
    ");
}

#[test]
fn every_test_can_be_planned_bayesian() {
    assert_snapshot!(power(&["--rate", "0.12", "--lift", "0.05", "--method", "bayesian", "--prior", "0,0.09"]), @"
    exit 0
    --- stdout
    effect    lift   power  units per arm  units in all  days  cost of looking
    ───────────────────────────────────────────────────────────────────────────
    0.0060  +5.0 %  80.0 %         47,150        94,299     —             +0 %
    ");
}

#[test]
fn every_test_can_be_planned_mixture() {
    assert_snapshot!(power(&["--mean", "10", "--std-dev", "20", "--lift", "0.05", "--method", "msprt"]), @"
    exit 0
    --- stdout
    effect    lift   power  units per arm  units in all  days  cost of looking
    ───────────────────────────────────────────────────────────────────────────
    0.5000  +5.0 %  80.0 %         48,675        97,349     —            +94 %
    ");
}

#[test]
fn a_measured_standard_error() {
    assert_snapshot!(power(&["--std-error", "0.06", "--measured-units", "1000", "--lift", "0.05,0.1", "--tests-lift", "--method", "z-test"]), @"
    exit 0
    --- stdout
    effect     lift   power  units per arm  units in all  days  cost of looking
    ────────────────────────────────────────────────────────────────────────────
         —   +5.0 %  80.0 %          5,652        11,303     —             +0 %
         —  +10.0 %  80.0 %          1,413         2,826     —             +0 %
    ");
}

#[test]
fn several_treatments_and_harm() {
    assert_snapshot!(power(&["--rate", "0.1", "--lift=-0.1", "--treatments", "3", "--guardrails", "1", "--units-per-day", "500"]), @"
    exit 0
    --- stdout
     effect     lift   power  units per arm  units in all  days  cost of looking
    ─────────────────────────────────────────────────────────────────────────────
    -0.0100  -10.0 %  80.0 %         37,873       151,491   303            +63 %
    ");
}

#[test]
fn all_digits_for_programs() {
    assert_snapshot!(power(&["--rate", "0.1", "--lift", "0.1", "--units", "20000", "--method", "z-test", "--output", "csv"]), @"
    exit 0
    --- stdout
    effect,lift,power,units,control_units,treatment_units,experiment_units,days,metric_alpha,metric_power,inflation,asked,reason
    0.010000000000000002,0.1,0.6357058611395974,20000.0,10000.0,10000.0,20000.0,,0.05,0.6357058611395974,,,
    ");
}

#[test]
fn as_json() {
    assert_snapshot!(power(&["--rate", "0.1", "--lift", "0.1", "--method", "z-test", "--output", "json"]), @r#"
    exit 0
    --- stdout
    [
      {
        "effect": 0.010000000000000002,
        "lift": 0.1,
        "power": 0.8,
        "units": 29496.017794047857,
        "control_units": 14748.008897023929,
        "treatment_units": 14748.008897023929,
        "experiment_units": 29496.017794047857,
        "days": null,
        "metric_alpha": 0.05,
        "metric_power": 0.8,
        "inflation": 1.0
      }
    ]
    "#);
}

#[test]
fn nothing_said() {
    assert_snapshot!(power(&[]), @"
    exit 2
    --- stderr
    error: the arguments: says no baseline, or more than one
      hint: one of --rate SHARE; --mean and --std-dev (or --variance); --std-error and --measured-units; --experiment KEY
    error: the arguments: say neither an effect nor units
      hint: --lift 0.05 (or --effect) asks for units; --units 20000 asks for the smallest effect; both ask for the power
    ");
}

#[test]
fn nothing_asked() {
    assert_snapshot!(power(&["--rate", "0.1"]), @"
    exit 2
    --- stderr
    error: the arguments: say neither an effect nor units
      hint: --lift 0.05 (or --effect) asks for units; --units 20000 asks for the smallest effect; both ask for the power
    ");
}

#[test]
fn too_much_said() {
    assert_snapshot!(power(&["--rate", "0.1", "--lift", "0.1", "--units", "100", "--power", "0.8"]), @"
    exit 2
    --- stderr
    error: --units, --power and an effect leave nothing to answer
    ");
}

#[test]
fn everything_that_is_wrong_at_once() {
    assert_snapshot!(power(&["--rate", "1.5", "--lift", "x", "--method", "foo", "--alternative", "up", "--weights", "1", "--alpha", "2", "--ratio=-1"]), @"
    exit 2
    --- stderr
    error: --rate: 1.5 is not between 0 and 1
    error: --alpha: 2 is not between 0 and 1
    error: --ratio: -1 is not a positive number
    error: --lift: `x` is not a number
    error: --method: unknown `foo`
      hint: one of sequential, t-test, pooled-t-test, z-test, group-sequential, msprt, bayesian, sequential-growthbook
    error: --weights: needs a positive share for control and each treatment
    error: --alternative: unknown `up`
      hint: one of two-sided, greater, less
    ");
}

#[test]
fn a_misspelt_method_has_a_suggestion() {
    assert_snapshot!(power(&["--rate", "0.1", "--lift", "0.1", "--method", "sequental"]), @"
    exit 2
    --- stderr
    error: --method: unknown `sequental`
      hint: did you mean `sequential`?
    ");
}

#[test]
fn what_has_no_answer_says_which() {
    assert_snapshot!(power(&["--rate", "0.9", "--lift", "0.05,0.5,0"]), @"
    exit 0
    --- stdout
    effect    lift   power  units per arm  units in all  days  cost of looking
    ───────────────────────────────────────────────────────────────────────────
    0.0450  +5.0 %  80.0 %          1,054         2,108     —            +91 %
    --- stderr
    warning: --lift 0.5 --power 0.8: no answer: such an effect is not possible here, or the power is not above the level
    warning: --lift 0 --power 0.8: no answer: no number of units reaches this power
    ");
}

#[test]
fn nothing_has_an_answer() {
    assert_snapshot!(power(&["--rate", "0.05", "--lift", "0"]), @"
    exit 2
    --- stderr
    error: --lift 0 --power 0.8: no answer: no number of units reaches this power
    ");
}

#[test]
fn a_lift_of_nothing() {
    assert_snapshot!(power(&["--mean", "0", "--std-dev", "1", "--lift", "0.1"]), @"
    exit 2
    --- stderr
    error: --lift 0.1 --power 0.8: no answer: no number of units reaches this power
    ");
}

#[test]
fn a_parameter_is_missing() {
    assert_snapshot!(power(&["--rate", "0.1", "--lift", "0.1", "--method", "group-sequential", "--spending", "kim-demets"]), @"
    exit 2
    --- stderr
    error: --spending: `kim-demets` needs --spending-parameter
    ");
}

/// Of a running experiment, by what its last night wrote.
#[test]
fn of_a_running_experiment() {
    let project = Project::small();
    let before = project.say(&["power", "--experiment", "checkout"]);
    assert!(before.starts_with("exit 2"), "{before}");
    assert!(before.contains("no night has written anything about `checkout` yet"), "{before}");
    assert!(before.contains("run the nightly job first: assize run"), "{before}");
    let night = project.run();
    assert!(night.starts_with("exit 0"), "{night}");
    let after = project.say(&["power", "--experiment", "checkout"]);
    assert!(after.starts_with("exit 0"), "{after}");
    assert!(after.contains("(primary)"), "{after}");
    let json = project.say(&["power", "--experiment", "checkout", "--output", "json"]);
    assert!(json.contains("\"minimum_effect_now\""), "{json}");
    let csv = project.say(&["power", "--experiment", "checkout", "--output", "csv"]);
    assert!(csv.contains("metric,role,variant,units,"), "{csv}");
    let typo = project.say(&["power", "--experiment", "chekout"]);
    assert!(typo.contains("did you mean `checkout`?"), "{typo}");
}

/// By its own numbers, pace and decision, whatever is asked: of a guardrail, which must hold
/// with a treatment that changes nothing, there is one answer.
#[test]
fn an_experiment_planned_anew() {
    let project = Project::small();
    assert!(project.run().starts_with("exit 0"));
    let json = |arguments: &[&str]| -> Vec<serde_json::Value> {
        let own = ["power", "--experiment", "checkout", "--output", "json"];
        let output = project.command(&[&own[..], arguments].concat()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let lifts = json(&["--lift", "0.1,0.2", "--method", "t-test", "--alpha", "0.1"]);
    let primary = |row: &&serde_json::Value| row["role"] == "primary";
    let units: Vec<f64> =
        lifts.iter().filter(primary).filter_map(|row| row["units"].as_f64()).collect();
    assert!((units[0] / units[1] - 4.0).abs() < 1e-9, "{lifts:?}");
    assert_eq!(lifts[0]["metric_alpha"], 0.1);
    assert!(lifts[0]["days"].as_f64().unwrap() >= 1.0);
    // What these units find is the lift that asks for them.
    let found = json(&["--units", &units[0].to_string(), "--method", "t-test", "--alpha", "0.1"]);
    assert!((found[0]["lift"].as_f64().unwrap() - 0.1).abs() < 1e-9, "{found:?}");
    let table = project.say(&["power", "--experiment", "checkout", "--lift", "0.1"]);
    assert!(table.starts_with("exit 0") && table.contains("(primary)"), "{table}");
    let said = project.say(&["power", "--experiment", "checkout", "--power", "0.8,0.9"]);
    assert!(said.contains("--power: is one number here"), "{said}");
    let said = project.say(&["power", "--experiment", "checkout", "--rate", "0.1"]);
    assert!(said.starts_with("exit 2") && said.contains("cannot be used with"), "{said}");
}
