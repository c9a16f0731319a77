//! What to compute, for all experiments of a night together.
//!
//! Every stage ends in a named relation before the next one reads it. A stage whose shape is
//! known is a file in `sql/`; one whose shape comes from the project is built with expressions.
//!
//! | relation         | grain                        | made by                        |
//! |------------------|------------------------------|--------------------------------|
//! | `exposed`        | experiment, unit, variant    | `sql/exposed.sql`              |
//! | `assigned`       | experiment, unit, variant    | `sql/assigned.sql`             |
//! | `enrolled`       | experiment, unit             | `sql/enrolled_by_*.sql`        |
//! | `enrollments`    | experiment, unit (analysed)  | `numbering`                  |
//! | `SOURCE_members` | member                       | `sql/members.sql`              |
//! | `SOURCE_entries` | enrollment                   | `entry`                        |
//! | `SOURCE_facts`   | fact                         | `facts`: the one scan          |
//! | `SOURCE_matched` | fact, experiment             | `matched`                      |
//! | `SOURCE_units`   | enrollment                   | `accumulate`, or `meeting`     |
//! | (not named)      | enrollment, day              | `increments`, for a daily series |
//! | `unit_metrics`   | enrollment                   | `unit_metrics`                 |
//! | `caps`           | experiment                   | `caps`                         |
//! | `summaries`      | experiment, variant, phase, segments | `summaries`            |
//!
//! Does not: test anything for significance, or write anything down.

mod accounting;
mod accumulate;
mod arms;
mod aside;
mod attributes;
mod calendar;
mod caps;
mod compute;
mod condition;
mod content;
mod copies;
mod counted;
mod dates;
mod double_double;
mod earliest;
mod enrollment;
mod entry;
mod exact_sum;
mod execute;
mod facts;
mod first_of;
mod firsts;
mod follower;
mod funnel;
mod grouped;
mod ids;
mod increments;
mod kept;
mod ledger;
mod matched;
mod matured;
mod measure;
mod meeting;
mod members;
mod memory;
mod moments;
mod named;
mod night;
mod numbering;
mod parts;
mod print;
mod promise;
mod queries;
mod quickly;
mod roll;
mod samples;
mod segments;
mod series;
mod session;
mod shelf;
mod shuffled;
mod sightings;
mod stash;
mod summaries;
mod sums;
mod surely;
mod taken;
mod tally;
mod terms;
mod unit;
mod unit_facts;
mod unit_metrics;
mod unit_numbers;
mod unit_rows;
mod wide_sum;

pub use accounting::{
    Counts, DayCount, FactCount, FactFate, JoinedUnits, RowCount, SegmentUnits, SightedUnits,
    UnitCount, Valueless, is_quarantined,
};
pub use arms::{Arm, Numbers, Tails};
pub use attributes::Attributes;
pub use calendar::Calendar;
pub use entry::sources_read;
pub use execute::{Progress, Scanned, Stopwatch, Timing, Timings, scans};
pub use ledger::{DayByDay, SinceEnrolled};
pub use night::{Computed, Night};
pub use segments::{MOST_FREQUENT, SegmentValue, Segments};
pub use series::{Series, why_not_daily};
pub use shuffled::{Shuffles, why_not_shuffled};
pub use tally::MET;
pub use terms::{reach_back, sources_of};
pub use unit_rows::{
    EnrolledUnit, MetricFate, Part, SeenRow, UnitFact, UnitNumbers, UnitRows, Value,
};
