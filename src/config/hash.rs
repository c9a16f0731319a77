//! Whether what was promised has changed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    Columns, Experiment, FactFilter, Input, Metric, MetricKind, Place, Project, Role, Source,
};

/// SHA-256, in hex, of all that the numbers of one experiment depend on.
///
/// Variants and weights, metrics with roles and definitions, the mapping of the sources they
/// read, dates, basis, crossovers, test, decision and time zone. Not what is only for people
/// (name, hypothesis, owner, status, descriptions), not `traffic`, which may be raised while
/// an experiment runs, not where rows are (a folder may move, and a variable may name it), and
/// not the order in which anything was written.
pub fn config_hash(project: &Project, experiment: &Experiment) -> String {
    let text = canonical(project, experiment).to_string();
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn canonical(project: &Project, experiment: &Experiment) -> Value {
    let metrics = metrics(project, experiment);
    json!({
        "key": experiment.key,
        "timezone": project.timezone.iana_name(),
        "start": experiment.start.to_string(),
        "end": experiment.end.to_string(),
        "basis": experiment.basis,
        "crossovers": experiment.crossovers,
        "variants": variants(experiment),
        "roles": roles(experiment),
        "metrics": metrics.iter().map(|(key, found)| (*key, metric(found))).collect::<BTreeMap<_, _>>(),
        "sources": sources(project, &metrics),
        "test": {
            "method": experiment.test.method,
            "alpha": experiment.test.alpha,
            "power": experiment.test.power,
            "target_sample_size": experiment.test.target_sample_size,
            "minimum_effect": experiment.test.minimum_effect,
        },
        "decision": {
            "policy": experiment.decision.policy,
            "confidence": experiment.decision.confidence,
            "minimum_days": experiment.decision.minimum_days,
            "minimum_units": experiment.decision.minimum_units,
        },
    })
}

fn variants(experiment: &Experiment) -> BTreeMap<&str, Value> {
    let variants = experiment.variants.iter();
    variants
        .map(|variant| (variant.key.as_str(), json!([variant.share, variant.is_control])))
        .collect()
}

fn roles(experiment: &Experiment) -> BTreeMap<&str, Value> {
    let role = |role| match role {
        Role::Primary => json!(["primary"]),
        Role::Secondary => json!(["secondary"]),
        Role::Guardrail(guardrail) => json!(["guardrail", guardrail.margin]),
    };
    experiment.metrics.iter().map(|used| (used.metric.as_str(), role(used.role))).collect()
}

/// The metrics that the experiment uses, with the parts of its ratios.
fn metrics<'a>(project: &'a Project, experiment: &'a Experiment) -> BTreeMap<&'a str, &'a Metric> {
    let mut found = BTreeMap::new();
    let mut wanted: Vec<&str> =
        experiment.metrics.iter().map(|used| used.metric.as_str()).collect();
    while let Some(key) = wanted.pop() {
        let Some(metric) = project.metrics.get(key) else { continue };
        found.insert(key, metric);
        if let MetricKind::Ratio { numerator, denominator } = &metric.kind {
            wanted.extend([numerator.as_str(), denominator.as_str()]);
        }
    }
    found
}

fn metric(metric: &Metric) -> Value {
    let kind = match &metric.kind {
        MetricKind::Conversion { filter: facts, .. } => json!(["conversion", filter(facts)]),
        MetricKind::Count(facts) => json!(["count", filter(facts)]),
        MetricKind::Sum { filter: facts, value } => json!(["sum", filter(facts), value.0]),
        MetricKind::Ratio { numerator, denominator } => json!(["ratio", numerator, denominator]),
        MetricKind::Max { .. }
        | MetricKind::Distinct { .. }
        | MetricKind::Retention(_)
        | MetricKind::Quantile { .. }
        | MetricKind::Funnel { .. } => json!(null),
    };
    json!({ "kind": kind, "better": metric.better })
}

fn filter(facts: &FactFilter) -> Value {
    json!({
        "source": facts.source,
        "event": word(&facts.event),
        "where": word(&facts.predicate),
        "window": [facts.window.from, facts.window.to],
    })
}

/// The sources of the metrics, those that say who is in which variant, and all that their
/// queries read.
fn sources<'a>(
    project: &'a Project,
    metrics: &BTreeMap<&str, &'a Metric>,
) -> BTreeMap<&'a str, Value> {
    let mut wanted: Vec<&str> = vec!["assignments", "exposures"];
    wanted
        .extend(metrics.values().filter_map(|metric| Some(metric.kind.filter()?.source.as_str())));
    let mut found = BTreeMap::new();
    while let Some(name) = wanted.pop() {
        let Some((name, source)) = project.sources.get_key_value(name) else { continue };
        if found.insert(name.as_str(), mapping(source)).is_none() {
            wanted.extend(read_by(project, source));
        }
    }
    found
}

/// Sources whose names a query contains as words.
fn read_by<'a>(project: &'a Project, source: &Source) -> Vec<&'a str> {
    let Input::Query(query) = &source.input else { return Vec::new() };
    let is_name = |character: char| character.is_alphanumeric() || "._-".contains(character);
    let parts = |text: &str| text.split(|c: char| !is_name(c)).map(str::to_lowercase).collect();
    let words: BTreeSet<String> = parts(query);
    let names = project.sources.keys().map(String::as_str);
    // `events.unit` is a column of `events`.
    names
        .filter(|name| {
            let name = name.to_lowercase();
            words.iter().any(|word| *word == name || word.starts_with(&format!("{name}.")))
        })
        .collect()
}

fn mapping(source: &Source) -> Value {
    let query = match &source.input {
        Input::Query(query) => Some(query),
        Input::Location { .. } => None,
    };
    json!({
        "query": query,
        "partition": source.partition,
        "timezone": source.timezone.as_ref().and_then(|zone| zone.iana_name()),
        "columns": columns(&source.columns),
    })
}

fn columns(columns: &Columns) -> Value {
    json!({
        "experiment": word(&columns.experiment),
        "unit": word(&columns.unit),
        "variant": word(&columns.variant),
        "time": word(&columns.time),
        "event": word(&columns.event),
        "id": word(&columns.id),
    })
}

/// What was said, without where.
fn word(said: &Option<(String, Place)>) -> Option<&str> {
    said.as_ref().map(|(word, _)| word.as_str())
}
