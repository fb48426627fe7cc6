//! A safetensors header of any text and data of any bytes: the length is always right, so that the text is reached.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: (&str, &[u8])| {
    let (header, data) = input;
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(data);
    heavytail_fuzz::answers("model.safetensors", &bytes);
});
