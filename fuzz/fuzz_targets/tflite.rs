//! A TensorFlow Lite model of any content round the magic number.
#![no_main]

libfuzzer_sys::fuzz_target!(|rest: &[u8]| {
    let mut bytes = rest.get(..4).unwrap_or(&[16, 0, 0, 0]).to_vec();
    bytes.extend_from_slice(b"TFL3");
    bytes.extend_from_slice(rest.get(4..).unwrap_or_default());
    heavytail_fuzz::answers("model.tflite", &bytes);
});
