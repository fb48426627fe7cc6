//! The heavytail command.
fn main() {}
