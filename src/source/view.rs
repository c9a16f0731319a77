//! A source as a relation with our column names and types.

use arrow::datatypes::DataType;
use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::{Expr, cast, lit};
use datafusion::scalar::ScalarValue;

use super::columns::{Named, absent, find, flag, instant, key_type, text};
use super::nobody::flaw;
use super::schema::utc;
use super::warehouse::OpenSource;
use crate::config::Place;
use crate::error::{Error, Kind, Problem};

/// The class of unit keys; sources of one project share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyType {
    Text,
    /// Fits a signed 64-bit integer.
    Integer,
    /// Some source has unsigned 64-bit or decimal integers.
    WideInteger,
}

impl KeyType {
    /// The type in which all sources' keys are compared; every cast to it is exact.
    pub fn data_type(self) -> DataType {
        match self {
            KeyType::Text => DataType::Utf8View,
            KeyType::Integer => DataType::Int64,
            KeyType::WideInteger => DataType::Decimal128(38, 0),
        }
    }

    /// A key as a person writes it; `None` where it is none of this class.
    pub fn read(self, text: &str) -> Option<ScalarValue> {
        match self {
            KeyType::Text => Some(ScalarValue::Utf8View(Some(text.to_string()))),
            KeyType::Integer => text.parse().ok().map(|key| ScalarValue::Int64(Some(key))),
            KeyType::WideInteger => {
                text.parse().ok().map(|key| ScalarValue::Decimal128(Some(key), 38, 0))
            }
        }
    }
}

impl OpenSource {
    /// The class of this source's unit keys.
    pub fn key_type(&self) -> Result<KeyType, Problem> {
        let named = ("unit", self.required("unit", &self.source.columns.unit)?);
        let (_, found) = self.find(named)?;
        key_type(&self.source, named, &found)
    }

    /// The unit, as `key`.
    pub fn unit(&self, key: KeyType) -> Result<Expr, Problem> {
        let (expr, _) = self.find(("unit", self.required("unit", &self.source.columns.unit)?))?;
        Ok(cast(expr, key.data_type()).alias("unit"))
    }

    /// Why the unit names nobody; NULL where it names somebody.
    fn flaw(&self, key: KeyType) -> Result<Expr, Problem> {
        let flaw = flaw(self.unit(key)?, key, &self.source.sentinel_ids);
        flaw.map_err(|error| Problem::new(Kind::Bug, "", error.strip_backtrace()))
    }

    /// The class of the members' keys (members only).
    pub fn member_key_type(&self) -> Result<KeyType, Problem> {
        let named = ("member", self.required("member", &self.source.columns.member)?);
        let (_, found) = self.find(named)?;
        key_type(&self.source, named, &found)
    }

    /// `member, unit`, as members are read.
    ///
    /// # Errors
    /// All missing or unusable columns together.
    pub fn memberships(&self, member: KeyType, unit: KeyType) -> Result<DataFrame, Error> {
        let column = self.required("member", &self.source.columns.member)?;
        let (expr, _) = self.find(("member", column))?;
        let columns = [cast(expr, member.data_type()).alias("member"), self.unit(unit)?];
        self.raw.clone().select(columns).map_err(|error| Error::bug(error.strip_backtrace()))
    }

    /// The instant; `None` for a table of units.
    pub fn time(&self) -> Result<Option<Expr>, Problem> {
        let Some(column) = &self.source.columns.time else { return Ok(None) };
        self.find(("time", column))?;
        instant(&self.source, self.raw.schema(), ("time", column)).map(Some)
    }

    /// One of our text columns.
    pub fn text(&self, ours: &'static str, column: &(String, Place)) -> Result<Expr, Problem> {
        self.find((ours, column))?;
        text(&self.source, self.raw.schema(), (ours, column))
    }

    /// Whether somebody put the unit into its variant by hand.
    fn forced(&self) -> Result<Expr, Problem> {
        let Some(column) = &self.source.columns.forced else { return Ok(lit(false)) };
        self.find(("forced", column))?;
        flag(&self.source, self.raw.schema(), ("forced", column))
    }

    /// Any column, by the user's name; a broken one says what is wrong with its files.
    pub fn find(&self, named: Named<'_>) -> Result<(Expr, DataType), Problem> {
        let (_, (name, place)) = named;
        let column = name.split('.').next().unwrap_or(name);
        match self.broken.get(name).or_else(|| self.broken.get(column)) {
            Some(broken) => {
                let message = format!("source `{}`: {}", self.source.name, broken.message);
                Err(Problem::new(Kind::Data, place, message).hint(&broken.hint))
            }
            None => find(&self.source, self.raw.schema(), named),
        }
    }

    /// What is wrong with the columns that the source names.
    pub fn unusable_columns(&self) -> Vec<Problem> {
        let columns = &self.source.columns;
        let named = |ours, column| self.text(ours, column).map(drop);
        let mut problems: Vec<Problem> = [
            columns.experiment.as_ref().map(|column| named("experiment", column)),
            columns.unit.as_ref().map(|_| self.key_type().map(drop)),
            columns.variant.as_ref().map(|column| named("variant", column)),
            columns.time.as_ref().map(|_| self.time().map(drop)),
            columns.event.as_ref().map(|column| named("event", column)),
            columns.id.as_ref().map(|column| self.find(("id", column)).map(drop)),
            columns.member.as_ref().map(|_| self.member_key_type().map(drop)),
            columns.forced.as_ref().map(|_| self.forced().map(drop)),
        ]
        .into_iter()
        .flatten()
        .filter_map(Result::err)
        .collect();
        for attribute in &self.source.attributes {
            let column = (attribute.clone(), self.source.at.clone());
            problems.extend(self.find(("attributes", &column)).err());
        }
        problems
    }

    /// `experiment, unit, variant, time, forced, flaw` and what is given, as exposures and
    /// assignments are read.
    ///
    /// # Errors
    /// All missing or unusable columns together.
    pub fn sightings(&self, key: KeyType, given: Vec<Expr>) -> Result<DataFrame, Error> {
        let columns = &self.source.columns;
        let mut problems = Vec::new();
        let mut keep = |result: Result<Expr, Problem>, name: &str| match result {
            Ok(expr) => Some(expr.alias(name)),
            Err(problem) => {
                problems.push(problem);
                None
            }
        };
        let experiment = self
            .required("experiment", &columns.experiment)
            .and_then(|column| self.text("experiment", column));
        let variant = match &columns.variant {
            Some(column) => self.text("variant", column),
            None => Ok(absent(&DataType::Utf8View)),
        };
        let time = self.time().map(|time| time.unwrap_or_else(|| absent(&utc())));
        let selected = [
            keep(experiment, "experiment"),
            keep(self.unit(key), "unit"),
            keep(variant, "variant"),
            keep(time, "time"),
            keep(self.forced(), "forced"),
            keep(self.flaw(key), "flaw"),
        ];
        Error::check(problems)?;
        self.raw
            .clone()
            .select(selected.into_iter().flatten().chain(given))
            .map_err(|error| Error::bug(error.strip_backtrace()))
    }

    fn required<'a>(
        &self,
        ours: &str,
        column: &'a Option<(String, Place)>,
    ) -> Result<&'a (String, Place), Problem> {
        column.as_ref().ok_or_else(|| {
            let message = format!("source `{}` names no `{ours}` column", self.source.name);
            Problem::new(Kind::Spec, &self.source.at, message)
        })
    }
}
