//! Where something may be set in motion.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Place;

/// One of `[targets]`.
#[derive(Debug, Clone)]
pub struct TargetConfig {
    pub name: String,
    pub kind: TargetKind,
    pub scope: Scope,
    /// Hosts, or hosts with a port, for which plain HTTP, private addresses and other ports than
    /// 443 are allowed. In lower case.
    pub hosts: Vec<String>,
    /// Where the target's table starts in `assize.toml`.
    pub at: Place,
}

/// Which flags a target may touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Patterns with `*`; `None` allows every flag.
    pub allow: Option<Vec<String>>,
    /// Patterns with `*` of flags that are never touched.
    pub protected: Vec<String>,
}

#[derive(Debug, Clone)]
pub enum TargetKind {
    /// A file that changes are appended to, absolute.
    File {
        path: PathBuf,
    },
    /// CloudEvents, signed as Standard Webhooks.
    Webhook {
        url: String,
        secret: SecretRef,
        /// Signs as well, while receivers change from one to the other.
        former_secret: Option<SecretRef>,
    },
    /// A command that reads a change from its standard input.
    Exec {
        /// The program and its arguments; never a shell.
        command: Vec<String>,
        /// Folder that it runs in: the project's.
        folder: PathBuf,
        /// In microseconds.
        timeout: i64,
        /// Names of environment variables that it gets besides `PATH`, `HOME`, `LANG` and `TZ`.
        pass: Vec<String>,
    },
    Unleash {
        url: String,
        token: SecretRef,
        project: String,
        environment: String,
    },
    Headlessly(Headlessly),
    /// A flagd file of JSON, absolute.
    Flagd {
        path: PathBuf,
    },
}

/// headless.ly, whose documents spell its interface in several ways.
#[derive(Debug, Clone)]
pub struct Headlessly {
    /// With the tenant: `https://headless.ly/~acme`.
    pub url: String,
    pub token: SecretRef,
    /// Parts of the path before an id: `Experiment` or `experiments`.
    pub experiment_path: String,
    /// `FeatureFlag` or `feature-flags`.
    pub flag_path: String,
    pub rollout: RolloutCall,
    pub confidence: Scale,
    pub lift: Scale,
}

/// How a percentage is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RolloutCall {
    /// `POST .../rollout` with `percent`.
    Percent,
    /// `POST .../rollout` with `percentage`.
    Percentage,
    /// `PUT ...` with `rolloutPercentage`.
    Update,
}

/// What 95 % is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// 0.95
    Fraction,
    /// 95
    Percent,
}

/// Where a secret is; never the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretRef {
    /// Name of an environment variable.
    Env(String),
    /// Absolute path of a file.
    File(PathBuf),
    /// A program and its arguments, whose first line of output it is.
    Command(Vec<String>),
}

impl Scope {
    pub fn allows(&self, flag: &str) -> bool {
        let fits = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, flag));
        self.allow.as_deref().is_none_or(fits) && !fits(&self.protected)
    }
}

/// Whether a name fits a pattern, in which `*` stands for anything, nothing included.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(name) = name.strip_prefix(head) else { return false };
    let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
    ends.map(|at| name.get(at..).unwrap_or_default()).any(|tail| matches(rest, tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, expected) in [
            ("checkout-*", "checkout-new", true),
            ("checkout-*", "checkout-", true),
            ("checkout-*", "my-checkout-new", false),
            ("checkout", "checkout-new", false),
            ("*", "anything", true),
            ("*-old-*x", "a-old-old-x", true),
            ("*-old", "a-old-b", false),
            ("Checkout", "checkout", false),
            ("a.b", "axb", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn what_is_protected_is_not_touched() {
        let patterns = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let scope =
            Scope { allow: Some(patterns(&["checkout-*"])), protected: patterns(&["*-payments"]) };
        assert!(scope.allows("checkout-new"));
        assert!(!scope.allows("checkout-payments"));
        assert!(!scope.allows("cart"));
        assert!(Scope::default().allows("cart"));
        assert!(!Scope { allow: Some(Vec::new()), protected: Vec::new() }.allows("cart"));
    }
}
