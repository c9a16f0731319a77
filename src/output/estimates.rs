//! Table `estimates`: one row per metric, treatment and segment, whatever happened to it.

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

use crate::stats::{Estimate, Lift, LiftMethod, Test};
use crate::verdict::{CovariateUsed, EstimateRow, PlannedTest};

use super::column::{self, Column};
use super::key::{self, Key, Keyed};
use super::tables::{Spec, Writing};

pub(super) const SPEC: Spec = Spec {
    name: "estimates",
    doc: || {
        column::doc(
            SPEC.name,
            "experiment, as_of, revision, metric, treatment, segment",
            &columns(),
        )
    },
    schema: || column::schema(&columns()),
};

/// The rows of a night.
pub(super) fn batch(writing: &Writing) -> Result<RecordBatch, ArrowError> {
    let night = writing.night;
    let rows: Vec<Row> = (night.reports.iter())
        .flat_map(|report| {
            let key = Key::new(writing, &report.experiment);
            report.estimates.iter().map(move |row| Row::new(key.clone(), row))
        })
        .collect();
    column::batch(&columns(), &rows)
}

struct Row {
    key: Key,
    row: EstimateRow,
    segment: Option<String>,
    reason: Option<String>,
}

impl Keyed for Row {
    fn key(&self) -> &Key {
        &self.key
    }
}

impl Row {
    fn new(key: Key, row: &EstimateRow) -> Row {
        let segment = row.segment.as_ref().map(ToString::to_string);
        let reason = row.reason.as_ref().map(ToString::to_string);
        Row { key, row: row.clone(), segment, reason }
    }

    fn estimate(&self) -> Option<&Estimate> {
        self.row.estimate.as_ref().ok()
    }

    fn lift(&self) -> Option<&Lift> {
        self.estimate()?.lift.as_ref().ok()
    }
}

fn method(lift: &Lift) -> &'static str {
    match lift.method {
        LiftMethod::Delta => "delta",
        LiftMethod::Fieller => "fieller",
    }
}

fn columns() -> Vec<Column<Row>> {
    let mut columns = key::columns();
    columns.extend(what_was_asked());
    columns.extend(effect());
    columns
        .extend(test("fixed", "Welch's t-test, valid for one look at a planned end", |e| &e.fixed));
    columns.extend(test("sequential", "the confidence sequence, valid at every look", |e| {
        &e.sequential
    }));
    columns.extend(lift());
    columns.extend(planned());
    columns.extend(without_covariate());
    columns.extend(what_it_means());
    columns
}

fn what_was_asked() -> Vec<Column<Row>> {
    vec![
        Column::text("metric", "Key of the metric.", |r: &Row| Some(&r.row.metric)).required(),
        Column::text("role", "`primary`, `secondary` or `guardrail`.", |r: &Row| Some(r.row.role))
            .required(),
        Column::text("treatment", "Key of the variant compared with control.", |r: &Row| {
            Some(&r.row.treatment)
        })
        .required(),
        Column::text(
            "segment",
            "Part of the units, `attribute=value`; NULL is everyone.",
            |r: &Row| r.segment.as_deref(),
        ),
        Column::boolean(
            "exploratory",
            "Whether the experiment did not ask for this segment beforehand.",
            |r: &Row| Some(r.row.exploratory),
        )
        .required(),
        Column::boolean(
            "added_late",
            "Whether the experiment got the metric after its first look: then it never decides.",
            |r: &Row| Some(r.row.added_late),
        )
        .required(),
    ]
}

fn effect() -> Vec<Column<Row>> {
    vec![
        number("control_value", "The metric in control, in its own unit.", |e| e.control),
        number("treatment_value", "The metric in the treatment, in its own unit.", |e| e.treatment),
        number("effect", "treatment_value - control_value.", |e| e.effect),
        number("std_error", "Standard error of the effect.", |e| e.std_error),
        number("dof", "Welch-Satterthwaite degrees of freedom.", |e| e.dof),
        number("statistic", "effect / std_error.", |e| e.statistic),
    ]
}

fn test(name: &str, words: &str, get: fn(&Estimate) -> &Test) -> Vec<Column<Row>> {
    let p = format!("Two-sided p-value of no effect, by {words}.");
    let log_p = format!("Natural logarithm of {name}_p_value, exact where that underflows to 0.");
    let end = |which| {
        format!(
            "{which} end of the effect's interval at level alpha, by {words}. NULL with status ok: unbounded."
        )
    };
    vec![
        number(&format!("{name}_p_value"), &p, move |e| get(e).p_value),
        number(&format!("{name}_log_p_value"), &log_p, move |e| get(e).log_p_value),
        number(&format!("{name}_lower"), &end("Lower"), move |e| get(e).interval.lower),
        number(&format!("{name}_upper"), &end("Upper"), move |e| get(e).interval.upper),
    ]
}

fn lift() -> Vec<Column<Row>> {
    let end = |which, test| {
        format!(
            "{which} end of the lift's {test} interval, a fraction; NULL beside a lift: unbounded."
        )
    };
    vec![
        relative(
            "lift",
            "Effect as a fraction of the absolute control value (0.05 is five percent); NULL: \
             there is none, see reason.",
            |l| l.value,
        ),
        relative("lift_std_error", "Standard error of the lift, a fraction. NULL: no lift.", |l| {
            l.std_error
        }),
        Column::text("lift_method", "`delta` or `fieller`; NULL: there is no lift.", |r: &Row| {
            r.lift().map(method)
        }),
        relative("lift_fixed_lower", &end("Lower", "fixed"), |l| l.fixed.lower),
        relative("lift_fixed_upper", &end("Upper", "fixed"), |l| l.fixed.upper),
        relative("lift_sequential_lower", &end("Lower", "sequential"), |l| l.sequential.lower),
        relative("lift_sequential_upper", &end("Upper", "sequential"), |l| l.sequential.upper),
    ]
}

/// By the group-sequential test.
fn planned() -> Vec<Column<Row>> {
    let end = |which, of| format!("{which} end of {of}; NULL beside its p-value: unbounded.");
    let whole = "the effect's repeated interval, valid at every look";
    let stopped = "the effect's stage-wise interval, once it has ended";
    vec![
        by_plan("information", "Share of the planned information, 1 at the planned end.", |p| {
            Some(p.information)
        }),
        by_plan("alpha_spent", "Alpha spent by this and earlier looks, both tails.", |p| {
            Some(p.spent)
        }),
        by_plan(
            "boundary",
            "Size that the statistic has to reach at this look; NULL beside alpha_spent: none does.",
            |p| Some(p.boundary),
        ),
        by_plan("planned_statistic", "This look's statistic as a normal deviate.", |p| {
            Some(p.statistic)
        }),
        by_plan("repeated_p_value", "Repeated p-value, valid at every look.", |p| {
            Some(p.repeated.p_value)
        }),
        by_plan("repeated_log_p_value", "Its natural logarithm.", |p| Some(p.repeated.log_p_value)),
        by_plan("repeated_lower", &end("Lower", whole), |p| Some(p.repeated.interval.lower)),
        by_plan("repeated_upper", &end("Upper", whole), |p| Some(p.repeated.interval.upper)),
        by_plan("stopped_effect", "Median-unbiased effect, once it has ended.", |p| {
            Some(p.stopped.as_ref()?.0)
        }),
        by_plan("stopped_p_value", "Stage-wise p-value, once it has ended.", |p| {
            Some(p.stopped.as_ref()?.1.p_value)
        }),
        by_plan("stopped_lower", &end("Lower", stopped), |p| {
            Some(p.stopped.as_ref()?.1.interval.lower)
        }),
        by_plan("stopped_upper", &end("Upper", stopped), |p| {
            Some(p.stopped.as_ref()?.1.interval.upper)
        }),
    ]
}

/// Of a planned test; NULL where there is none.
fn by_plan(
    name: &str,
    comment: &str,
    get: impl Fn(&PlannedTest) -> Option<f64> + 'static,
) -> Column<Row> {
    let comment = format!("{comment} NULL: no group-sequential test.");
    Column::float(name, &comment, move |row: &Row| row.row.planned.as_ref().and_then(&get))
}

fn without_covariate() -> Vec<Column<Row>> {
    let end = |which, test| format!("{which} end of its {test} interval.");
    vec![
        Column::float(
            "variance_reduction",
            "Part of the variance of the effect that the covariate took away, 0 to 1; NULL: no \
             covariate.",
            |r: &Row| r.row.covariate.as_ref().map(|used| used.variance_reduction),
        ),
        unadjusted("unadjusted_effect", "The effect without its covariate.", |u| Some(u.effect)),
        unadjusted("unadjusted_std_error", "Standard error of that effect.", |u| Some(u.std_error)),
        unadjusted("unadjusted_fixed_p_value", "Its p-value for one look.", |u| {
            Some(u.fixed.p_value)
        }),
        unadjusted("unadjusted_fixed_lower", &end("Lower", "fixed"), |u| {
            Some(u.fixed.interval.lower)
        }),
        unadjusted("unadjusted_fixed_upper", &end("Upper", "fixed"), |u| {
            Some(u.fixed.interval.upper)
        }),
        unadjusted("unadjusted_sequential_p_value", "Its p-value for every look.", |u| {
            Some(u.sequential.p_value)
        }),
        unadjusted("unadjusted_sequential_lower", &end("Lower", "sequential"), |u| {
            Some(u.sequential.interval.lower)
        }),
        unadjusted("unadjusted_sequential_upper", &end("Upper", "sequential"), |u| {
            Some(u.sequential.interval.upper)
        }),
        unadjusted("unadjusted_lift", "The lift without its covariate, a fraction.", |u| {
            Some(u.lift.as_ref().ok()?.value)
        }),
    ]
}

/// Of the estimate without its covariate.
fn unadjusted(
    name: &str,
    comment: &str,
    get: impl Fn(&Estimate) -> Option<f64> + 'static,
) -> Column<Row> {
    let comment = format!("{comment} NULL: no covariate, see effect and lift.");
    let of = move |used: &CovariateUsed| get(&used.unadjusted);
    Column::float(name, &comment, move |row: &Row| row.row.covariate.as_ref().and_then(&of))
}

fn what_it_means() -> Vec<Column<Row>> {
    vec![
        Column::float(
            "alpha",
            "Level of the two-sided test after dividing alpha. NULL: there is none.",
            |r: &Row| Some(r.row.alpha),
        ),
        Column::float(
            "adjusted_p_value",
            "p-value of the test in force times the number of tests it shares alpha with, at \
             most 1; of a segment, by Holm among those of its metric and treatment. NULL: it \
             decides nothing.",
            |r: &Row| r.row.adjusted_p_value,
        ),
        Column::float(
            "margin",
            "Relative non-inferiority margin, a fraction; NULL: none was set.",
            |r: &Row| r.row.margin,
        ),
        Column::float(
            "margin_p_value",
            "One-sided p-value of harm beyond the margin; NULL: no margin, or no estimate.",
            |r: &Row| r.row.margin_p_value,
        ),
        Column::text(
            "state",
            "`better`, `worse`, `safe`, `flat`, `insufficient` or `error`, by the test in force.",
            |r: &Row| Some(r.row.state.code()),
        )
        .required(),
        Column::text(
            "status",
            "`ok`; `insufficient`: undefined on these units, or too few of them to test; `error`: \
             could not be computed; `skipped`: not attempted.",
            |r: &Row| Some(r.row.status.code()),
        )
        .required(),
        Column::text(
            "reason",
            "`code: words` for the numbers that are missing, or that decide nothing; NULL: none.",
            |r: &Row| r.reason.as_deref(),
        ),
        Column::count(
            "left_out_units",
            "Units of both variants in phases in which they cannot be compared.",
            |r: &Row| Some(r.row.left_out),
        )
        .required(),
    ]
}

/// Of an estimate; NULL where there is none.
fn number(name: &str, comment: &str, get: impl Fn(&Estimate) -> f64 + 'static) -> Column<Row> {
    let comment = format!("{comment} NULL: no estimate, see status.");
    Column::float(name, &comment, move |row: &Row| row.estimate().map(&get))
}

/// Of a lift; NULL where there is none.
fn relative(name: &str, comment: &str, get: impl Fn(&Lift) -> f64 + 'static) -> Column<Row> {
    Column::float(name, comment, move |row: &Row| row.lift().map(&get))
}
