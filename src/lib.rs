//! Assize: verdicts on online experiments, from rows that you already have.
//!
//! Data enters on the left and leaves on the right. Each room answers one question.
//!
//! | room        | question                                   | must not know                      |
//! |-------------|--------------------------------------------|------------------------------------|
//! | [`config`]  | what was promised                          | anything that runs                 |
//! | `source`    | where the rows are                         | statistics                         |
//! | `plan`      | what to compute, for all experiments at once | significance tests, sinks        |
//! | [`stats`]   | what the numbers say                       | Arrow, DataFusion, tokio, files, clocks |
//! | [`verdict`] | what it means                              | Arrow, DataFusion, tokio, files, clocks |
//! | [`action`]  | what is set in motion                      | statistics, sources                |
//! | `output`    | what is written down                       | how anything was computed          |
//! | `report`    | what a person looks at                     | sources, plan                      |
//! | `aggregates` | what somebody else already counted         | events, plans, tables              |
//! | `power`     | how many units it takes                    | files, projects                    |
//! | `simulate`  | what a warehouse with known truth looks like | every other room                 |
//! | `run`, `cli`| the night from end to end                  |                                    |
//!
//! `tests/rooms.rs` reads the `use` lines and fails on a forbidden one. The rooms with a
//! link build without the `engine` feature, hence without Arrow and DataFusion.
#![forbid(unsafe_code)]

pub mod action;
#[cfg(feature = "engine")]
pub mod aggregates;
#[cfg(feature = "engine")]
pub mod cli;
pub mod config;
#[cfg(feature = "actions")]
pub mod error;
#[cfg(feature = "engine")]
pub mod output;
#[cfg(feature = "engine")]
pub mod plan;
#[cfg(feature = "engine")]
pub mod power;
#[cfg(feature = "engine")]
pub mod report;
#[cfg(feature = "engine")]
pub mod run;
#[cfg(feature = "engine")]
pub mod simulate;
#[cfg(feature = "engine")]
pub mod source;
pub mod stats;
pub mod verdict;
