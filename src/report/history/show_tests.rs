//! What is shown and exported, of frames made by hand.

use insta::assert_snapshot;
use polars::prelude::*;
use serde_json::{Value, json};

use super::columns::{Column, ESTIMATES, IS_CURRENT, Kind, VERDICTS};
use super::{History, history, history_csv, history_json};

/// 2026-03-01, in days since 1970.
const FIRST: i32 = 20_513;

/// Rows of nothing but NULL.
fn nulls(columns: &[Column], rows: usize) -> DataFrame {
    let columns = columns.iter().filter(|(name, _)| *name != "segment");
    let null = |(name, kind): &Column| {
        Series::full_null((*name).into(), rows, &kind.data_type()).into_column()
    };
    let all = columns.chain(&[(IS_CURRENT, Kind::Flag)]).map(null).collect();
    DataFrame::new(rows, all).unwrap()
}

/// Puts values into a column, in the type that it has.
fn put<T: ?Sized, S>(frame: &mut DataFrame, name: &str, values: S)
where
    Series: NamedFrom<S, T>,
{
    let data_type = frame.column(name).unwrap().dtype().clone();
    let series = Series::new(name.into(), values).cast(&data_type).unwrap();
    frame.with_column(series.into_column()).unwrap();
}

/// Four days, of which the second was judged again and the third has no numbers.
fn checkout() -> History {
    let mut verdicts = nulls(&VERDICTS, 5);
    put(&mut verdicts, "experiment", ["checkout"; 5]);
    put(&mut verdicts, "as_of", [FIRST, FIRST + 1, FIRST + 1, FIRST + 2, FIRST + 3]);
    put(&mut verdicts, "revision", [1, 1, 2, 1, 1]);
    put(&mut verdicts, IS_CURRENT, [true, false, true, true, true]);
    let decisions = ["keep_running", "keep_running", "roll_back", "error", "ship"];
    put(&mut verdicts, "decision", decisions);
    put(
        &mut verdicts,
        "treatment",
        [Some("one-page"), Some("one-page"), Some("one-page"), None, Some("one-page")],
    );
    put(&mut verdicts, "lift", [Some(-0.02), Some(0.04), Some(0.0625), None, Some(0.1 + 0.2)]);
    put(&mut verdicts, "lift_lower", [None, Some(-0.1), Some(-0.05), None, Some(0.01)]);
    put(&mut verdicts, "lift_upper", [None, Some(0.2), Some(0.1), None, Some(0.5)]);
    put(&mut verdicts, "confidence", [Some(0.0), Some(0.4), Some(0.5), None, Some(0.99999)]);
    put(&mut verdicts, "units", [Some(900), Some(1_800), Some(1_810), None, Some(12_345)]);
    put(&mut verdicts, "actionable", [Some(false), Some(false), Some(false), None, Some(true)]);
    put(&mut verdicts, "lock_phase", [None, Some(1), Some(1), Some(2), Some(2)]);
    let held = |reasons: &[&str]| Series::new("".into(), reasons);
    let held = [held(&[]), held(&[]), held(&["late_data", "tails:orders"]), held(&[]), held(&[])];
    put(&mut verdicts, "hold_reasons", held);
    History { experiment: "checkout".into(), verdicts, estimates: estimates() }
}

/// `orders` on every day, a guardrail that is no longer asked for, and a secondary.
fn estimates() -> DataFrame {
    let mut rows = nulls(&ESTIMATES, 9);
    let days = [0, 1, 1, 2, 3, 0, 1, 0, 3].map(|day| FIRST + day);
    put(&mut rows, "as_of", days);
    put(&mut rows, IS_CURRENT, [true, false, true, true, true, true, true, true, true]);
    put(
        &mut rows,
        "metric",
        ["orders", "orders", "orders", "orders", "orders", "errors", "errors", "clicks", "clicks"],
    );
    put(
        &mut rows,
        "role",
        [
            "primary",
            "primary",
            "primary",
            "primary",
            "primary",
            "guardrail",
            "guardrail",
            "secondary",
            "secondary",
        ],
    );
    put(&mut rows, "treatment", ["one-page"; 9]);
    let lifts = [
        None,
        Some(0.5),
        Some(0.0625),
        None,
        Some(0.3),
        Some(0.01),
        Some(0.02),
        Some(0.7),
        Some(0.8),
    ];
    put(&mut rows, "lift", lifts);
    put(
        &mut rows,
        "state",
        ["insufficient", "flat", "worse", "better", "better", "flat", "safe", "flat", "flat"],
    );
    rows
}

fn shown(history: &History, width: u16) -> String {
    super::history(history, width).unwrap()
}

#[test]
fn a_line_a_day_then_how_each_metric_went() {
    assert_snapshot!(shown(&checkout(), 120), @r"
    checkout: 4 looks, 2026-03-01 to 2026-03-04

    as of       verdict       treatment     lift           interval  confidence   units  actionable
    ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    2026-03-01  keep running  one-page    -2.0 %            [-∞, ∞]       0.0 %     900  no
    2026-03-02  roll back     one-page    +6.2 %  [-5.0 %, +10.0 %]      50.0 %   1,810  no (late_data, tails:orders)
    2026-03-03  error         —                —                  —           —       —  —
    2026-03-04  ship          one-page   +30.0 %  [+1.0 %, +50.0 %]    > 99.9 %  12,345  yes

    lift ▁▃·█, -2.0 % to +30.0 %

    metric  role       treatment  first lift  last lift  state   since
    ────────────────────────────────────────────────────────────────────────
    orders  primary    one-page       +6.2 %    +30.0 %  better  2026-03-03
    errors  guardrail  one-page       +1.0 %          —  —       2026-03-03

    2026-03-02 was judged again, revision 2; `keep running` became `roll back`
    phase 2 begins with 2026-03-03: looks before it are of another promise
    ");
}

#[test]
fn where_the_tables_have_no_room_there_is_text() {
    assert_snapshot!(shown(&checkout(), 60), @r"
    checkout: 4 looks, 2026-03-01 to 2026-03-04

    2026-03-01: keep running, one-page -2.0 % [-∞, ∞],
      confidence 0.0 %, 900 units, actionable: no
    2026-03-02: roll back, one-page +6.2 % [-5.0 %, +10.0 %],
      confidence 50.0 %, 1,810 units, actionable: no (late_data,
      tails:orders)
    2026-03-03: error, — — —, confidence —, — units, actionable:
      —
    2026-03-04: ship, one-page +30.0 % [+1.0 %, +50.0 %],
      confidence > 99.9 %, 12,345 units, actionable: yes

    lift ▁▃·█, -2.0 % to +30.0 %

    orders (primary), one-page: +6.2 %, now +30.0 %, better
      since 2026-03-03
    errors (guardrail), one-page: +1.0 %, now —, — since
      2026-03-03

    2026-03-02 was judged again, revision 2; `keep running`
      became `roll back`
    phase 2 begins with 2026-03-03: looks before it are of
      another promise
    ");
}

#[test]
fn why_a_day_was_judged_again_is_told_if_the_table_knows() {
    let note = |because: Option<&str>, what: Option<&str>| {
        let mut checkout = checkout();
        put(&mut checkout.verdicts, "revised_because", [None, None, because, None, None]);
        put(&mut checkout.verdicts, "revised", [None, None, what, None, None]);
        let shown = shown(&checkout, 200);
        let again = |line: &&str| line.contains("judged again");
        let notes: Vec<&str> = shown.lines().filter(again).collect();
        assert_eq!(notes.len(), 1);
        notes[0].to_owned()
    };
    let head = "2026-03-02 was judged again, revision 2";
    assert_eq!(note(None, None), format!("{head}; `keep running` became `roll back`"));
    assert_eq!(
        note(Some("late facts"), None),
        format!("{head}: late facts; `keep running` became `roll back`")
    );
    assert_eq!(
        note(Some("late facts"), Some("orders 3 to 4")),
        format!("{head}: late facts; orders 3 to 4")
    );
    let mut same = checkout();
    put(&mut same.verdicts, "decision", ["error"; 5]);
    assert!(shown(&same, 120).contains(&format!("\n{head}\n")));
}

/// The days of one experiment without revisions, and these lifts.
fn with_lifts(lifts: &[Option<f64>]) -> History {
    let mut verdicts = nulls(&VERDICTS, lifts.len());
    let days: Vec<i32> = (FIRST..).take(lifts.len()).collect();
    put(&mut verdicts, "as_of", days);
    put(&mut verdicts, "revision", vec![1; lifts.len()]);
    put(&mut verdicts, IS_CURRENT, vec![true; lifts.len()]);
    put(&mut verdicts, "decision", vec!["keep_running"; lifts.len()]);
    put(&mut verdicts, "lift", lifts);
    History { experiment: "search".into(), verdicts, estimates: nulls(&ESTIMATES, 0) }
}

#[test]
fn one_look_has_no_bars_and_unknown_is_a_dash() {
    assert_snapshot!(shown(&with_lifts(&[Some(0.1)]), 120), @r"
    search: 1 look, 2026-03-01

    as of       verdict       treatment     lift  interval  confidence  units  actionable
    ──────────────────────────────────────────────────────────────────────────────────────
    2026-03-01  keep running  —          +10.0 %   [-∞, ∞]           —      —  —
    ");
}

#[test]
fn a_control_character_does_not_reach_the_terminal() {
    let mut search = with_lifts(&[None]);
    put(&mut search.verdicts, "treatment", ["\u{1b}[2Jred"]);
    let shown = shown(&search, 120);
    assert!(shown.contains("\u{fffd}[2Jred") && !shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn bars_reach_from_the_lowest_lift_to_the_highest() {
    let bars = |lifts: &[Option<f64>], width: u16| {
        let shown = shown(&with_lifts(lifts), width);
        let after = shown.split_once("\nlift").unwrap().1;
        after.trim().to_owned()
    };
    let all: Vec<Option<f64>> = (0..8).map(|n| Some(f64::from(n) / 100.0)).collect();
    assert_eq!(bars(&all, 120), "▁▂▃▄▅▆▇█, +0.0 % to +7.0 %");
    assert_eq!(bars(&[Some(0.1), None, Some(0.1)], 120), "▅·▅, +10.0 % to +10.0 %");
    let many: Vec<Option<f64>> = (0..70).map(|n| Some(f64::from(n % 2))).collect();
    let pairs = |count: usize| "▁█".repeat(count);
    let broken = format!(", +0.0 % to +100.0 %\n  {}\n  {}", pairs(19), pairs(16));
    assert_eq!(bars(&many, 40), broken);
}

#[test]
fn nothing_is_shown_of_nothing() {
    assert_eq!(shown(&with_lifts(&[]), 120), "");
}

#[test]
fn a_verdict_without_its_day_or_decision_is_told() {
    for name in ["as_of", "revision", "decision"] {
        let mut checkout = checkout();
        let data_type = checkout.verdicts.column(name).unwrap().dtype().clone();
        let null = Series::full_null(name.into(), 5, &data_type);
        checkout.verdicts.with_column(null.into_column()).unwrap();
        let error = history(&checkout, 120).unwrap_err();
        let words = format!("table `verdicts` holds a row whose `{name}` is NULL");
        assert_eq!(error.problems[0].message, words);
        assert_eq!(error.exit_code(), 3);
    }
}

#[test]
fn json_has_every_row_and_every_digit() {
    let mut checkout = checkout();
    put(&mut checkout.verdicts, "confidence", [f64::NAN, 0.4, 0.5, 0.6, 0.7]);
    let json = history_json(&checkout).unwrap();
    let (verdicts, estimates) = (&json["verdicts"], &json["estimates"]);
    assert_eq!(verdicts.as_array().unwrap().len(), 5);
    assert_eq!(estimates.as_array().unwrap().len(), 9);
    assert_eq!(json["experiment"], "checkout");
    let last = &verdicts[4];
    assert_eq!(last["lift"], json!(0.30000000000000004));
    assert_eq!(last["as_of"], "2026-03-04");
    assert_eq!((&last["units"], &last["actionable"]), (&json!(12_345), &json!(true)));
    assert_eq!(verdicts[2]["hold_reasons"], json!(["late_data", "tails:orders"]));
    assert_eq!(verdicts[1]["is_current"], json!(false));
    assert_eq!((&verdicts[0]["confidence"], &verdicts[3]["lift"]), (&Value::Null, &Value::Null));
    let names: Vec<&String> = last.as_object().unwrap().keys().collect();
    let expected = VERDICTS.iter().map(|(name, _)| *name).chain([IS_CURRENT]);
    assert_eq!(names, expected.collect::<Vec<_>>());
}

/// Cell by cell.
#[test]
fn csv_says_the_same_as_json() {
    let checkout = checkout();
    let (json, csv) = (history_json(&checkout).unwrap(), history_csv(&checkout).unwrap());
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 14);
    let mut compared = 0;
    for (at, row) in rows.iter().enumerate() {
        let (table, at) = if at < 5 { ("verdicts", at) } else { ("estimates", at - 5) };
        let object = json[table][at].as_object().unwrap();
        assert!(object.keys().all(|name| header.iter().any(|known| known == name)));
        for (name, cell) in header.iter().zip(row) {
            let expected = match object.get(name) {
                None if name == "table" => table.to_owned(),
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => text.clone(),
                Some(Value::Array(texts)) => {
                    texts.iter().map(|text| text.as_str().unwrap()).collect::<Vec<_>>().join("; ")
                }
                Some(value) => value.to_string(),
            };
            assert_eq!(cell, expected, "{name}");
            compared += usize::from(!cell.is_empty());
        }
    }
    assert!(compared > 100, "{compared}");
}
