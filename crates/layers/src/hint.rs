//! What a module tree knows about its tensors, handed over by a caller that holds one.

use crate::LayerKind;
use crate::error::{Error, ErrorKind};

/// One module's weight: which tensor it is, and what the tree calls the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleHint {
    /// Index of the tensor in the source.
    pub tensor: usize,
    /// The module's position in the tree, shifted by `start_ids` by whoever walked it.
    pub id: i64,
    /// Last part of the module's path.
    pub name: String,
    /// The module's whole path.
    pub longname: String,
    /// What the module is.
    pub kind: LayerKind,
}

/// Hints by tensor.
pub(crate) struct Hints<'a> {
    by_tensor: Vec<Option<&'a ModuleHint>>,
    next_id: Option<i64>,
}

impl<'a> Hints<'a> {
    pub(crate) fn new(hints: &'a [ModuleHint], tensors: usize) -> Result<Self, Error> {
        let mut by_tensor = vec![None; tensors];
        for hint in hints {
            let longname = || hint.longname.clone();
            let slot = by_tensor.get_mut(hint.tensor).ok_or_else(|| ErrorKind::HintOutOfRange {
                longname: longname(),
                tensor: hint.tensor,
                count: tensors,
            })?;
            *slot = Some(hint);
        }
        let next_id = hints.iter().map(|hint| hint.id.saturating_add(1)).max();
        Ok(Self { by_tensor, next_id })
    }

    pub(crate) fn of(&self, tensor: usize) -> Option<&'a ModuleHint> {
        self.by_tensor.get(tensor).copied().flatten()
    }

    /// The first id after all hinted ones, where there are any.
    pub(crate) fn next_id(&self) -> Option<i64> {
        self.next_id
    }
}
