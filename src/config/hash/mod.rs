//! Whether what was promised has changed.

mod changes;
mod definition;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub use changes::{PromiseChange, PromiseCompared, compare_promises};
use definition::{filter, metric, word};

use super::{
    Columns, Covariate, Experiment, Input, Method, Metric, MetricKind, Project, Role, SENTINEL_IDS,
    Source, Spending,
};

/// SHA-256, in hex, of all that the numbers of one experiment depend on.
///
/// Variants and weights, phases, who enrolls and by what, metrics with roles and definitions,
/// the mapping of the sources they read, dates, basis, crossovers, segments, test, decision and
/// time zone. Not what is only for people (name, hypothesis, owner, status, descriptions), not
/// `traffic`, which may be raised while an experiment runs, not where rows are (a folder may
/// move, and a variable may name it), and not the order in which anything was written. A key
/// that may be left out is hashed where it is said, so that a new one changes no hash.
pub fn config_hash(project: &Project, experiment: &Experiment) -> String {
    let text = promise(project, experiment);
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// All that the numbers of one experiment depend on, as JSON: what is locked at its first look.
pub fn promise(project: &Project, experiment: &Experiment) -> String {
    canonical(project, experiment).to_string()
}

fn canonical(project: &Project, experiment: &Experiment) -> Value {
    let metrics = metrics(project, experiment);
    let mut said = json!({
        "key": experiment.key,
        "timezone": project.timezone.iana_name(),
        "start": experiment.start.to_string(),
        "end": experiment.end.to_string(),
        "basis": experiment.basis,
        "crossovers": experiment.crossovers,
        "variants": variants(experiment),
        "roles": roles(experiment),
        "metrics": metrics.iter().map(|(key, found)| (*key, metric(found))).collect::<BTreeMap<_, _>>(),
        "sources": sources(project, experiment, &metrics),
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
    });
    add(&mut said, "enrollment", enrollment(experiment));
    add(&mut said, "spending", spending(experiment));
    add(
        &mut said,
        "confirmations",
        (experiment.decision.confirmations != 2).then(|| json!(experiment.decision.confirmations)),
    );
    said
}

fn spending(experiment: &Experiment) -> Option<Value> {
    if experiment.test.method != Method::GroupSequential {
        return None;
    }
    Some(match experiment.test.spending {
        Spending::OBrienFleming => json!(["obrien-fleming"]),
        Spending::Pocock => json!(["pocock"]),
        Spending::HwangShihDeCani(gamma) => json!(["hwang-shih-decani", gamma]),
        Spending::KimDeMets(rho) => json!(["kim-demets", rho]),
    })
}

/// What was said about enrollment, besides dates and weights.
fn enrollment(experiment: &Experiment) -> Option<Value> {
    let mut said = json!({});
    let until = experiment.enroll_until;
    add(&mut said, "until", (until != experiment.end).then(|| json!(until.to_string())));
    add(&mut said, "phases", (experiment.phases.len() > 1).then(|| phases(experiment)));
    add(&mut said, "entry", experiment.entry.as_ref().map(filter));
    add(&mut said, "audience", word(&experiment.audience).map(Value::from));
    add(&mut said, "holdouts", names(&experiment.holdouts));
    add(&mut said, "segments", names(&experiment.segments));
    said.as_object().is_some_and(|said| !said.is_empty()).then_some(said)
}

/// Shares by variant, so that the order of the variants does not matter.
fn phases(experiment: &Experiment) -> Value {
    let keys = || experiment.variants.iter().map(|variant| variant.key.as_str());
    let phases = experiment.phases.iter();
    let phase = phases.map(|phase| {
        let shares: BTreeMap<&str, f64> = keys().zip(phase.shares.iter().copied()).collect();
        json!([phase.from.to_string(), shares])
    });
    phase.collect()
}

fn names(names: &[String]) -> Option<Value> {
    let names: BTreeSet<&String> = names.iter().collect();
    (!names.is_empty()).then(|| json!(names))
}

/// Under a key of an object, if there is anything to put there.
fn add(object: &mut Value, key: &str, value: Option<Value>) {
    if let (Some(object), Some(value)) = (object.as_object_mut(), value) {
        object.insert(key.to_owned(), value);
    }
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

/// The metrics that the experiment uses, with the parts of its ratios and their covariates.
fn metrics<'a>(project: &'a Project, experiment: &'a Experiment) -> BTreeMap<&'a str, &'a Metric> {
    let mut found = BTreeMap::new();
    let mut wanted: Vec<&str> =
        experiment.metrics.iter().map(|used| used.metric.as_str()).collect();
    while let Some(key) = wanted.pop() {
        let Some(metric) = project.metrics.get(key) else { continue };
        // Two metrics may be each other's covariate.
        if found.insert(key, metric).is_some() {
            continue;
        }
        if let Some(Covariate::Metric { metric, .. }) = &metric.covariate {
            wanted.push(metric);
        }
        if let MetricKind::Ratio { numerator, denominator } = &metric.kind {
            wanted.extend([numerator.as_str(), denominator.as_str()]);
        }
    }
    found
}

/// The sources of the metrics and of the entry, those that say who is in which variant and of
/// which unit, and all that their queries read.
fn sources<'a>(
    project: &'a Project,
    experiment: &'a Experiment,
    metrics: &BTreeMap<&str, &'a Metric>,
) -> BTreeMap<&'a str, Value> {
    let mut wanted: Vec<&str> = vec!["assignments", "exposures"];
    wanted
        .extend(metrics.values().filter_map(|metric| Some(metric.kind.filter()?.source.as_str())));
    wanted.extend(experiment.entry.as_ref().map(|entry| entry.source.as_str()));
    let mut found = BTreeMap::new();
    while let Some(name) = wanted.pop() {
        let Some((name, source)) = project.sources.get_key_value(name) else { continue };
        if found.insert(name.as_str(), mapping(source)).is_none() {
            wanted.extend(read_by(project, source));
            wanted.extend(source.members.as_deref());
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
    let mut said = json!({
        "query": query,
        "partition": source.partition,
        "timezone": source.timezone.as_ref().and_then(|zone| zone.iana_name()),
        "columns": columns(&source.columns),
    });
    add(&mut said, "members", source.members.as_deref().map(Value::from));
    let is_usual = source.sentinel_ids == SENTINEL_IDS;
    add(&mut said, "sentinel_ids", (!is_usual).then(|| json!(source.sentinel_ids)));
    add(&mut said, "clock_skew", (source.clock_skew != 0).then(|| json!(source.clock_skew)));
    said
}

fn columns(columns: &Columns) -> Value {
    let mut said = json!({
        "experiment": word(&columns.experiment),
        "unit": word(&columns.unit),
        "variant": word(&columns.variant),
        "time": word(&columns.time),
        "event": word(&columns.event),
        "id": word(&columns.id),
    });
    add(&mut said, "member", word(&columns.member).map(Value::from));
    add(&mut said, "forced", word(&columns.forced).map(Value::from));
    said
}
