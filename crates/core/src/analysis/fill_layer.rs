//! A layer's identity in, its columns out.

use crate::analysis::fill_reason::add_reason;
use crate::analysis::unit::{Contents, Unit};
use crate::columns_derived::{PEFT, XFLAG};
use crate::columns_layer::{DTYPE, LAYER_ID, LAYER_TYPE, LONGNAME, M, N, NAME, Q, RF, SLICE_ID};
use crate::columns_spectrum::{HAS_ESD, NUM_EVALS};
use crate::row::Row;

/// Sets what is known without any maths.
pub(crate) fn fill_layer(row: &mut Row, unit: &Unit) {
    let layer = &unit.layer;
    row.set(&LAYER_ID, layer.id);
    row.set(&NAME, layer.name.as_str());
    row.set(&LONGNAME, layer.longname.as_str());
    row.set(&LAYER_TYPE, unit.kind());
    row.set(&N, layer.n);
    row.set(&M, layer.m);
    row.set(&RF, layer.rf);
    row.set(&Q, layer.q());
    row.set(&DTYPE, unit.dtype.as_str());
    row.set(&NUM_EVALS, unit.num_evals());
    row.set(&HAS_ESD, false);
    if let Some(peft) = unit.peft {
        row.set(&PEFT, peft);
    }
    if matches!(unit.contents, Contents::Intra(_)) {
        row.set(&XFLAG, true);
    }
    if let Some(note) = &unit.note {
        add_reason(row, note);
    }
    if let Some(slice) = layer.slice_id {
        row.set(&SLICE_ID, slice);
    }
}
