//! A checkpoint's keys and object graph in, names and places of its variables in the order of the model out.

use std::collections::{HashMap, HashSet};

use super::bundle::Entry;
use super::table::FORMAT;
use crate::Error;
use crate::keras::names::natural;
use crate::wire::{Message, Piece, Value};

const VALUE: &str = "/.ATTRIBUTES/VARIABLE_VALUE";
/// What optimisers of TensorFlow 1 put behind the name of a variable.
const SLOTS: [&str; 12] = [
    "Adam",
    "Adam_1",
    "Adagrad",
    "Adadelta",
    "Adadelta_1",
    "Ftrl",
    "Ftrl_1",
    "Momentum",
    "RMSProp",
    "RMSProp_1",
    "adam_m",
    "adam_v",
];

/// The variables to list: name and place among the entries.
///
/// What an optimiser keeps is left out, and so are copies that TensorFlow writes under a second key.
pub(crate) fn names(entries: &[Entry], graph: Option<&[u8]>) -> Result<Vec<(String, usize)>, Error> {
    let keys: HashMap<&str, usize> =
        entries.iter().enumerate().map(|(place, entry)| (entry.key.as_str(), place)).collect();
    let mut listed = Listed { entries, names: Vec::new(), known: HashMap::new(), done: HashSet::new() };
    for (full_name, key) in graph.map(attributes).transpose()?.unwrap_or_default() {
        if let Some(&place) = keys.get(key.as_str()) {
            listed.add(if full_name.is_empty() { bare(&key) } else { full_name }, place);
        }
    }
    let mut rest: Vec<(usize, &Entry)> = entries.iter().enumerate().collect();
    rest.sort_by_key(|(_, entry)| natural(&entry.key));
    for (place, entry) in rest {
        if !is_slot(&entry.key, &keys) {
            listed.add(with_kernel(&bare(&entry.key), entry.shape.len()), place);
        }
    }
    Ok(listed.names)
}

struct Listed<'a> {
    entries: &'a [Entry],
    names: Vec<(String, usize)>,
    /// Where the entry is that has a name.
    known: HashMap<String, usize>,
    done: HashSet<usize>,
}

impl Listed<'_> {
    fn add(&mut self, name: String, place: usize) {
        let Some(entry) = self.entries.get(place) else { return };
        if is_training_state(&entry.key) || !self.done.insert(place) {
            return;
        }
        let twin = self.known.get(&name).and_then(|twin| self.entries.get(*twin));
        let name = match twin {
            None => name,
            Some(twin) if twin.checksum == entry.checksum && twin.shape == entry.shape => return,
            Some(_) => bare(&entry.key),
        };
        self.known.insert(name.clone(), place);
        self.names.push((name, place));
    }
}

/// Whether a key belongs to an optimiser and not to the weights that it trains.
fn is_training_state(key: &str) -> bool {
    key.contains("/.OPTIMIZER_SLOT/")
        || (key.starts_with("optimizer/") && !key.starts_with("optimizer/_trainable_variables/"))
}

/// Whether a key is a variable's with an optimiser's word behind it.
fn is_slot(key: &str, keys: &HashMap<&str, usize>) -> bool {
    key.rsplit_once('/').is_some_and(|(variable, word)| SLOTS.contains(&word) && keys.contains_key(variable))
}

fn bare(key: &str) -> String {
    key.strip_suffix(VALUE).unwrap_or(key).to_owned()
}

/// TensorFlow's convolutions have their outputs last whatever their weights are called, and `kernel` says so.
fn with_kernel(name: &str, axes: usize) -> String {
    let (path, leaf) = name.rsplit_once('/').unwrap_or(("", name));
    match leaf {
        "weights" | "W" | "w" if axes > 2 && !path.is_empty() => format!("{path}/kernel"),
        "depthwise_weights" => format!("{path}/depthwise_kernel"),
        "pointwise_weights" => format!("{path}/pointwise_kernel"),
        _ => name.to_owned(),
    }
}

/// Full name and key of every value in the object graph, in its order: breadth first from the root.
fn attributes(graph: &[u8]) -> Result<Vec<(String, String)>, Error> {
    let mut found = Vec::new();
    let mut message = Message::new(Piece::whole(graph), FORMAT);
    while let Some((field, value)) = message.next()? {
        let (1, Value::Bytes(node)) = (field, value) else { continue };
        let mut node = Message::new(node, FORMAT);
        while let Some((field, value)) = node.next()? {
            let (2, Value::Bytes(attribute)) = (field, value) else { continue };
            let attribute = Message::new(attribute, FORMAT);
            let text = |field| {
                let value = attribute.find(field)?.and_then(Value::piece);
                Ok::<_, Error>(value.map(Piece::text).unwrap_or_default())
            };
            found.push((text(2)?, text(3)?));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_optimiser_keeps_is_told_from_what_it_trains() {
        for key in
            ["optimizer/_variables/2", "optimizer/_iterations", "layer/kernel/.OPTIMIZER_SLOT/optimizer/m"]
        {
            assert!(is_training_state(key), "{key}");
        }
        assert!(!is_training_state("optimizer/_trainable_variables/0"));
        let keys = HashMap::from([("fc/kernel", 0)]);
        assert!(is_slot("fc/kernel/Adam", &keys));
        assert!(!is_slot("fc/bias/Adam", &keys));
    }

    #[test]
    fn weights_of_convolutions_are_called_kernels() {
        assert_eq!(with_kernel("conv1/weights", 4), "conv1/kernel");
        assert_eq!(with_kernel("fc/weights", 2), "fc/weights");
        assert_eq!(with_kernel("w", 4), "w");
    }
}
