//! A flagd file of JSON, whose `fractional` rule says who gets which variant.
//!
//! Does not: write YAML, whose comments would be lost.

mod edit;
mod replace;

use std::path::PathBuf;

use async_trait::async_trait;
use serde_json::Value;

use super::{Target, close, flag_of, still, understood};
use crate::action::{Change, ChangeKind, Fault, Observed, Sent};
use replace::Contents;

pub struct Flagd {
    pub name: String,
    pub path: PathBuf,
}

#[async_trait]
impl Target for Flagd {
    fn name(&self) -> &str {
        &self.name
    }

    fn takes(&self, kind: &ChangeKind) -> bool {
        matches!(kind, ChangeKind::SetRollout { .. } | ChangeKind::Disable { .. })
    }

    async fn observe(&self, change: &Change) -> Result<Option<Observed>, Fault> {
        let (contents, file) = self.read()?;
        Ok(Some(self.observed(change, &contents, &file)?))
    }

    fn is_done(&self, change: &Change, seen: &Observed) -> bool {
        let others =
            |but: &str| seen.shares.iter().all(|(name, share)| name == but || close(*share, 0.0));
        let is_understood = seen.foreign.is_empty();
        match &change.kind {
            ChangeKind::SetRollout { variant, control, percent } => {
                let share = |name: &str| seen.shares.get(name).copied().unwrap_or_default();
                let percent = f64::from(*percent);
                if close(percent, 0.0) {
                    // A variant that is taken back leaves the others alone.
                    return is_understood && close(share(variant), 0.0);
                }
                is_understood
                    && (seen.enabled || close(percent, 0.0))
                    && close(share(variant), percent)
                    && (!seen.enabled || close(share(control), 100.0 - percent))
            }
            ChangeKind::Disable { control } => !seen.enabled || is_understood && others(control),
            _ => false,
        }
    }

    async fn write(&self, change: &Change, seen: Option<&Observed>) -> Result<Sent, Fault> {
        let (contents, file) = self.read()?;
        let now = self.observed(change, &contents, &file)?;
        still(seen, &now)?;
        if self.is_done(change, &now) {
            return Ok(Sent::default());
        }
        let flag = flag_of(change)?;
        let mut changed = file;
        match &change.kind {
            ChangeKind::SetRollout { variant, control, percent } => {
                understood(&now)?;
                edit::set_rollout(&mut changed["flags"][flag], variant, control, *percent)?;
            }
            ChangeKind::Disable { .. } => edit::disable(&mut changed["flags"][flag]),
            _ => return Err(Fault::unsupported("a flagd file says only who gets what")),
        }
        let text = contents.like(&changed)?;
        contents.replace(&text)?;
        let rule = changed["flags"][flag].to_string();
        Ok(Sent::one("replace", format!("{}#/flags/{flag}", self.path.display()), rule))
    }
}

impl Flagd {
    fn read(&self) -> Result<(Contents, Value), Fault> {
        let contents = Contents::read(&self.path)?;
        let file = serde_json::from_str(&contents.text).map_err(|cause| {
            Fault::unsupported(format!("`{}` is not JSON: {cause}", self.path.display()))
        })?;
        Ok((contents, file))
    }

    fn observed(
        &self,
        change: &Change,
        contents: &Contents,
        file: &Value,
    ) -> Result<Observed, Fault> {
        let name = flag_of(change)?;
        let flag = file["flags"].get(name).ok_or_else(|| {
            Fault::unsupported(format!("`{}` has no flag `{name}`", self.path.display()))
        })?;
        Ok(Observed { token: Some(contents.hash.clone()), ..edit::observe(flag)? })
    }
}
