//! Several metrics of one experiment, and whether any of them cries wolf.

use assize::stats::many::{Correction, adjust_logs};
use assize::stats::normal;

use crate::ALPHA;
use crate::band::Promise::{AtMost, Exactly};
use crate::cell::{Cell, Chance};
use crate::fixed::false_alarms;
use crate::population::deviate;

const METRICS: usize = 5;

pub fn cells() -> Vec<Cell> {
    let corrections = [
        ("Bonferroni", Correction::Bonferroni),
        ("Holm", Correction::Holm),
        ("Hochberg", Correction::Hochberg),
        ("Benjamini-Hochberg", Correction::BenjaminiHochberg),
    ];
    let mut cells = Vec::new();
    for (name, correction) in corrections {
        cells.push(any_of_five(name, correction, 0.0));
        let dependent = any_of_five(name, correction, 0.8);
        cells.push(Cell { promise: AtMost(ALPHA), ..dependent });
    }
    cells
}

/// Logarithms of the p-values of metrics that share this part of their variance.
fn log_p_values(shared: f64, chance: &mut Chance) -> Vec<f64> {
    let common = deviate(chance) * shared.sqrt();
    let metric = |_| normal::log_two_sided(common + deviate(chance) * (1.0 - shared).sqrt());
    (0..METRICS).map(metric).collect()
}

fn any_of_five(name: &str, correction: Correction, shared: f64) -> Cell {
    let metric = match shared {
        0.0 => "any of 5 independent metrics".to_owned(),
        _ => format!("any of 5 metrics correlated at {shared}"),
    };
    let cell = false_alarms(name, metric, move |chance| {
        let adjusted = adjust_logs(&log_p_values(shared, chance), correction, ALPHA);
        adjusted.is_ok_and(|adjusted| adjusted.iter().any(|metric| metric.rejected))
    });
    Cell { promise: Exactly(ALPHA), ..cell }
}

/// Every metric at the level of one.
pub fn uncorrected() -> Cell {
    let cell = false_alarms("no correction", "any of 5 independent metrics".to_owned(), |chance| {
        log_p_values(0.0, chance).iter().any(|log| *log < ALPHA.ln())
    });
    cell.known_to_fail(0.226).near(0.226, 0.015)
}
