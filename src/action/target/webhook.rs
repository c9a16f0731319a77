//! A webhook: a CloudEvent 1.0 in structured mode, signed as Standard Webhooks.
//!
//! The event's `id` and `webhook-id` are the decision's id, so that a receiver can tell a second
//! delivery from a second decision.

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use super::Target;
use crate::action::http::{Call, Client, Repeat};
use crate::action::open::Clock;
use crate::action::secret::Secret;
use crate::action::{Change, ChangeKind, Fault, Observed, Sent};
use crate::config::SecretRef;

/// CloudEvents HTTP binding, structured mode.
const MEDIA_TYPE: &str = "application/cloudevents+json";

pub struct Webhook {
    pub name: String,
    pub client: Client,
    /// Each signs.
    pub secrets: Vec<SecretRef>,
    /// Name of the project.
    pub project: String,
    pub clock: Clock,
}

#[async_trait]
impl Target for Webhook {
    fn name(&self) -> &str {
        &self.name
    }

    fn takes(&self, _: &ChangeKind) -> bool {
        true
    }

    async fn observe(&self, _: &Change) -> Result<Option<Observed>, Fault> {
        Ok(None)
    }

    fn is_done(&self, _: &Change, _: &Observed) -> bool {
        false
    }

    async fn write(&self, change: &Change, _: Option<&Observed>) -> Result<Sent, Fault> {
        let body = event(&self.project, change)?.to_string();
        let seconds = (self.clock)().as_second();
        let mut signatures = Vec::new();
        for reference in &self.secrets {
            let secret = Secret::resolve(reference).await?;
            signatures.push(signature(&secret, &change.id, seconds, &body)?);
        }
        let mut call = Call::new(Method::POST, self.client.url().clone(), Repeat::Safe);
        call.headers = vec![
            ("webhook-id", change.id.clone()),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", signatures.join(" ")),
        ];
        call.body = Some((MEDIA_TYPE, body));
        let answer = self.client.send(&call).await?;
        if !answer.is_success() {
            return Err(answer.fault(true));
        }
        let mut sent = call.sent(&answer);
        // A path may be a secret: whoever knows it may call it.
        sent.place = call.url.origin().ascii_serialization();
        Ok(Sent { requests: vec![sent] })
    }
}

/// The CloudEvent of a change.
fn event(project: &str, change: &Change) -> Result<Value, Fault> {
    let data = serde_json::to_value(change)
        .map_err(|cause| Fault::refused(format!("the change has no JSON: {cause}")))?;
    let word = match &change.kind {
        ChangeKind::Notify { event, .. } => event.as_str(),
        kind => kind.word(),
    };
    Ok(json!({
        "specversion": "1.0",
        "id": change.id,
        "source": format!("/assize/{}", encoded(project)),
        "type": format!("dev.assize.{word}.v1"),
        "subject": change.experiment,
        "time": change.decided_at.to_string(),
        "datacontenttype": "application/json",
        "data": data,
    }))
}

/// As a part of a URI.
fn encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    name.bytes()
        .map(|byte| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

/// `v1,` and the HMAC-SHA256 of id, time and body (Standard Webhooks 1.0, "Signature scheme").
pub(super) fn signature(
    secret: &Secret,
    id: &str,
    seconds: i64,
    body: &str,
) -> Result<String, Fault> {
    let unusable = || Fault::Secret {
        why: "the secret of a webhook must be `whsec_` and 24 to 64 bytes in base64".to_owned(),
    };
    let key = secret.expose().strip_prefix("whsec_").ok_or_else(unusable)?;
    let key = STANDARD.decode(key).map_err(|_| unusable())?;
    if !(24..=64).contains(&key.len()) {
        return Err(unusable());
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| unusable())?;
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}
