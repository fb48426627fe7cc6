//! The native half of the Python package: views in, calls of the engine, tables out.
