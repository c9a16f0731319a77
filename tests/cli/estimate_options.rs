//! Options of `assize estimate`: where they may stand, and what is told of them.

use insta::assert_snapshot;
use serde_json::{Map, Value, json};

use crate::estimate::{MEANS, answers_to, said};
use crate::project::Project;

/// The answers to rows of NDJSON.
fn answers(rows: &[Value], arguments: &[&str]) -> Vec<Map<String, Value>> {
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let project = Project::empty();
    project.write("rows.ndjson", &lines);
    crate::estimate::answers(&project, &[&["rows.ndjson"], arguments].concat())
}

fn with(name: &str, value: &Value) -> Vec<Value> {
    let row = |variant: &str, mean: f64| {
        let mut row = json!({"variant": variant, "units": 1000, "mean": mean, "variance": 100});
        row[name] = value.clone();
        row
    };
    vec![row("control", 10.0), row("one-page", 11.0)]
}

/// In a row or on the command line, in one piece or in two.
#[test]
fn a_prior_may_stand_in_a_row() {
    let mean = |rows: &[Value], arguments: &[&str]| {
        let found = answers(rows, &[&["--method", "bayesian"], arguments].concat());
        found[0]["lift_posterior_mean"].as_f64().unwrap()
    };
    let said = mean(&with("prior", &json!("0.01,0.0025")), &[]);
    assert!((0.0..0.1).contains(&said));
    for prior in [json!([0.01, 0.0025]), json!({"mean": 0.01, "variance": 0.0025})] {
        assert_eq!(mean(&with("prior", &prior), &["--prior", "0,1"]), said);
    }
    let bare = with("prior", &json!(null));
    assert_eq!(mean(&bare, &["--prior", "0.01,0.0025"]), said);
    let parts = ["--set", "prior_mean=0.01", "--set", "prior_variance=0.0025"];
    assert_eq!(mean(&bare, &parts), said);
    let flat = mean(&bare, &[]);
    assert_eq!(mean(&with("prior", &json!("flat")), &["--prior", "0.01,0.0025"]), flat);
    assert!(flat > said);
}

#[test]
fn a_prior_that_is_none() {
    let with = |prior: &str| said("rows.csv", MEANS, &["--method", "bayesian", "--prior", prior]);
    assert_snapshot!(with("0.01"), @r"
    exit 2
    --- stderr
    error: command line: `prior` is not a mean and a variance
      hint: mean and variance of the lift, such as 0,0.09; or flat
    ");
    assert_snapshot!(with("0,-1"), @r"
    exit 2
    --- stderr
    error: command line: `prior` has the variance -1
      hint: mean and variance of the lift, such as 0,0.09; or flat
    ");
}

/// As in `assize power`, a list needs no brackets.
#[test]
fn lists_may_be_written_with_commas() {
    let of = |list: &str| {
        let method = ["--method", "group-sequential", "--set", "statistics=1.2"];
        answers_to(MEANS, &[&method[..], &["--information-fraction", list]].concat())
    };
    assert_eq!(of("0.25,0.5"), of("[0.25, 0.5]"));
    assert_eq!(of("0.25,0.5")[0]["information"], 0.5);
}

/// Who asks for a margin and a test that has none is not left in the belief that it held.
#[test]
fn options_without_effect_are_told() {
    let told = |method: &str, more: &[&str]| -> Vec<String> {
        let arguments = [&["--method", method, "--output", "table"], more].concat();
        let said = said("rows.csv", MEANS, &arguments);
        said.lines().filter(|line| line.contains("do not use")).map(str::to_owned).collect()
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(told("t-test", &["--margin", "0.02", "--set", "better=lower"]), none);
    let more = ["--margin", "0.02", "--set", "spending=pocock", "--prior", "0,1"];
    assert_snapshot!(told("bayesian", &more).join("\n"), @"options that these methods do not use: `margin`, `spending`");
}

const SHARES: &str = "\
variant,units,conversions
control,10000,820
b,10050,805
";

/// A margin is a part of control whatever the test, unless it says otherwise.
#[test]
fn margins_of_shares_are_relative() {
    let p = |method: &str, more: &[&str]| {
        let arguments = [&["--method", method, "--margin", "0.05"], more].concat();
        answers_to(SHARES, &arguments)[0]["margin_p_value"].as_f64().unwrap()
    };
    // statsmodels 0.15, `test_proportions_2indep(compare="ratio", method="score", value=0.95)`.
    assert!((p("score", &[]) - 0.279_137_136_510_364).abs() < 1e-12);
    assert_eq!(p("proportions", &[]), p("score", &[]));
    let alike = [p("z-unpooled", &[]), p("t-test", &[]), p("z-test", &[])];
    assert!(alike.iter().all(|other| (other - p("score", &[])).abs() < 2e-3), "{alike:?}");
    assert_ne!(p("score", &["--set", "margin_scale=fixed"]), p("score", &[]));
    assert!(p("score", &["--set", "margin_scale=absolute"]) < 1e-20);
}

#[test]
fn methods_that_cannot_do_what_is_asked() {
    let shares = |arguments: &[&str]| said("rows.csv", SHARES, arguments);
    let margin = shares(&["--method", "z-pooled", "--margin", "0.05"]);
    assert_snapshot!(margin, @r"
    exit 2
    --- stderr
    error: rows.csv: line 3: a pooled variance tests no `margin` and no `null` other than 0
      hint: `z-unpooled` and `score` do
    ");
    assert_eq!(shares(&["--method", "z-pooled", "--set", "null=0.01"]), margin);
    let rows = "variant,values\ncontrol,\"[1,2,3,4]\"\nb,\"[2,3,4,6]\"\n";
    let linear = said("rows.csv", rows, &["--method", "linear-model", "--alternative", "greater"]);
    assert_snapshot!(linear, @r"
    exit 2
    --- stderr
    error: rows.csv: line 3: this method is two-sided; it has no `alternative`
    ");
}

/// A variant with too few values for the quantile does not take the others with it.
#[test]
fn a_variant_without_its_quantile_is_alone() {
    let row = |variant: &str, count: usize| {
        let values: Vec<usize> = (0..count).map(|i| i * i % 97).collect();
        json!({"variant": variant, "values": values, "quantile": 0.9})
    };
    let rows = [row("control", 500), row("few", 20), row("many", 500)];
    let found = answers(&rows, &["--method", "t-test"]);
    let states: Vec<_> = found.iter().map(|row| [&row["variant"], &row["status"]]).collect();
    assert_eq!(json!(states), json!([["few", "insufficient"], ["many", "ok"]]));
}

/// A ramp from 10 % to 50 % while conversion falls: pooled, it looks like harm. A test of shares
/// that knows no phases says so, and the sample ratio is that of each phase.
#[test]
fn phases_are_not_pooled() {
    let rows = "variant,phase,units,conversions,weight\n\
        control,1,9000,900,90\ncontrol,2,5000,400,50\nb,1,1000,100,10\nb,2,5000,400,50\n";
    for method in ["proportions", "score", "z-pooled", "fisher", "best-share"] {
        let told = said("rows.csv", rows, &["--method", method]);
        assert!(told.contains("this method knows no `phase`s"), "{told}");
    }
    let p = |rows: &str, method: &str| {
        answers_to(rows, &["--method", method])[0]["p_value"].as_f64().unwrap()
    };
    assert!(p(rows, "t-test") > 0.999);
    assert!(p(rows, "sample-ratio") > 0.999);
    let told = said("rows.csv", rows, &["--method", "sample-ratio-exact"]);
    assert!(told.contains("this test knows no `phase`s"), "{told}");
    // With units only, and a second phase that is off: chi-squares of 0 and 9.6 with 2 degrees.
    let units = "variant,phase,units,weight\n\
        control,1,9000,90\ncontrol,2,5000,50\nb,1,1000,10\nb,2,5314,50\n";
    let chi_square: f64 = 314.0 * 314.0 / 10_314.0;
    assert!((p(units, "sample-ratio") - (-0.5 * chi_square).exp()).abs() < 1e-12);
    let missing = "variant,phase,units\ncontrol,1,9000\ncontrol,2,5000\nb,2,5314\n";
    assert_snapshot!(said("rows.csv", missing, &["--method", "sample-ratio"]), @r"
    exit 2
    --- stderr
    error: rows.csv: line 4: has no row of the phase `1`
      hint: give it one with `units` 0, and with `weight` 0 where it had no share
    ");
    let partitions = "variant,partition,units\na,1,300\na,2,200\nb,1,260\nb,2,240\n";
    assert_eq!(p(partitions, "sample-ratio"), 1.0);
}
