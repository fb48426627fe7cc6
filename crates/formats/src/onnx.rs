//! One ONNX model in, its initialisers in the file's order and then its constant weights out.
//!
//! Axes stay as they are stored: a `MatMul` weight is inputs × outputs, a `Gemm` weight as `transB` says, and the
//! singular values are the same either way. Quantised weights are unpacked with their scales.

mod graph;
mod names;
mod proto;
mod quantised;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::bytes::{MappedFile, Opener};
use crate::catalogue::{FileTensors, Listed, Stored};
use crate::cursor::to_u64;
use crate::onnx::graph::Graph;
use crate::onnx::names::better_names;
use crate::onnx::proto::{Element, Files, Proto};
use crate::onnx::quantised::{Recipe, recipes};
use crate::scaled::{Codes, Scales, Sharing, scaled};
use crate::tensor::element_count;
use crate::{Dtype, Error, ErrorKind, TensorInfo};

pub(crate) use crate::onnx::graph::{matches, may_match};

/// Reads the model in this file, which is at `path`.
pub(crate) fn read(file: &Arc<MappedFile>, path: &Path, opener: &dyn Opener) -> Result<FileTensors, Error> {
    let graph = Graph::read(file.all()?)?;
    let files = Files::new(file, path, opener);
    let (names, recipes) = (better_names(&graph), recipes(&graph));
    let by_name: HashMap<&str, &Proto> =
        graph.initialisers.iter().chain(&graph.constants).map(|proto| (proto.name.as_str(), proto)).collect();
    let reader = Reader { files, recipes, by_name };
    let is_weight = |proto: &&Proto| proto.dims.len() > 1;
    let mut tensors = Vec::with_capacity(graph.initialisers.len());
    for proto in graph.initialisers.iter().chain(graph.constants.iter().filter(is_weight)) {
        let listed = reader.listed(proto, names.get(proto.name.as_str()));
        tensors.extend(listed.map_err(|error| error.of_tensor(&proto.name))?);
    }
    let metadata = vec![("producer".to_owned(), graph.producer.clone())];
    let metadata = metadata.into_iter().filter(|(_, producer)| !producer.is_empty()).collect();
    Ok(FileTensors { tensors, metadata })
}

struct Reader<'a> {
    files: Files<'a>,
    recipes: HashMap<&'a str, Recipe<'a>>,
    by_name: HashMap<&'a str, &'a Proto>,
}

impl Reader<'_> {
    /// The tensor as it is listed; none where it holds texts.
    fn listed(&self, proto: &Proto, better: Option<&String>) -> Result<Option<Listed>, Error> {
        let Some(element) = proto.element()? else { return Ok(None) };
        let shape = proto.shape()?;
        let mut name = better.unwrap_or(&proto.name).clone();
        let (dtype, stored_shape) = match element {
            Element::Plain(dtype) => (dtype, shape.clone()),
            Element::Nibble { .. } => (Dtype::U8, vec![element_count(&shape).unwrap_or(0).div_ceil(2)]),
        };
        let stored = proto.stored(dtype, &stored_shape, &self.files)?;
        let plain = TensorInfo { name: name.clone(), dtype, shape: stored_shape, quantisation: None };
        let Some(recipe) = self.recipes.get(proto.name.as_str()).filter(|_| !dtype.is_float()) else {
            return Ok(Some(Listed { info: plain, stored }));
        };
        let codes = stored.load(&plain)?;
        let (codes, word) = match element {
            Element::Plain(dtype) => (Codes::Whole(codes), format!("onnx-{}", word_of(dtype))),
            Element::Nibble { signed: true } => {
                (Codes::Nibbles { bytes: codes, signed: true }, "onnx-int4".to_owned())
            }
            Element::Nibble { signed } => (Codes::Nibbles { bytes: codes, signed }, "onnx-uint4".to_owned()),
        };
        let Some((scales, dtype)) = self.scales(recipe, &shape)? else {
            return Ok(Some(Listed { info: plain, stored }));
        };
        if let Some(stem) = name.strip_suffix("_quantized") {
            name.truncate(stem.len());
        }
        let stored = Stored::Packed(scaled(codes, scales, &shape, dtype)?);
        Ok(Some(Listed { info: TensorInfo { name, dtype, shape, quantisation: Some(word) }, stored }))
    }

    /// Scales and zero points, and the type to compute in; none where the graph computes the scales.
    fn scales(&self, recipe: &Recipe<'_>, shape: &[usize]) -> Result<Option<(Scales, Dtype)>, Error> {
        let Some(scale) = self.by_name.get(recipe.scale.as_str()) else { return Ok(None) };
        let (scales, dtype) = self.numbers(scale)?;
        let zeros = match recipe.zero.and_then(|name| self.by_name.get(name)) {
            Some(zero) => self.numbers(zero)?.0,
            None if recipe.zero.is_some() => return Ok(None),
            None => Vec::new(),
        };
        let axes = i64::try_from(shape.len()).unwrap_or(i64::MAX);
        let axis = if recipe.axis < 0 { recipe.axis.saturating_add(axes) } else { recipe.axis };
        let axis = usize::try_from(axis).unwrap_or(usize::MAX);
        let sharing = match (recipe.block, scale.dims.len(), scales.len()) {
            (0, _, 1) => Sharing::Tensor,
            (0, ..) => Sharing::Axis(axis),
            (block, ..) => Sharing::Blocks { axis, block },
        };
        let zeros = match (zeros.as_slice(), scales.len()) {
            ([zero], count) if count > 1 => vec![*zero; count],
            _ => zeros,
        };
        Ok(Some((Scales { scales, zeros, sharing }, dtype)))
    }

    /// All elements of a small tensor.
    fn numbers(&self, proto: &Proto) -> Result<(Vec<f64>, Dtype), Error> {
        let name = || proto.name.clone();
        let unknown =
            || ErrorKind::UnknownPacking { packing: format!("a scale or zero point, `{}`", name()) };
        let element = proto.element()?.ok_or_else(unknown)?;
        let shape = proto.shape()?;
        let (dtype, stored_shape) = match element {
            Element::Plain(dtype) => (dtype, shape.clone()),
            Element::Nibble { .. } => (Dtype::U8, vec![element_count(&shape).unwrap_or(0).div_ceil(2)]),
        };
        let stored = proto.stored(dtype, &stored_shape, &self.files)?;
        let info = TensorInfo { name: name(), dtype, shape: stored_shape, quantisation: None };
        let data = stored.load(&info)?;
        let count = element_count(&shape).unwrap_or(0);
        if count > data.len().saturating_mul(2) {
            return Err(ErrorKind::TruncatedData { end: to_u64(count), available: to_u64(data.len()) }.into());
        }
        let mut numbers = vec![0.0; count];
        match element {
            Element::Plain(_) => data.decode(0, 1, &mut numbers)?,
            Element::Nibble { signed } => crate::scaled::nibbles(&data, signed, 0, &mut numbers)?,
        }
        Ok((numbers, dtype))
    }
}

fn word_of(dtype: Dtype) -> &'static str {
    match dtype {
        Dtype::I8 => "int8",
        Dtype::U8 => "uint8",
        Dtype::I16 => "int16",
        Dtype::U16 => "uint16",
        Dtype::I32 => "int32",
        other => other.name(),
    }
}
