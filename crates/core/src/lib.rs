//! Was this network trained with enough data? Its weights in, a details table and a verdict out.

pub mod binomial;
pub mod bootstrap;
pub mod checked;
pub mod column;
pub mod columns_fit;
pub mod columns_layer;
pub mod columns_spectrum;
pub mod columns_stable;
pub mod compare;
mod compare_words;
pub mod density;
pub mod details;
pub mod engine;
mod error;
pub mod layer_verdict;
pub mod observer;
pub mod options;
pub mod pairing;
pub mod role;
pub mod row;
pub mod summary;
pub mod verdict;
mod verdict_words;

pub use checked::CheckedOptions;
pub use column::{Column, ColumnType, registry};
pub use compare::{CompareOptions, Comparison, compare};
pub use details::{Details, LayerCurves, ModelOrigin, TailCandidate, Uncovered};
pub use engine::{analyze, describe};
pub use error::Error;
pub use layer_verdict::LayerVerdict;
pub use observer::{Cancel, LayerTask, Observer, Silent};
pub use options::AnalyzeOptions;
pub use row::{Row, Value};
pub use verdict::{ModelWord, Verdict, VerdictOptions, judge};
