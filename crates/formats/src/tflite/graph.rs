//! A TensorFlow Lite model's tables in, its constant tensors and what uses them out.

use std::collections::HashMap;

use super::flat::{FORMAT, Table};
use crate::cursor::to_usize;
use crate::{Error, ErrorKind};

/// More of anything than any real model has.
const COUNT_LIMIT: usize = 1_000_000;
/// More axes than any framework's tensors have.
const AXIS_LIMIT: usize = 64;
const DEQUANTIZE: u32 = 6;

/// A tensor with its elements in the file.
#[derive(Clone, Debug)]
pub(crate) struct Constant {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    /// The number of the element type in the format's list.
    pub(crate) kind: u8,
    /// Place and length of the elements.
    pub(crate) start: usize,
    pub(crate) len: usize,
    pub(crate) scales: Vec<f64>,
    pub(crate) zeros: Vec<f64>,
    /// The axis along which the scales run.
    pub(crate) axis: usize,
    pub(crate) used: Option<Use>,
}

/// What uses a tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    /// Which operation of the graph it is, in the order in which they run.
    pub(crate) at: usize,
    /// The number of the operation in the format's list.
    pub(crate) operation: u32,
    /// Which of its inputs the tensor is.
    pub(crate) place: usize,
    /// What the operation's first output is called.
    pub(crate) output: String,
}

/// The constants graph by graph, in the order in which the operations that use them run.
pub(crate) fn constants(bytes: &[u8]) -> Result<Vec<Constant>, Error> {
    let model = Table::root(bytes)?;
    let buffers = model.tables(4)?;
    let operations = model.tables(1)?.iter().map(operation).collect::<Result<Vec<_>, _>>()?;
    let mut found: Vec<Constant> = Vec::new();
    for graph in model.tables(2)? {
        let tensors = graph.tables(0)?;
        if tensors.len().saturating_add(found.len()) > COUNT_LIMIT {
            return Err(ErrorKind::TooMany { what: "tensors", limit: COUNT_LIMIT }.into());
        }
        let uses = uses(&graph, &tensors, &operations)?;
        let before = found.len();
        for (number, tensor) in tensors.iter().enumerate() {
            let name = tensor.text(3)?;
            let constant = constant(bytes, tensor, &buffers, &name);
            let constant = constant.map_err(|error| error.of_tensor(&name))?;
            found.extend(constant.map(|constant| Constant { used: uses.get(&number).cloned(), ..constant }));
        }
        let order = |constant: &Constant| {
            constant.used.as_ref().map_or((usize::MAX, 0), |used| (used.at, used.place))
        };
        found.get_mut(before..).unwrap_or_default().sort_by_key(order);
    }
    Ok(found)
}

/// The operation's number; the old field has one byte and was left at its last value when numbers outgrew it.
fn operation(code: &Table<'_>) -> Result<u32, Error> {
    Ok(code.u32(3)?.max(u32::from(code.u8(0)?)))
}

fn constant(
    bytes: &[u8],
    tensor: &Table<'_>,
    buffers: &[Table<'_>],
    name: &str,
) -> Result<Option<Constant>, Error> {
    let Some(buffer) = buffers.get(to_usize(u64::from(tensor.u32(2)?))) else { return Ok(None) };
    let data = buffer.list(0, 1)?;
    // Models past two gigabytes keep their elements behind the tables.
    let (start, len) = match (data.len, buffer.u64(1)?, buffer.u64(2)?) {
        (0, 0 | 1, _) | (0, _, 0) => return Ok(None),
        (0, offset, size) => (to_usize(offset), to_usize(size)),
        (len, ..) => (data.start, len),
    };
    let end = start.checked_add(len).filter(|end| *end <= bytes.len());
    if end.is_none() {
        return Err(ErrorKind::Malformed { format: FORMAT, what: "a buffer lies outside of the file" }.into());
    }
    let shape = tensor.list(0, 4)?;
    if shape.len > AXIS_LIMIT {
        return Err(ErrorKind::TooMany { what: "axes", limit: AXIS_LIMIT }.into());
    }
    let negative = || ErrorKind::Malformed { format: FORMAT, what: "a constant has a negative extent" };
    let shape: Option<Vec<usize>> =
        shape.i32s()?.into_iter().map(|extent| usize::try_from(extent).ok()).collect();
    let (mut scales, mut zeros, mut axis) = (Vec::new(), Vec::new(), 0);
    if let Some(quantisation) = tensor.table(4)? {
        scales = quantisation.list(2, 4)?.f32s()?.into_iter().map(f64::from).collect();
        zeros = quantisation.list(3, 8)?.i64s()?;
        axis = to_usize(u64::from(quantisation.u32(6)?));
    }
    let zeros = zeros.into_iter().map(|zero| i32::try_from(zero).map_or(f64::NAN, f64::from)).collect();
    Ok(Some(Constant {
        name: name.to_owned(),
        shape: shape.ok_or_else(negative)?,
        kind: tensor.u8(1)?,
        start,
        len,
        scales,
        zeros,
        axis,
        used: None,
    }))
}

/// What uses each tensor first, seen through the operations that only undo quantisation.
fn uses(graph: &Table<'_>, tensors: &[Table<'_>], operations: &[u32]) -> Result<HashMap<usize, Use>, Error> {
    let mut uses: HashMap<usize, Use> = HashMap::new();
    let mut same: Vec<(usize, usize)> = Vec::new();
    for (at, operator) in graph.tables(3)?.iter().enumerate() {
        let code = to_usize(u64::from(operator.u32(0)?));
        let operation = operations.get(code).copied().unwrap_or(u32::MAX);
        let inputs = operator.list(1, 4)?.i32s()?;
        let output = operator.list(2, 4)?.i32s()?.first().and_then(|output| usize::try_from(*output).ok());
        let name = output.and_then(|output| tensors.get(output)).map(|tensor| tensor.text(3)).transpose()?;
        for (place, input) in inputs.iter().enumerate() {
            let (Ok(input), Some(output)) = (usize::try_from(*input), output) else { continue };
            if operation == DEQUANTIZE {
                same.push((input, output));
            } else {
                let output = name.clone().unwrap_or_default();
                uses.entry(input).or_insert(Use { at, operation, place, output });
            }
        }
    }
    for (from, to) in same {
        if let Some(used) = uses.get(&to).cloned() {
            uses.entry(from).or_insert(used);
        }
    }
    Ok(uses)
}
