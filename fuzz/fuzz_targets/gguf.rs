//! A GGUF file of any content behind a right magic number and version.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    heavytail_fuzz::answers("model.gguf", &heavytail_fuzz::marked(b"GGUF\x03\0\0\0", 0, bytes));
});
