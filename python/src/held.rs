//! Native models in, what the engine takes for as long as it works on another thread out.

use std::sync::Arc;

use heavytail::TensorSource;
use heavytail::layers::ModuleHint;

use crate::model::Model;

/// Both models, held for as long as the engine works on them.
pub(crate) struct Held {
    source: Arc<dyn TensorSource>,
    hints: Vec<ModuleHint>,
    adapter_config: Option<String>,
    base: Option<(Arc<dyn TensorSource>, Vec<ModuleHint>)>,
}

impl Held {
    pub(crate) fn new(model: &Model, base: Option<&Model>) -> Self {
        let of = |model: &Model| (Arc::clone(&model.source), model.hints.clone());
        let (source, hints) = of(model);
        Self { source, hints, adapter_config: model.adapter_config.clone(), base: base.map(of) }
    }

    pub(crate) fn model(&self) -> heavytail::Model<'_> {
        heavytail::Model {
            source: self.source.as_ref(),
            hints: &self.hints,
            base: self.base.as_ref().map(|base| base.0.as_ref()),
            base_hints: self.base.as_ref().map_or(&[], |base| &base.1),
            adapter_config: self.adapter_config.as_deref(),
        }
    }
}
