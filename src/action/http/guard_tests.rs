//! Ways around the guard that people have found elsewhere.

use std::net::IpAddr;

use super::address::{Reach, reach};
use super::client::{Call, Client};
use super::guard::Endpoint;

/// Each leads to this machine, to its network, to its metadata, or hides where it leads.
const EVASIONS: [&str; 66] = [
    // Without TLS, or something else than HTTP.
    "http://example.org/",
    "HTTP://example.org/",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://example.org:443/_x",
    "data:text/plain,x",
    "javascript:alert(1)",
    "ws://example.org/",
    "//example.org/",
    "example.org",
    "",
    "https://",
    "https:///x",
    // Loopback.
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://127.255.255.254/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://127.0.0.1.:443/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::127.0.0.1]/",
    "https://[64:ff9b:1::1]/",
    "https://①②⑦.⓪.⓪.①/",
    "https://１２７.0.0.1/",
    "https://127。0。0。1/",
    // Nowhere in particular, which is here.
    "https://0/",
    "https://0.0.0.0/",
    "https://[::]/",
    // Metadata and links.
    "https://169.254.169.254/latest/meta-data/",
    "https://2852039166/",
    "https://0xa9fea9fe/",
    "https://0251.0376.0251.0376/",
    "https://[::ffff:169.254.169.254]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
    "https://100.100.100.200/",
    "https://192.0.0.192/",
    // Private networks.
    "https://10.0.0.1/",
    "https://10.1/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://198.18.0.1/",
    "https://[fc00::1]/",
    "https://[fd12:3456::1]/",
    // Groups, relays, and what is not handed out.
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://240.0.0.1/",
    "https://[ff02::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    // Users, dots and ports.
    "https://example.org@127.0.0.1/",
    "https://user:password@example.org/",
    "https://example.org./",
    "https://example.org:22/",
];

#[test]
fn evasions_are_refused() {
    for url in EVASIONS {
        let fault = Endpoint::check(url, &[]).err().unwrap_or_else(|| panic!("{url} is accepted"));
        assert_eq!(fault.word(), "forbidden", "{url}");
        assert!(!fault.can_retry());
    }
}

#[test]
fn what_is_meant_well_is_accepted() {
    let hosts = ["unleash.internal:4242", "10.0.0.7", "[::1]:8080"].map(str::to_owned);
    for url in [
        "https://example.org/",
        "https://example.org:8443/a/b?c=d",
        "https://headless.ly/~acme",
        "https://exämple.org/x@y",
        "https://93.184.216.34/",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/",
        "http://unleash.internal:4242/api",
        "http://10.0.0.7:9999/",
        "https://10.0.0.7/",
        "http://[::1]:8080/",
    ] {
        Endpoint::check(url, &hosts).unwrap_or_else(|fault| panic!("{url}: {fault}"));
    }
}

/// What is listed is one host and one port.
#[test]
fn a_listed_host_opens_no_other() {
    let hosts = ["unleash.internal:4242", "127.0.0.1:4242", "169.254.169.254"].map(str::to_owned);
    for url in [
        "http://unleash.internal/",
        "http://unleash.internal:4243/",
        "http://unleash.internal.evil.org:4242/",
        "http://evil.org:4242/unleash.internal:4242",
        "http://evil.org:4242/#unleash.internal:4242",
        "http://unleash.internal:4242@evil.org/",
        "http://127.1:4242/",
        "http://2130706433:4242/",
        "http://127.0.0.2:4242/",
        "http://169.254.169.254/",
    ] {
        assert!(Endpoint::check(url, &hosts).is_err(), "{url} is accepted");
    }
}

/// An address in a message could be a secret: of a webhook it often is.
#[test]
fn a_refusal_does_not_repeat_the_address() {
    let fault = Endpoint::check("http://hooks.example.org/CANARY?CANARY", &[]).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "the address is plain HTTP, and its host is not listed in `hosts`"
    );
}

/// A name tells nothing: what it resolves to is looked at when it is called.
#[tokio::test]
async fn a_name_is_looked_at_when_it_is_called() {
    for url in ["https://localhost/", "https://LOCALHOST:8443/x"] {
        let client = Client::new(url, &[]).unwrap();
        let fault = client.send(&Call::get(client.url().clone())).await.unwrap_err();
        assert_eq!(fault.word(), "forbidden", "{fault}");
        assert!(fault.to_string().contains("private address"), "{fault}");
    }
}

#[test]
fn every_special_range_at_its_ends() {
    let expected = [
        ("9.255.255.255", Reach::Public),
        ("10.0.0.0", Reach::Private),
        ("10.255.255.255", Reach::Private),
        ("11.0.0.0", Reach::Public),
        ("100.63.255.255", Reach::Public),
        ("100.64.0.0", Reach::Private),
        ("100.127.255.255", Reach::Private),
        ("100.128.0.0", Reach::Public),
        ("169.253.255.255", Reach::Public),
        ("169.254.0.0", Reach::Never),
        ("169.255.0.0", Reach::Public),
        ("172.15.255.255", Reach::Public),
        ("172.16.0.0", Reach::Private),
        ("172.32.0.0", Reach::Public),
        ("192.167.255.255", Reach::Public),
        ("192.169.0.0", Reach::Public),
        ("198.17.255.255", Reach::Public),
        ("198.20.0.0", Reach::Public),
        ("203.0.113.7", Reach::Never),
        ("223.255.255.255", Reach::Public),
        ("224.0.0.0", Reach::Never),
        ("64:ff9b::808:808", Reach::Public),
        ("64:ff9b::a00:1", Reach::Private),
        ("2001:200::1", Reach::Public),
        ("2001:db8::1", Reach::Never),
        ("3fff::1", Reach::Never),
        ("fec0::1", Reach::Never),
        ("::ffff:8.8.8.8", Reach::Never),
    ];
    for (text, expected) in expected {
        let address: IpAddr = text.parse().unwrap();
        assert_eq!(reach(address), expected, "{text}");
    }
}
