//! Tells the binaries where libtorch lies, so that they start without an environment variable.
//!
//! `torch-sys` exports the folder; the manager (`pedigree`) uses nothing of it, and the linker drops it there.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=migrations");
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let drop_unused = if os == "macos" { "-Wl,-dead_strip_dylibs" } else { "-Wl,--as-needed" };
    println!("cargo::rustc-link-arg={drop_unused}");
    if let Ok(folder) = std::env::var("DEP_TCH_LIBTORCH_LIB") {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{folder}");
        println!("cargo::rustc-env=PEDIGREE_LIBTORCH_LIB={folder}");
        let version = libtorch_version(&folder).unwrap_or("unknown".into());
        if version != "unknown" && !version.starts_with("2.9.") {
            println!(
                "cargo::error=libtorch {version} lies in {folder}, and Pedigree is written for 2.9: `make build` fetches it"
            );
        }
        println!("cargo::rustc-env=PEDIGREE_LIBTORCH_VERSION={version}");
    }
}

/// Returns the version libtorch's own header states; the library has no function that tells it.
fn libtorch_version(lib: &str) -> Option<String> {
    let header = std::path::Path::new(lib).parent()?.join("include/torch/csrc/api/include/torch/version.h");
    let text = std::fs::read_to_string(header).ok()?;
    let part = |name: &str| text.lines().find_map(|line| line.strip_prefix(&format!("#define TORCH_VERSION_{name} ")));
    Some(format!("{}.{}.{}", part("MAJOR")?, part("MINOR")?, part("PATCH")?))
}
