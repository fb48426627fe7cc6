//! The number of a GGUF element type in, what its bytes mean out.

use crate::Dtype;
use crate::gguf::blocks::Layout;
use crate::gguf::{iq, k, small};

/// What the elements of a type are.
pub(crate) enum Encoding {
    /// Numbers of this type, one after the other.
    Plain(Dtype),
    /// Blocks, with the type's name in lower case.
    Blocks(&'static str, Layout),
    /// A type that was given up or that has no agreed layout, by its name where it has one.
    Unread(Option<&'static str>),
}

/// What type `number` of ggml is.
pub(crate) fn encoding(number: u32) -> Encoding {
    let blocks = |name, elements, bytes, unpack| Encoding::Blocks(name, Layout { elements, bytes, unpack });
    match number {
        0 => Encoding::Plain(Dtype::F32),
        1 => Encoding::Plain(Dtype::F16),
        24 => Encoding::Plain(Dtype::I8),
        25 => Encoding::Plain(Dtype::I16),
        26 => Encoding::Plain(Dtype::I32),
        27 => Encoding::Plain(Dtype::I64),
        28 => Encoding::Plain(Dtype::F64),
        30 => Encoding::Plain(Dtype::Bf16),
        2 => blocks("q4_0", 32, 18, small::q4_0),
        3 => blocks("q4_1", 32, 20, small::q4_1),
        6 => blocks("q5_0", 32, 22, small::q5_0),
        7 => blocks("q5_1", 32, 24, small::q5_1),
        8 => blocks("q8_0", 32, 34, small::q8_0),
        20 => blocks("iq4_nl", 32, 18, small::iq4_nl),
        39 => blocks("mxfp4", 32, 17, small::mxfp4),
        40 => blocks("nvfp4", 64, 36, small::nvfp4),
        10 => blocks("q2_k", 256, 84, k::q2_k),
        11 => blocks("q3_k", 256, 110, k::q3_k),
        12 => blocks("q4_k", 256, 144, k::q4_k),
        13 => blocks("q5_k", 256, 176, k::q5_k),
        14 => blocks("q6_k", 256, 210, k::q6_k),
        15 => blocks("q8_k", 256, 292, k::q8_k),
        23 => blocks("iq4_xs", 256, 136, k::iq4_xs),
        34 => blocks("tq1_0", 256, 54, k::tq1_0),
        35 => blocks("tq2_0", 256, 66, k::tq2_0),
        16 => blocks("iq2_xxs", 256, 66, iq::iq2_xxs),
        17 => blocks("iq2_xs", 256, 74, iq::iq2_xs),
        22 => blocks("iq2_s", 256, 82, iq::iq2_s),
        18 => blocks("iq3_xxs", 256, 98, iq::iq3_xxs),
        21 => blocks("iq3_s", 256, 110, iq::iq3_s),
        19 => blocks("iq1_s", 256, 50, iq::iq1_s),
        29 => blocks("iq1_m", 256, 56, iq::iq1_m),
        // Only ever made for activations while computing; ggml and its Python package disagree on the block's size.
        9 => Encoding::Unread(Some("q8_1")),
        4 => Encoding::Unread(Some("q4_2")),
        5 => Encoding::Unread(Some("q4_3")),
        31 => Encoding::Unread(Some("q4_0_4_4")),
        32 => Encoding::Unread(Some("q4_0_4_8")),
        33 => Encoding::Unread(Some("q4_0_8_8")),
        36 => Encoding::Unread(Some("iq4_nl_4_4")),
        37 => Encoding::Unread(Some("iq4_nl_4_8")),
        38 => Encoding::Unread(Some("iq4_nl_8_8")),
        41 => Encoding::Unread(Some("q1_0")),
        _ => Encoding::Unread(None),
    }
}
