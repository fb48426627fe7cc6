//! A Core ML program of any content behind the version of the format, beside the weight file that it points to.
#![no_main]

/// What `fixtures/tiny` has: the program's places in it are right.
const WEIGHTS: &[u8] =
    include_bytes!("../../fixtures/tiny/coreml_int8.mlpackage/Data/com.apple.CoreML/weights/weight.bin");

libfuzzer_sys::fuzz_target!(|program: &[u8]| {
    let program = heavytail_fuzz::marked(b"\x08\x07\x12", 0, program);
    heavytail_fuzz::answers_in(
        "coreml.mlpackage",
        &[
            ("Manifest.json", b"{}"),
            ("Data/com.apple.CoreML/model.mlmodel", &program),
            ("Data/com.apple.CoreML/weights/weight.bin", WEIGHTS),
        ],
    );
});
