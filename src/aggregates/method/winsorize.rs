//! A list with its extremes moved to their neighbors.

use crate::aggregates::answer::{Fields, Stop};
use crate::aggregates::arm::{Arm, Substance};
use crate::aggregates::lookup::Lookup;
use crate::stats::cap::{Rounding, winsorize};

pub fn winsorized(arm: &Arm<'_>, options: &Lookup<'_>) -> Result<Fields, Stop> {
    let Substance::Values { values } = &arm.substance else {
        return Err(arm.row.problem("this method needs `values`").into());
    };
    let values: Vec<f64> = values.iter().map(|unit| unit[0]).collect();
    let shares = [options.number_or("lower_share", 0.0)?, options.number_or("upper_share", 0.0)?];
    let mut fields = Fields::default();
    fields.numbers("values", winsorize(&values, shares[0], shares[1], Rounding::Down)?);
    Ok(fields)
}
