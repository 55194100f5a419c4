//! Archives that mean well, and many that do not: every hostile name in every format, every kind of entry, every bound.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use ::tar::{EntryType, Header};
use ::zip::write::SimpleFileOptions;

use super::*;
use crate::error::Explain as _;

/// A tar archive, made block by block: the crate's own builder refuses to make what is tried here.
#[derive(Default)]
struct TarFile(Vec<u8>);

impl TarFile {
    fn raw(mut self, name: &[u8], kind: EntryType, size: u64, content: &[u8]) -> Self {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..name.len().min(100)].copy_from_slice(&name[..name.len().min(100)]);
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mode(0o6777);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    fn entry(self, name: &[u8], kind: EntryType, content: &[u8]) -> Self {
        self.raw(name, kind, content.len() as u64, content)
    }

    /// Adds a file with a name of any length.
    fn file(self, name: &[u8], content: &[u8]) -> Self {
        let long = [name, b"\0"].concat();
        let this = if name.len() > 100 { self.entry(b"././@LongLink", EntryType::GNULongName, &long) } else { self };
        this.entry(name, EntryType::Regular, content)
    }

    fn end(mut self) -> Vec<u8> {
        self.0.extend_from_slice(&[0; 1024]);
        self.0
    }
}

fn record(key: &str, value: &str) -> Vec<u8> {
    let rest = format!(" {key}={value}\n");
    let length = (1..).find(|n: &usize| n.to_string().len() + rest.len() == *n).unwrap();
    format!("{length}{rest}").into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstandard(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 1).unwrap()
}

fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Makes a zip whose names are bytes: a placeholder as long as the name is put in, and replaced everywhere.
fn zip_named(names: &[&[u8]]) -> Vec<u8> {
    let letter = |i: usize| char::from(b'@' + i as u8).to_string();
    let placeholders: Vec<String> = names.iter().enumerate().map(|(i, name)| letter(i).repeat(name.len())).collect();
    let files: Vec<_> = placeholders.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    let mut bytes = zip_of(&files);
    for (placeholder, name) in placeholders.iter().map(String::as_bytes).zip(names) {
        while let Some(at) = bytes.windows(placeholder.len()).position(|window| window == placeholder) {
            bytes[at..at + name.len()].copy_from_slice(name);
        }
    }
    bytes
}

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
fn what_is_damaged_is_told_from_what_is_not_taken() {
    let damaged = "it is damaged, or something else than its name says: fetch it or pack it again";
    for name in ["a.tar", "a.tar.gz", "a.tgz", "a.tar.zst", "a.zip", "a.txt.gz", "a.txt.zst"] {
        let error = refused(b"", name, &limits(), name).of_file("/data/in/it");
        assert_eq!(error.to_string(), "`/data/in/it`: it is empty");
        assert_eq!(error.hint().as_deref(), Some(damaged));
    }
    let tar = TarFile::default().file(b"good.txt", &[b'x'; 2000]).end();
    for (name, bytes) in [("a.tar", tar[..1500].to_vec()), ("a.tar.gz", gzip(&tar)[..30].to_vec()), ("a.zip", tar)] {
        assert_eq!(refused(&bytes, name, &limits(), name).hint().as_deref(), Some(damaged), "{name}");
    }
    let hostile = TarFile::default().file(b"../evil.txt", b"evil").end();
    let hint = refused(&hostile, "a.tar", &limits(), "hostile").hint().unwrap();
    assert!(hint.starts_with("archives are taken whole"), "{hint}");
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

#[test]
fn headers_that_contradict_themselves_are_refused() {
    let tar = TarFile::default;
    let pax = |records: Vec<u8>| tar().entry(b"p", EntryType::XHeader, &records).file(b"a", b"1234").end();
    let mut checksum = tar().file(b"a", b"x").end();
    checksum[0] ^= 1;
    let cases = [
        ("a size in pax that is larger", pax(record("size", "600"))),
        ("a size in pax that is smaller", pax(record("size", "1"))),
        ("a size in pax that is no number", pax(record("size", "-1"))),
        ("a size in pax beyond all numbers", pax(record("size", "99999999999999999999"))),
        ("a record without an end", pax(b"9 path=x".to_vec())),
        ("a record without a length", pax(b"path=x\n".to_vec())),
        ("a record that is longer than all of them", pax(b"99 path=x\n".to_vec())),
        ("a record of length 0", pax(b"0 path=x\n".to_vec())),
        ("a sparse file by pax", pax(record("GNU.sparse.major", "1"))),
        ("a wrong checksum", checksum),
        ("a file longer than the archive", tar().raw(b"a", EntryType::Regular, 1 << 30, b"short").0),
        ("half a header", tar().file(b"a", b"x").0[..300].to_vec()),
        ("half a file", tar().file(b"a", &[7; 2000]).0[..1500].to_vec()),
        ("a folder with content", tar().entry(b"a/", EntryType::Directory, b"evil").end()),
        ("a file named like a folder", tar().entry(b"a/", EntryType::Regular, b"evil").end()),
        ("no tar at all", vec![b'x'; 4096]),
        ("nothing", Vec::new()),
        ("only zeros", vec![0; 10240]),
        ("a long name of a gigabyte", tar().raw(b"l", EntryType::GNULongName, 1 << 30, b"").0),
        ("records of a gigabyte", tar().raw(b"l", EntryType::XHeader, 1 << 30, b"").0),
        ("global records of a gigabyte", tar().raw(b"l", EntryType::XGlobalHeader, 1 << 30, b"").0),
        ("an empty name", tar().file(b"", b"x").end()),
    ];
    for (case, bytes) in &cases {
        for (format, bytes) in [("tar", bytes.clone()), ("tar.gz", gzip(bytes)), ("tar.zst", zstandard(bytes))] {
            let error = refused(&bytes, &format!("a.{format}"), &limits(), case);
            assert!(matches!(error, FetchError::Archive { .. }), "{case} in {format}: {error:?}");
        }
    }
}

#[test]
fn damaged_files_are_refused() {
    let (gz, zst, zip) = (gzip(&[7; 5000]), zstandard(&[7; 5000]), zip_of(&[("a", &[7; 5000])]));
    let mut crc = gz.clone();
    let at = crc.len() - 8;
    crc[at] ^= 1;
    let mut zip_crc = zip.clone();
    let at = zip_crc.windows(4).position(|window| window == b"PK\x01\x02").unwrap() + 16;
    zip_crc[at] ^= 1;
    let mut encrypted = zip.clone();
    for (magic, offset) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at = encrypted.windows(4).position(|window| window == magic).unwrap();
        encrypted[at + offset] |= 1;
    }
    let cases = [
        ("x.gz", gz[..gz.len() - 4].to_vec()),
        ("x.gz", gz[..20].to_vec()),
        ("x.gz", crc),
        ("x.gz", [&gz[..], b"trailing garbage"].concat()),
        ("x.gz", b"not gzip at all".to_vec()),
        ("x.gz", zst.clone()),
        ("x.zst", zst[..zst.len() - 3].to_vec()),
        ("x.zst", gz.clone()),
        ("x.zip", zip[..zip.len() - 10].to_vec()),
        ("x.zip", zip[30..].to_vec()),
        ("x.zip", zip_crc),
        ("x.zip", encrypted),
        ("x.zip", b"PK\x05\x06".to_vec()),
        ("x.zip", Vec::new()),
        ("x.tar.gz", gz),
    ];
    for (name, bytes) in &cases {
        let error = refused(bytes, name, &limits(), name);
        assert!(matches!(error, FetchError::Archive { .. }), "{name}: {error:?}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn bombs_do_not_go_off() {
    let zeros = vec![0_u8; 8 << 20];
    let tar = TarFile::default().file(b"zeros", &zeros).end();
    let bombs = [
        ("x.gz", gzip(&zeros)),
        ("x.zst", zstandard(&zeros)),
        ("x.tar.gz", gzip(&tar)),
        ("x.tar.zst", zstandard(&tar)),
        ("x.zip", zip_of(&[("zeros", &zeros)])),
        ("after.tar.gz", gzip(&[TarFile::default().file(b"a", b"x").end(), zeros.clone()].concat())),
    ];
    for (name, bytes) in &bombs {
        // By size, at exactly the bound.
        let (folder, result) = unpacked_as(bytes, name, &limits());
        assert!(matches!(result, Err(FetchError::TooMuch { unit: "bytes", most: 1_048_576, .. })), "{name}");
        let written: u64 = walkdir::WalkDir::new(folder.path().join("tree"))
            .into_iter()
            .map(|entry| entry.unwrap().metadata().unwrap())
            .filter(fs::Metadata::is_file)
            .map(|metadata| metadata.len())
            .sum();
        assert!(written <= 1 << 20, "{name}: {written} bytes");
        // By what one byte becomes.
        let ratio = Limits { most_ratio: 100, ratio_from: 1 << 20, ..Limits::of(1 << 40) };
        let error = refused(bytes, name, &ratio, name).to_string();
        assert!(error.contains("unpacks to more than 100"), "{error}");
    }
    let many = (0..60).fold(TarFile::default(), |tar, n| tar.file(format!("{n}").as_bytes(), b"")).end();
    let folders = (0..60)
        .fold(TarFile::default(), |tar, n| tar.entry(format!("{n}/").as_bytes(), EntryType::Directory, b""))
        .end();
    assert!(matches!(refused(&many, "a.tar", &limits(), "many"), FetchError::TooMuch { unit: "files", .. }));
    assert!(matches!(refused(&folders, "a.tar", &limits(), "folders"), FetchError::TooMuch { unit: "folders", .. }));
}

#[test]
fn entries_of_a_zip_that_share_their_bytes_are_refused() {
    let mut bytes = zip_of(&[("a", &[0; 100_000]), ("b", &[0; 100_000])]);
    // The second entry of the directory points at the bytes of the first.
    let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let second = directory + 4 + bytes[directory + 4..].windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    bytes[second + 42..second + 46].copy_from_slice(&[0; 4]);
    let error = refused(&bytes, "a.zip", &limits(), "overlap").to_string();
    assert!(error.contains("overlap"), "{error}");
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
