//! Archives that mean well, and what those that do not are tried with.

mod damaged;
mod hostile;
mod making;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use ::tar::EntryType;

use making::{TarFile, gzip, record, zip_of, zstandard};

use super::*;
use crate::error::Explain as _;

fn limits() -> Limits {
    Limits { most_files: 50, ..Limits::of(1 << 20) }
}

fn unpacked_as(bytes: &[u8], name: &str, limits: &Limits) -> (tempfile::TempDir, Result<Entries, FetchError>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("archive");
    fs::write(&file, bytes).unwrap();
    let goes_on = &mut |_| true;
    let result = unpack(&file, name, &folder.path().join("tree"), limits, &mut Watch::new(goes_on));
    (folder, result)
}

/// Returns every path below a folder.
fn below(folder: &Path) -> Vec<String> {
    let walk = walkdir::WalkDir::new(folder).min_depth(1).sort_by_file_name();
    walk.into_iter().map(|entry| entry.unwrap().path().strip_prefix(folder).unwrap().display().to_string()).collect()
}

/// Unpacks what has to be refused; nothing may lie outside of the folder afterwards.
fn refused(bytes: &[u8], name: &str, limits: &Limits, case: &str) -> FetchError {
    let (folder, result) = unpacked_as(bytes, name, limits);
    let error = result.err().unwrap_or_else(|| panic!("{case} was taken"));
    let outside: Vec<_> =
        below(folder.path()).into_iter().filter(|path| path != "archive" && !path.starts_with("tree")).collect();
    assert_eq!(outside, Vec::<String>::new(), "{case}");
    let links = walkdir::WalkDir::new(folder.path()).into_iter().filter(|entry| {
        let kind = entry.as_ref().unwrap().file_type();
        !kind.is_file() && !kind.is_dir()
    });
    assert_eq!(links.count(), 0, "{case}");
    error
}

#[test]
fn archives_that_mean_well_are_taken_with_their_names_and_without_their_rights() {
    let long = format!("{}/{}.txt", "folder".repeat(20), "n".repeat(120));
    let tar = TarFile::default()
        .entry(b"pax_global_header", EntryType::XGlobalHeader, &record("comment", "a commit"))
        .entry(b"./", EntryType::Directory, b"")
        .entry(b"./docs/", EntryType::Directory, b"")
        .file(b"./docs/a.txt", b"hello")
        .file(long.as_bytes(), b"long")
        .entry(b"p", EntryType::XHeader, &[record("path", "docs/ü.txt"), record("mtime", "1.5")].concat())
        .file(b"docs/u.txt", b"umlaut")
        .entry(b"old-folder/", EntryType::Regular, b"")
        .file(b"empty", b"")
        .end();
    let members = [gzip(&tar[..700]), gzip(&tar[700..])].concat();
    let frames = [zstandard(&tar[..700]), zstandard(&tar[700..])].concat();
    let expected = ["docs/a.txt", "docs/ü.txt", "empty", &long];
    let unpadded = tar[..tar.len() - 1024].to_vec();
    let cases = [
        ("a.tar", tar.clone()),
        ("a.tar", unpadded),
        ("a.tgz", members),
        ("a.tar.zst", frames),
        ("a.tar.gz", gzip(&tar)),
    ];
    let mut all = Vec::new();
    for (name, bytes) in cases {
        let (folder, entries) = unpacked_as(&bytes, name, &limits());
        let entries = entries.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(entries.keys().map(String::as_str).collect::<Vec<_>>(), expected, "{name}");
        let path = folder.path().join("tree/docs/a.txt");
        assert_eq!(fs::read(&path).unwrap(), b"hello");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        assert_eq!(fs::metadata(folder.path().join("tree/docs")).unwrap().permissions().mode() & 0o7777, 0o700);
        all.push(entries.into_iter().map(|(name, entry)| (name, entry.digest)).collect::<Vec<_>>());
    }
    assert!(all.iter().all(|entries| *entries == all[0]));
    let zip = zip_of(&[("docs/a.txt", b"hello"), ("b/ü.txt", b"")]);
    let (_folder, entries) = unpacked_as(&zip, "a.zip", &limits());
    assert_eq!(entries.unwrap().into_keys().collect::<Vec<_>>(), ["b/ü.txt", "docs/a.txt"]);
    for (name, bytes, expected) in [
        ("x.jsonl.gz", gzip(b"{}"), "x.jsonl"),
        ("x.zst", zstandard(b"{}"), "x"),
        ("x.csv", b"{}".to_vec(), "x.csv"),
        ("%\u{1}", b"{}".to_vec(), "data"),
    ] {
        let (_folder, entries) = unpacked_as(&bytes, name, &limits());
        let entries = entries.unwrap();
        assert_eq!(entries.keys().collect::<Vec<_>>(), [expected]);
        assert_eq!(entries[expected].bytes, 2);
    }
}

#[test]
fn a_folder_that_is_there_already_is_not_filled() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = folder.path().join("a.tar");
    fs::write(&file, TarFile::default().file(b"a", b"x").end()).unwrap();
    let root = folder.path().join("tree");
    std::os::unix::fs::symlink(elsewhere.path(), &root).unwrap();
    let goes_on = &mut |_| true;
    assert!(unpack(&file, "a.tar", &root, &limits(), &mut Watch::new(goes_on)).is_err());
    assert_eq!(below(elsewhere.path()), Vec::<String>::new());
}
