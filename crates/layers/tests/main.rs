//! Tests of the layers crate: one binary, one module a subject.

mod discovery;
mod source;
