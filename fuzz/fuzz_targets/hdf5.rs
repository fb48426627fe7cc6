//! An HDF5 file of any content behind the signature.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    heavytail_fuzz::answers("model.h5", &heavytail_fuzz::marked(b"\x89HDF\r\n\x1a\n", 0, bytes));
});
