//! An operation that unpacks weights in, the numbers that it makes of them out, as coremltools' own `decompress_weights`
//! computes them.
//!
//! Programs for iOS 16 give such an operation its shapes and packed bits as they are; those for iOS 18 have types of few
//! bits, tables and scales for blocks, and chain operations: what is pruned can be a palette or quantised as well.

use std::sync::Arc;

use crate::catalogue::Load;
use crate::coreml::nodes::{Masked, Numbers, Palette, Scattered, Spread, Widened};
use crate::coreml::shapes::{bits_of, blocks, entries_of, index};
use crate::coreml::values::{AXIS_LIMIT, Constant, Element, Typed};
use crate::coreml::{held, malformed};
use crate::cursor::to_u64;
use crate::scaled::{Axes, Codes, Scales, Sharing, scaled};
use crate::tensor::element_count;
use crate::{Dtype, Error, ErrorKind, TensorData, TensorInfo};

/// What the names of the operations begin with.
pub(super) const PREFIX: &str = "constexpr_";
/// Operations one upon the other; coremltools chains three.
const DEPTH_LIMIT: usize = 4;
/// Entries of all palettes of a weight, or scales along one of its axes.
const LIST_LIMIT: usize = 1 << 24;
/// The same where no bytes of the file stand for each: a palette with scales.
const MADE_LIMIT: usize = 1 << 20;
/// Elements of a vector in a palette; coremltools makes up to eight.
const VECTOR_LIMIT: usize = 64;

/// What an argument is.
#[derive(Clone, PartialEq)]
pub(super) enum Known {
    Constant(Arc<Constant>),
    /// An output of an operation, by its number.
    Output(Arc<Operation>, usize),
    /// No tensor of numbers that are there. What is not needed may be this; nothing else may take it for left out.
    Nothing,
}

/// An operation that unpacks weights.
#[derive(PartialEq)]
pub(super) struct Operation {
    /// Less what all begin with.
    kind: String,
    arguments: Vec<(String, Known)>,
    depth: usize,
}

/// Numbers with their type and shape.
struct Node {
    numbers: Numbers,
    typed: Typed,
}

impl Node {
    fn count(&self) -> Result<usize, Error> {
        self.typed.count()
    }
}

impl Known {
    fn node(&self) -> Result<Node, Error> {
        match self {
            Self::Constant(constant) => {
                Ok(Node { numbers: constant.numbers()?, typed: constant.typed.clone() })
            }
            Self::Output(operation, 0) => operation.node(),
            Self::Output(..) => {
                Err(malformed("the second output of an operation is where the first should be"))
            }
            Self::Nothing => Err(malformed("an argument of an operation is no tensor of numbers")),
        }
    }

    /// All numbers of what is small: scales, palettes, axes; an error where there are more than `limit`.
    fn list(&self, what: &'static str, limit: usize) -> Result<(Vec<f64>, Typed), Error> {
        let node = self.node()?;
        let count = node.count()?;
        let limit = if matches!(self, Self::Output(..)) { limit.min(MADE_LIMIT) } else { limit };
        if count > limit {
            return Err(ErrorKind::TooMany { what, limit }.into());
        }
        let mut numbers = vec![0.0; count];
        node.numbers.unpack(0, &mut numbers)?;
        Ok((numbers, node.typed))
    }

    /// Which of the axes it names.
    fn axis(&self, shape: &[usize]) -> Result<usize, Error> {
        match self.list("numbers of one axis", 1)?.0.as_slice() {
            [axis] => index(*axis, to_u64(shape.len())),
            _ => Err(malformed("an axis has no number")),
        }
    }

    /// Its shape; that of a palette with scales is the palette's.
    fn shape(&self) -> &[usize] {
        match self {
            Self::Constant(constant) => &constant.typed.shape,
            Self::Output(operation, _) => operation.find("data").map_or(&[], Self::shape),
            Self::Nothing => &[],
        }
    }

    fn element(&self) -> Option<Element> {
        match self {
            Self::Constant(constant) => Some(constant.typed.element),
            Self::Output(..) | Self::Nothing => None,
        }
    }
}

impl Operation {
    pub(super) fn new(kind: &str, arguments: Vec<(String, Known)>) -> Self {
        let below = arguments.iter().map(|(_, known)| match known {
            Known::Constant(_) | Known::Nothing => 0,
            Known::Output(operation, _) => operation.depth,
        });
        let depth = below.max().unwrap_or(0).saturating_add(1);
        // What is refused anyway holds no endless chain.
        let arguments = if depth > DEPTH_LIMIT { Vec::new() } else { arguments };
        Self { kind: kind.strip_prefix(PREFIX).unwrap_or(kind).to_owned(), arguments, depth }
    }

    fn find(&self, name: &str) -> Option<&Known> {
        self.arguments.iter().find_map(|(own, known)| (own == name).then_some(known))
    }

    fn argument(&self, name: &str) -> Result<&Known, Error> {
        self.find(name).ok_or_else(|| malformed("an operation lacks one of its arguments"))
    }

    /// Why its numbers are not read, if they are not.
    pub(super) fn problem(&self) -> Option<String> {
        const KINDS: [&str; 6] = [
            "affine_dequantize",
            "blockwise_shift_scale",
            "lut_to_dense",
            "sparse_to_dense",
            "lut_to_sparse",
            "sparse_blockwise_shift_scale",
        ];
        if !KINDS.contains(&self.kind.as_str()) {
            return Some(format!("{PREFIX}{}", self.kind));
        }
        if self.depth > DEPTH_LIMIT {
            return Some(format!("more than {DEPTH_LIMIT} unpacking operations one upon the other"));
        }
        let offset = self.find("offset").or_else(|| self.find("zero_point"));
        if offset.and_then(Known::element).is_some_and(Element::is_float) {
            return Some(format!("{PREFIX}{} with offsets of floats", self.kind));
        }
        let below = self.arguments.iter().filter_map(|(_, known)| match known {
            Known::Constant(constant) => constant.typed.element.unknown(),
            Known::Output(operation, _) => operation.problem(),
            Known::Nothing => None,
        });
        below.into_iter().next()
    }

    /// How the weight is packed, in words.
    pub(super) fn packing(&self) -> String {
        let of = |name| match self.find(name) {
            Some(Known::Output(operation, _)) => Some(operation.packing()),
            _ => None,
        };
        match self.kind.as_str() {
            "lut_to_dense" | "lut_to_sparse" => {
                let entries = self.find("lut").map_or(0, |lut| entries_of(lut.shape()).0);
                format!("palette-{}bit", bits_of(entries).unwrap_or(0))
            }
            "sparse_to_dense" => match of("nonzero_data") {
                Some(packing) => format!("sparse-{packing}"),
                None => "sparse".to_owned(),
            },
            _ => {
                let name = ["data", "quantized_data", "nonzero_data"]
                    .into_iter()
                    .find(|name| self.find(name).is_some());
                let own = name.and_then(|name| Some(self.find(name)?.element()?.word()));
                own.or_else(|| of(name?)).unwrap_or_else(|| self.kind.clone())
            }
        }
    }

    /// Its numbers; of an operation with two outputs there are none without a mask.
    fn node(&self) -> Result<Node, Error> {
        match self.kind.as_str() {
            "affine_dequantize" => self.affine(),
            "blockwise_shift_scale" => self.shifted(self.argument("data")?.node()?),
            "lut_to_dense" => self.palette(self.indices()?),
            "sparse_to_dense" => {
                let mask = self.own_mask()?;
                let dense = dense(self.argument("nonzero_data")?, &mask)?;
                let numbers = Arc::new(Masked { mask: mask.numbers, numbers: dense.numbers });
                Ok(Node { numbers, typed: dense.typed })
            }
            _ => Err(ErrorKind::UnknownPacking { packing: format!("{PREFIX}{}", self.kind) }.into()),
        }
    }

    /// (code − zero point) · scale, with one scale for all or one for each index of an axis.
    fn affine(&self) -> Result<Node, Error> {
        let data = self.argument("quantized_data")?.node()?;
        let (scales, scale) = self.argument("scale")?.list("scales", LIST_LIMIT)?;
        let (zeros, _) = self.argument("zero_point")?.list("zero points", LIST_LIMIT)?;
        let axis = self.argument("axis")?.axis(&data.typed.shape)?;
        let (sharing, count) = match (scales.len(), zeros.len()) {
            (1, 1) => (Sharing::Tensor, 1),
            (scales, zeros) => (Sharing::Axis(axis), scales.max(zeros)),
        };
        let each = |list: Vec<f64>| if let [one] = list.as_slice() { vec![*one; count] } else { list };
        let scales = Scales { scales: each(scales), zeros: each(zeros), sharing };
        of_type(scale.element, data, scales)
    }

    /// (number − offset) · scale, with a scale for each block of a grid.
    fn shifted(&self, data: Node) -> Result<Node, Error> {
        let scale = self.argument("scale")?;
        let Typed { element, shape } = scale.node()?.typed;
        // Before they are read: the file need not have many bytes for many scales of one bit.
        computed_in(element)?;
        let blocks = blocks(&data.typed.shape, &shape)?;
        if data.typed.element.is_float() && data.typed.element != element {
            return Err(malformed("scales are of another type than the numbers"));
        }
        let (scales, scale) = scale.list("scales", data.count()?)?;
        let zeros = match self.find("offset") {
            Some(offset) => offset.list("offsets", scales.len())?.0,
            None => Vec::new(),
        };
        of_type(scale.element, data, Scales { scales, zeros, sharing: Sharing::Grid(blocks) })
    }

    /// The indices into palettes of an operation without mask; for iOS 16 they are bits in bytes.
    fn indices(&self) -> Result<Node, Error> {
        let indices = self.argument("indices")?;
        let Some(shape) = self.find("shape") else { return indices.node() };
        let entries = self.argument("lut")?.node()?.count()?;
        let bits = bits_of(entries).ok_or_else(|| malformed("a palette is of no power of two"))?;
        packed(indices, bits, shape)
    }

    /// What each index stands for.
    fn palette(&self, indices: Node) -> Result<Node, Error> {
        let (values, lut) = self.argument("lut")?.list("entries of palettes", LIST_LIMIT)?;
        let (entries, size) = entries_of(&lut.shape);
        if bits_of(entries) != Some(indices.typed.element.bits()) {
            return Err(malformed("a palette has more or fewer entries than its indices can tell apart"));
        }
        let per_axis = lut.shape.get(..lut.shape.len().saturating_sub(2)).unwrap_or_default();
        let tables = match lut.shape.len() {
            1 => Axes::grid(&[], &[]),
            _ => Axes::grid(&indices.typed.shape, &blocks(&indices.typed.shape, per_axis)?),
        };
        let needed = tables.count().and_then(|tables| tables.checked_mul(entries)?.checked_mul(size));
        if needed != Some(values.len()) {
            return Err(malformed("there are more or fewer palettes than blocks"));
        }
        let (spread, shape) = self.spread(&indices.typed.shape, size)?;
        let numbers = Arc::new(Palette { indices: indices.numbers, tables, values, entries, spread });
        Ok(Node { numbers, typed: Typed { element: lut.element, shape } })
    }

    /// How vectors of this size lie in what comes out, and its shape.
    fn spread(&self, shape: &[usize], size: usize) -> Result<(Spread, Vec<usize>), Error> {
        let mut shape = shape.to_vec();
        if size == 1 {
            return Ok((Spread { size, extent: 1, inner: 1 }, shape));
        }
        if size > VECTOR_LIMIT {
            return Err(
                ErrorKind::TooMany { what: "elements of a palette's vector", limit: VECTOR_LIMIT }.into()
            );
        }
        let axis = self.argument("vector_axis")?.axis(&shape)?;
        let inner = element_count(shape.get(axis.saturating_add(1)..).unwrap_or_default());
        let overflow = || malformed("a palette makes more elements than can be counted");
        let inner = inner.ok_or_else(overflow)?;
        let extent = shape.get_mut(axis).ok_or_else(overflow)?;
        *extent = extent.checked_mul(size).ok_or_else(overflow)?;
        Ok((Spread { size, extent: *extent, inner }, shape))
    }

    /// Where its data is not zero.
    fn own_mask(&self) -> Result<Node, Error> {
        let mask = ["mask", "indices_mask", "data_mask"].into_iter().find_map(|name| self.find(name));
        let mask = mask.ok_or_else(|| malformed("an operation lacks its mask"))?;
        match (mask, self.find("shape")) {
            (Known::Constant(_), Some(shape)) => packed(mask, 1, shape),
            (Known::Constant(_), None) | (Known::Nothing, _) => mask.node(),
            (Known::Output(below, _), _) => below.mask(),
        }
    }

    /// Where its output is not zero.
    fn mask(&self) -> Result<Node, Error> {
        let mask = self.own_mask()?;
        if self.kind != "lut_to_sparse" {
            return Ok(mask);
        }
        let (_, size) = entries_of(&self.argument("lut")?.node()?.typed.shape);
        let (spread, shape) = self.spread(&mask.typed.shape, size)?;
        let numbers = Arc::new(Widened { mask: mask.numbers, spread });
        Ok(Node { numbers, typed: Typed { element: mask.typed.element, shape } })
    }
}

impl Load for Operation {
    fn load(&self, info: &TensorInfo) -> Result<TensorData, Error> {
        let node = self.node()?;
        if node.typed != (Typed { element: Element::Whole(info.dtype), shape: info.shape.clone() }) {
            return Err(malformed("an operation's output is not what its arguments make"));
        }
        // A convolution is read once for each position of its kernel.
        let numbers = if info.shape.len() > 2 { held::once(node.numbers, info)? } else { node.numbers };
        Ok(TensorData::packed(info.dtype, info.shape.clone(), numbers))
    }
}

/// What the list of numbers at the ones of a mask is with the others between them, whatever those are.
fn dense(listed: &Known, mask: &Node) -> Result<Node, Error> {
    let node = match listed {
        Known::Output(operation, 1) => {
            let mask = operation.own_mask()?;
            match operation.kind.as_str() {
                "lut_to_sparse" => {
                    operation.palette(dense(operation.argument("indices_nonzero_data")?, &mask)?)?
                }
                "sparse_blockwise_shift_scale" => {
                    operation.shifted(dense(operation.argument("nonzero_data")?, &mask)?)?
                }
                _ => return Err(malformed("an operation has no second output")),
            }
        }
        _ => {
            let stored = listed.node()?;
            let (count, numbers) = (mask.count()?, stored.count()?);
            let scattered = Scattered::new(Arc::clone(&mask.numbers), count, stored.numbers, numbers)?;
            let scattered =
                scattered.ok_or_else(|| malformed("a mask has more or fewer ones than there are numbers"))?;
            let typed = Typed { element: stored.typed.element, shape: mask.typed.shape.clone() };
            Node { numbers: Arc::new(scattered), typed }
        }
    };
    if node.typed.shape != mask.typed.shape {
        return Err(malformed("a mask is of another shape than its numbers"));
    }
    Ok(node)
}

/// Indices of so many bits, or a mask of one, that lie in bytes; their shape is told apart.
fn packed(bytes: &Known, bits: usize, shape: &Known) -> Result<Node, Error> {
    let Known::Constant(bytes) = bytes else { return Err(malformed("packed bits are no constant")) };
    let shape: Option<Vec<usize>> =
        shape.list("axes", AXIS_LIMIT)?.0.into_iter().map(|extent| index(extent, 1 << 32).ok()).collect();
    let shape = shape.ok_or_else(|| malformed("a shape is of no whole numbers"))?;
    let element = if bits == 8 { Element::Whole(Dtype::U8) } else { Element::Bits { bits, signed: false } };
    let typed = Typed { element, shape };
    if bytes.typed.element != Element::Whole(Dtype::U8)
        || typed.count()?.saturating_mul(bits).div_ceil(8) != bytes.typed.count()?
    {
        return Err(malformed("there are more or fewer packed bits than the shape needs"));
    }
    let (owner, start, is_apart) = (Arc::clone(&bytes.owner), bytes.start, bytes.is_apart);
    Known::Constant(Arc::new(Constant { typed, owner, start, is_apart })).node()
}

/// The type that scales of this one are computed in.
fn computed_in(element: Element) -> Result<Dtype, Error> {
    match element {
        Element::Whole(dtype @ (Dtype::F16 | Dtype::F32)) => Ok(dtype),
        _ => Err(malformed("scales are of no type to compute in")),
    }
}

/// Numbers scaled, as elements of the type of the scales.
fn of_type(element: Element, data: Node, scales: Scales) -> Result<Node, Error> {
    let dtype = computed_in(element)?;
    let numbers = scaled(Codes::Numbers(data.numbers), scales, &data.typed.shape, dtype)?;
    Ok(Node { numbers, typed: Typed { element, shape: data.typed.shape } })
}
