//! Whether the ids of a fact are ids.

use datafusion::error::Result;
use datafusion::logical_expr::{Expr, ExprSchemable, ident, not, when};

use super::accounting::FactFate;
use super::condition::or_false;
use crate::source::{KeyType, OpenSource, is_too_long, names_nobody};

/// What tells ids from what only stands in their place.
pub struct Ids {
    key: KeyType,
    /// Units that name nobody.
    sentinels: Vec<String>,
    /// Whether the unit is too long; `None` where it cannot be.
    long_unit: Option<Expr>,
    /// The same of the fact's own id.
    long_id: Option<Expr>,
}

impl Ids {
    /// Of a source whose units, or members, are `unit`, and whose facts have an `id` or none.
    pub fn of(open: &OpenSource, (unit, key): (&Expr, KeyType), id: Option<&Expr>) -> Ids {
        let too_long = |id: &Expr| {
            let data_type = id.get_type(open.raw.schema()).ok()?;
            is_too_long(id.clone(), &data_type)
        };
        Ids {
            key,
            sentinels: open.source.sentinel_ids.clone(),
            long_unit: too_long(unit),
            long_id: id.and_then(too_long),
        }
    }

    /// Whether some id of a row is too long, for the column `long_id`; `None` where none can be.
    pub fn are_too_long(&self) -> Result<Option<Expr>> {
        let long = self.long_unit.iter().chain(&self.long_id).cloned().map(or_false);
        long.reduce(|one, other| Ok(one?.or(other?))).transpose()
    }

    /// The fact's own id; none where it is too long, so that nobody has to hold it.
    pub fn short(&self, id: Expr) -> Result<Expr> {
        match &self.long_id {
            Some(long) => when(not(long.clone()), id).end(),
            None => Ok(id),
        }
    }

    /// Why a row whose unit, or member, is in a column has none.
    pub fn fates(&self, unit: &str) -> Vec<(Expr, FactFate)> {
        let mut fates = vec![(ident(unit).is_null(), FactFate::NullUnit)];
        if self.long_unit.is_some() || self.long_id.is_some() {
            fates.push((ident("long_id"), FactFate::LongId));
        }
        let nobody = names_nobody(ident(unit), self.key, &self.sentinels);
        fates.extend(nobody.map(|nobody| (nobody, FactFate::SentinelUnit)));
        fates
    }
}
