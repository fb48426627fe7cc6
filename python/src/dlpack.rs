//! A DLPack capsule in, the memory that it lends out: the one place that reads foreign memory.
//!
//! DLPack is the protocol by which array libraries lend each other tensors (`__dlpack__`, <https://dmlc.github.io/dlpack>).
//! A capsule holds a pointer to a struct that says where elements lie and how to give them back. Layouts are those of
//! `dlpack.h` 1.1, both the plain one (`dltensor`) and the versioned one (`dltensor_versioned`).
#![expect(unsafe_code, reason = "the protocol is made of C structs behind a pointer")]

use std::ffi::{CStr, c_void};
use std::ptr::NonNull;
use std::sync::Arc;

use heavytail::formats::{ByteOwner, Dtype, MemoryTensor};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyCapsuleMethods};

use crate::dtypes::by_dlpack_code;
use crate::exceptions::ModelError;

const PLAIN: &CStr = c"dltensor";
const VERSIONED: &CStr = c"dltensor_versioned";
const PLAIN_USED: &CStr = c"used_dltensor";
const VERSIONED_USED: &CStr = c"used_dltensor_versioned";

/// `kDLCPU` and `kDLCUDAHost` (pinned): memory that the processor may read.
const READABLE_DEVICES: [i32; 2] = [1, 3];

/// Most axes that a tensor may claim.
const MOST_AXES: usize = 64;

#[repr(C)]
struct Tensor {
    data: *mut c_void,
    device_type: i32,
    device_id: i32,
    ndim: i32,
    code: u8,
    bits: u8,
    lanes: u16,
    shape: *const i64,
    strides: *const i64,
    byte_offset: u64,
}

#[repr(C)]
struct Managed {
    tensor: Tensor,
    context: *mut c_void,
    deleter: Option<unsafe extern "C" fn(*mut Managed)>,
}

#[repr(C)]
struct ManagedVersioned {
    major: u32,
    minor: u32,
    context: *mut c_void,
    deleter: Option<unsafe extern "C" fn(*mut ManagedVersioned)>,
    flags: u64,
    tensor: Tensor,
}

/// Who gets the memory back.
enum Lender {
    Plain(NonNull<Managed>),
    Versioned(NonNull<ManagedVersioned>),
}

impl Drop for Lender {
    fn drop(&mut self) {
        // SAFETY: the capsule was renamed when this was made, so that nobody else gives the struct back; the protocol
        // lets any thread call the deleter.
        unsafe {
            match self {
                Self::Plain(managed) => {
                    if let Some(deleter) = managed.as_ref().deleter {
                        deleter(managed.as_ptr());
                    }
                }
                Self::Versioned(managed) => {
                    if let Some(deleter) = managed.as_ref().deleter {
                        deleter(managed.as_ptr());
                    }
                }
            }
        }
    }
}

/// Bytes that a Python object lends until this is dropped.
struct Lent {
    start: *const u8,
    len: usize,
    _lender: Lender,
}

// SAFETY: the memory is only read, and the deleter may be called on any thread.
unsafe impl Send for Lent {}
// SAFETY: as above; there is no interior mutability.
unsafe impl Sync for Lent {}

impl ByteOwner for Lent {
    fn bytes(&self) -> &[u8] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: the lender promises `len` readable bytes from `start` on until the deleter is called. Python may
        // write to them while they are read, as it may for every reader of a buffer; then numbers are torn, which
        // floating-point decoding of any bit pattern survives.
        unsafe { std::slice::from_raw_parts(self.start, self.len) }
    }
}

/// Takes over what a capsule lends; `dtype` overrides the type for bits that DLPack has no word for.
pub(crate) fn borrow(
    name: &str,
    capsule: &Bound<'_, PyCapsule>,
    dtype: Option<Dtype>,
) -> PyResult<MemoryTensor> {
    let lender = take(name, capsule)?;
    // SAFETY: `take` has checked the capsule's name, which fixes the type of its struct, and holds it.
    let tensor = unsafe {
        match &lender {
            Lender::Plain(managed) => &managed.as_ref().tensor,
            Lender::Versioned(managed) => &managed.as_ref().tensor,
        }
    };
    let refuse = |what: String| ModelError::new_err(format!("tensor `{name}`: {what}"));
    if !READABLE_DEVICES.contains(&tensor.device_type) {
        return Err(refuse("lies on a device; move it to the CPU first".to_owned()));
    }
    let found = by_dlpack_code(tensor.code, tensor.bits).filter(|_| tensor.lanes == 1);
    let dtype = match (found, dtype) {
        (Some(found), Some(wanted)) if found.size() == wanted.size() => wanted,
        (Some(found), None) => found,
        _ => {
            return Err(refuse(format!(
                "has elements of a type that is not read (DLPack {}, {} bits)",
                tensor.code, tensor.bits
            )));
        }
    };
    let axes = usize::try_from(tensor.ndim).ok().filter(|axes| *axes <= MOST_AXES);
    let axes = axes.ok_or_else(|| refuse(format!("claims {} axes", tensor.ndim)))?;
    // SAFETY: the protocol promises `ndim` extents, and as many strides unless the pointer is null.
    let (shape, strides) = unsafe { (extents(tensor.shape, axes), extents(tensor.strides, axes)) };
    let shape = shape.unwrap_or_default().ok_or_else(|| refuse("has a negative extent".to_owned()))?;
    let strides = match strides {
        None => None,
        Some(strides) => Some(strides.ok_or_else(|| refuse("runs backwards; copy it first".to_owned()))?),
    };
    let len = reach(&shape, strides.as_deref(), dtype)
        .ok_or_else(|| refuse("has a shape that overflows".to_owned()))?;
    let start = usize::try_from(tensor.byte_offset).ok().filter(|_| len == 0 || !tensor.data.is_null());
    let start = start.ok_or_else(|| refuse("has no memory".to_owned()))?;
    let lent =
        Lent { start: tensor.data.cast::<u8>().wrapping_add(start).cast_const(), len, _lender: lender };
    Ok(MemoryTensor { name: name.to_owned(), dtype, shape, strides, start: 0, bytes: Arc::new(lent) })
}

/// Renames the capsule, as the protocol wants, so that the memory is ours to give back.
fn take(name: &str, capsule: &Bound<'_, PyCapsule>) -> PyResult<Lender> {
    let (lender, used) = if capsule.is_valid_checked(Some(VERSIONED)) {
        let managed = capsule.pointer_checked(Some(VERSIONED))?.cast::<ManagedVersioned>();
        // SAFETY: the name says that the pointer is to this struct; the version stands first in every version.
        let major = unsafe { managed.as_ref().major };
        if major != 1 {
            return Err(ModelError::new_err(format!("tensor `{name}`: DLPack {major} is not understood")));
        }
        (Lender::Versioned(managed), VERSIONED_USED)
    } else if capsule.is_valid_checked(Some(PLAIN)) {
        (Lender::Plain(capsule.pointer_checked(Some(PLAIN))?.cast()), PLAIN_USED)
    } else {
        return Err(ModelError::new_err(format!(
            "tensor `{name}`: the capsule holds no DLPack tensor, or was used before"
        )));
    };
    // SAFETY: a valid capsule, and a name that lives forever.
    if unsafe { ffi::PyCapsule_SetName(capsule.as_ptr(), used.as_ptr()) } != 0 {
        // The capsule still owns the memory.
        std::mem::forget(lender);
        return Err(PyErr::fetch(capsule.py()));
    }
    Ok(lender)
}

/// The numbers behind a pointer: outer none for null, inner none where one is negative.
///
/// # Safety
/// `numbers` is null or points to `count` of them.
unsafe fn extents(numbers: *const i64, count: usize) -> Option<Option<Vec<usize>>> {
    if count == 0 {
        return Some(Some(Vec::new()));
    }
    if numbers.is_null() {
        return None;
    }
    // SAFETY: promised by the caller.
    let numbers = unsafe { std::slice::from_raw_parts(numbers, count) };
    Some(numbers.iter().map(|number| usize::try_from(*number).ok()).collect())
}

/// Bytes from the first element to the end of the last one.
fn reach(shape: &[usize], strides: Option<&[usize]>, dtype: Dtype) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0);
    }
    let last = match strides {
        None => shape.iter().try_fold(1_usize, |all, extent| all.checked_mul(*extent))?.checked_sub(1)?,
        Some(strides) => shape.iter().zip(strides).try_fold(0_usize, |all, (extent, stride)| {
            extent.checked_sub(1)?.checked_mul(*stride)?.checked_add(all)
        })?,
    };
    let bytes = last.checked_add(1)?.checked_mul(dtype.size())?;
    // No object is larger than isize::MAX.
    isize::try_from(bytes).ok().map(|_| bytes)
}
