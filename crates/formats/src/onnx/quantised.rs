//! An ONNX graph in, its quantised weights with their scales and zero points out.
//!
//! A weight of integers is quantised where an operation says so: `DequantizeLinear` before a float operation, or one
//! that computes with integers (`QLinearConv`, `MatMulInteger`) and takes the scale as a further input.

use std::collections::{HashMap, HashSet};

use crate::onnx::graph::{Graph, Node};

/// The names of what belongs to a quantised weight.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Recipe<'a> {
    pub(crate) scale: String,
    pub(crate) zero: Option<&'a str>,
    /// Along which axis the scales run, where there are several; negative ones count from the last.
    pub(crate) axis: i64,
    /// How many indices of the axis share a scale; 0 where each has its own.
    pub(crate) block: usize,
}

/// Where an operation has its quantised weight.
struct Places {
    weight: usize,
    scale: Option<usize>,
    zero: usize,
    axis: i64,
}

/// Recipes by the names of the weights.
pub(crate) fn recipes(graph: &Graph) -> HashMap<&str, Recipe<'_>> {
    let names: HashSet<&str> = graph.initialisers.iter().map(|tensor| tensor.name.as_str()).collect();
    let mut found = HashMap::new();
    for node in &graph.nodes {
        let Some(places) = places(node) else { continue };
        let Some(weight) = node.input(places.weight) else { continue };
        // Dynamic quantisation multiplies by the scale elsewhere and only its name tells which it is.
        let by_name = || weight.strip_suffix("_quantized").map(|stem| format!("{stem}_scale"));
        let scale = match places.scale {
            Some(place) => node.input(place).map(str::to_owned),
            None => by_name(),
        };
        let Some(scale) = scale else { continue };
        let block = node.integer("block_size").and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
        let recipe = Recipe { scale, zero: node.input(places.zero), axis: places.axis, block };
        found.entry(weight).or_insert(recipe);
    }
    for tensor in &graph.initialisers {
        let Some(stem) = tensor.name.strip_suffix("_quantized") else { continue };
        let (scale, zero) = (format!("{stem}_scale"), format!("{stem}_zero_point"));
        // Looked up as codes and only then scaled, as tables of vectors are.
        if let (Some(_), Some(zero)) = (names.get(scale.as_str()), names.get(zero.as_str())) {
            let recipe = Recipe { scale, zero: Some(zero), axis: -1, block: 0 };
            found.entry(tensor.name.as_str()).or_insert(recipe);
        }
    }
    found
}

fn places(node: &Node) -> Option<Places> {
    let places = |weight, scale, zero, axis| Some(Places { weight, scale, zero, axis });
    match node.op.as_str() {
        "DequantizeLinear" => places(0, Some(1), 2, node.integer("axis").unwrap_or(1)),
        "QLinearConv" => places(3, Some(4), 5, 0),
        "QLinearMatMul" => places(3, Some(4), 5, -1),
        "QGemm" => places(3, Some(4), 5, if node.integer("transB") == Some(1) { 0 } else { 1 }),
        "MatMulIntegerToFloat" => places(1, Some(3), 5, -1),
        "DynamicQuantizeMatMul" => places(1, Some(2), 3, -1),
        "MatMulInteger" => places(1, None, 3, -1),
        "ConvInteger" => places(1, None, 3, 0),
        _ => None,
    }
}
