//! headless.ly in each of its spellings, and where it says no.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::{Headlessly, Target};
use crate::action::change::example;
use crate::action::http::fake::{self, Received, Reply, Server, reply};
use crate::action::{Change, ChangeKind, Fault};
use crate::config::{Headlessly as Config, RolloutCall, Scale, SecretRef};

/// Its documents as a server: paths in one spelling, verbs that its state machine allows.
struct Fake {
    server: Server,
    state: Arc<Mutex<State>>,
}

struct State {
    flag: Value,
    experiment: Value,
    /// What a writer may get instead of an answer.
    trouble: Option<Reply>,
    /// `Experiment` and `FeatureFlag`, or `experiments` and `feature-flags`.
    paths: [&'static str; 2],
}

impl Fake {
    async fn start(paths: [&'static str; 2]) -> Self {
        let flag = json!({
            "$id": "featureFlag_1", "$version": 3, "status": "Enabled", "rolloutPercentage": 50,
            "experiment": "experiment_1",
        });
        let experiment = json!({ "$id": "experiment_1", "$version": 8, "status": "Running" });
        let state = State { flag, experiment, trouble: None, paths };
        let state = Arc::new(Mutex::new(state));
        let served = state.clone();
        let server =
            Server::start(move |received| answer(&mut served.lock().unwrap(), received)).await;
        Self { server, state }
    }

    fn bodies(&self) -> Vec<Value> {
        let received = self.server.received();
        received.iter().filter(|r| r.method != "GET").map(Received::json).collect()
    }
}

fn answer(state: &mut State, received: &Received) -> Reply {
    if received.header("authorization") != Some("Bearer hly_sk_canary") {
        return reply(401, "{\"error\":\"UNAUTHORIZED\"}");
    }
    let [experiments, flags] = state.paths;
    let (experiment, flag) =
        (format!("/~acme/{experiments}/experiment_1"), format!("/~acme/{flags}/featureFlag_1"));
    let path = received.path.clone();
    let (entity, verb) = if let Some(verb) = path.strip_prefix(&experiment) {
        (&mut state.experiment, verb)
    } else if let Some(verb) = path.strip_prefix(&flag) {
        (&mut state.flag, verb)
    } else {
        return reply(404, "{\"error\":\"NOT_FOUND\"}");
    };
    if received.method == "GET" {
        return fake::json(entity);
    }
    let answer = write(entity, &received.method, verb, &received.json());
    state.trouble.clone().unwrap_or(answer)
}

fn write(entity: &mut Value, method: &str, verb: &str, body: &Value) -> Reply {
    let before = entity.clone();
    let status = entity["status"].as_str().unwrap().to_owned();
    let (allowed, next) = match (method, verb) {
        ("PUT", "") => {
            for (key, value) in body.as_object().unwrap() {
                entity[key] = value.clone();
            }
            (true, status.clone())
        }
        ("POST", "/rollout") => {
            // Without a percentage it is a full release.
            let percent = body.get("percent").or(body.get("percentage"));
            entity["rolloutPercentage"] = percent.cloned().unwrap_or(json!(100));
            (["Enabled", "RolledOut"].contains(&&*status), "RolledOut".to_owned())
        }
        ("POST", "/disable") => {
            (["Enabled", "RolledOut"].contains(&&*status), "Disabled".to_owned())
        }
        ("POST", "/conclude") => {
            for key in ["winner", "confidence"] {
                entity[key] = body[key].clone();
            }
            (status == "Running", "Concluded".to_owned())
        }
        _ => return reply(404, "{\"error\":\"NOT_FOUND\"}"),
    };
    if !allowed {
        *entity = before;
        return reply(409, json!({ "error": "CONFLICT", "message": status }).to_string());
    }
    entity["status"] = json!(next);
    entity["$version"] = json!(entity["$version"].as_i64().unwrap() + 1);
    fake::json(entity)
}

fn target(fake: &Fake) -> Headlessly {
    let [experiment_path, flag_path] = fake.state.lock().unwrap().paths.map(str::to_owned);
    Headlessly {
        name: "helly".to_owned(),
        client: fake.server.client("/~acme"),
        config: Config {
            url: String::new(),
            token: SecretRef::Command(["echo", "hly_sk_canary"].map(str::to_owned).to_vec()),
            experiment_path,
            flag_path,
            rollout: RolloutCall::Percent,
            confidence: Scale::Fraction,
            lift: Scale::Fraction,
        },
    }
}

fn change(kind: ChangeKind) -> Change {
    Change { flag: Some("featureFlag_1".to_owned()), ..example(kind) }
}

fn rollout(percent: u8) -> Change {
    let (variant, control) = ("simplified".to_owned(), "control".to_owned());
    change(ChangeKind::SetRollout { variant, control, percent })
}

fn disable() -> Change {
    change(ChangeKind::Disable { control: "control".to_owned() })
}

fn conclude() -> Change {
    let winner = Some("simplified".to_owned());
    change(ChangeKind::Conclude { winner, confidence: Some(0.9734), lift: Some(0.07) })
}

async fn carry_out(target: &Headlessly, change: &Change) -> Result<bool, Fault> {
    let seen = target.observe(change).await?.unwrap();
    target.write(change, Some(&seen)).await?;
    let now = target.observe(change).await?.unwrap();
    Ok(target.is_done(change, &now))
}

const REST: [&str; 2] = ["Experiment", "FeatureFlag"];

/// A `rollout` without a percentage would be a full release.
#[tokio::test]
async fn a_percentage_is_always_said() {
    for (call, expected) in [
        (RolloutCall::Percent, json!({ "percent": 10 })),
        (RolloutCall::Percentage, json!({ "percentage": 10 })),
        (RolloutCall::Update, json!({ "rolloutPercentage": 10 })),
    ] {
        for paths in [REST, ["experiments", "feature-flags"]] {
            let fake = Fake::start(paths).await;
            let mut target = target(&fake);
            target.config.rollout = call;
            assert!(carry_out(&target, &rollout(10)).await.unwrap());
            assert_eq!(fake.bodies(), std::slice::from_ref(&expected));
        }
    }
}

#[tokio::test]
async fn confidence_and_lift_are_said_as_the_other_side_means_them() {
    for (confidence, lift, expected) in [
        (
            Scale::Fraction,
            Scale::Fraction,
            json!({ "winner": "simplified", "confidence": 0.9734, "lift": 0.07 }),
        ),
        (
            Scale::Percent,
            Scale::Percent,
            json!({ "winner": "simplified", "confidence": 97.34, "lift": 7.0 }),
        ),
    ] {
        let fake = Fake::start(REST).await;
        let mut target = target(&fake);
        (target.config.confidence, target.config.lift) = (confidence, lift);
        assert!(carry_out(&target, &conclude()).await.unwrap());
        assert_eq!(fake.bodies(), [expected]);
        assert_eq!(fake.server.writes(), ["POST /~acme/Experiment/experiment_1/conclude"]);
    }
    let fake = Fake::start(REST).await;
    let nothing = ChangeKind::Conclude { winner: None, confidence: None, lift: None };
    assert!(carry_out(&target(&fake), &change(nothing)).await.unwrap());
    assert_eq!(fake.bodies(), [json!({})]);
}

#[tokio::test]
async fn the_second_time_nothing_is_sent() {
    let fake = Fake::start(REST).await;
    let target = target(&fake);
    for change in [rollout(10), conclude(), disable()] {
        for _ in 0..2 {
            assert!(carry_out(&target, &change).await.unwrap(), "{change:?}");
        }
    }
    assert_eq!(fake.server.writes().len(), 3);
    // "Completed" is what another of its pages calls it.
    fake.state.lock().unwrap().experiment["status"] = json!("Completed");
    assert!(carry_out(&target, &conclude()).await.unwrap());
    assert_eq!(fake.server.writes().len(), 3);
}

#[tokio::test]
async fn another_winner_is_a_conflict() {
    let fake = Fake::start(REST).await;
    let concluded = json!({ "$version": 9, "status": "Concluded", "winner": "control" });
    fake.state.lock().unwrap().experiment = concluded;
    let fault = carry_out(&target(&fake), &conclude()).await.unwrap_err();
    assert_eq!((fault.word(), fault.can_retry()), ("conflict", false), "{fault}");
}

#[tokio::test]
async fn a_flag_that_is_off_is_not_turned_on() {
    let fake = Fake::start(REST).await;
    fake.state.lock().unwrap().flag["status"] = json!("Disabled");
    let fault = carry_out(&target(&fake), &rollout(10)).await.unwrap_err();
    assert_eq!(fault.word(), "conflict", "{fault}");
    assert!(carry_out(&target(&fake), &disable()).await.unwrap());
    assert!(fake.server.writes().is_empty());
}

#[tokio::test]
async fn a_foreign_change_is_not_overwritten() {
    let fake = Fake::start(REST).await;
    let target = target(&fake);
    let seen = target.observe(&rollout(10)).await.unwrap().unwrap();
    fake.state.lock().unwrap().flag["$version"] = json!(4);
    let fault = target.write(&rollout(10), Some(&seen)).await.unwrap_err();
    assert_eq!(fault.word(), "conflict");
    assert!(fake.server.writes().is_empty());
}

#[tokio::test]
async fn what_its_errors_mean() {
    for (status, word, can_retry) in [
        (400, "refused", false),
        (403, "refused", false),
        (409, "conflict", false),
        (422, "conflict", false),
        (429, "unreachable", true),
        (500, "unknown", true),
    ] {
        let fake = Fake::start(REST).await;
        fake.state.lock().unwrap().trouble = Some(reply(status, "{\"error\":\"X\"}"));
        let fault = carry_out(&target(&fake), &conclude()).await.unwrap_err();
        assert_eq!((fault.word(), fault.can_retry()), (word, can_retry), "{status}");
        assert_eq!(fake.server.writes().len(), 1);
    }
    // Done, but the answer came too late: the state tells.
    let fake = Fake::start(REST).await;
    let late = Reply { delay: Duration::from_secs(5), ..reply(200, "{}") };
    fake.state.lock().unwrap().trouble = Some(late);
    let fault = carry_out(&target(&fake), &conclude()).await.unwrap_err();
    assert!(fault.may_be_done());
    assert!(carry_out(&target(&fake), &conclude()).await.unwrap());
    assert_eq!(fake.server.writes().len(), 1);
}
