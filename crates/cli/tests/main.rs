//! The real binary, run in a fresh folder: what it prints, what it writes, and how it ends.
#![expect(clippy::unwrap_used, reason = "a test that can't go on stops there")]

mod harness;

mod analyze;
mod bad_comparisons;
mod bad_input;
mod check;
mod compare;
mod describe;
mod docs;
mod golden;
mod interrupt;
mod memory;
mod models;
mod output;
mod page;
mod same_numbers;
mod shell;
mod sources;
mod tuning;
