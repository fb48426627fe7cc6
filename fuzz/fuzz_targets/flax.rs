//! A MessagePack map of any content behind its first key.
#![no_main]

libfuzzer_sys::fuzz_target!(|rest: &[u8]| {
    let mut bytes = b"\x82\xa6params".to_vec();
    bytes.extend_from_slice(rest);
    heavytail_fuzz::answers("model.msgpack", &bytes);
});
