//! The statistics against third-party libraries, arbitrated at 60 digits.
//!
//! Every case goes in as rows of `assize estimate` (or a question to `assize power`) and comes
//! out as its answers, so a method that passes here can be reached by everyone. Cases lie
//! outside the repository, in `../shared/oracle` or `$ASSIZE_SHARED/oracle`; where they are
//! absent, these tests say so and pass. A method under another name is another definition.

mod cookie_cats;
mod grade;
mod power;
mod question;
mod rows;

use std::path::PathBuf;

use serde_json::Value;

#[test]
fn means() {
    grade::file("welch");
}

#[test]
fn proportions() {
    grade::file("proportions");
}

#[test]
fn ratios() {
    grade::file("ratio");
}

#[test]
fn covariates() {
    grade::file("cuped");
}

#[test]
fn sequences() {
    grade::file("sequential");
}

#[test]
fn group_sequential_designs() {
    grade::file("group_sequential");
}

#[test]
fn posteriors() {
    grade::file("bayesian");
}

#[test]
fn quantiles() {
    grade::file("quantile");
}

#[test]
fn caps() {
    grade::file("winsorization");
}

#[test]
fn corrections() {
    grade::file("multiple");
}

#[test]
fn sample_ratios() {
    grade::file("srm");
}

#[test]
fn non_inferiorities() {
    grade::file("noninferiority");
}

#[test]
fn plans() {
    grade::file("power");
}

#[test]
fn decision_rules() {
    grade::file("decision_rule");
}

#[test]
fn moments() {
    grade::file("aggregates");
}

#[test]
fn published_tests_of_growthbook() {
    grade::file("growthbook_tests");
}

/// The cases of one file; `None` where there are no files here.
fn cases(file: &str) -> Option<Vec<Value>> {
    let text = shared(&format!("oracle/{file}.json"))?;
    let whole: Value = serde_json::from_str(&text).unwrap();
    Some(whole["cases"].as_array().unwrap().clone())
}

fn shared(file: &str) -> Option<String> {
    let folder = std::env::var_os("ASSIZE_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: nothing at {}", path.display());
    }
    text
}
