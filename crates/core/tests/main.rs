//! The engine from outside: real models and broken ones, through the public calls alone.

mod bad_layers_are_rows;
mod memory_model;
mod real_pair;
