//! A file that changes are appended to: an outbox for whoever reads it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use async_trait::async_trait;
use serde::Deserialize;

use super::Target;
use crate::action::{Change, ChangeKind, Fault, Observed, Sent};

/// One line of JSON a change, each change once.
pub struct Outbox {
    pub name: String,
    pub path: PathBuf,
}

#[async_trait]
impl Target for Outbox {
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
        let line = serde_json::to_string(change)
            .map_err(|cause| Fault::refused(format!("the change has no JSON: {cause}")))?;
        let is_new = self.append(change, &line).map_err(|cause| {
            Fault::unreachable(format!("`{}` cannot be written: {cause}", self.path.display()))
        })?;
        let place = self.path.display().to_string();
        Ok(if is_new { Sent::one("append", place, line) } else { Sent::default() })
    }
}

/// What tells one line from another.
#[derive(Deserialize)]
struct Id {
    id: String,
}

impl Outbox {
    /// Whether the change was not there before. Two writers take turns.
    fn append(&self, change: &Change, line: &str) -> io::Result<bool> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        let mut file = options.read(true).append(true).create(true).mode(0o640).open(&self.path)?;
        file.lock()?;
        if has(&file, &change.id)? {
            return Ok(false);
        }
        // A line that a crash has torn was never acknowledged; it ends here.
        let tear = if is_torn(&mut file)? { "\n" } else { "" };
        file.write_all(format!("{tear}{line}\n").as_bytes())?;
        file.sync_all()?;
        if let Some(folder) = self.path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(true)
    }
}

fn has(file: &File, id: &str) -> io::Result<bool> {
    for line in BufReader::new(file).split(b'\n') {
        let line = line?;
        if serde_json::from_slice::<Id>(&line).is_ok_and(|found| found.id == id) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_torn(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::change::example;

    fn change(id: &str) -> Change {
        let kind =
            ChangeKind::Notify { event: "verdict.changed".to_owned(), text: "a\nb".to_owned() };
        Change { id: id.to_owned(), ..example(kind) }
    }

    #[tokio::test]
    async fn each_change_is_in_the_file_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/outbox.ndjson");
        let outbox = Outbox { name: "outbox".to_owned(), path: path.clone() };
        let first = outbox.write(&change("a"), None).await.unwrap();
        assert_eq!(first.requests.len(), 1);
        assert_eq!(outbox.write(&change("a"), None).await, Ok(Sent::default()));
        // As after a crash in the middle of a line.
        let torn = "{\"id\":\"b\",\"exp";
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text + torn).unwrap();
        assert_eq!(outbox.write(&change("b"), None).await.unwrap().requests.len(), 1);
        assert_eq!(outbox.write(&change("b"), None).await, Ok(Sent::default()));
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines.len(), lines[1]), (3, torn));
        assert_eq!(serde_json::from_str::<Change>(lines[2]).unwrap(), change("b"));
        assert!(text.ends_with('\n'));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn two_writers_take_turns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.ndjson");
        let writers = (0..20).map(|number| {
            let outbox = Outbox { name: String::new(), path: path.clone() };
            tokio::spawn(
                async move { outbox.write(&change(&format!("{}", number % 5)), None).await },
            )
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap().unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 5);
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_written_may_be_tried_later() {
        let path = PathBuf::from("/proc/no/outbox.ndjson");
        let outbox = Outbox { name: String::new(), path };
        let fault = outbox.write(&change("a"), None).await.unwrap_err();
        assert!(fault.can_retry() && fault.to_string().starts_with("`/proc/no/outbox.ndjson`"));
    }
}
