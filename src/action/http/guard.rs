//! Which host a target may call, and at which addresses.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::address::{Reach, reach};
use crate::action::Fault;

/// Ports of HTTPS that need not be listed.
const PORTS: [u16; 2] = [443, 8443];

/// An address that may be called.
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub url: Url,
    /// Whether its host is listed, so that it may be at a private address.
    pub is_listed: bool,
}

impl Endpoint {
    /// # Errors
    ///
    /// `Forbidden`, with the host and never the rest of the address, which may hold a secret.
    pub fn check(text: &str, hosts: &[String]) -> Result<Self, Fault> {
        let forbidden = |what: &str| Err(Fault::forbidden(format!("the address {what}")));
        let Ok(url) = Url::parse(text) else { return forbidden("is none") };
        let Some(host) = url.host() else { return forbidden("has no host") };
        if authority(text).is_empty() {
            return forbidden("has no host");
        }
        if authority(text).contains('@') || !url.username().is_empty() || url.password().is_some() {
            return forbidden("contains a user");
        }
        let name = host.to_string();
        if name.ends_with('.') {
            return forbidden("has a host that ends with a dot");
        }
        let port = url.port_or_known_default().unwrap_or_default();
        let is_listed = hosts.iter().any(|listed| {
            let with_port = format!("{name}:{port}");
            *listed == name || *listed == with_port
        });
        match url.scheme() {
            "https" => {}
            "http" if is_listed => {}
            "http" => return forbidden("is plain HTTP, and its host is not listed in `hosts`"),
            _ => return forbidden("is not HTTPS"),
        }
        if !is_listed && !PORTS.contains(&port) {
            return forbidden(&format!(
                "has the port {port}, and its host is not listed in `hosts`"
            ));
        }
        if let Some(address) = literal(&host) {
            if raw_host(text) != name {
                return forbidden("spells an IP address in an unusual way");
            }
            allowed(address, is_listed).map_err(|refusal| Fault::forbidden(refusal.to_string()))?;
        }
        Ok(Self { url, is_listed })
    }
}

fn literal(host: &Host<&str>) -> Option<IpAddr> {
    match host {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(IpAddr::V4(*address)),
        Host::Ipv6(address) => Some(IpAddr::V6(*address)),
    }
}

/// The authority as it was written.
fn authority(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    rest.split(['/', '?', '#', '\\']).next().unwrap_or_default()
}

/// The host as it was written, in lower case.
fn raw_host(text: &str) -> String {
    let authority = authority(text).to_lowercase();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => &authority,
    };
    host.to_owned()
}

fn allowed(address: IpAddr, is_listed: bool) -> Result<(), ForbiddenAddress> {
    match reach(address) {
        Reach::Public => Ok(()),
        Reach::Private if is_listed => Ok(()),
        Reach::Private => Err(ForbiddenAddress { address, is_never: false }),
        Reach::Never => Err(ForbiddenAddress { address, is_never: true }),
    }
}

/// Why a host is not connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForbiddenAddress {
    address: IpAddr,
    is_never: bool,
}

impl fmt::Display for ForbiddenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address;
        match self.is_never {
            true => write!(f, "the host is at {address}, where no target can be"),
            false => write!(f, "the host is at the private address {address}, and not in `hosts`"),
        }
    }
}

impl Error for ForbiddenAddress {}

/// Looks names up, and gives the addresses only if every one of them may be called.
///
/// What it gives is what is connected to: nothing is looked up twice.
#[derive(Debug, Clone, Copy)]
pub struct Resolver {
    pub is_listed: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let is_listed = self.is_listed;
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            for address in &found {
                allowed(address.ip(), is_listed)?;
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The refusal of the resolver, wherever in a chain of causes it is.
pub fn refusal<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a ForbiddenAddress> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref() {
            return Some(refusal);
        }
        cause = error.source();
    }
    None
}
