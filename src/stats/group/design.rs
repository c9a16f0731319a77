//! What was planned: how the error probability is shared among the looks.

use super::boundary::{Rule, Spent, Stage, Walk, wang_tsiatis};
use super::crossing::check_fractions;
use super::futility::{self, Futility};
use super::spending::Spending;
use crate::stats::{Alternative, Missing, normal};

/// How the boundaries of a design follow from its looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// From a spending function, at whatever looks there are (Lan and DeMets 1983).
    Spending(Spending),
    /// `c (t_k / t_K)^(delta - 1/2)` at the planned looks (Wang and Tsiatis 1987). Looks that
    /// are not as planned spend what the planned ones would have, in a straight line between.
    WangTsiatis { delta: f64 },
}

impl Shape {
    /// O'Brien and Fleming (1979): constant on the scale of the score.
    pub const OBRIEN_FLEMING: Shape = Shape::WangTsiatis { delta: 0.0 };
    /// Pocock (1977): constant on the scale of the statistic.
    pub const POCOCK: Shape = Shape::WangTsiatis { delta: 0.5 };
}

/// When the last of the looks is the end of the experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum End {
    /// When it has all the planned information.
    #[default]
    AtFullInformation,
    /// Now, whatever information there is: this look may spend all that is left.
    AtThisLook,
}

/// A group-sequential design: a level, its sides, the shape of its boundaries and, if it has
/// one, of its futility bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    pub(super) alpha: f64,
    pub(super) alternative: Alternative,
    pub(super) shape: Shape,
    /// Planned looks, the last at 1.
    pub(super) planned: Vec<f64>,
    /// Boundaries of the planned looks.
    pub(super) stages: Vec<Stage>,
    pub(super) futility: Option<Aim>,
}

/// Futility bounds with the drift they are made for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Aim {
    pub futility: Futility,
    pub drift: f64,
}

/// One look of a design.
///
/// Boundaries are on the scale of the statistic turned so that it is positive in favor of the
/// alternative: `-z` for [`Alternative::Less`], `|z|` for [`Alternative::TwoSided`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Share of the planned information, as given.
    pub information: f64,
    /// Alpha that this and earlier looks have spent, both tails together.
    pub spent: f64,
    /// The look rejects at this statistic or above; infinite where it has nothing to spend.
    pub boundary: f64,
    /// The p-value of a single look that the boundary asks for.
    pub nominal_p_value: f64,
    /// Its natural logarithm.
    pub log_nominal_p_value: f64,
    /// The look may stop for futility at this statistic or below. Not binding: the boundary
    /// does not count on it.
    pub futility: Option<f64>,
}

impl Design {
    /// A design at level `alpha`, both tails together, for looks planned at the shares of
    /// information `planned`, the last of which is 1.
    ///
    /// The planned looks fix the constant of a [`Shape::WangTsiatis`], the drift of the
    /// futility bounds and everything about power; a spending function alone does not need
    /// them and may have `&[1.0]`. `Err(OutOfRange)` for a level or a power outside (0, 1), a
    /// power not above the level, a parameter out of range, and looks that do not rise to 1.
    pub fn new(
        alpha: f64,
        alternative: Alternative,
        shape: Shape,
        futility: Option<Futility>,
        planned: &[f64],
    ) -> Result<Design, Missing> {
        let level = alpha > 0.0 && alpha < 1.0;
        let looks = check_fractions(planned).is_ok() && planned.last() == Some(&1.0);
        let rising = planned.windows(2).all(|pair| pair.first() < pair.last());
        let power = futility.is_none_or(|f| f.is_valid() && f.power > alternative.tail(alpha));
        if !(level && looks && rising && power && shape.is_valid()) {
            return Err(Missing::OutOfRange);
        }
        let planned = planned.to_vec();
        let mut design =
            Design { alpha, alternative, shape, planned, stages: Vec::new(), futility: None };
        design.stages = design.planned_stages();
        if let Some(futility) = futility {
            let drift = futility::drift(&futility, &design)?;
            design.futility = Some(Aim { futility, drift });
        }
        Ok(design)
    }

    fn planned_stages(&self) -> Vec<Stage> {
        match self.shape {
            Shape::Spending(_) => Walk::along(self.rule(), &self.planned, true).stages,
            Shape::WangTsiatis { delta } => {
                wang_tsiatis(delta, self.tail(), self.is_two_sided(), &self.planned)
            }
        }
    }

    /// The looks made at these shares of the planned information, which must not fall.
    ///
    /// A look that was planned and not made is left out; one with no new information keeps
    /// the boundary and spends nothing. Information beyond 1 counts in full, and the look
    /// that reaches 1 spends the rest: later ones have nothing left.
    /// `Err(OutOfRange)` for shares that are not positive, fall, or are more than 750.
    pub fn looks(&self, fractions: &[f64], end: End) -> Result<Vec<Look>, Missing> {
        check_fractions(fractions)?;
        let ended = end == End::AtThisLook;
        Ok(self.describe(&Walk::along(self.rule(), fractions, ended).stages, ended))
    }

    pub(super) fn describe(&self, stages: &[Stage], ended: bool) -> Vec<Look> {
        let futility = match &self.futility {
            Some(aim) => futility::bounds(aim, stages, self.is_two_sided(), ended),
            None => vec![None; stages.len()],
        };
        stages.iter().zip(futility).map(|(stage, futility)| self.look(stage, futility)).collect()
    }

    fn look(&self, stage: &Stage, futility: Option<f64>) -> Look {
        let log = match self.is_two_sided() {
            true => normal::log_two_sided(stage.bound.abs()),
            false => normal::log_sf(stage.bound),
        };
        let log = if stage.bound == f64::INFINITY { f64::NEG_INFINITY } else { log };
        Look {
            information: stage.time,
            spent: stage.spent * self.sides(),
            boundary: stage.bound,
            nominal_p_value: log.exp(),
            log_nominal_p_value: log,
            futility,
        }
    }

    pub(super) fn rule(&self) -> Rule<'_> {
        let shape = match self.shape {
            Shape::Spending(spending) => Spent::By(spending),
            Shape::WangTsiatis { .. } => Spent::As(&self.stages),
        };
        Rule { shape, tail: self.tail(), two_sided: self.is_two_sided() }
    }

    /// Level of one tail.
    pub(super) fn tail(&self) -> f64 {
        self.alternative.tail(self.alpha)
    }

    pub(super) fn is_two_sided(&self) -> bool {
        self.alternative == Alternative::TwoSided
    }

    pub(super) fn sides(&self) -> f64 {
        if self.is_two_sided() { 2.0 } else { 1.0 }
    }
}

impl Shape {
    fn is_valid(self) -> bool {
        match self {
            Shape::Spending(spending) => spending.is_valid(),
            Shape::WangTsiatis { delta } => (-10.0..=10.0).contains(&delta),
        }
    }
}
