//! What the answer is.

use serde_json::{Map, Value};

use super::question::{Asked, Family, Kind, Question};
use super::rule::{Level, rule};
use crate::error::Error;
use crate::report::spreadsheet;
use crate::stats::planning::{self, Design, Need, Rule, Trial};
use crate::stats::{Alternative, Missing};

/// One combination of what was asked, with its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// In the metric's unit; `None` where control is not known.
    pub effect: Option<f64>,
    /// A part of control; `None` where control is not known.
    pub lift: Option<f64>,
    /// Of one treatment and control.
    pub units: f64,
    pub control_units: f64,
    pub treatment_units: f64,
    /// Of all treatments and control.
    pub experiment_units: f64,
    /// Until there are so many, at the pace stated.
    pub days: Option<f64>,
    /// Of the decision.
    pub power: f64,
    /// Level and power of this metric, so that the decision has the ones asked for.
    pub metric_alpha: f64,
    pub metric_power: f64,
    /// Units over those of a z-test at one look.
    pub inflation: Option<f64>,
}

/// What was asked in one combination, and its row or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// In the words of the command line.
    pub asked: String,
    pub row: Result<Row, Missing>,
}

/// A reply for each combination; effects and units outermost.
///
/// # Errors
/// The reason for which nothing can be answered at all.
pub fn answer(question: &Question) -> Result<Vec<Reply>, Missing> {
    let plan = Planner::new(question)?;
    let effect = if question.kind == Kind::Lift { "--lift" } else { "--effect" };
    let (outer, inner, names, reply): (_, _, _, Ask<'_>) = match &question.asked {
        Asked::Units { effects, powers } => (effects, powers, [effect, "--power"], Planner::units),
        Asked::Effect { units, powers } => (units, powers, ["--units", "--power"], Planner::effect),
        Asked::Power { effects, units } => (effects, units, [effect, "--units"], Planner::power),
    };
    let pairs = outer.iter().flat_map(|one| inner.iter().map(move |other| (*one, *other)));
    let one = |(one, other): (f64, f64)| Reply {
        asked: format!("{} {one} {} {other}", names[0], names[1]),
        row: reply(&plan, one, other),
    };
    Ok(pairs.map(one).collect())
}

type Ask<'a> = fn(&Planner<'a>, f64, f64) -> Result<Row, Missing>;

struct Planner<'a> {
    question: &'a Question,
    design: Box<dyn Design>,
    level: Level,
    /// From stated effects to the scale of the design.
    scale: f64,
    null: f64,
}

impl<'a> Planner<'a> {
    fn new(question: &'a Question) -> Result<Planner<'a>, Missing> {
        let scale = question.scale()?;
        let alternative = match (question.margin, question.alternative) {
            (Some(_), Alternative::TwoSided) => Alternative::Greater,
            (_, alternative) => alternative,
        };
        let good = if alternative == Alternative::Less { -1.0 } else { 1.0 };
        Ok(Planner {
            question,
            design: question.design(),
            level: Level { alpha: alpha(question)?, alternative },
            scale,
            null: question.margin.map_or(0.0, |margin| -good * margin * scale),
        })
    }

    fn rule(&self, effect: Option<f64>, power: Option<f64>) -> Result<Box<dyn Rule>, Missing> {
        rule(self.question, self.level, effect, power)
    }

    fn trial<'b>(&'b self, rule: &'b dyn Rule) -> Trial<'b, dyn Design + 'b, dyn Rule + 'b> {
        Trial::new(self.design.as_ref(), rule).against(self.null)
    }

    fn units(&self, effect: f64, power: f64) -> Result<Row, Missing> {
        let metric_power = self.metric_power(power)?;
        let on_scale = effect * self.scale;
        let rule = self.rule(Some(on_scale), Some(metric_power))?;
        let need = self.trial(rule.as_ref()).units(on_scale, metric_power)?;
        let mut row = self.row(effect, need.total, power, metric_power, Some(need));
        if let Some(all) = self.weighted(on_scale, metric_power)? {
            row.experiment_units = all * need.inflation;
            row.days = self.days(row.experiment_units);
        }
        Ok(row)
    }

    /// Units of the whole experiment by the weights of its variants, for a z-test.
    fn weighted(&self, effect: f64, power: f64) -> Result<Option<f64>, Missing> {
        let of = (&self.question.weights, self.question.variances(effect));
        let (Some(weights), Some(variances)) = of else { return Ok(None) };
        let alpha = 2.0 * self.level.alternative.tail(self.level.alpha);
        let distance = effect - self.null;
        planning::experiment_units(variances, distance, weights, alpha, power).map(Some)
    }

    fn days(&self, units: f64) -> Option<f64> {
        self.question.budget.map(|budget| (units / budget.units_a_day).ceil())
    }

    fn effect(&self, units: f64, power: f64) -> Result<Row, Missing> {
        let metric_power = self.metric_power(power)?;
        let rule = self.rule(None, Some(metric_power))?;
        let found = self.trial(rule.as_ref()).minimum_effect(units, metric_power)?;
        Ok(self.row(found / self.scale, units, power, metric_power, None))
    }

    fn power(&self, effect: f64, units: f64) -> Result<Row, Missing> {
        let on_scale = effect * self.scale;
        let rule = self.rule(Some(on_scale), None)?;
        let power = self.trial(rule.as_ref()).power(units, on_scale)?;
        Ok(self.row(effect, units, power, power, None))
    }

    fn metric_power(&self, power: f64) -> Result<f64, Missing> {
        family(&self.question.family).power(power)
    }

    fn row(
        &self,
        stated: f64,
        units: f64,
        power: f64,
        metric_power: f64,
        need: Option<Need>,
    ) -> Row {
        let control = self.question.control().map(f64::abs).filter(|control| *control > 0.0);
        let (effect, lift) = match self.question.kind {
            Kind::Effect => (Some(stated), control.map(|control| stated / control)),
            Kind::Lift => (control.map(|control| stated * control), Some(stated)),
        };
        let (in_control, in_treatment) =
            (self.design.in_control(units), self.design.in_treatment(units));
        let treatments = f64::from(self.question.family.treatments);
        let experiment_units = in_control + treatments * in_treatment;
        Row {
            effect,
            lift,
            units,
            control_units: in_control,
            treatment_units: in_treatment,
            experiment_units,
            days: self.days(experiment_units),
            power,
            metric_alpha: self.level.alpha,
            metric_power,
            inflation: need.map(|need| need.inflation),
        }
    }
}

/// A metric with a margin is a guardrail, any other a primary.
fn alpha(question: &Question) -> Result<f64, Missing> {
    let family = family(&question.family);
    match (question.family.spotify, question.margin) {
        (true, _) => family.spot_1_alpha(question.alpha),
        (false, None) => family.success_alpha(question.alpha),
        (false, Some(_)) => family.guardrail_alpha(question.alpha),
    }
}

fn family(family: &Family) -> planning::Family {
    let Family { primaries, guardrails, treatments, .. } = *family;
    planning::Family { successes: primaries, guardrails, treatments }
}

impl Row {
    fn object(&self) -> Map<String, Value> {
        let number = |number: Option<f64>| number.map_or(Value::Null, Value::from);
        [
            ("effect", number(self.effect)),
            ("lift", number(self.lift)),
            ("power", self.power.into()),
            ("units", self.units.into()),
            ("control_units", self.control_units.into()),
            ("treatment_units", self.treatment_units.into()),
            ("experiment_units", self.experiment_units.into()),
            ("days", number(self.days)),
            ("metric_alpha", self.metric_alpha.into()),
            ("metric_power", self.metric_power.into()),
            ("inflation", number(self.inflation)),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }
}

/// Names of a row's numbers, in their order.
pub(super) const NAMES: [&str; 13] = [
    "effect",
    "lift",
    "power",
    "units",
    "control_units",
    "treatment_units",
    "experiment_units",
    "days",
    "metric_alpha",
    "metric_power",
    "inflation",
    "asked",
    "reason",
];

pub(super) fn object(reply: &Reply) -> Map<String, Value> {
    match &reply.row {
        Ok(row) => row.object(),
        Err(missing) => Map::from_iter([
            ("asked".to_owned(), reply.asked.as_str().into()),
            ("reason".to_owned(), missing.code().into()),
        ]),
    }
}

/// All digits; units are real numbers, to be rounded up in each arm.
pub fn json(replies: &[Reply]) -> Value {
    replies.iter().map(|reply| Value::Object(object(reply))).collect()
}

/// The same with a header line.
///
/// # Errors
/// As for [`spreadsheet`].
pub fn csv(replies: &[Reply]) -> Result<String, Error> {
    spreadsheet(&NAMES, &replies.iter().map(object).collect::<Vec<_>>())
}
