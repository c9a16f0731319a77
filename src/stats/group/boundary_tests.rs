use super::*;
use crate::stats::group::fixture::any_spending;
use crate::stats::group::{Bounds, Design, End, Shape, crossing};
use crate::stats::{Alternative, Missing};
use proptest::prelude::*;

const AT_FULL: End = End::AtFullInformation;

fn equal(looks: usize) -> Vec<f64> {
    (1..=looks).map(|k| k as f64 / looks as f64).collect()
}

fn boundaries(alternative: Alternative, alpha: f64, shape: Shape, fractions: &[f64]) -> Vec<f64> {
    let planned = if matches!(shape, Shape::Spending(_)) { &[1.0] } else { fractions };
    let design = Design::new(alpha, alternative, shape, None, planned).unwrap();
    design.looks(fractions, AT_FULL).unwrap().iter().map(|look| look.boundary).collect()
}

fn two_sided(shape: Shape, fractions: &[f64]) -> Vec<f64> {
    boundaries(Alternative::TwoSided, 0.05, shape, fractions)
}

fn close(got: &[f64], want: &[f64], absolute: f64) {
    assert_eq!(got.len(), want.len());
    for (got, want) in got.iter().zip(want) {
        assert!((got - want).abs() <= absolute, "got {got}, want {want}");
    }
}

/// Jennison and Turnbull (2000), tables 2.1 and 2.3: constants at 0.05.
#[test]
fn classical_constants_are_those_of_the_tables() {
    let table = [(2, 1.977, 2.178), (3, 2.004, 2.289), (5, 2.040, 2.413), (10, 2.087, 2.555)];
    for (looks, obrien_fleming, pocock) in table {
        let last = |shape| two_sided(shape, &equal(looks)).last().copied().unwrap();
        assert!((last(Shape::OBRIEN_FLEMING) - obrien_fleming).abs() < 5.1e-4, "{looks}");
        assert!((last(Shape::POCOCK) - pocock).abs() < 5.1e-4, "{looks}");
    }
}

/// rpact 3.3.4, six equal looks at 0.05.
#[test]
fn classical_boundaries_are_those_of_rpact() {
    let want = [
        5.028_295_597_77,
        3.555_541_915_00,
        2.903_087_816_94,
        2.514_147_798_89,
        2.248_722_153_52,
        2.052_793_081_74,
    ];
    close(&two_sided(Shape::OBRIEN_FLEMING, &equal(6)), &want, 1e-9);
    close(&two_sided(Shape::POCOCK, &equal(6)), &[2.453_210_824_44; 6], 1e-9);
}

/// rpact 3.3.4 at shares 0.25, 0.6 and 1, and with a look just after another (0.5, 0.51, 1:
/// rpact, an independent recursion and gsDesign 3.10.1, in the order of the looks).
#[test]
fn spending_boundaries_are_those_of_rpact_and_gsdesign() {
    let shape = Shape::Spending(Spending::OBrienFleming);
    let want = [4.332_633_646_05, 2.668_868_751_91, 1.980_976_335_30];
    close(&two_sided(shape, &[0.25, 0.6, 1.0]), &want, 1e-8);
    let want = [2.962_588_042_727_55, 3.004_933_680_159_466, 1.969_729_825_461_62];
    close(&two_sided(shape, &[0.5, 0.51, 1.0]), &want, 1e-6);
    let shape = Shape::Spending(Spending::KimDeMets { rho: 2.0 });
    let want = [
        3.090_232_306_167_81,
        2.714_111_575_449_35,
        2.472_777_201_852_3,
        2.279_863_269_475_75,
        2.114_027_423_143_85,
    ];
    close(&two_sided(shape, &equal(5)), &want, 1e-8);
}

/// At 28 daily looks the first two have less than 1e-15 to spend, where gsDesign and rpact give
/// no boundary; scipy 1.17, `norm.logsf` and `brentq`, for the first.
#[test]
fn a_look_with_next_to_nothing_to_spend_has_a_boundary() {
    let looks = two_sided(Shape::Spending(Spending::OBrienFleming), &equal(28));
    close(&looks[..1], &[11.802_212_395_054_427], 1e-12);
    assert!(looks.windows(2).all(|pair| pair[0] > pair[1]));
}

#[test]
fn a_look_with_nothing_to_spend_cannot_reject() {
    let looks = two_sided(Shape::Spending(Spending::OBrienFleming), &[0.001, 1.0]);
    assert_eq!(looks[0], f64::INFINITY);
}

#[test]
fn a_look_without_new_information_keeps_its_boundary() {
    let shape = Shape::Spending(Spending::Pocock);
    let once = two_sided(shape, &[0.3, 0.6, 1.0]);
    let again = two_sided(shape, &[0.3, 0.3, 0.6, 0.6, 0.6, 1.0]);
    close(&again, &[once[0], once[0], once[1], once[1], once[1], once[2]], 1e-12);
    // Nearly none is nearly the same.
    let nearly = two_sided(shape, &[0.3, 0.3 + 1e-13, 0.6, 1.0]);
    assert!((nearly[1] - once[0]).abs() < 1e-4 && (nearly[3] - once[2]).abs() < 1e-6);
}

/// Too much information counts in full; what is left when the end comes early is spent.
#[test]
fn all_is_spent_at_the_end_and_no_more() {
    let shape = Shape::Spending(Spending::OBrienFleming);
    let design = Design::new(0.05, Alternative::TwoSided, shape, None, &[1.0]).unwrap();
    let over = design.looks(&[0.5, 0.9, 1.3, 1.4], AT_FULL).unwrap();
    assert_eq!((over[2].spent, over[3].spent, over[3].boundary), (0.05, 0.05, f64::INFINITY));
    assert!(
        total(&over[..3].iter().map(|l| (l.information, l.boundary)).collect::<Vec<_>>())
            < 0.05 + 1e-10
    );
    let early = design.looks(&[0.5, 0.8], End::AtThisLook).unwrap();
    assert_eq!(early[1].spent, 0.05);
    let planned = design.looks(&[0.5, 0.8], AT_FULL).unwrap();
    assert!(early[1].boundary < planned[1].boundary);
    let rerun = design.looks(&[0.5, 0.8, 0.8], End::AtThisLook).unwrap();
    assert_eq!((rerun[2].spent, rerun[1].boundary), (0.05, planned[1].boundary));
    assert!((rerun[2].boundary - early[1].boundary).abs() < 1e-9);
}

fn total(looks: &[(f64, f64)]) -> f64 {
    let (fractions, bounds): (Vec<f64>, Vec<Bounds>) =
        looks.iter().map(|(t, z)| (*t, Bounds::symmetric(*z))).unzip();
    crossing(&fractions, &bounds, 0.0).unwrap().iter().map(|c| c.lower + c.upper).sum()
}

/// A classical design at looks that are not those planned still holds its level.
#[test]
fn classical_designs_bend_to_the_looks_there_were() {
    let design =
        Design::new(0.05, Alternative::TwoSided, Shape::OBRIEN_FLEMING, None, &equal(5)).unwrap();
    let planned = design.looks(&equal(5), AT_FULL).unwrap();
    let actual = design.looks(&[0.2, 0.43, 0.8, 1.0], AT_FULL).unwrap();
    assert!((actual[0].boundary - planned[0].boundary).abs() < 1e-12);
    let looks: Vec<_> = actual.iter().map(|l| (l.information, l.boundary)).collect();
    assert!((total(&looks) - 0.05).abs() < 1e-9);
}

#[test]
fn what_is_no_design_or_no_look_is_out_of_range() {
    let shape = Shape::Spending(Spending::Pocock);
    let new = |alpha, shape, planned: &[f64]| {
        Design::new(alpha, Alternative::TwoSided, shape, None, planned).err()
    };
    let refused = Some(Missing::OutOfRange);
    for alpha in [0.0, 1.0, -0.1, f64::NAN, f64::INFINITY] {
        assert_eq!(new(alpha, shape, &[1.0]), refused);
    }
    for planned in [&[][..], &[0.5], &[0.5, 0.5, 1.0], &[0.0, 1.0], &[f64::NAN, 1.0]] {
        assert_eq!(new(0.05, shape, planned), refused);
    }
    for rho in [0.0, -1.0, f64::NAN] {
        let spending = Spending::KimDeMets { rho };
        assert_eq!(new(0.05, Shape::Spending(spending), &[1.0]), refused);
    }
    assert_eq!(new(0.05, Shape::WangTsiatis { delta: f64::NAN }, &[1.0]), refused);
    let design = Design::new(0.05, Alternative::TwoSided, shape, None, &[1.0]).unwrap();
    for fractions in [&[0.0][..], &[-1.0], &[0.5, 0.4], &[f64::NAN], &[f64::INFINITY]] {
        assert_eq!(design.looks(fractions, AT_FULL), Err(Missing::OutOfRange));
    }
    assert_eq!(design.looks(&[1e-3; 751], AT_FULL), Err(Missing::OutOfRange));
    assert_eq!(design.looks(&[], AT_FULL), Ok(Vec::new()));
}

/// A look after a crowded one: what had made the slope there says nothing here.
#[test]
fn boundaries_are_exact_after_a_crowded_look() {
    let shape = Shape::Spending(Spending::KimDeMets { rho: 14.21 });
    let design = Design::new(0.322, Alternative::TwoSided, shape, None, &[1.0]).unwrap();
    let looks = design.looks(&[0.3482, 0.3514, 0.5916], End::AtThisLook).unwrap();
    let looks: Vec<_> = looks.iter().map(|l| (l.information, l.boundary)).collect();
    assert!((total(&looks) - 0.322).abs() < 1e-11);
}

/// A look just after another, at which next to nothing is spent, takes nothing from the next.
#[test]
fn a_crowded_look_takes_nothing_away() {
    let of = |fractions: &[f64], bounds: &[f64]| {
        let bounds: Vec<Bounds> = bounds.iter().map(|z| Bounds::symmetric(*z)).collect();
        crossing(fractions, &bounds, 0.0).unwrap().last().unwrap().upper
    };
    let with = of(&[0.305, 0.67364, 0.67368, 0.8], &[7.78, 5.4824, 5.8, 3.89]);
    let without = of(&[0.305, 0.67364, 0.8], &[7.78, 5.4824, 3.89]);
    assert!((with / without - 1.0).abs() < 1e-9, "{with} {without}");
}

/// Looks a billionth of the information apart, or in the smallest shares there are.
#[test]
fn looks_of_any_spacing_end() {
    let shapes = [Spending::OBrienFleming, Spending::Pocock, Spending::KimDeMets { rho: 0.01 }];
    let crowded: Vec<f64> = (0..60).map(|i| 0.5 + 1e-9 * f64::from(i)).collect();
    let halving: Vec<f64> = (0..60).rev().map(|i| 0.5f64.powi(i)).collect();
    let tiny = [5e-324, 1e-300, 1e-20, 1e-3, 1.0, 1e9];
    for spending in shapes {
        for fractions in [&crowded[..], &halving, &tiny] {
            let looks = two_sided(Shape::Spending(spending), fractions);
            assert!(looks.iter().all(|z| *z >= 0.0));
        }
    }
}

fn any_fractions() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(0.001..1.0f64, 1..8).prop_map(|mut fractions| {
        fractions.sort_by(f64::total_cmp);
        fractions
    })
}

proptest! {
    /// Whatever the looks, the probability of crossing is what was spent, and never more than
    /// alpha; the crossing probabilities are of a recursion that knows no spending.
    #[test]
    fn the_level_is_what_was_spent(
        spending in any_spending(), fractions in any_fractions(), alpha in 1e-4..0.5f64,
        one_sided in any::<bool>(), ended in any::<bool>(),
    ) {
        let alternative = if one_sided { Alternative::Greater } else { Alternative::TwoSided };
        let shape = Shape::Spending(spending);
        let design = Design::new(alpha, alternative, shape, None, &[1.0]).unwrap();
        let end = if ended { End::AtThisLook } else { AT_FULL };
        let looks = design.looks(&fractions, end).unwrap();
        let bounds: Vec<Bounds> = looks.iter().map(|look| match one_sided {
            true => Bounds::upper(look.boundary),
            false => Bounds::symmetric(look.boundary),
        }).collect();
        let crossed = crossing(&fractions, &bounds, 0.0).unwrap();
        let mut sum = 0.0;
        for (look, crossed) in looks.iter().zip(crossed) {
            sum += crossed.upper + crossed.lower;
            prop_assert!((sum - look.spent).abs() < 1e-9, "{} {}", sum, look.spent);
            prop_assert!(look.spent <= alpha + 1e-15 && !look.boundary.is_nan());
            let excess = look.nominal_p_value - look.spent;
            prop_assert!(excess < 1e-12 + 1e-9 * look.spent, "{}", excess);
        }
    }
}
