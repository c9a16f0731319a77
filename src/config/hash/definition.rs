//! What a metric is, as the hash sees it.

use serde_json::{Value, json};

use super::add;
use crate::config::{Cap, Covariate, FactFilter, Maturity, Metric, MetricKind, Place, Step};

pub fn metric(metric: &Metric) -> Value {
    let mut said = json!({ "kind": kind(&metric.kind), "better": metric.better });
    add(&mut said, "cap", metric.cap.map(cap));
    add(&mut said, "covariate", metric.covariate.as_ref().map(covariate));
    // That of a retention follows from its kind.
    let is_matured = metric.maturity == Maturity::Matured;
    let is_said = is_matured && !matches!(metric.kind, MetricKind::Retention(_));
    add(&mut said, "maturity", is_said.then(|| json!(metric.maturity)));
    said
}

fn kind(kind: &MetricKind) -> Value {
    match kind {
        MetricKind::Conversion { filter: facts, at_least: 1 } => {
            json!(["conversion", filter(facts)])
        }
        MetricKind::Conversion { filter: facts, at_least } => {
            json!(["conversion", filter(facts), at_least])
        }
        MetricKind::Count(facts) => json!(["count", filter(facts)]),
        MetricKind::Sum { filter: facts, value } => json!(["sum", filter(facts), value.0]),
        MetricKind::Max { filter: facts, value } => json!(["max", filter(facts), value.0]),
        MetricKind::Distinct { filter: facts, value } => {
            json!(["distinct", filter(facts), value.0])
        }
        MetricKind::Ratio { numerator, denominator } => json!(["ratio", numerator, denominator]),
        MetricKind::Retention(facts) => json!(["retention", filter(facts)]),
        MetricKind::Quantile { filter: facts, value, level, of } => {
            json!(["quantile", filter(facts), value.0, level, of])
        }
        MetricKind::Funnel { filter: facts, steps } => {
            json!(["funnel", filter(facts), steps.iter().map(step).collect::<Vec<_>>()])
        }
    }
}

fn step(step: &Step) -> Value {
    json!([word(&step.event), word(&step.predicate)])
}

fn cap(cap: Cap) -> Value {
    match cap {
        Cap::At(at) => json!(["at", at]),
        Cap::Quantile(level) => json!(["quantile", level]),
    }
}

fn covariate(covariate: &Covariate) -> Value {
    match covariate {
        Covariate::Before(before) => json!(["before", before]),
        Covariate::Metric { metric, before } => json!(["metric", metric, before]),
        Covariate::Attribute(attribute) => json!(["attribute", attribute]),
    }
}

pub fn filter(facts: &FactFilter) -> Value {
    json!({
        "source": facts.source,
        "event": word(&facts.event),
        "where": word(&facts.predicate),
        "window": [facts.window.from, facts.window.to],
    })
}

/// What was said, without where.
pub fn word(said: &Option<(String, Place)>) -> Option<&str> {
    said.as_ref().map(|(word, _)| word.as_str())
}
