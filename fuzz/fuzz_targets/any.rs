//! Whole files of any format, seeded with `fixtures/tiny`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| heavytail_fuzz::answers("model", bytes));
