//! Columns that say what a row's matrix was made of, where it is not a layer's own weights.

use crate::column::{Column, ColumnType, Origin, Presence};

/// Whether the row is about a low-rank adapter.
pub static PEFT: Column = Column {
    name: "peft",
    kind: ColumnType::Flag,
    unit: "",
    meaning: "Whether the row is about a low-rank adapter.",
    definition: "true for B·A and for W + B·A, false for the other layers",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("peft"),
};

/// Whether the row is about the product of two layers.
pub static XFLAG: Column = Column {
    name: "Xflag",
    kind: ColumnType::Flag,
    unit: "",
    meaning: "Whether the row is about the product of two layers.",
    definition: "true under intra, whose singular values stand for λ",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("intra"),
};

/// The family, in print order.
pub(crate) static ALL: &[&Column] = &[&PEFT, &XFLAG];
