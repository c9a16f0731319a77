//! A project in a temporary folder, and what the program says about it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The last day that the small project has.
pub const LAST_DAY: &str = "2026-03-08";

/// A project folder that a test may spoil.
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// One experiment over 240 users and 8 days, all of it CSV.
    pub fn small() -> Project {
        let project = Project { folder: tempfile::tempdir().unwrap() };
        project.write("assize.toml", ASSIZE).write("metrics.toml", METRICS);
        project.write("experiments/checkout.toml", CHECKOUT);
        project.write("data/exposures/all.csv", exposures());
        for day in 1..=8 {
            project.write(&day_file(day), events(day));
        }
        project
    }

    /// The sample data of the repository: three experiments, Parquet.
    pub fn sample() -> Project {
        let project = Project { folder: tempfile::tempdir().unwrap() };
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
        for part in ["assize.toml", "metrics.toml", "experiments", "data"] {
            copy(&from.join(part), &project.path(part));
        }
        project
    }

    /// A folder without anything.
    pub fn empty() -> Project {
        Project { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Project {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Replaces text that must be there.
    pub fn edit(&self, name: &str, from: &str, to: &str) -> &Project {
        let text = String::from_utf8(self.read(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, text.replace(from, to))
    }

    pub fn append(&self, name: &str, text: &str) -> &Project {
        let mut content = self.read(name);
        content.extend_from_slice(text.as_bytes());
        self.write(name, content)
    }

    pub fn remove(&self, name: &str) -> &Project {
        let path = self.path(name);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
        self
    }

    /// The program in this folder, without any environment: no HOME, no locale, no time zone.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_assize"));
        command.args(arguments).current_dir(self.folder.path());
        command.env_clear().env("COLUMNS", "100").stdin(Stdio::null());
        command
    }

    /// What a person reads: exit code, standard output, standard error.
    pub fn say(&self, arguments: &[&str]) -> String {
        let mut all = vec!["--log", "text"];
        all.extend(arguments);
        self.told(self.command(&all).output().unwrap())
    }

    /// What a night says.
    pub fn run(&self) -> String {
        self.say(&["run", "--as-of", LAST_DAY])
    }

    /// What a night says that must fail; nothing may have become visible.
    pub fn refused(&self) -> String {
        let before = self.live_files();
        let output = self.command(&["run", "--log", "text", "--as-of", LAST_DAY]).output().unwrap();
        assert!(matches!(output.status.code(), Some(2..=5)), "{}", self.told(output));
        assert!(output.stdout.is_empty(), "a failed run prints no data");
        assert_eq!(self.live_files(), before, "a failed run leaves nothing visible");
        self.told(output)
    }

    /// What happened, with names and times that change from run to run replaced.
    pub fn told(&self, output: Output) -> String {
        let mut told = match output.status.code() {
            Some(code) => format!("exit {code}\n"),
            None => format!("{}\n", output.status),
        };
        for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            if !bytes.is_empty() {
                write!(told, "--- {name}\n{}", self.stable(&String::from_utf8_lossy(bytes)))
                    .unwrap();
            }
        }
        told.lines().map(|line| line.trim_end().to_string() + "\n").collect()
    }

    fn stable(&self, text: &str) -> String {
        let folder = self.folder.path().canonicalize().unwrap();
        let text = text.replace(&*folder.to_string_lossy(), "[project]");
        without_run_ids(&text.replace(&*self.folder.path().to_string_lossy(), "[project]"))
    }

    /// Names of the data files that the tables' logs hold, sorted. Empty before the first run.
    pub fn live_files(&self) -> Vec<String> {
        let mut live = Vec::new();
        for table in ["verdicts", "estimates", "summaries", "health", "runs"] {
            live.extend(self.live_files_of(table).into_iter().map(|f| format!("{table}/{f}")));
        }
        live
    }

    /// Names of the runs that the tables hold, by day.
    pub fn runs(&self) -> Vec<String> {
        let name = |file: &String| {
            let rest = file.strip_prefix("assize-").unwrap();
            rest.rsplit_once('-').unwrap().0.to_string()
        };
        self.live_files_of("verdicts").iter().map(name).collect()
    }

    pub fn live_files_of(&self, table: &str) -> Vec<String> {
        let log = self.path("out").join(table).join("_delta_log");
        let mut commits: Vec<PathBuf> = fs::read_dir(log)
            .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
            .unwrap_or_default();
        commits.retain(|path| path.extension().is_some_and(|e| e == "json"));
        commits.sort();
        let mut live = Vec::new();
        for line in commits.iter().map(|path| fs::read_to_string(path).unwrap()) {
            for action in line.lines() {
                if let Some(path) = path_of(action, "{\"add\":") {
                    live.push(path);
                } else if let Some(path) = path_of(action, "{\"remove\":") {
                    live.retain(|known| *known != path);
                }
            }
        }
        live.sort();
        live
    }
}

fn path_of(action: &str, kind: &str) -> Option<String> {
    let rest = action.strip_prefix(kind)?;
    let (_, path) = rest.split_once("\"path\":\"")?;
    Some(path.split_once('"')?.0.to_string())
}

/// `2026-03-08-0123456789ab` becomes `[run]`.
fn without_run_ids(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("run 20") {
        let (head, tail) = rest.split_at(at + "run ".len());
        out.push_str(head);
        let end = tail.find([':', ' ', '\n']).unwrap_or(tail.len());
        out.push_str(if end > 10 { "[run]" } else { &tail[..end] });
        rest = &tail[end..];
    }
    out + rest
}

fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

/// Where the events of a day are.
pub fn day_file(day: u32) -> String {
    format!("data/events/day=2026-03-{day:02}/part-0.csv")
}

/// Each user once, on one of the first five days.
pub fn exposures() -> String {
    let mut text = String::from("experiment,user,variant,seen_at\n");
    for user in 0..240 {
        let variant = ["control", "one-page"][user % 2];
        let (day, minute) = (1 + user % 5, user % 60);
        writeln!(text, "checkout,u{user:03},{variant},2026-03-{day:02}T08:{minute:02}:00").unwrap();
    }
    text
}

/// Purchases of everybody, more of them in one variant.
pub fn events(day: u32) -> String {
    let mut text = String::from("id,user,event,amount,currency,at\n");
    for user in (0..240).filter(|user| buys(*user, day)) {
        let amount = 10 + (user * 7 + day * 13) % 50;
        let currency = if user % 10 == 9 { "USD" } else { "EUR" };
        writeln!(
            text,
            "{day}-{user},u{user:03},purchase,{amount}.5,{currency},2026-03-{day:02}T12:00:00"
        )
        .unwrap();
    }
    text
}

/// One day in five, or one in four: drawn by a hash, the same everywhere.
fn buys(user: u32, day: u32) -> bool {
    let mixed = user.wrapping_mul(2_654_435_761) ^ day.wrapping_mul(40_503_111);
    let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(2_246_822_519);
    (mixed >> 16) % 20 < if user.is_multiple_of(2) { 4 } else { 5 }
}

const ASSIZE: &str = r#"[project]
name = "shop"
timezone = "UTC"
experiments = "experiments"
metrics = "metrics.toml"
output = "out"

[sources.exposures]
location = "data/exposures/"
timezone = "UTC"
columns = { experiment = "experiment", unit = "user", variant = "variant", time = "seen_at" }

[sources.events]
kind = "facts"
location = "data/events/"
partition = "day"
timezone = "UTC"
columns = { unit = "user", time = "at", event = "event", id = "id" }
"#;

const METRICS: &str = r#"[metrics.orders]
kind = "count"
event = "purchase"

[metrics.revenue]
kind = "sum"
event = "purchase"
value = "amount"
where = "currency = 'EUR'"
"#;

const CHECKOUT: &str = r#"name = "Checkout"
hypothesis = "A one-page checkout sells more"
owner = "payments"
status = "running"
start = 2026-03-01
end = 2026-03-15
variants = [
  { key = "control", weight = 50, control = true },
  { key = "one-page", weight = 50 },
]

[metrics]
primary = ["orders"]
secondary = ["revenue"]

[decision]
minimum_days = 3
minimum_units = 50
"#;
