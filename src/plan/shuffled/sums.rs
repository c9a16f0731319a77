//! What the units of an experiment amount to in the variants of one shuffle.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::deal::Dealer;
use super::pool::Pool;
use super::totals::{Totals, add_all};
use super::values::UnitValues;
use crate::config::Experiment;
use crate::plan::accounting::{DayCount, JoinedUnits, UnitCount};
use crate::plan::arms::{Arm, Numbers};
use crate::plan::night::Computed;
use crate::plan::sums::{Sums, merged};
use crate::plan::terms::MetricTerms;

/// An experiment whose units are shuffled.
#[derive(Debug, Clone)]
pub struct Shuffling {
    pub key: String,
    variants: Vec<String>,
    /// First days of its phases.
    phases: Vec<Date>,
    pub dealer: Dealer,
    /// Its metrics, each with its place among those of the night.
    pub metrics: Vec<(usize, MetricTerms)>,
    /// Names of the sources of facts.
    sources: Vec<String>,
}

impl Shuffling {
    pub fn of(experiment: &Experiment, terms: &[MetricTerms], sources: Vec<String>) -> Shuffling {
        let used = |key: &str| experiment.metrics.iter().any(|used| used.metric == key);
        let metrics = terms.iter().cloned().enumerate().filter(|(_, terms)| used(&terms.metric));
        Shuffling {
            key: experiment.key.clone(),
            variants: experiment.variants.iter().map(|variant| variant.key.clone()).collect(),
            phases: experiment.phases.iter().map(|phase| phase.from).collect(),
            dealer: Dealer::of(experiment),
            metrics: metrics.collect(),
            sources,
        }
    }

    /// Values near the means of these units, of each metric those of its numbers.
    pub fn near(&self, values: &UnitValues) -> Vec<Vec<f64>> {
        let mean = |numbers: &Vec<f64>| match numbers.len() {
            0 => 0.0,
            units => numbers.iter().sum::<f64>() / units as f64,
        };
        let of = |numbers: &Vec<Vec<f64>>| numbers.iter().map(mean).collect();
        values.metrics.iter().map(|metric| of(&metric.numbers)).collect()
    }
}

/// The sums of one shuffle of one experiment.
#[derive(Debug, Clone)]
pub struct ShuffleSums {
    salt: u64,
    /// By cell.
    units: Vec<u64>,
    /// By metric, then by cell.
    metrics: Vec<Vec<Totals>>,
    /// By source, then by cell: units with facts, and facts shortly before and after.
    joined: Vec<Vec<[f64; 3]>>,
}

impl ShuffleSums {
    pub fn none(of: &Shuffling, salt: u64) -> ShuffleSums {
        let cells = of.dealer.cells();
        ShuffleSums {
            salt,
            units: vec![0; cells],
            metrics: vec![vec![Totals::NONE; cells]; of.metrics.len()],
            joined: vec![vec![[0.0; 3]; cells]; of.sources.len()],
        }
    }

    /// Deals some units, whose numbers are relative to a value near their mean; `cells` is room
    /// for as many.
    pub fn add(&mut self, of: &Shuffling, values: &UnitValues, cells: &mut Vec<u16>) {
        cells.clear();
        let units = values.units.iter().zip(&values.phases);
        let cell = |(unit, phase): (&u64, &u32)| of.dealer.cell(self.salt, *unit, *phase as usize);
        cells.extend(units.map(|unit| u16::try_from(cell(unit)).unwrap_or(u16::MAX)));
        for cell in cells.iter() {
            if let Some(units) = self.units.get_mut(usize::from(*cell)) {
                *units += 1;
            }
        }
        for (totals, metric) in self.metrics.iter_mut().zip(&values.metrics) {
            add_all(totals, cells, metric);
        }
        for (sums, joined) in self.joined.iter_mut().zip(&values.joined) {
            for (place, numbers) in joined.numbers.iter().enumerate() {
                for (cell, number) in cells.iter().zip(numbers) {
                    if let Some(sums) = sums.get_mut(usize::from(*cell)) {
                        sums[place] += number;
                    }
                }
            }
        }
    }

    /// Adds what a night would have computed of these variants.
    pub fn finish(
        &self,
        of: &Shuffling,
        near: &[Vec<f64>],
        pools: &[Option<Pool>],
        into: &mut Computed,
    ) {
        let numbers = self.numbers(of, near, pools);
        for (cell, (units, numbers)) in self.units.iter().zip(numbers).enumerate() {
            let (phase, variant) = of.dealer.place(cell);
            let (Some(variant), Some(from)) = (of.variants.get(variant), of.phases.get(phase))
            else {
                continue;
            };
            if *units == 0 {
                continue;
            }
            let (experiment, variant) = (of.key.clone(), variant.clone());
            self.count(of, cell, &variant, into);
            into.counts.days.push(DayCount {
                experiment: experiment.clone(),
                variant: variant.clone(),
                phase,
                day: *from,
                units: *units,
            });
            into.arms.insert(Arm { experiment, variant, phase, segment: None }, numbers);
        }
    }

    fn count(&self, of: &Shuffling, cell: usize, variant: &str, into: &mut Computed) {
        let units = self.units.get(cell).copied().unwrap_or(0);
        into.counts.units.push(UnitCount {
            experiment: of.key.clone(),
            variant: Some(variant.to_owned()),
            reason: None,
            disagrees: false,
            crossed: false,
            units,
        });
        for (source, cells) in of.sources.iter().zip(&self.joined) {
            let key = (source.clone(), of.key.clone(), variant.to_owned());
            let joined: &mut JoinedUnits = into.counts.joined.entry(key).or_default();
            let [with_facts, before, after] = cells.get(cell).copied().unwrap_or_default();
            joined.units += units;
            joined.with_facts += with_facts as u64;
            joined.shortly_before += before as u64;
            joined.shortly_after += after as u64;
        }
    }

    /// By cell, then by the key of the metric.
    fn numbers(
        &self,
        of: &Shuffling,
        near: &[Vec<f64>],
        pools: &[Option<Pool>],
    ) -> Vec<BTreeMap<String, Numbers>> {
        let mut cells = vec![BTreeMap::new(); self.units.len()];
        let metrics = of.metrics.iter().zip(&self.metrics).zip(near.iter().zip(pools));
        for (((_, terms), totals), (near, pool)) in metrics {
            let level = pool.as_ref().zip(terms.level);
            let quantiles =
                level.map(|(pool, level)| pool.quantiles((&of.dealer, self.salt), terms, level));
            let mut quantiles = quantiles.into_iter().flatten();
            for (cell, totals) in cells.iter_mut().zip(totals) {
                let (summary, third) = totals.finish(near, &terms.places());
                let reach = totals.reach(near.first().copied().unwrap_or(0.0));
                let sums = Sums::of(summary, third, reach, terms);
                let mut numbers = merged(&[&sums], terms);
                numbers.quantile = quantiles.next();
                cell.insert(terms.metric.clone(), numbers);
            }
        }
        cells
    }
}
