//! Every reason for which a row or a unit is left out has a meaning for people.

use std::collections::BTreeSet;
use std::fs;

use assize::plan::{FactFate, MET};
use assize::report::meaning;

use crate::harness::root;

/// The words between `'` after THEN, in every file of `sql/`.
fn of_queries() -> BTreeSet<String> {
    let mut reasons = BTreeSet::new();
    for entry in fs::read_dir(root().join("sql")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        for after in text.split("THEN '").skip(1) {
            reasons.insert(after.split('\'').next().unwrap().to_string());
        }
    }
    reasons
}

/// The names that the plan gives to what it counts, where they are no query's.
fn of_code() -> BTreeSet<String> {
    let fates = FactFate::ALL.map(FactFate::reason).into_iter();
    let counted = [MET, "before_enrollment", "after_enrollment", "counted", "analysed", "no_entry"];
    fates.chain(counted).map(str::to_string).collect()
}

#[test]
fn every_reason_has_a_meaning() {
    let (queries, code) = (of_queries(), of_code());
    assert!(queries.contains("unknown_variant") && queries.contains("not_in_audience"));
    assert!(queries.len() >= 14, "{queries:?}");
    let unknown: Vec<&String> =
        queries.union(&code).filter(|reason| meaning(reason).is_none()).collect();
    assert!(unknown.is_empty(), "no meaning for {unknown:?} in src/report/meaning.rs");
    assert_eq!(meaning("unheard_of"), None);
}
