//! Values held to a limit before anything is summed.

use super::answer::{Fields, Stop};
use super::arm::{Arm, Substance};
use super::lookup::Lookup;
use super::quantile::definition;
use crate::stats::cap::{self, Zeros, pooled_percentile};

/// The limit in force, the same for all variants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cap {
    pub limit: f64,
    /// Units of the variant that had more.
    pub units: u64,
}

/// Caps the values of every variant, where a cap is asked for.
///
/// # Errors
/// `Spec` for rows without `values`, or two kinds of cap; undefined where there is no value to
/// take the quantile of.
pub fn cap(arms: &mut [Arm<'_>], options: &Lookup<'_>) -> Result<(), Stop> {
    let limit = match (options.number("cap")?, options.has("cap_quantile")) {
        (None, false) => return Ok(()),
        (Some(_), true) => {
            return Err(options.problem("has both `cap` and `cap_quantile`").into());
        }
        (Some(limit), false) => limit,
        (None, true) => pooled(arms, options)?,
    };
    for arm in arms {
        let Substance::Values { values } = &mut arm.substance else {
            return Err(arm.row.problem(NEEDS).into());
        };
        arm.cap = Some(Cap { limit, units: cap::cap(values, limit) });
    }
    Ok(())
}

const NEEDS: &str = "a cap needs every unit's value in `values`: sums cannot be capped any more";

fn pooled(arms: &[Arm<'_>], options: &Lookup<'_>) -> Result<f64, Stop> {
    let level = options.number_or("cap_quantile", 1.0)?;
    let zeros = if options.truth("cap_ignore_zeros")? { Zeros::Ignored } else { Zeros::Counted };
    let definition = definition(options)?;
    let mut columns = Vec::new();
    for arm in arms {
        let Substance::Values { values } = &arm.substance else {
            return Err(arm.row.problem(NEEDS).into());
        };
        columns.push(values.iter().map(|unit| unit[0]).collect::<Vec<_>>());
    }
    Ok(pooled_percentile(columns.iter().map(Vec::as_slice), level, definition, zeros)?)
}

impl Cap {
    /// The limit and how many units it held.
    pub fn fields(&self, prefix: &str) -> Fields {
        let mut fields = Fields::default();
        fields.number("cap", self.limit).put(&format!("{prefix}capped_units"), self.units);
        fields
    }
}
