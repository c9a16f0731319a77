//! Intervals that go with corrections, from finished estimates.

use crate::aggregates::answer::{Fields, Stop};
use crate::aggregates::arm::Arm;
use crate::aggregates::lookup::Lookup;
use crate::stats::many::{
    OneSidedBound, StepProcedure, growthbook_ad_hoc, growthbook_interval, one_sided_bounds,
};
use crate::stats::{Alternative, Interval};

/// GrowthBook's widening of `lower` and `upper` by an adjusted `p_value`.
pub fn widened(arm: &Arm<'_>, options: &Lookup<'_>) -> Result<Fields, Stop> {
    let row = arm.row;
    let (p_value, effect) = (row.needed("p_value")?, row.needed("effect")?);
    let alpha = options.probability("alpha", 0.05)?;
    let stated = Interval { lower: row.needed("lower")?, upper: row.needed("upper")? };
    let mut fields = Fields::default();
    fields
        .interval("ad_hoc_", growthbook_ad_hoc(p_value, effect, alpha)?)
        .interval("", growthbook_interval(p_value, effect, stated, alpha)?);
    Ok(fields)
}

/// Simultaneous one-sided bounds of effects, some of which a step procedure rejected.
pub fn one_sided(arms: &[Arm<'_>], options: &Lookup<'_>) -> Result<Vec<Fields>, Stop> {
    let words = [("holm", StepProcedure::Holm), ("hommel", StepProcedure::Hommel)];
    let procedure = options.choice("correction", &words)?;
    let sides = [("greater", Alternative::Greater), ("less", Alternative::Less)];
    let alternative = options.choice("alternative", &sides)?;
    let mut family = Vec::new();
    for arm in arms {
        family.push(OneSidedBound {
            effect: arm.row.needed("effect")?,
            std_error: arm.row.needed("std_error")?,
            null: options.number_or("null", 0.0)?,
            alternative,
            rejected: arm.row.truth("rejected")?,
        });
    }
    let alpha = options.probability("alpha", 0.05)?;
    let bounds = one_sided_bounds(&family, procedure, alpha, options.number_or("share", 1.0)?)?;
    let one = |(effect, bound): (&OneSidedBound, &Interval)| {
        let mut fields = Fields::default();
        fields.number("effect", effect.effect).interval("", *bound);
        fields
    };
    Ok(family.iter().zip(&bounds).map(one).collect())
}
