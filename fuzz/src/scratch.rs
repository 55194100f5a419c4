//! A folder of this process: readers take files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Returns the folder: below `FUZZ_SCRATCH`, where that is set.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let parent = std::env::var_os("FUZZ_SCRATCH").map_or_else(std::env::temp_dir, PathBuf::from);
        let folder = parent.join(format!("pedigree-fuzz-{}", std::process::id()));
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(&folder).expect("there is room for a folder");
        folder
    })
}

/// Writes a file there, and returns its path.
pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder().join(name);
    fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("there is room for a folder");
    fs::write(&path, bytes).expect("there is room for a small file");
    path
}

/// Returns a folder there that holds nothing yet.
pub fn empty(name: &str) -> PathBuf {
    let path = folder().join(name);
    fs::remove_dir_all(&path).ok();
    fs::create_dir_all(&path).expect("there is room for a folder");
    path
}

/// Lets panics pass that the code under test catches itself: the fuzzer's own hook would end the process. Those that nobody catches
/// still end it.
pub fn panics_may_be_caught() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(|info| eprintln!("{info}"))));
}
