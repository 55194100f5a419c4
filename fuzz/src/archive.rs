//! Any bytes are unpacked into their folder, or it is told why not; nothing is ever written beside it.

use std::fs;
use std::path::Path;

use crate::fetch::archive;
use crate::fetch::limits::Limits;
use crate::fetch::watch::Watch;
use crate::scratch;

const NAMES: [&str; 7] = ["a.tar", "a.tar.gz", "a.tar.zst", "a.zip", "a.txt.gz", "a.txt.zst", "a.txt"];
/// The most bytes that are unpacked.
const MOST_BYTES: u64 = 8 << 20;

/// Unpacks; the first byte says what the bytes are called.
pub fn unpack(bytes: &[u8]) {
    let [kind, content @ ..] = bytes else { return };
    let name = NAMES[usize::from(*kind) % NAMES.len()];
    let around = scratch::empty("archive");
    let (file, root) = (scratch::file("packed", content), around.join("root"));
    let limits = Limits { most_files: 1000, ratio_from: 1 << 20, ..Limits::of(MOST_BYTES) };
    let mut goes_on = |_| true;
    let unpacked = archive::unpack(&file, name, &root, &limits, &mut Watch::new(&mut goes_on));
    let beside: Vec<_> = fs::read_dir(&around).expect("it is there").flatten().map(|entry| entry.file_name()).collect();
    assert!(beside.iter().all(|name| name == "root"), "{beside:?}");
    let mut found = Vec::new();
    walk(&root, &root, &mut found);
    match unpacked {
        Ok(entries) => {
            let listed: Vec<_> = entries.iter().map(|(name, entry)| (name.clone(), entry.bytes)).collect();
            found.sort();
            assert_eq!(found, listed);
            assert!(listed.iter().map(|(_, bytes)| bytes).sum::<u64>() <= MOST_BYTES);
        }
        Err(error) => {
            let message = error.to_string();
            assert!(message.contains(name) || message.contains("/root"), "{message}");
            assert!(message.len() < 2000 && !message.chars().any(char::is_control), "{message:?}");
            assert!(found.iter().map(|(_, bytes)| bytes).sum::<u64>() <= MOST_BYTES);
        }
    }
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<(String, u64)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let metadata = fs::symlink_metadata(entry.path()).expect("it is there");
        let path = entry.path();
        if metadata.is_dir() {
            walk(root, &path, found);
        } else {
            assert!(metadata.is_file(), "{path:?}");
            let name = path.strip_prefix(root).expect("it is below").to_str().expect("names are UTF-8");
            found.push((name.to_owned(), metadata.len()));
        }
    }
}
