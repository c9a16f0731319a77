//! Tests at planned looks.

use super::Pair;
use super::effect::{Found, effects};
use crate::aggregates::answer::{Fields, Stop};
use crate::aggregates::arm::Arm;
use crate::aggregates::lookup::Lookup;
use crate::error::Problem;
use crate::stats::group::{Bounds, Design, End, Futility, Look, Shape, Spending, crossing};
use crate::stats::{Alternative, Effect, Missing};

use super::effect::Level;

/// A design and the looks so far, as the options say them.
struct Plan {
    shape: Shape,
    futility: Option<Futility>,
    planned: Vec<f64>,
    fractions: Vec<f64>,
    end: End,
}

impl Plan {
    fn new(options: &Lookup<'_>, units: Option<f64>) -> Result<Plan, Problem> {
        let mut fractions = options.numbers("information_fraction")?;
        if let (true, Some(units), Some(target)) =
            (fractions.is_empty(), units, options.positive("target")?)
        {
            fractions = vec![units / target];
        }
        if fractions.is_empty() {
            let hint = "list the shares of all looks so far, or say the `target` sample size";
            return Err(options.problem("has no `information_fraction`").hint(hint));
        }
        let shape = shape(options)?;
        let planned = match options.numbers("planned")? {
            stated if !stated.is_empty() => stated,
            // The constant of a classical design depends on all its looks.
            _ if matches!(shape, Shape::WangTsiatis { .. }) => fractions.clone(),
            _ => vec![1.0],
        };
        let ended = options.truth("last_look")?;
        let end = if ended { End::AtThisLook } else { End::AtFullInformation };
        Ok(Plan { shape, futility: futility(options)?, planned, fractions, end })
    }

    fn design(&self, level: &Level) -> Result<Design, Missing> {
        Design::new(level.alpha, level.alternative, self.shape, self.futility, &self.planned)
    }
}

/// The words of `spending`, and of `futility`.
const FAMILIES: [(&str, Family); 4] = [
    ("obrien-fleming", Family::OBrienFleming),
    ("pocock", Family::Pocock),
    ("hwang-shih-decani", Family::HwangShihDeCani),
    ("kim-demets", Family::KimDeMets),
];

#[derive(Debug, Clone, Copy)]
enum Family {
    OBrienFleming,
    Pocock,
    HwangShihDeCani,
    KimDeMets,
}

fn shape(options: &Lookup<'_>) -> Result<Shape, Problem> {
    let classical = [
        ("obrien-fleming-exact", Some(Shape::OBRIEN_FLEMING)),
        ("pocock-exact", Some(Shape::POCOCK)),
    ];
    let mut words: Vec<(&str, Option<Shape>)> = FAMILIES.iter().map(|(w, _)| (*w, None)).collect();
    words.extend(classical);
    let delta = options.number("spending_parameter")?;
    words.push(("wang-tsiatis", delta.map(|delta| Shape::WangTsiatis { delta })));
    let said = options.text("spending").unwrap_or_default();
    match options.choice("spending", &words)? {
        Some(shape) => Ok(shape),
        None if said.to_lowercase().starts_with("wang") => Err(needs(options, "wang-tsiatis")),
        None => Ok(Shape::Spending(spending(options, "spending", "spending_parameter")?)),
    }
}

fn spending(options: &Lookup<'_>, name: &str, parameter: &str) -> Result<Spending, Problem> {
    let stated = options.number(parameter)?;
    Ok(match (options.choice(name, &FAMILIES)?, stated) {
        (Family::OBrienFleming, _) => Spending::OBrienFleming,
        (Family::Pocock, _) => Spending::Pocock,
        (Family::HwangShihDeCani, Some(gamma)) => Spending::HwangShihDeCani { gamma },
        (Family::KimDeMets, Some(rho)) => Spending::KimDeMets { rho },
        (_, None) => return Err(needs(options, &options.text(name).unwrap_or_default())),
    })
}

fn needs(options: &Lookup<'_>, what: &str) -> Problem {
    let hint = "gamma of hwang-shih-decani, rho of kim-demets, delta of wang-tsiatis";
    options.problem(format!("`{what}` needs a `spending_parameter`")).hint(hint)
}

fn futility(options: &Lookup<'_>) -> Result<Option<Futility>, Problem> {
    if !options.has("futility") {
        return Ok(None);
    }
    let power = options.probability("power", 0.8)?;
    let spending = spending(options, "futility", "futility_parameter")?;
    Ok(Some(Futility { spending, power }))
}

/// The test at this look; earlier looks by their shares and, where known, their statistics.
pub fn test(pair: &Pair<'_>) -> Result<Fields, Stop> {
    let units = units(pair.control)?.zip(units(pair.treatment)?).map(|(a, b)| a + b);
    let plan = Plan::new(&pair.options, units)?;
    let earlier = pair.options.maybe_numbers("statistics")?;
    let run = |effect: &Effect, level: &Level| {
        let design = plan.design(level)?;
        let found = design.test(&plan.fractions, &earlier, plan.end, effect, level.null)?;
        let mut outcome = Found::from(found.repeated);
        if let Some(stopped) = found.stopped {
            outcome.add("stopped_effect", stopped.estimate);
            outcome.add_test("stopped_", &stopped.adjusted);
        }
        Ok((found.look, found.crossed, found.futile, outcome))
    };
    let found = effects(pair, |effect, level| run(effect, level).map(|(.., outcome)| outcome))?;
    let level = Level::new(&pair.options)?;
    let contrast = super::effect::contrast(pair)?;
    let (look, crossed, futile, _) = run(&contrast.absolute, &level)?;
    let mut fields = Fields::default();
    fields.put("valid", "at its looks");
    fields
        .number("information", look.information)
        .number("alpha_spent", look.spent)
        .number("boundary", look.boundary)
        .number("nominal_p_value", look.nominal_p_value)
        .maybe("futility_bound", look.futility)
        .put("crossed", crossed.is_some())
        .maybe("crossed_at_look", crossed.map(|look| look as f64 + 1.0))
        .put("futile", futile);
    fields.extend(found);
    Ok(fields)
}

fn units(arm: &Arm<'_>) -> Result<Option<f64>, Stop> {
    match (arm.effect(), arm.point()) {
        (Some(effect), _) => Ok(Some(effect.units)),
        (None, Some(point)) => Ok(Some(point.units as f64)),
        (None, None) => Ok(arm.looks()?.last().map(|units| *units as f64)),
    }
}

/// Boundaries, spending and power of a design; no data.
pub fn boundaries(_: &Arm<'_>, options: &Lookup<'_>) -> Result<Fields, Stop> {
    let level = Level::new(options)?;
    let plan = Plan::new(options, None)?;
    let planned = match options.has("planned") {
        true => plan.planned.clone(),
        false => plan.fractions.clone(),
    };
    let ends = planned.last() == Some(&1.0);
    let plan = Plan { planned: if ends { planned } else { vec![1.0] }, ..plan };
    let design = plan.design(&level)?;
    let looks = design.looks(&plan.fractions, plan.end)?;
    let column = |of: fn(&Look) -> f64| looks.iter().map(of).collect::<Vec<_>>();
    let mut fields = Fields::default();
    fields
        .numbers("information", column(|look| look.information))
        .numbers("boundary", column(|look| look.boundary))
        .numbers("alpha_spent", column(|look| look.spent))
        .numbers("nominal_p_value", column(|look| look.nominal_p_value));
    if looks.iter().any(|look| look.futility.is_some()) {
        let bounds: Vec<_> = looks.iter().map(|look| look.futility).collect();
        fields.put("futility_bound", bounds);
    }
    if ends {
        fields.extend(planned_behavior(&design, options)?);
    }
    Ok(fields)
}

fn planned_behavior(design: &Design, options: &Lookup<'_>) -> Result<Fields, Stop> {
    let power = options.probability("power", 0.8)?;
    let drift = match options.number("drift")? {
        Some(drift) => drift,
        None => design.drift_for_power(power)?,
    };
    let (behavior, under_null) = (design.behavior(drift)?, design.behavior(0.0)?);
    let mut fields = Fields::default();
    fields
        .number("inflation_factor", design.inflation_factor(power)?)
        .number("drift", drift)
        .number("power", behavior.power)
        .numbers("power_by_look", behavior.power_by_look)
        .number("expected_information", behavior.expected_information)
        .number("expected_information_without_effect", under_null.expected_information);
    Ok(fields)
}

/// The probability of first crossing given bounds at each look.
pub fn crossing_probability(arm: &Arm<'_>, options: &Lookup<'_>) -> Result<Fields, Stop> {
    let level = Level::new(options)?;
    let fractions = options.numbers("information_fraction")?;
    let upper = arm.row.numbers("upper_bounds")?;
    let lower = arm.row.maybe_numbers("lower_bounds")?;
    let two_sided = level.alternative == Alternative::TwoSided;
    let bound = |(i, z): (usize, &f64)| match lower.get(i).copied().flatten() {
        Some(lower) => Bounds { lower, upper: *z },
        None if two_sided => Bounds::symmetric(*z),
        None => Bounds::upper(*z),
    };
    let bounds: Vec<Bounds> = upper.iter().enumerate().map(bound).collect();
    let found = crossing(&fractions, &bounds, options.number_or("drift", 0.0)?)?;
    let mut fields = Fields::default();
    fields
        .numbers("upper", found.iter().map(|look| look.upper))
        .numbers("lower", found.iter().map(|look| look.lower))
        .number("total", found.iter().map(|look| look.upper + look.lower).sum());
    Ok(fields)
}
