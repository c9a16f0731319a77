//! Reports as JSON, all digits, `null` for what is not there.

use serde_json::{Value, json};

use crate::stats::{Estimate, Interval, Lift, Missing, Point, Summary, Test};
use crate::verdict::{Decision, EstimateRow, Report, SummaryRow, Verdict};

/// One object per report.
pub fn json(reports: &[Report]) -> Value {
    reports.iter().map(report).collect()
}

fn report(report: &Report) -> Value {
    json!({
        "experiment": report.experiment,
        "as_of": report.as_of.to_string(),
        "verdict": verdict(&report.verdict),
        "estimates": report.estimates.iter().map(estimate_row).collect::<Value>(),
        "summaries": report.summaries.iter().map(summary_row).collect::<Value>(),
        "health": report.health.iter().map(|row| json!({
            "check": row.check,
            "outcome": row.outcome.code(),
            "observed": row.observed,
            "expected": row.expected,
            "p_value": row.p_value,
            "detail": row.detail,
        })).collect::<Value>(),
        "waterfall": report.waterfall.iter().map(|row| json!({
            "population": row.population,
            "reason": row.reason,
            "count": row.count,
            "is_total": row.is_total,
        })).collect::<Value>(),
    })
}

fn verdict(verdict: &Verdict) -> Value {
    json!({
        "decision": verdict.decision.code(),
        "winner": verdict.winner,
        "metric": verdict.metric,
        "treatment": verdict.treatment,
        "confidence": verdict.confidence,
        "lift": verdict.lift,
        "lift_lower": verdict.lift_lower,
        "lift_upper": verdict.lift_upper,
        "probability_best": verdict.probability_best,
        "units": verdict.units,
        "days": verdict.days,
        "days_left": verdict.days_left,
        "actionable": verdict.actionable,
        "hold_reasons": verdict.hold_reasons,
        "recommendation": verdict.recommendation,
        "trace": verdict.trace.iter().map(|rule| json!({
            "rule": rule.rule,
            "matched": rule.matched,
            "because": rule.because,
        })).collect::<Value>(),
        "otherwise": verdict.otherwise.iter().map(|other| json!({
            "decision": other.decision.map(Decision::code),
            "words": other.words,
        })).collect::<Value>(),
    })
}

fn estimate_row(row: &EstimateRow) -> Value {
    let mut value = json!({
        "metric": row.metric,
        "role": row.role,
        "treatment": row.treatment,
        "segment": row.segment.as_ref().map(ToString::to_string),
        "exploratory": row.exploratory,
        "state": row.state.code(),
        "status": row.status.code(),
        "alpha": row.alpha,
        "adjusted_p_value": row.adjusted_p_value,
        "margin": row.margin,
        "margin_p_value": row.margin_p_value,
    });
    if let Some(reason) = &row.reason {
        value["reason"] = json!(reason.to_string());
    }
    if let Ok(found) = &row.estimate {
        value["estimate"] = estimate(found);
    }
    if let Some(used) = &row.covariate {
        value["variance_reduction"] = json!(used.variance_reduction);
        value["unadjusted"] = estimate(&used.unadjusted);
    }
    if row.left_out > 0 {
        value["left_out_units"] = json!(row.left_out);
    }
    value
}

/// What a metric does not have is not there.
fn summary_row(row: &SummaryRow) -> Value {
    let mut value = json!({
        "metric": row.metric,
        "variant": row.variant,
        "phase": row.phase,
        "segment": row.segment.as_ref().map(ToString::to_string),
    });
    match &row.quantile {
        Some(quantile) => value["quantile"] = self::quantile(row.summary.units, quantile),
        None => value["summary"] = summary(&row.summary),
    }
    if let Some(cap) = row.cap {
        value["cap"] = json!(cap);
        value["capped"] = json!(row.capped);
    }
    if !row.steps.is_empty() {
        value["steps"] = json!(row.steps);
    }
    if let Some(tails) = row.tails {
        value["smallest"] = json!(tails.smallest);
        value["largest"] = json!(tails.largest);
        value["skewness"] = json!(tails.skewness);
    }
    value
}

fn quantile(units: u64, found: &Result<Point, Missing>) -> Value {
    match found {
        Ok(point) => json!({
            "units": units,
            "value": point.value,
            "variance": point.variance,
            "dof": point.dof,
        }),
        Err(missing) => json!({ "units": units, "reason": missing.code() }),
    }
}

fn estimate(estimate: &Estimate) -> Value {
    json!({
        "control": estimate.control,
        "treatment": estimate.treatment,
        "effect": estimate.effect,
        "std_error": estimate.std_error,
        "dof": estimate.dof,
        "statistic": estimate.statistic,
        "fixed": test(&estimate.fixed),
        "sequential": test(&estimate.sequential),
        "lift": estimate.lift.as_ref().ok().map(lift),
    })
}

fn lift(lift: &Lift) -> Value {
    json!({
        "value": lift.value,
        "std_error": lift.std_error,
        "fixed": interval(&lift.fixed),
        "sequential": interval(&lift.sequential),
    })
}

fn test(test: &Test) -> Value {
    json!({
        "p_value": test.p_value,
        "log_p_value": test.log_p_value,
        "interval": interval(&test.interval),
    })
}

/// An open end is `null`.
fn interval(interval: &Interval) -> Value {
    json!([interval.lower, interval.upper])
}

fn summary(summary: &Summary) -> Value {
    json!({ "units": summary.units, "mean": summary.mean, "comoment": summary.comoment })
}
