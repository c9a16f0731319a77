//! What must not change a number, and what must change it in a known way.

use arrow::json::ReaderBuilder;
use assize::aggregates::{Answer, Format, estimate, ndjson, parse};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::rows::{Object, close, estimated, number, object, only, sound};

fn with(row: &Object, more: Value) -> Object {
    let mut row = row.clone();
    row.extend(object(more));
    row
}

fn pair(control: &Object, treatment: &Object) -> Vec<Object> {
    vec![with(control, json!({"variant": "control"})), with(treatment, json!({"variant": "b"}))]
}

/// Tests of an effect that any two means have.
const TESTS: [&str; 4] = ["t-test", "z-test", "sequential", "msprt"];

fn tests() -> impl Strategy<Value = &'static str> {
    prop::sample::select(TESTS.to_vec())
}

fn scaled(row: &Object, factor: f64) -> Object {
    let get = |name: &str| row[name].as_f64().unwrap();
    with(row, json!({"mean": get("mean") * factor, "variance": get("variance") * factor * factor}))
}

fn same(a: &Answer, b: &Answer, names: &[&str], digits: f64) -> Result<(), TestCaseError> {
    for name in names {
        let (one, other) = (number(a, name), number(b, name));
        prop_assert!(close(one, other, digits, 1e-12), "{name} is {one}, and {other}");
    }
    Ok(())
}

proptest! {
    /// Who is called control decides the sign, and nothing else of the absolute effect.
    #[test]
    fn swapping_control_turns_the_effect_around(a in sound(), b in sound(), method in tests()) {
        let options = || json!({"method": method});
        let (there, back) = (only(&pair(&a, &b), options()), only(&pair(&b, &a), options()));
        same(&there, &back, &["p_value", "log_p_value", "std_error", "dof"], 9.0)?;
        for (name, other) in [("effect", "effect"), ("lower", "upper"), ("upper", "lower")] {
            let (one, other) = (number(&there, name), -number(&back, other));
            prop_assert!(close(one, other, 9.0, 1e-9), "{name}: {one} and {other}");
        }
        let get = |answer: &Answer| answer.outcome.as_ref().unwrap().get_number("lift");
        let positive = |name: &str| number(&there, name) > 0.0;
        if let (Some(lift), Some(other), true) =
            (get(&there), get(&back), positive("control_value") && positive("treatment_value"))
        {
            prop_assert!(close(lift, 1.0 / (1.0 + other) - 1.0, 9.0, 1e-9), "{lift} {other}");
        }
    }

    /// Cents or euros, the evidence is the same.
    #[test]
    fn a_unit_of_measure_changes_no_evidence(
        a in sound(), b in sound(), method in tests(), factor in 1e-3..1e3f64,
    ) {
        let options = || json!({"method": method});
        let plain = only(&pair(&a, &b), options());
        let other = only(&pair(&scaled(&a, factor), &scaled(&b, factor)), options());
        same(&plain, &other, &["statistic", "p_value", "log_p_value", "dof"], 9.0)?;
        let effect = number(&plain, "effect") * factor;
        prop_assert!(close(effect, number(&other, "effect"), 9.0, 1e-9 * factor));
    }

    /// Losses are gains with the sign changed.
    #[test]
    fn a_negated_metric_has_the_other_alternative(a in sound(), b in sound(), method in tests()) {
        let options = |side: &str| json!({"method": method, "alternative": side});
        let up = only(&pair(&a, &b), options("greater"));
        let down = only(&pair(&scaled(&a, -1.0), &scaled(&b, -1.0)), options("less"));
        same(&up, &down, &["p_value", "log_p_value"], 9.0)?;
        prop_assert!(close(number(&up, "lower"), -number(&down, "upper"), 9.0, 1e-9));
    }

    /// Partitions are how somebody stored the units, no part of the question.
    #[test]
    fn partitions_change_nothing(
        values in prop::collection::vec(-100.0..100.0f64, 4..60),
        others in prop::collection::vec(-100.0..100.0f64, 4..60),
        cut in 1..3usize,
    ) {
        let whole = pair(&object(json!({"values": values})), &object(json!({"values": others})));
        let mut parts = vec![whole[0].clone()];
        for (i, part) in others.chunks(others.len() / (cut + 1) + 1).enumerate() {
            parts.push(object(json!({"variant": "b", "partition": i, "values": part})));
        }
        let options = || json!({"method": "t-test"});
        let (whole, parts) = (only(&whole, options()), only(&parts, options()));
        same(&whole, &parts, &["effect", "std_error", "dof", "log_p_value", "lower"], 9.0)?;
    }

    /// The same for counts, with either divisor of their variance.
    #[test]
    fn partitions_of_conversions_change_nothing(
        counts in prop::collection::vec((2..1000u64, 0..1000u64), 2..6),
        divisor in prop::sample::select(vec!["n", "n-1"]),
    ) {
        let row = |units: u64, hits: u64| json!({"units": units, "conversions": hits});
        let hits = |(units, hits): &(u64, u64)| *hits.min(units);
        let control = with(&object(row(1000, 300)), json!({"variant": "control"}));
        let part = |(i, count): (usize, &(u64, u64))| {
            let row = object(row(count.0, hits(count)));
            with(&row, json!({"variant": "b", "partition": i.to_string()}))
        };
        let mut parts = vec![control.clone()];
        parts.extend(counts.iter().enumerate().map(part));
        let units = counts.iter().map(|(units, _)| units).sum();
        let whole = object(row(units, counts.iter().map(hits).sum()));
        let whole = vec![control, with(&whole, json!({"variant": "b"}))];
        for method in ["t-test", "score"] {
            let options = || json!({"method": method, "divisor": divisor});
            let (whole, parts) = (only(&whole, options()), only(&parts, options()));
            same(&whole, &parts, &["effect", "log_p_value", "lower", "upper"], 9.0)?;
        }
    }

    /// A covariate that is the same for everybody says nothing.
    #[test]
    fn a_constant_covariate_is_none(a in sound(), b in sound(), x in -10.0..10.0f64) {
        let constant = json!({"pre_mean": x, "pre_variance": 0.0, "covariance_yx": 0.0});
        let with_it = pair(&with(&a, constant.clone()), &with(&b, constant));
        let options = || json!({"method": "t-test"});
        let (without, with_it) = (only(&pair(&a, &b), options()), only(&with_it, options()));
        prop_assert_eq!(without, with_it);
    }

    /// Who wants to be surer rejects less, and is told a wider interval.
    #[test]
    fn a_smaller_alpha_is_more_careful(
        a in sound(), b in sound(), method in tests(), alpha in 0.001..0.4f64, part in 0.01..0.99f64,
    ) {
        let at = |alpha: f64| only(&pair(&a, &b), json!({"method": method, "alpha": alpha}));
        let (bold, careful) = (at(alpha), at(alpha * part));
        let slack = 1e-9 * number(&bold, "std_error");
        prop_assert!(number(&careful, "lower") <= number(&bold, "lower") + slack);
        prop_assert!(number(&careful, "upper") >= number(&bold, "upper") - slack);
        let rejects = |answer: &Answer, alpha: f64| number(answer, "log_p_value") < alpha.ln();
        if ["t-test", "z-test"].contains(&method) {
            prop_assert!(rejects(&bold, alpha) || !rejects(&careful, alpha * part));
        }
    }

    /// The order of rows is the order of answers, and nothing more.
    #[test]
    fn the_order_of_rows_changes_no_answer(
        arms in prop::collection::vec(sound(), 3..5),
        method in prop::sample::select(vec!["sequential", "t-test", "bayesian", "best", "sample-ratio"]),
        turn in 1..8usize,
    ) {
        let names = ["control", "b", "c", "d"];
        let named = |(row, name): (&Object, &str)| with(row, json!({"variant": name}));
        let mut rows = Vec::new();
        for metric in ["orders", "revenue"] {
            let of_metric = arms.iter().zip(names).map(named);
            rows.extend(of_metric.map(|row| with(&row, json!({"metric": metric}))));
        }
        let answers = |rows: &[Object]| {
            let options = json!({"method": method, "correction": "holm"});
            let mut answers = estimated(rows, options).answers;
            answers.sort_by_key(|answer| (answer.keys.get("metric").map(Value::to_string), answer.variant.clone()));
            answers
        };
        let before = answers(&rows);
        let count = rows.len();
        rows.rotate_left(turn % count);
        for (before, after) in before.iter().zip(answers(&rows)) {
            prop_assert_eq!(&before.variant, &after.variant);
            let (one, other) = (before.outcome.as_ref().unwrap(), after.outcome.as_ref().unwrap());
            for (name, value) in one.iter() {
                let same = match (one.get_number(name), other.get_number(name)) {
                    (Some(one), Some(other)) => close(one, other, 9.0, 1e-9),
                    _ => Some(value) == other.get(name),
                };
                prop_assert!(same, "{}: {:?} and {:?}", name, value, other.get(name));
            }
        }
    }

    /// How rows are written down is not what they say.
    #[test]
    fn a_file_format_changes_nothing(a in sound(), b in sound(), method in tests()) {
        let rows = pair(&with(&a, json!({"metric": "orders"})), &with(&b, json!({"metric": "orders"})));
        let answers = |content: Vec<u8>, format: Format| {
            let rows = parse("rows", content, format).unwrap();
            ndjson(&estimate(rows, object(json!({"method": method}))).unwrap().answers)
        };
        let lines = answers(as_lines(&rows).into_bytes(), Format::Ndjson);
        prop_assert_eq!(&lines, &answers(json!(rows).to_string().into_bytes(), Format::Ndjson));
        prop_assert_eq!(&lines, &answers(as_csv(&rows).into_bytes(), Format::Csv));
        prop_assert_eq!(&lines, &answers(as_parquet(&rows), Format::Parquet));
    }
}

fn as_lines(rows: &[Object]) -> String {
    rows.iter().map(|row| format!("{}\n", json!(row))).collect()
}

fn as_csv(rows: &[Object]) -> String {
    let cell = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let line = |cells: Vec<String>| cells.join(",") + "\n";
    let header = line(rows[0].keys().cloned().collect());
    let rows = rows.iter().map(|row| line(row.values().map(cell).collect()));
    header + &rows.collect::<String>()
}

fn as_parquet(rows: &[Object]) -> Vec<u8> {
    use arrow::datatypes::{DataType, Field, Schema};
    let kind = |value: &Value| match value {
        Value::String(_) => DataType::Utf8,
        Value::Number(number) if number.is_u64() => DataType::Int64,
        _ => DataType::Float64,
    };
    let fields = rows[0].iter().map(|(name, value)| Field::new(name, kind(value), true));
    let schema = std::sync::Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let mut decoder = ReaderBuilder::new(schema.clone()).build_decoder().unwrap();
    decoder.serialize(rows).unwrap();
    let batch = decoder.flush().unwrap().unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, schema, None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}
