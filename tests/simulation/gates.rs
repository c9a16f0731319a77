//! explore
use crate::ALPHA;
use crate::cell::Chance;
use crate::fixed::effect;
use crate::population::*;
use assize::stats::normality::units_needed;
use assize::stats::{Rho, Sequence, Summary};
use rand::SeedableRng;

fn summary([n, a, b, _]: [f64; 4]) -> Summary {
    let m = a / n;
    Summary::from_mean(n as u64, m, (b / n - m * m) * n / (n - 1.0))
}
fn skew([n, a, b, c]: [f64; 4]) -> f64 {
    let (m, q, t) = (a / n, b / n, c / n);
    let v = q - m * m;
    if v > 0.0 { (t - 3.0 * m * q + 2.0 * m * m * m) / v.powf(1.5) } else { 0.0 }
}
#[test]
fn explore() {
    let who = [lognormal(2.0), lognormal(1.0), revenue(0.03)];
    for who in &who {
        for (units, looks) in [
            ([1980u64, 20u64], 7usize),
            ([19_800, 200], 28),
            ([198_000, 2_000], 28),
            ([900, 100], 28),
            ([300, 100], 28),
            ([3000, 1000], 28),
            ([200, 100], 28),
            ([100, 100], 28),
            ([1000, 1000], 28),
        ] {
            for tuning in [5000.0, looks as f64 * (units[0] + units[1]) as f64] {
                let seq = Sequence::new(ALPHA, tuning, Rho::Exact);
                let mut chance = Chance::seed_from_u64(7);
                let n = 4_000;
                let mut hit = [0u32; 3];
                for _ in 0..n {
                    let mut done = [false; 3];
                    let mut arms = [[0.0; 4]; 2];
                    for _ in 0..looks {
                        for i in 0..2 {
                            let p = who.powers(units[i], &mut chance);
                            for k in 0..4 {
                                arms[i][k] += p[k];
                            }
                        }
                        let [a, b] = arms.map(summary);
                        let wald = effect(&a, &b)
                            .is_ok_and(|x| seq.log_p_value(x.statistic(0.0), x.units) < ALPHA.ln());
                        let s = skew(arms[0]).abs().max(skew(arms[1]).abs());
                        let ok = b.units as f64 >= units_needed([a.units, b.units], s);
                        let opened = b.units as f64 >= 355.0 * s * s;
                        let checks = [wald, ok && wald, opened];
                        for i in 0..3 {
                            done[i] |= checks[i];
                        }
                    }
                    for i in 0..3 {
                        hit[i] += done[i] as u32;
                    }
                }
                let r: Vec<String> =
                    hit.iter().map(|h| format!("{:.2}", 100.0 * *h as f64 / n as f64)).collect();
                println!(
                    "{} {units:?} x{looks} tuning {tuning}: wald, gated, opens = {}",
                    who.name,
                    r.join(" ")
                );
            }
        }
    }
}
