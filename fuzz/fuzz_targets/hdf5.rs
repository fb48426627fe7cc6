//! An HDF5 file of any content behind the signature.
#![no_main]

libfuzzer_sys::fuzz_target!(|rest: &[u8]| {
    let mut bytes = b"\x89HDF\r\n\x1a\n".to_vec();
    bytes.extend_from_slice(rest);
    heavytail_fuzz::answers("model.h5", &bytes);
});
