//! What `[targets]` may contain.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::field::Field;
use crate::config::{RolloutCall, Scale};

/// One place where something is set in motion. Which keys it takes depends on its kind.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct TargetTable {
    /// What the target is.
    pub kind: Field<TargetWord>,
    /// Address of a webhook or a flag platform; of headless.ly with the tenant.
    #[serde(default)]
    pub url: Field<String>,
    /// Where the token of a flag platform is.
    #[serde(default)]
    pub token: Field<SecretTable>,
    /// Where the secret that signs webhooks is.
    #[serde(default)]
    pub secret: Field<SecretTable>,
    /// A second secret that signs webhooks, while receivers change from one to the other.
    #[serde(default)]
    pub former_secret: Field<SecretTable>,
    /// File to append to (file) or to change (flagd), in the project or absolute.
    #[serde(default)]
    pub path: Field<String>,
    /// Program and arguments; no shell (exec).
    #[serde(default)]
    pub command: Field<Vec<Field<String>>>,
    /// Time that the command may take (exec).
    #[serde(default)]
    #[schemars(extend("default" = "30s", "x-form" = crate::config::window::FORM))]
    pub timeout: Field<String>,
    /// Environment variables that the command sees besides `PATH`, `HOME`, `LANG` and `TZ` (exec).
    #[serde(default)]
    pub pass: Field<Vec<Field<String>>>,
    /// Project of the flags (unleash).
    #[serde(default)]
    #[schemars(extend("default" = "default"))]
    pub project: Field<String>,
    /// Environment of the flags (unleash).
    #[serde(default)]
    pub environment: Field<String>,
    /// Part of the path before an experiment's id (headlessly).
    #[serde(default)]
    #[schemars(extend("default" = "Experiment"))]
    pub experiment_path: Field<String>,
    /// Part of the path before a flag's id (headlessly).
    #[serde(default)]
    #[schemars(extend("default" = "FeatureFlag"))]
    pub flag_path: Field<String>,
    /// How a percentage is told (headlessly).
    #[serde(default)]
    #[schemars(extend("default" = "percent"))]
    pub rollout: Field<RolloutCall>,
    /// How a confidence is written (headlessly).
    #[serde(default)]
    #[schemars(extend("default" = "fraction"))]
    pub confidence: Field<Scale>,
    /// How a lift is written (headlessly).
    #[serde(default)]
    #[schemars(extend("default" = "fraction"))]
    pub lift: Field<Scale>,
    /// Flags that may be touched, with `*` for any part of a name.
    #[serde(default)]
    pub allow: Field<Vec<Field<String>>>,
    /// Flags that are never touched, with `*` for any part of a name.
    #[serde(default)]
    pub protected: Field<Vec<Field<String>>>,
    /// Hosts, with or without a port, for which plain HTTP and private addresses are allowed.
    #[serde(default)]
    pub hosts: Field<Vec<Field<String>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TargetWord {
    /// A file that actions are appended to.
    File,
    /// CloudEvents by HTTP, signed as Standard Webhooks.
    Webhook,
    /// A command that reads an action from its standard input.
    Exec,
    /// Unleash, by its admin API.
    Unleash,
    /// headless.ly, by REST.
    Headlessly,
    /// A flagd file of JSON.
    Flagd,
}

/// Where a secret is.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, extend("x-one-of" = ["env", "file", "command"]))]
pub struct SecretTable {
    /// Name of an environment variable.
    #[serde(default)]
    pub env: Field<String>,
    /// A file, in the project or absolute, that contains nothing else.
    #[serde(default)]
    pub file: Field<String>,
    /// Program and arguments, whose first line of output it is.
    #[serde(default)]
    pub command: Field<Vec<Field<String>>>,
}
