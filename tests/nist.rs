//! Do means and standard deviations have the digits that NIST certifies?
//!
//! Statistical Reference Datasets, univariate: certified values have 15 digits. Sets are
//! generated where they have a rule; Mavro and Michelso are short enough to be written out.
//! A log relative error (LRE) is the number of digits in common, at most 15 here.

use assize::stats::Summary;

struct Certified {
    name: &'static str,
    values: Vec<f64>,
    mean: f64,
    std_dev: f64,
    /// Digits of the standard deviation that doubles can hold, given how the values round.
    digits: f64,
    /// The same for eight strided parts merged by two.
    merged_digits: f64,
}

/// NumAcc2 to NumAcc4: a first value 0.2 above the base, then 0.1 and 0.3 in turn.
fn num_acc(base: f64) -> Vec<f64> {
    let pair = [base + 0.1, base + 0.3];
    std::iter::once(base + 0.2).chain((0..1000).map(|i| pair[i % 2])).collect()
}

/// In units of 0.0001 above 2.
const MAVRO: [u32; 50] = [
    18, 17, 18, 19, 18, 17, 15, 14, 15, 15, 17, 18, 18, 19, 19, 21, 20, 16, 14, 13, 13, 15, 15, 16,
    15, 14, 13, 14, 15, 14, 15, 16, 15, 16, 19, 20, 20, 21, 22, 23, 24, 25, 27, 26, 26, 26, 27, 26,
    25, 24,
];

/// Speed of light in units of 10 km/s above 299,000 km/s; Michelson (1882).
const MICHELSON: [u32; 100] = [
    85, 74, 90, 107, 93, 85, 95, 98, 98, 88, 100, 98, 93, 65, 76, 81, 100, 100, 96, 96, 96, 94, 96,
    94, 88, 80, 85, 88, 90, 84, 83, 79, 81, 88, 88, 83, 80, 79, 76, 80, 88, 88, 88, 86, 72, 72, 62,
    86, 97, 95, 88, 91, 85, 87, 84, 84, 85, 84, 84, 84, 89, 81, 81, 82, 80, 77, 76, 74, 75, 76, 91,
    92, 89, 86, 88, 72, 84, 85, 85, 78, 89, 84, 78, 81, 76, 81, 79, 81, 82, 85, 87, 87, 81, 74, 81,
    94, 95, 80, 81, 87,
];

fn sets() -> Vec<Certified> {
    let set = |name, values, mean, std_dev, digits, merged_digits| Certified {
        name,
        values,
        mean,
        std_dev,
        digits,
        merged_digits,
    };
    let mavro = MAVRO.map(|v| f64::from(20_000 + v) / 1e4).to_vec();
    let michelso = MICHELSON.map(|v| f64::from(29_900 + v) / 1e2).to_vec();
    let three = vec![10_000_001.0, 10_000_003.0, 10_000_002.0];
    vec![
        set("NumAcc1", three, 10_000_002.0, 1.0, 14.9, 14.9),
        set("NumAcc2", num_acc(1.0), 1.2, 0.1, 14.9, 14.5),
        set("NumAcc3", num_acc(1e6), 1_000_000.2, 0.1, 9.4, 9.0),
        set("NumAcc4", num_acc(1e7), 10_000_000.2, 0.1, 8.2, 7.9),
        set("Mavro", mavro, 2.001_856, 0.000_429_123_454_003_053, 12.0, 12.0),
        set("Michelso", michelso, 299.8524, 0.079_010_547_819_051_8, 12.3, 12.3),
    ]
}

fn digits_in_common(got: f64, certified: f64) -> f64 {
    let error = ((got - certified) / certified).abs();
    if error == 0.0 { 15.0 } else { (-error.log10()).min(15.0) }
}

fn summary(values: &[f64]) -> Summary {
    let rows: Vec<_> = values.iter().map(|y| [*y, 1.0, 1.0, 1.0]).collect();
    Summary::from_values(&rows)
}

/// Digits of mean and standard deviation.
fn digits(summary: &Summary, set: &Certified) -> (f64, f64) {
    let std_dev = (summary.comoment[0][0] / (summary.units - 1) as f64).sqrt();
    (digits_in_common(summary.mean[0], set.mean), digits_in_common(std_dev, set.std_dev))
}

/// Every eighth value: the parts of NumAcc2 to NumAcc4 are then almost constant, and all that
/// varies is between them.
fn strided(values: &[f64]) -> Vec<Summary> {
    let part =
        |start: usize| summary(&values.iter().skip(start).step_by(8).copied().collect::<Vec<_>>());
    (0..8).map(part).collect()
}

fn contiguous(values: &[f64]) -> Vec<Summary> {
    values.chunks(values.len().div_ceil(8)).map(summary).collect()
}

fn by_two(parts: &[Summary]) -> Summary {
    parts.iter().fold(Summary::EMPTY, |sum, part| sum.merge(part))
}

/// That the values are NIST's is what the certified lag-1 autocorrelation is for: it depends on
/// their order.
#[test]
fn the_sets_are_those_that_nist_certifies() {
    let certified = [-0.5, -0.999, -0.999, -0.999, 0.937_989_183_438_248, 0.535_199_668_621_283];
    for (set, want) in sets().iter().zip(certified) {
        let away: Vec<f64> = set.values.iter().map(|v| v - set.mean).collect();
        let lagged: f64 = away.windows(2).map(|pair| pair[0] * pair[1]).sum();
        let got = lagged / away.iter().map(|v| v * v).sum::<f64>();
        assert!((got - want).abs() < 1e-8, "{}: {got}, certified {want}", set.name);
    }
}

#[test]
fn moments_have_the_certified_digits() {
    for set in sets() {
        let (mean, std_dev) = digits(&summary(&set.values), &set);
        println!("{:9} mean {mean:4.1} sd {std_dev:4.1}", set.name);
        assert!(mean >= 14.9, "{}: mean {mean}", set.name);
        assert!(std_dev >= set.digits, "{}: sd {std_dev}", set.name);
    }
}

/// Merged by two, strided parts lose digits to each rounded mean; all at once, to the mean of
/// a part alone.
#[test]
fn merged_moments_have_the_certified_digits() {
    for set in sets() {
        let (strided, contiguous) = (strided(&set.values), contiguous(&set.values));
        let all = [
            ("strided, by two", by_two(&strided), set.merged_digits),
            ("contiguous, by two", by_two(&contiguous), set.digits),
            ("strided, at once", Summary::merge_all(&strided), set.digits - 0.1),
            ("contiguous, at once", Summary::merge_all(&contiguous), set.digits),
        ];
        for (how, merged, floor) in all {
            let (mean, std_dev) = digits(&merged, &set);
            println!("{:9} {how:20} mean {mean:4.1} sd {std_dev:4.1}", set.name);
            assert!(mean >= 14.9, "{} {how}: mean {mean}", set.name);
            assert!(std_dev >= floor, "{} {how}: sd {std_dev}", set.name);
        }
    }
}
