//! From the configuration to targets that can be asked and told.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use super::http::Client;
use super::target::{Exec, Flagd, Headlessly, Outbox, Scoped, Unleash, Webhook};
use super::{Fault, Target};
use crate::config::{Project, TargetConfig, TargetKind};
use crate::error::{Error, Kind, Problem};

/// What tells the time: webhooks say when they were sent.
pub type Clock = fn() -> Timestamp;

/// Every target of the project, by name. Nothing is called, and no secret is looked up.
///
/// # Errors
///
/// An address that may never be called, and project files that everybody may write.
pub fn open(project: &Project, clock: Clock) -> Result<BTreeMap<String, Box<dyn Target>>, Error> {
    let mut problems = Vec::new();
    if !project.targets.is_empty() {
        problems.extend(writable_by_all(&project.root.join("assize.toml")));
    }
    let mut targets: BTreeMap<String, Box<dyn Target>> = BTreeMap::new();
    for (name, config) in &project.targets {
        match target(project, config, clock) {
            Ok(target) => {
                let scope = config.scope.clone();
                targets.insert(name.clone(), Box::new(Scoped { scope, target }));
            }
            Err(fault) => problems.push(
                Problem::new(Kind::Spec, &config.at, fault.to_string())
                    .hint("`hosts` allows plain HTTP, other ports and private addresses"),
            ),
        }
    }
    Error::check(problems)?;
    Ok(targets)
}

fn target(
    project: &Project,
    config: &TargetConfig,
    clock: Clock,
) -> Result<Box<dyn Target>, Fault> {
    let name = config.name.clone();
    let client = |url: &str| Client::new(url, &config.hosts);
    Ok(match &config.kind {
        TargetKind::File { path } => Box::new(Outbox { name, path: path.clone() }),
        TargetKind::Webhook { url, secret, former_secret } => Box::new(Webhook {
            name,
            client: client(url)?,
            secrets: std::iter::once(secret).chain(former_secret).cloned().collect(),
            project: project.name.clone(),
            clock,
        }),
        TargetKind::Exec { command, folder, timeout, pass } => Box::new(Exec {
            name,
            command: command.clone(),
            folder: folder.clone(),
            timeout: std::time::Duration::from_micros(timeout.unsigned_abs()),
            pass: pass.clone(),
        }),
        TargetKind::Unleash { url, token, project, environment } => Box::new(Unleash {
            name,
            client: client(url)?,
            token: token.clone(),
            project: project.clone(),
            environment: environment.clone(),
        }),
        TargetKind::Headlessly(config) => {
            Box::new(Headlessly { name, client: client(&config.url)?, config: config.clone() })
        }
        TargetKind::Flagd { path } => Box::new(Flagd { name, path: path.clone() }),
    })
}

/// Who may write the file may set in motion whatever he likes.
fn writable_by_all(path: &Path) -> Option<Problem> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    (mode & 0o002 != 0).then(|| {
        let message = "everybody may write this file, and it says where something is set in motion";
        Problem::new(Kind::Environment, path.display(), message).hint("run `chmod o-w` on it")
    })
}
