//! The night from end to end: sources, plan, statistics, verdicts.
//!
//! One function computes and writes nothing: [`analyze`]. The nightly job is `analyze` and a
//! commit; an analyst's recompute is `analyze` and a terminal; a test is `analyze` on a fixture.
//! The day is an argument; nothing here reads a clock.

mod aa;
mod accounts;
mod act;
mod analysis;
mod called;
mod checks;
mod choose;
mod concluding;
mod daily;
mod evidence;
mod inputs;
mod isolate;
mod memory;
mod nightly;
mod numbers;
mod orders;
mod recalled;
mod unit;

pub use aa::{AaNights, aa, nights};
pub use act::{Acted, Acting, Became, act, act_ahead};
pub use analysis::{Analysis, analyze, prepare_warehouse};
pub use called::find_run;
pub use choose::{Chosen, NotAnalysed, Selection, choose, latest_day};
pub use concluding::Concluding;
pub use daily::{Trend, day_by_day};
pub use memory::Remembered;
pub use nightly::{Books, ENGINE_VERSION, Nightly, explain, input_files, nightly, rehearse};
pub use recalled::Recalled;
pub use unit::explain_unit;
