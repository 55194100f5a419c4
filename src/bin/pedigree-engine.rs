//! `pedigree-engine`: the worker. A task folder in, events and outputs out; the only program that loads libtorch.
//!
//! The engine and the worker are modules of this program and not of the library: so nothing of libtorch is linked into the manager.

#[path = "../engine/mod.rs"]
mod engine;
#[path = "../worker/mod.rs"]
mod worker;

// The layers below, under the paths they have in the library.
use pedigree::{data, error, fetch, id, plan, recipe, record};

fn main() -> std::process::ExitCode {
    worker::main::main(std::env::args_os()).into()
}
