//! What can be wrong with a checkpoint: a kind that holds the facts, and the file, tensor and byte it was met at.

mod advice;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::{Dtype, RemoteProblem};

/// An error of this crate: what is wrong, and where.
///
/// It prints as `FILE: tensor `NAME`: WHAT (at byte N); WHAT TO DO`, less the parts that are not known.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    file: Option<PathBuf>,
    tensor: Option<String>,
    offset: Option<u64>,
}

/// The ways in which a checkpoint can be wrong. Sizes and offsets are in bytes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Nothing is at the path.
    #[error("no such file or folder")]
    NoSuchPath,
    /// The system refuses the bytes.
    #[error("can't be read: {0}")]
    Io(#[source] std::io::Error),
    /// The system refuses to write.
    #[error("can't be written: {0}")]
    Write(#[source] std::io::Error),
    /// The network, or the cache of what came over it.
    #[error(transparent)]
    Remote(RemoteProblem),
    /// A socket, pipe or device.
    #[error("is neither a file nor a folder")]
    NotAFile,
    /// A file of no bytes.
    #[error("the file is empty; the download or the copy may have failed")]
    EmptyFile,
    /// No reader knows these first bytes.
    #[error("no checkpoint format that is known: the file starts with {start}")]
    UnknownFormat {
        /// The first bytes, printable ones as text.
        start: String,
    },
    /// A folder without weights.
    #[error("the folder holds no weight file; it holds {}", list(found, *more))]
    NoWeights {
        /// The first names in the folder, sorted.
        found: Vec<String>,
        /// How many more there are.
        more: usize,
    },
    /// Several checkpoints lie side by side and nothing says which is meant.
    #[error("several checkpoints lie side by side; open one of them itself: {}", found.join(", "))]
    Ambiguous {
        /// The candidates, sorted.
        found: Vec<String>,
    },
    /// The header ends before it is complete.
    #[error("the header is cut off: {needed} bytes are needed, the file has {available}")]
    TruncatedHeader {
        /// Bytes that must be there.
        needed: u64,
        /// Bytes that are there.
        available: u64,
    },
    /// The header claims to be longer than the whole file.
    #[error("the header claims {header} bytes but the file has only {file}")]
    HeaderLongerThanFile {
        /// Claimed length.
        header: u64,
        /// Length of the file.
        file: u64,
    },
    /// More header than any real checkpoint has.
    #[error("the header has {header} bytes, more than the limit of {limit}")]
    HeaderTooLarge {
        /// Claimed length.
        header: u64,
        /// What is accepted.
        limit: u64,
    },
    /// JSON that is not what the format prescribes.
    #[error("{what} is malformed: {source}")]
    Json {
        /// Which part of the checkpoint.
        what: &'static str,
        /// What the JSON reader says.
        #[source]
        source: serde_json::Error,
    },
    /// Bytes that break the format's rules.
    #[error("malformed {format}: {what}")]
    Malformed {
        /// The format, as people call it.
        format: &'static str,
        /// The rule that is broken.
        what: &'static str,
    },
    /// A number that breaks the format's rules.
    #[error("malformed {format}: {what} is {value}")]
    BadValue {
        /// The format, as people call it.
        format: &'static str,
        /// Which number.
        what: &'static str,
        /// What the file says.
        value: u64,
    },
    /// Something that the format allows and this reader does not read.
    #[error("{what} is not supported: {name}")]
    Unsupported {
        /// What kind of thing.
        what: &'static str,
        /// Its name in the file.
        name: String,
    },
    /// Elements lie past the end of the data.
    #[error("the data is cut off: it ends at byte {end}, the file's data has {available}")]
    TruncatedData {
        /// Where the tensor ends.
        end: u64,
        /// Bytes that are there.
        available: u64,
    },
    /// A range that ends before it begins.
    #[error("offsets run backwards: {begin} to {end}")]
    OffsetsReversed {
        /// First byte.
        begin: u64,
        /// Past the last byte.
        end: u64,
    },
    /// Two tensors share bytes.
    #[error("offsets overlap those of tensor `{other}`")]
    OverlappingOffsets {
        /// The tensor before it.
        other: String,
    },
    /// The bytes don't fit the shape.
    #[error("{dtype} of shape {shape:?} takes {expected} bytes, the offsets span {found}")]
    SizeMismatch {
        /// Element type.
        dtype: Dtype,
        /// Shape.
        shape: Vec<usize>,
        /// Bytes by dtype and shape.
        expected: u64,
        /// Bytes by the offsets.
        found: u64,
    },
    /// An element type that no reader knows.
    #[error("unknown dtype {name}")]
    UnknownDtype {
        /// The file's word.
        name: String,
    },
    /// The number of elements or bytes does not fit in 64 bits.
    #[error("the product of the shape {shape:?} overflows")]
    ShapeOverflow {
        /// The file's numbers.
        shape: Vec<u64>,
    },
    /// More of something than any real checkpoint has.
    #[error("more than {limit} {what}")]
    TooMany {
        /// What is counted.
        what: &'static str,
        /// What is accepted.
        limit: usize,
    },
    /// One name, two tensors.
    #[error("the name occurs twice{}", in_file(first.as_ref()))]
    DuplicateTensor {
        /// The other file, where the two are in different ones.
        first: Option<PathBuf>,
    },
    /// One file of a model that is split into several is not there.
    #[error("the part {part} of the model is missing; download it")]
    MissingPart {
        /// Its name.
        part: String,
    },
    /// The index names a file that is not there.
    #[error("the index names the shard {shard}, which is missing; download it or remove the index")]
    MissingShard {
        /// The index's word.
        shard: String,
    },
    /// The index places a tensor in a shard that does not have it.
    #[error("the index places it in {shard}, which does not hold it")]
    NotInShard {
        /// The index's word.
        shard: String,
    },
    /// A path inside the checkpoint that could reach outside its folder.
    #[error("the path `{path}` is refused: {why}")]
    UnsafePath {
        /// The checkpoint's word.
        path: String,
        /// What is wrong with it.
        why: UnsafePath,
    },
    /// A pickle asks for a function or class that no state dict needs.
    #[error("the pickle asks for {module}.{name}, which is not known to be harmless; nothing was run")]
    ForbiddenGlobal {
        /// Python module.
        module: String,
        /// Function or class.
        name: String,
    },
    /// An archive that unpacks to far more than it holds.
    #[error("entry `{entry}` claims to unpack {packed} bytes to {unpacked}; refused as a zip bomb")]
    ZipBomb {
        /// Name inside the archive.
        entry: String,
        /// Bytes in the archive.
        packed: u64,
        /// Bytes claimed.
        unpacked: u64,
    },
    /// The archive itself is broken.
    #[error("the zip archive is malformed: {0}")]
    Zip(#[source] zip::result::ZipError),
    /// A position past the last element was asked for.
    #[error("element {position} of {len} was asked for")]
    PositionOutOfRange {
        /// First position that is not there.
        position: usize,
        /// Number of elements.
        len: usize,
    },
    /// No such tensor in the source.
    #[error("tensor {index} of {len} was asked for")]
    NoSuchTensor {
        /// Asked for.
        index: usize,
        /// Number of tensors.
        len: usize,
    },
    /// Elements that are not real numbers.
    #[error("{0} is no real number; only real tensors can be read as weights")]
    NotReal(Dtype),
    /// Packed weights that no reader unpacks; they are never read as numbers.
    #[error("packed weights of a kind that is not read: {packing}")]
    UnknownPacking {
        /// What the file says about them.
        packing: String,
    },
}

/// Why a path inside a checkpoint is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnsafePath {
    /// It starts at the root.
    #[error("it is absolute")]
    Absolute,
    /// It climbs.
    #[error("it contains `..`")]
    ParentFolder,
    /// A link leads elsewhere.
    #[error("it is a link that leaves the folder")]
    LinkLeavesFolder,
    /// It is empty or has characters no shard name has.
    #[error("it is no file name")]
    NoFileName,
}

impl Error {
    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The file it was met in.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.0.file.as_deref()
    }

    /// The tensor it concerns.
    #[must_use]
    pub fn tensor(&self) -> Option<&str> {
        self.0.tensor.as_deref()
    }

    /// The byte of the file it was met at.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        self.0.offset
    }

    /// Names the file, unless a closer place has already done so.
    #[must_use]
    pub(crate) fn in_file(mut self, file: &Path) -> Self {
        if self.0.file.is_none() {
            self.0.file = Some(file.to_path_buf());
        }
        self
    }

    /// Names the file by another name, where `name` has one for it.
    #[cfg(feature = "remote")]
    #[must_use]
    pub(crate) fn renamed(mut self, name: impl FnOnce(&Path) -> Option<PathBuf>) -> Self {
        if let Some(new) = self.0.file.as_deref().and_then(name) {
            self.0.file = Some(new);
        }
        self
    }

    /// Names the tensor, unless a closer place has already done so.
    #[must_use]
    pub(crate) fn of_tensor(mut self, tensor: &str) -> Self {
        if self.0.tensor.is_none() {
            self.0.tensor = Some(tensor.to_owned());
        }
        self
    }

    /// Names the byte, unless a closer place has already done so.
    #[must_use]
    pub(crate) fn at(mut self, offset: u64) -> Self {
        self.0.offset.get_or_insert(offset);
        self
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self(Box::new(Inner { kind, file: None, tensor: None, offset: None }))
    }
}

impl From<RemoteProblem> for Error {
    fn from(problem: RemoteProblem) -> Self {
        ErrorKind::Remote(problem).into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.0.file {
            write!(f, "{}: ", file.display())?;
        }
        if let Some(tensor) = &self.0.tensor {
            write!(f, "tensor `{tensor}`: ")?;
        }
        write!(f, "{}", self.0.kind)?;
        if let Some(offset) = self.0.offset {
            write!(f, " (at byte {offset})")?;
        }
        if let Some(advice) = self.0.kind.advice() {
            write!(f, "; {advice}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.0.kind)
    }
}

fn list(found: &[String], more: usize) -> String {
    match (found.is_empty(), more) {
        (true, _) => "nothing".to_owned(),
        (false, 0) => found.join(", "),
        (false, more) => format!("{} and {more} more", found.join(", ")),
    }
}

fn in_file(file: Option<&PathBuf>) -> String {
    file.map_or_else(String::new, |file| {
        format!(", also in {}; open one of the files itself", file.display())
    })
}
