//! Facts of members, counted for the unit that each member belongs to.

use std::sync::Arc;

use arrow::datatypes::Schema;
use datafusion::common::JoinType;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, ident, lit, not, when};
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;

use super::accounting::FactFate;
use super::execute::{Stopwatch, collect};
use super::queries;
use super::session::{explain, keep, name, table};
use crate::error::{Error, Kind, Problem};
use crate::source::{KeyType, OpenSource, Warehouse};

/// The source that says whose members the units of some facts are.
pub struct Members {
    pub source: String,
    /// Class of the members' keys.
    pub key: KeyType,
    view: DataFrame,
}

impl Members {
    /// The members that a fact source needs, with their columns checked.
    ///
    /// # Errors
    /// All missing and unusable columns together.
    pub fn prepare(warehouse: &Warehouse, facts: &OpenSource) -> Result<Option<Members>, Error> {
        let Some(source) = &facts.source.members else { return Ok(None) };
        let known = warehouse.sources.get(source).zip(warehouse.member_keys.get(source));
        let Some((open, key)) = known else {
            let message = format!("source `{}` names no source `{source}`", facts.source.name);
            return Err(Problem::new(Kind::Spec, &facts.source.at, message).into());
        };
        let view = open.memberships(*key, warehouse.key)?;
        Ok(Some(Members { source: source.clone(), key: *key, view }))
    }

    /// Name of the relation: one row per member.
    pub fn name(&self) -> String {
        format!("{}_members", self.source)
    }

    /// Keeps the relation in memory.
    ///
    /// # Errors
    /// As the engine's.
    pub async fn read(&self, session: &SessionContext, watch: &Stopwatch) -> Result<(), Error> {
        let members = self.planned(session).await.map_err(explain)?;
        let (schema, batches) = collect(members, "members", watch).await?;
        keep(session, &self.name(), schema, batches).map_err(explain)
    }

    /// Leaves the relation empty, for plans that are looked at and not run.
    pub async fn stand_in(&self, session: &SessionContext) -> Result<()> {
        let members = self.planned(session).await?;
        let schema: &Schema = members.schema().as_arrow();
        keep(session, &self.name(), Arc::new(schema.clone()), Vec::new())
    }

    /// `member`: whoever is listed as a member of a unit, of others as well or not.
    pub fn of_unit(&self, unit: &ScalarValue) -> Result<DataFrame> {
        let mine = self.view.clone().filter(ident("unit").eq(lit(unit.clone())))?;
        mine.select(vec![ident("member").alias("listed")])?.distinct()
    }

    async fn planned(&self, session: &SessionContext) -> Result<DataFrame> {
        name(session, "memberships", self.view.clone())?;
        queries::MEMBERS.plan(session, &[]).await
    }

    /// The facts, each once, whose `unit` was a member and is now the unit it belongs to; NULL
    /// where [`Members::fates`] says why.
    pub async fn look_up(&self, session: &SessionContext, facts: DataFrame) -> Result<DataFrame> {
        let facts = facts.with_column_renamed("unit", "fact_member")?;
        let members = table(session, &self.name()).await?;
        // Members are the build side; one row of each, so that no fact comes twice.
        let met = members.join(facts, JoinType::Right, &["member"], &["fact_member"], None)?;
        met.with_column("unit", when(not(ident("ambiguous")), ident("member_of")).end()?)
    }

    /// Why a fact of some member has no unit.
    pub fn fates() -> Vec<(Expr, FactFate)> {
        vec![
            (ident("member_of").is_null(), FactFate::NoMember),
            (ident("unit").is_null(), FactFate::AmbiguousMember),
        ]
    }
}
