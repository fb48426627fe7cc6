//! Tensors of any type and shape under the names that packed weights have.
#![no_main]

use std::fmt::Write;

const NAMES: [&str; 22] = [
    "w.weight", "w.weight_scale", "w.weight_scale_inv", "w.weight_scale_2", "w.weight_zero_point", "w.SCB",
    "w.qweight", "w.qzeros", "w.scales", "w.g_idx", "w.weight_packed", "w.weight_shape", "w.weight_global_scale",
    "w_blocks", "w_scales", "w.weight_g", "w.weight_v", "w.weight.absmax", "w.weight.quant_map",
    "w.weight.quant_state.bitsandbytes__nf4", "w.parametrizations.weight.original0",
    "w.parametrizations.weight.original1",
];
const TYPES: [(&str, usize); 8] =
    [("F32", 4), ("F16", 2), ("BF16", 2), ("F8_E4M3", 1), ("I8", 1), ("U8", 1), ("I32", 4), ("I64", 8)];
/// Extents that fit each other in many ways.
const EXTENTS: [usize; 8] = [0, 1, 2, 4, 8, 16, 32, 128];

/// For each tensor: which name, which type, which axes.
type Tensor = (u8, u8, u8, u8, u8);

libfuzzer_sys::fuzz_target!(|input: (Vec<Tensor>, &[u8])| {
    let (tensors, content) = input;
    let (mut header, mut end) = (String::from("{"), 0);
    let mut used = 0_u32;
    for (name, dtype, axes, rows, columns) in tensors.into_iter().take(8) {
        let name = usize::from(name) % NAMES.len();
        if used >> name & 1 == 1 {
            continue;
        }
        let separator = if used == 0 { "" } else { "," };
        used |= 1 << name;
        let (dtype, size) = TYPES[usize::from(dtype) % TYPES.len()];
        let extents = [4, rows, columns].map(|extent| EXTENTS[usize::from(extent) % EXTENTS.len()]);
        let shape = &extents[3 - usize::from(axes) % 4..];
        let begin = end;
        end += shape.iter().product::<usize>() * size;
        let name = NAMES[name];
        write!(header, r#"{separator}"{name}":{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[{begin},{end}]}}"#)
            .expect("text grows");
    }
    header.push('}');
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend(content.iter().copied().chain(std::iter::repeat(1)).take(end));
    heavytail_fuzz::answers("model.safetensors", &bytes);
});
