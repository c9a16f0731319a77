//! Who may know whom: the floor plan of `src/lib.rs`, held by reading the sources.
//!
//! Comments, strings and tests do not count. Does not link the engine: reading is enough.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What a room may mention.
struct Room {
    name: &'static str,
    /// Other rooms; `stats::Summary` is one name of a room and no other.
    rooms: &'static [&'static str],
    /// Crates besides `std`.
    crates: &'static [&'static str],
}

const ROOMS: [Room; 13] = [
    Room {
        name: "config",
        rooms: &[],
        crates: &["jiff", "schemars", "serde", "serde_json", "sha2", "strsim", "toml"],
    },
    Room { name: "stats", rooms: &["config"], crates: &["libm", "statrs"] },
    Room { name: "verdict", rooms: &["config", "stats"], crates: &["jiff", "libm", "statrs"] },
    Room {
        name: "source",
        rooms: &["config", "error"],
        crates: &[
            "arrow",
            "async_trait",
            "bytes",
            "datafusion",
            "futures",
            "jiff",
            "object_store",
            "parquet",
            "strsim",
        ],
    },
    Room {
        name: "plan",
        rooms: &[
            "config",
            "error",
            "source",
            "stats::Missing",
            "stats::Point",
            "stats::Summary",
            "stats::cap",
            "stats::quantile",
        ],
        crates: &[
            "arrow",
            "arrow_ipc",
            "async_trait",
            "datafusion",
            "futures",
            "jiff",
            "tempfile",
            "tokio",
            "tracing",
        ],
    },
    Room {
        name: "action",
        rooms: &["config", "error", "verdict"],
        crates: &[
            "async_trait",
            "base64",
            "hmac",
            "jiff",
            "reqwest",
            "serde",
            "serde_json",
            "sha2",
            "tokio",
            "url",
        ],
    },
    Room {
        name: "output",
        rooms: &["action", "stats", "verdict"],
        crates: &[
            "arrow",
            "bytes",
            "deltalake_core",
            "futures",
            "jiff",
            "object_store",
            "parquet",
            "serde_json",
            "sha2",
            "tokio",
            "tracing",
            "url",
            "uuid",
        ],
    },
    Room {
        name: "report",
        rooms: &[
            "error",
            "output::Again",
            "output::Cell",
            "output::Change",
            "output::FilesVerified",
            "output::InputChange",
            "output::MadeFrom",
            "stats",
            "verdict",
        ],
        crates: &["comfy_table", "csv", "jiff", "polars", "serde_json"],
    },
    Room {
        name: "aggregates",
        rooms: &["config::Direction", "error", "report", "source::nearest", "stats"],
        crates: &["arrow", "bytes", "csv", "parquet", "serde_json", "strsim"],
    },
    Room { name: "power", rooms: &["error", "report", "stats"], crates: &["csv", "serde_json"] },
    Room {
        name: "simulate",
        rooms: &[],
        crates: &[
            "arrow",
            "jiff",
            "parquet",
            "rand",
            "rand_chacha",
            "rand_distr",
            "schemars",
            "serde",
            "serde_json",
            "sha2",
            "toml",
        ],
    },
    Room {
        name: "run",
        rooms: &["action", "config", "error", "output", "plan", "source", "verdict"],
        crates: &["async_trait", "jiff", "serde_json", "tokio", "tracing"],
    },
    Room { name: "error", rooms: &[], crates: &[] },
];

/// Rooms that know no files, clocks, threads or network.
const PURE: [&str; 2] = ["stats", "verdict"];
const OUTSIDE: [&str; 7] = ["env", "fs", "io", "net", "process", "thread", "time"];

#[test]
fn a_room_mentions_only_what_it_may_know() {
    let mut violations = Vec::new();
    let rooms = room_names();
    let crates = dependencies();
    for file in sources() {
        let Some(room) = ROOMS.iter().find(|room| room.name == file.module[0]) else { continue };
        for mention in file.mentions() {
            if !room.allows(&mention.path, &rooms, &crates) {
                let place = format!("{}:{}", file.path.display(), mention.line);
                violations.push(format!(
                    "{place}: {} mentions {}",
                    room.name,
                    mention.path.join("::")
                ));
            }
        }
    }
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

/// The day and the instant are arguments.
#[test]
fn only_the_command_line_reads_the_clock() {
    let mut violations = Vec::new();
    for file in sources().into_iter().filter(|file| file.module[0] != "cli") {
        for mention in file.mentions() {
            let reads = mention.path.windows(2).any(|pair| {
                ["Timestamp", "Zoned", "SystemTime"].contains(&pair[0].as_str()) && pair[1] == "now"
            });
            if reads {
                violations.push(format!("{}:{}", file.path.display(), mention.line));
            }
        }
    }
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn every_room_has_its_rules() {
    let with_rules: BTreeSet<String> =
        ROOMS.iter().map(|room| room.name).chain(["cli"]).map(str::to_string).collect();
    assert_eq!(room_names(), with_rules);
}

/// So that nothing passes for want of being found.
#[test]
fn mentions_are_found_as_they_are_written() {
    let text = r##"
        use crate::{config::{Metric, Window}, stats::Summary};
        // crate::output::Night
        fn f(quote: char) { if quote == '"' { super::super::run::g() } }
        const TEXT: &str = "crate::cli"; const RAW: &str = r#"crate::"report"#;
        pub(crate) fn h<'a>() -> std::fs::File { arrow::array::x() }
        #[cfg(test)]
        mod tests { use crate::output::Night; }
    "##;
    let module = vec!["plan".to_string(), "facts".to_string()];
    let file = SourceFile { path: PathBuf::new(), module, text: text.to_string() };
    let found: Vec<String> =
        file.mentions().iter().map(|m| format!("{} {}", m.line, m.path.join("::"))).collect();
    let expected = [
        "2 crate::config::Metric",
        "2 crate::config::Window",
        "2 crate::stats::Summary",
        "4 crate::run::g",
        "6 std::fs::File",
        "6 arrow::array::x",
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_is_forbidden_is_refused() {
    let (rooms, crates) = (room_names(), dependencies());
    let allows = |room: &str, path: &str| {
        let path: Vec<String> = path.split("::").map(str::to_string).collect();
        ROOMS.iter().find(|r| r.name == room).unwrap().allows(&path, &rooms, &crates)
    };
    for (room, path, expected) in [
        ("plan", "crate::stats::Summary", true),
        ("plan", "crate::stats::compare", false),
        ("plan", "crate::verdict::decide", false),
        ("source", "crate::stats::Summary", false),
        ("report", "crate::plan::Night", false),
        ("simulate", "crate::config::load", false),
        ("stats", "std::fs::File", false),
        ("stats", "std::fmt::Display", true),
        ("verdict", "arrow::array::Array", false),
        ("source", "arrow::array::Array", true),
        ("config", "tokio::spawn", false),
    ] {
        assert_eq!(allows(room, path), expected, "{room} mentions {path}");
    }
}

impl Room {
    fn allows(&self, path: &[String], rooms: &BTreeSet<String>, crates: &BTreeSet<String>) -> bool {
        let name = |i: usize| path.get(i).map_or("", String::as_str);
        match name(0) {
            "crate" if !rooms.contains(name(1)) || name(1) == self.name => true,
            "crate" => {
                let item = format!("{}::{}", name(1), name(2));
                self.rooms.contains(&name(1)) || self.rooms.contains(&item.as_str())
            }
            "std" => !(PURE.contains(&self.name) && OUTSIDE.contains(&name(1))),
            first => !crates.contains(first) || self.crates.contains(&first),
        }
    }
}

struct SourceFile {
    path: PathBuf,
    /// Room first: `["plan", "facts"]`.
    module: Vec<String>,
    text: String,
}

struct Mention {
    line: usize,
    /// From the crate's root or a crate's name on.
    path: Vec<String>,
}

/// Every file of every room, without those that are only tests.
fn sources() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut sources: Vec<SourceFile> = files
        .into_iter()
        .map(|path| {
            let below = path.strip_prefix(root.join("src")).unwrap().with_extension("");
            let parts = below.iter().map(|part| part.to_string_lossy().into_owned());
            let module = parts.filter(|part| part != "mod").collect();
            let text = fs::read_to_string(&path).unwrap();
            SourceFile { path: path.strip_prefix(root).unwrap().to_path_buf(), module, text }
        })
        .filter(|file| !["lib", "main"].contains(&file.module[0].as_str()))
        .filter(|file| !file.module.iter().any(|part| part.ends_with("_tests")))
        .collect();
    let tests: Vec<Vec<String>> = sources.iter().flat_map(SourceFile::test_modules).collect();
    sources.retain(|file| !tests.iter().any(|module| file.module.starts_with(module)));
    assert!(sources.len() > 50);
    sources
}

/// Folders and files directly below `src`.
fn room_names() -> BTreeSet<String> {
    sources().into_iter().map(|file| file.module[0].clone()).collect()
}

/// Crates that `Cargo.toml` lists.
fn dependencies() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let tables = text.split("\n[").filter(|table| {
        table.starts_with("dependencies]") || table.starts_with("dev-dependencies]")
    });
    let lines = tables.flat_map(|table| table.lines().skip(1));
    let names =
        lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" ="));
    names.map(|(name, _)| name.trim().replace('-', "_")).collect()
}

impl SourceFile {
    /// `#[cfg(test)] mod name;`
    fn test_modules(&self) -> Vec<Vec<String>> {
        let code = code(&self.text);
        let after = code.split("#[cfg(test)]").skip(1);
        let names = after.filter_map(|rest| {
            let rest = rest.trim_start().strip_prefix("mod ")?;
            let end = rest.find(|c: char| !is_name(c))?;
            rest[end..].starts_with(';').then(|| rest[..end].to_string())
        });
        names.map(|name| [self.module.clone(), vec![name]].concat()).collect()
    }

    /// Every path that starts at the crate's root, at `super`, or at a crate.
    fn mentions(&self) -> Vec<Mention> {
        let code = code(&self.text);
        // Tests stand at the end of a file.
        let end = code.match_indices("#[cfg(test)]").find(|(at, mark)| {
            let rest = code[at + mark.len()..].trim_start();
            rest.starts_with("mod ") && rest.find('{') < rest.find(';')
        });
        let code = &code[..end.map_or(code.len(), |(at, _)| at)];
        let tokens = tokens(code);
        let mut found = Vec::new();
        for i in 0..tokens.len() {
            let is_first = i == 0 || tokens[i - 1].1 != "::";
            let is_path = tokens.get(i + 1).is_some_and(|(_, text)| text == "::");
            if is_first && is_path && tokens[i].1.starts_with(is_name) {
                let inside_group = i > 0 && matches!(tokens[i - 1].1.as_str(), "{" | ",");
                let head = &tokens[i].1;
                let is_absolute = ["crate", "super", "std"].contains(&head.as_str());
                if is_absolute || !inside_group || head.chars().all(|c| !c.is_uppercase()) {
                    let mut paths = Vec::new();
                    expand(&tokens, i, Vec::new(), &mut paths);
                    found.extend(paths.into_iter().filter_map(|(line, path)| {
                        self.absolute(path).map(|path| Mention { line, path })
                    }));
                }
            }
        }
        found.retain(|mention| {
            let head = mention.path[0].as_str();
            ["crate", "std"].contains(&head) || dependencies().contains(head)
        });
        found
    }

    /// `super::super::x` as `crate::x`; `None` where it stays inside the room.
    fn absolute(&self, path: Vec<String>) -> Option<Vec<String>> {
        let ups = path.iter().take_while(|part| *part == "super").count();
        if ups == 0 {
            return Some(path);
        }
        let above = self.module.len().saturating_sub(ups);
        let root = ["crate".to_string()].into_iter().chain(self.module[..above].iter().cloned());
        (above == 0).then(|| root.chain(path[ups..].iter().cloned()).collect())
    }
}

/// All paths that a group such as `a::{b, c::{d, e}}` stands for; returns where it ends.
fn expand(
    tokens: &[(usize, String)],
    mut at: usize,
    mut path: Vec<String>,
    found: &mut Vec<(usize, Vec<String>)>,
) -> usize {
    let line = tokens[at].0;
    loop {
        match tokens.get(at).map(|(_, text)| text.as_str()) {
            Some("{") => {
                at += 1;
                while tokens.get(at).is_some_and(|(_, text)| text != "}") {
                    at = expand(tokens, at, path.clone(), found);
                    at += usize::from(tokens.get(at).is_some_and(|(_, text)| text == ","));
                }
                return at + 1;
            }
            Some(name) if name.starts_with(is_name) || name == "*" => {
                path.push(name.to_string());
                at += 1;
                if tokens.get(at).is_none_or(|(_, text)| text != "::") {
                    found.push((line, path));
                    // `as name` of an import.
                    while tokens.get(at).is_some_and(|(_, text)| text.starts_with(is_name)) {
                        at += 1;
                    }
                    return at;
                }
                at += 1;
            }
            // `::<T>` of a call ends the path.
            _ => {
                found.push((line, path));
                return at + 1;
            }
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Names, `::` and single characters, with their lines.
fn tokens(code: &str) -> Vec<(usize, String)> {
    let mut tokens = Vec::new();
    let (mut line, mut rest) = (1, code);
    while let Some(first) = rest.chars().next() {
        let length = match first {
            c if is_name(c) => rest.find(|c| !is_name(c)).unwrap_or(rest.len()),
            ':' if rest.starts_with("::") => 2,
            c => c.len_utf8(),
        };
        line += usize::from(first == '\n');
        if !first.is_whitespace() {
            tokens.push((line, rest[..length].to_string()));
        }
        rest = &rest[length..];
    }
    tokens
}

/// The text without comments and without what is in quotes; lines stay.
fn code(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = skipped(rest, code.chars().next_back());
        if skipped > 0 {
            code.extend(rest[..skipped].chars().filter(|c| *c == '\n'));
            code.push(' ');
            rest = &rest[skipped..];
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    code
}

/// Bytes of the comment, string or character that starts here; 0 if none does.
fn skipped(rest: &str, before: Option<char>) -> usize {
    let until = |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |at| from + at);
    if rest.starts_with("//") {
        return until("\n", 0);
    }
    if rest.starts_with("/*") {
        return until("*/", 2) + 2;
    }
    if rest.starts_with('r') && !before.is_some_and(is_name) {
        let hashes = rest[1..].chars().take_while(|c| *c == '#').count();
        if rest[1 + hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            return until(&end, 2 + hashes) + end.len();
        }
    }
    if rest.starts_with('"') {
        let mut escaped = false;
        let end = rest.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        return end.map_or(rest.len(), |(at, _)| at + 1);
    }
    if let Some(character) = rest.strip_prefix('\'') {
        // A lifetime has no second quote after its first character.
        let first = character.chars().next().map_or(0, char::len_utf8);
        return match character.strip_prefix('\\') {
            Some(_) => 2 + first + character[2..].find('\'').map_or(0, |at| at + 1),
            None if character[first..].starts_with('\'') => 2 + first,
            None => 0,
        };
    }
    0
}
