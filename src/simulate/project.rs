//! What the configuration says.
//!
//! Written as text, not through serde: the files are examples that people read.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use super::error::SimulateError;
use super::spec::{BetterSpec, ExperimentSpec, MetricKindSpec, MetricSpec, Spec, VariantSpec};

/// Writes `assize.toml`, `metrics.toml` and `experiments/*.toml` below `folder`.
pub(super) fn write(spec: &Spec, folder: &Path) -> Result<(), SimulateError> {
    put(&folder.join("assize.toml"), &assize(spec))?;
    put(&folder.join("metrics.toml"), &metrics(spec))?;
    let experiments = folder.join("experiments");
    fs::create_dir_all(&experiments).map_err(SimulateError::io(&experiments, "create folder"))?;
    for one in &spec.experiments {
        put(&experiments.join(format!("{}.toml", one.key)), &experiment(one))?;
    }
    Ok(())
}

/// Writes a file that must be new.
pub(super) fn put(path: &Path, text: &str) -> Result<(), SimulateError> {
    let mut file = File::create_new(path).map_err(SimulateError::io(path, "create file"))?;
    file.write_all(text.as_bytes()).map_err(SimulateError::io(path, "write file"))
}

fn assize(spec: &Spec) -> String {
    format!(
        r#"#:schema schema/project.json
# Synthetic data with known truth: see truth.json. Made by `assize simulate`.

[project]
name = {name}
timezone = "UTC"
experiments = "experiments"
metrics = "metrics.toml"
output = "out"

[sources.assignments]
location = "data/assignments/"
columns = {{ experiment = "experiment_key", unit = "user_id", variant = "variation", time = "assigned_at" }}
attributes = ["country", "platform"]

[sources.exposures]
location = "data/exposures/"
partition = "day"
columns = {{ experiment = "experiment_key", unit = "user_id", variant = "variation", time = "exposed_at" }}

[sources.events]
kind = "facts"
location = "data/events/"
partition = "day"
columns = {{ unit = "user_id", time = "occurred_at", event = "event_name", id = "event_id" }}
"#,
        name = quoted(&spec.name)
    )
}

fn metrics(spec: &Spec) -> String {
    let mut text = "#:schema schema/metrics.json\n".to_owned();
    for (key, one) in &spec.metrics {
        text.push_str(&metric(key, one));
    }
    text
}

fn metric(key: &str, one: &MetricSpec) -> String {
    let kind = match one.kind {
        MetricKindSpec::Conversion => "conversion",
        MetricKindSpec::Count => "count",
        MetricKindSpec::Sum => "sum",
        MetricKindSpec::Ratio => "ratio",
    };
    let mut lines = Lines::default();
    lines.raw(&format!("\n[metrics.{key}]"));
    lines.text("description", one.description.as_deref());
    lines.text("kind", Some(kind));
    lines.text("event", one.event.as_deref());
    lines.text("value", (one.kind == MetricKindSpec::Sum).then_some("amount"));
    let currency = one.currency.as_ref().map(|currency| format!("currency = '{currency}'"));
    lines.text("where", currency.as_deref());
    let window = one.window_days.map(|days| format!("{days}d"));
    lines.text("window", window.as_deref());
    lines.text("numerator", one.numerator.as_deref());
    lines.text("denominator", one.denominator.as_deref());
    lines.text(
        "better",
        one.better.map(|better| match better {
            BetterSpec::Higher => "higher",
            BetterSpec::Lower => "lower",
        }),
    );
    lines.text
}

fn experiment(one: &ExperimentSpec) -> String {
    let mut lines = Lines::default();
    lines.raw("#:schema ../schema/experiment.json");
    lines.text("name", Some(&one.name));
    lines.text("hypothesis", Some(&one.hypothesis));
    lines.text("owner", one.owner.as_deref());
    lines.text("status", Some(&one.status));
    lines.value("start", Some(one.start));
    lines.value("end", Some(one.end));
    lines.value("traffic", Some(format!("{:?}", one.traffic)));
    lines.raw("variants = [");
    let whole: f64 = one.variants.iter().map(|variant| variant.weight).sum();
    one.variants.iter().for_each(|one| lines.raw(&format!("  {},", variant(one, whole))));
    lines.raw("]");
    lines.raw("\n[metrics]");
    lines.value("primary", Some(list(&one.primary)));
    lines.value("secondary", some_of(&one.secondary).map(list));
    let guardrails = some_of(&one.guardrail).map(|all| {
        let entries = all.iter().map(|guardrail| match guardrail.margin {
            Some(margin) => {
                format!("{{ metric = {}, margin = {margin} }}", quoted(&guardrail.metric))
            }
            None => format!("{{ metric = {} }}", quoted(&guardrail.metric)),
        });
        format!("[{}]", entries.collect::<Vec<_>>().join(", "))
    });
    lines.value("guardrail", guardrails);
    lines.raw("\n[test]");
    lines.text("method", Some("sequential"));
    lines.value("alpha", Some(0.05));
    lines.value("power", Some(0.8));
    lines.value("target_sample_size", one.target_sample_size);
    lines.value("minimum_effect", one.minimum_effect);
    lines.raw("\n[decision]");
    lines.text("policy", Some("risk-aware"));
    lines.value("minimum_days", one.minimum_days);
    lines.text
}

/// Weights of a project are percent; those of a simulation have any sum, `whole`.
fn variant(one: &VariantSpec, whole: f64) -> String {
    let control = if one.control { ", control = true" } else { "" };
    let percent = 100.0 * (one.weight / whole);
    format!("{{ key = {}, weight = {percent}{control} }}", quoted(&one.key))
}

/// TOML, line by line; what is `None` is left out.
#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    fn raw(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn value(&mut self, key: &str, value: Option<impl std::fmt::Display>) {
        if let Some(value) = value {
            // Writing to a string cannot fail.
            let _ = writeln!(self.text, "{key} = {value}");
        }
    }

    fn text(&mut self, key: &str, value: Option<&str>) {
        self.value(key, value.map(quoted));
    }
}

/// A TOML string with its quotes.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn list(keys: &[String]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| quoted(key)).collect();
    format!("[{}]", keys.join(", "))
}

fn some_of<T>(items: &[T]) -> Option<&[T]> {
    (!items.is_empty()).then_some(items)
}
