//! How much of alpha may be spent by a share of the information.

use std::f64::consts::LN_2;

use crate::stats::normal;

/// A spending function: how much of an error probability may be used up at a share of the
/// planned information (Lan and DeMets 1983).
///
/// The level is that of one tail; a two-sided test at alpha spends alpha/2 in each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spending {
    /// `2 - 2 Phi(z / sqrt t)` with `z` the upper `alpha/2` quantile: next to nothing early
    /// (Lan and DeMets 1983).
    OBrienFleming,
    /// `alpha ln(1 + (e - 1) t)`: much the same boundary at every look (Lan and DeMets 1983).
    Pocock,
    /// `alpha (1 - exp(-gamma t)) / (1 - exp(-gamma))`, `alpha t` at 0; -4 resembles O'Brien
    /// and Fleming, 1 Pocock (Hwang, Shih and DeCani 1990).
    HwangShihDeCani { gamma: f64 },
    /// `alpha t^rho` with `rho > 0`; 3 resembles O'Brien and Fleming, 1 Pocock (Kim and
    /// DeMets 1987).
    KimDeMets { rho: f64 },
}

impl Spending {
    /// What may be spent of `alpha`, the level of one tail in (0, 1), at the share `t` of the
    /// information: 0 at 0, alpha from 1 on, and accurate to its last digits however small.
    pub fn spent(self, alpha: f64, t: f64) -> f64 {
        if t.is_nan() || t <= 0.0 {
            return 0.0;
        }
        if t >= 1.0 {
            return alpha;
        }
        let spent = match self {
            Spending::OBrienFleming => {
                let deviate = normal::upper_quantile(0.5 * alpha) / t.sqrt();
                (LN_2 + normal::log_sf(deviate)).exp()
            }
            Spending::Pocock => alpha * (t * (std::f64::consts::E - 1.0)).ln_1p(),
            Spending::HwangShihDeCani { gamma } => alpha * hwang_shih_decani(gamma, t),
            Spending::KimDeMets { rho } => alpha * t.powf(rho),
        };
        spent.clamp(0.0, alpha)
    }

    /// Natural logarithm of what may be spent, from that of the level; for levels that a double
    /// cannot hold.
    pub(super) fn log_spent(self, log_alpha: f64, t: f64) -> f64 {
        if t >= 1.0 {
            return log_alpha;
        }
        match self {
            Spending::OBrienFleming => {
                let deviate = normal::upper_quantile_of_log(log_alpha - LN_2) / t.sqrt();
                LN_2 + normal::log_sf(deviate)
            }
            _ => log_alpha + self.spent(0.5, t).ln() + LN_2,
        }
    }

    /// Whether the parameter is one for which this is a spending function.
    pub fn is_valid(self) -> bool {
        match self {
            Spending::OBrienFleming | Spending::Pocock => true,
            Spending::HwangShihDeCani { gamma } => gamma.is_finite(),
            Spending::KimDeMets { rho } => rho.is_finite() && rho > 0.0,
        }
    }
}

/// `(1 - exp(-g t)) / (1 - exp(-g))`, for negative `g` over `exp(-g)`, which overflows.
fn hwang_shih_decani(gamma: f64, t: f64) -> f64 {
    let size = gamma.abs();
    if size < 1e-12 {
        return t;
    }
    let share = (-size * t).exp_m1() / (-size).exp_m1();
    if gamma > 0.0 { share } else { share * (size * (t - 1.0)).exp() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::group::fixture::any_spending;
    use proptest::prelude::*;

    fn close(got: f64, want: f64, relative: f64) {
        assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
    }

    /// gsDesign 3.10.1 (sfLDOF, sfLDPocock, sfPower), per side at 0.025.
    #[test]
    fn spending_is_that_of_gsdesign() {
        close(Spending::OBrienFleming.spent(0.025, 0.5), 0.001_525_322_757_988_911_2, 1e-13);
        close(Spending::OBrienFleming.spent(0.025, 0.2), 5.388_712_629_058_749e-7, 1e-12);
        close(Spending::Pocock.spent(0.025, 0.1), 0.003_964_126_968_510_727_5, 1e-14);
        close(Spending::KimDeMets { rho: 1.5 }.spent(0.025, 0.2), 0.002_236_067_977_499_79, 1e-14);
    }

    /// By expm1: 0.025 (1 - e^(4 t)) / (1 - e^4) at t = 1e-9, and the limit at 0.
    #[test]
    fn small_shares_and_parameters_keep_their_digits() {
        let spending = Spending::HwangShihDeCani { gamma: -4.0 };
        close(spending.spent(0.025, 1e-9), 1.865_736_040_108_877_4e-12, 1e-13);
        for gamma in [0.0, 1e-13, -1e-13, 1e-11, -1e-11] {
            close(Spending::HwangShihDeCani { gamma }.spent(0.025, 0.3), 0.0075, 1e-10);
        }
        assert_eq!(Spending::HwangShihDeCani { gamma: -1e300 }.spent(0.025, 0.5), 0.0);
        assert_eq!(Spending::HwangShihDeCani { gamma: 1e300 }.spent(0.025, 0.5), 0.025);
        assert!(Spending::OBrienFleming.spent(0.025, 1.0 / 200.0) > 0.0);
    }

    proptest! {
        #[test]
        fn spending_grows_from_nothing_to_all(
            spending in any_spending(), alpha in 1e-6..0.9f64, s in 0.0..1.2f64, t in 0.0..1.2f64,
        ) {
            let (early, late) = (spending.spent(alpha, s.min(t)), spending.spent(alpha, s.max(t)));
            prop_assert!(0.0 <= early && early <= late * (1.0 + 1e-12) && late <= alpha);
            prop_assert_eq!(spending.spent(alpha, 1.0), alpha);
            prop_assert_eq!(spending.spent(alpha, 0.0), 0.0);
        }
    }
}
