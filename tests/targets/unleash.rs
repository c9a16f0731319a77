//! The target `unleash` and a real Unleash.

use super::*;
use reqwest::Method;
use serde_json::{Value, json};

/// An admin of the same server, who does as people do.
struct Admin {
    url: String,
    token: String,
}

impl Admin {
    fn given() -> Option<Self> {
        Some(Self { url: given("ASSIZE_UNLEASH")?, token: given("ASSIZE_UNLEASH_TOKEN")? })
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/api/admin/projects/default/features{path}", self.url);
        let request = reqwest::Client::new().request(method.clone(), url);
        let request = request.header("authorization", &self.token);
        let request = match body {
            Value::Null => request,
            body => request.header("content-type", "application/json").body(body.to_string()),
        };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, path, body).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }

    /// A flag that is new to every run of the test.
    async fn flag(&self, name: &str) -> String {
        let now = jiff::Timestamp::now().as_nanosecond();
        let flag = format!("{name}-{now}");
        self.post("", json!({ "name": flag, "type": "experiment" })).await;
        flag
    }

    async fn strategy(&self, flag: &str, rollout: &str, variants: &[&str]) -> Value {
        let variants: Vec<Value> = variants
            .iter()
            .map(|name| {
                json!({ "name": name, "weight": 1000 / variants.len(), "weightType": "variable",
                        "stickiness": "userId", "payload": { "type": "string", "value": name } })
            })
            .collect();
        let body = json!({
            "name": "flexibleRollout",
            "parameters": { "rollout": rollout, "stickiness": "userId", "groupId": flag },
            "variants": variants,
        });
        self.post(&format!("/{flag}/environments/production/strategies"), body).await
    }

    /// The flag's strategies in production.
    async fn strategies(&self, flag: &str) -> Vec<Value> {
        let (_, feature) = self.call(Method::GET, &format!("/{flag}"), Value::Null).await;
        let environments = feature["environments"].as_array().unwrap();
        let production = environments.iter().find(|found| found["name"] == "production");
        production.unwrap()["strategies"].as_array().unwrap().clone()
    }

    fn folder(&self) -> TempDir {
        let host = self.url.trim_start_matches("http://");
        let folder = folder(&format!(
            "[targets.flags]\nkind = \"unleash\"\nurl = \"{}\"\ntoken = {{ file = \"token\" }}\n\
             environment = \"production\"\nallow = [\"*\"]\nhosts = [\"{host}\"]\n",
            self.url
        ));
        std::fs::write(folder.path().join("token"), &self.token).unwrap();
        folder
    }
}

fn conclude(flag: &str, winner: Option<&str>) -> Change {
    let winner = winner.map(str::to_owned);
    change("5ad3", flag, ChangeKind::Conclude { winner, confidence: Some(0.99), lift: None })
}

fn weights(strategy: &Value) -> Vec<(&str, u64)> {
    let variants = strategy["variants"].as_array().unwrap().iter();
    variants.map(|v| (v["name"].as_str().unwrap(), v["weight"].as_u64().unwrap())).collect()
}

#[tokio::test]
async fn a_rollout_from_its_first_step_to_its_end() {
    let Some(admin) = Admin::given() else { return };
    let (folder, flag) = (admin.folder(), admin.flag("checkout").await);
    let before = admin.strategy(&flag, "50", &["control", "treatment"]).await;
    let target = &targets(&folder)["flags"];
    for percent in [10, 50, 100] {
        carry_out(target.as_ref(), &rollout(&flag, percent)).await.unwrap();
        let strategies = admin.strategies(&flag).await;
        let treatment = u64::from(percent) * 10;
        let expected = [("control", 1000 - treatment), ("treatment", treatment)];
        assert_eq!((strategies.len(), weights(&strategies[0])), (1, expected.to_vec()));
        // Groups, stickiness and payloads are as they were.
        for key in ["groupId", "stickiness"] {
            assert_eq!(strategies[0]["parameters"][key], before["parameters"][key]);
        }
        assert_eq!(strategies[0]["variants"][1]["payload"]["value"], "treatment");
        assert_eq!(strategies[0]["parameters"]["rollout"], "100");
    }
    carry_out(target.as_ref(), &conclude(&flag, Some("treatment"))).await.unwrap();
    carry_out(target.as_ref(), &disable(&flag)).await.unwrap();
}

#[tokio::test]
async fn a_strategy_with_the_treatment_only_goes_by_its_rollout() {
    let Some(admin) = Admin::given() else { return };
    let folder = admin.folder();
    let target = &targets(&folder)["flags"];
    for variants in [&["treatment"][..], &[]] {
        let flag = admin.flag("single").await;
        admin.strategy(&flag, "100", variants).await;
        for percent in [10, 100] {
            carry_out(target.as_ref(), &rollout(&flag, percent)).await.unwrap();
            let strategies = admin.strategies(&flag).await;
            assert_eq!(strategies[0]["parameters"]["rollout"], percent.to_string());
            assert_eq!(strategies[0]["variants"].as_array().unwrap().len(), variants.len());
        }
    }
}

/// Two `variable` variants get the same weight, whatever is asked: "200 OK" and no effect. That
/// is why all but one are fixed.
#[tokio::test]
async fn the_server_divides_what_is_not_fixed() {
    let Some(admin) = Admin::given() else { return };
    let flag = admin.flag("divided").await;
    let strategy = admin.strategy(&flag, "100", &["control", "treatment"]).await;
    let path =
        format!("/{flag}/environments/production/strategies/{}", strategy["id"].as_str().unwrap());
    let patch = json!([
        { "op": "replace", "path": "/variants/0/weight", "value": 900 },
        { "op": "replace", "path": "/variants/1/weight", "value": 100 },
    ]);
    let (status, answer) = admin.call(Method::PATCH, &path, patch).await;
    assert_eq!((status, weights(&answer)), (200, vec![("control", 500), ("treatment", 500)]));
}

/// It would be released to everybody.
#[tokio::test]
async fn a_flag_without_a_strategy_stays_off() {
    let Some(admin) = Admin::given() else { return };
    let (folder, flag) = (admin.folder(), admin.flag("bare").await);
    let target = &targets(&folder)["flags"];
    let fault = target.write(&rollout(&flag, 10), None).await.unwrap_err();
    assert_eq!(fault.word(), "unsupported", "{fault}");
    assert!(admin.strategies(&flag).await.is_empty());
    // So it is, should anybody do it.
    admin.post(&format!("/{flag}/environments/production/on"), Value::Null).await;
    assert_eq!(admin.strategies(&flag).await[0]["parameters"]["rollout"], "100");
}

#[tokio::test]
async fn a_change_by_hand_is_a_conflict() {
    let Some(admin) = Admin::given() else { return };
    let (folder, flag) = (admin.folder(), admin.flag("edited").await);
    let strategy = admin.strategy(&flag, "50", &["control", "treatment"]).await;
    let target = &targets(&folder)["flags"];
    let seen = target.observe(&rollout(&flag, 10)).await.unwrap();
    let path =
        format!("/{flag}/environments/production/strategies/{}", strategy["id"].as_str().unwrap());
    let patch = json!([{ "op": "replace", "path": "/parameters/rollout", "value": "51" }]);
    admin.call(Method::PATCH, &path, patch).await;
    let fault = target.write(&rollout(&flag, 10), seen.as_ref()).await.unwrap_err();
    assert_eq!(fault.word(), "conflict");
    assert_eq!(admin.strategies(&flag).await[0]["parameters"]["rollout"], "51");
    // A test that fails is a 500.
    let stale = json!([{ "op": "test", "path": "/parameters", "value": { "rollout": "50" } }]);
    let (status, answer) = admin.call(Method::PATCH, &path, stale).await;
    assert_eq!(status, 500);
    assert!(answer["message"].as_str().unwrap().contains("TEST_OPERATION_FAILED"));
}

#[tokio::test]
async fn rules_of_others_are_left_alone_but_for_the_way_back() {
    let Some(admin) = Admin::given() else { return };
    let (folder, flag) = (admin.folder(), admin.flag("foreign").await);
    admin.strategy(&flag, "50", &["control", "treatment"]).await;
    let all = json!({ "name": "default" });
    admin.post(&format!("/{flag}/environments/production/strategies"), all).await;
    admin.post(&format!("/{flag}/environments/production/on"), Value::Null).await;
    let target = &targets(&folder)["flags"];
    let fault = target.write(&rollout(&flag, 10), None).await.unwrap_err();
    assert!(fault.to_string().contains("2 strategies, a strategy `default`"), "{fault}");
    carry_out(target.as_ref(), &disable(&flag)).await.unwrap();
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let Some(admin) = Admin::given() else { return };
    let folder = admin.folder();
    let target = &targets(&folder)["flags"];
    let fault = target.observe(&rollout("no-such-flag", 10)).await.unwrap_err();
    assert_eq!(fault.word(), "unsupported", "{fault}");
    std::fs::write(folder.path().join("token"), "*:*.wrong").unwrap();
    let fault = target.observe(&rollout("no-such-flag", 10)).await.unwrap_err();
    assert!(fault.to_string().contains("401") && !fault.can_retry(), "{fault}");
}
