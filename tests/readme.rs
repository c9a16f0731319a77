//! Whether the README tells the truth.
//!
//! Its commands run, in order, in a copy of `sample-data`; what it shows is what they print; its
//! tables are those that a run writes; its project files show every key with its default.
//! `UPDATE_README=1 cargo test --test readme` writes what has changed into the README.
#![cfg(feature = "engine")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assize::aggregates::{FIELDS, METHODS, Method};
use serde_json::Value;
use tempfile::TempDir;

const ASSIZE: &str = env!("CARGO_BIN_EXE_assize");
/// Commands that are no business of this test: `tests/all.sh` is what runs it.
const NOT_RUN: [&str; 2] = ["git clone", "bash tests/all.sh"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// A folder with a copy of `sample-data`, in which the README's commands run.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk { folder: tempfile::tempdir().unwrap() };
        copy(&root().join("sample-data"), &desk.path("sample-data"));
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Standard output of a program that must succeed.
    fn output(&self, program: &str, arguments: &[&str]) -> String {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(self.folder.path())
            .env("COLUMNS", "120")
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}\n{errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn assize(&self, arguments: &[&str]) -> String {
        self.output(ASSIZE, arguments)
    }

    /// Runs a line of the README as a shell would.
    fn line(&self, line: &str) -> String {
        let arguments = line
            .strip_prefix("cargo run --release -- ")
            .or_else(|| line.strip_prefix("assize "))
            .unwrap_or_else(|| panic!("this test does not know how to run `{line}`"));
        self.output("sh", &["-c", &format!("{ASSIZE} {arguments}")])
    }
}

/// Copies a folder without what a run has written into it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
        match path.is_dir() {
            true if name == "out" => {}
            true => copy(&path, &to.join(name)),
            false => drop(fs::copy(&path, to.join(name)).unwrap()),
        }
    }
}

/// The fenced blocks of a text: what the fence says, and what is in it.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match (line.strip_prefix("```"), inside) {
            (Some(says), false) => found.push((says.to_string(), String::new())),
            (None, true) => {
                let body = &mut found.last_mut().unwrap().1;
                body.push_str(line);
                body.push('\n');
            }
            _ => {}
        }
        inside ^= line.starts_with("```");
    }
    found
}

/// The README with the output of each command and snippet as it is now.
fn replayed(text: &str, desk: &Desk) -> String {
    let mut printed = None;
    let mut now = text.to_string();
    for (says, body) in blocks(text) {
        match says.as_str() {
            "sh" => printed = Some(shell(&body, desk)),
            "python" => printed = python(&body, desk),
            "text" => {
                if let Some(printed) = printed.take() {
                    let (old, new) = (fence(&body), fence(&printed));
                    now = now.replacen(&old, &new, 1);
                }
            }
            _ => {}
        }
    }
    now
}

fn fence(body: &str) -> String {
    format!("```text\n{body}```\n")
}

fn shell(body: &str, desk: &Desk) -> String {
    let is_run = |line: &&str| !NOT_RUN.iter().any(|other| line.starts_with(other));
    body.lines().filter(is_run).map(|line| trimmed(&desk.line(line))).collect()
}

/// Markdown has no use for spaces at the end of a line, nor for empty lines at the end.
fn trimmed(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// `None` where no Python with the readers is at hand.
fn python(body: &str, desk: &Desk) -> Option<String> {
    let python = std::env::var("ASSIZE_PYTHON").ok()?;
    Some(trimmed(&desk.output(&python, &["-c", body])))
}

/// Replaces what stands between `<!-- NAME -->` and `<!-- end -->`.
fn section(text: &str, name: &str, content: &str) -> String {
    let opening = format!("<!-- {name} -->\n");
    let (before, rest) = text.split_once(&opening).unwrap_or_else(|| panic!("no {opening}"));
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    format!("{before}{opening}{content}<!-- end -->{after}")
}

/// The rooms, as the crate's own documentation lists them.
fn rooms() -> String {
    let source = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let rows = source.lines().filter_map(|line| line.strip_prefix("//! |"));
    rows.map(|row| format!("|{}\n", row.replace(['[', ']'], ""))).collect()
}

/// Every method of `estimate`.
fn methods() -> String {
    let row = |method: &Method| format!("| `{}` | {} |\n", method.name, method.about);
    let rows: String = METHODS.iter().map(row).collect();
    format!("| method | what it is; data that it needs beyond moments |\n|---|---|\n{rows}")
}

/// The parts of the simulation's table that say most, with how many lines hold in all.
fn error_rates() -> String {
    let table = fs::read_to_string(root().join("tests/simulation/table.md")).unwrap();
    let parts =
        table.split("### ").filter(|part| SHOWN.iter().any(|title| part.starts_with(title)));
    let shown: String = parts
        .map(|part| format!("**{}\n", part.trim_end().replacen('\n', "**\n", 1) + "\n"))
        .collect();
    let first = table.split("### ").find(|part| part.starts_with("False alarms, of")).unwrap();
    let holds = first.lines().filter(|line| line.ends_with("| holds |")).count();
    format!(
        "All {holds} lines about tests of one or of planned looks hold the 5 % they promise.\n\n{shown}"
    )
}

const SHOWN: [&str; 3] = ["False alarms at any look", "Power,", "What the check must reject"];

/// Every table and column that a run has written, by the comments in the Delta logs.
fn tables(output: &Path) -> String {
    let order = [
        "verdicts",
        "estimates",
        "summaries",
        "health",
        "looks",
        "actions",
        "interventions",
        "programme",
        "runs",
    ];
    order.into_iter().map(|table| columns_of(output, table)).collect()
}

fn columns_of(output: &Path, table: &str) -> String {
    let log = output.join(table).join("_delta_log/00000000000000000000.json");
    let log = fs::read_to_string(log).unwrap();
    let actions = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let metadata = actions.map(|action| action["metaData"].clone()).find(|m| !m.is_null()).unwrap();
    let schema: Value = serde_json::from_str(metadata["schemaString"].as_str().unwrap()).unwrap();
    let rows: String = schema["fields"].as_array().unwrap().iter().map(|f| row("", f)).collect();
    let grain = metadata["description"].as_str().unwrap();
    format!(
        "\n### `{table}`\n\n{grain}\n\n| column | type | NULL | meaning |\n|---|---|---|---|\n{rows}"
    )
}

/// A column, and below it the columns inside it.
fn row(within: &str, field: &Value) -> String {
    let name = format!("{within}{}", field["name"].as_str().unwrap());
    let null = if field["nullable"] == true { "yes" } else { "no" };
    let comment = field["metadata"]["comment"].as_str().unwrap().replace('|', "\\|");
    let element = &field["type"]["elementType"];
    let inner = element["fields"].as_array().into_iter().flatten();
    let inner: String = inner.map(|field| row(&format!("{name}[]."), field)).collect();
    let of = element.as_str().unwrap_or("struct");
    let kind = field["type"].as_str().map_or(format!("array of {of}"), str::to_string);
    format!("| `{name}` | {kind} | {null} | {comment} |\n{inner}")
}

#[test]
fn the_readme_shows_what_happens() {
    let desk = Desk::new();
    let was = readme();
    let now = replayed(&was, &desk);
    let now = section(&now, "rooms", &rooms());
    let now = section(&now, "methods", &methods());
    let now = section(&now, "tables", &tables(&desk.path("sample-data/out")));
    let now = section(&now, "error rates", &error_rates());
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(root().join("README.md"), now).unwrap();
        return;
    }
    for (i, (was, now)) in was.lines().zip(now.lines()).enumerate() {
        assert_eq!(was, now, "README.md:{}: run again with UPDATE_README=1", i + 1);
    }
    assert_eq!(was.len(), now.len(), "README.md: run again with UPDATE_README=1");
}

/// The project files that the README shows, by name.
fn shown_files() -> BTreeMap<String, String> {
    let blocks = blocks(&readme()).into_iter();
    blocks
        .filter_map(|(says, body)| Some((says.strip_prefix("toml ")?.to_string(), body)))
        .collect()
}

#[test]
fn the_files_that_the_readme_shows_are_a_project() {
    let desk = Desk::new();
    let project = desk.path("shown");
    copy(&desk.path("sample-data/data"), &project.join("data"));
    fs::create_dir(project.join("experiments")).unwrap();
    for (name, text) in shown_files() {
        fs::write(project.join(name), text).unwrap();
    }
    desk.assize(&["check", "--project", "shown"]);
    desk.assize(&["run", "--project", "shown"]);
}

#[test]
fn the_shapes_of_rows_that_the_readme_shows_are_known() {
    let readme = readme();
    let is_shape =
        |line: &&str| ["| sums ", "| moments ", "| our "].iter().any(|s| line.starts_with(s));
    let shapes: Vec<&str> = readme.lines().filter(is_shape).collect();
    assert_eq!(shapes.len(), 3);
    for name in shapes.iter().flat_map(|line| line.split('`').skip(1).step_by(2)) {
        let is_known = name == "summaries" || FIELDS.iter().any(|field| field.name == name);
        assert!(is_known, "`{name}` is no field of a row");
    }
}

/// Properties of a schema at any depth, each with its default where it has one.
fn keys(schema: &Value, found: &mut Vec<(String, Option<Value>)>) {
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        found.push((key.clone(), property.get("default").cloned()));
        keys(property, found);
    }
    for inner in ["items", "additionalProperties"] {
        schema.get(inner).into_iter().for_each(|inner| keys(inner, found));
    }
    for choice in schema["anyOf"].as_array().into_iter().flatten() {
        keys(choice, found);
    }
}

#[test]
fn the_readme_shows_every_key_with_its_default() {
    let desk = Desk::new();
    let files = shown_files();
    for (schema, file) in [
        ("project", "assize.toml"),
        ("metrics", "metrics.toml"),
        ("experiment", "experiments/onboarding-v2.toml"),
    ] {
        let schema: Value = serde_json::from_str(&desk.assize(&["schema", schema])).unwrap();
        let mut found = Vec::new();
        keys(&schema, &mut found);
        for (key, default) in found {
            let text = &files[file];
            let table = text.contains(&format!("[{key}]")) || text.contains(&format!("[{key}."));
            let (value, what) = match default {
                Some(default) => (format!("{key} = {default}"), "default"),
                None => (format!("{key} = "), "key"),
            };
            assert!(table || text.contains(&value), "{file} lacks the {what} `{value}`");
        }
    }
}

#[test]
fn the_schemas_of_the_sample_are_those_that_the_command_writes() {
    let desk = Desk::new();
    desk.assize(&["schema", "--write", "schema"]);
    for entry in fs::read_dir(desk.path("schema")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let kept = fs::read_to_string(root().join("sample-data/schema").join(name));
        let again = "run `assize schema --write sample-data/schema`";
        assert_eq!(kept.unwrap(), fs::read_to_string(&path).unwrap(), "{name}: {again}");
    }
}
