//! Files and commands, through the project.

use super::*;

#[tokio::test]
async fn an_outbox_and_a_command_get_the_same_change() {
    let folder = folder(
        "[targets.out]\nkind = \"file\"\npath = \"out/box.ndjson\"\n\
         [targets.tell]\nkind = \"exec\"\ncommand = [\"sh\", \"-c\", \"cat > told\"]\n",
    );
    let change = rollout("checkout", 10);
    for (name, target) in targets(&folder) {
        assert!(target.takes(&change.kind), "{name}");
        assert_eq!(target.observe(&change).await, Ok(None));
        let sent = target.write(&change, None).await.unwrap();
        assert_eq!((sent.requests.len(), sent.digest().len()), (1, 64));
    }
    let line = std::fs::read_to_string(folder.path().join("out/box.ndjson")).unwrap();
    assert_eq!(line, std::fs::read_to_string(folder.path().join("told")).unwrap());
    assert_eq!(serde_json::from_str::<Change>(&line).unwrap(), change);
}
