//! The `[sources]` tables.

use toml::Spanned;

use super::{columns, members, project, text};
use crate::config::document::Page;
use crate::config::field::{Field, Named};
use crate::config::file::{SourceKind, SourceTable};
use crate::config::key::{self, Taken};
use crate::config::known::Known;
use crate::config::problem::{Checked, Reported};
use crate::config::window::duration;
use crate::config::words::{nearest, quote};
use crate::config::{Input, SENTINEL_IDS, Source, SourceRole};

/// Names that say what a source is.
const RESERVED: [&str; 2] = ["assignments", "exposures"];

pub fn check(page: Page, sources: &Spanned<Named<SourceTable>>) -> Known<Source> {
    let tables = &sources.get_ref().0;
    let has_assignments = tables.contains_key("assignments");
    let mut taken = Taken::default();
    let mut known = Known { entries: Default::default(), complete: true };
    let mut in_order: Vec<_> = tables.iter().collect();
    in_order.sort_by_key(|(name, _)| name.span().start);
    for (name, table) in in_order {
        let named = key::check(page, "a source", name.get_ref(), name.span())
            .and_then(|()| taken.take(page, "source", name.get_ref(), name.span()));
        let source =
            table.need().and_then(|table| one(page, name, table.get_ref(), has_assignments));
        known.entries.insert(name.get_ref().clone(), named.and(source));
    }
    if !RESERVED.iter().any(|name| tables.contains_key(*name)) {
        let message = "there is no source `assignments` and no source `exposures`";
        let hint = "one of them has to say which units are in which variant";
        page.error_with(0..0, message, Some(hint.to_owned()));
        return Known { complete: false, ..members::check(page, sources.get_ref(), known) };
    }
    members::check(page, sources.get_ref(), known)
}

fn one(
    page: Page,
    name: &Spanned<String>,
    table: &SourceTable,
    has_assignments: bool,
) -> Checked<Source> {
    let role = role(page, name, table);
    let input = input(page, name, table);
    let partition = partition(page, table);
    let ready = ready(page, table);
    let timezone = project::timezone(page, &table.timezone);
    let attributes = attributes(page, table, role);
    let members = of_facts(page, "members", &table.members, role);
    let sentinel_ids = sentinel_ids(page, table, role);
    let clock_skew = clock_skew(page, table, role);
    let columns = columns::check(page, name, table, role?, has_assignments);
    Ok(Source {
        name: name.get_ref().clone(),
        role: role?,
        input: input?,
        partition: partition?,
        ready: ready?,
        timezone: timezone?,
        columns: columns?,
        attributes: attributes?,
        members: members?,
        sentinel_ids: sentinel_ids?,
        clock_skew: clock_skew?,
        at: page.place(&name.span()),
    })
}

fn role(page: Page, name: &Spanned<String>, table: &SourceTable) -> Checked<SourceRole> {
    let reserved = match name.get_ref().as_str() {
        "assignments" => Some(SourceRole::Assignments),
        "exposures" => Some(SourceRole::Exposures),
        _ => None,
    };
    match (reserved, table.kind.get()?) {
        (Some(role), None) => Ok(role),
        (Some(_), Some(kind)) => {
            let message = format!("{} needs no `kind`: its name says it", quote(name.get_ref()));
            Err(page.error(kind.span(), message))
        }
        (None, Some(kind)) => Ok(match kind.get_ref() {
            SourceKind::Facts => SourceRole::Facts,
            SourceKind::Members => SourceRole::Members,
            SourceKind::Table => SourceRole::Table,
        }),
        (None, None) => {
            let message = format!(
                "source {} needs `kind = \"facts\"`, `kind = \"members\"` or `kind = \"table\"`",
                quote(name.get_ref())
            );
            let near = nearest(name.get_ref(), &RESERVED);
            let hint = near.map(|near| format!("did you mean {}?", quote(near)));
            Err(page.error_with(name.span(), message, hint))
        }
    }
}

fn input(page: Page, name: &Spanned<String>, table: &SourceTable) -> Checked<Input> {
    let name_quoted = quote(name.get_ref());
    match (table.location.get()?, table.query.get()?) {
        (Some(location), None) => Ok(Input::Location {
            location: project::location(page, "location", location)?,
            format: table.format.get()?.map(|format| *format.get_ref()),
        }),
        (None, Some(_)) => {
            if let Some(format) = table.format.said() {
                page.error(format.span(), "`format` needs a `location`");
            }
            let query = text::placed(page, "query", &table.query)?;
            query.map(|(query, _)| Input::Query(query)).ok_or(Reported)
        }
        (Some(_), Some(query)) => {
            let message =
                format!("source {name_quoted} has a `location` and a `query`, and needs one");
            Err(page.error(query.span(), message))
        }
        (None, None) => {
            let message = format!("source {name_quoted} needs a `location` or a `query`");
            Err(page.error(name.span(), message))
        }
    }
}

fn partition(page: Page, table: &SourceTable) -> Checked<Option<String>> {
    let partition = text::line(page, "partition", &table.partition)?;
    match (table.partition.said(), &table.location, &table.query) {
        (Some(said), Field::Absent, Field::Said(_)) => {
            Err(page.error(said.span(), "`partition` needs a `location`"))
        }
        (Some(said), ..) if said.get_ref().contains(['=', '/']) => {
            let message = format!("`partition` must be a column, found {}", quote(said.get_ref()));
            let hint = "`partition = \"day\"` is for folders such as `day=2026-10-01`";
            Err(page.error_with(said.span(), message, Some(hint.to_owned())))
        }
        _ => Ok(partition),
    }
}

fn ready(page: Page, table: &SourceTable) -> Checked<Option<String>> {
    let ready = text::line(page, "ready", &table.ready)?;
    match (table.ready.said(), &table.location, &table.query) {
        (Some(said), Field::Absent, Field::Said(_)) => {
            Err(page.error(said.span(), "`ready` needs a `location`"))
        }
        (Some(said), ..) if said.get_ref().contains('/') => {
            let message = format!("`ready` must be a file name, found {}", quote(said.get_ref()));
            let hint = "it is looked for in the newest partition, or else in the folder itself";
            Err(page.error_with(said.span(), message, Some(hint.to_owned())))
        }
        _ => Ok(ready),
    }
}

fn attributes(page: Page, table: &SourceTable, role: Checked<SourceRole>) -> Checked<Vec<String>> {
    let Some(said) = table.attributes.get()? else { return Ok(Vec::new()) };
    if role? != SourceRole::Assignments {
        return Err(page.error(said.span(), "`attributes` belong to `assignments`"));
    }
    let texts = said.get_ref().iter().map(|item| text::line(page, "attributes", item));
    let texts: Vec<_> = texts.collect();
    texts.into_iter().map(|text| text?.ok_or(Reported)).collect()
}

/// Ids that stand for nobody; an empty list is said, and means that every id is somebody's.
fn sentinel_ids(
    page: Page,
    table: &SourceTable,
    role: Checked<SourceRole>,
) -> Checked<Vec<String>> {
    let Some(said) = table.sentinel_ids.get()? else {
        return Ok(SENTINEL_IDS.map(str::to_owned).to_vec());
    };
    if matches!(role?, SourceRole::Members | SourceRole::Table) {
        let message = "`sentinel_ids` belong to facts, exposures and assignments";
        return Err(page.error(said.span(), message));
    }
    said.get_ref().iter().map(|item| Ok(item.need()?.get_ref().clone())).collect()
}

/// What only facts say.
fn of_facts(
    page: Page,
    key: &str,
    field: &Field<String>,
    role: Checked<SourceRole>,
) -> Checked<Option<String>> {
    match (field.get()?, role?) {
        (Some(said), SourceRole::Facts) => Ok(Some(said.get_ref().clone())),
        (Some(said), _) => Err(page.error(said.span(), format!("`{key}` belongs to facts"))),
        (None, _) => Ok(None),
    }
}

/// In microseconds; rows without an instant are neither early nor late.
fn clock_skew(page: Page, table: &SourceTable, role: Checked<SourceRole>) -> Checked<i64> {
    let text = of_facts(page, "clock_skew", &table.clock_skew, role)?;
    let (Some(text), Some(said)) = (text, table.clock_skew.said()) else { return Ok(0) };
    let has_time = table.columns.get()?.map(|columns| columns.get_ref().time.get()).transpose()?;
    if has_time.flatten().is_none() {
        return Err(page.error(said.span(), "`clock_skew` needs a column `time`"));
    }
    duration(&text).map_err(|problem| {
        page.error(said.span(), format!("`clock_skew` {problem}, found {}", quote(&text)))
    })
}
