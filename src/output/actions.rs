//! Table `actions`: the ledger. Lines are added and never changed.

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

use super::column::{self, Column};
use super::key::{self, whole};
use super::line::{self, Line, event};
use super::tables::{Spec, Writing};

pub(super) const SPEC: Spec = Spec {
    name: "actions",
    doc: || column::doc(SPEC.name, "line: action_id, sequence", &columns()),
    schema: || column::schema(&columns()),
};

/// The rows of a night.
pub(super) fn batch(writing: &Writing) -> Result<RecordBatch, ArrowError> {
    rows(&line::lines(writing.head, Some(writing.run_id), &writing.night.orders))
}

pub(super) fn rows(lines: &[Line]) -> Result<RecordBatch, ArrowError> {
    column::batch(&columns(), lines)
}

fn columns() -> Vec<Column<Line>> {
    [which(), order(), what_happened(), chain()].into_iter().flatten().collect()
}

fn which() -> Vec<Column<Line>> {
    vec![
        Column::count("line", "Number of the line in the ledger, from 1.", |l: &Line| Some(l.line))
            .required(),
        Column::text(
            "run_id",
            "Run that wrote the line; it counts once `verdicts` holds the run. NULL: a command \
             wrote it.",
            |l: &Line| l.run_id.as_deref(),
        ),
        key::experiment(|l: &Line| l.entry.order.experiment.as_str()),
        Column::day("as_of", "Day of the verdict that the order follows from.", |l: &Line| {
            Some(l.entry.order.as_of)
        })
        .required(),
        key::lock_phase(|l: &Line| l.entry.order.lock_phase),
        Column::text(
            "action_id",
            "SHA-256, in hex, over experiment, lock phase, promise, number and content of the \
             order.",
            |l: &Line| Some(&l.entry.order.id),
        )
        .required(),
        Column::integer(
            "order_number",
            "Number of the order within its experiment; a later one supersedes what an earlier \
             still wants.",
            |l: &Line| Some(whole(l.entry.order.number)),
        )
        .required(),
    ]
}

fn order() -> Vec<Column<Line>> {
    vec![
        Column::text("target", "Where it goes.", |l: &Line| Some(&l.entry.order.target)).required(),
        Column::text("flag", "Flag at the target. NULL: it has none.", |l: &Line| {
            l.entry.order.flag.as_deref()
        }),
        Column::text("kind", "`set_rollout`, `disable`, `conclude` or `notify`.", |l: &Line| {
            Some(l.entry.order.kind.code())
        })
        .required(),
        Column::text("variant", "Variant that it is about. NULL: none.", |l: &Line| {
            l.entry.order.kind.variant()
        }),
        Column::integer(
            "percent",
            "Share of units that gets the variant, 0 to 100. NULL: no `set_rollout`.",
            |l: &Line| l.entry.order.kind.percent().map(i32::from),
        ),
        Column::text("event", "What is told. NULL: no `notify`.", |l: &Line| {
            event(&l.entry.order.kind)
        }),
        Column::float("confidence", "Of the verdict, 0 to 1. NULL: it has none.", |l: &Line| {
            l.entry.order.confidence
        }),
        Column::float("lift", "Of the verdict, a fraction. NULL: it has none.", |l: &Line| {
            l.entry.order.lift
        }),
        Column::text("reason", "The verdict's sentence.", |l: &Line| Some(&l.entry.order.reason))
            .required(),
        Column::instant("not_before", "When it is due, UTC.", |l: &Line| l.entry.order.not_before)
            .required(),
        Column::instant("expires_at", "When it is too old to be carried out, UTC.", |l: &Line| {
            l.entry.order.expires_at
        })
        .required(),
        Column::boolean("needs_approval", "Whether a person has to say yes first.", |l: &Line| {
            Some(l.entry.order.needs_approval)
        })
        .required(),
    ]
}

fn what_happened() -> Vec<Column<Line>> {
    vec![
        Column::integer(
            "sequence",
            "0 for the line that enqueued the order; the highest of an action_id is its state.",
            |l: &Line| Some(whole(l.entry.sequence)),
        )
        .required(),
        Column::text(
            "state",
            "`queued`, `approved`, `rejected`, `sending`, `applied`, `already_there`, `conflict`, \
             `refused`, `failed`, `expired` or `superseded`.",
            |l: &Line| Some(l.entry.state.code()),
        )
        .required(),
        Column::integer("attempts", "Times that it was sent.", |l: &Line| {
            Some(whole(l.entry.attempts))
        })
        .required(),
        Column::instant("done_at", "When it happened, UTC.", |l: &Line| l.entry.at).required(),
        Column::text("done_by", "A run, or a person's name and machine.", |l: &Line| {
            Some(&l.entry.by)
        })
        .required(),
        Column::text("seen_before", "What the target said before. NULL: not asked.", |l: &Line| {
            l.entry.seen_before.as_deref()
        }),
        Column::text("sent", "What was sent, without secrets. NULL: nothing.", |l: &Line| {
            l.entry.sent.as_deref()
        }),
        Column::text("seen_after", "What the target said after. NULL: not asked.", |l: &Line| {
            l.entry.seen_after.as_deref()
        }),
        Column::text("detail", "One line for people. NULL: nothing to add.", |l: &Line| {
            l.entry.detail.as_deref()
        }),
    ]
}

fn chain() -> Vec<Column<Line>> {
    vec![
        Column::text(
            "previous_hash",
            "hash of the line before; 64 zeros for the first line.",
            |l: &Line| Some(&l.previous_hash),
        )
        .required(),
        Column::text(
            "hash",
            "SHA-256, in hex, of previous_hash, a line feed, and the other columns as a JSON \
             object: names in alphabetical order, absent ones left out, days as text, instants \
             as microseconds.",
            |l: &Line| Some(&l.hash),
        )
        .required(),
    ]
}
