//! The `[rollout]` table: checked, and not used in this version.

use super::text;
use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::file::RolloutTable;
use crate::config::problem::Checked;
use crate::config::window::duration;
use crate::config::words::quote;

pub fn check(page: Page, field: &Field<RolloutTable>) -> Checked<()> {
    let Some(said) = field.get()? else { return Ok(()) };
    let table = said.get_ref();
    let flag = text::line(page, "flag", &table.flag);
    let steps = steps(page, &table.steps);
    let every = every(page, &table.every);
    flag.and(steps).and(every)
}

fn steps(page: Page, field: &Field<Vec<Field<i64>>>) -> Checked<()> {
    let said = field.need()?;
    if said.get_ref().is_empty() {
        return Err(page.error(said.span(), "`steps` is empty"));
    }
    let mut last = 0;
    for item in said.get_ref() {
        let step = item.need()?;
        let percent = *step.get_ref();
        if !(1..=100).contains(&percent) {
            let message = format!("a step must be from 1 to 100, found `{percent}`");
            return Err(page.error(step.span(), message));
        }
        if percent <= last {
            let message = format!("`steps` must increase, found `{percent}` after `{last}`");
            return Err(page.error(step.span(), message));
        }
        last = percent;
    }
    Ok(())
}

fn every(page: Page, field: &Field<String>) -> Checked<()> {
    let said = field.need()?;
    let wrong = match duration(said.get_ref()) {
        Ok(0) => "must be longer than nothing".to_owned(),
        Ok(_) => return Ok(()),
        Err(problem) => problem.to_string(),
    };
    Err(page.error(said.span(), format!("`every` {wrong}, found {}", quote(said.get_ref()))))
}
