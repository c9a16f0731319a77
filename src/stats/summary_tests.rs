use super::*;
use proptest::prelude::*;

/// NIST NumAcc4: mean 10000000.2, standard deviation exactly 0.1. From raw sums the
/// variance is -2.0.
#[test]
fn small_variation_on_a_large_mean_survives() {
    let mut values = vec![[10000000.2, 1.0, 1.0, 1.0]];
    for _ in 0..500 {
        values.push([10000000.1, 1.0, 1.0, 1.0]);
        values.push([10000000.3, 1.0, 1.0, 1.0]);
    }
    let summary = Summary::from_values(&values);
    let variance = summary.comoment[0][0] / 1000.0;
    assert!((variance - 0.01).abs() < 2e-10, "{variance}");
}

#[test]
fn nothing_merges_into_nothing() {
    assert_eq!(Summary::EMPTY.merge(&Summary::EMPTY), Summary::EMPTY);
    let some = Summary::from_conversions(10, 3);
    assert_eq!(Summary::EMPTY.merge(&some), some);
    assert_eq!(some.merge(&Summary::EMPTY), some);
}

fn near(one: &Summary, other: &Summary) -> bool {
    let scale = |i: usize| one.comoment[i][i].max(other.comoment[i][i]);
    let pairs = || (0..4).flat_map(|i| (0..4).map(move |j| (i, j)));
    one.units == other.units
        && (0..4).all(|i| (one.mean[i] - other.mean[i]).abs() <= 1e-9)
        && pairs().all(|(i, j)| {
            let bound = 1e-12 * (scale(i) * scale(j)).sqrt() + 1e-9;
            (one.comoment[i][j] - other.comoment[i][j]).abs() <= bound
        })
}

proptest! {
    /// Sums, merges in any order and grouping, and all at once: one summary.
    #[test]
    fn merging_is_associative_and_commutative(
        values in prop::collection::vec(prop::array::uniform4(-1000i32..1000), 3..100),
        cuts in prop::collection::vec(0usize..100, 2),
    ) {
        let rows: Vec<_> = values.iter().map(|row| row.map(f64::from)).collect();
        let (low, high) = (cuts[0].min(cuts[1]).min(rows.len()), cuts[0].max(cuts[1]).min(rows.len()));
        let parts = [&rows[..low], &rows[low..high], &rows[high..]].map(Summary::from_values);
        let [a, b, c] = parts;
        let whole = Summary::from_values(&rows);
        prop_assert!(near(&a.merge(&b).merge(&c), &whole));
        prop_assert!(near(&a.merge(&b.merge(&c)), &whole));
        prop_assert!(near(&c.merge(&a).merge(&b), &whole));
        prop_assert!(near(&Summary::merge_all(&parts), &whole));
        prop_assert!(near(&Summary::merge_all(&[c, a, b, Summary::EMPTY]), &whole));
        let sum = |i: usize| rows.iter().map(|row| row[i]).sum::<f64>();
        let product = |i: usize, j: usize| rows.iter().map(|row| row[i] * row[j]).sum::<f64>();
        let products = [0, 1, 2, 3].map(|i| [0, 1, 2, 3].map(|j| product(i, j)));
        let from_sums = Summary::from_sums(rows.len() as u64, [0, 1, 2, 3].map(sum), products);
        prop_assert!(near(&from_sums.unwrap(), &whole));
    }

    /// However the night's partitions fall, the summary is the same.
    #[test]
    fn merging_is_the_same_as_seeing_all_units_at_once(
        values in prop::collection::vec(prop::array::uniform4(-1e6..1e6f64), 2..100),
        cut in 0usize..100,
    ) {
        let (head, tail) = values.split_at(cut.min(values.len()));
        let merged = Summary::from_values(head).merge(&Summary::from_values(tail));
        let whole = Summary::from_values(&values);
        prop_assert_eq!(merged.units, whole.units);
        for i in 0..4 {
            prop_assert!((merged.mean[i] - whole.mean[i]).abs() <= 1e-9 * 1e6);
            for j in 0..4 {
                let scale = (whole.comoment[i][i] * whole.comoment[j][j]).sqrt();
                prop_assert!((merged.comoment[i][j] - whole.comoment[i][j]).abs() <= 1e-9 * scale + 1e-3);
            }
        }
    }
}
