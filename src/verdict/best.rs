//! How likely a variant is the best of all.
//!
//! Beside the verdict and never in it: a probability that is looked at every night is no test.

use super::arms::Index;
use super::judge::comparisons;
use super::look::Look;
use super::{RowStatus, level};
use crate::config::{Direction, Role};
use crate::stats::Point;
use crate::stats::bayes::{Posterior, best_of_normals};

/// The probability that a treatment has the best value of the first primary, control included.
///
/// Each variant's value, as it is compared, has a normal posterior with a flat prior. `None` where
/// a treatment could not be tested, where nothing varies, and where control is not the same beside
/// every treatment, as in phases that some of them missed.
pub(super) fn probability(look: &Look, treatment: &str) -> Option<f64> {
    let treatments: Vec<&str> = look.treatments().collect();
    let place = treatments.iter().position(|key| *key == treatment)?;
    let beliefs = beliefs(look)?;
    let best = best_of_normals(&beliefs, direction(look)?).ok()?;
    // Control comes first.
    let found = best.probability.get(place + 1).copied().filter(|p| p.is_finite());
    found.map(|p| p.clamp(0.0, 1.0))
}

fn direction(look: &Look) -> Option<Direction> {
    let first = look.experiment.metrics.iter().find(|used| used.role == Role::Primary)?;
    Some(look.better(&first.metric))
}

/// Of control and of every treatment, in the order of the experiment.
fn beliefs(look: &Look) -> Option<Vec<Posterior>> {
    let first = look.experiment.metrics.iter().find(|used| used.role == Role::Primary)?;
    let tested = |row: &&super::EstimateRow| row.metric == first.metric;
    if look.estimates.iter().filter(tested).any(|row| row.status != RowStatus::Ok) {
        return None;
    }
    let index = Index::new(look.evidence);
    let all = comparisons(look.experiment, look.metrics, look.evidence, &index);
    let alpha = level(look.experiment, first.role).alpha;
    let pairs = all.iter().filter(|one| one.part.key == first.metric);
    let points: Vec<[Point; 2]> =
        pairs.map(|one| one.compared(alpha).points).collect::<Option<_>>()?;
    let [control, _] = points.first()?;
    if points.iter().any(|[other, _]| other != control) {
        return None;
    }
    let belief = |point: &Point| Posterior::new(point.value, point.variance.sqrt()).ok();
    let treatments = points.iter().map(|[_, treatment]| belief(treatment));
    std::iter::once(belief(control)).chain(treatments).collect()
}
