//! Whether the rows are what the truth says they are.

mod effects;
mod errors;
mod files;
mod read;
mod rows;

use std::path::PathBuf;

use tempfile::TempDir;

use super::{Options, Spec, Truth, simulate_with};

/// Two experiments on the same units, one with three variants; all defects; three weeks.
const SPEC: &str = r#"
name = "test"
seed = 11
start = 2026-10-01
days = 21
units = 12000
pre_period_days = 4
defects = { late = 0.03, duplicate = 0.02 }
events = [
  { name = "activated", probability = 0.3, within_days = 5 },
  { name = "purchase", per_day = 0.1, amount = { mean = 20.0, sigma = 0.5, foreign = 0.1 } },
  { name = "error", per_day = 0.05 },
]

[metrics]
activation_rate = { kind = "conversion", event = "activated", window_days = 5 }
orders_per_user = { kind = "count", event = "purchase" }
revenue_per_user = { kind = "sum", event = "purchase", currency = "EUR" }
average_order_value = { kind = "ratio", numerator = "revenue_per_user", denominator = "orders_per_user" }
error_rate = { kind = "count", event = "error", better = "lower", window_days = 6 }

[[experiments]]
key = "first"
name = "First \"quoted\""
hypothesis = "More activation"
start = 2026-10-05
end = 2026-10-15
crossover = 0.02
sample_ratio = { variant = "treatment", lost = 0.2 }
primary = ["activation_rate"]
secondary = ["revenue_per_user", "orders_per_user", "average_order_value"]
guardrail = [{ metric = "error_rate", margin = 0.1 }]
variants = [
  { key = "control", weight = 50, control = true },
  { key = "treatment", weight = 50, lift = { activation_rate = 0.25, orders_per_user = 0.2, revenue_per_user = 0.5, error_rate = -0.3 } },
]

[[experiments]]
key = "second"
name = "Second"
hypothesis = "More orders"
start = 2026-10-06
end = 2026-11-01
traffic = 0.8
crossover = 0.01
primary = ["orders_per_user"]
secondary = ["activation_rate", "revenue_per_user"]
variants = [
  { key = "a", weight = 1, control = true },
  { key = "b", weight = 1, lift = { orders_per_user = 0.5 } },
  { key = "c", weight = 2, lift = { revenue_per_user = -0.4 } },
]
"#;

fn spec() -> Spec {
    Spec::from_toml(SPEC, "spec").unwrap()
}

/// A simulation in a folder that disappears with the value.
struct Made {
    folder: TempDir,
    truth: Truth,
}

impl Made {
    fn path(&self) -> PathBuf {
        self.folder.path().join("out")
    }
}

fn made(spec: &Spec, threads: usize) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { overwrite: false, threads };
    let truth = simulate_with(spec, &folder.path().join("out"), &options).unwrap();
    Made { folder, truth }
}
