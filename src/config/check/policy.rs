//! The `[test]` and `[decision]` tables.

use super::numbers::{fraction, natural};
use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::file::{DecisionTable, TestTable};
use crate::config::problem::Checked;
use crate::config::{Decision, Method, Policy, TestPlan};

/// Where no table says otherwise.
const TEST: TestPlan = TestPlan {
    method: Method::Sequential,
    alpha: 0.05,
    power: 0.8,
    target_sample_size: None,
    minimum_effect: None,
};

const DECISION: Decision =
    Decision { policy: Policy::RiskAware, confidence: 0.95, minimum_days: 7, minimum_units: 100 };

pub fn test(page: Page, field: &Field<TestTable>) -> Checked<TestPlan> {
    let Some(said) = field.get()? else { return Ok(TEST) };
    let table = said.get_ref();
    let method = table.method.or(TEST.method);
    let alpha = fraction(page, "alpha", &table.alpha).map(|said| said.unwrap_or(TEST.alpha));
    let power = fraction(page, "power", &table.power).map(|said| said.unwrap_or(TEST.power));
    let target_sample_size = natural(page, "target_sample_size", &table.target_sample_size);
    let minimum_effect = fraction(page, "minimum_effect", &table.minimum_effect);
    let (alpha, power) = (alpha?, power?);
    if power <= alpha {
        let at = table.power.span_or(&table.alpha.span_or(&said.span()));
        let message = format!("`power` must be more than `alpha`, found `{power}` and `{alpha}`");
        return Err(page.error(at, message));
    }
    Ok(TestPlan {
        method: method?,
        alpha,
        power,
        target_sample_size: target_sample_size?,
        minimum_effect: minimum_effect?,
    })
}

pub fn decision(page: Page, field: &Field<DecisionTable>) -> Checked<Decision> {
    let Some(said) = field.get()? else { return Ok(DECISION) };
    let table = said.get_ref();
    let policy = table.policy.or(DECISION.policy);
    let confidence = fraction(page, "confidence", &table.confidence);
    let minimum_days = natural(page, "minimum_days", &table.minimum_days);
    let minimum_units = natural(page, "minimum_units", &table.minimum_units);
    Ok(Decision {
        policy: policy?,
        confidence: confidence?.unwrap_or(DECISION.confidence),
        minimum_days: minimum_days?.unwrap_or(DECISION.minimum_days),
        minimum_units: minimum_units?.unwrap_or(DECISION.minimum_units),
    })
}
