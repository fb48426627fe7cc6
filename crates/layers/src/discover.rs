//! A source's tensors in, its layers in order and everything that is none out.
//!
//! Ids follow the reference, so that its published rows can be joined: tensors whose name ends in `.weight` count
//! from 1 (0 for a directory), skipped ones too; of an ONNX model the id is the place of the initialiser. Layers that the reference does not know (gates, experts, fused
//! attention, bare parameters) are numbered after all of those, and so shift none of them.

use heavytail_formats::{Format, TensorSource};

use crate::collect::{Collector, Identity};
use crate::coverage::Uncovered;
use crate::error::Error;
use crate::hint::{Hints, ModuleHint};
use crate::name::ParameterName;
use crate::parts::{Siblings, parts};
use crate::{Layer, LayerOptions, Selector, limits};

/// What a source holds: its layers, and what of it is not analysed.
///
/// Every tensor of the source is in `layers` or in `coverage`; one that is split may be in both, part by part.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    /// The layers in the order of their tensors.
    pub layers: Vec<Layer>,
    /// Tensors that are no layer and layers that the options leave out, in the order of their tensors.
    pub coverage: Vec<Uncovered>,
    /// Words of the filter that match no layer at all, within the limits or not.
    pub unmatched: Vec<Selector>,
}

/// Finds the layers of a checkpoint by the names and shapes of its tensors.
///
/// # Errors
/// None today beyond those of [`discover_with_hints`], which do not arise without hints.
pub fn discover(source: &dyn TensorSource, options: &LayerOptions) -> Result<Discovery, Error> {
    discover_with_hints(source, options, &[])
}

/// Finds the layers of a module tree: `hints` say what the modules call the tensors and which id they have.
///
/// A tensor without a hint is understood by its name and shape, and numbered after all hinted ids.
///
/// # Errors
/// A hint names a tensor that the source does not have.
pub fn discover_with_hints(
    source: &dyn TensorSource,
    options: &LayerOptions,
    hints: &[ModuleHint],
) -> Result<Discovery, Error> {
    let tensors = source.tensors();
    let hints = Hints::new(hints, tensors.len())?;
    let siblings = Siblings::new(source);
    let mut numbering = Numbering::new(source, options, &hints);
    let mut found = Collector::new(source, options);
    for (tensor, info) in tensors.iter().enumerate() {
        let name = ParameterName::new(&info.name);
        let hint = hints.of(tensor);
        let own_id = numbering.own_id(tensor, name, hint);
        let (short, long) = match hint {
            Some(hint) => (hint.name.as_str(), hint.longname.as_str()),
            None => (name.layer_name(), name.layer_name()),
        };
        match parts(tensor, info, hint.map(|hint| hint.kind), &siblings, options.channels) {
            Err(reason) => found.leave_out(tensor, info.name.clone(), reason),
            Ok(parts) => {
                // Parts of a fused tensor are ours: none of them is what the reference gave this id to.
                let own_id = own_id.filter(|_| parts.len() == 1);
                for part in parts {
                    let in_reference = own_id.is_some() && limits::in_reference(&part, info, hint.is_some());
                    let identity = Identity {
                        tensor,
                        id: own_id.unwrap_or_else(|| numbering.next_extra()),
                        name: format!("{short}{}", part.suffix),
                        longname: format!("{long}{}", part.suffix),
                        in_reference,
                    };
                    found.take(part, identity);
                }
            }
        }
    }
    Ok(found.finish())
}

/// Hands out ids.
struct Numbering {
    /// Whether the reference numbers tensors by their place alone, as it does ONNX's initialisers.
    by_place: bool,
    next_own: i64,
    next_extra: i64,
}

impl Numbering {
    fn new(source: &dyn TensorSource, options: &LayerOptions, hints: &Hints<'_>) -> Self {
        let first =
            if options.start_ids > 0 { options.start_ids } else { i64::from(!source.info().is_folder) };
        let counted =
            source.tensors().iter().filter(|info| ParameterName::new(&info.name).is_counted_by_reference());
        let by_place = source.info().format == Format::Onnx;
        let counted = if by_place { source.tensors().len() } else { counted.count() };
        let after_counted = first.saturating_add(i64::try_from(counted).unwrap_or(i64::MAX));
        Self { by_place, next_own: first, next_extra: hints.next_id().unwrap_or(after_counted) }
    }

    /// The id that the reference has for this tensor, if it has one.
    fn own_id(&mut self, tensor: usize, name: ParameterName<'_>, hint: Option<&ModuleHint>) -> Option<i64> {
        if let Some(hint) = hint {
            return Some(hint.id);
        }
        if self.by_place {
            return i64::try_from(tensor).ok();
        }
        name.is_counted_by_reference().then(|| {
            let id = self.next_own;
            self.next_own = id.saturating_add(1);
            id
        })
    }

    fn next_extra(&mut self) -> i64 {
        let id = self.next_extra;
        self.next_extra = id.saturating_add(1);
        id
    }
}
