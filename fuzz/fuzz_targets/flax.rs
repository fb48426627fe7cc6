//! A MessagePack map of any content, as the parameters.
#![no_main]

libfuzzer_sys::fuzz_target!(|rest: &[u8]| {
    let bytes = [b"\x81\xa6params", rest].concat();
    heavytail_fuzz::answers("model.msgpack", &bytes);
});
