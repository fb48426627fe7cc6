//! What can be wrong with a checkpoint.

/// An error of this crate: what is wrong, where.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    kind: ErrorKind,
}

/// The ways in which a checkpoint can be wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// To be replaced by the real kinds.
    #[error("not readable yet")]
    Placeholder,
}

impl Error {
    pub(crate) fn placeholder() -> Self {
        Self { kind: ErrorKind::Placeholder }
    }
}
