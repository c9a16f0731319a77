//! Unleash, by its admin API.
//!
//! Writes are JSON patches that first test what was read: the server ignores `If-Match`. What it
//! answers says little (it moves weights around, and turns a flag without strategies on for
//! everybody), so whoever writes reads again.

#[cfg(test)]
mod fake;
mod plan;
mod state;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use super::{Target, close, flag_of, still, understood};
use crate::action::http::{Answer, Call, Client, Repeat};
use crate::action::secret::Secret;
use crate::action::{Change, ChangeKind, Fault, Observed, Sent, SentRequest};
use crate::config::SecretRef;
use state::State;

pub struct Unleash {
    pub name: String,
    pub client: Client,
    pub token: SecretRef,
    pub project: String,
    pub environment: String,
}

#[async_trait]
impl Target for Unleash {
    fn name(&self) -> &str {
        &self.name
    }

    fn takes(&self, kind: &ChangeKind) -> bool {
        !matches!(kind, ChangeKind::Notify { .. })
    }

    async fn observe(&self, change: &Change) -> Result<Option<Observed>, Fault> {
        Ok(Some(self.state(change).await?.observed))
    }

    fn is_done(&self, change: &Change, seen: &Observed) -> bool {
        match &change.kind {
            ChangeKind::SetRollout { variant, control, percent } => {
                let is_right = |(name, share): (&String, &f64)| match name {
                    _ if name == control => true,
                    _ if name == variant => close(*share, f64::from(*percent)),
                    // A variant that is taken back leaves the others alone.
                    _ => *percent == 0 || close(*share, 0.0),
                };
                let is_on = seen.enabled || *percent == 0;
                is_on
                    && seen.foreign.is_empty()
                    && seen.shares.contains_key(variant)
                    && seen.shares.iter().all(is_right)
            }
            ChangeKind::Disable { control } => {
                let is_other = |(name, share): (&String, &f64)| name != control && *share > 0.0;
                !seen.enabled || seen.foreign.is_empty() && !seen.shares.iter().any(is_other)
            }
            ChangeKind::Conclude { winner, .. } => {
                seen.status.as_deref() == Some(state::completed(winner.is_some()))
            }
            ChangeKind::Notify { .. } => false,
        }
    }

    async fn write(&self, change: &Change, seen: Option<&Observed>) -> Result<Sent, Fault> {
        let state = self.state(change).await?;
        still(seen, &state.observed)?;
        if self.is_done(change, &state.observed) {
            return Ok(Sent::default());
        }
        let requests = match &change.kind {
            ChangeKind::SetRollout { variant, control, percent } => {
                understood(&state.observed)?;
                let share = plan::Share { variant, control, percent: *percent };
                self.set_rollout(change, &state, share).await?
            }
            ChangeKind::Disable { .. } => {
                let url = self.environment(change, &["off"])?;
                vec![self.write_one(Call::new(Method::POST, url, Repeat::Safe)).await?]
            }
            ChangeKind::Conclude { winner, .. } => {
                let url = self.feature(change, &["lifecycle", "complete"])?;
                let body = match winner {
                    Some(winner) => json!({ "status": "kept", "statusValue": winner }),
                    None => json!({ "status": "discarded" }),
                };
                let call = Call::new(Method::POST, url, Repeat::Safe).json(&body);
                vec![self.write_one(call).await?]
            }
            ChangeKind::Notify { .. } => return Err(Fault::unsupported("Unleash tells nobody")),
        };
        Ok(Sent { requests })
    }
}

impl Unleash {
    async fn state(&self, change: &Change) -> Result<State, Fault> {
        let answer = self.call(Call::get(self.feature(change, &[])?)).await?.1;
        if answer.status == 404 {
            let (flag, project) = (flag_of(change)?, &self.project);
            let why = format!("project `{project}` of Unleash has no flag `{flag}`");
            return Err(Fault::unsupported(why));
        }
        if !answer.is_success() {
            return Err(answer.fault(false));
        }
        state::read(&answer.json()?, &self.environment, &change.kind)
    }

    /// Weights first, while the flag is off; then on, if what would be served is what is meant.
    async fn set_rollout(
        &self,
        change: &Change,
        state: &State,
        share: plan::Share<'_>,
    ) -> Result<Vec<SentRequest>, Fault> {
        let Some(strategy) = &state.strategy else {
            return Err(Fault::unsupported(format!(
                "the flag has no strategy in `{}`, and turning it on would release it to everybody",
                self.environment
            )));
        };
        let mut requests = Vec::new();
        if let Some(patch) = plan::patch(strategy, share)? {
            let url = self.environment(change, &["strategies", &strategy.id])?;
            let call = Call::new(Method::PATCH, url, Repeat::Never).json(&patch);
            requests.push(self.write_one(call).await?);
        }
        if state.observed.enabled {
            return Ok(requests);
        }
        let patched = self.state(change).await?;
        understood(&patched.observed)?;
        let is_ready = patched.strategy.as_ref().map(|strategy| plan::patch(strategy, share));
        if !matches!(is_ready, Some(Ok(None))) {
            return Err(Fault::conflict("the strategy is not what was written, so it stays off"));
        }
        let url = self.environment(change, &["on"])?;
        requests.push(self.write_one(Call::new(Method::POST, url, Repeat::Safe)).await?);
        let now = self.state(change).await?;
        if self.is_done(change, &now.observed) {
            return Ok(requests);
        }
        // It was off before, and nobody has asked for what it serves now.
        let url = self.environment(change, &["off"])?;
        self.write_one(Call::new(Method::POST, url, Repeat::Safe)).await?;
        let why = "turned on, the flag served something else than was asked, and is off again";
        Err(Fault::conflict(why))
    }

    fn feature(&self, change: &Change, more: &[&str]) -> Result<Url, Fault> {
        let flag = flag_of(change)?;
        let parts = ["api", "admin", "projects", &self.project, "features", flag];
        self.client.below(&[&parts[..], more].concat())
    }

    fn environment(&self, change: &Change, more: &[&str]) -> Result<Url, Fault> {
        let parts = ["environments", self.environment.as_str()];
        self.feature(change, &[&parts[..], more].concat())
    }

    async fn write_one(&self, call: Call) -> Result<SentRequest, Fault> {
        let (call, answer) = self.call(call).await?;
        if answer.is_success() {
            return Ok(call.sent(&answer));
        }
        Err(refusal(&answer))
    }

    async fn call(&self, call: Call) -> Result<(Call, Answer), Fault> {
        let call = call.authorize("", Secret::resolve(&self.token).await?);
        let answer = self.client.send(&call).await?;
        Ok((call, answer))
    }
}

/// A failed test of a patch is a 500, and a change request a 403.
fn refusal(answer: &Answer) -> Fault {
    let body = answer.body.to_lowercase();
    match answer.status {
        500 if body.contains("test_operation_failed") || body.contains("test operation failed") => {
            Fault::conflict("the flag was changed by somebody else while it was written")
        }
        401 => Fault::Refused { status: Some(401), why: "Unleash does not know the token".into() },
        403 if body.contains("change request") => Fault::NeedsApproval {
            why: "change requests are on in Unleash: a person changes the flag there".to_owned(),
        },
        _ => answer.fault(true),
    }
}

/// A value as text, whether it is one or a number.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
