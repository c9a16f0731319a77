//! headless.ly, by REST, in the spelling that the configuration says.
//!
//! Its verb `rollout` without a body releases to everybody, so a percentage is always said. Flags
//! and experiments go by their ids: `[rollout] flag` is the flag's, and the flag says which
//! experiment it belongs to.

mod body;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use reqwest::Method;
use serde_json::Value;
use url::Url;

use super::{Target, close, flag_of, still};
use crate::action::http::{Call, Client, Repeat};
use crate::action::secret::Secret;
use crate::action::{Change, ChangeKind, Fault, Observed, Sent};
use crate::config::{Headlessly as Config, RolloutCall};

pub struct Headlessly {
    pub name: String,
    pub client: Client,
    pub config: Config,
}

#[async_trait]
impl Target for Headlessly {
    fn name(&self) -> &str {
        &self.name
    }

    fn takes(&self, kind: &ChangeKind) -> bool {
        !matches!(kind, ChangeKind::Notify { .. })
    }

    async fn observe(&self, change: &Change) -> Result<Option<Observed>, Fault> {
        Ok(Some(self.state(change).await?.1))
    }

    fn is_done(&self, change: &Change, seen: &Observed) -> bool {
        match &change.kind {
            ChangeKind::SetRollout { variant, percent, .. } => {
                let share = seen.shares.get(variant).copied();
                let is_on = seen.enabled || *percent == 0;
                is_on && share.is_some_and(|share| close(share, f64::from(*percent)))
            }
            ChangeKind::Disable { control } => {
                let others = seen.shares.iter().filter(|(name, _)| *name != control);
                !seen.enabled || others.into_iter().all(|(_, share)| close(*share, 0.0))
            }
            ChangeKind::Conclude { winner, .. } => {
                let is_over = |status: &str| ["concluded", "completed"].contains(&status);
                let status = seen.status.as_ref().map(|status| status.to_lowercase());
                status.is_some_and(|status| is_over(&status)) && seen.winner == *winner
            }
            ChangeKind::Notify { .. } => false,
        }
    }

    async fn write(&self, change: &Change, seen: Option<&Observed>) -> Result<Sent, Fault> {
        let (id, now) = self.state(change).await?;
        still(seen, &now)?;
        if self.is_done(change, &now) {
            return Ok(Sent::default());
        }
        let call = self.call(change, &id, &now)?;
        let call = call.authorize("Bearer ", Secret::resolve(&self.config.token).await?);
        let answer = self.client.send(&call).await?;
        match answer.status {
            200..300 => Ok(Sent { requests: vec![call.sent(&answer)] }),
            422 | 424 => Err(Fault::conflict(format!("headless.ly refuses: {}", answer.shown()))),
            _ => Err(answer.fault(true)),
        }
    }
}

impl Headlessly {
    /// The one request that does it. None of them may be repeated blindly but those that say a
    /// state rather than a step.
    fn call(&self, change: &Change, id: &str, now: &Observed) -> Result<Call, Fault> {
        match &change.kind {
            ChangeKind::SetRollout { percent, .. } => {
                if *percent > 100 {
                    return Err(Fault::refused(format!("{percent} % is more than everybody")));
                }
                if !now.enabled {
                    let why = "the flag is off, and enabling it would serve its present percentage";
                    return Err(Fault::conflict(why));
                }
                let body = body::rollout(self.config.rollout, *percent);
                let (method, url) = match self.config.rollout {
                    RolloutCall::Update => (Method::PUT, self.flag(id, &[])?),
                    _ => (Method::POST, self.flag(id, &["rollout"])?),
                };
                Ok(Call::new(method, url, Repeat::Safe).json(&body))
            }
            ChangeKind::Disable { .. } => {
                Ok(Call::new(Method::POST, self.flag(id, &["disable"])?, Repeat::Safe))
            }
            ChangeKind::Conclude { winner, confidence, lift } => {
                let body = body::conclude(&self.config, winner.as_deref(), *confidence, *lift);
                let url = self.experiment(id, &["conclude"])?;
                Ok(Call::new(Method::POST, url, Repeat::Never).json(&body))
            }
            ChangeKind::Notify { .. } => Err(Fault::unsupported("headless.ly tells nobody")),
        }
    }

    /// The id of what the change is about, and its state.
    async fn state(&self, change: &Change) -> Result<(String, Observed), Fault> {
        if !matches!(change.kind, ChangeKind::Conclude { .. }) {
            let id = flag_of(change)?;
            let flag = self.get(self.flag(id, &[])?, &format!("flag `{id}`")).await?;
            return Ok((id.to_owned(), body::flag(&flag, &change.kind)));
        }
        let id = self.experiment_of(change).await?;
        let url = self.experiment(&id, &[])?;
        let experiment = self.get(url, &format!("experiment `{id}`")).await?;
        let observed = body::experiment(&experiment);
        Ok((id, observed))
    }

    /// The experiment that the flag belongs to, else the one that has our key.
    async fn experiment_of(&self, change: &Change) -> Result<String, Fault> {
        let Some(id) = &change.flag else { return Ok(change.experiment.clone()) };
        let flag = self.get(self.flag(id, &[])?, &format!("flag `{id}`")).await?;
        let experiment = flag["experiment"].as_str().or(flag["experiment"]["$id"].as_str());
        Ok(experiment.unwrap_or(&change.experiment).to_owned())
    }

    async fn get(&self, url: Url, what: &str) -> Result<Value, Fault> {
        let call = Call::get(url);
        let call = call.authorize("Bearer ", Secret::resolve(&self.config.token).await?);
        let answer = self.client.send(&call).await?;
        match answer.status {
            200..300 => answer.json(),
            404 => Err(Fault::unsupported(format!("headless.ly has no {what}"))),
            _ => Err(answer.fault(false)),
        }
    }

    fn flag(&self, id: &str, more: &[&str]) -> Result<Url, Fault> {
        let parts = [self.config.flag_path.as_str(), id];
        self.client.below(&[&parts[..], more].concat())
    }

    fn experiment(&self, id: &str, more: &[&str]) -> Result<Url, Fault> {
        let parts = [self.config.experiment_path.as_str(), id];
        self.client.below(&[&parts[..], more].concat())
    }
}
