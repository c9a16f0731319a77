//! The text of a file as what it says.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, Deserializer};

use super::document::Page;
use super::problem::{Checked, Reported};
use super::{schema, secret, shape, syntax};

/// A file's contents, after its syntax and shape were reported.
///
/// A file that is not TOML has no shape: whatever follows a broken line may belong to another
/// table than it seems, so only its syntax is reported.
pub(super) fn read<T: DeserializeOwned + JsonSchema>(page: Page) -> Checked<T> {
    let table = parse(page)?;
    secret::check(table.get_ref(), page);
    shape::check(&table, &schema::schema_of::<T>(), page);
    T::deserialize(Deserializer::from(table)).map_err(|_| Reported)
}

fn parse(page: Page<'_>) -> Checked<Spanned<DeTable<'_>>> {
    let (table, errors) = DeTable::parse_recoverable(&page.document.text);
    syntax::report(&errors, page);
    if errors.is_empty() { Ok(table) } else { Err(Reported) }
}
