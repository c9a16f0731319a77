//! What a receiver of webhooks sees.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::webhook::signature;
use super::{Target, Webhook};
use crate::action::change::example;
use crate::action::http::fake::{Reply, Server, reply};
use crate::action::secret::Secret;
use crate::action::{Change, ChangeKind};
use crate::config::SecretRef;

/// Bytes 0 to 31.
const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// Bytes 31 to 0.
const FORMER: &str = "whsec_Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";

fn said(secret: &str) -> SecretRef {
    SecretRef::Command(["echo", secret].map(str::to_owned).to_vec())
}

fn target(server: &Server, secrets: &[&str]) -> Webhook {
    Webhook {
        name: "hook".to_owned(),
        client: server.client("/hooks/CANARY?key=CANARY"),
        secrets: secrets.iter().map(|secret| said(secret)).collect(),
        project: "my shop".to_owned(),
        clock: || jiff::Timestamp::constant(1_780_000_000, 0),
    }
}

fn notify() -> Change {
    let event = "guardrail.harmed".to_owned();
    example(ChangeKind::Notify { event, text: "error_rate is worse".to_owned() })
}

#[tokio::test]
async fn a_webhook_is_a_cloud_event() {
    let server = Server::start(|_| reply(202, "")).await;
    let target = target(&server, &[SECRET]);
    let disable = example(ChangeKind::Disable { control: "control".to_owned() });
    for change in [notify(), disable] {
        let sent = target.write(&change, None).await.unwrap();
        assert!(!format!("{sent:?}").contains("CANARY"), "{sent:?}");
    }
    let [first, second] = server.received().try_into().unwrap();
    assert_eq!(first.header("content-type"), Some("application/cloudevents+json"));
    assert_eq!(first.header("webhook-id"), Some("5ad1"));
    assert_eq!(first.header("webhook-timestamp"), Some("1780000000"));
    let mut event = first.json();
    let data: Change = serde_json::from_value(event["data"].take()).unwrap();
    assert_eq!(data, notify());
    let expected = json!({
        "specversion": "1.0",
        "id": "5ad1",
        "source": "/assize/my%20shop",
        "type": "dev.assize.guardrail.harmed.v1",
        "subject": "onboarding-v2",
        "time": "2026-11-30T02:00:00Z",
        "datacontenttype": "application/json",
        "data": Value::Null,
    });
    assert_eq!(event, expected);
    assert_eq!(second.json()["type"], "dev.assize.disable.v1");
}

/// Computed with PyPI `standardwebhooks` 1.1.0; `tests/targets` asks it again.
#[tokio::test]
async fn the_signature_is_that_of_the_official_library() {
    let secret = Secret::resolve(&said("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).await.unwrap();
    let body = r#"{"test": 2432232314}"#;
    let signature =
        signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body).unwrap();
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[tokio::test]
async fn both_secrets_sign_while_receivers_change() {
    let server = Server::start(|_| reply(200, "")).await;
    target(&server, &[SECRET]).write(&notify(), None).await.unwrap();
    target(&server, &[FORMER]).write(&notify(), None).await.unwrap();
    target(&server, &[SECRET, FORMER]).write(&notify(), None).await.unwrap();
    let signatures: Vec<String> = server
        .received()
        .iter()
        .map(|received| received.header("webhook-signature").unwrap().to_owned())
        .collect();
    assert_ne!(signatures[0], signatures[1]);
    assert_eq!(signatures[2], format!("{} {}", signatures[0], signatures[1]));
}

#[tokio::test]
async fn a_secret_that_cannot_sign_is_not_used() {
    let server = Server::start(|_| reply(200, "")).await;
    for secret in ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "whsec_c2hvcnQ=", "whsec_!"] {
        let fault = target(&server, &[secret]).write(&notify(), None).await.unwrap_err();
        assert_eq!(fault.word(), "secret");
        assert!(!fault.to_string().contains(secret));
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn any_2xx_is_success_and_nothing_else() {
    for (status, word, can_retry) in [
        (302, "refused", false),
        (400, "refused", false),
        (401, "refused", false),
        (404, "refused", false),
        (410, "gone", false),
        (429, "unreachable", true),
        (500, "unknown", true),
        (503, "unreachable", true),
    ] {
        let server = Server::start(move |_| reply(status, "CANARY?")).await;
        let fault = target(&server, &[SECRET]).write(&notify(), None).await.unwrap_err();
        assert_eq!((fault.word(), fault.can_retry()), (word, can_retry), "{status}");
    }
    for status in [200, 201, 202, 204, 299] {
        let server = Server::start(move |_| reply(status, "")).await;
        target(&server, &[SECRET]).write(&notify(), None).await.unwrap();
    }
}

/// The id is the same, so that the receiver can tell.
#[tokio::test]
async fn what_is_sent_again_is_the_same() {
    let left = Arc::new(Mutex::new(2));
    let server = Server::start(move |_| {
        let mut left = left.lock().unwrap();
        *left -= 1;
        let status = if *left >= 0 { 503 } else { 200 };
        Reply { headers: vec![("retry-after", "0".to_owned())], ..reply(status, "") }
    })
    .await;
    target(&server, &[SECRET]).write(&notify(), None).await.unwrap();
    let received = server.received();
    assert_eq!(received.len(), 3);
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        assert!(received.iter().all(|again| again.header(name) == received[0].header(name)));
    }
    assert!(received.iter().all(|again| again.body == received[0].body));
}
