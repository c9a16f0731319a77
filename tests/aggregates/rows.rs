//! Rows that people and broken exports write.

use assize::aggregates::{Answer, Estimated, Row, estimate};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

pub type Object = Map<String, Value>;

/// A row without its braces.
pub fn object(value: Value) -> Object {
    value.as_object().unwrap().clone()
}

/// As they come out of a file.
pub fn placed(rows: &[Object]) -> Vec<Row> {
    let place = |(i, row): (usize, &Object)| (format!("rows.ndjson: line {}", i + 1), row.clone());
    rows.iter().enumerate().map(place).collect()
}

pub fn estimated(rows: &[Object], options: Value) -> Estimated {
    estimate(placed(rows), object(options)).unwrap_or_else(|error| panic!("{error}"))
}

/// The only answer of rows that have one treatment.
pub fn only(rows: &[Object], options: Value) -> Answer {
    let mut answers = estimated(rows, options).answers;
    assert_eq!(answers.len(), 1);
    answers.remove(0)
}

pub fn number(answer: &Answer, name: &str) -> f64 {
    let fields = answer.outcome.as_ref().unwrap_or_else(|reason| panic!("{}", reason.message));
    fields.get_number(name).unwrap_or_else(|| panic!("no {name}: {fields:?}"))
}

/// Equal to so many relative digits, or both as good as nothing beside `size`.
pub fn close(a: f64, b: f64, digits: f64, size: f64) -> bool {
    a == b || (a - b).abs() <= 10f64.powf(-digits) * a.abs().max(b.abs()).max(size)
}

/// A number that a double can be, finite ones only: JSON has no others.
pub fn nasty() -> BoxedStrategy<f64> {
    prop_oneof![
        4 => -100.0..100.0f64,
        2 => (0..1000i32).prop_map(f64::from),
        2 => prop::sample::select(vec![
            0.0, -0.0, 1.0, -1.0, 0.5, 5e-324, -5e-324, 1e-308, 1e-160, -1e-160, 1e150, -1e150,
            1e155, 1e308, -1e308, f64::MAX, f64::MIN, f64::EPSILON, 9_007_199_254_740_993.0, 0.1,
        ]),
        1 => any::<f64>().prop_filter("finite", |number| number.is_finite()),
    ]
    .boxed()
}

/// Units: mostly a few or many, sometimes none, or more than there are people.
pub fn units() -> BoxedStrategy<u64> {
    prop_oneof![
        3 => 2..50u64,
        4 => 50..1_000_000u64,
        1 => prop::sample::select(vec![0, 1, 2, 1_000_000_000_000, 8_999_999_999_999_999]),
    ]
    .boxed()
}

/// Units of which each has values that could be, by their moments.
pub fn sound() -> BoxedStrategy<Object> {
    (2..100_000u64, -50.0..200.0f64, 0.01..1000.0f64)
        .prop_map(|(units, mean, variance)| {
            object(json!({"units": units, "mean": mean, "variance": variance}))
        })
        .boxed()
}

/// A row of any shape, with numbers that need not go together.
pub fn any_row() -> BoxedStrategy<Object> {
    let numbers = prop::collection::vec(nasty(), 10);
    let lists = prop::collection::vec(prop::collection::vec(nasty(), 0..6), 4);
    (0..12usize, units(), units(), numbers, lists)
        .prop_map(|(shape, units, other, n, lists)| {
            object(of_shape(shape, units, other, &n, &lists))
        })
        .boxed()
}

fn of_shape(shape: usize, units: u64, other: u64, n: &[f64], lists: &[Vec<f64>]) -> Value {
    match shape {
        0 => json!({"units": units, "mean": n[0], "variance": n[1]}),
        1 => json!({"units": units, "mean": n[0], "variance": n[1].abs(),
            "denominator_mean": n[2], "denominator_variance": n[3].abs(), "covariance_yd": n[4]}),
        2 => json!({"units": units, "mean": n[0], "variance": n[1].abs(),
            "pre_mean": n[2], "pre_variance": n[3].abs(), "covariance_yx": n[4]}),
        3 => json!({"units": units, "sum": n[0], "sum_squares": n[1]}),
        4 => json!({"units": units, "sum": n[0], "sum_squares": n[1].abs(),
            "denominator_sum": n[2], "denominator_sum_squares": n[3].abs(), "product_yd": n[4],
            "pre_sum": n[5], "pre_sum_squares": n[6].abs(), "product_yx": n[7],
            "product_dx": n[8]}),
        5 => json!({"units": units, "conversions": other.min(units)}),
        6 => json!({"units": units, "conversions": other.min(units), "pre_sum": n[0],
            "pre_sum_squares": n[1].abs(), "product_yx": n[2]}),
        7 => json!({"units": units, "mean_y": n[0], "mean_d": n[1], "c_yy": n[2].abs(),
            "c_yd": n[3], "c_dd": n[4].abs()}),
        8 => json!({"values": lists[0]}),
        9 => json!({"clusters": lists}),
        10 => json!({"units": units, "effect": n[0], "std_error": n[1].abs(),
            "p_value": (n[2].abs() % 1.0), "lower": n[0] - n[3].abs(), "upper": n[0] + n[4].abs()}),
        _ => json!({"units": units, "mean": n[0], "std_error": n[1].abs()}),
    }
}

/// Some of the options, some of them absurd.
pub fn any_options() -> BoxedStrategy<Object> {
    let some = |name: &'static str, values: Vec<Value>| {
        // Where there is no list of values, these end everything.
        let is_picky = name.starts_with("quantile") || name.starts_with("cap");
        let chance = if is_picky { 0.03 } else { 0.1 };
        prop::option::weighted(chance, prop::sample::select(values))
            .prop_map(move |value| value.map(|value| (name, value)))
            .boxed()
    };
    let words = |words: &[&str]| words.iter().map(|word| json!(word)).collect::<Vec<Value>>();
    let numbers = |numbers: &[f64]| numbers.iter().map(|n| json!(n)).collect::<Vec<Value>>();
    let all = vec![
        some("alpha", numbers(&[0.05, 1e-9, 1e-300, 0.4, 0.9])),
        some("alternative", words(&["greater", "less", "two-sided"])),
        some("null", numbers(&[0.0, 1.0, -1e300, 5e-324])),
        some("lift", words(&["auto", "delta", "fieller", "log"])),
        some("divisor", words(&["n", "n-1"])),
        some("theta", words(&["pooled", "least-variance", "unweighted", "none", "0.5", "1e300"])),
        some("better", words(&["lower", "higher"])),
        some("margin", numbers(&[0.02, 1e-320, 1e300])),
        some("margin_scale", words(&["contrast", "lift", "fixed", "absolute"])),
        some("tuning", numbers(&[1.0, 5000.0, 1e300, 1e-300])),
        some("rho", words(&["exact", "growthbook"])),
        some("minimum_effect", numbers(&[0.1, 1e-300, 1e300])),
        some("sigma", numbers(&[1.0, 1e-300, 1e300])),
        some("tau_squared", numbers(&[1.0, 1e-300, 1e300])),
        some("target", numbers(&[1.0, 1000.0, 1e300])),
        some("information_fraction", vec![json!([0.3, 0.6, 1.0]), json!(0.5), json!(2.0)]),
        some(
            "spending",
            words(&["pocock", "obrien-fleming", "pocock-exact", "obrien-fleming-exact"]),
        ),
        some("futility", words(&["obrien-fleming", "pocock"])),
        some("planned", vec![json!([0.5, 1.0]), json!([1.0])]),
        some("statistics", vec![json!([1.0, null]), json!([1e300])]),
        some("prior", vec![json!("0,1"), json!([1e300, 1e-320]), json!("flat")]),
        some("prior_mean", numbers(&[0.0, 1e300])),
        some("prior_variance", numbers(&[1.0, 1e-320, 1e300])),
        some("quantile", numbers(&[0.5, 0.99, 1e-12])),
        some("quantile_interval", words(&["exact", "growthbook"])),
        some("cap", numbers(&[1.0, -1e300])),
        some("cap_quantile", numbers(&[0.9, 0.0])),
        some("lower_share", numbers(&[0.1, 0.9])),
        some("upper_share", numbers(&[0.1, 0.9])),
        some("correction", words(&["holm", "benjamini-hochberg", "bonferroni", "hommel", "none"])),
        some("share", numbers(&[0.5, 1.0])),
        some("concentration", numbers(&[1.0, 1e300, 1e-300])),
        some("g", numbers(&[1.0, 1e300, 1e-300])),
    ];
    all.prop_map(|options| {
        let said = options.into_iter().flatten();
        said.map(|(name, value)| (name.to_owned(), value)).collect()
    })
    .boxed()
}
