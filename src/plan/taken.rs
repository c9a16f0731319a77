//! Which of the facts that met an enrollment a measure takes.
//!
//! The conditions are columns of `SOURCE_matched`, or made of them: what sums facts up and what
//! explains a fact ask the same ones.

use datafusion::logical_expr::{Expr, ident};

use super::condition::not_finite;
use super::facts::FactScan;
use super::matched::{has_begun, is_not_over};
use super::measure::Measure;
use super::terms::Measures;

/// What a fact must be to count for a measure.
pub struct Taken {
    /// One, or one for each step.
    pub masks: Vec<Expr>,
    /// Any of them holds.
    pub matches: Expr,
    /// `None` for a table of units, whose rows have no instant.
    pub has_begun: Option<Expr>,
    /// `None` where only `as_of` ends the span.
    pub is_not_over: Option<Expr>,
    /// The place of its values among those of the source, and which of them are none.
    pub value: Option<(usize, Skipped)>,
}

/// Values that are no number, or not there.
pub struct Skipped {
    pub is_missing: Expr,
    /// `None` for a type that is always finite.
    pub is_not_finite: Option<Expr>,
}

impl Taken {
    /// `None` for a measure of another source.
    pub fn of(scan: &FactScan, measures: &Measures, measure: &Measure) -> Option<Taken> {
        let masks = measure.masks.iter().filter_map(|mask| scan.mask_of(mask));
        let masks: Vec<Expr> = masks.map(|mask| ident(format!("m{mask}"))).collect();
        let matches = masks.iter().cloned().reduce(Expr::or)?;
        let spans = measures.spans();
        let span = spans.iter().position(|span| *span == measure.span && scan.has_time());
        let value = scan.value_of(measure).map(|v| {
            let value = ident(format!("v{v}"));
            let is_not_finite = scan.is_floating(v).then(|| not_finite(value.clone()));
            (v, Skipped { is_missing: value.is_null(), is_not_finite })
        });
        Some(Taken {
            masks,
            matches,
            has_begun: span.map(|w| has_begun(w, measure.span)),
            is_not_over: span.and_then(|w| is_not_over(w, measure.span)),
            value,
        })
    }

    /// Whether a fact matches, in the span of the measure.
    pub fn in_time(&self) -> Expr {
        let span = self.has_begun.iter().chain(&self.is_not_over).cloned().reduce(Expr::and);
        match span {
            Some(span) => self.matches.clone().and(span),
            None => self.matches.clone(),
        }
    }
}
