//! A base model and one trained from it in, what the training changed out, layer by layer.
//!
//! [`compare_tuned`] analyses the base, the tuned model and the difference of every layer that both have;
//! [`LayerChange`] holds what the three tell together.

mod change;
mod plan_tuning;
mod tune;
mod tuning_words;

pub use self::change::LayerChange;
pub use self::tune::{Tuning, compare_tuned};
