//! The worker: `pedigree-engine <attempt-folder>` does one stage; the manager starts it.

fn main() -> std::process::ExitCode {
    pedigree::worker::main::main(std::env::args_os()).into()
}
