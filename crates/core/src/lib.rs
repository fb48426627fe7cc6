//! Was this network trained with enough data? Its weights in, a details table and a verdict out.
//!
//! A [`Model`] names where the tensors are, [`analyze`] turns it into [`Details`] (a row a layer, a reason for everything
//! that has none), [`judge`] reads the table as a person would, and [`compare`](compare()) holds two or more tables
//! against each other.
//!
//! ```
//! use heavytail::{AnalyzeOptions, Cancel, Model, Silent, VerdictOptions, analyze, judge, open};
//!
//! # let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/tiny-gpt-much-data");
//! let source = open(&path)?;
//! let options = AnalyzeOptions { layers: vec!["*.attn.c_proj".to_owned()], ..AnalyzeOptions::default() };
//! let details = analyze(&Model::new(source.as_ref()), &options.check()?, &Silent, &Cancel::new())?;
//! assert_eq!(details.rows.len(), 4);
//! println!("{}", judge(&details, &VerdictOptions::default()).sentence);
//! # Ok::<(), heavytail::Error>(())
//! ```
#![forbid(unsafe_code)]

pub mod checked;
mod error;
pub mod model;
pub mod observer;
pub mod options;
pub mod options_fit;
pub mod options_spectrum;
mod spelled;

mod analysis;
mod budget;
pub mod engine;

pub mod column;
pub mod columns_certainty;
pub mod columns_derived;
pub mod columns_erg;
pub mod columns_fit;
pub mod columns_fit_options;
pub mod columns_layer;
pub mod columns_mp;
pub mod columns_random;
pub mod columns_spectrum;
pub mod columns_stable;
pub mod columns_vectors;
pub mod details;
pub mod row;

pub mod binomial;
pub mod bootstrap;
pub mod density;
pub mod layer_verdict;
pub mod role;
mod student;
pub mod summary;
pub mod verdict;
mod verdict_words;

pub mod gate;
pub mod inspect;
pub mod transform;

pub mod compare;
mod compare_words;
pub mod pairing;
pub mod tuning;

pub use column::{Column, ColumnType, registry};
pub use compare::{CompareOptions, Comparison, PairWord, compare};
pub use details::{Details, LayerCurves, ModelOrigin, TailCandidate, Uncovered};
pub use engine::{analyze, describe};
pub use gate::{Finding, GateOptions, Level, Rule, gate, is_shut};
pub use heavytail_formats::{TensorSource, open};
pub use heavytail_spectra::vectors::{VectorShape, bulk_len};
pub use observer::{Cancel, LayerTask, Observer, Silent};
pub use options_fit::{Channels, FitLaw, FixFingers, Peft, PlPackage, SvdMethod, XminRule};
pub use row::{Row, Value};
pub use verdict::{ModelWord, Verdict, VerdictOptions, judge};
pub use {checked::CheckedOptions, error::Error, layer_verdict::LayerVerdict, model::Model};
pub use {heavytail_fits as fits, heavytail_formats as formats, heavytail_layers as layers};
pub use {options::AnalyzeOptions, options_spectrum::Eigs};
