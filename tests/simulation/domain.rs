//! Where an approximation is not yet good, and how far off it is.
//!
//! A cell gets here when 100,000 experiments (`ASSIZE_SIMULATIONS=100000`) take it outside the
//! band of its promise: 10,000 do not see all of these. Its rate, the mean of two such runs with
//! different seeds where both were made, is then published instead, and must stay.
//!
//! Most have one of three reasons. Shares of few units jump from one value to the next. Skewed
//! values need more units the more unequal the arms are, because equal arms are skewed alike. And
//! an arm in which nobody has converted yet has no variance, so that everything is significant
//! beside it, at every look and whatever the test. The others have few units; and a plan takes the
//! standard error that goes with the effect planned for, while that of the smallest effect that
//! is significant is another one where the variance depends on the mean.

use crate::cell::{Cell, Question};

/// Method, metric, rate.
const RATES: [(&str, &str, f64); 73] = [
    ("Welch's t", "share of 50 %; 50 + 50 units", 0.0567),
    ("Welch's t", "share of 5 %; 50 + 50 units", 0.0430),
    ("Welch's t", "share of 0.5 %; 50 + 50 units", 0.0002),
    ("Welch's t", "lognormal, sigma 1; 50 + 50 units", 0.0429),
    ("Welch's t", "lognormal, sigma 2; 50 + 50 units", 0.0230),
    ("Welch's t", "revenue, 97 % zeros; 50 + 50 units", 0.0035),
    ("Welch's t", "t with 3 degrees of freedom; 50 + 50 units", 0.0471),
    ("Welch's t", "share of 50 %; 500 + 500 units", 0.0528),
    ("Welch's t", "share of 0.5 %; 500 + 500 units", 0.0457),
    ("Welch's t", "lognormal, sigma 2; 500 + 500 units", 0.0352),
    ("Welch's t", "revenue, 97 % zeros; 500 + 500 units", 0.0395),
    ("Welch's t", "lognormal, sigma 2; 5,000 + 5,000 units", 0.0426),
    ("Welch's t", "lognormal, sigma 2; 50,000 + 50,000 units", 0.0457),
    ("Welch's t", "share of 5 %; 9,000 + 1,000 units", 0.0530),
    ("Welch's t", "share of 0.5 %; 9,000 + 1,000 units", 0.0799),
    ("Welch's t", "lognormal, sigma 1; 9,000 + 1,000 units", 0.0536),
    ("Welch's t", "lognormal, sigma 2; 9,000 + 1,000 units", 0.0996),
    ("Welch's t", "revenue, 97 % zeros; 9,000 + 1,000 units", 0.0877),
    ("Welch's t", "share of 5 %; 9,900 + 100 units", 0.1059),
    ("Welch's t", "share of 0.5 %; 9,900 + 100 units", 0.6067),
    ("Welch's t", "Poisson, mean 0.3; 9,900 + 100 units", 0.0580),
    ("Welch's t", "lognormal, sigma 1; 9,900 + 100 units", 0.0809),
    ("Welch's t", "lognormal, sigma 2; 9,900 + 100 units", 0.2404),
    ("Welch's t", "revenue, 97 % zeros; 9,900 + 100 units", 0.2762),
    ("Welch's t", "t with 3 degrees of freedom; 9,900 + 100 units", 0.0469),
    ("Welch's t", "share of 5 %; 99,000 + 1,000 units", 0.0531),
    ("Welch's t", "share of 0.5 %; 99,000 + 1,000 units", 0.1132),
    ("Welch's t", "lognormal, sigma 1; 99,000 + 1,000 units", 0.0547),
    ("Welch's t", "lognormal, sigma 2; 99,000 + 1,000 units", 0.1407),
    ("Welch's t", "revenue, 97 % zeros; 99,000 + 1,000 units", 0.1044),
    ("two shares, unpooled z", "share of 50 %; 50 + 50 units", 0.0565),
    ("two shares, pooled z", "share of 50 %; 50 + 50 units", 0.0573),
    ("two shares, score", "share of 50 %; 50 + 50 units", 0.0570),
    ("two shares, z or score", "share of 50 %; 50 + 50 units", 0.0579),
    ("two shares, unpooled z", "share of 0.5 %; 500 + 500 units", 0.0450),
    ("two shares, pooled z", "share of 0.5 %; 500 + 500 units", 0.0457),
    ("two shares, score", "share of 0.5 %; 500 + 500 units", 0.0455),
    ("two shares, z or score", "share of 0.5 %; 500 + 500 units", 0.0454),
    ("two shares, score", "share of 0.5 %; 2,000 + 2,000 units", 0.0523),
    ("two shares, unpooled z", "share of 5 %; 9,900 + 100 units", 0.1133),
    ("two shares, pooled z", "share of 5 %; 9,900 + 100 units", 0.0411),
    ("two shares, score", "share of 5 %; 9,900 + 100 units", 0.0396),
    ("two shares, z or score", "share of 5 %; 9,900 + 100 units", 0.0403),
    ("two shares, unpooled z", "share of 0.5 %; 99,000 + 1,000 units", 0.1127),
    ("two shares, pooled z", "share of 0.5 %; 99,000 + 1,000 units", 0.0410),
    ("two shares, score", "share of 0.5 %; 99,000 + 1,000 units", 0.0418),
    ("two shares, z or score", "share of 0.5 %; 99,000 + 1,000 units", 0.0418),
    ("ratio, delta method", "sessions converted; 50 + 50 units", 0.0536),
    ("ratio, delta method", "sessions converted; 9,900 + 100 units", 0.0529),
    ("CUPED, ratio", "visits converted; 50 + 50 units", 0.0533),
    ("CUPED, mean", "purchases; 9,900 + 100 units", 0.0555),
    ("CUPED, ratio", "visits converted; 9,900 + 100 units", 0.0536),
    ("sample ratio, chi-square at 0.05", "50/50; 100 units", 0.0567),
    ("sample ratio, chi-square at 0.05", "10/90; 100 units", 0.0636),
    ("sample ratio, chi-square at 0.05", "1/99; 100 units", 0.0183),
    ("quantile, p50", "normal; 100 + 100 units", 0.0545),
    ("quantile of events, p50", "normal; 100 + 100 units, 1 to 3 events each", 0.0548),
    ("O'Brien-Fleming-like, Welch's t", "share of 0.5 %; 1,980 + 20 units a look", 0.8152),
    ("O'Brien-Fleming-like, Welch's t", "lognormal, sigma 2; 1,980 + 20 units a look", 0.3922),
    ("confidence sequence", "share of 0.5 %; 1,980 + 20 units a look", 0.8623),
    ("confidence sequence", "revenue, 97 % zeros; 1,980 + 20 units a look", 0.6410),
    ("confidence sequence", "lognormal, sigma 2; 1,980 + 20 units a look", 0.3943),
    ("lift, delta method", "Poisson, mean 0.3, lift 20 %; 50 + 50 units", 0.9312),
    ("lift, log ratio", "Poisson, mean 0.3, lift 20 %; 50 + 50 units", 0.9574),
    ("two shares, Newcombe", "5 % against 10 %; 100 + 100 units", 0.9586),
    ("two shares, Agresti-Caffo", "5 % against 10 %; 100 + 100 units", 0.9604),
    ("two shares, Wald", "5 % against 10 %; 100 + 100 units", 0.9472),
    ("ratio, delta method", "sessions converted, lift 10 %; 50 + 50 units", 0.9474),
    ("CUPED, ratio", "visits converted, lift 10 %; 50 + 50 units", 0.9463),
    ("CUPED, lift", "purchases, lift 10 %; 50 + 50 units", 0.9402),
    ("two shares, unpooled z", "5 % against 6 %; 43,570 + 4,842 units", 0.8082),
    ("two shares, unpooled z", "6 % against 5 %; 37,981 + 4,221 units", 0.7883),
    ("lift, delta method", "normal, lift 10 %; 1,735 + 1,735 units", 0.8200),
];

/// The cells, with those that cannot keep their promise moved to a table of their own.
pub fn published(cells: Vec<Cell>) -> Vec<Cell> {
    let move_if_known = |cell: Cell| match (rate_of(&cell), cell.question) {
        (Some(rate), Question::Coverage) => cell.known_to_break(Question::IntervalsToBe, rate),
        (Some(rate), Question::Power) => cell.known_to_break(Question::PlansToBe, rate),
        (Some(rate), _) => cell.known_to_break(Question::TestsToBe, rate),
        (None, _) => cell,
    };
    cells.into_iter().map(move_if_known).collect()
}

fn rate_of(cell: &Cell) -> Option<f64> {
    let is_it = |known: &&(&str, &str, f64)| known.0 == cell.method && known.1 == cell.metric;
    RATES.iter().find(is_it).map(|known| known.2)
}
