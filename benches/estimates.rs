//! What the statistics of a night cost, from summaries to estimates, method by method.
//!
//! `cargo bench --bench estimates` compares every treatment of 1,000 experiments with 20
//! metrics and 3 variants each, on one core. Nothing is asserted.

use std::hint::black_box;
use std::time::{Duration, Instant};

use assize::config::Direction;
use assize::stats::bayes::{Posterior, Prior, best_of_normals};
use assize::stats::group::{Design, End, Shape, Spending};
use assize::stats::many::{Correction, adjust_logs};
use assize::stats::proportion::{Conversions, two_proportions};
use assize::stats::{
    Alternative, DEFAULT_CONCENTRATION, Effect, Missing, Mixture, Rho, Sequence, Slope, Summary,
    adjustment, compare, fieller, non_inferiority, sample_ratio, sequential_counts,
};

const EXPERIMENTS: usize = 1000;
const METRICS: usize = 20;
const ALPHA: f64 = 0.05;
const LOOKS: [f64; 5] = [0.15, 0.3, 0.5, 0.7, 0.9];

/// One metric of one experiment: control and two treatments.
type Metric = [Summary; 3];

fn main() -> Result<(), Missing> {
    let night: Vec<Vec<Metric>> = (0..EXPERIMENTS).map(experiment).collect();
    println!("{EXPERIMENTS} experiments, {METRICS} metrics, 3 variants, one core");
    let mut whole = Duration::ZERO;
    for (name, method) in METHODS {
        let started = Instant::now();
        for metrics in &night {
            method(metrics)?;
        }
        println!("{:>9.1} ms  {name}", started.elapsed().as_secs_f64() * 1e3);
        whole += started.elapsed();
    }
    println!("{:>9.1} ms  all of them", whole.as_secs_f64() * 1e3);
    Ok(())
}

/// Summaries that differ from each other, from a linear congruential generator.
fn experiment(number: usize) -> Vec<Metric> {
    let mut state = number as u64 * 2_862_933_555_777_941_757 + 3_037_000_493;
    let mut next = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut variant = |mean: f64| {
        let units = 1000 + (next() * 50_000.0) as u64;
        let mut summary =
            Summary::from_mean(units, mean * (1.0 + 0.05 * next()), 4.0 * mean * (0.5 + next()));
        let freedom = units as f64;
        summary.mean[2] = mean * (1.0 + 0.02 * next());
        summary.comoment[2][2] = freedom * 3.0 * mean;
        summary.comoment[0][2] = freedom * mean * 1.5 * next();
        summary.comoment[2][0] = summary.comoment[0][2];
        summary
    };
    (0..METRICS).map(|metric| [0; 3].map(|_| variant(1.0 + metric as f64))).collect()
}

type Method = fn(&[Metric]) -> Result<(), Missing>;

const METHODS: [(&str, Method); 13] = [
    ("Welch's t, lift, confidence sequence (what a night computes)", tested),
    ("Fieller's interval", fiellers),
    ("covariate, adjusted effect and lift, t-test of both", adjusted),
    ("non-inferiority, fixed and sequential", guarded),
    ("mixture sequential probability ratio test", mixed),
    ("group-sequential boundaries of 5 looks, one design an experiment", bounded),
    ("group-sequential boundaries of 28 looks, one design an experiment", planned),
    ("group-sequential test with its repeated p-value, 1 experiment of 10", looked),
    ("posterior of effect and lift, loss", believed),
    ("probability of being the best of three", best),
    ("two proportions", shares),
    ("sample ratio, and at every look", ratios),
    ("Holm's correction of an experiment", corrected),
];

/// Every treatment of every metric beside its control.
fn each(
    metrics: &[Metric],
    of: impl Fn(&Summary, &Summary) -> Result<(), Missing>,
) -> Result<(), Missing> {
    metrics.iter().try_for_each(|[control, treatments @ ..]| {
        treatments.iter().try_for_each(|treatment| of(control, treatment))
    })
}

fn effect(control: &Summary, treatment: &Summary) -> Result<Effect, Missing> {
    Effect::contrast(&control.point()?, &treatment.point()?, 1.0)
}

fn tested(metrics: &[Metric]) -> Result<(), Missing> {
    each(metrics, |control, treatment| {
        black_box(compare(control, treatment, ALPHA, 20_000.0)?);
        Ok(())
    })
}

fn fiellers(metrics: &[Metric]) -> Result<(), Missing> {
    each(metrics, |control, treatment| {
        black_box(fieller(&control.point()?, &treatment.point()?, ALPHA)?);
        Ok(())
    })
}

fn adjusted(metrics: &[Metric]) -> Result<(), Missing> {
    metrics.iter().try_for_each(|variants| {
        let adjustment = adjustment(variants, Slope::Auto)?;
        let control = variants[0].twin()?;
        variants[1..].iter().try_for_each(|treatment| {
            let treatment = treatment.twin()?;
            let (a, b) = (adjustment.point(&control), adjustment.point(&treatment));
            let both = [Effect::contrast(&a, &b, 1.0)?, adjustment.lift(&control, &treatment)?];
            black_box(both.map(|effect| effect.t_test(0.0, Alternative::TwoSided, ALPHA)));
            Ok(())
        })
    })
}

fn guarded(metrics: &[Metric]) -> Result<(), Missing> {
    each(metrics, |control, treatment| {
        let found = non_inferiority(control, treatment, 0.02, Direction::Higher, ALPHA, 20_000.0)?;
        black_box(found);
        Ok(())
    })
}

fn mixed(metrics: &[Metric]) -> Result<(), Missing> {
    let mixture = Mixture::new(0.01)?;
    each(metrics, |control, treatment| {
        let effect = effect(control, treatment)?;
        black_box(mixture.test(&effect, 0.0, Alternative::TwoSided, ALPHA)?);
        Ok(())
    })
}

fn design() -> Result<Design, Missing> {
    let shape = Shape::Spending(Spending::OBrienFleming);
    Design::new(ALPHA, Alternative::TwoSided, shape, None, &[1.0])
}

fn looked(metrics: &[Metric]) -> Result<(), Missing> {
    let design = design()?;
    // Two metrics of twenty: every comparison solves for boundaries of its own.
    each(&metrics[..METRICS / 10], |control, treatment| {
        let effect = effect(control, treatment)?;
        black_box(design.test(&LOOKS, &[], End::AtFullInformation, &effect, 0.0)?);
        Ok(())
    })
}

fn bounded(_: &[Metric]) -> Result<(), Missing> {
    black_box(design()?.looks(&LOOKS, End::AtFullInformation)?);
    Ok(())
}

fn planned(_: &[Metric]) -> Result<(), Missing> {
    let fractions: Vec<f64> = (1..=28).map(|look| f64::from(look) / 28.0).collect();
    black_box(design()?.looks(&fractions, End::AtFullInformation)?);
    Ok(())
}

fn believed(metrics: &[Metric]) -> Result<(), Missing> {
    let prior = Prior::Normal { mean: 0.0, variance: 0.09 };
    each(metrics, |control, treatment| {
        let lift = Effect::relative(&control.point()?, &treatment.point()?)?;
        let posterior = Posterior::of(&lift, prior)?;
        black_box((
            posterior.chance_to_beat_control(Direction::Higher),
            posterior.credible_interval(ALPHA)?,
            posterior.loss_of_treatment(Direction::Higher),
        ));
        Ok(())
    })
}

fn best(metrics: &[Metric]) -> Result<(), Missing> {
    metrics.iter().try_for_each(|variants| {
        let posterior = |variant: &Summary| {
            let point = variant.point()?;
            Posterior::new(point.value, point.variance.sqrt())
        };
        let posteriors: Result<Vec<_>, Missing> = variants.iter().map(posterior).collect();
        black_box(best_of_normals(&posteriors?, Direction::Higher)?);
        Ok(())
    })
}

fn shares(metrics: &[Metric]) -> Result<(), Missing> {
    each(metrics, |control, treatment| {
        let few = |summary: &Summary| Conversions::new(summary.units, summary.units / 3000 + 3);
        let (a, b) = (few(control), few(treatment));
        black_box(two_proportions(&a, &b, Alternative::TwoSided, ALPHA)?);
        Ok(())
    })
}

fn ratios(metrics: &[Metric]) -> Result<(), Missing> {
    let counts: Vec<u64> = metrics[0].iter().map(|variant| variant.units).collect();
    let weights = [1.0, 1.0, 1.0];
    black_box(sample_ratio(&counts, &weights)?);
    black_box(sequential_counts([counts.as_slice()], &weights, DEFAULT_CONCENTRATION)?);
    Ok(())
}

fn corrected(metrics: &[Metric]) -> Result<(), Missing> {
    let sequence = Sequence::new(ALPHA, 20_000.0, Rho::Exact);
    let mut logs = Vec::new();
    for [control, treatments @ ..] in metrics {
        for treatment in treatments {
            let effect = effect(control, treatment)?;
            logs.push(sequence.test(&effect, 0.0, Alternative::TwoSided)?.log_p_value);
        }
    }
    black_box(adjust_logs(&logs, Correction::Holm, ALPHA)?);
    Ok(())
}
