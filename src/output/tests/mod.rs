//! Nights of two experiments, and a reader that knows nothing of how they were written.

mod again;
mod columns;
mod commands;
mod crash;
mod ledger;
mod older;
mod past;
mod round_trip;
mod slot;
mod told;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::json::writer::{JsonArray, WriterBuilder};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use super::night::run_id;
use super::revisions::Revisions;
use super::*;
use crate::action::{Entry, EntryState, Kind, Order};
use crate::stats::{Estimate, Interval, Lift, LiftMethod, Missing, Point, Summary, Test};
use crate::verdict::*;

/// Those of a night, in commit order.
pub(super) const TABLES: [&str; 7] =
    ["summaries", "estimates", "health", "looks", "actions", "runs", "verdicts"];

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Tries for a second: a process that another test is just spawning holds a copy of every
/// open file, hence of a slot given back meanwhile, until it has become its own program.
pub(super) fn lock(root: &Path) -> Output {
    for _ in 0..100 {
        match Output::lock(root, at("2026-10-21T02:00:00Z")) {
            Err(OutputError::Held { .. }) => std::thread::sleep(Duration::from_millis(10)),
            slot => return slot.unwrap(),
        }
    }
    panic!("the slot of {root:?} stays held")
}

/// `checkout` has everything, `broken` nothing.
pub(super) fn night(input_hash: &str) -> Night {
    night_of(date(2026, 10, 20), input_hash)
}

pub(super) fn night_of(as_of: Date, input_hash: &str) -> Night {
    Night {
        as_of,
        input_hashes: ["checkout", "broken"].map(|e| (e.into(), input_hash.into())).into(),
        started_at: at("2026-10-21T02:00:00Z"),
        finished_at: at("2026-10-21T02:00:09.123456Z"),
        engine_version: "0.1.0".into(),
        reports: vec![checkout(as_of), broken(as_of)],
        config_hashes: BTreeMap::from([("checkout".into(), "c0ffee".into())]),
        promises: BTreeMap::from([("checkout".into(), format!(r#"{{"from":"{input_hash}"}}"#))]),
        orders: vec![queued(&format!("ship-{as_of}"), as_of)],
        not_analysed: vec![NotAnalysed { experiment: "draft".into(), reason: "draft".into() }],
        reads: BTreeMap::from([("checkout".into(), ["events".to_string()].into())]),
        inputs: vec![InputFile {
            source: "events".into(),
            path: "data/events/day=2026-10-20/0.parquet".into(),
            size: 4096,
            modified: at("2026-10-20T23:59:59Z"),
            etag: None,
            rows: Some(1000),
        }],
        rows_read: 1000,
        timings: vec![Timing { stage: "scan".into(), milliseconds: 12 }],
    }
}

/// Name of the first run of [`night`].
pub(super) fn first_run(input_hash: &str) -> String {
    run_id(&night(input_hash), &Revisions::default())
}

fn checkout(as_of: Date) -> Report {
    Report {
        experiment: "checkout".into(),
        as_of,
        verdict: Verdict {
            decision: Decision::Ship,
            winner: Some("new".into()),
            metric: "activation".into(),
            treatment: Some("new".into()),
            confidence: Some(0.97),
            lift: Some(0.18),
            lift_lower: Some(0.02),
            lift_upper: Some(f64::INFINITY),
            probability_best: Some(0.98),
            units: 2000,
            units_by_variant: vec![("control".into(), 1000), ("new".into(), 1000)],
            days: 20,
            days_left: None,
            actionable: true,
            hold_reasons: vec![],
            lock_phase: 1,
            confirmed: 2,
            settled_on: None,
            trace: vec![
                RuleTried { rule: "health", matched: false, because: "3 of 3 checks pass".into() },
                RuleTried { rule: "benefit", matched: true, because: "0.97 >= 0.95".into() },
            ],
            recommendation: "Ship `new`.".into(),
            otherwise: vec![],
        },
        estimates: estimates(),
        summaries: [
            vec![SummaryRow::of_all(
                "activation",
                "control",
                Summary {
                    units: 1000,
                    mean: [0.25, 1.0, f64::NAN, 1.0],
                    comoment: [
                        [187.5, 0.0, 1.0, 2.0],
                        [0.0, 0.0, 3.0, 4.0],
                        [1.0, 3.0, f64::INFINITY, 5.0],
                        [2.0, 4.0, 5.0, 6.0],
                    ],
                },
            )],
            other_summaries(),
        ]
        .concat(),
        health: vec![HealthRow {
            check: "sample_ratio".into(),
            outcome: Outcome::Pass,
            observed: Some(0.5),
            expected: Some(0.5),
            p_value: None,
            detail: "1000 of 2000 units in control".into(),
        }],
        steps: BTreeMap::new(),
        waterfall: vec![
            line("exposed", 2010, true),
            line("analysed", 2000, false),
            line("crossovers", 10, false),
        ],
        looks: vec![spent("activation"), SpentTest { boundary: None, ..spent("revenue") }],
    }
}

fn spent(metric: &str) -> SpentTest {
    SpentTest {
        metric: metric.into(),
        treatment: "new".into(),
        method: "group-sequential".into(),
        information: 0.5,
        alpha: 0.05,
        spent: Some(0.003),
        boundary: Some(2.963),
        statistic: Some(2.25),
    }
}

/// The line that enqueues an order.
pub(super) fn queued(id: &str, as_of: Date) -> Entry {
    Entry {
        order: Order {
            id: id.into(),
            experiment: "checkout".into(),
            lock_phase: 1,
            as_of,
            number: 1,
            target: "unleash".into(),
            flag: Some("checkout-v2".into()),
            kind: Kind::SetRollout { variant: "new".into(), percent: 10 },
            confidence: Some(0.97),
            lift: Some(0.18),
            reason: "Ship `new`.".into(),
            not_before: at("2026-10-21T02:00:00Z"),
            expires_at: at("2026-10-23T02:00:00Z"),
            needs_approval: false,
        },
        sequence: 0,
        state: EntryState::Queued,
        attempts: 0,
        at: at("2026-10-21T02:00:09.123456Z"),
        by: "a run".into(),
        seen_before: None,
        sent: None,
        seen_after: None,
        detail: None,
    }
}

/// What became of an order, as its next line.
pub(super) fn next(before: &Entry, state: EntryState) -> Entry {
    Entry {
        sequence: before.sequence + 1,
        state,
        attempts: 1,
        at: before.at + Duration::from_secs(60),
        by: "ann on desk".into(),
        seen_before: Some(r#"{"percent":0}"#.into()),
        sent: Some(r#"{"percent":10}"#.into()),
        ..before.clone()
    }
}

fn line(reason: &str, count: u64, is_total: bool) -> WaterfallRow {
    WaterfallRow { population: "units".into(), reason: reason.into(), count, is_total }
}

fn estimates() -> Vec<EstimateRow> {
    let row = |metric: &str, state, status, reason: Option<Reason>, estimate| EstimateRow {
        metric: metric.into(),
        role: "primary",
        treatment: "new".into(),
        segment: None,
        exploratory: false,
        state,
        status,
        reason,
        alpha: 0.05,
        adjusted_p_value: None,
        margin: None,
        margin_p_value: None,
        estimate,
        covariate: None,
        left_out: 0,
        added_late: false,
        planned: None,
    };
    let failed = NoEstimate::Failed("events.parquet is truncated".into());
    let truncated = Reason { code: "failed", words: "events.parquet is truncated".into() };
    vec![
        row("activation", State::Better, RowStatus::Ok, None, Ok(estimate(Ok(fieller())))),
        row(
            "revenue",
            State::Flat,
            RowStatus::Ok,
            Some((&Missing::ControlNearZero).into()),
            Ok(estimate(Err(Missing::ControlNearZero))),
        ),
        row(
            "orders",
            State::Insufficient,
            RowStatus::Insufficient,
            Some((&Missing::TooFewUnits { units: 1 }).into()),
            Err(NoEstimate::Undefined(Missing::TooFewUnits { units: 1 })),
        ),
        row("latency", State::Error, RowStatus::Error, Some(truncated), Err(failed)),
        EstimateRow {
            segment: Some(german()),
            exploratory: true,
            covariate: Some(CovariateUsed {
                unadjusted: Estimate { effect: 0.05, ..estimate(Ok(fieller())) },
                variance_reduction: 0.25,
            }),
            left_out: 12,
            added_late: true,
            planned: Some(PlannedTest {
                information: 0.5,
                spent: 0.003,
                boundary: f64::INFINITY,
                statistic: 2.25,
                repeated: estimate(Ok(fieller())).fixed,
                stopped: Some((0.04, estimate(Ok(fieller())).fixed)),
            }),
            ..row("activation", State::Flat, RowStatus::Ok, None, Ok(estimate(Ok(fieller()))))
        },
    ]
}

/// `SegmentValue::Is`, with a value that needs no quoting.
fn german() -> Segment {
    Segment { attribute: "country".into(), value: SegmentValue::Is("DE".into()) }
}

/// A funnel, and a quantile with and without a value, in the second phase.
fn other_summaries() -> Vec<SummaryRow> {
    let row = |metric: &str| SummaryRow {
        phase: 1,
        segment: Some(german()),
        ..SummaryRow::of_all(metric, "new", Summary::from_conversions(1000, 20))
    };
    let point = Point { units: 1000, dof: f64::INFINITY, value: 250.0, variance: 4.0 };
    vec![
        SummaryRow { steps: vec![500, 100, 20], ..row("pay_through") },
        SummaryRow { quantile: Some(Ok(point)), ..row("median_latency") },
        SummaryRow {
            quantile: Some(Err(Missing::TooFewValues { values: 3, needed: 8 })),
            ..row("slowest_latency")
        },
        SummaryRow {
            cap: Some(500.0),
            capped: 7,
            tails: Some(Tails { smallest: 0.0, largest: 500.0, skewness: Some(4.5) }),
            ..row("revenue")
        },
    ]
}

fn estimate(lift: Result<Lift, Missing>) -> Estimate {
    let bounded = Interval { lower: 0.005, upper: 0.085 };
    let unbounded = Interval { lower: f64::NEG_INFINITY, upper: f64::INFINITY };
    Estimate {
        control: 0.25,
        treatment: 0.295,
        effect: 0.045,
        std_error: 0.02,
        dof: 1990.5,
        statistic: 2.25,
        fixed: Test { p_value: 0.0, log_p_value: -800.0, interval: bounded },
        sequential: Test { p_value: 1.0, log_p_value: 0.0, interval: unbounded },
        lift,
    }
}

fn fieller() -> Lift {
    let half = Interval { lower: 0.02, upper: f64::INFINITY };
    Lift {
        value: 0.18,
        std_error: 0.08,
        method: LiftMethod::Fieller,
        fixed: half,
        sequential: half,
    }
}

fn broken(as_of: Date) -> Report {
    Report {
        experiment: "broken".into(),
        as_of,
        verdict: Verdict {
            decision: Decision::Error,
            winner: None,
            metric: String::new(),
            treatment: None,
            confidence: None,
            lift: None,
            lift_lower: None,
            lift_upper: None,
            probability_best: None,
            units: 0,
            units_by_variant: vec![],
            days: 3,
            days_left: None,
            actionable: false,
            hold_reasons: vec!["source_failed".into()],
            lock_phase: 1,
            confirmed: 0,
            settled_on: None,
            trace: vec![],
            recommendation: "The source could not be read.".into(),
            otherwise: vec![],
        },
        estimates: vec![],
        summaries: vec![],
        health: vec![],
        steps: BTreeMap::new(),
        waterfall: vec![],
        looks: vec![],
    }
}

/// Live files of a table: `add` minus `remove` over the JSON log, nothing else.
pub(super) fn files(root: &Path, table: &str) -> BTreeSet<PathBuf> {
    let folder = root.join(table);
    let Ok(entries) = fs::read_dir(folder.join("_delta_log")) else { return BTreeSet::new() };
    let mut log: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    log.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    log.sort();
    let mut live = BTreeSet::new();
    for entry in log {
        for action in fs::read_to_string(entry).unwrap().lines() {
            let action: Value = serde_json::from_str(action).unwrap();
            if let Some(path) = action["add"]["path"].as_str() {
                live.insert(folder.join(path));
            }
            if let Some(path) = action["remove"]["path"].as_str() {
                live.remove(&folder.join(path));
            }
        }
    }
    live
}

/// Live rows of a table as JSON, NULLs spelled out.
pub(super) fn rows(root: &Path, table: &str) -> Vec<Value> {
    files(root, table).iter().flat_map(|file| rows_of(&batches(file))).collect()
}

pub(super) fn batches(file: &Path) -> Vec<RecordBatch> {
    let file = File::open(file).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    reader.map(Result::unwrap).collect()
}

fn rows_of(batches: &[RecordBatch]) -> Vec<Value> {
    let mut writer =
        WriterBuilder::new().with_explicit_nulls(true).build::<_, JsonArray>(Vec::new());
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.finish().unwrap();
    let bytes = writer.into_inner();
    if bytes.is_empty() { Vec::new() } else { serde_json::from_slice(&bytes).unwrap() }
}

/// All live rows, by table, in an order that does not depend on file names.
pub(super) fn all_rows(root: &Path) -> BTreeMap<&'static str, Vec<String>> {
    let sorted = |table| {
        let mut rows: Vec<String> = rows(root, table).iter().map(Value::to_string).collect();
        rows.sort();
        rows
    };
    TABLES.into_iter().map(|table| (table, sorted(table))).collect()
}

/// Every file below a folder, with its content's length and time of change.
pub(super) fn listing(root: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let metadata = path.metadata().unwrap();
        found.insert(format!("{path:?} {} {:?}", metadata.len(), metadata.modified().unwrap()));
        if path.is_dir() {
            found.extend(listing(&path));
        }
    }
    found
}

/// Asks `tests/read_tables.py`, where `ASSIZE_PYTHON` names a Python with its requirements.
pub(super) fn python_reads_the_same(root: &Path) {
    let Ok(python) = std::env::var("ASSIZE_PYTHON") else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/read_tables.py");
    let read = std::process::Command::new(python).arg(script).arg(root).output().unwrap();
    let words = String::from_utf8_lossy(&read.stderr);
    assert!(read.status.success(), "{words}");
    let read: Value = serde_json::from_slice(&read.stdout).unwrap();
    for table in TABLES {
        assert_eq!(read["rows"][table], rows(root, table).len(), "{table}");
    }
}
