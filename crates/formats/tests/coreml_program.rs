//! Core ML programs put together field by field, for tests of what coremltools does not write.

use std::path::Path;

use crate::files::put;

pub(crate) const PROGRAM: &str = "Data/com.apple.CoreML/model.mlmodel";
pub(crate) const WEIGHTS: &str = "Data/com.apple.CoreML/weights/weight.bin";

/// A package of these two files.
pub(crate) fn package(folder: &Path, program: &[u8], weights: &[u8]) {
    put(folder, "Manifest.json", b"{}");
    put(folder, PROGRAM, program);
    put(folder, WEIGHTS, weights);
}

/// A field of a protobuf message.
pub(crate) fn field(number: u8, content: &[u8]) -> Vec<u8> {
    assert!(number < 16);
    let len = content.len();
    let mut bytes = vec![number << 3 | 2];
    bytes.extend((0..4).map(|at| u8::try_from(len >> (7 * at) & 0x7f).expect("seven bits") | 0x80));
    bytes.push(0);
    bytes.extend_from_slice(content);
    bytes
}

/// An entry of a map.
pub(crate) fn named(name: &str, value: &[u8]) -> Vec<u8> {
    [field(1, name.as_bytes()), field(2, value)].concat()
}

/// The type of a tensor, its elements' by their number.
pub(crate) fn typed(element: u8, shape: &[u8]) -> Vec<u8> {
    let axes: Vec<u8> = shape.iter().flat_map(|extent| field(3, &field(1, &[0x08, *extent]))).collect();
    field(1, &[&[0x08, element][..], &axes].concat())
}

/// A tensor in the program itself, in the list with this number.
pub(crate) fn immediate(element: u8, shape: &[u8], list: u8, content: &[u8]) -> Vec<u8> {
    [field(2, &typed(element, shape)), field(3, &field(1, &field(list, &field(1, content))))].concat()
}

/// A tensor that the first description in the weight file tells of; of so many elements along its one axis.
pub(crate) fn apart(element: u8, count: u32) -> Vec<u8> {
    let extent = (0..5).map(|at| (count >> (7 * at) & 0x7f) as u8 | if at < 4 { 0x80 } else { 0 });
    let axis = [&[0x08][..], &extent.collect::<Vec<u8>>()].concat();
    let kind = field(1, &[&[0x08, element][..], &field(3, &field(1, &axis))].concat());
    [field(2, &kind), field(5, &field(1, b"@model_path/weights/weight.bin"))].concat()
}

pub(crate) fn floats(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// An operation of these arguments, whose output is called as it and of this type.
pub(crate) fn operation(kind: &str, name: &str, typed: &[u8], arguments: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut operation = field(1, format!("constexpr_{kind}").as_bytes());
    for (argument, value) in arguments {
        operation.extend(field(2, &named(argument, &field(1, &field(2, value)))));
    }
    operation.extend(field(3, &named(name, typed)));
    field(3, &operation)
}

/// A model whose program has these operations.
pub(crate) fn model(block: &[u8]) -> Vec<u8> {
    functions(&[("main", block)])
}

/// A model whose program has functions of these names and operations.
pub(crate) fn functions(functions: &[(&str, &[u8])]) -> Vec<u8> {
    let each = functions.iter().map(|(name, block)| named(name, &field(3, &named("CoreML8", block))));
    let program: Vec<u8> = each.flat_map(|function| field(2, &function)).collect();
    // The version, a description, and the program in field 502.
    let len = u32::try_from(program.len()).expect("it is short");
    let mut model = vec![0x08, 9, 0x12, 0, 0xb2, 0x1f];
    model.extend((0..4).map(|at| u8::try_from(len >> (7 * at) & 0x7f).expect("seven bits") | 0x80));
    model.push(0);
    model.extend(program);
    model
}

/// A weight file with one weight.
pub(crate) fn one_weight(bytes: &[u8]) -> Vec<u8> {
    let mut file = 0xdead_beef_u32.to_le_bytes().to_vec();
    file.extend(0_u32.to_le_bytes());
    file.extend(u64::try_from(bytes.len()).expect("it is short").to_le_bytes());
    file.extend(64_u64.to_le_bytes());
    file.resize(64, 0);
    file.extend(bytes);
    file
}
