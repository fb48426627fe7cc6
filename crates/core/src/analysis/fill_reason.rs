//! A row and one more thing to say in, its reason out: what was said before stays.

use crate::columns_layer::REASON;
use crate::row::Row;

/// Adds a sentence to the row's reason.
pub(crate) fn add_reason(row: &mut Row, more: &str) {
    let reason = match row.text(&REASON) {
        "" => more.to_owned(),
        said => format!("{said}; {more}"),
    };
    row.set(&REASON, reason);
}
