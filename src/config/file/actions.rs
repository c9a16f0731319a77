//! What `[actions]` may contain.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::field::Field;
use crate::config::{ActionMode, Approve};

/// When something may be set in motion.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ActionsTable {
    /// Whether `assize act` carries actions out without being told so.
    #[serde(default)]
    #[schemars(extend("default" = "plan"))]
    pub mode: Field<ActionMode>,
    /// `false` stops everything.
    #[serde(default)]
    #[schemars(extend("default" = true))]
    pub enabled: Field<bool>,
    /// What waits for a person: nothing, whatever moves traffic to a treatment, or everything.
    #[serde(default)]
    #[schemars(extend("default" = "never"))]
    pub approve: Field<Approve>,
    /// An action that is older is not carried out.
    #[serde(default)]
    #[schemars(extend("default" = "3d", "x-form" = crate::config::window::FORM))]
    pub expires: Field<String>,
    /// Most actions of one run; roll backs do not count.
    #[serde(default)]
    #[schemars(extend("minimum" = 1))]
    pub max_per_run: Field<i64>,
    /// Times of every week in which only roll backs are carried out, such as
    /// `Fri 16:00 - Mon 08:00`, in the project's time zone or with another at the end.
    #[serde(default)]
    pub freeze: Field<Vec<Field<String>>>,
}
