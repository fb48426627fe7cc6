//! Tests of the report crate: one binary, one module a subject.

#![expect(clippy::unwrap_used, reason = "a test that can't go on stops there")]

mod comparison_text;
mod documents;
mod gate_shapes;
mod gates;
mod hostile_tables;
mod layer_plots;
mod page;
mod planted;
mod plots;
mod round_trips;
mod saved_tables;
mod tables;
mod text_snapshots;
