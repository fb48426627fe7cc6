//! A place to write to in, a file there that is whole or not there at all out; a device or a pipe is written through.
//!
//! The place is tried before the work starts: an hour of eigenvalues must not end at a folder that can't be written.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::failure::Failure;

/// Where a result goes.
pub(crate) enum Output {
    /// Standard output.
    Stdout,
    /// A file under a temporary name beside its final one.
    File { path: PathBuf, temporary: Box<NamedTempFile> },
    /// A device or a pipe that is there: written through, since a name can't be given to it.
    Stream { path: PathBuf, file: File },
}

impl Output {
    /// Makes the folder of the file where it is missing, and a temporary file in it.
    pub(crate) fn prepare(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self::Stdout) };
        let failed = |source| Failure::Output { path: path.to_owned(), source };
        if path.is_dir() {
            return Err(failed(std::io::Error::other("it is a folder; name a file")));
        }
        // What a link leads to is replaced, not the link.
        let path = &if path.is_symlink() { path.canonicalize().map_err(failed)? } else { path.to_owned() };
        if path.exists() && !path.is_file() {
            let file = OpenOptions::new().write(true).open(path).map_err(failed)?;
            return Ok(Self::Stream { path: path.clone(), file });
        }
        let folder = match path.parent() {
            Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
            Some(folder) => folder,
            None => return Err(failed(std::io::Error::other("it names no file"))),
        };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let mut builder = Builder::new();
        builder.prefix(".heavytail-").suffix(".part");
        let temporary = as_any_new_file(&mut builder).tempfile_in(folder).map_err(failed)?;
        Ok(Self::File { path: path.clone(), temporary: Box::new(temporary) })
    }

    /// Whether the result goes to a file.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self, Self::File { .. } | Self::Stream { .. })
    }

    /// Lets `write` write the whole result, then gives the file its name.
    pub(crate) fn finish(
        self,
        write: impl FnOnce(&mut dyn Write) -> Result<(), heavytail_report::Error>,
    ) -> Result<(), Failure> {
        match self {
            Self::Stdout => {
                let mut out = BufWriter::new(std::io::stdout().lock());
                write(&mut out)?;
                out.flush().map_err(Failure::Stdout)
            }
            Self::Stream { path, mut file } => write_to(&mut file, &path, write),
            Self::File { path, mut temporary } => {
                write_to(temporary.as_file_mut(), &path, write)?;
                let failed = |source| Failure::Output { path: path.clone(), source };
                temporary.as_file().sync_all().map_err(failed)?;
                temporary.persist(&path).map_err(|error| failed(error.error))?;
                Ok(())
            }
        }
    }
}

/// Writes the whole result to an open file, named `path` where that fails.
fn write_to(
    file: &mut File,
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), heavytail_report::Error>,
) -> Result<(), Failure> {
    let failed = |source| Failure::Output { path: path.to_owned(), source };
    let mut out = BufWriter::new(file);
    write(&mut out).map_err(|error| match error {
        heavytail_report::Error::Write(source) => failed(source),
        other => Failure::Report(other),
    })?;
    out.flush().map_err(failed)
}

/// A result is not a secret: the file gets the permissions of any file that the user makes.
fn as_any_new_file<'a, 'b>(builder: &'a mut Builder<'b, 'b>) -> &'a mut Builder<'b, 'b> {
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}
