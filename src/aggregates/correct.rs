//! P-values of many tests together.

use std::collections::HashMap;

use super::answer::{Answer, Fields};
use crate::stats::many::{Correction, adjust_logs, false_coverage_alpha, growthbook_interval};
use crate::stats::{Interval, Missing};

/// By their names; the first is none.
pub const CORRECTIONS: [(&str, Option<Correction>); 9] = [
    ("none", None),
    ("bonferroni", Some(Correction::Bonferroni)),
    ("holm", Some(Correction::Holm)),
    ("benjamini-hochberg", Some(Correction::BenjaminiHochberg)),
    ("benjamini-yekutieli", Some(Correction::BenjaminiYekutieli)),
    ("sidak", Some(Correction::Sidak)),
    ("holm-sidak", Some(Correction::HolmSidak)),
    ("hochberg", Some(Correction::Hochberg)),
    ("hommel", Some(Correction::Hommel)),
];

/// One answer's part in a correction.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Answers with the same name are corrected together.
    pub family: String,
    pub correction: Correction,
    pub alpha: f64,
}

/// What a correction says of one answer, and at which level its interval belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct Corrected {
    pub fields: Fields,
    /// `None` where no two-sided interval agrees with the correction.
    pub interval_alpha: Option<f64>,
}

/// Corrects all p-values of each family; `None` for answers without p-value or correction.
pub fn correct(answers: &[(Answer, Option<Member>)]) -> Vec<Option<Corrected>> {
    let mut families: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, (answer, member)) in answers.iter().enumerate() {
        if let (Some(member), Some(_)) = (member, log_p_value(answer)) {
            families.entry(&member.family).or_default().push(i);
        }
    }
    let mut corrected = vec![None; answers.len()];
    for family in families.values() {
        for (i, found) in family.iter().zip(of_family(answers, family)) {
            corrected[*i] = Some(found);
        }
    }
    corrected
}

fn log_p_value(answer: &Answer) -> Option<f64> {
    answer.outcome.as_ref().ok()?.get_number("log_p_value")
}

/// All of a family have the correction and level of its first.
fn of_family(answers: &[(Answer, Option<Member>)], family: &[usize]) -> Vec<Corrected> {
    let Some(first) = family.first().and_then(|i| answers[*i].1.as_ref()) else { return vec![] };
    let logs: Vec<f64> = family.iter().filter_map(|i| log_p_value(&answers[*i].0)).collect();
    let adjusted = match adjust_logs(&logs, first.correction, first.alpha) {
        Ok(adjusted) => adjusted,
        Err(missing) => return vec![undefined(&missing); family.len()],
    };
    let rejected = adjusted.iter().filter(|one| one.rejected).count() as u64;
    let tests = family.len() as u64;
    let alpha = |is_rejected: bool| match first.correction {
        Correction::Bonferroni => Some(first.alpha / tests as f64),
        Correction::BenjaminiHochberg if is_rejected => {
            false_coverage_alpha(first.alpha, rejected, tests).ok()
        }
        _ => None,
    };
    let one = |(i, one): (&usize, &crate::stats::many::Adjusted)| {
        let mut fields = Fields::default();
        fields
            .put("family_tests", tests)
            .number("adjusted_p_value", one.p_value)
            .number("log_adjusted_p_value", one.log_p_value)
            .put("rejected", one.rejected);
        if let Some(interval) = backed_out(&answers[*i].0, one.p_value, first.alpha) {
            fields.interval("growthbook_lift_", interval);
        }
        Corrected { fields, interval_alpha: alpha(one.rejected) }
    };
    family.iter().zip(&adjusted).map(one).collect()
}

fn undefined(missing: &Missing) -> Corrected {
    let mut fields = Fields::default();
    fields.maybe("adjusted_p_value", None).put("adjusted_reason", missing.code());
    Corrected { fields, interval_alpha: None }
}

/// GrowthBook's interval of the lift, where there is a two-sided one to widen.
fn backed_out(answer: &Answer, adjusted: f64, alpha: f64) -> Option<Interval> {
    let fields = answer.outcome.as_ref().ok()?;
    let get = |name: &str| fields.get_number(name).filter(|number| number.is_finite());
    let unadjusted = Interval { lower: get("lift_lower")?, upper: get("lift_upper")? };
    growthbook_interval(adjusted, get("lift")?, unadjusted, alpha).ok()
}
