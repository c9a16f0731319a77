//! A night, and what it would be in every shuffle.

use std::sync::Arc;

use arrow::array::RecordBatch;
use tokio::task::spawn_blocking;

use super::deal::{Dealer, number_of};
use super::pool::Pool;
use super::sums::{ShuffleSums, Shuffling};
use super::values::{UnitValues, Wanted};
use crate::config::Experiment;
use crate::error::Error;
use crate::plan::caps::{Caps, Pools};
use crate::plan::execute::{Stopwatch, collect};
use crate::plan::night::{Computed, Night};
use crate::plan::session::explain;
use crate::plan::stash::Stash;
use crate::plan::unit_metrics::unit_metrics_with;

/// How often units are dealt anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shuffles {
    pub count: usize,
    /// Another seed, other shuffles.
    pub seed: u64,
}

impl Shuffles {
    /// The variant of a unit that met an experiment in a phase, by the number of the shuffle; the
    /// unit is written as in the sources.
    pub fn variant_of<'e>(
        self,
        experiment: &'e Experiment,
        shuffle: usize,
        unit: &str,
        phase: usize,
    ) -> Option<&'e str> {
        let dealer = Dealer::of(experiment);
        let salt = dealer.salt(self.seed, shuffle);
        let cell = dealer.cell(salt, number_of(unit.as_bytes()), phase);
        experiment.variants.get(dealer.place(cell).1).map(|variant| variant.key.as_str())
    }
}

/// The sums of some shuffles, of each of all experiments.
type Share = Vec<Vec<ShuffleSums>>;

/// What is known of the units so far.
struct Met {
    experiments: Arc<Vec<Shuffling>>,
    /// By experiment, metric and number: what the numbers are taken relative to.
    near: Option<Arc<Vec<Vec<Vec<f64>>>>>,
    /// By experiment and metric, of quantiles.
    pools: Vec<Vec<Option<Pool>>>,
    /// One for each thread.
    shares: Vec<Share>,
}

impl Night<'_> {
    /// Reads every source once and sums up every experiment in the variants of every shuffle: of
    /// each what [`Night::compute`] says of all units, with the analysed units of each variant,
    /// those of each phase as if they had met the experiment on its first day, and how facts meet
    /// them.
    ///
    /// # Errors
    /// As [`Night::compute`].
    pub async fn shuffled(
        &self,
        shuffles: Shuffles,
        watch: &Stopwatch,
    ) -> Result<Vec<Computed>, Error> {
        let shuffled =
            async |parts: usize, watch: &Stopwatch| self.shuffled_in(parts, shuffles, watch).await;
        self.in_parts_that_fit(watch, shuffled).await
    }

    async fn shuffled_in(
        &self,
        parts: usize,
        shuffles: Shuffles,
        watch: &Stopwatch,
    ) -> Result<Vec<Computed>, Error> {
        let aside = self.set_out(parts, watch).await?;
        let aside = aside.as_ref();
        let mut computed = Computed::default();
        let enrolled = self.enroll(aside, watch, &mut computed).await?;
        let has_caps = self.measures.has_pooled_caps();
        let (mut pools, mut kept) = (Pools::of(&self.measures), Vec::new());
        let mut met = self.met(shuffles);
        for (part, enrolled) in enrolled.into_iter().enumerate() {
            self.open_part(aside, part, enrolled, &computed.segments).await?;
            let units = unit_metrics_with(&self.session, self.shapes(), &["unit"]).await;
            let (schema, batches) = collect(units.map_err(explain)?, "facts", watch).await?;
            if has_caps {
                batches.iter().try_for_each(|batch| pools.add(batch)).map_err(explain)?;
                kept.push(Stash::of(aside, (UNITS, part), (schema, batches))?);
            } else {
                met.meet(self.values(&batches, &Caps::default())?).await?;
            }
        }
        let caps = pools.caps().map_err(explain)?;
        for units in kept {
            let batches = units.reopen(&self.session, UNITS).await?;
            met.meet(self.values(&batches, &caps)?).await?;
        }
        met.finish().await
    }

    fn met(&self, shuffles: Shuffles) -> Met {
        let sources = || self.scans.iter().map(|scan| scan.source.clone()).collect();
        let shuffling = |e: &&Experiment| Shuffling::of(e, &self.measures.metrics, sources());
        let experiments: Vec<Shuffling> = self.roll.experiments.iter().map(shuffling).collect();
        let threads = self.session.state().config().target_partitions().max(1);
        let of = |shuffle: usize| -> Vec<ShuffleSums> {
            let sums =
                |of: &Shuffling| ShuffleSums::none(of, of.dealer.salt(shuffles.seed, shuffle));
            experiments.iter().map(sums).collect()
        };
        let all: Vec<usize> = (0..shuffles.count).collect();
        let size = shuffles.count.div_ceil(threads).max(1);
        let shares = all.chunks(size).map(|share| share.iter().map(|i| of(*i)).collect());
        let pool = |of: &Shuffling| -> Vec<Option<Pool>> {
            of.metrics.iter().map(|(_, terms)| terms.level.map(|_| Pool::default())).collect()
        };
        Met {
            near: None,
            pools: experiments.iter().map(pool).collect(),
            shares: shares.collect(),
            experiments: Arc::new(experiments),
        }
    }

    /// By experiment.
    fn values(&self, batches: &[RecordBatch], caps: &Caps) -> Result<Vec<UnitValues>, Error> {
        let (terms, scans) = (&self.measures.metrics, &self.scans);
        let of = |experiment: &&Experiment| {
            let used = |key: &str| experiment.metrics.iter().any(|used| used.metric == key);
            let metrics = terms.iter().enumerate().filter(|(_, terms)| used(&terms.metric));
            let metrics: Vec<usize> = metrics.map(|(place, _)| place).collect();
            let experiment = experiment.key.as_str();
            Wanted { experiment, metrics: &metrics, terms, scans, caps }.read(batches)
        };
        self.roll.experiments.iter().map(of).collect()
    }
}

/// Name of the units that are kept until the caps are known.
const UNITS: &str = "units_to_shuffle";

impl Met {
    /// Deals the units of one part, all shuffles at a time.
    async fn meet(&mut self, mut values: Vec<UnitValues>) -> Result<(), Error> {
        for (pools, values) in self.pools.iter_mut().zip(&values) {
            for (pool, metric) in pools.iter_mut().zip(&values.metrics) {
                if let Some(pool) = pool {
                    pool.add(values, metric);
                }
            }
        }
        let found = self.experiments.iter().zip(&values);
        let near = self
            .near
            .get_or_insert_with(|| Arc::new(found.map(|(of, values)| of.near(values)).collect()));
        values.iter_mut().zip(near.iter()).for_each(|(values, near)| values.relative_to(near));
        let values = Arc::new(values);
        let deal = |mut share: Share| {
            let (experiments, values) = (self.experiments.clone(), values.clone());
            spawn_blocking(move || {
                let mut cells = Vec::new();
                for shuffle in &mut share {
                    for (sums, (of, values)) in
                        shuffle.iter_mut().zip(experiments.iter().zip(values.iter()))
                    {
                        sums.add(of, values, &mut cells);
                    }
                }
                share
            })
        };
        let dealt: Vec<_> = std::mem::take(&mut self.shares).into_iter().map(deal).collect();
        for share in dealt {
            self.shares.push(share.await.map_err(broke_off)?);
        }
        Ok(())
    }

    /// In the order of the shuffles.
    async fn finish(mut self) -> Result<Vec<Computed>, Error> {
        self.pools.iter_mut().flatten().flatten().for_each(Pool::sort);
        let pools = Arc::new(self.pools);
        let near = self.near.unwrap_or_default();
        let finish = |share: Share| {
            let (experiments, pools, near) =
                (self.experiments.clone(), pools.clone(), near.clone());
            spawn_blocking(move || -> Vec<Computed> {
                let of = |shuffle: Vec<ShuffleSums>| {
                    let mut computed = Computed::default();
                    let known = near.iter().zip(pools.iter());
                    let of = shuffle.iter().zip(experiments.iter()).zip(known);
                    for ((sums, of), (near, pools)) in of {
                        sums.finish(of, near, pools, &mut computed);
                    }
                    computed
                };
                share.into_iter().map(of).collect()
            })
        };
        let finished: Vec<_> = self.shares.into_iter().map(finish).collect();
        let mut all = Vec::new();
        for share in finished {
            all.extend(share.await.map_err(broke_off)?);
        }
        Ok(all)
    }
}

fn broke_off(_: tokio::task::JoinError) -> Error {
    Error::bug("a shuffle broke off")
}
