//! Names and codes of element types as Python's libraries have them in, the engine's types out.

use heavytail::formats::Dtype;
use pyo3::prelude::*;

use crate::exceptions::ModelError;

const ALL: [Dtype; 20] = [
    Dtype::F64,
    Dtype::F32,
    Dtype::F16,
    Dtype::Bf16,
    Dtype::F8E4M3,
    Dtype::F8E5M2,
    Dtype::F8E4M3Fnuz,
    Dtype::F8E5M2Fnuz,
    Dtype::F8E8M0,
    Dtype::I64,
    Dtype::I32,
    Dtype::I16,
    Dtype::I8,
    Dtype::U64,
    Dtype::U32,
    Dtype::U16,
    Dtype::U8,
    Dtype::Bool,
    Dtype::C64,
    Dtype::C128,
];

/// The type that tables call `name`.
pub(crate) fn by_name(name: &str) -> PyResult<Dtype> {
    ALL.into_iter()
        .find(|dtype| dtype.name() == name)
        .ok_or_else(|| ModelError::new_err(format!("`{name}` is no element type that heavytail knows")))
}

/// The type of DLPack's code and bits; none for types that no weight has (sub-byte floats, handles).
///
/// Codes are those of `DLDataTypeCode` in DLPack 1.1.
pub(crate) fn by_dlpack_code(code: u8, bits: u8) -> Option<Dtype> {
    Some(match (code, bits) {
        (0, 64) => Dtype::I64,
        (0, 32) => Dtype::I32,
        (0, 16) => Dtype::I16,
        (0, 8) => Dtype::I8,
        (1, 64) => Dtype::U64,
        (1, 32) => Dtype::U32,
        (1, 16) => Dtype::U16,
        (1, 8) => Dtype::U8,
        (2, 64) => Dtype::F64,
        (2, 32) => Dtype::F32,
        (2, 16) => Dtype::F16,
        (4, 16) => Dtype::Bf16,
        (5, 64) => Dtype::C64,
        (5, 128) => Dtype::C128,
        (6, 8) => Dtype::Bool,
        (10, 8) => Dtype::F8E4M3,
        (11, 8) => Dtype::F8E4M3Fnuz,
        (12, 8) => Dtype::F8E5M2,
        (13, 8) => Dtype::F8E5M2Fnuz,
        (14, 8) => Dtype::F8E8M0,
        _ => return None,
    })
}
