//! The looks of a finished design, ready to be asked about any drift.

use super::crossing::probability;
use super::recursion::Density;
use super::region::Region;

/// Densities before each look under one drift; those under others follow by the likelihood
/// ratio, without another recursion.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    links: Vec<Link>,
    /// After the last look.
    rest: Density,
}

#[derive(Debug, Clone)]
struct Link {
    before: Density,
    time: f64,
    region: Region,
}

impl Chain {
    /// Through these looks under a drift from which those that will be asked about move no
    /// score by more than so many standard deviations.
    pub fn new(reference: f64, deviations: f64, looks: &[(f64, Region)]) -> Chain {
        let mut rest = Density::start(reference).reaching(deviations);
        let mut links = Vec::with_capacity(looks.len());
        for &(time, region) in looks {
            let stops = !region.is_everywhere();
            let next = stops.then(|| rest.advance(time, &region));
            links.push(Link { before: rest.clone(), time, region });
            rest = next.unwrap_or(rest);
        }
        Chain { links, rest }
    }

    /// Probability that each look is the first to stop above its region.
    pub fn upper(&self, drift: f64) -> impl Iterator<Item = f64> {
        self.links
            .iter()
            .map(move |link| probability(link.before.above(link.region.upper, link.time, drift)))
    }

    /// Probability that each look is the first to stop below its region.
    pub fn lower(&self, drift: f64) -> impl Iterator<Item = f64> {
        self.links
            .iter()
            .map(move |link| probability(link.before.below(link.region.lower, link.time, drift)))
    }

    /// Probability that each look is the first to stop within the inner strip of its region.
    pub fn inner(&self, drift: f64) -> impl Iterator<Item = f64> {
        self.links.iter().map(move |link| {
            let below = |score: f64| link.before.below(score, link.time, drift);
            match link.region.inner {
                Some(score) if score > 0.0 => probability(below(score) - below(-score)),
                _ => 0.0,
            }
        })
    }

    /// Probability that no look stops and the score is at this or above at a later time.
    pub fn end_above(&self, score: f64, time: f64, drift: f64) -> f64 {
        probability(self.rest.above(score, time, drift))
    }

    /// Probability that no look stops and the score is at this or below at a later time.
    pub fn end_below(&self, score: f64, time: f64, drift: f64) -> f64 {
        probability(self.rest.below(score, time, drift))
    }
}
