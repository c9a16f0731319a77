//! Whether a file contains what no file should.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::Page;
use super::words::quote;

/// Key names whose values are secrets.
const KEYS: [&str; 8] =
    ["password", "passwd", "secret", "token", "api_key", "apikey", "access_key", "private_key"];

/// Beginnings of well-known secrets: AWS, Helly, GitHub, Slack, Stripe, PEM.
const MARKS: [&str; 9] =
    ["hly_sk_", "ghp_", "gho_", "ghs_", "github_pat_", "xoxb-", "xoxp-", "sk_live_", "-----BEGIN"];

/// Reports every value that looks like a secret, and keeps it out of all messages.
pub(super) fn check(table: &DeTable, page: Page) {
    for (key, value) in table {
        if is_secret(key.get_ref()) {
            refuse(key.get_ref(), key.span(), page);
        }
        match value.get_ref() {
            DeValue::String(text) if is_secret_key(key.get_ref()) && !is_secret(text) => {
                // At the key, so that it is not reported as unknown as well.
                refuse(text, key.span(), page);
            }
            _ => check_value(value, page),
        }
    }
}

fn check_value(value: &Spanned<DeValue>, page: Page) {
    match value.get_ref() {
        DeValue::String(text) if is_secret(text) => refuse(text, value.span(), page),
        DeValue::Array(items) => items.iter().for_each(|item| check_value(item, page)),
        DeValue::Table(table) => check(table, page),
        _ => {}
    }
}

fn refuse(secret: &str, span: Range<usize>, page: Page) {
    page.notes.secret(page.place(&span), quote(secret));
}

fn is_secret_key(key: &str) -> bool {
    let key = key.to_lowercase().replace('-', "_");
    KEYS.iter().any(|name| key == *name || key.ends_with(&format!("_{name}")))
}

fn is_secret(text: &str) -> bool {
    MARKS.iter().any(|mark| text.contains(mark)) || is_aws_key(text) || has_password(text)
}

/// `AKIA` or `ASIA` and 16 capital letters or digits.
fn is_aws_key(text: &str) -> bool {
    ["AKIA", "ASIA"].iter().flat_map(|mark| text.split(mark).skip(1)).any(|rest| {
        let code = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        rest.bytes().take_while(code).count() >= 16
    })
}

/// `scheme://user:password@host`.
fn has_password(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let authority = rest.split('/').next().unwrap_or_default();
    authority.split_once('@').is_some_and(|(user, _)| user.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_from_words() {
        for secret in [
            "AKIAIOSFODNN7EXAMPLE",
            "Bearer hly_sk_1",
            "ghp_abcdef",
            "-----BEGIN RSA PRIVATE KEY-----",
            "postgres://me:pw@host/db",
        ] {
            assert!(is_secret(secret), "{secret}");
        }
        for word in ["AKIA", "tokens", "https://example.org/a:b@c", "amount * 2"] {
            assert!(!is_secret(word), "{word}");
        }
        assert!(is_secret_key("db_password") && is_secret_key("API-Key"));
        assert!(!is_secret_key("tokens_per_user"));
    }
}
