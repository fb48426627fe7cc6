//! The value that a torch file describes in, named tensors in the model's order out.
//!
//! What people save differs: a state dict, a dict that has it under `state_dict` or `model` beside optimiser
//! state, a whole module, a TorchScript object. The rules, in this order:
//!
//! 1. A dict without tensors of its own that has one of the keys of `WEIGHTS` stands for that entry; this repeats.
//! 2. Names are the keys on the way to the tensor, joined by dots, in the order of the dict. A module's parameters
//!    come before its buffers and those before its children, as in `state_dict()`. A list's members are numbered.
//! 3. Entries beside the weights that trainers write (`BESIDE`: optimiser moments and the like) are no weights.
//! 4. Prefixes that wrappers put before every name (`module.`, `_orig_mod.`) are taken off.

use std::collections::HashSet;

use crate::pickle::{Call, Id, Node, Pickle};
use crate::torch::tensor::{TensorRef, tensor};
use crate::{Error, ErrorKind};

/// Keys under which training programs put the weights, most telling first.
const WEIGHTS: [&str; 9] = [
    "state_dict",
    "model_state_dict",
    "model",
    "module",
    "net",
    "params_ema",
    "params",
    "network",
    "weights",
];
/// Keys of what is no weight.
const BESIDE: [&str; 12] = [
    "optimizer",
    "optimizer_state_dict",
    "optimizer_states",
    "optim",
    "lr_scheduler",
    "lr_schedulers",
    "scheduler",
    "scaler",
    "rng_state",
    "loops",
    "callbacks",
    "hyper_parameters",
];
/// Prefixes of wrappers: DataParallel and DistributedDataParallel, torch.compile.
const WRAPPERS: [&str; 2] = ["module.", "_orig_mod."];
/// Deeper than any model nests its modules.
const DEPTH_LIMIT: usize = 64;
/// Shared values are visited once for each way to them; this ends a walk that multiplies them.
const VISIT_LIMIT: usize = 4_000_000;

/// A tensor's name and where it is.
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) tensor: TensorRef,
}

/// Every tensor that the pickle's value reaches.
pub(crate) fn walk(pickle: &Pickle<'_>) -> Result<Vec<Named>, Error> {
    let mut walk = Walk { pickle, found: Vec::new(), path: Vec::new(), above: HashSet::new(), visits: 0 };
    walk.value(weights_of(pickle))?;
    let mut found = walk.found;
    strip_wrappers(&mut found, |named| &mut named.name);
    Ok(found)
}

/// The same rules for values that are known by the keys on the way to them: the number of each weight and its name.
pub(crate) fn weights_of_paths(paths: &[Vec<String>]) -> Vec<(usize, String)> {
    let mut kept: Vec<usize> = (0..paths.len()).collect();
    let mut depth = 0_usize;
    let rest = |number: usize, depth: usize| {
        paths.get(number).and_then(|path| path.get(depth..)).unwrap_or_default()
    };
    loop {
        kept.retain(|number| match rest(*number, depth) {
            [key, _, ..] => !BESIDE.contains(&key.as_str()),
            _ => true,
        });
        let own = kept.iter().any(|number| rest(*number, depth).len() <= 1);
        let held = |key: &&&str| {
            kept.iter().any(|number| rest(*number, depth).first().is_some_and(|at| at == **key))
        };
        match WEIGHTS.iter().find(held) {
            Some(key) if !own => {
                kept.retain(|number| rest(*number, depth).first().is_some_and(|at| at == key))
            }
            _ => break,
        }
        depth = depth.saturating_add(1);
    }
    let mut named: Vec<(usize, String)> =
        kept.into_iter().map(|number| (number, rest(number, depth).join("."))).collect();
    strip_wrappers(&mut named, |(_, name)| name);
    named
}

/// Rule 4.
pub(crate) fn strip_wrappers<T>(named: &mut [T], name: impl Fn(&mut T) -> &mut String) {
    for wrapper in WRAPPERS {
        if !named.is_empty() && named.iter_mut().all(|one| name(one).starts_with(wrapper)) {
            for one in named.iter_mut() {
                name(one).drain(..wrapper.len());
            }
        }
    }
}

/// The entry that holds the weights, by rule 1.
fn weights_of(pickle: &Pickle<'_>) -> Id {
    let mut id = pickle.root;
    for _ in 0..DEPTH_LIMIT {
        let Some(items) = items(pickle, id) else { return id };
        if items.iter().any(|(_, value)| is_tensor(pickle, *value)) {
            return id;
        }
        let of_key = |key: &&str| {
            let entry = items.iter().find(|(name, _)| pickle.text(*name) == Some(key));
            entry.map(|(_, value)| *value).filter(|value| is_container(pickle, *value))
        };
        match WEIGHTS.iter().find_map(of_key) {
            Some(inner) => id = inner,
            None => return id,
        }
    }
    id
}

fn is_tensor(pickle: &Pickle<'_>, id: Id) -> bool {
    matches!(tensor(pickle, id), Some(Ok(_)))
}

fn is_container(pickle: &Pickle<'_>, id: Id) -> bool {
    matches!(pickle.get(id), Node::Dict(_) | Node::Call(_) | Node::List(_))
}

/// The pairs of a dict or of a subclass of dict.
fn items<'p>(pickle: &'p Pickle<'_>, id: Id) -> Option<&'p [(Id, Id)]> {
    match pickle.get(id) {
        Node::Dict(items) => Some(items),
        Node::Call(call) if call.state.is_none() || !call.items.is_empty() => Some(&call.items),
        _ => None,
    }
}

struct Walk<'p, 'a> {
    pickle: &'p Pickle<'a>,
    found: Vec<Named>,
    path: Vec<String>,
    /// The containers on the way here: one that contains itself is not entered again.
    above: HashSet<Id>,
    visits: usize,
}

impl Walk<'_, '_> {
    fn value(&mut self, id: Id) -> Result<(), Error> {
        self.visits = self.visits.saturating_add(1);
        if self.visits > VISIT_LIMIT {
            return Err(
                ErrorKind::TooMany { what: "values on the way to tensors", limit: VISIT_LIMIT }.into()
            );
        }
        if let Some(tensor) = tensor(self.pickle, id) {
            let name = self.path.join(".");
            let tensor = tensor.map_err(|error| error.of_tensor(&name))?;
            self.found.push(Named { name, tensor });
            return Ok(());
        }
        if self.path.len() >= DEPTH_LIMIT || !self.above.insert(id) {
            return Ok(());
        }
        let pickle = self.pickle;
        match pickle.get(id) {
            Node::Dict(items) => self.entries(items)?,
            Node::List(members) => self.members(members)?,
            Node::Tuple(members) => self.members(members)?,
            Node::Call(call) => self.object(call)?,
            _ => {}
        }
        self.above.remove(&id);
        Ok(())
    }

    /// A module, another object with attributes, or a subclass of dict or list.
    fn object(&mut self, call: &Call) -> Result<(), Error> {
        let pickle = self.pickle;
        if is_dict_of_pairs(pickle, call)
            && let Some([pairs]) = pickle.members(call.arguments)
        {
            // Python 2 wrote an OrderedDict as a list of pairs.
            for pair in pickle.members(*pairs).unwrap_or_default() {
                if let Some([key, value]) = pickle.members(*pair) {
                    self.entries(&[(*key, *value)])?;
                }
            }
        }
        self.entries(&call.items)?;
        let Some(state) = call.state else { return Ok(()) };
        // An OrderedDict's attributes are `_metadata`, which are no entries of it.
        let Node::Dict(attributes) = pickle.get(state) else { return Ok(()) };
        if is_dict_class(pickle, call) {
            return Ok(());
        }
        let part = |name: &str| attributes.iter().find(|(key, _)| pickle.text(*key) == Some(name));
        if part("_parameters").is_none() {
            return self.entries(attributes);
        }
        for (_, value) in ["_parameters", "_buffers", "_modules"].iter().filter_map(|name| part(name)) {
            self.value(*value)?;
        }
        Ok(())
    }

    fn entries(&mut self, items: &[(Id, Id)]) -> Result<(), Error> {
        for (key, value) in items {
            let key = match self.pickle.get(*key) {
                Node::Text(text) => (*text).to_owned(),
                Node::Int(number) => number.to_string(),
                _ => continue,
            };
            if BESIDE.contains(&key.as_str()) && !is_tensor(self.pickle, *value) {
                continue;
            }
            self.path.push(key);
            self.value(*value)?;
            self.path.pop();
        }
        Ok(())
    }

    fn members(&mut self, members: &[Id]) -> Result<(), Error> {
        for (number, member) in members.iter().enumerate() {
            self.path.push(number.to_string());
            self.value(*member)?;
            self.path.pop();
        }
        Ok(())
    }
}

fn is_dict_class(pickle: &Pickle<'_>, call: &Call) -> bool {
    matches!(pickle.get(call.callable), Node::Global("collections", _))
}

fn is_dict_of_pairs(pickle: &Pickle<'_>, call: &Call) -> bool {
    matches!(pickle.get(call.callable), Node::Global("collections", "OrderedDict"))
}

#[cfg(test)]
mod tests {
    use super::weights_of_paths;

    fn names(paths: &[&[&str]]) -> Vec<String> {
        let paths: Vec<Vec<String>> =
            paths.iter().map(|path| path.iter().map(ToString::to_string).collect()).collect();
        weights_of_paths(&paths).into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn a_dict_under_model_stands_for_the_whole_less_what_is_beside_it() {
        let paths: &[&[&str]] = &[
            &["model", "a.weight"],
            &["model", "b.weight"],
            &["optimizer", "a.exp_avg"],
            &["ema", "a.weight"],
        ];
        assert_eq!(names(paths), ["a.weight", "b.weight"]);
        assert_eq!(names(&[&["app", "x"], &["state_dict", "module.y"]]), ["y"]);
    }

    #[test]
    fn a_flat_dict_keeps_every_name_even_where_some_begin_with_model() {
        assert_eq!(
            names(&[&["model.layers.0.weight"], &["lm_head.weight"]]),
            ["model.layers.0.weight", "lm_head.weight"]
        );
    }
}
