//! A rebuild call of a torch pickle in, the tensor's storage, offset, shape and strides out.

use std::collections::HashMap;

use crate::pickle::{Id, Node, Pickle};
use crate::{Dtype, Error, ErrorKind};

/// Where a tensor lies. Offsets and strides count elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TensorRef {
    /// The storage's key in the file.
    pub(crate) key: String,
    /// Type of the elements.
    pub(crate) dtype: Dtype,
    pub(crate) offset: usize,
    pub(crate) shape: Vec<usize>,
    pub(crate) strides: Vec<usize>,
    /// Integers of a quantised tensor, whose scales are not applied.
    pub(crate) quantisation: Option<String>,
}

/// More wrappers than any tensor has.
const WRAP_LIMIT: usize = 8;

/// The tensor at this value; `None` where it is something else.
pub(crate) fn tensor(pickle: &Pickle<'_>, id: Id) -> Option<Result<TensorRef, Error>> {
    let mut id = id;
    for _ in 0..WRAP_LIMIT {
        let Node::Call(call) = pickle.get(id) else { return None };
        let Node::Global(module, name) = pickle.get(call.callable) else { return None };
        match (*module, *name) {
            (
                "torch._utils",
                "_rebuild_tensor" | "_rebuild_tensor_v2" | "_rebuild_tensor_v3" | "_rebuild_qtensor",
            ) => {
                return Some(rebuilt(pickle, pickle.members(call.arguments).unwrap_or_default(), name));
            }
            ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state")
            | ("torch.nn.parameter", "Parameter") => id = *pickle.members(call.arguments)?.first()?,
            ("torch._tensor", "_rebuild_from_type_v2") => {
                let [function, _, arguments, ..] = pickle.members(call.arguments)? else { return None };
                return wrapped(pickle, *function, *arguments);
            }
            _ => return None,
        }
    }
    None
}

/// A subclass of Tensor: the function that makes the plain one, and its arguments.
fn wrapped(pickle: &Pickle<'_>, function: Id, arguments: Id) -> Option<Result<TensorRef, Error>> {
    let Node::Global("torch._utils", name) = pickle.get(function) else { return None };
    let members = pickle.members(arguments)?;
    match *name {
        "_rebuild_tensor_v2" | "_rebuild_tensor_v3" => Some(rebuilt(pickle, members, name)),
        "_rebuild_parameter" => tensor(pickle, *members.first()?),
        _ => None,
    }
}

fn rebuilt(pickle: &Pickle<'_>, arguments: &[Id], how: &str) -> Result<TensorRef, Error> {
    let [storage, offset, shape, strides, rest @ ..] = arguments else {
        return Err(malformed("a tensor's arguments are missing"));
    };
    let (key, counted_in, view) = storage_of(pickle, *storage)?;
    let explicit =
        rest.get(2).filter(|_| how == "_rebuild_tensor_v3").map(|dtype| named_dtype(pickle, *dtype));
    let dtype = explicit.transpose()?.unwrap_or(counted_in);
    let offset = pickle.size(*offset).and_then(|offset| offset.checked_add(view));
    match (offset, pickle.sizes(*shape), pickle.sizes(*strides)) {
        (Some(offset), Some(shape), Some(strides)) if shape.len() == strides.len() => {
            let quantisation = (how == "_rebuild_qtensor").then(|| "torch quantised integers".to_owned());
            Ok(TensorRef { key, dtype, offset, shape, strides, quantisation })
        }
        _ => Err(malformed("a tensor's offset, shape or strides are no sizes")),
    }
}

/// Key, type and first element of `("storage", class, key, device, count[, view])`.
fn storage_of(pickle: &Pickle<'_>, id: Id) -> Result<(String, Dtype, usize), Error> {
    let Node::Persistent(storage) = pickle.get(id) else {
        return Err(malformed("a tensor's storage is not in this file"));
    };
    storage_named(pickle, *storage)
}

/// The size of an element by key, for every storage of the pickle.
pub(crate) fn element_sizes(pickle: &Pickle<'_>) -> HashMap<String, usize> {
    let storages = pickle.persistent().filter_map(|name| storage_named(pickle, name).ok());
    storages.map(|(key, dtype, _)| (key, dtype.size())).collect()
}

fn storage_named(pickle: &Pickle<'_>, name: Id) -> Result<(String, Dtype, usize), Error> {
    let Some([_, class, key, _, _, view @ ..]) = pickle.members(name) else {
        return Err(malformed("a tensor's storage is not in this file"));
    };
    let Node::Global(_, class) = pickle.get(*class) else { return Err(malformed("a storage has no class")) };
    let key = match pickle.get(*key) {
        Node::Text(key) => (*key).to_owned(),
        Node::Int(key) => key.to_string(),
        _ => return Err(malformed("a storage has no key")),
    };
    let view = view.first().and_then(|view| pickle.members(*view)).and_then(|view| view.get(1));
    let first = view.map_or(Some(0), |first| pickle.size(*first));
    Ok((key, storage_dtype(class)?, first.ok_or_else(|| malformed("a view's offset is no size"))?))
}

fn storage_dtype(class: &str) -> Result<Dtype, Error> {
    Ok(match class {
        "DoubleStorage" => Dtype::F64,
        "FloatStorage" => Dtype::F32,
        "HalfStorage" => Dtype::F16,
        "BFloat16Storage" => Dtype::Bf16,
        "LongStorage" => Dtype::I64,
        "IntStorage" | "QInt32Storage" => Dtype::I32,
        "ShortStorage" => Dtype::I16,
        "CharStorage" | "QInt8Storage" => Dtype::I8,
        "ByteStorage" | "UntypedStorage" | "QUInt8Storage" => Dtype::U8,
        "BoolStorage" => Dtype::Bool,
        "ComplexFloatStorage" => Dtype::C64,
        "ComplexDoubleStorage" => Dtype::C128,
        _ => return Err(ErrorKind::UnknownDtype { name: class.to_owned() }.into()),
    })
}

/// The type that a global of torch names.
pub(crate) fn named_dtype(pickle: &Pickle<'_>, id: Id) -> Result<Dtype, Error> {
    let Node::Global("torch", name) = pickle.get(id) else {
        return Err(malformed("a tensor's dtype has no name"));
    };
    let dtype = Dtype::named(name).or(match *name {
        "float8_e4m3fnuz" => Some(Dtype::F8E4M3Fnuz),
        "float8_e5m2fnuz" => Some(Dtype::F8E5M2Fnuz),
        "float8_e8m0fnu" => Some(Dtype::F8E8M0),
        _ => None,
    });
    dtype.ok_or_else(|| ErrorKind::UnknownDtype { name: format!("torch.{name}") }.into())
}

fn malformed(what: &'static str) -> Error {
    ErrorKind::Malformed { format: "torch file", what }.into()
}
