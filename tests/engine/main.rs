//! The corridor from rows to verdicts, and the engine it runs on.
//!
//! | module         | asks                                                        |
//! |----------------|-------------------------------------------------------------|
//! | `nights`       | are hand-written rows counted as counted by hand            |
//! | `scans`        | is each fact source read once, however many experiments     |
//! | `enrollment`   | who is analysed, in which phase and segment, from when      |
//! | `engine_facts` | are the traps that we work around still there               |
//! | `properties`   | does what must not matter change nothing                    |
//! | `cookie_cats`  | do real players get scipy's numbers                         |
//! | `truth`        | does simulated data get the verdicts it was made for        |
//! | `sql`          | does every file of `sql/` keep its header's word            |

mod cookie_cats;
#[path = "facts.rs"]
mod engine_facts;
mod enrollment;
mod harness;
mod nights;
mod page_crc;
mod properties;
mod scans;
mod shop;
mod sql;
mod truth;
