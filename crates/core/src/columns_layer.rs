//! Columns that say which layer a row is about and what became of it.

use crate::column::{Column, ColumnType, Origin, Presence};

/// The layer's id, as `layers=` takes it.
pub static LAYER_ID: Column = Column {
    name: "layer_id",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "The layer's id, as `layers=` takes it.",
    definition: "module trees: position among all modules from 0; state dicts: from 1 in the dict's order; directories: from 0",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The layer's short name.
pub static NAME: Column = Column {
    name: "name",
    kind: ColumnType::Text,
    unit: "",
    meaning: "The layer's short name.",
    definition: "module trees: last part of the path; else the tensor's name without `.weight`",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The layer's full name.
pub static LONGNAME: Column = Column {
    name: "longname",
    kind: ColumnType::Text,
    unit: "",
    meaning: "The layer's full name.",
    definition: "the whole module path, or the tensor's name without `.weight`",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The kind of layer.
pub static LAYER_TYPE: Column = Column {
    name: "layer_type",
    kind: ColumnType::Text,
    unit: "",
    meaning: "The kind of layer.",
    definition: "dense, conv1d, conv2d, embedding and the like, from the tensor's shape and name",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The longer side of the layer's matrices.
pub static N: Column = Column {
    name: "N",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "The longer side of the layer's matrices.",
    definition: "max(rows, columns)",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The shorter side of the layer's matrices.
pub static M: Column = Column {
    name: "M",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "The shorter side of the layer's matrices.",
    definition: "min(rows, columns)",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The receptive field: how many matrices the layer has.
pub static RF: Column = Column {
    name: "rf",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "The receptive field: how many matrices the layer has.",
    definition: "kernel height times kernel width for a convolution, else 1",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The aspect ratio of the layer's matrices.
pub static Q: Column = Column {
    name: "Q",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The aspect ratio of the layer's matrices.",
    definition: "Q = N/M, at least 1",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// Which slice of a convolution the row is about.
pub static SLICE_ID: Column = Column {
    name: "slice_id",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "Which slice of a convolution the row is about.",
    definition: "position in the kernel, row by row from 0; 0 for other layers",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("no-pool"),
};

/// The element type in which the weights are stored.
pub static DTYPE: Column = Column {
    name: "dtype",
    kind: ColumnType::Text,
    unit: "",
    meaning: "The element type in which the weights are stored.",
    definition: "the checkpoint's own word for it, or the packing that a quantised tensor was unpacked from",
    reading: "",
    source: "heavytail",
    origin: Origin::Heavytail,
    presence: Presence::Always,
};

/// Why a layer has no fit, or what its numbers suffer from.
pub static REASON: Column = Column {
    name: "reason",
    kind: ColumnType::Text,
    unit: "",
    meaning: "Why a layer has no fit, or what its numbers suffer from.",
    definition: "a sentence; empty when there is nothing to say",
    reading: "read it before the alpha of that row",
    source: "heavytail",
    origin: Origin::Heavytail,
    presence: Presence::Always,
};

/// The layer's state of training as its alpha tells it.
pub static VERDICT: Column = Column {
    name: "verdict",
    kind: ColumnType::Text,
    unit: "",
    meaning: "The layer's state of training as its alpha tells it.",
    definition: "well-trained: 2 ≤ alpha ≤ 6; under-trained: alpha > 6; over-trained: alpha < 2; uncertain: alpha's interval reaches over 2 or 6; no fit",
    reading: "a layer without a fit says nothing about training",
    source: "Martin, Peng, Mahoney, Nature Communications 12, 4122 (2021)",
    origin: Origin::Heavytail,
    presence: Presence::Always,
};

/// The family, in print order.
pub(crate) static ALL: &[&Column] =
    &[&LAYER_ID, &NAME, &LONGNAME, &LAYER_TYPE, &N, &M, &RF, &Q, &SLICE_ID, &DTYPE, &REASON, &VERDICT];
