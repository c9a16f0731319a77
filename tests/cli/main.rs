//! The program as its users meet it: whole runs of the built binary on small projects.
//!
//! Every case says what a person reads and which exit code a scheduler gets. Nothing of the
//! library is linked, so that these tests build fast and see only what users see.

mod aa;
mod acts;
mod by;
mod catalogue;
mod columns;
mod commands;
mod daily;
mod damaged;
mod diff;
mod estimate;
mod estimate_errors;
mod estimate_options;
mod expressions;
mod files;
mod help;
mod history;
mod keys;
mod kills;
mod locks;
mod nested;
mod output_folder;
mod power;
mod progress;
mod project;
mod queries;
mod signals;
mod text_files;
mod times;
mod unit;
mod verdicts;
mod verify;
mod why;
