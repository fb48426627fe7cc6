//! A GGUF file of any content behind a right magic number and version.
#![no_main]

libfuzzer_sys::fuzz_target!(|rest: &[u8]| {
    let mut bytes = b"GGUF\x03\0\0\0".to_vec();
    bytes.extend_from_slice(rest);
    heavytail_fuzz::answers("model.gguf", &bytes);
});
