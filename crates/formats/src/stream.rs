//! A stream of bytes in, the checkpoint in it out: standard input, a pipe, anything that can be read once.
//!
//! Headers name places all over a file, so the stream is first written to a temporary file without a name, which the
//! system removes when it is closed.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bytes::{MappedFile, Opener};
use crate::{Error, ErrorKind, TensorSource, folder};

/// The file that was streamed, and no other.
struct Streamed(Arc<MappedFile>);

impl Opener for Streamed {
    fn open(&self, _: &Path) -> Result<Arc<MappedFile>, Error> {
        Ok(Arc::clone(&self.0))
    }
}

/// Opens the checkpoint that a stream holds, a single file; `name` is what messages call it.
///
/// # Errors
/// The stream breaks off with an error, the disk is full, or as of [`open`](crate::open).
pub fn open_stream(stream: &mut dyn Read, name: &str) -> Result<Box<dyn TensorSource>, Error> {
    let path = PathBuf::from(name);
    let file = spooled(stream).map_err(|error| Error::from(ErrorKind::Io(error)).in_file(&path))?;
    let file = MappedFile::of(&file).map_err(|error| error.in_file(&path))?;
    let mut source = folder::join(&path, vec![path.clone()], &Streamed(file))?;
    source.combine()?;
    Ok(Box::new(source))
}

fn spooled(stream: &mut dyn Read) -> std::io::Result<std::fs::File> {
    let mut file = tempfile::tempfile()?;
    std::io::copy(stream, &mut file)?;
    Ok(file)
}
