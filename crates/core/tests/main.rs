//! The engine from outside: real models and broken ones, through the public calls alone.
#![expect(clippy::unwrap_used, reason = "the functions that tests share fail like tests")]

mod bad_layers_are_rows;
mod certainty;
mod documents;
mod every_format;
mod fit_options;
mod golden_derived;
mod golden_options;
mod golden_run;
mod inspecting;
mod memory_model;
mod other_views;
mod randomized;
mod reading_ahead;
mod real_pair;
mod rewriting;
mod top_eigenvalues;
mod tuning;
mod verdicts;
