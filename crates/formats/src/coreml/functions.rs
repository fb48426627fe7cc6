//! The weights of each function of a program in, each weight once and under a name of its own out.
//!
//! Functions of one program (a network and its adapters, or the same network for inputs of other lengths) share weights:
//! what lies at the same place of the weight file is listed once. Where a name stands for other weights in another
//! function, the name of the function comes before it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalogue::Listed;
use crate::coreml::operations::Operation;
use crate::coreml::values::Constant;

/// More functions than any program has.
pub(super) const FUNCTION_LIMIT: usize = 256;

/// What a weight is made of.
#[derive(PartialEq)]
pub(super) enum Origin {
    Constant(Arc<Constant>),
    Operation(Arc<Operation>),
}

/// A weight of a function, listed under the name that it had before conversion.
pub(super) struct Weight {
    /// The output that it is.
    pub(super) output: String,
    pub(super) origin: Origin,
    pub(super) listed: Listed,
}

/// The weights of all functions, in the order in which they occur first.
pub(super) fn join(functions: Vec<(String, Vec<Weight>)>) -> Vec<Listed> {
    let mut kept: Vec<(String, Weight)> = Vec::new();
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for (function, weights) in functions {
        for weight in told_apart(weights) {
            let same_name = places.entry(weight.listed.info.name.clone()).or_default();
            let mut known = same_name.iter().take(FUNCTION_LIMIT).filter_map(|at| kept.get(*at));
            if !known.any(|(_, known)| known.origin == weight.origin) {
                same_name.push(kept.len());
                kept.push((function.clone(), weight));
            }
        }
    }
    let qualified = kept.into_iter().map(|(function, Weight { mut listed, .. })| {
        let name = &mut listed.info.name;
        if places.get(name).is_some_and(|places| places.len() > 1) {
            *name = format!("{function}.{name}");
        }
        listed
    });
    qualified.collect()
}

/// The weights of one function. Those whose names were the same before conversion are called as their outputs are.
fn told_apart(mut weights: Vec<Weight>) -> Vec<Weight> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for weight in &weights {
        let count = counts.entry(weight.listed.info.name.clone()).or_default();
        *count = count.saturating_add(1);
    }
    for weight in &mut weights {
        if counts.get(&weight.listed.info.name).is_some_and(|count| *count > 1) {
            weight.listed.info.name.clone_from(&weight.output);
        }
    }
    weights
}
