//! An ONNX model of any content behind the version of the format.
#![no_main]

libfuzzer_sys::fuzz_target!(|rest: &[u8]| {
    let mut bytes = b"\x08\x09\x12\x00".to_vec();
    bytes.extend_from_slice(rest);
    heavytail_fuzz::answers("model.onnx", &bytes);
});
