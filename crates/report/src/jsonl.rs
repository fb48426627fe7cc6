//! A details table in, one JSON object a layer and a line out, for tools that read line by line.

use std::io::Write;

use heavytail::Details;

use crate::error::Error;
use crate::json_value::RowObject;

/// Writes the rows as JSON lines; numbers that JSON lacks are strings, as in [`write_json`](crate::write_json).
///
/// # Errors
/// [`Error::Write`] when `out` refuses.
pub fn write_jsonl(details: &Details, out: &mut dyn Write) -> Result<(), Error> {
    let columns = details.columns();
    for row in &details.rows {
        serde_json::to_writer(&mut *out, &RowObject { row, columns: &columns })
            .map_err(|error| Error::Write(error.into()))?;
        out.write_all(b"\n").map_err(Error::Write)?;
    }
    out.flush().map_err(Error::Write)
}
