//! What is wrong with a spec.
//!
//! Every problem at once, each with where, what, and what to write instead.

use super::error::{Problem, SimulateError};
use super::rows::{FOREIGN, HOME};
use super::spec::{
    AmountSpec, EventSpec, ExperimentSpec, MetricKindSpec, MetricSpec, Spec, VariantSpec,
};

const STATUSES: [&str; 6] = ["draft", "running", "paused", "stopped", "concluded", "archived"];

/// Passes a spec that can be simulated.
pub(super) fn check(spec: &Spec) -> Result<(), SimulateError> {
    let mut problems = Problems::default();
    problems.check_project(spec);
    spec.events.iter().for_each(|event| problems.check_event(event));
    spec.metrics.iter().for_each(|(key, metric)| problems.check_metric(spec, key, metric));
    spec.experiments.iter().for_each(|one| problems.check_experiment(spec, one));
    if problems.found.is_empty() { Ok(()) } else { Err(SimulateError::Spec(problems.found)) }
}

#[derive(Debug, Default)]
struct Problems {
    found: Vec<Problem>,
}

impl Problems {
    fn add(&mut self, at: &str, what: impl Into<String>, hint: impl Into<String>) {
        self.found.push(Problem { at: at.to_owned(), what: what.into(), hint: hint.into() });
    }

    /// A share of something, from `0` to `1`.
    fn share(&mut self, at: &str, value: f64) {
        if !(0.0..=1.0).contains(&value) {
            self.add(at, format!("`{value}` is not a share"), "write a number from 0 to 1");
        }
    }

    fn not_negative(&mut self, at: &str, value: f64) {
        if !(value.is_finite() && value >= 0.0) {
            self.add(at, format!("`{value}` is negative or not a number"), "write 0 or more");
        }
    }

    /// A key that becomes a file name or a TOML key.
    fn key(&mut self, at: &str, key: &str) {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if key.is_empty() || !key.chars().all(plain) {
            self.add(at, format!("`{key}` is not a key"), "use letters, digits, `-` and `_`");
        }
    }

    fn unique<'a>(&mut self, at: &str, keys: impl Iterator<Item = &'a str>) {
        let mut seen = std::collections::BTreeSet::new();
        for key in keys {
            if !seen.insert(key) {
                self.add(at, format!("`{key}` stands here twice"), "remove or rename one");
            }
        }
    }

    fn check_project(&mut self, spec: &Spec) {
        if spec.days == 0 || spec.days > 999 {
            let what = format!("{} days cannot be simulated", spec.days);
            self.add("days", what, "write a number from 1 to 999");
        }
        if spec.units == 0 {
            self.add("units", "there are no units", "write a positive number");
        }
        if !spec.events.iter().any(|e| e.per_day.unwrap_or(0.0) > 0.0 || e.probability.is_some()) {
            self.add("events", "nothing ever happens", "give one event a `per_day` above 0");
        }
        self.not_negative("activity_sigma", spec.activity_sigma);
        self.share("activity_correlation", spec.activity_correlation);
        self.share("defects.late", spec.defects.late);
        self.share("defects.duplicate", spec.defects.duplicate);
        self.unique("events", spec.events.iter().map(|event| event.name.as_str()));
        self.unique("experiments", spec.experiments.iter().map(|one| one.key.as_str()));
    }

    fn check_event(&mut self, event: &EventSpec) {
        let at = format!("events.{}", event.name);
        if event.name.is_empty() || event.name.contains(['"', '\\', '\n']) {
            self.add(&at, "name is empty or needs quotes", "use letters, digits, `.` and `_`");
        }
        match (event.per_day, event.probability, event.within_days) {
            (Some(per_day), None, None) => self.not_negative(&format!("{at}.per_day"), per_day),
            (None, Some(probability), Some(1..)) => {
                if !(probability > 0.0 && probability < 1.0) {
                    let what = format!("`{probability}` is not a chance between 0 and 1");
                    self.add(&format!("{at}.probability"), what, "write for instance 0.4");
                }
            }
            _ => self.add(
                &at,
                "how often it happens is missing or said twice",
                "write either `per_day`, or `probability` and `within_days`",
            ),
        }
        if let Some(amount) = &event.amount {
            self.check_amount(&at, amount);
        }
    }

    fn check_amount(&mut self, at: &str, amount: &AmountSpec) {
        if !(amount.mean.is_finite() && amount.mean > 0.0) {
            let what = format!("`{}` is not a mean amount", amount.mean);
            self.add(&format!("{at}.amount.mean"), what, "write a number above 0");
        }
        self.not_negative(&format!("{at}.amount.sigma"), amount.sigma);
        self.share(&format!("{at}.amount.foreign"), amount.foreign);
    }

    fn check_metric(&mut self, spec: &Spec, key: &str, metric: &MetricSpec) {
        let at = format!("metrics.{key}");
        self.key(&at, key);
        if metric.kind == MetricKindSpec::Ratio {
            return self.check_ratio(spec, &at, metric);
        }
        if metric.numerator.is_some() || metric.denominator.is_some() {
            self.add(&at, "only a ratio has a numerator", "remove it, or set `kind = \"ratio\"`");
        }
        if metric.window_days == Some(0) {
            self.add(&at, "window of 0 days is empty", "write 1 or more, or leave it out");
        }
        let name = metric.event.as_deref().unwrap_or("");
        let Some(event) = spec.events.iter().find(|event| event.name == name) else {
            let known: Vec<_> = spec.events.iter().map(|e| format!("`{}`", e.name)).collect();
            let hint = format!("events are {}", known.join(", "));
            return self.add(&at, format!("there is no event `{name}`"), hint);
        };
        self.check_measure(&at, metric, event);
    }

    /// The event has what the kind of metric needs.
    fn check_measure(&mut self, at: &str, metric: &MetricSpec, event: &EventSpec) {
        match metric.kind {
            MetricKindSpec::Conversion if event.per_day.is_some() => self.add(
                at,
                format!("true rate of a conversion on `{}` is not known", event.name),
                "give the event `probability` and `within_days` instead of `per_day`",
            ),
            MetricKindSpec::Sum if event.amount.is_none() => {
                let what = format!("event `{}` has no amount to sum", event.name);
                self.add(at, what, "give the event an `amount`");
            }
            _ => {}
        }
        match metric.currency.as_deref() {
            None => {}
            Some(HOME | FOREIGN) if metric.kind == MetricKindSpec::Sum => {}
            Some(other) => self.add(
                at,
                format!("currency `{other}` does not fit here"),
                format!("a `sum` may take `{HOME}` or `{FOREIGN}`"),
            ),
        }
    }

    fn check_ratio(&mut self, spec: &Spec, at: &str, metric: &MetricSpec) {
        for (part, key) in [("numerator", &metric.numerator), ("denominator", &metric.denominator)]
        {
            let found = key.as_ref().and_then(|key| spec.metrics.get(key));
            if found.is_none_or(|found| found.kind == MetricKindSpec::Ratio) {
                let hint = format!("name a metric that is no ratio as `{part}`");
                self.add(at, format!("ratio has no {part}"), hint);
            }
        }
        if metric.event.is_some() || metric.window_days.is_some() || metric.currency.is_some() {
            let hint = "set `event`, `window_days` and `currency` on its numerator";
            self.add(at, "ratio takes its facts from its parts", hint);
        }
    }

    fn check_experiment(&mut self, spec: &Spec, one: &ExperimentSpec) {
        let at = format!("experiments.{}", one.key);
        self.key(&at, &one.key);
        if !STATUSES.contains(&one.status.as_str()) {
            let hint = format!("statuses are {}", STATUSES.join(", "));
            self.add(&at, format!("there is no status `{}`", one.status), hint);
        }
        self.check_dates(spec, &at, one);
        for (name, share) in [
            ("traffic", one.traffic),
            ("exposed", one.exposed),
            ("repeat", one.repeat),
            ("crossover", one.crossover),
            ("sample_ratio.lost", one.sample_ratio.as_ref().map_or(0.0, |ratio| ratio.lost)),
        ] {
            self.share(&format!("{at}.{name}"), share);
        }
        self.unique(&format!("{at} metrics"), one.metrics());
        for metric in one.metrics().filter(|metric| !spec.metrics.contains_key(*metric)) {
            let hint = "define it under `[metrics]`, or remove it here";
            self.add(&at, format!("there is no metric `{metric}`"), hint);
        }
        if one.primary.is_empty() {
            self.add(&at, "there is no primary metric", "name one in `primary`");
        }
        self.check_variants(spec, &at, one);
    }

    fn check_dates(&mut self, spec: &Spec, at: &str, one: &ExperimentSpec) {
        let earliest = spec.day(spec.pre_period_days);
        if one.start < earliest || one.start >= spec.day(spec.days) {
            let what = format!("start {} is outside the data after the pre-period", one.start);
            let last = spec.day(spec.days.saturating_sub(1));
            self.add(at, what, format!("start from {earliest} to {last}"));
        }
        if one.end <= one.start {
            let what = format!("end {} is not after start {}", one.end, one.start);
            self.add(at, what, "`end` is the first day after the experiment");
        }
    }

    fn check_variants(&mut self, spec: &Spec, at: &str, one: &ExperimentSpec) {
        let controls = one.variants.iter().filter(|variant| variant.control).count();
        if one.variants.len() < 2 || controls != 1 {
            let what = format!("{} variants, {controls} of them control", one.variants.len());
            self.add(at, what, "write two or more `variants`, one with `control = true`");
        }
        self.unique(&format!("{at}.variants"), one.variants.iter().map(|v| v.key.as_str()));
        if let Some(ratio) = &one.sample_ratio
            && !one.variants.iter().any(|variant| variant.key == ratio.variant)
        {
            let what = format!("there is no variant `{}` to lose exposures", ratio.variant);
            self.add(at, what, "name one of the variants in `sample_ratio`");
        }
        for variant in &one.variants {
            let at = format!("{at}.{}", variant.key);
            self.key(&at, &variant.key);
            if !(variant.weight.is_finite() && variant.weight > 0.0) {
                let what = format!("`{}` is not a weight", variant.weight);
                self.add(&at, what, "write a number above 0");
            }
            variant.lift.iter().for_each(|(m, lift)| self.check_lift(spec, &at, variant, m, *lift));
        }
    }

    fn check_lift(&mut self, spec: &Spec, at: &str, variant: &VariantSpec, key: &str, lift: f64) {
        let at = format!("{at}.lift.{key}");
        if !(lift.is_finite() && lift > -1.0) {
            self.add(&at, format!("`{lift}` is not a lift"), "write a fraction above -1");
        }
        if variant.control {
            self.add(&at, "control has a lift", "lifts are relative to the control");
        }
        let Some(metric) = spec.metrics.get(key) else {
            return self.add(&at, format!("there is no metric `{key}`"), "name one of `[metrics]`");
        };
        if metric.kind == MetricKindSpec::Ratio {
            let hint = "set the lifts of its numerator and denominator";
            return self.add(&at, "lift of a ratio follows from its parts", hint);
        }
        self.check_lever(spec, &at, variant, key, metric);
        let event = spec.events.iter().find(|e| Some(e.name.as_str()) == metric.event.as_deref());
        let chance = event.and_then(|event| event.probability);
        match (metric.kind, chance) {
            (MetricKindSpec::Conversion, Some(chance)) if chance * (1.0 + lift) >= 0.99 => {
                let what =
                    format!("chance {chance} with this lift reaches {}", chance * (1.0 + lift));
                self.add(&at, what, "lower one of them: their product must stay below 0.99");
            }
            (MetricKindSpec::Count, Some(_)) => {
                let hint = "set it on a `conversion` of the same event";
                self.add(&at, "lift of a count of conversions is not linear", hint);
            }
            _ => {}
        }
    }

    /// Two lifts would pull the same lever.
    fn check_lever(
        &mut self,
        spec: &Spec,
        at: &str,
        variant: &VariantSpec,
        key: &str,
        metric: &MetricSpec,
    ) {
        let sum = |kind| kind == MetricKindSpec::Sum;
        let rival = variant.lift.keys().find(|other| {
            other.as_str() < key
                && spec.metrics.get(*other).is_some_and(|other| {
                    other.event == metric.event && sum(other.kind) == sum(metric.kind)
                })
        });
        if let Some(rival) = rival {
            let what = format!("`{rival}` already sets the lift of the same event");
            self.add(at, what, "set one of the two; the other follows");
        }
    }
}
