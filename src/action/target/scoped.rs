//! A target that touches the flags it may touch, and no other.

use async_trait::async_trait;

use super::Target;
use crate::action::{Change, ChangeKind, Fault, Observed, Sent};
use crate::config::Scope;

pub struct Scoped {
    pub scope: Scope,
    pub target: Box<dyn Target>,
}

impl Scoped {
    fn check(&self, change: &Change) -> Result<(), Fault> {
        match &change.flag {
            Some(flag) if !self.scope.allows(flag) => {
                let name = self.name();
                Err(Fault::forbidden(format!("target `{name}` may not touch the flag `{flag}`")))
            }
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Target for Scoped {
    fn name(&self) -> &str {
        self.target.name()
    }

    fn takes(&self, kind: &ChangeKind) -> bool {
        self.target.takes(kind)
    }

    async fn observe(&self, change: &Change) -> Result<Option<Observed>, Fault> {
        self.check(change)?;
        self.target.observe(change).await
    }

    fn is_done(&self, change: &Change, seen: &Observed) -> bool {
        self.check(change).is_ok() && self.target.is_done(change, seen)
    }

    async fn write(&self, change: &Change, seen: Option<&Observed>) -> Result<Sent, Fault> {
        self.check(change)?;
        if !self.takes(&change.kind) {
            let (name, word) = (self.name(), change.kind.word());
            return Err(Fault::unsupported(format!("target `{name}` has no `{word}`")));
        }
        self.target.write(change, seen).await
    }
}
