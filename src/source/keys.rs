//! Keys of units and of members, which sources must share to be joined.

use std::collections::BTreeMap;

use super::view::KeyType;
use super::warehouse::OpenSource;
use crate::config::{Place, SourceRole};
use crate::error::{Error, Kind, Problem};

/// A key column of a source.
struct Keyed<'a> {
    key: KeyType,
    open: &'a OpenSource,
    column: &'a Option<(String, Place)>,
    /// Our word for what it names.
    ours: &'static str,
}

/// The class of all unit keys, and of the members' keys by the source that lists them.
///
/// Integers of any width go together, text does not go with integers.
///
/// # Errors
/// `Spec` for types that must never be keys, and where classes differ.
pub fn shared_keys(
    sources: &BTreeMap<String, OpenSource>,
) -> Result<(KeyType, BTreeMap<String, KeyType>), Error> {
    let (mut units, mut problems) = (Vec::new(), Vec::new());
    let mut members: BTreeMap<&str, Vec<Keyed<'_>>> = BTreeMap::new();
    for open in sources.values().filter(|open| open.source.role != SourceRole::Table) {
        let mut keep = |found: Result<KeyType, Problem>, column, ours| match found {
            Ok(key) => Some(Keyed { key, open, column, ours }),
            Err(problem) => {
                problems.push(problem);
                None
            }
        };
        let columns = &open.source.columns;
        if open.source.role == SourceRole::Members {
            let member = keep(open.member_key_type(), &columns.member, "member");
            members.entry(&open.source.name).or_default().extend(member);
        }
        match &open.source.members {
            Some(name) => {
                let member = keep(open.key_type(), &columns.unit, "member");
                members.entry(name).or_default().extend(member);
            }
            None => units.extend(keep(open.key_type(), &columns.unit, "unit")),
        }
    }
    Error::check(problems)?;
    let member_keys = members.into_iter().map(|(name, keys)| Ok((name.to_string(), class(&keys)?)));
    Ok((class(&units)?, member_keys.collect::<Result<_, Error>>()?))
}

fn class(found: &[Keyed<'_>]) -> Result<KeyType, Error> {
    let text = found.iter().find(|keyed| keyed.key == KeyType::Text);
    let integer = found.iter().find(|keyed| keyed.key != KeyType::Text);
    if let (Some(text), Some(integer)) = (text, integer) {
        return Err(mismatch(text, integer).into());
    }
    Ok(found.iter().map(|keyed| keyed.key).max().unwrap_or(KeyType::Text))
}

fn mismatch(text: &Keyed<'_>, integer: &Keyed<'_>) -> Problem {
    let name = |keyed: &Keyed<'_>| keyed.column.as_ref().map_or(keyed.ours.into(), |c| c.0.clone());
    let message = format!(
        "{} keys do not match: `{}` of source `{}` is text, `{}` of source `{}` is an integer",
        text.ours,
        name(text),
        text.open.source.name,
        name(integer),
        integer.open.source.name,
    );
    let hint = format!(
        "keys are never cast in silence ('01' is not 1): read `{0}` through a `query` source with CAST({1} AS VARCHAR)",
        integer.open.source.name,
        name(integer),
    );
    Problem::new(Kind::Spec, &integer.open.source.at, message).hint(hint)
}
