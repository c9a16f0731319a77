//! Secrets: looked up where they are used, and shown nowhere.

use std::fmt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::Command;

use super::Fault;
use crate::config::SecretRef;

/// Time that a command may take to say a secret.
const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes of the longest secret.
const LONGEST: u64 = 16 * 1024;

/// A secret. It has no way to be printed.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The secret that a reference means, now.
    ///
    /// # Errors
    ///
    /// Names the reference, never what it holds.
    pub async fn resolve(reference: &SecretRef) -> Result<Self, Fault> {
        let (text, place) = match reference {
            SecretRef::Env(name) => {
                let place = format!("environment variable `{name}`");
                let text = std::env::var(name).map_err(|cause| match cause {
                    std::env::VarError::NotPresent => fault(&place, "is not set"),
                    std::env::VarError::NotUnicode(_) => fault(&place, "is not UTF-8"),
                })?;
                (text, place)
            }
            SecretRef::File(path) => (file(path).await?, format!("file `{}`", path.display())),
            SecretRef::Command(words) => (command(words).await?, of_command(words)),
        };
        let secret = text.lines().next().unwrap_or_default().trim();
        if secret.is_empty() {
            return Err(fault(&place, "is empty"));
        }
        Ok(Self(secret.to_owned()))
    }

    /// The secret itself, for the one line that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// A text without the secret, should it be in there.
    pub fn scrub(&self, text: &str) -> String {
        text.replace(&self.0, "[secret]")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

async fn file(path: &Path) -> Result<String, Fault> {
    let place = format!("file `{}`", path.display());
    let failed =
        |cause: std::io::Error| fault(&place, &format!("cannot be read: {}", cause.kind()));
    let mut text = String::new();
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    file.take(LONGEST).read_to_string(&mut text).await.map_err(failed)?;
    Ok(text)
}

async fn command(words: &[String]) -> Result<String, Fault> {
    let place = of_command(words);
    let Some((program, arguments)) = words.split_first() else {
        return Err(fault(&place, "names no program"));
    };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|cause| fault(&place, &format!("does not start: {}", cause.kind())))?;
    let mut output = child.stdout.take().ok_or_else(|| fault(&place, "has no output"))?;
    let mut text = String::new();
    let said = async {
        (&mut output).take(LONGEST).read_to_string(&mut text).await?;
        drop(output);
        child.wait().await
    };
    match tokio::time::timeout(PATIENCE, said).await {
        Err(_) => Err(fault(&place, &format!("says nothing within {} s", PATIENCE.as_secs()))),
        Ok(Ok(status)) if status.success() => Ok(text),
        Ok(_) => Err(fault(&place, "fails")),
    }
}

fn of_command(words: &[String]) -> String {
    let program = words.first().map(String::as_str).unwrap_or_default();
    format!("command `{program}`")
}

fn fault(place: &str, what: &str) -> Fault {
    Fault::Secret { why: format!("{place} of a secret {what}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn why(reference: SecretRef) -> String {
        Secret::resolve(&reference).await.unwrap_err().to_string()
    }

    fn command(text: &str) -> SecretRef {
        SecretRef::Command(["sh", "-c", text].map(str::to_owned).to_vec())
    }

    #[tokio::test]
    async fn a_secret_is_where_it_is_said_to_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "  canary\nsecond line\n").unwrap();
        for reference in [SecretRef::File(path), command("echo canary; echo second")] {
            let secret = Secret::resolve(&reference).await.unwrap();
            assert_eq!(secret.expose(), "canary");
            assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "[secret] Some([secret])");
            assert_eq!(secret.scrub("Bearer canary!"), "Bearer [secret]!");
        }
    }

    #[tokio::test]
    async fn what_is_missing_is_named_and_nothing_else() {
        let missing = SecretRef::Env("ASSIZE_NO_SUCH_VARIABLE".to_owned());
        assert_eq!(
            why(missing).await,
            "environment variable `ASSIZE_NO_SUCH_VARIABLE` of a secret is not set"
        );
        let file = SecretRef::File("/no/such/file".into());
        assert_eq!(
            why(file).await,
            "file `/no/such/file` of a secret cannot be read: entity not found"
        );
        assert_eq!(why(command("echo canary; exit 3")).await, "command `sh` of a secret fails");
        assert_eq!(why(command("echo")).await, "command `sh` of a secret is empty");
        let none = SecretRef::Command(vec!["/no/such/program".to_owned()]);
        assert!(why(none).await.contains("does not start"));
    }
}
