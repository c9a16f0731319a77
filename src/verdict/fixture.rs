//! An experiment in which one thing at a time goes differently.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};

use super::{Evidence, Memory, Report, SummaryRow, decide};
use crate::config::{
    Basis, Crossovers, Decision, Direction, Experiment, FactFilter, Guardrail, Maturity, Method,
    Metric, MetricKind, MetricUse, Phase, Place, Policy, Role, Rule, Spending, Status, TestPlan,
    Variant, Window,
};
use crate::stats::Summary;

/// Onboarding: activation is the primary, the error rate a guardrail with a margin of 5 %.
/// Ten thousand units per variant, ten of 28 days, nothing differs.
#[derive(Clone)]
pub struct Night {
    pub experiment: Experiment,
    pub metrics: BTreeMap<String, Metric>,
    pub evidence: Evidence,
    pub as_of: Date,
}

pub const UNITS: u64 = 10_000;

impl Night {
    pub fn quiet() -> Night {
        Night::with_treatments(&["simplified"])
    }

    pub fn with_treatments(treatments: &[&str]) -> Night {
        let metrics = ["activation_rate", "error_rate", "revenue"].map(metric);
        let mut night = Night {
            experiment: experiment(treatments),
            metrics: metrics.into_iter().map(|m| (m.key.clone(), m)).collect(),
            evidence: Evidence::default(),
            as_of: date(2026, 10, 10),
        };
        for variant in night.experiment.variants.clone() {
            night.evidence.units.insert(variant.key.clone(), UNITS);
            night = night.rate("activation_rate", &variant.key, 0.4).rate(
                "error_rate",
                &variant.key,
                0.5,
            );
        }
        night
    }

    /// Sets a metric's share in one variant, keeping its units.
    pub fn rate(mut self, metric: &str, variant: &str, share: f64) -> Night {
        let units = self.evidence.units[variant];
        let summary = Summary::from_conversions(units, (units as f64 * share).round() as u64);
        self.evidence.summaries.retain(|row| row.metric != metric || row.variant != variant);
        self.evidence.summaries.push(SummaryRow::of_all(metric, variant, summary));
        self
    }

    pub fn units(mut self, variant: &str, units: u64) -> Night {
        self.evidence.units.insert(variant.to_owned(), units);
        let rows = self.evidence.summaries.clone();
        for row in rows.iter().filter(|row| row.variant == variant) {
            self = self.rate(&row.metric, variant, row.summary.mean[0]);
        }
        self
    }

    pub fn all_units(self, units: u64) -> Night {
        let keys: Vec<_> = self.experiment.variants.iter().map(|v| v.key.clone()).collect();
        keys.iter().fold(self, |night, key| night.units(key, units))
    }

    pub fn fail(mut self, metric: &str) -> Night {
        self.evidence.summaries.retain(|row| row.metric != metric);
        self.evidence.failed.insert(metric.to_owned(), "column `amont` is not there".to_owned());
        self
    }

    pub fn method(mut self, method: Method) -> Night {
        self.experiment.test.method = method;
        self
    }

    pub fn on(mut self, as_of: Date) -> Night {
        self.as_of = as_of;
        self
    }

    pub fn policy(mut self, policy: Policy) -> Night {
        self.experiment.decision.policy = policy;
        self.experiment.decision.rules = policy.rules();
        self
    }

    pub fn rules(mut self, rules: &[Rule]) -> Night {
        self.experiment.decision.policy = Policy::Rules;
        self.experiment.decision.rules = rules.to_vec();
        self
    }

    /// One more metric, of which 40 % of the units of every variant converted.
    pub fn metric(mut self, key: &str, role: Role) -> Night {
        self.metrics.insert(key.to_owned(), metric(key));
        self.experiment.metrics.push(MetricUse { metric: key.to_owned(), role });
        // Primary first, then secondary, then guardrail.
        self.experiment.metrics.sort_by_key(|used| match used.role {
            Role::Primary => 0,
            Role::Secondary => 1,
            Role::Guardrail(_) => 2,
        });
        let variants = self.experiment.variants.clone();
        variants.iter().fold(self, |night, variant| night.rate(key, &variant.key, 0.4))
    }

    pub fn margin(mut self, margin: Option<f64>) -> Night {
        for used in &mut self.experiment.metrics {
            if let Role::Guardrail(guardrail) = &mut used.role {
                guardrail.margin = margin;
            }
        }
        self
    }

    pub fn report(&self) -> Report {
        self.after(&Memory::none())
    }

    pub fn after(&self, memory: &Memory) -> Report {
        decide(&self.experiment, self.as_of, &self.metrics, self.evidence.clone(), memory)
    }
}

fn metric(key: &str) -> Metric {
    let better = if key == "error_rate" { Direction::Lower } else { Direction::Higher };
    let filter = FactFilter {
        source: "events".to_owned(),
        event: None,
        predicate: None,
        window: Window { from: 0, to: None },
    };
    Metric {
        key: key.to_owned(),
        description: None,
        kind: MetricKind::Conversion { filter, at_least: 1 },
        better,
        cap: None,
        covariate: None,
        maturity: Maturity::All,
        at: Place::default(),
    }
}

fn experiment(treatments: &[&str]) -> Experiment {
    let share = 1.0 / (treatments.len() + 1) as f64;
    let variant = |key: &str, is_control| Variant { key: key.to_owned(), share, is_control };
    let mut variants = vec![variant("control", true)];
    variants.extend(treatments.iter().map(|key| variant(key, false)));
    let uses = |metric: &str, role| MetricUse { metric: metric.to_owned(), role };
    Experiment {
        key: "onboarding-v2".to_owned(),
        name: "Onboarding flow V2".to_owned(),
        hypothesis: None,
        owner: None,
        status: Status::Running,
        start: date(2026, 10, 1),
        end: date(2026, 10, 29),
        enroll_until: date(2026, 10, 29),
        phases: vec![Phase {
            from: date(2026, 10, 1),
            shares: variants.iter().map(|variant| variant.share).collect(),
        }],
        entry: None,
        rollout: None,
        audience: None,
        holdouts: Vec::new(),
        segments: Vec::new(),
        traffic: 1.0,
        variants,
        basis: Basis::Exposure,
        crossovers: Crossovers::Exclude,
        metrics: vec![
            uses("activation_rate", Role::Primary),
            uses("error_rate", Role::Guardrail(Guardrail { margin: Some(0.05) })),
        ],
        test: TestPlan {
            method: Method::Sequential,
            alpha: 0.05,
            power: 0.8,
            target_sample_size: None,
            minimum_effect: Some(0.05),
            spending: Spending::OBrienFleming,
        },
        decision: Decision {
            policy: Policy::RiskAware,
            rules: Policy::RiskAware.rules(),
            confidence: 0.95,
            minimum_days: 7,
            minimum_units: 100,
            confirmations: 1,
        },
        at: Place::default(),
    }
}
