//! The `[project]` table.

use jiff::tz::TimeZone;
use toml::Spanned;

use super::text;
use crate::config::document::Page;
use crate::config::field::{Field, TextOr};
use crate::config::file::{Location, ProjectTable};
use crate::config::problem::{Checked, Reported};
use crate::config::words::quote;
use crate::config::zone;

/// The project as a whole, and where its other files are.
#[derive(Debug)]
pub struct Basics {
    pub name: Checked<String>,
    pub timezone: Checked<TimeZone>,
    pub experiments: Checked<String>,
    pub metrics: Checked<String>,
    pub output: Checked<String>,
}

pub fn check(page: Page, table: &ProjectTable) -> Basics {
    Basics {
        name: text::line(page, "name", &table.name).and_then(|name| name.ok_or(Reported)),
        timezone: timezone(page, &table.timezone).map(|zone| zone.unwrap_or(TimeZone::UTC)),
        experiments: path(page, "experiments", &table.experiments, "experiments"),
        metrics: path(page, "metrics", &table.metrics, "metrics.toml"),
        output: output(page, &table.output),
    }
}

pub fn timezone(page: Page, field: &Field<String>) -> Checked<Option<TimeZone>> {
    field.get()?.map(|name| zone::check(page, name)).transpose()
}

fn path(page: Page, name: &str, field: &Field<String>, default: &str) -> Checked<String> {
    let said = text::line(page, name, field)?;
    match field.said() {
        Some(said) => local(page, name, said.get_ref().clone(), said),
        None => Ok(said.unwrap_or_else(|| default.to_owned())),
    }
}

fn output(page: Page, field: &Field<Location>) -> Checked<String> {
    match field.get()? {
        Some(said) => location(page, "output", said),
        None => Ok("out".to_owned()),
    }
}

/// A path that was written down, or is held by an environment variable.
pub fn location(page: Page, name: &str, said: &Spanned<Location>) -> Checked<String> {
    let path = match said.get_ref() {
        TextOr::Text(path) => path.clone(),
        TextOr::Table(table) => variable(page, table.env.need()?)?,
    };
    if path.trim().is_empty() {
        return Err(page.error(said.span(), format!("`{name}` is empty")));
    }
    local(page, name, path, said)
}

/// The value of an environment variable; messages never show it.
fn variable(page: Page, name: &Spanned<String>) -> Checked<String> {
    match std::env::var(name.get_ref()) {
        Ok(value) if !value.trim().is_empty() => Ok(value),
        _ => {
            let message = format!("environment variable {} is not set", quote(name.get_ref()));
            Err(page.error(name.span(), message))
        }
    }
}

fn local<T>(page: Page, name: &str, path: String, said: &Spanned<T>) -> Checked<String> {
    if path.contains('\0') {
        return Err(page.error(said.span(), format!("`{name}` contains the character NUL")));
    }
    if path.contains("://") {
        let message = format!("`{name}` is a URL, and only local paths are read in this version");
        return Err(page.error(said.span(), message));
    }
    Ok(path)
}
