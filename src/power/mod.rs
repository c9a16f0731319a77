//! How many units it takes, how small an effect can be found, and how likely it is found.
//!
//! A question has a baseline, a test, and two of three: effects, units and powers. The third
//! is the answer. Knows numbers only: no files, no project.

mod answer;
mod list;
mod plan;
mod progress;
mod question;
mod rule;
mod table;

pub use answer::{Reply, Row, answer, csv, json};
pub use list::list;
pub use plan::{plan_csv, plan_json, plan_table};
pub use progress::{Progress, Running, progress_csv, progress_json, progress_table};
pub use question::{Asked, Baseline, Budget, Family, Kind, Method, Question, ShareVariance};
pub use table::table;
