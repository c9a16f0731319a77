//! What an assignment says of its unit beside the variant, as one text.
//!
//! Queries of a fixed shape carry it, however many attributes a project has. It begins with the
//! instant, so that the least text is what was said first, and reads back exactly: after 19
//! digits, `2:DE-3:web` is `DE`, NULL, `web`.

use arrow::datatypes::DataType;
use datafusion::functions::expr_fn::{coalesce, concat, octet_length};
use datafusion::logical_expr::{Expr, cast, lit, when};

use super::columns::absent;
use super::schema::type_name;
use super::warehouse::OpenSource;
use crate::config::Place;
use crate::error::{Error, Kind, Problem};

/// Digits of an instant.
const DIGITS: usize = 19;

/// Added to an instant in microseconds; within a million years of 1970 the sum has 19 digits.
const BEFORE_ALL: i64 = 5_000_000_000_000_000_000;

impl OpenSource {
    /// The instant and these attributes of a row as one text; NULL where there are none.
    ///
    /// # Errors
    /// All missing columns and unusable types together.
    pub fn said(&self, names: &[String]) -> Result<Expr, Error> {
        if names.is_empty() {
            return Ok(absent(&DataType::Utf8View));
        }
        let time = self.time()?.map_or(lit(0i64), |time| cast(time, DataType::Int64));
        let digits = cast(coalesce(vec![time, lit(0i64)]) + lit(BEFORE_ALL), DataType::Utf8View);
        let (mut parts, mut problems) = (vec![digits], Vec::new());
        for name in names {
            match self.attribute(name) {
                Ok((value, _)) => parts.push(packed(value)?),
                Err(problem) => problems.push(problem),
            }
        }
        Error::check(problems)?;
        Ok(cast(concat(parts), DataType::Utf8View))
    }

    /// The type of an attribute, if it is a number.
    ///
    /// # Errors
    /// `Spec`, at the place that needs a number, where it is none.
    pub fn numeric_attribute(&self, name: &str, place: &Place) -> Result<(), Problem> {
        let (_, found) = self.attribute(name)?;
        if found.is_numeric() || matches!(found, DataType::Boolean | DataType::Null) {
            return Ok(());
        }
        let message = format!(
            "attribute `{name}` is {} in source `{}`, where a number is needed",
            type_name(&found),
            self.source.name
        );
        Err(Problem::new(Kind::Spec, place, message)
            .hint("name an attribute that is a number, or make one with a `query` source"))
    }

    fn attribute(&self, name: &str) -> Result<(Expr, DataType), Problem> {
        let column = (name.to_string(), self.source.at.clone());
        let (value, found) = self.find(("attributes", &column))?;
        if !found.is_nested() && !found.is_binary() {
            return Ok((value, found));
        }
        let message = format!(
            "source `{}`: column `{name}` (for `attributes`) is {}, not a plain value",
            self.source.name,
            type_name(&found)
        );
        Err(Problem::new(Kind::Spec, &self.source.at, message)
            .hint(format!("name one of its fields, for instance `{name}.field`")))
    }
}

/// `-` for NULL, else the length in bytes, a colon and the value.
fn packed(value: Expr) -> Result<Expr, Error> {
    let text = cast(value, DataType::Utf8View);
    let length = cast(octet_length(text.clone()), DataType::Utf8View);
    when(text.clone().is_null(), lit("-"))
        .otherwise(concat(vec![length, lit(":"), text]))
        .map_err(|error| Error::bug(error.strip_backtrace()))
}

/// The attributes of a text that [`OpenSource::said`] made, in their order.
pub fn unpacked(text: &str) -> impl Iterator<Item = Option<&str>> {
    let mut rest = text.get(DIGITS..).unwrap_or_default();
    std::iter::from_fn(move || {
        if let Some(after) = rest.strip_prefix('-') {
            rest = after;
            return Some(None);
        }
        let (length, after) = rest.split_once(':')?;
        let (value, after) = after.split_at_checked(length.parse().ok()?)?;
        rest = after;
        Some(Some(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_reads_back_whatever_its_values_hold() {
        let read = |text: &str| {
            let said = format!("{BEFORE_ALL}{text}");
            unpacked(&said).map(|value| value.map(str::to_string)).collect::<Vec<_>>()
        };
        let some = |text: &str| Some(text.to_string());
        assert_eq!(read("2:DE-3:web"), [some("DE"), None, some("web")]);
        assert_eq!(read("0:4:3:a-5:é:é"), [some(""), some("3:a-"), some("é:é")]);
        assert_eq!(read("--"), [None, None]);
        assert_eq!(read(""), []);
    }
}
