//! An ONNX model of any content behind the version of the format.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    heavytail_fuzz::answers("model.onnx", &heavytail_fuzz::marked(b"\x08\x08\x12", 0, bytes));
});
