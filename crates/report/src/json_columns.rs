//! Columns in, their definitions as a JSON array out: one object a column.

use std::io::Write;

use heavytail::Column;

use crate::error::Error;

/// Writes the definitions of columns as a JSON array.
///
/// # Errors
/// [`Error::Write`] when `out` refuses.
pub fn write_columns_json(columns: &[&Column], out: &mut dyn Write) -> Result<(), Error> {
    serde_json::to_writer_pretty(&mut *out, columns).map_err(|error| Error::Write(error.into()))?;
    out.write_all(b"\n").map_err(Error::Write)
}
