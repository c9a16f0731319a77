//! Results split by an attribute that the experiment did not promise.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use serde_json::Value;

use crate::project::Project;

const EXPERIMENTS: [&str; 3] = ["checkout-redesign", "onboarding-v2", "search-ranking"];

fn analysed(project: &Project, experiment: &str, by: &[&str]) -> Value {
    let arguments = ["analyze", experiment, "--as-of", "2026-10-28", "--output", "json"];
    let output = project.command(&[&arguments[..], by].concat()).output().unwrap();
    assert!(output.status.success(), "{}", project.told(output));
    serde_json::from_slice::<Value>(&output.stdout).unwrap()[0].take()
}

fn rows<'a>(report: &'a Value, table: &str) -> Vec<&'a Value> {
    report[table].as_array().unwrap().iter().collect()
}

/// Sums over segments are added in another order.
#[track_caller]
fn close(found: &Value, expected: &Value) {
    match (found.as_f64(), expected.as_f64()) {
        (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-10 * b.abs(), "{a}, not {b}"),
        _ => assert_eq!(found, expected),
    }
}

#[test]
fn the_verdict_is_the_same_with_and_without() {
    let project = Project::sample();
    for experiment in EXPERIMENTS {
        let plain = analysed(&project, experiment, &[]);
        for by in ["country", "platform", "country,platform"] {
            let split = analysed(&project, experiment, &["--by", by]);
            let trace = |report: &Value| {
                let rules = report["verdict"]["trace"].as_array().unwrap();
                let rules =
                    rules.iter().map(|rule| (rule["rule"].clone(), rule["matched"].clone()));
                rules.collect::<Vec<_>>()
            };
            assert_eq!(trace(&split), trace(&plain));
            for field in ["decision", "winner", "actionable", "hold_reasons"] {
                assert_eq!(split["verdict"][field], plain["verdict"][field], "{field}");
            }
            for field in ["confidence", "lift", "lift_lower", "lift_upper"] {
                close(&split["verdict"][field], &plain["verdict"][field]);
            }
            let whole = |report| -> Vec<Value> {
                let rows = rows(report, "estimates").into_iter();
                rows.filter(|row| row["segment"].is_null()).cloned().collect()
            };
            let (split, plain) = (whole(&split), whole(&plain));
            assert_eq!(split.len(), plain.len());
            for (split, plain) in split.iter().zip(&plain) {
                for field in ["metric", "treatment", "state", "status", "exploratory"] {
                    assert_eq!(split[field], plain[field], "{experiment}: {field}");
                }
                close(&split["estimate"]["effect"], &plain["estimate"]["effect"]);
                close(&split["estimate"]["std_error"], &plain["estimate"]["std_error"]);
            }
        }
    }
}

#[test]
fn segments_are_exploratory_and_sum_up_to_the_whole() {
    let project = Project::sample();
    for experiment in EXPERIMENTS {
        let report = analysed(&project, experiment, &["--by", "platform"]);
        let estimates = rows(&report, "estimates");
        let exploratory = estimates.iter().filter(|row| row["exploratory"] == true).count();
        assert!(exploratory >= 3 * 3, "{exploratory} rows");
        for row in estimates {
            assert_eq!(row["exploratory"] == true, !row["segment"].is_null());
        }
        // Units, and the sum of the metric, by metric and variant: of the whole, and of segments.
        let mut sums: BTreeMap<String, [f64; 4]> = BTreeMap::new();
        for row in rows(&report, "summaries") {
            let key = format!("{} {}", row["metric"], row["variant"]);
            let at = if row["segment"].is_null() { 0 } else { 2 };
            let units = row["summary"]["units"].as_f64().unwrap();
            let sums = sums.entry(key).or_default();
            sums[at] += units;
            sums[at + 1] += units * row["summary"]["mean"][0].as_f64().unwrap();
        }
        assert!(sums.len() >= 6);
        for (key, [units, sum, of_segments, sum_of_segments]) in sums {
            assert!(units > 1_000.0);
            assert_eq!(units, of_segments, "{experiment}: {key}");
            assert!((sum - sum_of_segments).abs() <= 1e-9 * sum.abs(), "{experiment}: {key}");
        }
    }
}

#[test]
fn an_attribute_that_the_assignments_do_not_have() {
    let by = |attribute| {
        let arguments = ["analyze", "onboarding-v2", "--as-of", "2026-10-28", "--by", attribute];
        Project::sample().say(&arguments)
    };
    assert_snapshot!(by("contry"), @r#"
    exit 2
    --- stderr
    error: `contry` is no attribute of the assignments
      hint: did you mean `country`?
    "#);
    assert_snapshot!(by("shoe_size"), @r#"
    exit 2
    --- stderr
    error: `shoe_size` is no attribute of the assignments
      hint: there are country, platform
    "#);
}

#[test]
fn a_project_without_attributes() {
    let told = Project::small().say(&["analyze", "checkout", "--by", "country"]);
    assert_snapshot!(told, @r#"
    exit 2
    --- stderr
    error: `country` is no attribute of the assignments
      hint: `attributes` of `[sources.assignments]` lists the columns known before exposure
    "#);
}
