//! The `[targets]` tables.

use std::path::Path;

use toml::Spanned;

use super::actions::span;
use super::{address, secrets, text};
use crate::config::document::Page;
use crate::config::field::{Field, Named};
use crate::config::file::{SecretTable, TargetTable, TargetWord};
use crate::config::key::{self, Taken};
use crate::config::known::Known;
use crate::config::problem::{Checked, Reported};
use crate::config::words::quote;
use crate::config::{Headlessly, RolloutCall, Scale, Scope, SecretRef, TargetConfig, TargetKind};

use TargetWord::{Exec, File, Flagd, Headlessly as Headless, Unleash, Webhook};

/// Microseconds that a command may take, unless the file says so.
const DEFAULT_TIMEOUT: i64 = 30_000_000;

pub fn check(page: Page, root: &Path, field: &Field<Named<TargetTable>>) -> Known<TargetConfig> {
    let mut known = Known { entries: Default::default(), complete: true };
    let said = match field.get() {
        Ok(Some(said)) => said,
        Ok(None) => return known,
        Err(Reported) => return Known::nothing(),
    };
    let mut taken = Taken::default();
    let mut in_order: Vec<_> = said.get_ref().0.iter().collect();
    in_order.sort_by_key(|(name, _)| name.span().start);
    for (name, table) in in_order {
        let named = key::check(page, "a target", name.get_ref(), name.span())
            .and_then(|()| taken.take(page, "target", name.get_ref(), name.span()));
        let target = table.need().and_then(|table| one(page, root, name, table.get_ref()));
        known.entries.insert(name.get_ref().clone(), named.and(target));
    }
    known
}

fn one(
    page: Page,
    root: &Path,
    name: &Spanned<String>,
    table: &TargetTable,
) -> Checked<TargetConfig> {
    let hosts = address::hosts(page, &table.hosts);
    let allow = patterns(page, "allow", &table.allow);
    let protected = patterns(page, "protected", &table.protected);
    let word = *table.kind.need()?.get_ref();
    let fits = only_its_keys(page, word, table);
    let asked = Asked { page, root, name, table, word };
    let kind = asked.kind(hosts.as_deref().map_err(|_| Reported));
    let allow = allow.and_then(|allow| asked.needs_scope(allow));
    fits?;
    Ok(TargetConfig {
        name: name.get_ref().clone(),
        kind: kind?,
        scope: Scope { allow: allow?, protected: protected?.unwrap_or_default() },
        hosts: hosts?,
        at: page.place(&name.span()),
    })
}

/// Reports keys that belong to other kinds.
fn only_its_keys(page: Page, word: TargetWord, table: &TargetTable) -> Checked<()> {
    let belongs = |key, span: Option<std::ops::Range<usize>>, kinds: &[TargetWord]| match span {
        Some(span) if !kinds.contains(&word) => {
            let message = format!("a target of kind `{}` has no `{key}`", written(word));
            Err(page.error(span, message))
        }
        _ => Ok(()),
    };
    let http = [Webhook, Unleash, Headless];
    let flags = [Unleash, Headless];
    [
        belongs("url", at(&table.url), &http),
        belongs("hosts", at(&table.hosts), &http),
        belongs("token", at(&table.token), &flags),
        belongs("secret", at(&table.secret), &[Webhook]),
        belongs("former_secret", at(&table.former_secret), &[Webhook]),
        belongs("path", at(&table.path), &[File, Flagd]),
        belongs("command", at(&table.command), &[Exec]),
        belongs("timeout", at(&table.timeout), &[Exec]),
        belongs("pass", at(&table.pass), &[Exec]),
        belongs("project", at(&table.project), &[Unleash]),
        belongs("environment", at(&table.environment), &[Unleash]),
        belongs("experiment_path", at(&table.experiment_path), &[Headless]),
        belongs("flag_path", at(&table.flag_path), &[Headless]),
        belongs("rollout", at(&table.rollout), &[Headless]),
        belongs("confidence", at(&table.confidence), &[Headless]),
        belongs("lift", at(&table.lift), &[Headless]),
    ]
    .into_iter()
    .fold(Ok(()), Result::and)
}

fn at<T>(field: &Field<T>) -> Option<std::ops::Range<usize>> {
    field.said().map(Spanned::span)
}

fn written(word: TargetWord) -> &'static str {
    match word {
        File => "file",
        Webhook => "webhook",
        Exec => "exec",
        Unleash => "unleash",
        Headless => "headlessly",
        Flagd => "flagd",
    }
}

fn patterns(
    page: Page,
    key: &str,
    field: &Field<Vec<Field<String>>>,
) -> Checked<Option<Vec<String>>> {
    let Some(said) = field.get()? else { return Ok(None) };
    let texts: Vec<_> = said.get_ref().iter().map(|item| text::line(page, key, item)).collect();
    texts.into_iter().map(|text| text?.ok_or(Reported)).collect::<Checked<_>>().map(Some)
}

/// One target's table.
struct Asked<'a> {
    page: Page<'a>,
    root: &'a Path,
    name: &'a Spanned<String>,
    table: &'a TargetTable,
    word: TargetWord,
}

impl Asked<'_> {
    fn kind(&self, hosts: Checked<&[String]>) -> Checked<TargetKind> {
        let table = self.table;
        match self.word {
            File => Ok(TargetKind::File { path: self.path()? }),
            Flagd => Ok(TargetKind::Flagd { path: self.path()? }),
            Exec => self.exec(),
            Webhook => {
                let (url, secret) = (self.url(hosts), self.secret("secret", &table.secret));
                let former = table.former_secret.get()?;
                let former = former.map(|said| secrets::check(self.page, self.root, said));
                let former_secret = former.transpose();
                Ok(TargetKind::Webhook {
                    url: url?,
                    secret: secret?,
                    former_secret: former_secret?,
                })
            }
            Unleash => {
                let (url, token) = (self.url(hosts), self.secret("token", &table.token));
                let project = self.part("project", &table.project, "default");
                let environment = self.environment();
                Ok(TargetKind::Unleash {
                    url: url?,
                    token: token?,
                    project: project?,
                    environment: environment?,
                })
            }
            Headless => {
                let (url, token) = (self.url(hosts), self.secret("token", &table.token));
                let experiments =
                    self.part("experiment_path", &table.experiment_path, "Experiment");
                let flags = self.part("flag_path", &table.flag_path, "FeatureFlag");
                Ok(TargetKind::Headlessly(Headlessly {
                    url: url?,
                    token: token?,
                    experiment_path: experiments?,
                    flag_path: flags?,
                    rollout: table.rollout.or(RolloutCall::Percent)?,
                    confidence: table.confidence.or(Scale::Fraction)?,
                    lift: table.lift.or(Scale::Fraction)?,
                }))
            }
        }
    }

    fn exec(&self) -> Checked<TargetKind> {
        let table = self.table;
        let command = secrets::command(self.page, &table.command);
        let command = command.and_then(|command| command.ok_or_else(|| self.needs("command")));
        let timeout = span(self.page, "timeout", &table.timeout, DEFAULT_TIMEOUT);
        let pass = patterns(self.page, "pass", &table.pass);
        Ok(TargetKind::Exec {
            command: command?,
            folder: secrets::under(self.root, "."),
            timeout: timeout?,
            pass: pass?.unwrap_or_default(),
        })
    }

    fn path(&self) -> Checked<std::path::PathBuf> {
        let path = text::line(self.page, "path", &self.table.path)?;
        let path = path.ok_or_else(|| self.needs("path"))?;
        Ok(secrets::under(self.root, &path))
    }

    fn url(&self, hosts: Checked<&[String]>) -> Checked<String> {
        match self.table.url.get()? {
            Some(said) => address::check(self.page, said, hosts?),
            None => Err(self.needs("url")),
        }
    }

    fn secret(&self, key: &str, field: &Field<SecretTable>) -> Checked<SecretRef> {
        match field.get()? {
            Some(said) => secrets::check(self.page, self.root, said),
            None => Err(self.needs(key)),
        }
    }

    fn environment(&self) -> Checked<String> {
        if matches!(self.table.environment, Field::Absent) {
            return Err(self.needs("environment"));
        }
        self.part("environment", &self.table.environment, "")
    }

    /// One part of a path.
    fn part(&self, key: &str, field: &Field<String>, default: &str) -> Checked<String> {
        let Some(part) = text::line(self.page, key, field)? else { return Ok(default.to_owned()) };
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~:@".contains(c);
        if part.chars().all(plain) && !part.starts_with('.') {
            return Ok(part);
        }
        let message = format!("`{key}` must be one part of a path, found {}", quote(&part));
        Err(self.page.error(field.span_or(&self.name.span()), message))
    }

    /// Who can change flags must say which.
    fn needs_scope(&self, allow: Option<Vec<String>>) -> Checked<Option<Vec<String>>> {
        if allow.is_some() || ![Unleash, Headless, Flagd].contains(&self.word) {
            return Ok(allow);
        }
        let message = format!("target {} needs `allow`", quote(self.name.get_ref()));
        let hint = "the flags that it may touch, such as `allow = [\"checkout-*\"]`";
        Err(self.page.error_with(self.name.span(), message, Some(hint.to_owned())))
    }

    fn needs(&self, key: &str) -> Reported {
        let message = format!("target {} needs `{key}`", quote(self.name.get_ref()));
        self.page.error(self.name.span(), message)
    }
}
