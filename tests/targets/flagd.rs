//! flagd files, read by flagd's official evaluator.

use super::*;
use std::process::Command;

use serde_json::{Value, json};

const UNITS: usize = 2000;

/// Evaluates a flag for `UNITS` units; prints the variant of each, and the last reason.
const EVALUATE: &str = r#"
const { FlagdCore } = require('@openfeature/flagd-core');
const fs = require('fs');
const core = new FlagdCore();
core.setConfigurations(fs.readFileSync(process.argv[1], 'utf8'));
const log = { error() {}, warn() {}, info() {}, debug() {} };
const variants = [];
let reason;
for (let unit = 0; unit < Number(process.argv[2]); unit++) {
  const found = core.resolveStringEvaluation('checkout', 'code', { targetingKey: `u${unit}` }, log);
  variants.push(found.variant ?? null);
  reason = found.reason;
}
console.log(JSON.stringify({ variants, reason }));
"#;

fn evaluate(node_modules: &str, file: &Path) -> Value {
    let output = Command::new("node")
        .current_dir(node_modules)
        .args(["-e", EVALUATE])
        .arg(file)
        .arg(UNITS.to_string())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn treated(found: &Value) -> Vec<usize> {
    let variants = found["variants"].as_array().unwrap().iter().enumerate();
    variants.filter(|(_, variant)| **variant == "treatment").map(|(unit, _)| unit).collect()
}

const TARGET: &str = "[targets.flagd]\nkind = \"flagd\"\npath = \"flags.json\"\nallow = [\"*\"]\n";

fn flags() -> Value {
    json!({
        "$schema": "https://flagd.dev/schema/v0/flags.json",
        "flags": {
            "checkout": {
                "state": "ENABLED",
                "variants": { "control": "old", "treatment": "new" },
                "defaultVariant": "control",
                "targeting": { "fractional": [["treatment", 0], ["control", 100]] },
                "metadata": { "owner": "growth", "size": 1.5 },
            },
            "other": { "state": "DISABLED", "variants": { "on": true }, "defaultVariant": "on" },
        },
        "metadata": { "flagSetId": "shop" },
    })
}

#[tokio::test]
async fn the_official_evaluator_sees_the_shares() {
    let Some(node_modules) = given("ASSIZE_FLAGD") else { return };
    let folder = folder(TARGET);
    let file = folder.path().join("flags.json");
    std::fs::write(&file, format!("{:#}\n", flags())).unwrap();
    let target = &targets(&folder)["flagd"];
    let mut before: Vec<usize> = Vec::new();
    for (percent, low, high) in [(10, 150, 250), (50, 900, 1100), (100, UNITS, UNITS)] {
        carry_out(target.as_ref(), &rollout("checkout", percent)).await.unwrap();
        let now = treated(&evaluate(&node_modules, &file));
        assert!((low..=high).contains(&now.len()), "{percent} %: {}", now.len());
        // Who has it keeps it.
        assert!(before.iter().all(|unit| now.binary_search(unit).is_ok()), "{percent} %");
        before = now;
    }
    carry_out(target.as_ref(), &disable("checkout")).await.unwrap();
    let off = evaluate(&node_modules, &file);
    assert_eq!((off["reason"].as_str(), treated(&off).len()), (Some("DISABLED"), 0));
    carry_out(target.as_ref(), &rollout("checkout", 10)).await.unwrap();
    let again = evaluate(&node_modules, &file);
    assert!((150..=250).contains(&treated(&again).len()) && again["reason"] != "DISABLED");
}

#[tokio::test]
async fn nothing_else_in_the_file_changes() {
    let folder = folder(TARGET);
    let file = folder.path().join("flags.json");
    std::fs::write(&file, serde_json::to_string_pretty(&flags()).unwrap()).unwrap();
    let target = &targets(&folder)["flagd"];
    carry_out(target.as_ref(), &rollout("checkout", 10)).await.unwrap();
    let mut expected = flags();
    let weights = json!([["treatment", 10], ["control", 90]]);
    expected["flags"]["checkout"]["targeting"]["fractional"] = weights;
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text, serde_json::to_string_pretty(&expected).unwrap());
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 4, "{names:?}");
}

#[tokio::test]
async fn a_file_that_somebody_else_changed_is_left_alone() {
    let folder = folder(TARGET);
    let file = folder.path().join("flags.json");
    std::fs::write(&file, flags().to_string()).unwrap();
    let target = &targets(&folder)["flagd"];
    let seen = target.observe(&rollout("checkout", 10)).await.unwrap();
    let mut edited = flags();
    edited["flags"]["other"]["state"] = json!("ENABLED");
    std::fs::write(&file, edited.to_string()).unwrap();
    let fault = target.write(&rollout("checkout", 10), seen.as_ref()).await.unwrap_err();
    assert_eq!(fault.word(), "conflict");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), edited.to_string());

    edited["flags"]["checkout"]["targeting"] = json!({ "if": [true, "treatment"] });
    std::fs::write(&file, edited.to_string()).unwrap();
    let fault = target.write(&rollout("checkout", 10), None).await.unwrap_err();
    assert_eq!(fault.to_string(), "the flag has rules of others: a targeting rule");
    // The way back is open all the same.
    carry_out(target.as_ref(), &disable("checkout")).await.unwrap();
}

#[tokio::test]
async fn what_is_no_flag_is_said() {
    let folder = folder(TARGET);
    let target = &targets(&folder)["flagd"];
    let says = async || target.observe(&rollout("cart", 10)).await.unwrap_err().to_string();
    assert!(says().await.starts_with("there is no file `"));
    let file = folder.path().join("flags.json");
    std::fs::write(&file, "flags: {}").unwrap();
    assert!(says().await.contains("is not JSON"));
    std::fs::write(&file, flags().to_string()).unwrap();
    assert!(says().await.ends_with("flags.json` has no flag `cart`"));
}
