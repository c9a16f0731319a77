//! Which number units are held to, where that is a quantile of all of them.
//!
//! Units come in any number of parts; only when the last has come is there a cap.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Schema};
use datafusion::error::{DataFusionError, Result};

use super::terms::Measures;
use crate::config::Cap;
use crate::stats::Missing;
use crate::stats::cap::{Zeros, pooled_percentile};
use crate::stats::quantile::Definition;

/// Name of the relation of caps: one row per experiment.
pub const CAPS: &str = "caps";

/// Column of the cap of a unit's number.
pub fn cap_column(letter: char, metric: usize) -> String {
    format!("{letter}{metric}_cap")
}

/// A number of units that has a pooled cap.
#[derive(Debug, Clone, Copy)]
struct Pooled {
    letter: char,
    metric: usize,
    level: f64,
}

impl Measures {
    fn pooled(&self) -> Vec<Pooled> {
        let metrics = self.metrics.iter().enumerate();
        let terms = metrics.flat_map(|(metric, terms)| terms.terms().map(move |t| (metric, t)));
        let pooled = terms.filter_map(|(metric, (letter, term))| match term.cap {
            Some(Cap::Quantile(level)) => Some(Pooled { letter, metric, level }),
            _ => None,
        });
        pooled.collect()
    }

    pub fn has_pooled_caps(&self) -> bool {
        !self.pooled().is_empty()
    }
}

/// The numbers of all units of each experiment, as far as they have come.
#[derive(Debug)]
pub struct Pools {
    pooled: Vec<Pooled>,
    /// By experiment, in the order of `pooled`.
    values: BTreeMap<String, Vec<Vec<f64>>>,
}

impl Pools {
    pub fn of(measures: &Measures) -> Pools {
        Pools { pooled: measures.pooled(), values: BTreeMap::new() }
    }

    /// Takes in the numbers of more units; those that are NULL do not count.
    pub fn add(&mut self, units: &RecordBatch) -> Result<()> {
        if self.pooled.is_empty() {
            return Ok(());
        }
        let experiments = cast(&units["experiment"], &DataType::Utf8View)?;
        let numbers: Vec<&Float64Array> = self
            .pooled
            .iter()
            .map(|p| {
                units[format!("{}{}", p.letter, p.metric).as_str()].as_primitive::<Float64Type>()
            })
            .collect();
        for (row, experiment) in experiments.as_string_view().iter().enumerate() {
            let Some(experiment) = experiment else { continue };
            if !self.values.contains_key(experiment) {
                self.values.insert(experiment.to_string(), vec![Vec::new(); self.pooled.len()]);
            }
            let Some(pools) = self.values.get_mut(experiment) else { continue };
            for (pool, numbers) in pools.iter_mut().zip(&numbers) {
                pool.extend(numbers.is_valid(row).then(|| numbers.value(row)));
            }
        }
        Ok(())
    }

    /// What each experiment's units are held to; nothing where no unit has a number.
    pub fn caps(&self) -> Result<Caps> {
        let mut caps = Caps { pooled: self.pooled.clone(), limits: BTreeMap::new() };
        for (experiment, pools) in &self.values {
            let limits = pools.iter().zip(&self.pooled).map(|(pool, p)| limit(pool, p.level));
            caps.limits.insert(experiment.clone(), limits.collect::<Result<_>>()?);
        }
        Ok(caps)
    }
}

/// The caps of all experiments.
#[derive(Debug, Default)]
pub struct Caps {
    pooled: Vec<Pooled>,
    limits: BTreeMap<String, Vec<Option<f64>>>,
}

impl Caps {
    /// What the numbers of an experiment's units are held to, if they are.
    pub fn of(&self, experiment: &str, letter: char, metric: usize) -> Option<f64> {
        let i = self.pooled.iter().position(|p| (p.letter, p.metric) == (letter, metric))?;
        self.limits.get(experiment)?.get(i).copied().flatten()
    }

    /// One row per experiment.
    pub fn relation(&self) -> Result<RecordBatch> {
        let names = self.pooled.iter().map(|pooled| cap_column(pooled.letter, pooled.metric));
        let fields = names.map(|name| Field::new(name, DataType::Float64, true));
        let experiment = Field::new("capped_experiment", DataType::Utf8View, false);
        let schema = Schema::new(std::iter::once(experiment).chain(fields).collect::<Vec<_>>());
        let experiments = StringViewArray::from_iter_values(self.limits.keys());
        let mut columns: Vec<ArrayRef> = vec![Arc::new(experiments)];
        for i in 0..self.pooled.len() {
            let limits = self.limits.values().map(|limits| limits.get(i).copied().flatten());
            columns.push(Arc::new(limits.collect::<Float64Array>()));
        }
        Ok(RecordBatch::try_new(Arc::new(schema), columns)?)
    }
}

fn limit(values: &[f64], level: f64) -> Result<Option<f64>> {
    match pooled_percentile([values], level, Definition::Linear, Zeros::Counted) {
        Ok(limit) => Ok(Some(limit)),
        Err(Missing::TooFewValues { .. } | Missing::Overflow | Missing::Corrupt) => Ok(None),
        Err(missing) => Err(DataFusionError::Internal(format!("no cap at {level}: {missing}"))),
    }
}
