//! Every column says what it is, to Rust and to whoever opens the table.

use super::*;

#[test]
fn every_column_says_what_it_is_and_what_null_means() {
    for table in tables() {
        for column in &table.columns {
            let place = format!("{}.{}", table.name, column.name);
            assert!(column.comment.len() > 10, "{place}: {}", column.comment);
            assert!(!column.comment.contains("  "), "{place}: {}", column.comment);
            let says_null = column.comment.contains("NULL");
            assert_eq!(column.nullable, says_null, "{place}: {}", column.comment);
        }
    }
}

#[test]
fn the_tables_come_in_commit_order() {
    let names: Vec<&str> = tables().iter().map(|table| table.name).collect();
    assert_eq!(names, [&TABLES[..], &["interventions", "programme"]].concat());
    let keys = ["run_id", "experiment", "as_of", "revision"];
    let by_revision = ["summaries", "estimates", "health", "verdicts"];
    for table in tables().iter().filter(|table| by_revision.contains(&table.name)) {
        assert_eq!(table.columns.iter().map(|c| c.name.as_str()).take(4).collect::<Vec<_>>(), keys);
    }
}

#[tokio::test]
async fn the_delta_log_asks_for_the_lowest_protocol_and_carries_the_comments() {
    let root = tempfile::tempdir().unwrap();
    commit(&lock(root.path()), &night("a")).await.unwrap();
    for doc in tables() {
        let log = root.path().join(doc.name).join("_delta_log/00000000000000000000.json");
        let actions: Vec<Value> = (fs::read_to_string(log).unwrap().lines())
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let protocol = actions.iter().find_map(|action| action.get("protocol")).unwrap();
        assert_eq!(protocol, &serde_json::json!({ "minReaderVersion": 1, "minWriterVersion": 2 }));
        let metadata = actions.iter().find_map(|action| action.get("metaData")).unwrap();
        let schema: Value =
            serde_json::from_str(metadata["schemaString"].as_str().unwrap()).unwrap();
        for (field, column) in schema["fields"].as_array().unwrap().iter().zip(&doc.columns) {
            assert_eq!(field["name"], column.name);
            assert_eq!(field["nullable"], column.nullable);
            assert_eq!(field["metadata"]["comment"], column.comment);
            if let Some(simple) = field["type"].as_str() {
                assert_eq!(simple, column.data_type);
            }
        }
    }
}
