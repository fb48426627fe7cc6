//! Parts of tensors in, finished layers and coverage out: sizes, slices, limits and filters are applied here.

use heavytail_formats::TensorSource;

use crate::coverage::{Reason, Uncovered};
use crate::discover::Discovery;
use crate::matrices::Part;
use crate::{Layer, LayerKind, LayerOptions, limits, select};

/// What a part is called, and who knows it.
pub(crate) struct Identity {
    pub(crate) tensor: usize,
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) longname: String,
    /// Whether the reference has this layer, too.
    pub(crate) in_reference: bool,
}

/// Gathers a discovery tensor by tensor.
pub(crate) struct Collector<'a> {
    source: &'a dyn TensorSource,
    options: &'a LayerOptions,
    found: Discovery,
    /// For each word of the filter, whether it has matched anything yet.
    matched: Vec<bool>,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(source: &'a dyn TensorSource, options: &'a LayerOptions) -> Self {
        let matched = vec![false; options.select.len()];
        Self { source, options, found: Discovery::default(), matched }
    }

    /// Notes a tensor or a layer that is not analysed.
    pub(crate) fn leave_out(&mut self, tensor: usize, name: String, reason: Reason) {
        let info = &self.source.tensors()[tensor];
        let (shape, dtype) = (info.shape.clone(), info.dtype);
        self.found.coverage.push(Uncovered { name, tensor, shape, dtype, reason });
    }

    /// Takes a part as a layer, or as one layer a slice, unless options leave it out.
    pub(crate) fn take(&mut self, part: Part, identity: Identity) {
        let layer = self.layer(part, identity.id, identity.name, identity.longname, identity.tensor);
        for (selector, matched) in self.options.select.iter().zip(&mut self.matched) {
            *matched |= selector.matches(&layer);
        }
        let reason = if self.options.compat && !identity.in_reference {
            Some(Reason::NotInReference)
        } else if select::keeps(&self.options.select, &layer, self.options.compat) {
            limits::broken(&layer, self.options)
        } else {
            Some(Reason::Deselected)
        };
        match reason {
            Some(reason) => self.leave_out(layer.tensor, layer.longname, reason),
            None if self.options.pool => self.found.layers.push(layer),
            None => self.found.layers.extend(slices(layer)),
        }
    }

    pub(crate) fn finish(self) -> Discovery {
        let words = self.options.select.iter().zip(self.matched);
        let unmatched = words.filter(|(_, matched)| !matched).map(|(word, _)| word.clone()).collect();
        Discovery { unmatched, ..self.found }
    }

    fn layer(&self, part: Part, id: i64, name: String, longname: String, tensor: usize) -> Layer {
        let (n, m) = part.reported_size(self.options.compat);
        let rf = part.rf();
        let scale = if self.options.glorot_fix {
            glorot_scale(n, m, rf)
        } else if self.options.conv2d_norm && is_convolution(&part) {
            convolution_scale(if self.options.pool { 1 } else { rf })
        } else {
            1.0
        };
        let Part { kind, matrices, .. } = part;
        Layer { id, name, longname, kind, n, m, rf, slice_id: None, matrices, scale, tensor }
    }
}

/// One layer for each matrix, sharing id and names.
fn slices(layer: Layer) -> impl Iterator<Item = Layer> {
    let matrices = layer.matrices.clone();
    matrices.into_iter().enumerate().map(move |(slice, matrix)| Layer {
        slice_id: Some(slice),
        matrices: vec![matrix],
        ..layer.clone()
    })
}

fn is_convolution(part: &Part) -> bool {
    part.channels.is_some() && matches!(part.kind, LayerKind::Conv1d | LayerKind::Conv2d | LayerKind::Conv3d)
}

/// One over the standard deviation with which Glorot and Bengio (2010) initialise a layer of this size.
#[expect(clippy::cast_precision_loss, reason = "sizes of layers are far below 2^53")]
fn glorot_scale(n: usize, m: usize, rf: usize) -> f64 {
    ((n + m) as f64 * rf as f64 / 2.0).sqrt()
}

/// The reference divides a slice by √(2 / count), with a count of slices only when they are not pooled.
#[expect(clippy::cast_precision_loss, reason = "a kernel has far fewer than 2^53 positions")]
fn convolution_scale(count: usize) -> f64 {
    (count as f64 / 2.0).sqrt()
}
