//! Does nothing: a build script is what makes the features of `[build-dependencies]` those of the derive macros.

fn main() {}
