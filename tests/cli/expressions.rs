//! Metrics that no source can answer.

use insta::assert_snapshot;

use crate::damaged::statuses;
use crate::project::Project;

fn with_condition(condition: &str) -> String {
    let project = Project::small();
    project.edit(
        "metrics.toml",
        "where = \"currency = 'EUR'\"",
        &format!("where = \"{condition}\""),
    );
    project.refused()
}

/// A condition that can be planned, and fails on some row.
fn with_failing(condition: &str) -> String {
    let project = Project::small();
    project.edit(
        "metrics.toml",
        "where = \"currency = 'EUR'\"",
        &format!("where = \"{condition}\""),
    );
    assert_eq!(statuses(&project), ["orders ok", "revenue error"]);
    project.run()
}

#[test]
fn a_metric_that_is_not_defined() {
    let project = Project::small();
    project.edit("experiments/checkout.toml", "[\"orders\"]", "[\"ordrs\"]");
    assert_snapshot!(project.refused(), @r#"
    exit 2
    --- stderr
    error: experiments/checkout.toml:13:12: there is no metric `ordrs`
      hint: did you mean `orders`?
    "#);
}

#[test]
fn a_value_that_no_source_has() {
    let project = Project::small();
    project.edit("metrics.toml", "value = \"amount\"", "value = \"amont\"");
    assert_snapshot!(project.refused(), @r#"
    exit 2
    --- stderr
    error: metrics.toml:8:9: source `events` has no column `amont`
      hint: did you mean `amount`?
    "#);
}

#[test]
fn a_condition_on_a_column_that_no_source_has() {
    assert_snapshot!(with_condition("curency = 'EUR'"), @r#"
    exit 2
    --- stderr
    error: metrics.toml:9:9: source `events` has no column `curency`
      hint: did you mean `currency`?
    "#);
}

#[test]
fn a_value_that_is_no_number() {
    let project = Project::small();
    project.edit("metrics.toml", "value = \"amount\"", "value = \"currency\"");
    assert_snapshot!(project.refused(), @r#"
    exit 2
    --- stderr
    error: metrics.toml:8:9: `value = "currency"` is text, not a number
      hint: cast it, for instance `CAST(amount AS DOUBLE)`
    "#);
}

#[test]
fn a_condition_that_is_none() {
    assert_snapshot!(with_condition("amount"), @r#"
    exit 2
    --- stderr
    error: metrics.toml:9:9: `where = "amount"` is a floating-point number (Float64), not a condition
      hint: write a comparison, for instance `amount > 0`
    "#);
}

#[test]
fn a_condition_that_compares_text_with_numbers() {
    assert_snapshot!(with_failing("currency > 5"), @r#"
    exit 10
    --- stdout
    experiment  verdict  winner  lift  interval  confidence  units  days
    ─────────────────────────────────────────────────────────────────────
    checkout    error    —          —         —           —    240     8

    checkout: No verdict: revenue could not be computed: `currency > 5` fails on some row of source
      `events`: cannot cast string '...' to value of Int64 type. The other metrics decide nothing until
      it can.
    --- stderr
    warning: metrics.toml:9:9: `currency > 5` fails on some row of source `events`: cannot cast string '...' to value of Int64 type
      hint: allow for every row, for instance with TRY_CAST or NULLIF
    run [run]: 699 rows read, tables in [project]/out
    "#);
}

#[test]
fn a_condition_that_looks_at_the_clock() {
    assert_snapshot!(with_condition("at < now()"), @r#"
    exit 2
    --- stderr
    error: metrics.toml:9:9: `at < now()` uses a function whose answer changes from run to run
      hint: an expression may only depend on the columns of one row
    "#);
}

#[test]
fn a_condition_that_throws_dice() {
    assert_snapshot!(with_condition("random() < 0.5"), @r#"
    exit 2
    --- stderr
    error: metrics.toml:9:9: `random() < 0.5` uses a function whose answer changes from run to run
      hint: an expression may only depend on the columns of one row
    "#);
}

#[test]
fn a_condition_with_a_subquery() {
    assert_snapshot!(with_condition("user IN (SELECT user FROM exposures)"), @r#"
    exit 2
    --- stderr
    error: metrics.toml:9:9: `user IN (SELECT user FROM exposures)` uses a subquery
      hint: an expression may only depend on the columns of one row
    "#);
}

#[test]
fn a_condition_with_an_aggregate() {
    assert_snapshot!(with_condition("amount > avg(amount)"), @r#"
    exit 2
    --- stderr
    error: metrics.toml:9:9: `amount > avg(amount)` uses an aggregate
      hint: an expression may only depend on the columns of one row
    "#);
}

#[test]
fn a_condition_that_goes_on() {
    assert_snapshot!(with_condition("currency = 'EUR'; DROP TABLE events"), @r#"
    exit 2
    --- stderr
    error: metrics.toml:9:9: cannot read `currency = 'EUR'; DROP TABLE events`: expected end of expression, found ; at character 17
    "#);
}

#[test]
fn a_condition_that_does_not_parse() {
    assert_snapshot!(with_condition("currency = = 'EUR'"), @r#"
    exit 2
    --- stderr
    error: metrics.toml:9:9: cannot read `currency = = 'EUR'`: expected an expression, found = at character 12
    "#);
    assert_snapshot!(with_condition(""), @r#"
    exit 2
    --- stderr
    error: metrics.toml:9:9: `where` is empty
    "#);
    assert_snapshot!(with_condition("frobnicate(amount) > 1"), @r#"
    exit 2
    --- stderr
    error: metrics.toml:9:9: `frobnicate(amount) > 1`: there is no function `frobnicate`
    "#);
}

#[test]
fn a_division_by_zero() {
    assert_snapshot!(with_failing("CAST(amount AS BIGINT) / 0 > 1"), @r#"
    exit 10
    --- stdout
    experiment  verdict  winner  lift  interval  confidence  units  days
    ─────────────────────────────────────────────────────────────────────
    checkout    error    —          —         —           —    240     8

    checkout: No verdict: revenue could not be computed: `CAST(amount AS BIGINT) / 0 > 1` fails on some
      row of source `events`: divide by zero error. The other metrics decide nothing until it can.
    --- stderr
    warning: metrics.toml:9:9: `CAST(amount AS BIGINT) / 0 > 1` fails on some row of source `events`: divide by zero error
      hint: allow for every row, for instance with TRY_CAST or NULLIF
    run [run]: 699 rows read, tables in [project]/out
    "#);
}

#[test]
fn a_cast_that_fails_on_some_row() {
    assert_snapshot!(with_failing("CAST(currency AS BIGINT) > 1"), @r#"
    exit 10
    --- stdout
    experiment  verdict  winner  lift  interval  confidence  units  days
    ─────────────────────────────────────────────────────────────────────
    checkout    error    —          —         —           —    240     8

    checkout: No verdict: revenue could not be computed: `CAST(currency AS BIGINT) > 1` fails on some
      row of source `events`: cannot cast string '...' to value of Int64 type. The other metrics decide
      nothing until it can.
    --- stderr
    warning: metrics.toml:9:9: `CAST(currency AS BIGINT) > 1` fails on some row of source `events`: cannot cast string '...' to value of Int64 type
      hint: allow for every row, for instance with TRY_CAST or NULLIF
    run [run]: 699 rows read, tables in [project]/out
    "#);
}
