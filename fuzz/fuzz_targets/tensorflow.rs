//! A TensorFlow index of any content before the magic number that ends it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let magic = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
    let at = bytes.len().max(48) - magic.len();
    heavytail_fuzz::answers("variables.index", &heavytail_fuzz::marked(&magic, at, bytes));
});
