//! Tests of the report crate: one binary, one module a subject.
