//! The `[test]` and `[decision]` tables.

use toml::Spanned;

use super::numbers::{fraction, natural, positive};
use super::rules;
use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::file::{DecisionTable, SpendingWord, TestTable};
use crate::config::problem::Checked;
use crate::config::{Decision, Method, MetricUse, Policy, Spending, TestPlan};

/// Where no table says otherwise.
const TEST: TestPlan = TestPlan {
    method: Method::Sequential,
    alpha: 0.05,
    power: 0.8,
    target_sample_size: None,
    minimum_effect: None,
    spending: Spending::OBrienFleming,
};

const CONFIDENCE: f64 = 0.95;
const MINIMUM_DAYS: u32 = 7;
const MINIMUM_UNITS: u64 = 100;
const CONFIRMATIONS: u32 = 2;

pub fn test(page: Page, field: &Field<TestTable>) -> Checked<TestPlan> {
    let Some(said) = field.get()? else { return Ok(TEST) };
    let table = said.get_ref();
    let method = table.method.or(TEST.method);
    let alpha = fraction(page, "alpha", &table.alpha).map(|said| said.unwrap_or(TEST.alpha));
    let power = fraction(page, "power", &table.power).map(|said| said.unwrap_or(TEST.power));
    let target_sample_size = natural(page, "target_sample_size", &table.target_sample_size);
    let minimum_effect = fraction(page, "minimum_effect", &table.minimum_effect);
    let spending = spending(page, table);
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
        spending: spending?,
    })
}

/// The function with its parameter, which only two of them have.
fn spending(page: Page, table: &TestTable) -> Checked<Spending> {
    let word = table.spending.get()?;
    let parameter = table.spending_parameter.get()?;
    let is_used = table.method.get()?.is_some_and(|m| *m.get_ref() == Method::GroupSequential);
    if let Some(span) =
        word.map(Spanned::span).or(parameter.map(Spanned::span)).filter(|_| !is_used)
    {
        let message = "only `method = \"group-sequential\"` spends alpha look by look";
        return Err(page.error(span, message));
    }
    let word = word.map_or(SpendingWord::OBrienFleming, |said| *said.get_ref());
    let number = parameter.map(|said| said.get_ref().0);
    let spending = match word {
        SpendingWord::OBrienFleming if number.is_none() => Spending::OBrienFleming,
        SpendingWord::Pocock if number.is_none() => Spending::Pocock,
        SpendingWord::HwangShihDecani => Spending::HwangShihDeCani(number.unwrap_or(-4.0)),
        SpendingWord::KimDemets => Spending::KimDeMets(number.unwrap_or(3.0)),
        SpendingWord::OBrienFleming | SpendingWord::Pocock => {
            let message = "`spending_parameter` is only for `hwang-shih-decani` and `kim-demets`";
            return Err(page.error(table.spending_parameter.span_or(&(0..0)), message));
        }
    };
    let is_valid = match spending {
        Spending::KimDeMets(rho) => rho > 0.0 && rho <= 100.0,
        Spending::HwangShihDeCani(gamma) => gamma.abs() <= 100.0,
        Spending::OBrienFleming | Spending::Pocock => true,
    };
    if is_valid {
        return Ok(spending);
    }
    let wanted = match word {
        SpendingWord::KimDemets => "more than 0 and at most 100",
        _ => "between -100 and 100",
    };
    let message =
        format!("`spending_parameter` must be {wanted}, found `{}`", number.unwrap_or(0.0));
    Err(page.error(table.spending_parameter.span_or(&(0..0)), message))
}

/// `uses` are the experiment's metrics, which its rules are about.
pub fn decision(
    page: Page,
    field: &Field<DecisionTable>,
    uses: Checked<&[MetricUse]>,
) -> Checked<Decision> {
    let Some(said) = field.get()? else {
        return Ok(Decision {
            policy: Policy::RiskAware,
            rules: Policy::RiskAware.rules(),
            confidence: CONFIDENCE,
            minimum_days: MINIMUM_DAYS,
            minimum_units: MINIMUM_UNITS,
            confirmations: CONFIRMATIONS,
        });
    };
    let table = said.get_ref();
    let policy = rules::check(page, &table.policy, &table.rules, uses);
    let confidence = fraction(page, "confidence", &table.confidence);
    let minimum_days = natural(page, "minimum_days", &table.minimum_days);
    let minimum_units = natural(page, "minimum_units", &table.minimum_units);
    let confirmations = positive(page, "confirmations", &table.confirmations);
    let (policy, rules) = policy?;
    Ok(Decision {
        policy,
        rules,
        confidence: confidence?.unwrap_or(CONFIDENCE),
        minimum_days: minimum_days?.unwrap_or(MINIMUM_DAYS),
        minimum_units: minimum_units?.unwrap_or(MINIMUM_UNITS),
        confirmations: confirmations?
            .map_or(CONFIRMATIONS, |nights| u32::try_from(nights).unwrap_or(u32::MAX)),
    })
}
