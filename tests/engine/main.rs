//! The corridor from rows to verdicts, and the engine it runs on.
//!
//! | module         | asks                                                        |
//! |----------------|-------------------------------------------------------------|
//! | `nights`       | are hand-written rows counted as counted by hand            |
//! | `kinds`        | are the numbers of units those counted by hand              |
//! | `scans`        | is each fact source read once, however many experiments     |
//! | `enrollment`   | who is analysed, and why are others left out                |
//! | `segments`     | in which phase and segments is a unit                       |
//! | `members`      | do facts of members count for their unit                    |
//! | `entries`      | does a fact enroll a unit that has met its experiment       |
//! | `engine_facts` | are the traps that we work around still there               |
//! | `properties`   | does what must not matter change nothing                    |
//! | `laws`         | do units' numbers keep the laws, whatever the rows          |
//! | `series`       | does a day of a series say what a night as of it says       |
//! | `shuffled`     | is a shuffle the night of units with those variants         |
//! | `cookie_cats`  | do real players get scipy's numbers                         |
//! | `truth`        | does simulated data get the verdicts it was made for        |
//! | `units`        | is what is said of one unit what became of its rows         |
//! | `reasons`      | has every reason a meaning for people                       |
//! | `sql`          | does every file of `sql/` keep its header's word            |

mod cookie_cats;
mod counting;
#[path = "facts.rs"]
mod engine_facts;
mod enrollment;
mod entries;
mod harness;
mod kinds;
mod lab;
mod laws;
mod members;
mod nights;
mod page_crc;
mod properties;
mod reasons;
mod scans;
mod segments;
mod series;
mod shop;
mod shuffled;
mod sql;
mod truth;
mod units;
