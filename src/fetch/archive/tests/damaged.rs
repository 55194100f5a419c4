//! Archives that are damaged, lie about themselves, or unpack to too much.

use std::fs;

use ::tar::EntryType;

use super::making::{TarFile, gzip, record, zip_of, zstandard};
use super::*;

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
