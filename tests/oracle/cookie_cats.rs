//! Players of a mobile game, by somebody else's numbers.

use assize::stats::{Summary, compare};

/// 90,189 players of Cookie Cats, gate_40 against gate_30; expected values by scipy 1.17
/// (data/README.md).
#[test]
fn cookie_cats() {
    let Some(text) = crate::shared("data/cookie_cats.csv") else { return };
    let players: Vec<Vec<&str>> =
        text.lines().skip(1).map(|line| line.trim().split(',').collect()).collect();
    let number = |field: &str| match field {
        "TRUE" => 1.0,
        "FALSE" => 0.0,
        number => number.parse().unwrap(),
    };
    let arm = |gate: &str, column: usize| {
        let players = players.iter().filter(|player| player[1] == gate);
        let rows: Vec<_> = players.map(|p| [number(p[column]), 1.0, 1.0, 1.0]).collect();
        Summary::from_values(&rows)
    };
    let expected = [
        [-0.885437433127067, 58595.481422574, 0.37592438409326173, -3.7197051164946457],
        [-1.7840774867039824, 90155.1121325518, 0.07441443713953834, -0.012392598488234843],
        [-3.164028946774232, 90079.82814000268, 0.001556530181006654, -0.013281677028690975],
    ];
    for (column, want) in (2..).zip(expected) {
        let e = compare(&arm("gate_30", column), &arm("gate_40", column), 0.05, 5000.0).unwrap();
        let got = [e.statistic, e.dof, e.fixed.p_value, e.fixed.interval.lower];
        for (got, want) in got.iter().zip(want) {
            assert!((got / want - 1.0).abs() < 1e-9, "{got} is not {want}");
        }
    }
}
