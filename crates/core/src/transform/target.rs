//! Where a rewritten model goes, what becomes of packed weights on the way, and how the writing is told to stop.

use std::path::Path;

use crate::observer::Cancel;

/// What becomes of layers whose weights are packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Packed {
    /// They are changed like the others and written as what they unpack to.
    #[default]
    Unpack,
    /// They stay what they are, for a caller who has to put the new weights back into packed ones; one that was asked for
    /// by its name or id is an error.
    Keep,
}

/// Where to, and how.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The file, or the folder where the model has several.
    pub path: &'a Path,
    /// What becomes of packed weights.
    pub packed: Packed,
    /// Gives the work up soon after it is raised; then no file is left.
    pub cancel: &'a Cancel,
}

impl<'a> Target<'a> {
    /// A path, with packed weights unpacked.
    #[must_use]
    pub fn new(path: &'a Path, cancel: &'a Cancel) -> Self {
        Self { path, packed: Packed::default(), cancel }
    }
}
