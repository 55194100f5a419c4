//! What a user sees, tried on the real programs.

fn main() {}
