//! One tensor's name, type and shape in; its parts, or the reason why it has none, out.

use std::collections::{HashMap, HashSet};

use heavytail_formats::{TensorInfo, TensorSource};

use crate::coverage::Reason;
use crate::matrices::{AxisOrder, Part};
use crate::name::ParameterName;
use crate::{LayerKind, attention, experts, recurrent};

/// Most axes a layer has: a convolution over three.
const MOST_AXES: usize = 5;

/// Most positions a kernel has: a mask or table mistaken for a convolution would be a million slices.
const MOST_POSITIONS: usize = 1 << 16;

/// The 2-D tensors of a source by name, and where codes lie: fused and packed weights are understood by their siblings.
#[derive(Debug, Default)]
pub(crate) struct Siblings<'a> {
    shapes: HashMap<&'a str, (usize, usize)>,
    /// Names and paths of tensors that are codes, or were made of them.
    codes: HashSet<&'a str>,
    /// Whether the model's description says that it is packed, so that codes may lie in another file.
    is_packed: bool,
}

impl<'a> Siblings<'a> {
    pub(crate) fn new(source: &'a dyn TensorSource) -> Self {
        let tensors = source.tensors();
        let shapes = tensors.iter().filter_map(|info| match info.shape[..] {
            [rows, cols] => Some((info.name.as_str(), (rows, cols))),
            _ => None,
        });
        let coded = tensors.iter().filter(|info| info.quantisation.is_some() || !info.dtype.is_float());
        let codes = coded.flat_map(|info| [info.name.as_str(), ParameterName::new(&info.name).path]);
        let says_so = |config: &str| {
            ["quantization_config", "compression_config"].iter().any(|key| config.contains(key))
        };
        let is_packed = source.info().config.as_deref().is_some_and(says_so);
        Self { shapes: shapes.collect(), codes: codes.collect(), is_packed }
    }

    /// Whether numbers of this name are scales of codes beside them, and not a weight that happens to be called so.
    fn has_codes_of(&self, name: ParameterName<'_>) -> bool {
        self.is_packed || self.codes.contains(name.path)
    }
}

/// What is in a tensor; `hint` is the kind that a module tree gives it, `order` that of a convolution's axes where the
/// caller knows better than name and format.
pub(crate) fn parts(
    tensor: usize,
    info: &TensorInfo,
    hint: Option<LayerKind>,
    siblings: &Siblings<'_>,
    order: Option<AxisOrder>,
) -> Result<Vec<Part>, Reason> {
    let name = ParameterName::new(&info.name);
    if let Some(reason) = never_a_layer(name, info, siblings) {
        return Err(reason);
    }
    let shape = meaningful_axes(name, &info.shape, hint);
    match shape[..] {
        [] | [_] => Err(if name.is_norm() { Reason::Norm } else { Reason::ScalarOrVector }),
        [rows, cols] => Ok(matrix_parts(name, tensor, (rows, cols), hint, siblings)),
        [count, rows, cols] if experts::is_stack(name, &shape) && hint.is_none_or(is_expert) => {
            Ok(experts::parts(tensor, count, rows, cols))
        }
        _ if shape.len() > MOST_AXES => Err(Reason::TooManyAxes),
        _ => convolution(name, tensor, &shape, order),
    }
}

/// Reasons that hold whatever the shape.
fn never_a_layer(name: ParameterName<'_>, info: &TensorInfo, siblings: &Siblings<'_>) -> Option<Reason> {
    if info.is_empty() {
        return Some(Reason::Empty);
    }
    // Codes without a unit, which their reader has not turned into weights.
    let is_code = info.quantisation.is_some() || name.is_packing();
    if (is_code && !info.dtype.is_float()) || (name.is_packing() && siblings.has_codes_of(name)) {
        return Some(Reason::UnknownPacking);
    }
    if !info.dtype.is_float() {
        return Some(Reason::NotFloat);
    }
    if name.is_weight_norm_part() {
        return Some(Reason::WeightNormPart);
    }
    if name.is_mask() {
        return Some(Reason::Buffer);
    }
    name.is_bias().then_some(Reason::Bias)
}

/// The shape as the layer means it: a bare parameter's leading axes of one element say nothing, and a table of
/// vectors is one matrix however its rows are arranged.
fn meaningful_axes(name: ParameterName<'_>, shape: &[usize], hint: Option<LayerKind>) -> Vec<usize> {
    if hint.is_none()
        && name.is_gguf_table()
        && let [table @ .., width] = shape
        && table.len() > 1
    {
        return vec![table.iter().product(), *width];
    }
    if name.is_counted_by_reference() || hint.is_some() {
        return shape.to_vec();
    }
    if let Some(flat) = keras_attention(name, shape) {
        return flat;
    }
    if name.is_outputs_last() {
        return shape.to_vec();
    }
    let leading = shape.iter().take_while(|extent| **extent == 1).count();
    let rest = &shape[leading..];
    match rest {
        [table @ .., width] if name.is_table() && table.len() > 1 => vec![table.iter().product(), *width],
        _ => rest.to_vec(),
    }
}

/// Keras's attention keeps heads as an axis of its own: width × heads × head width, or back.
fn keras_attention(name: ParameterName<'_>, shape: &[usize]) -> Option<Vec<usize>> {
    let &[first, middle, last] = shape else { return None };
    let layer = name.path.rsplit(['.', '/']).next()?;
    match layer {
        "query" | "key" | "value" if name.is_outputs_last() => Some(vec![first, middle * last]),
        "attention_output" | "out" if name.is_outputs_last() => Some(vec![first * middle, last]),
        _ => None,
    }
}

fn matrix_parts(
    name: ParameterName<'_>,
    tensor: usize,
    shape: (usize, usize),
    hint: Option<LayerKind>,
    siblings: &Siblings<'_>,
) -> Vec<Part> {
    let shape_of = |full: &str| siblings.shapes.get(full).copied();
    if let Some(parts) = attention::parts(name, tensor, shape) {
        return parts;
    }
    if let Some(gates) = recurrent::gates(name, shape, &shape_of) {
        return recurrent::parts(gates, tensor, shape);
    }
    let kind = hint.unwrap_or(name.kind_of_matrix());
    vec![Part::whole(kind, tensor, shape.0, shape.1)]
}

fn convolution(
    name: ParameterName<'_>,
    tensor: usize,
    shape: &[usize],
    order: Option<AxisOrder>,
) -> Result<Vec<Part>, Reason> {
    let by_name = if name.is_outputs_last() { AxisOrder::OutputsLast } else { AxisOrder::OutputsFirst };
    let order = order.unwrap_or(by_name);
    let positions = order.kernel(shape).iter().product();
    if positions > MOST_POSITIONS {
        return Err(Reason::KernelTooLarge { positions });
    }
    Ok(vec![Part::convolution(tensor, shape, order)])
}

fn is_expert(kind: LayerKind) -> bool {
    kind == LayerKind::Expert
}
