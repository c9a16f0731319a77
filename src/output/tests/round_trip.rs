//! What is read back is what was meant, and absent is NULL.

use super::*;

fn row<'a>(rows: &'a [Value], column: &str, value: &str) -> &'a Value {
    rows.iter().find(|row| row[column] == value).unwrap()
}

async fn written() -> (tempfile::TempDir, Committed) {
    let root = tempfile::tempdir().unwrap();
    let committed = commit(&lock(root.path()), &night("a")).await.unwrap();
    (root, committed)
}

#[tokio::test]
async fn a_night_reads_back_as_it_was_meant() {
    let (root, committed) = written().await;
    let run_id = first_run("a");
    let versions = TABLES.map(|table| (table, 1)).to_vec();
    assert_eq!(committed, Committed::Written { run_id: run_id.clone(), versions });

    let verdicts = rows(root.path(), "verdicts");
    assert_eq!(verdicts.len(), 2);
    let checkout = row(&verdicts, "experiment", "checkout");
    assert_eq!(checkout["run_id"], run_id);
    assert_eq!(checkout["as_of"], "2026-10-20");
    assert_eq!(checkout["revision"], 1);
    assert_eq!(checkout["decision"], "ship");
    assert_eq!(checkout["lift"], 0.18);
    assert_eq!(checkout["trace"][1]["rule"], "benefit");
    assert_eq!(checkout["decided_at"], "2026-10-21T02:00:09.123456Z");
    assert_eq!(checkout["config_hash"], "c0ffee");

    let runs = rows(root.path(), "runs");
    assert_eq!(runs[0]["outcome"], "done_with_errors");
    assert_eq!(runs[0]["experiments"], serde_json::json!(["checkout", "broken"]));
    assert_eq!(runs[0]["inputs"][0]["etag"], Value::Null);
    assert_eq!(runs[0]["inputs"][0]["rows"], 1000);
    assert_eq!(runs[0]["timings"][0]["ms"], 12);
}

#[tokio::test]
async fn absent_is_null_and_never_zero() {
    let (root, _) = written().await;
    let verdicts = rows(root.path(), "verdicts");
    assert_eq!(row(&verdicts, "experiment", "checkout")["lift_upper"], Value::Null);
    let broken = row(&verdicts, "experiment", "broken");
    for column in ["winner", "metric", "treatment", "confidence", "lift", "days_left"] {
        assert_eq!(broken[column], Value::Null, "{column}");
    }
    assert_eq!(broken["hold_reasons"], serde_json::json!(["source_failed"]));

    let summaries = rows(root.path(), "summaries");
    assert_eq!(summaries[0]["mean_y"], 0.25);
    assert_eq!(summaries[0]["mean_x"], Value::Null);
    assert_eq!(summaries[0]["c_yy"], 187.5);
    assert_eq!(summaries[0]["c_de"], 4.0);
    assert_eq!(summaries[0]["c_xx"], Value::Null);
    assert_eq!(summaries[0]["segment"], Value::Null);
}

#[tokio::test]
async fn every_request_has_a_row_that_says_what_became_of_it() {
    let (root, _) = written().await;
    let estimates = rows(root.path(), "estimates");
    let said = |metric| {
        let row = row(&estimates, "metric", metric);
        (row["status"].as_str().unwrap(), row["reason"].as_str())
    };
    assert_eq!(said("activation"), ("ok", None));
    let near_zero = "control_near_zero: the control's value is too close to zero to divide by";
    assert_eq!(said("revenue"), ("ok", Some(near_zero)));
    assert_eq!(said("orders"), ("insufficient", Some("too_few_units: a variant has only 1 unit")));
    assert_eq!(said("latency"), ("error", Some("failed: events.parquet is truncated")));

    let activation = row(&estimates, "metric", "activation");
    assert_eq!(activation["fixed_p_value"], 0.0);
    assert_eq!(activation["fixed_log_p_value"], -800.0);
    assert_eq!(activation["sequential_lower"], Value::Null);
    assert_eq!(activation["sequential_upper"], Value::Null);
    assert_eq!(activation["lift_method"], "fieller");
    assert_eq!(row(&estimates, "metric", "revenue")["lift"], Value::Null);
    assert_eq!(row(&estimates, "metric", "latency")["effect"], Value::Null);
}

#[tokio::test]
async fn segments_phases_and_covariates_are_written() {
    let (root, _) = written().await;
    let estimates = rows(root.path(), "estimates");
    let german = row(&estimates, "segment", "country=DE");
    assert_eq!(german["exploratory"], true);
    assert_eq!(german["variance_reduction"], 0.25);
    assert_eq!((&german["effect"], &german["unadjusted_effect"]), (&0.045.into(), &0.05.into()));
    assert_eq!(german["unadjusted_sequential_lower"], Value::Null);
    assert_eq!(german["left_out_units"], 12);
    let whole = row(&estimates, "metric", "revenue");
    assert_eq!((&whole["exploratory"], &whole["unadjusted_effect"]), (&false.into(), &Value::Null));

    let summaries = rows(root.path(), "summaries");
    let funnel = row(&summaries, "metric", "pay_through");
    assert_eq!(funnel["steps"], serde_json::json!([500, 100, 20]));
    assert_eq!((&funnel["phase"], &funnel["segment"]), (&1.into(), &"country=DE".into()));
    let median = row(&summaries, "metric", "median_latency");
    assert_eq!((&median["point_value"], &median["point_variance"]), (&250.0.into(), &4.0.into()));
    assert_eq!((&median["point_dof"], &median["mean_y"]), (&Value::Null, &Value::Null));
    let slowest = row(&summaries, "metric", "slowest_latency");
    assert_eq!(slowest["point_value"], Value::Null);
    assert_eq!(slowest["no_value"], "too_few_values: the quantile needs 8 values, and there are 3");
    let revenue = row(&summaries, "metric", "revenue");
    assert_eq!((&revenue["cap_at"], &revenue["capped"]), (&500.0.into(), &7.into()));
    assert_eq!((&revenue["largest"], &revenue["skewness"]), (&500.0.into(), &4.5.into()));
    assert_eq!(summaries[0]["cap_at"], Value::Null);
    assert_eq!(summaries[0]["steps"], serde_json::json!([]));
}

#[tokio::test]
async fn looks_and_orders_and_what_was_promised_are_written() {
    let (root, _) = written().await;
    let looks = rows(root.path(), "looks");
    let primary = row(&looks, "metric", "activation");
    assert_eq!((&primary["lock_phase"], &primary["alpha_spent"]), (&1.into(), &0.003.into()));
    assert_eq!(row(&looks, "metric", "revenue")["boundary"], Value::Null);

    let actions = rows(root.path(), "actions");
    assert_eq!(actions.len(), 1);
    assert_eq!((&actions[0]["line"], &actions[0]["sequence"]), (&1.into(), &0.into()));
    assert_eq!((&actions[0]["state"], &actions[0]["percent"]), (&"queued".into(), &10.into()));
    assert_eq!((&actions[0]["sent"], &actions[0]["event"]), (&Value::Null, &Value::Null));

    let verdicts = rows(root.path(), "verdicts");
    let checkout = row(&verdicts, "experiment", "checkout");
    assert_eq!(checkout["promise"], r#"{"from":"a"}"#);
    assert_eq!(
        checkout["units_by_variant"][1],
        serde_json::json!({"variant": "new", "units": 1000})
    );
    assert_eq!((&checkout["confirmed"], &checkout["settled_on"]), (&2.into(), &Value::Null));
    assert_eq!(row(&verdicts, "experiment", "broken")["promise"], Value::Null);
}

#[tokio::test]
async fn a_planned_test_is_in_columns_of_its_own() {
    let (root, _) = written().await;
    let estimates = rows(root.path(), "estimates");
    let german = row(&estimates, "segment", "country=DE");
    assert_eq!((&german["added_late"], &german["information"]), (&true.into(), &0.5.into()));
    assert_eq!((&german["boundary"], &german["alpha_spent"]), (&Value::Null, &0.003.into()));
    assert_eq!(german["repeated_log_p_value"], -800.0);
    assert_eq!(
        (&german["stopped_effect"], &german["stopped_lower"]),
        (&0.04.into(), &0.005.into())
    );
    assert_eq!(row(&estimates, "metric", "revenue")["information"], Value::Null);
}

#[tokio::test]
async fn checks_and_waterfall_share_a_table() {
    let (root, _) = written().await;
    let health = rows(root.path(), "health");
    assert_eq!(health.len(), 4);
    assert_eq!(row(&health, "kind", "check")["check_name"], "sample_ratio");
    assert_eq!(row(&health, "kind", "check")["count"], Value::Null);
    let total = row(&health, "reason", "exposed");
    assert_eq!((&total["count"], &total["is_total"]), (&2010.into(), &true.into()));
    assert_eq!(total["outcome"], Value::Null);
}

#[tokio::test]
async fn a_night_without_experiments_writes_no_rows() {
    let root = tempfile::tempdir().unwrap();
    let empty = Night { reports: vec![], ..night("a") };
    assert_eq!(commit(&lock(root.path()), &empty).await.unwrap(), Committed::Unchanged);
    assert!(rows(root.path(), "verdicts").is_empty());
    assert!(rows(root.path(), "runs").is_empty());
}

#[tokio::test]
async fn a_night_that_contradicts_itself_is_refused_before_anything_exists() {
    let root = tempfile::tempdir().unwrap();
    let twice = Night {
        reports: vec![broken(date(2026, 10, 20)), broken(date(2026, 10, 20))],
        ..night("a")
    };
    let other_day = Night { reports: vec![broken(date(2026, 10, 19))], ..night("a") };
    for night in [twice, other_day] {
        let error = commit(&lock(root.path()), &night).await.unwrap_err();
        assert!(matches!(error, OutputError::Bug(_)), "{error}");
    }
    assert!(!root.path().join("verdicts").exists());
}
