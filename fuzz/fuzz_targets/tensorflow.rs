//! A TensorFlow index of any content before the magic number that ends it.
#![no_main]

libfuzzer_sys::fuzz_target!(|rest: &[u8]| {
    let mut bytes = rest.to_vec();
    bytes.resize(bytes.len().max(40), 0);
    bytes.extend_from_slice(&[0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]);
    heavytail_fuzz::answers("variables.index", &bytes);
});
