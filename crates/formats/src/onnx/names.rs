//! An ONNX graph in, names for the initialisers that the exporter left without one out.
//!
//! Exporters fold transposes into weights and call the results `onnx::MatMul_123`. The node that uses such a weight
//! often still carries its module's path, `/encoder/layer.0/query/MatMul`, and so says what the weight is.

use std::collections::{HashMap, HashSet};

use crate::onnx::graph::{Graph, Node};

/// Operations through which a weight passes unchanged but for its type or axes.
const PASSES: [&str; 6] = ["DequantizeLinear", "QuantizeLinear", "Transpose", "Identity", "Cast", "Reshape"];
/// Longest way from a weight to the operation that uses it.
const LONGEST_WAY: usize = 6;

/// Better names by the graph's own, for those that have none.
pub(crate) fn better_names(graph: &Graph) -> HashMap<&str, String> {
    let mut users: HashMap<&str, (&Node, usize)> = HashMap::new();
    for node in &graph.nodes {
        for (place, input) in node.inputs.iter().enumerate() {
            users.entry(input).or_insert((node, place));
        }
    }
    let mut better = HashMap::new();
    let mut taken: HashSet<String> = graph.initialisers.iter().map(|tensor| tensor.name.clone()).collect();
    for tensor in graph.initialisers.iter().chain(&graph.constants) {
        if !is_anonymous(&tensor.name) {
            continue;
        }
        let Some((node, place)) = user(&users, &tensor.name) else { continue };
        let Some(path) = module_of(&node.name) else { continue };
        let leaf = leaf_of(&node.op, place, tensor.dims.len());
        let name = format!("{path}.{leaf}");
        if taken.insert(name.clone()) {
            better.insert(tensor.name.as_str(), name);
        }
    }
    better
}

/// The operation that a weight ends in, and which of its inputs it is.
fn user<'a>(users: &HashMap<&str, (&'a Node, usize)>, name: &str) -> Option<(&'a Node, usize)> {
    let mut found = *users.get(name)?;
    for _ in 0..LONGEST_WAY {
        let (node, place) = found;
        if place != 0 || !PASSES.contains(&node.op.as_str()) {
            break;
        }
        found = *users.get(node.outputs.first()?.as_str())?;
    }
    Some(found)
}

/// Whether a name says nothing: `onnx::MatMul_12`, `val_3`, `_v_7`, `123`.
fn is_anonymous(name: &str) -> bool {
    let stem = name.trim_end_matches("_quantized");
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    stem.starts_with("onnx::")
        || digits(stem)
        || ["val_", "_v_", "_val_"].iter().any(|start| stem.strip_prefix(start).is_some_and(digits))
}

/// The module's path in a node's name: `/layer1/fc/MatMul` is of `layer1.fc`.
fn module_of(node: &str) -> Option<String> {
    let path = node.strip_prefix('/')?;
    let (module, _) = path.rsplit_once('/')?;
    (!module.is_empty()).then(|| module.replace('/', "."))
}

/// What the parameter is to the operation.
fn leaf_of(op: &str, place: usize, axes: usize) -> &'static str {
    match (op, place) {
        ("LSTM" | "GRU" | "RNN", 1) => "W",
        ("LSTM" | "GRU" | "RNN", 2) => "R",
        ("Gemm" | "Conv" | "ConvTranspose" | "QLinearConv", 2) => "bias",
        _ if axes < 2 => "bias",
        _ => "weight",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_say_nothing_are_replaced() {
        for name in ["onnx::MatMul_12", "123", "val_3", "_v_7", "onnx::MatMul_12_quantized"] {
            assert!(is_anonymous(name), "{name}");
        }
        for name in ["fc.weight", "value_3", "conv1/kernel:0", "", "val_"] {
            assert!(!is_anonymous(name), "{name}");
        }
        assert_eq!(module_of("/encoder/layer.0/query/MatMul").as_deref(), Some("encoder.layer.0.query"));
        assert_eq!(module_of("/MatMul"), None);
        assert_eq!(module_of("MatMul_7"), None);
    }
}
