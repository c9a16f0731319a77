//! The night from end to end: sources, plan, statistics, verdicts.
//!
//! One function computes and writes nothing: [`analyze`]. The nightly job is `analyze` and a
//! commit; an analyst's recompute is `analyze` and a terminal; a test is `analyze` on a fixture.
//! The day is an argument; nothing here reads a clock.

mod accounts;
mod analysis;
mod checks;
mod choose;
mod daily;
mod evidence;
mod isolate;
mod nightly;
mod numbers;
mod unit;

pub use analysis::{Analysis, analyze, prepare_warehouse};
pub use choose::{Chosen, NotAnalysed, Selection, choose, latest_day};
pub use daily::{Trend, day_by_day};
pub use nightly::{ENGINE_VERSION, Nightly, explain, nightly};
pub use unit::explain_unit;
