//! What the rows say, without any test.

use crate::aggregates::answer::{Fields, Stop};
use crate::aggregates::arm::Arm;
use crate::aggregates::lookup::Lookup;
use crate::stats::{Missing, Summary};

const LETTERS: [char; 4] = ['y', 'd', 'x', 'e'];

/// The moments of every variant, its phases and partitions merged.
pub fn summaries(arms: &[Arm<'_>], _: &Lookup<'_>) -> Result<Vec<Fields>, Stop> {
    let of = |arm: &Arm<'_>| -> Result<Fields, Stop> {
        let summary = arm.summary()?;
        if !summary.comoment.iter().flatten().all(|comoment| comoment.is_finite()) {
            return Err(Missing::Overflow.into());
        }
        let mut fields = moments(&summary);
        if let Some(cap) = &arm.cap {
            fields.extend(cap.fields(""));
        }
        Ok(fields)
    };
    arms.iter().map(of).collect()
}

/// As the `summaries` table has them, and as variances.
fn moments(summary: &Summary) -> Fields {
    let mut fields = Fields::default();
    let freedom = summary.units.checked_sub(1).filter(|freedom| *freedom > 0);
    let unbiased = |comoment: f64| freedom.map(|freedom| comoment / freedom as f64);
    fields
        .put("units", summary.units)
        .number("mean", summary.mean[0])
        .maybe("variance", unbiased(summary.comoment[0][0]));
    for (letter, mean) in LETTERS.iter().zip(summary.mean) {
        fields.number(&format!("mean_{letter}"), mean);
    }
    for (i, row) in summary.comoment.iter().enumerate() {
        for (j, comoment) in row.iter().enumerate().skip(i) {
            let name = format!("{}{}", LETTERS[i], LETTERS[j]);
            fields.number(&format!("c_{name}"), *comoment);
            fields.maybe(&format!("covariance_{name}"), unbiased(*comoment));
        }
    }
    fields
}
