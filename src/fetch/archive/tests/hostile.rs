//! Archives whose names and entries lead elsewhere: refused in every format.

use ::tar::EntryType;

use super::making::{TarFile, gzip, record, zip_named, zip_of, zstandard};
use super::*;

/// Names that are refused wherever they stand.
fn hostile_names() -> Vec<Vec<u8>> {
    let deep = vec!["d"; 65].join("/");
    let (part, whole) = (format!("a/{}", "x".repeat(256)), "y/".repeat(1100) + "z");
    let texts = [
        "../evil",
        "a/../../evil",
        "..",
        "a/..",
        "./../evil",
        "a/../b",
        "../../../../../../etc/passwd",
        "x/..//y",
        "/etc/passwd",
        "/evil",
        "//evil",
        "///",
        "/",
        "/../evil",
        "C:/evil",
        "c:evil",
        "a/C:/evil",
        "Z:\\evil",
        "a\\b",
        "..\\evil",
        "\\evil",
        "\\\\server\\share",
        "a\\..\\..\\evil",
        "a//b",
        "a/./b",
        "a/b//",
        "./",
        ".//x",
        "a\nb",
        "a\rb",
        "a\tb",
        "a\u{7f}",
        "a\u{1b}[2J",
        "a\u{202e}txt.exe",
        "a\u{200b}b",
        "\u{feff}a",
        "a\u{2066}b",
        &deep,
        &part,
        &whole,
    ];
    let mut names: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    names.extend([b"a\xff".to_vec(), b"\xc0\xae\xc0\xae/evil".to_vec(), b"a/\x80".to_vec(), b"\xed\xa0\x80".to_vec()]);
    names
}

#[test]
fn hostile_names_are_refused_in_every_format() {
    let mut n_cases = 0;
    for name in hostile_names() {
        let tar = TarFile::default().file(b"good.txt", b"fine").file(&name, b"evil").end();
        let mut cases = vec![("tar", tar.clone()), ("tar.gz", gzip(&tar)), ("tar.zst", zstandard(&tar))];
        // A record of pax is UTF-8 text without zeros.
        if let Ok(text) = std::str::from_utf8(&name) {
            let pax =
                TarFile::default().entry(b"p", EntryType::XHeader, &record("path", text)).file(b"good", b"evil").end();
            cases.push(("tar", pax));
        }
        if !name.is_empty() {
            cases.push(("zip", zip_named(&[&name])));
        }
        for (format, bytes) in cases {
            let shown = String::from_utf8_lossy(&name).escape_debug().to_string();
            let error = refused(&bytes, &format!("a.{format}"), &limits(), &format!("{shown} in {format}"));
            assert!(matches!(error, FetchError::Archive { .. }), "{shown} in {format}: {error:?}");
            assert!(!error.to_string().contains('\u{1b}'), "{error}");
            n_cases += 1;
        }
    }
    assert!(n_cases >= 180, "only {n_cases} cases");
}

#[test]
fn everything_but_files_and_folders_is_refused() {
    let kinds = [
        (EntryType::Symlink, "a symbolic link"),
        (EntryType::Link, "a hard link"),
        (EntryType::Char, "a device"),
        (EntryType::Block, "a device"),
        (EntryType::Fifo, "a pipe"),
        (EntryType::GNUSparse, "a file with holes"),
        (EntryType::GNULongLink, "a link with a long name"),
        (EntryType::new(b'V'), "of an unknown kind"),
        (EntryType::new(b'M'), "of an unknown kind"),
    ];
    for (kind, word) in kinds {
        let tar = TarFile::default().entry(b"x", kind, b"").file(b"x/y", b"through the link").end();
        for (format, bytes) in [("tar", tar.clone()), ("tgz", gzip(&tar)), ("tar.zst", zstandard(&tar))] {
            let error = refused(&bytes, &format!("a.{format}"), &limits(), word).to_string();
            assert!(error.contains(word), "{error}");
        }
    }
    let modes = [0o120_777_u32, 0o020_666, 0o060_666, 0o010_666, 0o140_777];
    for mode in modes {
        let mut bytes = zip_of(&[("x", b"/etc/passwd")]);
        // The mode stands in the upper half of the external attributes, 38 bytes into the entry of the directory.
        let at = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
        bytes[at + 5] = 3;
        bytes[at + 38..at + 42].copy_from_slice(&(mode << 16_u32).to_le_bytes());
        let error = refused(&bytes, "a.zip", &limits(), &format!("mode {mode:o}")).to_string();
        assert!(error.contains("link, a device"), "{error}");
    }
}

#[test]
fn a_name_that_is_there_twice_is_refused() {
    let twice: [(&[u8], &[u8]); 7] = [
        (b"a", b"a"),
        (b"a", b"./a"),
        (b"a/b", b"a"),
        (b"a", b"a/b"),
        ("é".as_bytes(), "e\u{301}".as_bytes()),
        (b"x/y", b"./x/y"),
        (b"a/b/c", b"a/b"),
    ];
    for (one, other) in twice {
        let case = format!("{} and {}", String::from_utf8_lossy(one), String::from_utf8_lossy(other));
        let tar = TarFile::default().file(one, b"1").file(other, b"2").end();
        let zip = zip_named(&[one, other]);
        for (format, bytes) in [("tar", tar.clone()), ("tar.gz", gzip(&tar)), ("zip", zip)] {
            let error = refused(&bytes, &format!("a.{format}"), &limits(), &case).to_string();
            assert!(error.contains("twice") || error.contains("a file and a folder"), "{case}: {error}");
        }
    }
}
