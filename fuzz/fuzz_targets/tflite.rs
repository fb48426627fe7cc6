//! A TensorFlow Lite model of any content round the magic number.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    heavytail_fuzz::answers("model.tflite", &heavytail_fuzz::marked(b"TFL3", 4, bytes));
});
