//! A command that reads a change from its standard input.
//!
//! Exit code 0 says that it is done, 75 (`EX_TEMPFAIL`) to try again later, any other that it
//! will not be done. The same change may come again with the same id.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use super::Target;
use crate::action::{Change, ChangeKind, Fault, Observed, Sent};

/// Variables that every command sees.
const ALWAYS: [&str; 4] = ["PATH", "HOME", "LANG", "TZ"];

/// `EX_TEMPFAIL` of `sysexits.h`.
const TRY_LATER: i32 = 75;

/// Bytes of an output that are read.
const LONGEST: u64 = 64 * 1024;

/// Characters of an output that a message shows.
const SHOWN: usize = 200;

pub struct Exec {
    pub name: String,
    /// The program and its arguments.
    pub command: Vec<String>,
    pub folder: PathBuf,
    pub timeout: Duration,
    pub pass: Vec<String>,
}

#[async_trait]
impl Target for Exec {
    fn name(&self) -> &str {
        &self.name
    }

    fn takes(&self, _: &ChangeKind) -> bool {
        true
    }

    async fn observe(&self, _: &Change) -> Result<Option<Observed>, Fault> {
        Ok(None)
    }

    fn is_done(&self, _: &Change, _: &Observed) -> bool {
        false
    }

    async fn write(&self, change: &Change, _: Option<&Observed>) -> Result<Sent, Fault> {
        let body = serde_json::to_string(change)
            .map_err(|cause| Fault::refused(format!("the change has no JSON: {cause}")))?;
        let child = self.start()?;
        let group = child.id();
        let program = self.program();
        let ended = tokio::time::timeout(self.timeout, finish(child, format!("{body}\n")));
        let (status, output) = match ended.await {
            Ok(Ok(ended)) => ended,
            Ok(Err(cause)) => {
                return Err(Fault::Unknown { why: format!("`{program}` was lost: {cause}") });
            }
            Err(_) => {
                kill_group(group).await;
                let seconds = self.timeout.as_secs_f64();
                let why = format!("`{program}` did not end within {seconds} s and was killed");
                return Err(Fault::Unknown { why });
            }
        };
        self.judge(status, &output)?;
        let mut sent = Sent::one("run", self.command.join(" "), body);
        sent.requests.iter_mut().for_each(|request| request.answer = Some(0));
        Ok(sent)
    }
}

impl Exec {
    fn program(&self) -> &str {
        self.command.first().map(String::as_str).unwrap_or_default()
    }

    fn start(&self) -> Result<Child, Fault> {
        // A path of several parts is one of the project; a single name is looked up.
        let program = match self.program() {
            program if program.contains('/') => self.folder.join(program).into_os_string(),
            program => program.into(),
        };
        let names = ALWAYS.iter().copied().chain(self.pass.iter().map(String::as_str));
        let variables = names.filter_map(|name| Some((name, std::env::var_os(name)?)));
        Command::new(program)
            .args(self.command.iter().skip(1))
            .current_dir(&self.folder)
            .env_clear()
            .envs(variables)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|cause| {
                Fault::unsupported(format!("`{}` does not start: {cause}", self.program()))
            })
    }

    fn judge(&self, status: ExitStatus, output: &str) -> Result<(), Fault> {
        let said = self.scrubbed(output);
        let said = if said.is_empty() { said } else { format!(": {said}") };
        let program = self.program();
        match status.code() {
            Some(0) => Ok(()),
            Some(TRY_LATER) => Err(Fault::unreachable(format!("`{program}` says later{said}"))),
            Some(code) => Err(Fault::refused(format!("`{program}` ends with {code}{said}"))),
            None => Err(Fault::Unknown { why: format!("`{program}` was killed{said}") }),
        }
    }

    /// The last line, without the values that were passed on.
    fn scrubbed(&self, output: &str) -> String {
        let last = output.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let plain: String = last.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
        let passed = self.pass.iter().filter_map(|name| std::env::var(name).ok());
        passed
            .filter(|value| !value.is_empty())
            .fold(plain, |text, value| text.replace(&value, "[secret]"))
    }
}

/// Ends what a command has started as well: it could do later what was given up.
async fn kill_group(leader: Option<u32>) {
    let Some(leader) = leader else { return };
    let mut kill = Command::new("/bin/sh");
    kill.args(["-c", "kill -s KILL -- \"-$0\""]).arg(leader.to_string()).stderr(Stdio::null());
    // Nothing is left to kill where it fails.
    let _ = kill.status().await;
}

/// What a command said on standard error, or else on standard output, and how it ended.
async fn finish(mut child: Child, body: String) -> std::io::Result<(ExitStatus, String)> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(mut stdin) = stdin {
            // A command need not read.
            let _ = stdin.write_all(body.as_bytes()).await;
        }
    };
    let ((), output, errors, status) = tokio::join!(feed, read(stdout), read(stderr), child.wait());
    let (output, errors) = (output?, errors?);
    Ok((status?, if errors.trim().is_empty() { output } else { errors }))
}

/// The beginning; the rest is read and dropped, so that the command does not block.
async fn read(pipe: Option<impl AsyncRead + Unpin>) -> std::io::Result<String> {
    let Some(mut pipe) = pipe else { return Ok(String::new()) };
    let mut bytes = Vec::new();
    (&mut pipe).take(LONGEST).read_to_end(&mut bytes).await?;
    tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::change::example;

    fn shell(script: &str) -> Exec {
        Exec {
            name: "announce".to_owned(),
            command: ["sh", "-c", script].map(str::to_owned).to_vec(),
            folder: std::env::temp_dir(),
            timeout: Duration::from_secs(20),
            pass: Vec::new(),
        }
    }

    fn change() -> Change {
        example(ChangeKind::Disable { control: "control".to_owned() })
    }

    async fn fault(script: &str) -> Fault {
        shell(script).write(&change(), None).await.unwrap_err()
    }

    #[tokio::test]
    async fn a_command_reads_the_change() {
        let folder = tempfile::tempdir().unwrap();
        let exec = Exec { folder: folder.path().to_owned(), ..shell("cat > got; env > env") };
        let sent = exec.write(&change(), None).await.unwrap();
        let got = std::fs::read_to_string(folder.path().join("got")).unwrap();
        assert_eq!(serde_json::from_str::<Change>(&got).unwrap(), change());
        assert_eq!(sent.requests[0].body, got.trim_end());
        let env = std::fs::read_to_string(folder.path().join("env")).unwrap();
        assert!(env.contains("PATH=") && !env.contains("CARGO"), "{env}");
    }

    #[tokio::test]
    async fn a_path_is_one_of_the_project() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("announce.sh");
        std::fs::write(&script, "#!/bin/sh\n[ \"$1\" = --quiet ]").unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        let command = ["./announce.sh", "--quiet"].map(str::to_owned).to_vec();
        let exec = Exec { command, folder: folder.path().to_owned(), ..shell("") };
        assert_eq!(exec.write(&change(), None).await.unwrap().requests[0].answer, Some(0));
    }

    #[tokio::test]
    async fn the_exit_code_says_what_became_of_it() {
        let later = fault("echo busy >&2; exit 75").await;
        assert_eq!(later.to_string(), "`sh` says later: busy");
        assert!(later.can_retry() && !later.may_be_done());
        let no = fault("echo first; echo; echo 'no such flag'; exit 3").await;
        assert_eq!(no.to_string(), "`sh` ends with 3: no such flag");
        assert!(!no.can_retry());
        let killed = fault("kill -9 $$").await;
        assert!(killed.may_be_done(), "{killed}");
        let none = Exec { command: vec!["no-such-program".to_owned()], ..shell("") };
        let none = none.write(&change(), None).await.unwrap_err();
        assert_eq!(none.word(), "unsupported");
    }

    #[tokio::test]
    async fn a_command_that_does_not_end_is_killed() {
        let folder = tempfile::tempdir().unwrap();
        let script = "(sleep 2; touch late) & echo started > first; wait";
        let timeout = Duration::from_millis(1000);
        let slow = Exec { timeout, folder: folder.path().to_owned(), ..shell(script) };
        let fault = slow.write(&change(), None).await.unwrap_err();
        assert!(fault.may_be_done() && fault.to_string().contains("within 1 s"), "{fault}");
        tokio::time::sleep(Duration::from_millis(2500)).await;
        let left = |name: &str| folder.path().join(name).exists();
        assert_eq!((left("first"), left("late")), (true, false));
    }

    /// The command blocks if nobody reads, and nobody keeps a gigabyte.
    #[tokio::test]
    async fn a_command_may_say_more_than_is_read() {
        let much = shell("head -c 3000000 /dev/zero | tr '\\0' x; head -c 3000000 /dev/zero >&2");
        much.write(&change(), None).await.unwrap();
    }

    #[tokio::test]
    async fn what_was_passed_on_is_not_shown() {
        let home = std::env::var("HOME").unwrap();
        let exec = Exec { pass: vec!["HOME".to_owned()], ..shell("echo \"token $HOME\"; exit 1") };
        let said = exec.write(&change(), None).await.unwrap_err().to_string();
        assert!(said.contains("token [secret]") && !said.contains(&home), "{said}");
    }
}
