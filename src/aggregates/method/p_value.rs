//! A finished p-value, to be corrected with others.

use crate::aggregates::answer::{Fields, Stop};
use crate::aggregates::arm::{Arm, Substance};
use crate::aggregates::lookup::Lookup;
use crate::aggregates::shape::Shape;

pub fn p_value(arm: &Arm<'_>, _: &Lookup<'_>) -> Result<Fields, Stop> {
    let Substance::Other(Shape::PValue(log)) = arm.substance else {
        return Err(arm.row.problem("this method needs a `p_value` or `log_p_value`").into());
    };
    let mut fields = Fields::default();
    fields.number("p_value", log.exp()).number("log_p_value", log);
    Ok(fields)
}
