//! An array of any header text and any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: (&str, &[u8])| {
    let (header, data) = input;
    let mut bytes = b"\x93NUMPY\x02\0".to_vec();
    bytes.extend_from_slice(&(header.len() as u32).to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(data);
    heavytail_fuzz::answers("model.npy", &bytes);
});
