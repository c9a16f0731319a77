//! Which of our columns a source has, and what they are called there.

use std::ops::Range;

use toml::Spanned;

use super::text;
use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::file::{ColumnsTable, SourceTable};
use crate::config::problem::{Checked, Reported};
use crate::config::words::quote;
use crate::config::{Columns, Place, SourceRole};

/// What a role makes of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
    /// The role has no use for it.
    Never,
}

use Need::{Never, Optional, Required};

type Column = Checked<Option<(String, Place)>>;

/// The columns of one source.
pub fn check(
    page: Page,
    name: &Spanned<String>,
    table: &SourceTable,
    role: SourceRole,
    has_assignments: bool,
) -> Checked<Columns> {
    let none = ColumnsTable::default();
    let said = table.columns.get()?;
    if let (SourceRole::Table, Some(said)) = (role, said) {
        let message = format!("source {} has no use for `columns`", quote(name.get_ref()));
        let hint = "a table is read only through the queries of other sources";
        return Err(page.error_with(said.span(), message, Some(hint.to_owned())));
    }
    let columns = said.map_or(&none, |said| said.get_ref());
    let reader = Reader {
        page,
        name,
        // Without a location the names are the query's own, hence ours.
        is_query: matches!(table.location, Field::Absent),
        at: said.map_or(name.span(), Spanned::span),
    };
    let [experiment, unit, variant, time, event, id, member, forced] = needs(role, has_assignments);
    let experiment = reader.column("experiment", &columns.experiment, experiment);
    let unit = reader.column("unit", &columns.unit, unit);
    let variant = reader.column("variant", &columns.variant, variant);
    let time = reader.column("time", &columns.time, time);
    let event = reader.column("event", &columns.event, event);
    let id = reader.column("id", &columns.id, id);
    let member = reader.column("member", &columns.member, member);
    let forced = reader.column("forced", &columns.forced, forced);
    Ok(Columns {
        experiment: experiment?,
        unit: unit?,
        variant: variant?,
        time: time?,
        event: event?,
        id: id?,
        member: member?,
        forced: forced?,
    })
}

/// For experiment, unit, variant, time, event, id, member, forced.
fn needs(role: SourceRole, has_assignments: bool) -> [Need; 8] {
    let variant = if has_assignments { Optional } else { Required };
    match role {
        SourceRole::Assignments => {
            [Required, Required, Required, Optional, Never, Never, Never, Optional]
        }
        SourceRole::Exposures => {
            [Required, Required, variant, Required, Never, Never, Never, Optional]
        }
        SourceRole::Facts => [Never, Required, Never, Optional, Optional, Optional, Never, Never],
        SourceRole::Members => [Never, Required, Never, Never, Never, Never, Required, Never],
        SourceRole::Table => [Never; 8],
    }
}

struct Reader<'a> {
    page: Page<'a>,
    name: &'a Spanned<String>,
    is_query: bool,
    at: Range<usize>,
}

impl Reader<'_> {
    fn column(&self, ours: &str, field: &Field<String>, need: Need) -> Column {
        if let (Never, Some(said)) = (need, field.said()) {
            return Err(self.useless(ours, said));
        }
        let theirs = text::placed(self.page, ours, field)?;
        match (theirs, need) {
            (Some(theirs), _) => Ok(Some(theirs)),
            (None, Required) if self.is_query && ours != "time" => {
                Ok(Some((ours.to_owned(), self.page.place(&self.name.span()))))
            }
            (None, Required) => {
                let message =
                    format!("source {} needs the column `{ours}`", quote(self.name.get_ref()));
                let hint =
                    format!("`columns = {{ {ours} = \"...\" }}` says what it is called there");
                Err(self.page.error_with(self.at.clone(), message, Some(hint)))
            }
            (None, _) => Ok(None),
        }
    }

    fn useless(&self, ours: &str, said: &Spanned<String>) -> Reported {
        let why = match ours {
            "event" | "id" => "only facts have it",
            "member" => "only sources of kind `members` have it",
            "forced" => "only assignments and exposures have it",
            "time" => "a member is one at all times",
            _ => "facts get it from assignments and exposures, by unit",
        };
        let name = quote(self.name.get_ref());
        let message = format!("source {name} has no use for the column `{ours}`");
        self.page.error_with(said.span(), message, Some(why.to_owned()))
    }
}
