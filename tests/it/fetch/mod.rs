//! Data from elsewhere, fetched from servers on loopback that are real, or that fail in every way they can.

mod http;
mod addresses;
mod hub;
mod objects;
mod git;
mod whole;

use std::path::Path;
use std::time::Duration;

use pedigree::error::Explain as _;
use pedigree::fetch::{self, FetchError, Fetched, Limits, Told, Watch};
use pedigree::recipe::dataset::Source;
use sha2::Digest as _;

/// Bounds under which a test is quick.
fn quick() -> Limits {
    Limits {
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(5),
        connect: Duration::from_secs(5),
        silence: Duration::from_millis(400),
        window: Duration::from_millis(300),
        least_bytes: 2000,
        ..Limits::of(10 << 20)
    }
}

fn fetched(source: &Source, folder: &Path) -> Result<Fetched, FetchError> {
    let goes_on = &mut |_: Told| true;
    fetch::fetch(source, &folder.join("sources"), Some(quick()), &mut Watch::new(goes_on)).map(Option::unwrap)
}

fn sha256(bytes: &[u8]) -> String {
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns what lies in the folder of fetched things, without the locks.
fn kept(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder.join("sources")).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| !name.ends_with(".lock")).collect();
    names.sort();
    names
}

/// Returns the one file that a fetched source reads.
fn content(fetched: &Fetched) -> Vec<u8> {
    let files = pedigree::data::source::list(&fetched.source, Path::new("/")).unwrap();
    assert_eq!(files.len(), 1, "{files:?}");
    std::fs::read(&files[0].path).unwrap()
}

fn exit(error: &FetchError) -> i32 {
    error.exit() as i32
}

/// Bytes that do not repeat.
fn bytes(n: usize) -> Vec<u8> {
    let mut dice = crate::support::Dice::new(n as u64);
    (0..n).map(|_| dice.below(256) as u8).collect()
}
