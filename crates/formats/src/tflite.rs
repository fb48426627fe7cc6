//! A TensorFlow Lite model in, its constant tensors out, with the names and axes that Keras gives them.
//!
//! The converter turns kernels so that outputs come first and names them after operations. Both are undone where the
//! operation tells: a convolution's weight is `conv/kernel` with its outputs last, as in the model it came from.

mod flat;
mod graph;

use std::collections::HashSet;
use std::sync::Arc;

use crate::bytes::MappedFile;
use crate::catalogue::{FileTensors, Listed, Stored};
use crate::cursor::to_u64;
use crate::scaled::{Codes, Scales, Sharing, scaled};
use crate::tensor::{ByteOwner, element_count, row_major};
use crate::{Dtype, Error, ErrorKind, TensorData, TensorInfo};
use graph::{Constant, Use, constants};

const CONV_2D: u32 = 3;
const DEPTHWISE_CONV_2D: u32 = 4;
const FULLY_CONNECTED: u32 = 9;
const CONV_3D: u32 = 132;

/// Whether these are the first bytes of a model.
pub(crate) fn matches(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"TFL3")
}

/// Reads the model.
pub(crate) fn read(file: &Arc<MappedFile>) -> Result<FileTensors, Error> {
    let mut tensors = Vec::new();
    let mut names: HashSet<String> = HashSet::new();
    for constant in constants(file.all()?)? {
        let listed = listed(file, &constant).map_err(|error| error.of_tensor(&constant.name))?;
        let Some(mut listed) = listed else { continue };
        let wished = [name(&constant), Some(constant.name.clone())].into_iter().flatten();
        let numbered = (1..).map(|number| format!("{}#{number}", constant.name));
        if let Some(name) = wished.chain(numbered).find(|name| !names.contains(name)) {
            names.insert(name.clone());
            listed.info.name = name;
            tensors.push(listed);
        }
    }
    Ok(FileTensors { tensors, metadata: Vec::new() })
}

/// The name by what the constant is to the operation that uses it.
fn name(constant: &Constant) -> Option<String> {
    let Use { operation, place, output, .. } = constant.used.as_ref()?;
    let leaf = match (*operation, *place) {
        (CONV_2D | DEPTHWISE_CONV_2D | FULLY_CONNECTED, 1) => "kernel",
        (CONV_2D | DEPTHWISE_CONV_2D | FULLY_CONNECTED | CONV_3D, 2) => "bias",
        _ => return None,
    };
    // The converter joins the names of what it has fused; constants of its own begin with a dialect's name.
    let is_made_up =
        |name: &str| ["arith.", "tfl.", "std.", "pseudo"].iter().any(|start| name.starts_with(start));
    let from = if is_made_up(&constant.name) { output } else { &constant.name };
    let (layer, _) = from.split(';').next()?.rsplit_once('/')?;
    Some(format!("{layer}/{leaf}"))
}

/// The axes of the constant in the order of Keras, by the operation that uses it.
fn axes(constant: &Constant) -> Vec<usize> {
    let mut axes: Vec<usize> = (0..constant.shape.len()).collect();
    let weight = constant.used.as_ref().filter(|used| used.place == 1).map(|used| used.operation);
    if let (Some(CONV_2D | DEPTHWISE_CONV_2D), 4) | (Some(FULLY_CONNECTED), 2) = (weight, axes.len()) {
        axes.rotate_left(1);
    }
    axes
}

/// The constant with its axes turned; none where it holds texts or handles.
fn listed(file: &Arc<MappedFile>, constant: &Constant) -> Result<Option<Listed>, Error> {
    let Some((dtype, word)) = dtype(constant.kind)? else { return Ok(None) };
    let overflow =
        || ErrorKind::ShapeOverflow { shape: constant.shape.iter().copied().map(to_u64).collect() };
    let count = element_count(&constant.shape).ok_or_else(overflow)?;
    let nibbles = word == "int4";
    let expected = if nibbles { Some(count.div_ceil(2)) } else { count.checked_mul(dtype.size()) };
    if expected != Some(constant.len) {
        let (shape, found) = (constant.shape.clone(), to_u64(constant.len));
        let expected = expected.map_or(u64::MAX, to_u64);
        return Err(ErrorKind::SizeMismatch { dtype, shape, expected, found }.into());
    }
    let order = if nibbles { (0..constant.shape.len()).collect() } else { axes(constant) };
    let pick =
        |from: &[usize]| -> Vec<usize> { order.iter().filter_map(|axis| from.get(*axis).copied()).collect() };
    let (shape, strides) = (pick(&constant.shape), pick(&row_major(&constant.shape)));
    let owner: Arc<dyn ByteOwner> = file.clone();
    if constant.scales.is_empty() || dtype.is_float() {
        let (shape, strides) = if nibbles { (vec![constant.len], vec![1]) } else { (shape, strides) };
        let info = TensorInfo { name: String::new(), dtype, shape, quantisation: None };
        let stored = Stored::Plain { owner, start: constant.start, strides: Some(strides) };
        return Ok(Some(Listed { info, stored }));
    }
    let codes = if nibbles {
        let bytes = TensorData::contiguous(owner, constant.start, Dtype::U8, vec![constant.len])?;
        Codes::Nibbles { bytes, signed: true }
    } else {
        Codes::Whole(TensorData::strided(owner, constant.start, dtype, shape.clone(), &strides)?)
    };
    let axis = order.iter().position(|axis| *axis == constant.axis).unwrap_or(usize::MAX);
    let sharing = if constant.scales.len() == 1 { Sharing::Tensor } else { Sharing::Axis(axis) };
    let scales = Scales { scales: constant.scales.clone(), zeros: constant.zeros.clone(), sharing };
    let stored = Stored::Packed(scaled(codes, scales, &shape, Dtype::F32)?);
    let quantisation = Some(format!("tflite-{word}"));
    let info = TensorInfo { name: String::new(), dtype: Dtype::F32, shape, quantisation };
    Ok(Some(Listed { info, stored }))
}

/// The element type by its number, and the format's word for it; none for texts and handles.
fn dtype(kind: u8) -> Result<Option<(Dtype, &'static str)>, Error> {
    Ok(Some(match kind {
        0 => (Dtype::F32, "float32"),
        1 => (Dtype::F16, "float16"),
        2 => (Dtype::I32, "int32"),
        3 => (Dtype::U8, "uint8"),
        4 => (Dtype::I64, "int64"),
        5 | 13 | 14 => return Ok(None),
        6 => (Dtype::Bool, "bool"),
        7 => (Dtype::I16, "int16"),
        8 => (Dtype::C64, "complex64"),
        9 => (Dtype::I8, "int8"),
        10 => (Dtype::F64, "float64"),
        11 => (Dtype::C128, "complex128"),
        12 => (Dtype::U64, "uint64"),
        15 => (Dtype::U32, "uint32"),
        16 => (Dtype::U16, "uint16"),
        17 => (Dtype::U8, "int4"),
        18 => (Dtype::Bf16, "bfloat16"),
        _ => return Err(ErrorKind::UnknownDtype { name: format!("TensorFlow Lite type {kind}") }.into()),
    }))
}
