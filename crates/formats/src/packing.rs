//! Tensors as they are stored in, the weights that several of them make together out.
//!
//! Quantised weights come as codes, scales and zero points; weights under weight normalisation as length and
//! direction. Names say what belongs together and shapes say how; parts that make a weight are replaced by it, in the
//! place of the first. What is recognised and does not fit is listed and never read as numbers.

mod bitsandbytes;
mod codes;
mod elements;
mod fp4;
mod scaled;
mod weight_norm;
mod words;

use std::collections::HashMap;

use crate::catalogue::{Listed, Load, Stored, Unread};
pub(crate) use crate::packing::scaled::single;
use crate::{Dtype, Error, ErrorKind, TensorData};

/// All tensors of a checkpoint by name, and what its configuration says about packing.
pub(crate) struct Parts<'a> {
    tensors: &'a [Listed],
    by_name: HashMap<&'a str, usize>,
    /// `quantization_config` of the model's configuration.
    pub(crate) config: serde_json::Value,
}

/// A weight that several tensors make.
pub(crate) struct Combined {
    pub(crate) weight: Listed,
    /// Names of the tensors that it is made of, less the one that it was found by.
    pub(crate) others: Vec<String>,
}

/// The packings that are known; each looks at one tensor and its relatives.
const KNOWN: [fn(&Parts<'_>, &Listed) -> Option<Combined>; 5] =
    [words::find, bitsandbytes::find, fp4::find, elements::find, weight_norm::find];

/// For each tensor: itself, the weight that replaces it, or nothing where it went into one.
pub(crate) fn combine(tensors: &[Listed], config: Option<&str>) -> Vec<Change> {
    let by_name = tensors.iter().enumerate().map(|(at, tensor)| (tensor.info.name.as_str(), at)).collect();
    let parts = Parts { tensors, by_name, config: quantisation_config(config) };
    let mut changes: Vec<Change> = tensors.iter().map(|_| Change::Stays).collect();
    for (at, tensor) in tensors.iter().enumerate() {
        let Some(Combined { weight, others }) = KNOWN.iter().find_map(|find| find(&parts, tensor)) else {
            continue;
        };
        // A weight that would take a name that is there already is not made.
        if parts.by_name.get(weight.info.name.as_str()).is_some_and(|taken| *taken != at) {
            continue;
        }
        for other in others.iter().filter_map(|name| parts.by_name.get(name.as_str())) {
            if let Some(change) = changes.get_mut(*other) {
                *change = Change::WentIntoAnother;
            }
        }
        if let Some(change) = changes.get_mut(at) {
            *change = Change::Becomes(Box::new(weight));
        }
    }
    changes
}

/// What happens to a tensor of the file.
pub(crate) enum Change {
    /// It is listed as it is.
    Stays,
    /// It is replaced by the weight that it is a part of.
    Becomes(Box<Listed>),
    /// It is part of a weight that is listed elsewhere.
    WentIntoAnother,
}

fn quantisation_config(config: Option<&str>) -> serde_json::Value {
    let mut config: serde_json::Value =
        config.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    ["quantization_config", "compression_config"]
        .into_iter()
        .map(|key| config.get_mut(key).map(serde_json::Value::take).unwrap_or_default())
        .find(|value| !value.is_null())
        .unwrap_or_default()
}

impl Parts<'_> {
    /// The tensor of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Listed> {
        self.by_name.get(name).and_then(|at| self.tensors.get(*at))
    }
}

impl Combined {
    /// A weight called `name` that `load` makes.
    pub(crate) fn new(
        name: String,
        dtype: Dtype,
        shape: Vec<usize>,
        quantisation: String,
        load: impl Load + 'static,
        others: Vec<String>,
    ) -> Self {
        let info = crate::TensorInfo { name, dtype, shape, quantisation: Some(quantisation) };
        Self { weight: Listed { info, stored: Stored::Deferred(std::sync::Arc::new(load)) }, others }
    }

    /// The tensor as it is, marked as packed in a way that is not read.
    pub(crate) fn unread(tensor: &Listed, packing: &str) -> Self {
        let mut info = tensor.info.clone();
        info.dtype = Dtype::U8;
        info.quantisation = Some(packing.to_owned());
        let unread = Unread { packing: packing.to_owned() };
        Self {
            weight: Listed { info, stored: Stored::Deferred(std::sync::Arc::new(unread)) },
            others: Vec::new(),
        }
    }
}

impl Listed {
    /// The elements.
    pub(crate) fn data(&self) -> Result<TensorData, Error> {
        self.stored.load(&self.info).map_err(|error| error.of_tensor(&self.info.name))
    }

    /// All elements as f32; for scales, which are few.
    pub(crate) fn singles(&self) -> Result<Vec<f32>, Error> {
        let data = self.data()?;
        if !data.is_one_piece() {
            // A view of stride zero could claim any number of elements.
            let packing = "scales that are a view".to_owned();
            return Err(Error::from(ErrorKind::UnknownPacking { packing }).of_tensor(&self.info.name));
        }
        let mut numbers = vec![0.0; data.len()];
        data.decode(0, 1, &mut numbers).map_err(|error| error.of_tensor(&self.info.name))?;
        data.release(0..data.len());
        Ok(numbers.into_iter().map(single).collect())
    }
}
