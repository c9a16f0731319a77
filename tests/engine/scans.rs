//! All experiments of a night go through the facts together.

use std::path::Path;

use arrow::datatypes::{DataType, SchemaRef};
use assize::plan::scans;
use assize::simulate::{Spec, simulate};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use jiff::civil::date;
use tempfile::tempdir;

use crate::harness::with_night;

/// Scans of files in the plan of the facts, for so many experiments of eight metrics each.
async fn scans_for(experiments: u32) -> usize {
    let folder = tempdir().unwrap();
    simulate(&Spec::benchmark(2_000, 20_000, experiments, 1), folder.path()).unwrap();
    let plan = with_night(folder.path(), date(2026, 9, 28), async |night| night.facts_plan().await);
    scans(&plan.await.unwrap().unwrap()).len()
}

#[tokio::test]
async fn one_experiment_needs_one_scan_of_its_facts() {
    assert_eq!(scans_for(1).await, 1);
}

#[tokio::test]
async fn twenty_experiments_need_one_scan_of_their_facts() {
    assert_eq!(scans_for(20).await, 1);
}

/// Integer units without exposures: the relation that is not there must not make them text.
#[tokio::test]
async fn units_are_compared_as_what_they_are() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nights/units-by-query");
    let plan = with_night(&folder, date(2026, 10, 4), async |night| night.facts_plan().await);
    let plan = plan.await.unwrap().unwrap();
    let unit = |schema: SchemaRef| schema.field_with_name("unit").cloned().ok();
    let mut units = Vec::new();
    plan.apply(|node| {
        units.extend(unit(node.schema()).map(|field| field.data_type().clone()));
        Ok(TreeNodeRecursion::Continue)
    })
    .unwrap();
    assert!(!units.is_empty());
    assert!(units.iter().all(|found| *found == DataType::Int64), "{units:?}");
}
