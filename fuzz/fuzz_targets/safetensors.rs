//! A safetensors header of any text and data of any bytes: the length is always right, so that the text is reached.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (header, data) = heavytail_fuzz::braced(bytes);
    let bytes = [&(header.len() as u64).to_le_bytes(), header, data].concat();
    heavytail_fuzz::answers("model.safetensors", &bytes);
});
