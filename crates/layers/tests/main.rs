//! Tests of the layers crate: one binary, one module a subject.

#![expect(clippy::unwrap_used, reason = "a test that can't go on stops there")]

mod coverage;
mod derived;
mod discovery;
mod golden_layers;
mod source;
