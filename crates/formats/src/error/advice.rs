//! What is wrong with a checkpoint in, what its owner can do about it out.

use crate::ErrorKind;

impl ErrorKind {
    /// What to do, where the message does not say so itself and there is something.
    pub(super) fn advice(&self) -> Option<&'static str> {
        match self {
            Self::TruncatedHeader { .. }
            | Self::HeaderLongerThanFile { .. }
            | Self::Malformed { .. }
            | Self::BadValue { .. }
            | Self::TruncatedData { .. }
            | Self::OffsetsReversed { .. }
            | Self::OverlappingOffsets { .. }
            | Self::SizeMismatch { .. } => Some("download it again or save it anew"),
            Self::Unsupported { .. } | Self::UnknownDtype { .. } => {
                Some("save the weights as float32 safetensors to have them read")
            }
            _ => None,
        }
    }
}
