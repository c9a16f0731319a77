//! Addresses that are called, as far as their text tells.
//!
//! Does not: look a host up. Which addresses it may have is checked where it is called.

use toml::Spanned;

use super::text;
use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::problem::{Checked, Reported};
use crate::config::words::{is_unprintable, quote};

/// An `https` address without a slash at its end, or an `http` one of a host that is listed.
pub fn check(page: Page, said: &Spanned<String>, hosts: &[String]) -> Checked<String> {
    let url = said.get_ref();
    let refuse = |message: &str, hint: Option<String>| {
        Err(page.error_with(said.span(), format!("`url` {message}, found {}", quote(url)), hint))
    };
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    if !["https", "http"].contains(&scheme) {
        return refuse("must begin with `https://`", None);
    }
    if rest.chars().any(|c| c.is_whitespace() || is_unprintable(c) || "\\#".contains(c)) {
        return refuse("contains what no address has", None);
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if authority.contains('@') {
        let message = "`url` must not contain a user or a password";
        return Err(page.error(said.span(), message));
    }
    if authority.is_empty() {
        return refuse("has no host", None);
    }
    if scheme == "http" && !is_listed(hosts, authority) {
        let hint = format!("`hosts = [\"{authority}\"]` allows plain HTTP for this host");
        return refuse("must begin with `https://`", Some(hint));
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// Whether hosts contain `host:port`, or its host with any port.
fn is_listed(hosts: &[String], authority: &str) -> bool {
    let authority = authority.to_lowercase();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => &authority,
    };
    hosts.iter().any(|listed| *listed == authority || listed == host)
}

/// Exact hosts, with or without a port, in lower case.
pub fn hosts(page: Page, field: &Field<Vec<Field<String>>>) -> Checked<Vec<String>> {
    let Some(said) = field.get()? else { return Ok(Vec::new()) };
    let each: Vec<_> = said.get_ref().iter().map(|item| host(page, item)).collect();
    each.into_iter().collect()
}

fn host(page: Page, item: &Field<String>) -> Checked<String> {
    let host = text::line(page, "hosts", item)?.ok_or(Reported)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    if host.chars().all(plain) && !host.starts_with(':') {
        return Ok(host.to_lowercase());
    }
    let message = format!("{} is no host", quote(&host));
    let hint = "a host, or a host and a port, such as `unleash.internal:4242`";
    Err(page.error_with(item.span_or(&(0..0)), message, Some(hint.to_owned())))
}
