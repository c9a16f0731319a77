//! Unleash as it was seen to behave: `tests/targets/unleash.rs` says the same of the real one.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::action::http::fake::{self, Received, Reply, Server, reply};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mischief {
    None,
    /// Writes are answered with 200 and not done.
    NoEffect,
    /// Somebody changes the strategy between reading and writing.
    ForeignEdit,
    /// The write is done, and the answer comes too late.
    Slow,
    /// Change requests are on.
    ChangeRequests,
    /// Turning it on adds a strategy, as where there is none.
    OnAddsStrategy,
}

pub struct Unleash {
    pub server: Server,
    pub flag: Arc<Mutex<Value>>,
}

/// A flag with one gradual rollout, off.
pub fn flag(rollout: &str, variants: &[(&str, u32)]) -> Value {
    let variants: Vec<Value> = variants
        .iter()
        .map(|(name, weight)| {
            json!({ "name": name, "weight": weight, "weightType": "variable", "stickiness": "userId" })
        })
        .collect();
    json!({
        "name": "checkout",
        "archived": false,
        "dependencies": [],
        "lifecycle": { "stage": "live" },
        "environments": [{
            "name": "production",
            "enabled": false,
            "strategies": [{
                "id": "s1",
                "name": "flexibleRollout",
                "parameters": { "rollout": rollout, "stickiness": "userId", "groupId": "checkout" },
                "variants": variants,
                "constraints": [],
                "segments": [],
                "disabled": false,
            }],
        }],
    })
}

impl Unleash {
    pub async fn start(flag: Value, mischief: Mischief) -> Self {
        let flag = Arc::new(Mutex::new(flag));
        let state = flag.clone();
        let server = Server::start(move |received| {
            let mut flag = state.lock().unwrap();
            answer(&mut flag, mischief, received)
        })
        .await;
        Self { server, flag }
    }

    /// The flag's environment.
    pub fn environment(&self) -> Value {
        self.flag.lock().unwrap()["environments"][0].clone()
    }

    /// Name and weight of each variant of the first strategy.
    pub fn weights(&self) -> Vec<(String, u64)> {
        let environment = self.environment();
        let variants = environment["strategies"][0]["variants"].as_array().unwrap().clone();
        let weight = |variant: &Value| {
            (variant["name"].as_str().unwrap().to_owned(), variant["weight"].as_u64().unwrap())
        };
        variants.iter().map(weight).collect()
    }
}

fn answer(flag: &mut Value, mischief: Mischief, received: &Received) -> Reply {
    if received.header("authorization") != Some("*:*.canary") {
        return reply(401, "{\"name\":\"AuthenticationRequired\"}");
    }
    let Some(rest) = received.path.strip_prefix("/api/admin/projects/default/features/checkout")
    else {
        return reply(404, "{\"name\":\"NotFoundError\"}");
    };
    if received.method == "GET" {
        return fake::json(flag);
    }
    match mischief {
        Mischief::NoEffect => return reply(200, "{}"),
        Mischief::ChangeRequests => {
            let message = "You need change request bypass permission: Change requests are enabled";
            return reply(403, json!({ "name": "NoAccessError", "message": message }).to_string());
        }
        Mischief::ForeignEdit => {
            flag["environments"][0]["strategies"][0]["parameters"]["rollout"] = json!("77");
        }
        _ => {}
    }
    let answer = write(flag, mischief, rest, received);
    match mischief {
        Mischief::Slow => Reply { delay: Duration::from_secs(5), ..answer },
        _ => answer,
    }
}

fn write(flag: &mut Value, mischief: Mischief, path: &str, received: &Received) -> Reply {
    let environment = &mut flag["environments"][0];
    match (received.method.as_str(), path) {
        ("PATCH", "/environments/production/strategies/s1") => {
            patch(&mut environment["strategies"][0], &received.json())
        }
        ("POST", "/environments/production/on") => {
            environment["enabled"] = json!(true);
            let strategies = environment["strategies"].as_array_mut().unwrap();
            if strategies.is_empty() || mischief == Mischief::OnAddsStrategy {
                strategies.push(json!({
                    "id": "s2", "name": "flexibleRollout", "parameters": { "rollout": "100" },
                    "variants": [], "constraints": [], "segments": [], "disabled": false,
                }));
            }
            reply(200, "")
        }
        ("POST", "/environments/production/off") => {
            environment["enabled"] = json!(false);
            reply(200, "")
        }
        ("POST", "/lifecycle/complete") => {
            flag["lifecycle"] =
                json!({ "stage": "completed", "status": received.json()["status"] });
            reply(200, "")
        }
        _ => reply(404, "{\"name\":\"NotFoundError\"}"),
    }
}

/// RFC 6902, as much of it as is used; a test that fails is a 500.
pub fn patch(strategy: &mut Value, operations: &Value) -> Reply {
    let mut changed = strategy.clone();
    for operation in operations.as_array().unwrap() {
        let path = operation["path"].as_str().unwrap();
        let value = operation["value"].clone();
        match operation["op"].as_str().unwrap() {
            "test" if changed.pointer(path) == Some(&value) => {}
            "test" => {
                let message = "Test operation failed\nname: TEST_OPERATION_FAILED\nindex: 0";
                let body = json!({ "name": "UnknownError", "message": message });
                return reply(500, body.to_string());
            }
            _ => *changed.pointer_mut(path).unwrap() = value,
        }
    }
    if let Err(message) = divide(changed["variants"].as_array_mut().unwrap()) {
        return reply(400, json!({ "name": "BadDataError", "message": message }).to_string());
    }
    *strategy = changed;
    fake::json(strategy)
}

/// `fixVariantWeights` of the server: what is not fixed is divided evenly, and sorted by name.
fn divide(variants: &mut [Value]) -> Result<(), &'static str> {
    if variants.is_empty() {
        return Ok(());
    }
    let fixed = |variant: &Value| variant["weightType"] == "fix";
    let taken: u64 =
        variants.iter().filter(|v| fixed(v)).map(|v| v["weight"].as_u64().unwrap()).sum();
    let others = variants.iter().filter(|variant| !fixed(variant)).count() as u64;
    if others == 0 {
        return Err("There must be at least one \"variable\" variant");
    }
    if taken > 1000 {
        return Err("The traffic distribution total must equal 100%");
    }
    let mut rest = (1000 - taken) % others;
    for variant in variants.iter_mut().filter(|variant| !fixed(variant)) {
        variant["weight"] = json!((1000 - taken) / others + u64::from(rest > 0));
        rest = rest.saturating_sub(1);
    }
    variants.sort_by_key(|variant| variant["name"].as_str().unwrap().to_owned());
    Ok(())
}
