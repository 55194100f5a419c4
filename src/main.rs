//! `pedigree`: the manager. Arguments in, exit code out; everything else is in `cli`.

fn main() -> std::process::ExitCode {
    pedigree::cli::main().into()
}
