//! Estimates from aggregates: what is refused, with the whole message.

use insta::assert_snapshot;

use crate::estimate::{MEANS, said};
use crate::project::Project;

fn refused(rows: &str) -> String {
    said("rows.csv", rows, &[])
}

#[test]
fn files_that_are_not_there_or_empty() {
    let project = Project::empty();
    project.write("empty.csv", "").write("blank.ndjson", "\n \n").write("header.csv", "variant\n");
    project.write("array.json", "[]").write("folder/rows.csv", MEANS);
    for file in ["absent.csv", "empty.csv", "blank.ndjson", "header.csv", "array.json", "folder"] {
        assert!(project.say(&["estimate", file]).starts_with("exit 2\n--- stderr\nerror: "));
    }
    assert_snapshot!(project.say(&["estimate", "absent.csv"]), @r#"
    exit 2
    --- stderr
    error: absent.csv: is not there
    "#);
    assert_snapshot!(project.say(&["estimate", "empty.csv"]), @r#"
    exit 2
    --- stderr
    error: empty.csv: is empty
    "#);
    assert_snapshot!(project.say(&["estimate", "header.csv"]), @r#"
    exit 2
    --- stderr
    error: header.csv: has no rows
    "#);
    assert_snapshot!(project.say(&["estimate", "folder"]), @r#"
    exit 2
    --- stderr
    error: folder: is a folder without a `summaries` table
      hint: name a file of rows, or an output folder of `assize run`
    "#);
}

#[test]
fn what_is_not_json() {
    let rows = "{\"variant\": \"control\", \"units\": 1}\nhello\n{\"variant\": NaN}\n[1]\n";
    assert_snapshot!(said("rows.ndjson", rows, &[]), @r#"
    exit 2
    --- stderr
    error: rows.ndjson: line 2: is no JSON object: expected value; so in line 3
      hint: one object for each variant: {"variant": "control", "units": 1000, ...}
    error: rows.ndjson: line 4: is no JSON object: invalid type: sequence, expected a map
      hint: one object for each variant: {"variant": "control", "units": 1000, ...}
    "#);
    assert_snapshot!(said("rows.json", "[{\"variant\": \"control\"}, 7, \"b\"]", &[]), @r#"
    exit 2
    --- stderr
    error: rows.json: row 2: is no JSON object; so in row 3
      hint: one object for each variant: {"variant": "control", "units": 1000, ...}
    "#);
    assert_snapshot!(said("rows.json", "[{\"variant\": \"control\"},\n{\"units\": }]", &[]), @r#"
    exit 2
    --- stderr
    error: rows.json: line 2: is no JSON: expected value
    "#);
}

#[test]
fn what_is_not_csv() {
    let ragged = "variant,units,mean,variance\ncontrol,50,1,2\nb,50,2\nc,50,2,2,2\nd,50,2\n";
    assert_snapshot!(refused(ragged), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 3: has 3 cells, the header has 4; so in line 5
    error: rows.csv: line 4: has 5 cells, the header has 4
    "#);
    assert_snapshot!(refused("variant;units;mean\ncontrol;50;1,5\n"), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 1: its columns are separated by semicolons
      hint: separate them by commas, and write decimal points
    "#);
    assert_snapshot!(refused("variant,units,mean,units,variance\ncontrol,50,1,50,2\n"), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 1: has two columns `units`
    "#);
    let project = Project::empty();
    project.write("latin.csv", b"variant,units,mean,variance\ncontrol,50,1,2\nf\xfcr,50,1,2\n");
    assert_snapshot!(project.say(&["estimate", "latin.csv"]), @r#"
    exit 2
    --- stderr
    error: latin.csv: line 3: is not UTF-8
    "#);
    project.write("rows.parquet", MEANS);
    assert_snapshot!(project.say(&["estimate", "rows.parquet"]), @r#"
    exit 2
    --- stderr
    error: rows.parquet: is no readable Parquet: Invalid Parquet file. Corrupt footer
    "#);
}

#[test]
fn a_column_with_a_typing_error() {
    assert_snapshot!(refused("variant,units,mean,varaince\ncontrol,50,1,2\nb,50,1,2\n"), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 2: unknown field `varaince`; so in line 3
      hint: did you mean `variance`?
    "#);
}

#[test]
fn two_names_of_one_column() {
    assert_snapshot!(refused("variant,units,users,mean,variance\ncontrol,50,50,1,2\n"), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 2: `users` is another name of `units`, which the row has already
    "#);
}

#[test]
fn everything_that_is_wrong_with_a_file_at_once() {
    let rows = "metric,variant,units,mean,variance,conversions\n\
                a,control,50,1,,\n\
                a,b,50,1,,\n\
                b,control,fifty,one,2,\n\
                b,b,-3,NaN,Infinity,\n\
                c,control,50,,,60\n\
                c,b,1.5,1,1,\n\
                d,treatment,50,1,1,\n\
                e,control,50,1,1,\n\
                e,control,50,1,1,\n\
                e,b,50,1,1,\n";
    assert_snapshot!(refused(rows), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 2: has no `variance` (variance of y, divisor units - 1); so in line 3
    error: rows.csv: line 4: `units` is "fifty", not a finite number
    error: rows.csv: line 4: `mean` is "one", not a finite number
    error: rows.csv: line 5: `units` is -3, not a count
    error: rows.csv: line 5: `mean` is "NaN", not a finite number
    error: rows.csv: line 5: `variance` is "Infinity", not a finite number
    error: rows.csv: line 6: has 60 `conversions` among 50 `units`
    error: rows.csv: line 7: `units` is 1.5, not a count
    error: rows.csv: line 8: no variant is called `control`, so there is no control
      hint: the variants are `treatment`; say --control NAME
    error: rows.csv: line 10: is one more row of variant `control`
      hint: give rows of disjoint units a `partition`, and rows of periods with other shares a `phase`
    "#);
}

#[test]
fn what_many_rows_have_in_common_is_said_once() {
    let rows: String = (0..1000).map(|i| format!("m{i},control,5,1\nm{i},b,5,1\n")).collect();
    assert_snapshot!(refused(&format!("metric,variant,units,mean\n{rows}")), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 2: has no `variance` (variance of y, divisor units - 1); so in line 3, line 4, line 5 and 1996 more
    "#);
}

#[test]
fn a_covariate_without_its_cross_product() {
    let sums = "variant,units,sum,sum_squares,pre_sum,pre_sum_squares\n\
                control,40,40,80,20,40\nb,40,50,90,20,40\n";
    assert_snapshot!(refused(sums), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 2: has no `product_yx` (sum of y x); so in line 3
    "#);
    let moments = "variant,units,mean,variance,pre_mean,pre_variance\ncontrol,40,1,2,1,2\n";
    assert_snapshot!(refused(moments), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 2: has no `covariance_yx` (covariance of y and x)
    "#);
}

#[test]
fn no_control() {
    let rows = MEANS.replace(",control,", ",A,");
    assert_snapshot!(refused(&rows), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 2: no variant is called `control`, so there is no control
      hint: the variants are `A`, `one-page`, `no-login`; say --control NAME
    "#);
    assert_snapshot!(said("rows.csv", &rows, &["--control", "B"]), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 2: no variant is called `B`, so there is no control
      hint: the variants are `A`, `one-page`, `no-login`; say --control NAME
    "#);
    assert_snapshot!(refused("units,mean,variance\n50,1,2\n50,1,2\n"), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 2: no variant is called `control`, so there is no control; so in line 3
      hint: give every row a `variant`
    "#);
}

#[test]
fn methods_that_lack_something() {
    let needs = |method: &str| said("rows.csv", MEANS, &["--method", method]);
    assert_snapshot!(needs("group-sequential"), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 3: has no `information_fraction`
      hint: list the shares of all looks so far, or say the `target` sample size
    "#);
    assert_snapshot!(needs("score"), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 2: this method needs `units` and `conversions`
    "#);
    assert_snapshot!(needs("linear-model"), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 2: this method needs every unit's value in `values`
    "#);
    assert_snapshot!(needs("p-value"), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 2: this method needs a `p_value` or `log_p_value`
    "#);
    assert_snapshot!(needs("uniform-boundary"), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 2: has no `arguments`
    "#);
    assert_snapshot!(said("rows.csv", MEANS, &["--set", "quantile=0.9"]), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 2: a quantile needs `values`, `clusters`, or `quantile_value` with its interval
    "#);
    assert_snapshot!(said("rows.csv", MEANS, &["--set", "cap=0.9"]), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 2: a cap needs every unit's value in `values`: sums cannot be capped any more
    "#);
}

#[test]
fn methods_that_do_not_agree() {
    let rows = "variant,units,mean,variance,method\ncontrol,50,1,2,t-test\nb,50,1,2,z-test\n";
    assert_snapshot!(refused(rows), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 3: says `z-test`, and another variant `t-test`
      hint: variants that are compared have one method; for two, give all rows twice, with other names of the metric
    "#);
}

#[test]
fn options_that_are_unknown_or_out_of_range() {
    let with = |arguments: &[&str]| said("rows.csv", MEANS, arguments);
    assert_snapshot!(with(&["--method", "ttest"]), @r#"
    exit 2
    --- stderr
    error: command line: unknown method `ttest`
      hint: did you mean `t-test`?
    "#);
    assert_snapshot!(with(&["--method", "anova"]), @r#"
    exit 2
    --- stderr
    error: command line: unknown method `anova`
      hint: `assize estimate --help` lists all
    "#);
    assert_snapshot!(with(&["--set", "tunning=5", "--set", "alpha"]), @r#"
    exit 2
    --- stderr
    error: --set: unknown option `tunning`
      hint: did you mean `tuning`?
    error: --set: `alpha` is not NAME=VALUE
    "#);
    assert_snapshot!(with(&["--set", "units=5"]), @r#"
    exit 2
    --- stderr
    error: --set: unknown option `units`
      hint: `assize estimate --help` lists all
    "#);
    assert_snapshot!(with(&["--alpha", "5"]), @r#"
    exit 2
    --- stderr
    error: command line: `alpha` is 5, not between 0 and 1
    "#);
    assert_snapshot!(with(&["--alpha", "NaN"]), @r#"
    exit 2
    --- stderr
    error: command line: `alpha` is "NaN", not a finite number
    "#);
    assert_snapshot!(with(&["--alternative", "bigger"]), @r#"
    exit 2
    --- stderr
    error: command line: unknown alternative `bigger`
      hint: one of two-sided, greater, less
    "#);
    assert_snapshot!(with(&["--tuning", "-1"]), @r#"
    exit 2
    --- stderr
    error: command line: `tuning` is -1, not a positive number
    "#);
    assert_snapshot!(with(&["--correction", "bonferoni"]), @r#"
    exit 2
    --- stderr
    error: command line: unknown correction `bonferoni`
      hint: did you mean `bonferroni`?
    "#);
    assert_snapshot!(with(&["--prior", "0,zero", "--method", "bayesian"]), @r#"
    exit 2
    --- stderr
    error: command line: `prior` is "zero", not a finite number
    "#);
    assert_snapshot!(refused("variant,units,mean,variance,alpha\ncontrol,50,1,2,\nb,50,1,2,7\n"), @r#"
    exit 2
    --- stderr
    error: rows.csv: line 3: `alpha` is 7, not between 0 and 1
    "#);
}

#[test]
fn machines_are_told_in_json() {
    let project = Project::empty();
    project.write("rows.csv", "variant,units,mean,varaince\ncontrol,50,1,2\n");
    let output = project.command(&["--log", "json", "estimate", "rows.csv"]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    let event: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(event["place"], "rows.csv: line 2");
    assert_eq!(event["hint"], "did you mean `variance`?");
    assert_eq!(event["exit_code"], 2);
}
