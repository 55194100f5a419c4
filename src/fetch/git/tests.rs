//! Commits out of repositories that are made here, and of names that git itself would not write.

use std::fs;

use git2::{ObjectType, Signature};
use tempfile::TempDir;

use super::*;

/// A repository with one commit of some entries: mode, name, content.
fn repository(entries: &[(&str, &[u8], &[u8])]) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let repository = Repository::init(folder.path()).unwrap();
    let odb = repository.odb().unwrap();
    let mut tree = Vec::new();
    for (mode, name, content) in entries {
        let kind = if *mode == "40000" { ObjectType::Tree } else { ObjectType::Blob };
        let id = odb.write(kind, content).unwrap();
        tree.extend_from_slice(&[mode.as_bytes(), b" ", name, b"\0", id.as_bytes()].concat());
    }
    let tree = odb.write(ObjectType::Tree, &tree).unwrap();
    let tree = repository.find_tree(tree).unwrap();
    let who = Signature::now("a", "a@example.org").unwrap();
    let commit = repository.commit(Some("HEAD"), &who, &who, "one", &tree, &[]).unwrap();
    (folder, commit.to_string())
}

fn taken(folder: &TempDir, revision: Option<&str>, limits: &Limits) -> (Result<Arrived, FetchError>, Vec<String>) {
    let staging = tempfile::tempdir().unwrap();
    let goes_on = &mut |_| true;
    let mut watch = Watch::new(goes_on);
    let path = folder.path().display().to_string();
    let arrived = arrive(&path, revision, false, staging.path(), limits, &mut watch);
    let below: Vec<_> = fs::read_dir(staging.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(below.is_empty() || below == ["tree"], "{below:?}");
    (arrived, watch.notes())
}

#[test]
fn files_are_taken_and_links_and_pointers_are_told() {
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n";
    let entries: [(&str, &[u8], &[u8]); 4] = [
        ("100644", b"a.txt", b"hello"),
        ("100755", b"b.sh", b"run"),
        ("100644", b"big.bin", pointer),
        ("120000", b"link", b"/etc/passwd"),
    ];
    let (folder, commit) = repository(&entries);
    let (arrived, notes) = taken(&folder, Some(&commit), &Limits::of(1000));
    let arrived = arrived.ok().unwrap();
    assert_eq!(arrived.files.keys().collect::<Vec<_>>(), ["a.txt", "b.sh"]);
    assert!(arrived.unpinned.is_none());
    assert!(notes[0].contains("1 symbolic links") && notes[1].contains("Git LFS"), "{notes:?}");
    let (unpinned, _) = taken(&folder, None, &Limits::of(1000));
    assert_eq!(unpinned.ok().unwrap().unpinned, Some(("revision", commit)));
}

#[test]
fn hostile_names_and_too_much_are_refused() {
    for name in [&b".."[..], b"a\\b", b"C:", b"a\x1b", b"a\xff", b".", b"x\n"] {
        let (folder, commit) = repository(&[("100644", name, b"evil")]);
        let (result, _) = taken(&folder, Some(&commit), &Limits::of(1000));
        assert!(matches!(result.err().unwrap(), FetchError::Archive { .. }), "{name:?}");
    }
    let (folder, commit) = repository(&[("100644", b"a", &[7; 2000])]);
    let (result, _) = taken(&folder, Some(&commit), &Limits::of(1000));
    assert!(matches!(result.err().unwrap(), FetchError::TooMuch { .. }));
    let (folder, commit) = repository(&[("100644", b"a", b"1"), ("100644", b"a", b"2")]);
    let (result, _) = taken(&folder, Some(&commit), &Limits::of(1000));
    assert!(result.err().unwrap().to_string().contains("twice"));
}

#[test]
fn a_commit_that_is_not_there_is_named() {
    let (folder, _) = repository(&[("100644", b"a", b"1")]);
    let missing = "0123456789012345678901234567890123456789";
    let (result, _) = taken(&folder, Some(missing), &Limits::of(1000));
    assert!(result.err().unwrap().to_string().contains(missing));
    let empty = tempfile::tempdir().unwrap();
    let (result, _) = taken(&empty, None, &Limits::of(1000));
    assert!(matches!(result.err().unwrap(), FetchError::NotThere { .. }));
}
