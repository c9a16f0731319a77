//! What is done with a flag in Unleash, and what is not.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::fake::{self, Mischief, flag};
use super::plan::{self, Share};
use super::state;
use super::{Target, Unleash};
use crate::action::change::example;
use crate::action::{Change, ChangeKind, Fault};
use crate::config::SecretRef;

const BOTH: [(&str, u32); 2] = [("control", 500), ("treatment", 500)];

fn target(fake: &fake::Unleash) -> Unleash {
    Unleash {
        name: "flags".to_owned(),
        client: fake.server.client("/"),
        token: SecretRef::Command(["echo", "*:*.canary"].map(str::to_owned).to_vec()),
        project: "default".to_owned(),
        environment: "production".to_owned(),
    }
}

fn rollout(percent: u8) -> Change {
    let (variant, control) = ("treatment".to_owned(), "control".to_owned());
    example(ChangeKind::SetRollout { variant, control, percent })
}

fn disable() -> Change {
    example(ChangeKind::Disable { control: "control".to_owned() })
}

fn conclude(winner: Option<&str>) -> Change {
    let winner = winner.map(str::to_owned);
    example(ChangeKind::Conclude { winner, confidence: Some(0.99), lift: None })
}

/// As it is carried out: observed, written, and observed again.
async fn carry_out(target: &Unleash, change: &Change) -> Result<bool, Fault> {
    let seen = target.observe(change).await?.unwrap();
    target.write(change, Some(&seen)).await?;
    let now = target.observe(change).await?.unwrap();
    Ok(target.is_done(change, &now))
}

async fn fault(flag: Value, mischief: Mischief, change: &Change) -> (fake::Unleash, Fault) {
    let fake = fake::Unleash::start(flag, mischief).await;
    let fault = carry_out(&target(&fake), change).await.unwrap_err();
    (fake, fault)
}

fn pairs(weights: &[(String, u64)]) -> Vec<(&str, u64)> {
    weights.iter().map(|(name, weight)| (name.as_str(), *weight)).collect()
}

#[tokio::test]
async fn two_variants_share_all_units_by_their_weights() {
    let fake = fake::Unleash::start(flag("50", &BOTH), Mischief::None).await;
    let target = target(&fake);
    for percent in [10, 50, 100, 0] {
        assert!(carry_out(&target, &rollout(percent)).await.unwrap(), "{percent}");
        let treatment = u64::from(percent) * 10;
        let expected = [("control", 1000 - treatment), ("treatment", treatment)];
        assert_eq!(pairs(&fake.weights()), expected);
    }
    let environment = fake.environment();
    assert_eq!(
        environment["strategies"][0]["parameters"],
        json!({ "rollout": "100", "stickiness": "userId", "groupId": "checkout" })
    );
    assert_eq!(environment["enabled"], true);
}

/// What is there already is not sent again.
#[tokio::test]
async fn the_second_time_nothing_is_sent() {
    let fake = fake::Unleash::start(flag("50", &BOTH), Mischief::None).await;
    let target = target(&fake);
    assert!(carry_out(&target, &rollout(10)).await.unwrap());
    let writes = fake.server.writes().len();
    let sent = target.write(&rollout(10), None).await.unwrap();
    assert_eq!((sent.requests.len(), fake.server.writes().len()), (0, writes));
    for change in [disable(), conclude(Some("treatment"))] {
        assert!(carry_out(&target, &change).await.unwrap());
        let writes = fake.server.writes().len();
        assert!(carry_out(&target, &change).await.unwrap());
        assert_eq!(fake.server.writes().len(), writes);
    }
}

#[tokio::test]
async fn a_strategy_without_control_serves_its_variant_by_its_rollout() {
    for (variants, expected) in [
        (vec![], vec![]),
        (vec![("treatment", 1000)], vec![("treatment", 1000)]),
        (vec![("other", 500), ("treatment", 500)], vec![("other", 0), ("treatment", 1000)]),
    ] {
        let fake = fake::Unleash::start(flag("100", &variants), Mischief::None).await;
        assert!(carry_out(&target(&fake), &rollout(10)).await.unwrap());
        let strategy = &fake.environment()["strategies"][0];
        assert_eq!(strategy["parameters"]["rollout"], "10");
        assert_eq!(pairs(&fake.weights()), expected);
    }
}

#[tokio::test]
async fn a_third_variant_gets_nobody() {
    let variants = [("control", 334), ("other", 333), ("treatment", 333)];
    let fake = fake::Unleash::start(flag("100", &variants), Mischief::None).await;
    assert!(carry_out(&target(&fake), &rollout(25)).await.unwrap());
    assert_eq!(pairs(&fake.weights()), [("control", 750), ("other", 0), ("treatment", 250)]);
}

/// One of two treatments is rolled back, and the other goes on.
#[tokio::test]
async fn what_is_taken_back_goes_to_the_control() {
    let variants = [("control", 334), ("other", 333), ("treatment", 333)];
    let mut flag = flag("50", &variants);
    flag["environments"][0]["enabled"] = json!(true);
    let fake = fake::Unleash::start(flag, Mischief::None).await;
    assert!(carry_out(&target(&fake), &rollout(0)).await.unwrap());
    assert_eq!(pairs(&fake.weights()), [("control", 667), ("other", 333), ("treatment", 0)]);
    assert_eq!(fake.environment()["strategies"][0]["parameters"]["rollout"], "50");
}

#[tokio::test]
async fn what_was_sent_is_told_without_the_token() {
    let fake = fake::Unleash::start(flag("50", &BOTH), Mischief::None).await;
    let sent = target(&fake).write(&rollout(10), None).await.unwrap();
    let said: Vec<_> = sent.requests.iter().map(|r| (r.method.as_str(), r.answer)).collect();
    assert_eq!(said, [("PATCH", Some(200)), ("POST", Some(200))]);
    assert!(sent.requests[1].place.ends_with("/environments/production/on"));
    assert!(!format!("{sent:?}").contains("canary"));
    let operations: Value = serde_json::from_str(&sent.requests[0].body).unwrap();
    let operations: Vec<String> = operations
        .as_array()
        .unwrap()
        .iter()
        .map(|o| format!("{} {}", o["op"].as_str().unwrap(), o["path"].as_str().unwrap()))
        .collect();
    let expected =
        ["test /parameters", "test /variants", "replace /parameters/rollout", "replace /variants"];
    assert_eq!(operations, expected);
}

/// "200 OK" is no evidence.
#[tokio::test]
async fn a_write_without_effect_is_seen() {
    let fake = fake::Unleash::start(flag("50", &BOTH), Mischief::NoEffect).await;
    let fault = carry_out(&target(&fake), &rollout(10)).await.unwrap_err();
    assert_eq!(fault.word(), "conflict");
    // It was not turned on either.
    assert_eq!(fake.server.writes().len(), 1);
    assert_eq!(carry_out(&target(&fake), &conclude(None)).await, Ok(false));
}

#[tokio::test]
async fn a_foreign_edit_is_not_overwritten() {
    let (fake, fault) = fault(flag("50", &BOTH), Mischief::ForeignEdit, &rollout(10)).await;
    assert_eq!(fault.word(), "conflict", "{fault}");
    assert!(!fault.can_retry());
    assert_eq!(fake.environment()["strategies"][0]["parameters"]["rollout"], "77");
    assert_eq!(fake.environment()["enabled"], false);

    let fake = fake::Unleash::start(flag("50", &BOTH), Mischief::None).await;
    let target = target(&fake);
    let seen = target.observe(&rollout(10)).await.unwrap().unwrap();
    fake.flag.lock().unwrap()["environments"][0]["enabled"] = json!(true);
    for change in [rollout(10), disable()] {
        let fault = target.write(&change, Some(&seen)).await.unwrap_err();
        assert_eq!(fault.word(), "conflict");
    }
    assert!(fake.server.writes().is_empty());
}

#[tokio::test]
async fn after_a_late_answer_the_state_tells() {
    let (fake, fault) = fault(flag("100", &BOTH), Mischief::Slow, &rollout(10)).await;
    assert!(fault.may_be_done(), "{fault}");
    assert_eq!(fake.server.writes().len(), 1);
    assert_eq!(pairs(&fake.weights()), [("control", 900), ("treatment", 100)]);
}

#[tokio::test]
async fn a_person_has_to_approve_where_change_requests_are_on() {
    let (_, fault) = fault(flag("50", &BOTH), Mischief::ChangeRequests, &rollout(10)).await;
    assert_eq!(fault.word(), "needs_approval");
}

/// Turning on a flag that has no strategy releases it to everybody.
#[tokio::test]
async fn a_flag_without_a_strategy_stays_off() {
    let mut bare = flag("50", &BOTH);
    bare["environments"][0]["strategies"] = json!([]);
    let mut disabled = flag("50", &BOTH);
    disabled["environments"][0]["strategies"][0]["disabled"] = json!(true);
    for flag in [bare, disabled] {
        let (fake, fault) = fault(flag, Mischief::None, &rollout(10)).await;
        assert_eq!(fault.word(), "unsupported", "{fault}");
        assert!(fake.server.writes().is_empty());
    }
    let (fake, fault) = fault(flag("50", &BOTH), Mischief::OnAddsStrategy, &rollout(10)).await;
    assert!(fault.to_string().starts_with("turned on, the flag served"), "{fault}");
    assert_eq!(fake.environment()["enabled"], false);
}

#[tokio::test]
async fn rules_of_others_are_left_alone_but_for_the_way_back() {
    type Edit = fn(&mut Value);
    let edits: [Edit; 7] = [
        |flag| flag["dependencies"] = json!([{ "feature": "parent" }]),
        |flag| flag["environments"][0]["variants"] = json!([{ "name": "a" }]),
        |flag| flag["environments"][0]["strategies"][0]["name"] = json!("userWithId"),
        |flag| flag["environments"][0]["strategies"][0]["segments"] = json!([1]),
        |flag| flag["environments"][0]["strategies"][0]["constraints"] = json!([{}]),
        |flag| flag["environments"][0]["strategies"][0]["milestoneId"] = json!("m"),
        |flag| {
            let strategies = flag["environments"][0]["strategies"].as_array_mut().unwrap();
            strategies.push(strategies[0].clone());
        },
    ];
    for edit in edits {
        let mut flag = flag("50", &BOTH);
        edit(&mut flag);
        flag["environments"][0]["enabled"] = json!(true);
        let (fake, fault) = fault(flag, Mischief::None, &rollout(10)).await;
        assert!(fault.to_string().starts_with("the flag has rules of others"), "{fault}");
        assert!(fake.server.writes().is_empty());
        assert!(carry_out(&target(&fake), &disable()).await.unwrap());
        assert_eq!(fake.server.writes().len(), 1);
    }
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let fake = fake::Unleash::start(flag("50", &BOTH), Mischief::None).await;
    let says = async |target: &Unleash, change: &Change| {
        target.observe(change).await.unwrap_err().to_string()
    };
    let other = Change { flag: Some("cart".to_owned()), ..rollout(10) };
    assert_eq!(
        says(&target(&fake), &other).await,
        "project `default` of Unleash has no flag `cart`"
    );
    let staging = Unleash { environment: "staging".to_owned(), ..target(&fake) };
    assert_eq!(says(&staging, &rollout(10)).await, "the flag has no environment `staging`");
    let token = SecretRef::Command(vec!["echo".to_owned(), "wrong".to_owned()]);
    let stranger = Unleash { token, ..target(&fake) };
    assert!(says(&stranger, &rollout(10)).await.contains("401"));
    let variant = ChangeKind::SetRollout {
        variant: "gone".to_owned(),
        control: "control".to_owned(),
        percent: 10,
    };
    let fault = target(&fake).write(&example(variant), None).await.unwrap_err();
    assert_eq!(fault.to_string(), "the strategy has no variant `gone`");
}

proptest! {
    /// Whatever the strategy was: one patch gives the variant its share, and a second is none.
    #[test]
    fn one_patch_is_enough(
        rollout in 0u8..=100,
        others in proptest::collection::btree_set("[a-z]{1,3}", 0..4),
        has_control in any::<bool>(),
        percent in 0u8..=100,
    ) {
        let mut names: Vec<&str> = others.iter().map(String::as_str).collect();
        names.extend(has_control.then_some("control"));
        names.push("treatment");
        let weight = 1000 / names.len() as u32;
        let variants: Vec<(&str, u32)> = names.iter().map(|name| (*name, weight)).collect();
        let mut flag = flag(&rollout.to_string(), &variants);
        flag["environments"][0]["enabled"] = json!(true);
        let share = Share { variant: "treatment", control: "control", percent };
        let change = super::tests::rollout(percent);
        let read = |flag: &Value| state::read(flag, "production", &change.kind).unwrap();
        let patch = plan::patch(&read(&flag).strategy.unwrap(), share).unwrap();
        if let Some(patch) = patch {
            let answer = fake::patch(&mut flag["environments"][0]["strategies"][0], &patch);
            prop_assert_eq!(answer.status, 200);
        }
        let now = read(&flag);
        prop_assert!(plan::patch(&now.strategy.unwrap(), share).unwrap().is_none());
        for (name, share) in &now.observed.shares {
            let expected = match name.as_str() {
                "treatment" => f64::from(percent),
                // What is taken back leaves the others alone.
                _ if percent == 0 && has_control => continue,
                "control" => 100.0 - f64::from(percent),
                _ => 0.0,
            };
            prop_assert!((share - expected).abs() < 1e-9, "{name}: {share}");
        }
    }
}
