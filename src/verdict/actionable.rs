//! A verdict that may set things in motion.

use super::{Decision, Report};

/// Proof that a verdict may be acted upon: it ships or rolls back, it is healthy, and nothing
/// holds it. Only [`Report::actionable`] makes one, so that nothing else can be enqueued.
///
/// ```compile_fail
/// fn forged(report: &assize::verdict::Report) -> assize::verdict::Actionable<'_> {
///     assize::verdict::Actionable(report)
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Actionable<'a>(&'a Report);

impl Report {
    /// The proof, where there is one.
    pub fn actionable(&self) -> Option<Actionable<'_>> {
        let verdict = &self.verdict;
        let moves = matches!(verdict.decision, Decision::Ship | Decision::RollBack);
        let may = verdict.actionable && verdict.hold_reasons.is_empty();
        (moves && may && verdict.treatment.is_some()).then_some(Actionable(self))
    }
}

impl<'a> Actionable<'a> {
    pub fn report(&self) -> &'a Report {
        self.0
    }

    /// The treatment that ships or is rolled back.
    pub fn treatment(&self) -> &'a str {
        self.0.verdict.treatment.as_deref().unwrap_or_default()
    }
}
