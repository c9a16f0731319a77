//! Who is analysed, and why others are left out.
//!
//! Each test writes the few rows that it is about; the accounts of each night have to balance.

use assize::config::{Basis, Covariate};
use jiff::civil::date;

use crate::lab::{ASSIGNMENTS, EXPOSURES, Lab, PEOPLE, place};

#[tokio::test]
async fn nobody_enrolls_from_enroll_until_on() {
    let exposures = "
        experiment,user,variant,at
        lights,a,control,2026-10-04T23:59:59.999999
        lights,b,control,2026-10-05T00:00:00
        lights,c,treatment,2026-10-05T00:00:00
        lights,c,treatment,2026-10-01T00:00:00";
    let mut lab = Lab::new(EXPOSURES, &[("exposures.csv", exposures)]);
    assert_eq!(lab.units(date(2026, 10, 9)).await, ["control - 2", "treatment - 1"]);
    lab.project.experiments[0].enroll_until = date(2026, 10, 5);
    assert_eq!(lab.units(date(2026, 10, 9)).await, ["control - 1", "treatment - 1"]);
    let rows = lab.night(date(2026, 10, 9), async |_, computed| computed.counts.rows).await;
    let late = rows.iter().find(|count| count.reason.as_deref() == Some("after_end"));
    assert_eq!(late.unwrap().rows, 2);
}

/// `forced` beside the other columns of a source.
fn with_forced(lab: &mut Lab, source: &str) {
    let columns = &mut lab.project.sources.get_mut(source).unwrap().columns;
    columns.forced = Some(("forced".into(), place()));
}

#[tokio::test]
async fn forced_and_held_out_units_are_left_out_whole() {
    let exposures = "
        experiment,user,variant,at,forced
        lights,plain,control,2026-10-02T00:00:00,false
        lights,silent,treatment,2026-10-02T00:00:00,
        lights,both,control,2026-10-02T00:00:00,false
        lights,both,control,2026-10-03T00:00:00,true
        lights,tester,preview,2026-10-03T00:00:00,true
        lights,crossed,control,2026-10-02T00:00:00,false
        lights,crossed,treatment,2026-10-03T00:00:00,false
        lights,crossed,treatment,2026-10-03T00:00:00,true
        lights,kept,holdout,2026-10-03T00:00:00,false
        lights,kept2,holdout,2026-10-03T00:00:00,false
        lights,kept2,treatment,2026-10-03T00:00:00,false
        lights,rolled,treatment,2026-10-02T00:00:00,false
        lights,rolled,treatment,2026-10-06T00:00:00,true
        lights,odd,tretment,2026-10-03T00:00:00,false";
    let mut lab = Lab::new(EXPOSURES, &[("exposures.csv", exposures)]);
    with_forced(&mut lab, "exposures");
    lab.project.experiments[0].holdouts = vec!["holdout".into()];
    lab.project.experiments[0].enroll_until = date(2026, 10, 6);
    let expected = [
        "- forced 1",
        "- holdout 1",
        "control - 1",
        "control crossover 1",
        "control forced 1",
        "treatment - 2",
        "treatment holdout 1",
    ];
    assert_eq!(lab.units(date(2026, 10, 9)).await, expected);
    let rows = lab.night(date(2026, 10, 9), async |_, computed| computed.counts.rows).await;
    let of = |reason: Option<&str>| {
        let mine = rows.iter().filter(|count| count.reason.as_deref() == reason);
        mine.map(|count| count.rows).sum::<u64>()
    };
    let reasons =
        [None, Some("forced"), Some("holdout"), Some("after_end"), Some("unknown_variant")];
    assert_eq!(reasons.map(of), [7, 3, 2, 1, 1]);
}

#[tokio::test]
async fn assignments_force_and_hold_out_the_units_that_they_enroll_or_expose() {
    let assignments = "
        experiment,user,variant,at,forced,country,age,score
        lights,plain,control,2026-10-02T00:00:00,false,DE,1,1.0
        lights,tester,treatment,2026-10-02T00:00:00,true,DE,1,1.0
        lights,kept,holdout,2026-10-02T00:00:00,false,DE,1,1.0
        lights,rolled,treatment,2026-10-02T00:00:00,false,DE,1,1.0
        lights,rolled,treatment,2026-11-02T00:00:00,true,DE,1,1.0";
    let exposures = "
        experiment,user,variant,at
        lights,plain,control,2026-10-03T00:00:00
        lights,tester,treatment,2026-10-03T00:00:00
        lights,kept,control,2026-10-03T00:00:00
        lights,rolled,treatment,2026-10-03T00:00:00
        lights,nobody,treatment,2026-10-03T00:00:00";
    let expected = ["- forced 1", "- holdout 1", "control - 1", "treatment - 1"];
    let mut lab = Lab::new(ASSIGNMENTS, &[("assignments.csv", assignments)]);
    with_forced(&mut lab, "assignments");
    lab.project.experiments[0].holdouts = vec!["holdout".into()];
    assert_eq!(lab.units(date(2026, 11, 3)).await, expected);

    let both = format!("{ASSIGNMENTS}{EXPOSURES}");
    let files = [("assignments.csv", assignments), ("exposures.csv", exposures)];
    let mut lab = Lab::new(&both, &files);
    with_forced(&mut lab, "assignments");
    lab.project.experiments[0].holdouts = vec!["holdout".into()];
    let mut expected = expected.to_vec();
    expected.insert(2, "- unassigned 1");
    assert_eq!(lab.units(date(2026, 11, 3)).await, expected);
}

/// Whatever enrolls its units: somebody who was shown a variant by hand is no part of chance.
#[tokio::test]
async fn exposures_force_and_hold_out_units_that_are_analysed_as_assigned() {
    let assignments = "
        experiment,user,variant,at,country,age,score
        lights,plain,control,2026-10-02T00:00:00,DE,1,1.0
        lights,unmet,treatment,2026-10-02T00:00:00,DE,1,1.0
        lights,tester,treatment,2026-10-02T00:00:00,DE,1,1.0
        lights,kept,control,2026-10-02T00:00:00,DE,1,1.0";
    let exposures = "
        experiment,user,variant,at,forced
        lights,plain,control,2026-10-03T00:00:00,false
        lights,tester,treatment,2026-10-03T00:00:00,true
        lights,kept,holdout,2026-10-03T00:00:00,false";
    let files = [("assignments.csv", assignments), ("exposures.csv", exposures)];
    let mut lab = Lab::new(&format!("{ASSIGNMENTS}{EXPOSURES}"), &files);
    with_forced(&mut lab, "exposures");
    let experiment = &mut lab.project.experiments[0];
    experiment.holdouts = vec!["holdout".into()];
    experiment.basis = Basis::Assignment;
    let expected = ["control - 1", "control holdout 1", "treatment - 1", "treatment forced 1"];
    assert_eq!(lab.units(date(2026, 11, 3)).await, expected);
}

#[tokio::test]
async fn an_audience_is_asked_of_the_first_assignment_and_unknown_is_no() {
    let mut lab = Lab::new(ASSIGNMENTS, &[("assignments.csv", PEOPLE)]);
    let said = "country = 'DE' AND age >= 18".to_string();
    lab.project.experiments[0].audience = Some((said, place()));
    let expected = ["control - 1", "control not_in_audience 1", "treatment - 1"];
    let found = lab.units(date(2026, 10, 9)).await;
    assert_eq!(found[..3], expected);
    assert_eq!(found[3..], ["treatment not_in_audience 2"]);
    assert_eq!(lab.enrollments(date(2026, 10, 9), &["unit"]).await, ["a", "d"]);
}

#[tokio::test]
async fn all_that_is_wrong_with_audiences_and_covariates_is_said_at_once() {
    let mut lab = Lab::new(ASSIGNMENTS, &[("assignments.csv", PEOPLE)]);
    let mut problems = async |audience: &str| {
        lab.project.experiments[0].audience = Some((audience.to_string(), place()));
        let metric = lab.project.metrics.get_mut("orders").unwrap();
        metric.covariate = Some(Covariate::Attribute("country".into()));
        metric.at = place();
        let error = lab.try_night(date(2026, 10, 9), async |_, _| ()).await.unwrap_err();
        let lines = error.problems.iter().map(|problem| {
            let hint = problem.hint.clone().unwrap_or_default();
            format!("{}: {}; {hint}", problem.place, problem.message)
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(problems("contry = 'DE'").await, @r"
    experiments/lights.toml:9:1: attribute `country` is text in source `assignments`, where a number is needed; name an attribute that is a number, or make one with a `query` source
    experiments/lights.toml:9:1: source `assignments` has no column `contry`; did you mean `country`?
    ");
    insta::assert_snapshot!(problems("age + 1").await, @r#"
    experiments/lights.toml:9:1: attribute `country` is text in source `assignments`, where a number is needed; name an attribute that is a number, or make one with a `query` source
    experiments/lights.toml:9:1: `audience = "age + 1"` is an integer (Int64), not a condition; write a comparison, for instance `amount > 0`
    "#);
    insta::assert_snapshot!(problems("variant = 'control'").await, @r"
    experiments/lights.toml:9:1: attribute `country` is text in source `assignments`, where a number is needed; name an attribute that is a number, or make one with a `query` source
    experiments/lights.toml:9:1: `variant` is not among the `attributes` of source `assignments`; add it to `attributes` in [sources.assignments], if it was known before the experiment
    ");
}
