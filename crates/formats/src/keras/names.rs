//! A path such as `layers/dense_1/vars/0` of a Keras 3 file in, `out/kernel` out.

use std::collections::HashMap;

use crate::hdf5::{Dataset, Group};

/// What the file and its configuration tell about names.
pub(crate) struct Names<'a> {
    /// The layer's own name by the path of its `vars` group; empty where the file does not tell.
    own: HashMap<&'a str, &'a str>,
    /// Number of weights by the path of their `vars` group.
    counts: HashMap<&'a str, usize>,
    /// Layers of the configuration: place in the model by name.
    order: HashMap<String, usize>,
    /// The name by the group that Keras makes from the layer's class (`dense_1`).
    configured: HashMap<String, String>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(groups: &'a [Group], datasets: &'a [Dataset], config: &str) -> Self {
        let own = groups.iter().filter(|group| group.path.ends_with("/vars"));
        let own = own.map(|group| {
            let name = group.texts.iter().find(|(attribute, _)| attribute == "name");
            let name = name.and_then(|(_, texts)| texts.first()).map_or("", String::as_str);
            (group.path.as_str(), name)
        });
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for dataset in datasets {
            if let Some((vars, _)) = dataset.path.rsplit_once('/') {
                let count = counts.entry(vars).or_default();
                *count = count.saturating_add(1);
            }
        }
        let layers = layers_of(config);
        let order = layers.iter().enumerate().map(|(place, (_, name))| (name.clone(), place)).collect();
        Self { own: own.collect(), counts, order, configured: configured(layers) }
    }

    /// The name of a weight: those of its layers, then what it is to the innermost.
    pub(crate) fn of(&self, dataset: &Dataset) -> String {
        let Some((vars, number)) = dataset.path.rsplit_once('/') else { return dataset.path.clone() };
        let (Some(layer), Ok(number)) = (vars.strip_suffix("/vars"), number.parse::<usize>()) else {
            return dataset.path.clone();
        };
        let mut names: Vec<&str> = Vec::new();
        let mut end = 0_usize;
        for part in layer.split('/') {
            end = end.saturating_add(part.len());
            let prefix = layer.get(..end).unwrap_or_default();
            end = end.saturating_add(1);
            match self.own.get(format!("{prefix}/vars").as_str()) {
                // Lists of layers have no weights of their own and no name.
                None => {}
                Some(&"") if names.is_empty() => {
                    names
                        .push(self.configured.get(part).map_or_else(|| attention_name(part), String::as_str));
                }
                Some(&"") => names.push(attention_name(part)),
                Some(name) => names.push(name),
            }
        }
        let class = layer.rsplit('/').next().unwrap_or_default();
        let count = self.counts.get(vars).copied().unwrap_or(0);
        names.push("");
        format!("{}{}", names.join("/"), leaf(stem(class), number, count, dataset.shape.len()))
    }

    /// Place in the model of the layer that a weight's name begins with; layers that are not known come last.
    pub(crate) fn layer_order(&self, name: &str) -> usize {
        let layer = name.split('/').next().unwrap_or_default();
        self.order.get(layer).copied().unwrap_or(usize::MAX)
    }
}

/// Class and name of the outermost layers of a configuration, in its order.
fn layers_of(config: &str) -> Vec<(String, String)> {
    let parsed: serde_json::Value = serde_json::from_str(config).unwrap_or_default();
    let layers = parsed.pointer("/config/layers").and_then(serde_json::Value::as_array);
    let text = |layer: &serde_json::Value, at: &str| layer.pointer(at)?.as_str().map(str::to_owned);
    let pair = |layer| Some((text(layer, "/class_name")?, text(layer, "/config/name")?));
    layers.into_iter().flatten().filter_map(pair).collect()
}

/// Names by the groups that Keras gives to layers: their class, numbered from the second on.
fn configured(layers: Vec<(String, String)>) -> HashMap<String, String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut names = HashMap::new();
    for (class, name) in layers {
        let group = snake_case(&class);
        let count = counts.entry(group.clone()).or_default();
        let group = if *count == 0 { group } else { format!("{group}_{count}") };
        *count = count.saturating_add(1);
        names.insert(group, name);
    }
    names
}

/// `LayerNormalization` → `layer_normalization`, `Conv2D` → `conv2d`, as Keras does it.
fn snake_case(class: &str) -> String {
    let letters: Vec<char> = class.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
    let mut out = String::new();
    for (place, letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(place.saturating_add(1));
        let starts = letter.is_uppercase() && after.is_some_and(|c| c.is_lowercase());
        let turns = letter.is_uppercase() && before.is_some_and(|c| c.is_lowercase());
        if before.is_some() && (starts || turns) && !out.ends_with('_') {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// The inner layers of an attention as its weights are called.
fn attention_name(group: &str) -> &str {
    match group {
        "query_dense" => "query",
        "key_dense" => "key",
        "value_dense" => "value",
        "output_dense" => "attention_output",
        other => other,
    }
}

/// The class without the number that tells layers of one class apart.
fn stem(group: &str) -> &str {
    match group.rsplit_once('_') {
        Some((stem, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => stem,
        _ => group,
    }
}

/// What the weight of this number is to a layer of this class with so many weights.
fn leaf(class: &str, number: usize, count: usize, axes: usize) -> String {
    let known: &[&str] = match class {
        "embedding" | "reversible_embedding" => &["embeddings"],
        "batch_normalization" => match count {
            4 => &["gamma", "beta", "moving_mean", "moving_variance"],
            3 => &["gamma", "moving_mean", "moving_variance"],
            _ => &["moving_mean", "moving_variance"],
        },
        "normalization" => &["mean", "variance", "count"],
        _ if class.ends_with("normalization") => &["gamma", "beta"],
        "cell" => &["kernel", "recurrent_kernel", "bias"],
        _ if class.ends_with("_cell") => &["kernel", "recurrent_kernel", "bias"],
        _ if class.starts_with("separable_conv") => &["depthwise_kernel", "pointwise_kernel", "bias"],
        _ if class.ends_with("dense") || class.contains("conv") => &["kernel", "bias"],
        // A layer of the caller's own, or one that is an attribute of such a layer and named by it.
        _ if number == 0 && axes > 1 || number == 1 && axes == 1 => &["kernel", "bias"],
        _ => &[],
    };
    match known.get(number) {
        Some(word) => (*word).to_owned(),
        None if axes > 2 => format!("{number}_kernel"),
        None => format!("var_{number}"),
    }
}

/// The word that Keras 1 gave to a weight in today's: `block1_conv1_W_1:0` is `block1_conv1/kernel:0`.
pub(crate) fn old_name(name: &str) -> String {
    let (bare, version) = name.strip_suffix(":0").map_or((name, ""), |bare| (bare, ":0"));
    if bare.contains('/') {
        return name.to_owned();
    }
    let unnumbered = stem(bare);
    for (ending, word) in [("_W", "kernel"), ("_b", "bias"), ("_U", "recurrent_kernel")] {
        if let Some(layer) = unnumbered.strip_suffix(ending).filter(|layer| !layer.is_empty()) {
            return format!("{layer}/{word}{version}");
        }
    }
    name.to_owned()
}

/// A key that sorts numbers in names by their value.
pub(crate) fn natural(path: &str) -> Vec<(String, u64)> {
    let mut parts = vec![(String::new(), 0_u64)];
    let mut in_number = false;
    for letter in path.chars() {
        let digit = letter.to_digit(10);
        if digit.is_none() && in_number {
            parts.push((String::new(), 0));
        }
        in_number = digit.is_some();
        if let Some((text, number)) = parts.last_mut() {
            match digit {
                Some(digit) => *number = number.saturating_mul(10).saturating_add(u64::from(digit)),
                None => text.push(letter),
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_spelled_as_keras_spells_them() {
        let pairs = [
            ("Conv2D", "conv2d"),
            ("LSTM", "lstm"),
            ("LayerNormalization", "layer_normalization"),
            ("MultiHeadAttention", "multi_head_attention"),
            ("InputLayer", "input_layer"),
            ("Conv2DTranspose", "conv2d_transpose"),
        ];
        for (class, group) in pairs {
            assert_eq!(snake_case(class), group);
        }
    }

    #[test]
    fn names_of_the_first_keras_become_today_s() {
        assert_eq!(old_name("block1_conv1_W_1:0"), "block1_conv1/kernel:0");
        assert_eq!(old_name("dense_2_b"), "dense_2/bias");
        assert_eq!(old_name("dense/kernel:0"), "dense/kernel:0");
        assert_eq!(old_name("gamma:0"), "gamma:0");
    }

    #[test]
    fn numbers_in_names_sort_by_value() {
        let mut paths = ["dense_10/vars/0", "dense_2/vars/0", "dense/vars/1", "dense/vars/0"];
        paths.sort_by_key(|path| natural(path));
        assert_eq!(paths, ["dense/vars/0", "dense/vars/1", "dense_2/vars/0", "dense_10/vars/0"]);
    }
}
