//! An array of any header text and any bytes: the length is always right, so that the text is reached.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (header, data) = heavytail_fuzz::braced(bytes);
    let length = (header.len() as u32 + 1).to_le_bytes();
    let bytes = [b"\x93NUMPY\x02\0", &length[..], header, b"\n", data.trim_ascii_start()].concat();
    heavytail_fuzz::answers("model.npy", &bytes);
});
