//! A folder that an older version wrote is read and extended; any other one is refused.

use super::past::{without, write_rows};
use super::*;

/// What version 0.1.0 did not know.
const NEW_TABLES: [&str; 4] = ["looks", "actions", "interventions", "programme"];
const NEW_COLUMNS: [(&str, &[&str]); 2] = [
    ("verdicts", &["lock_phase", "units_by_variant", "confirmed", "settled_on", "promise"]),
    (
        "estimates",
        &[
            "added_late",
            "information",
            "alpha_spent",
            "boundary",
            "planned_statistic",
            "repeated_p_value",
            "repeated_log_p_value",
            "repeated_lower",
            "repeated_upper",
            "stopped_effect",
            "stopped_p_value",
            "stopped_lower",
            "stopped_upper",
        ],
    ),
];

/// The folder as the older version would have left it: its columns, its tables.
fn make_older(root: &Path) {
    for table in NEW_TABLES {
        fs::remove_dir_all(root.join(table)).unwrap();
    }
    for (table, names) in NEW_COLUMNS {
        for file in files(root, table) {
            write_rows(&file, &without(&batches(&file)[0], names));
        }
        let log = root.join(table).join("_delta_log/00000000000000000000.json");
        let lines: Vec<String> = (fs::read_to_string(&log).unwrap().lines())
            .map(|line| {
                let mut action: Value = serde_json::from_str(line).unwrap();
                if let Some(schema) = action["metaData"]["schemaString"].as_str() {
                    let mut schema: Value = serde_json::from_str(schema).unwrap();
                    let fields = schema["fields"].as_array_mut().unwrap();
                    let before = fields.len();
                    fields.retain(|field| !names.contains(&field["name"].as_str().unwrap()));
                    assert_eq!(fields.len(), before - names.len());
                    action["metaData"]["schemaString"] = schema.to_string().into();
                }
                action.to_string() + "\n"
            })
            .collect();
        fs::write(&log, lines.concat()).unwrap();
    }
}

/// Files that were written anew have other sizes, which readers of the log rely on.
fn mend_sizes(root: &Path, table: &str) {
    for entry in fs::read_dir(root.join(table).join("_delta_log")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let mended = text.lines().map(|line| {
            let mut action: Value = serde_json::from_str(line).unwrap();
            if let Some(file) =
                action["add"]["path"].as_str().map(|file| root.join(table).join(file))
            {
                action["add"]["size"] = file.metadata().unwrap().len().into();
            }
            action.to_string() + "\n"
        });
        let mended = mended.collect::<String>();
        fs::write(&path, mended).unwrap();
    }
}

async fn older() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    commit(&lock(root.path()), &night_of(date(2026, 10, 19), "y")).await.unwrap();
    make_older(root.path());
    NEW_COLUMNS.iter().for_each(|(table, _)| mend_sizes(root.path(), table));
    root
}

fn schema_fields(root: &Path, table: &str, version: u64) -> Vec<Value> {
    let log = root.join(table).join(format!("_delta_log/{version:020}.json"));
    let text = fs::read_to_string(log).unwrap();
    let mut actions = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let schema = actions.find_map(|a| a["metaData"]["schemaString"].as_str().map(str::to_string));
    let schema: Value = serde_json::from_str(&schema.unwrap()).unwrap();
    schema["fields"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_folder_of_an_older_version_is_read_as_it_is() {
    let root = older().await;
    let before = listing(root.path());
    let pasts = past(root.path()).await.unwrap();
    assert_eq!(pasts["checkout"].lock, Lock::default());
    assert_eq!(pasts["checkout"].verdicts.len(), 1);
    assert_eq!(pasts["checkout"].looks, []);
    assert_eq!(ledger(root.path()).await.unwrap(), []);
    assert_eq!(listing(root.path()), before);
}

#[tokio::test]
async fn a_folder_of_an_older_version_gets_the_columns_that_it_lacks() {
    let root = older().await;
    let old_rows = rows(root.path(), "verdicts");
    let output = lock(root.path());
    let committed = commit(&output, &night("a")).await.unwrap();
    let Committed::Written { versions, .. } = committed else { panic!() };
    // Version 2 adds the columns, version 3 the rows.
    let of = |name: &str| versions.iter().find(|(table, _)| *table == name).unwrap().1;
    assert_eq!((of("verdicts"), of("estimates"), of("summaries"), of("looks")), (3, 3, 2, 1));
    for (table, names) in NEW_COLUMNS {
        let fields = schema_fields(root.path(), table, 2);
        let doc = tables().into_iter().find(|doc| doc.name == table).unwrap();
        let columns: Vec<&str> = doc.columns.iter().map(|column| column.name.as_str()).collect();
        let found: Vec<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
        assert_eq!(found, columns);
        for (field, column) in fields.iter().zip(&doc.columns) {
            let is_new = names.contains(&column.name.as_str());
            assert_eq!(field["nullable"], column.nullable || is_new, "{table}.{}", column.name);
        }
    }
    let all = rows(root.path(), "verdicts");
    assert_eq!(all.len(), 4);
    assert!(old_rows.iter().all(|row| all.contains(row)));
    let pasts = past(root.path()).await.unwrap();
    assert_eq!(pasts["checkout"].verdicts.len(), 2);
    // Extended once.
    commit(&output, &night("b")).await.unwrap();
    let logs = fs::read_dir(root.path().join("verdicts/_delta_log")).unwrap();
    assert_eq!(logs.filter(|f| f.as_ref().unwrap().path().is_file()).count(), 5);
    python_reads_the_same(root.path());
}

#[tokio::test]
async fn a_column_of_another_type_or_name_is_refused() {
    for (was, is, words) in [
        (
            r#"\"name\":\"units\",\"type\":\"long\""#,
            r#"\"name\":\"units\",\"type\":\"integer\""#,
            "column 14 is `units integer`, not `units long`",
        ),
        (
            r#"\"name\":\"winner\""#,
            r#"\"name\":\"victor\""#,
            "column 6 is `victor string`, not `winner string`",
        ),
    ] {
        let root = tempfile::tempdir().unwrap();
        commit(&lock(root.path()), &night("a")).await.unwrap();
        let log = root.path().join("verdicts/_delta_log/00000000000000000000.json");
        let text = fs::read_to_string(&log).unwrap();
        assert!(text.contains(was));
        fs::write(&log, text.replacen(was, is, 1)).unwrap();
        let before = listing(root.path());
        let error = commit(&lock(root.path()), &night("b")).await.unwrap_err();
        let said = format!("table `verdicts` was laid out by another version of assize: {words}");
        assert_eq!(error.to_string(), said);
        let data = |listing: BTreeSet<String>| -> BTreeSet<String> {
            listing.into_iter().filter(|line| line.contains("verdicts")).collect()
        };
        assert_eq!(data(listing(root.path())), data(before));
    }
}
