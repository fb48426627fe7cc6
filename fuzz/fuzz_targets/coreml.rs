//! A Core ML program of any content behind the version of the format, beside a weight file of any content.
//!
//! An input is the length of the program in two bytes, the program, and the weight file that its places are in.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let &[high, low, ref rest @ ..] = input else { return };
    let (program, weights) = rest.split_at(usize::from(u16::from_be_bytes([high, low])).min(rest.len()));
    let program = heavytail_fuzz::marked(b"\x08\x07\x12", 0, program);
    heavytail_fuzz::answers_in(
        "coreml.mlpackage",
        &[
            ("Manifest.json", b"{}"),
            ("Data/com.apple.CoreML/model.mlmodel", &program),
            ("Data/com.apple.CoreML/weights/weight.bin", weights),
        ],
    );
});
