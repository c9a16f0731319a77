//! What the client does where the network and the other side misbehave.

use std::time::{Duration, Instant};

use reqwest::Method;

use super::client::{Call, Client, Limits, Repeat};
use super::fake::{Received, Reply, Server, reply};
use crate::action::secret::Secret;
use crate::config::SecretRef;

fn post(client: &Client, repeat: Repeat) -> Call {
    Call::new(Method::POST, client.url().clone(), repeat).json(&serde_json::json!({ "a": 1 }))
}

fn busy(status: u16, retry_after: Option<&str>) -> Reply {
    let headers = retry_after.map(|value| ("retry-after", value.to_owned()));
    Reply { headers: headers.into_iter().collect(), ..reply(status, "busy") }
}

/// Answers so many times with the first reply, then with 200.
fn then_fine(times: usize, first: Reply) -> impl FnMut(&Received) -> Reply {
    let mut left = times;
    move |_| match left {
        0 => reply(200, "fine"),
        _ => {
            left -= 1;
            first.clone()
        }
    }
}

#[tokio::test]
async fn what_says_the_same_twice_is_repeated() {
    for status in [429, 502, 503, 504] {
        let server = Server::start(then_fine(2, busy(status, None))).await;
        let client = server.client("/");
        let answer = client.send(&post(&client, Repeat::Safe)).await.unwrap();
        assert_eq!((answer.status, server.received().len()), (200, 3));
    }
    let server = Server::start(then_fine(9, busy(503, None))).await;
    let client = server.client("/");
    let fault = client.send(&post(&client, Repeat::Safe)).await.unwrap_err();
    assert!(fault.can_retry() && !fault.may_be_done(), "{fault}");
    assert_eq!(server.received().len(), 3);
}

/// A gateway that gave up may have passed the request on.
#[tokio::test]
async fn what_may_not_be_repeated_is_sent_once() {
    for (status, may_be_done) in [(429, false), (503, false), (502, true), (504, true), (500, true)]
    {
        let server = Server::start(then_fine(1, busy(status, None))).await;
        let client = server.client("/");
        let answer = client.send(&post(&client, Repeat::Never)).await.unwrap();
        let fault = answer.fault(true);
        assert_eq!((fault.may_be_done(), fault.can_retry()), (may_be_done, true), "{status}");
        assert_eq!(server.received().len(), 1);
    }
}

#[tokio::test]
async fn it_waits_as_long_as_it_is_asked_but_not_for_ever() {
    let server = Server::start(then_fine(1, busy(429, Some("1")))).await;
    let client = server.client("/");
    let started = Instant::now();
    client.send(&Call::get(client.url().clone())).await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1));

    let server = Server::start(then_fine(9, busy(429, Some("3600")))).await;
    let client = server.client("/");
    let fault = client.send(&Call::get(client.url().clone())).await.unwrap_err();
    assert_eq!((fault.retry_after(), server.received().len()), (Some(3600), 1));
    assert!(fault.to_string().ends_with("it asks to be called again after 3600 s"), "{fault}");
}

#[tokio::test]
async fn no_answer_to_a_write_is_not_no_effect() {
    let slow = || Reply { delay: Duration::from_secs(5), ..reply(200, "done") };
    let server = Server::start(move |_| slow()).await;
    let client = server.client("/");
    let fault = client.send(&post(&client, Repeat::Safe)).await.unwrap_err();
    assert!(fault.may_be_done(), "{fault}");
    assert_eq!(server.received().len(), 1);
    let fault = client.send(&Call::get(client.url().clone())).await.unwrap_err();
    assert!(fault.can_retry() && !fault.may_be_done(), "{fault}");

    let server = Server::start(|_| Reply { hangs_up: true, ..reply(200, "") }).await;
    let client = server.client("/");
    let fault = client.send(&post(&client, Repeat::Never)).await.unwrap_err();
    assert!(fault.may_be_done(), "{fault}");
}

/// Nothing arrived, so that even what may not be repeated is tried again.
#[tokio::test]
async fn no_connection_is_no_effect() {
    let server = Server::start(|_| reply(200, "")).await;
    let client = server.client("/");
    let call = post(&client, Repeat::Never);
    drop(server);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let fault = client.send(&call).await.unwrap_err();
    assert!(fault.can_retry() && !fault.may_be_done(), "{fault}");
    assert!(fault.to_string().starts_with("no connection to `127.0.0.1`"), "{fault}");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let server = Server::start(move |_| {
            let to = "http://169.254.169.254/latest/meta-data/".to_owned();
            Reply { headers: vec![("location", to)], ..reply(status, "") }
        })
        .await;
        let client = server.client("/");
        let answer = client.send(&post(&client, Repeat::Safe)).await.unwrap();
        let fault = answer.fault(true);
        assert!(!fault.can_retry() && fault.to_string().contains("redirect"), "{fault}");
        assert_eq!(server.received().len(), 1);
    }
}

#[tokio::test]
async fn a_huge_answer_is_not_read() {
    let server = Server::start(|_| reply(200, "x".repeat(50_000_000))).await;
    let client = server.client("/");
    let answer = client.send(&Call::get(client.url().clone())).await.unwrap();
    assert_eq!((answer.body.len(), answer.is_cut), (64 * 1024, true));
    assert!(answer.json().unwrap_err().to_string().contains("more than 64 KB"));
    assert!(answer.fault(false).to_string().len() < 400);
}

#[tokio::test]
async fn an_answer_that_repeats_the_secret_does_not_show_it() {
    let command = ["echo", "CANARY"].map(str::to_owned).to_vec();
    let secret = Secret::resolve(&SecretRef::Command(command)).await.unwrap();
    let server = Server::start(|received| {
        let said = received.header("authorization").unwrap_or_default();
        reply(403, format!("who is {said}?\u{1b}[31m\n"))
    })
    .await;
    let client = server.client("/?key=QUERY");
    let call = post(&client, Repeat::Safe).authorize("Bearer ", secret);
    let answer = client.send(&call).await.unwrap();
    assert_eq!(server.received()[0].header("authorization"), Some("Bearer CANARY"));
    let shown = format!("{} {:?} {call:?}", answer.fault(true), call.sent(&answer));
    assert!(shown.contains("who is Bearer [secret]? [31m"), "{shown}");
    assert!(!shown.contains("CANARY"), "{shown}");
    assert!(!call.sent(&answer).place.contains("QUERY"));
}

#[test]
fn names_stay_parts_of_a_path() {
    let limits = Limits::default();
    let client = Client::with_limits("https://example.org/~acme/", &[], limits).unwrap();
    let below = |parts: &[&str]| client.below(parts).map(|url| url.to_string());
    assert_eq!(below(&["a", "b"]).unwrap(), "https://example.org/~acme/a/b");
    assert_eq!(below(&["a/../b?c#d%"]).unwrap(), "https://example.org/~acme/a%2F..%2Fb%3Fc%23d%25");
    for parts in [[".."], ["."], [""]] {
        assert!(below(&parts).is_err());
    }
}
