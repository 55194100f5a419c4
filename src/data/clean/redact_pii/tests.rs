//! What is private, and what only looks so.

mod table;
mod planted;

use super::*;
use proptest::prelude::*;

fn masked(text: &str) -> String {
    redact(text, &ORDER).0
}

#[test]
fn planted_private_data_is_masked() {
    for (text, expected) in [
        ("write to jane.doe+x@mail.example.org.", "write to [email]."),
        ("<a_b@c-d.cn>", "<[email]>"),
        ("call +1 (555) 123-4567 or +44 20 7946 0958!", "call [phone] or [phone]!"),
        ("tel:+8613812345678", "tel:[phone]"),
        ("手机13912345678,谢谢", "手机[phone],谢谢"),
        ("mobile 138 1234 5678", "mobile [phone]"),
        ("身份证11010519491231002X。", "身份证[id-card]。"),
        ("card 4111 1111 1111 1111 today", "card [bank-card] today"),
        ("6222021234567890128", "[bank-card]"),
        ("from 8.8.8.8:53, 10.20.30.40 and 93.184.216.34/24", "from [ip-address]:53, [ip-address] and [ip-address]/24"),
        ("ping 2606:4700:4700::1111 or fe80::1cc0:3e8c:119f:c2e1", "ping [ip-address] or [ip-address]"),
        ("http://172.16.254.1/x", "http://[ip-address]/x"),
    ] {
        assert_eq!(masked(text), expected, "{text}");
    }
}

#[test]
fn what_only_looks_private_stays() {
    for text in [
        "version 1.2.3.4, v10.0.19041.1, Chrome/91.0.4472.124",
        "1.2.3.4",
        "[0.1.2, 1.0.0, 1.2.3.4, 2.0.0]",
        "localhost is 127.0.0.1 or ::1, any is 0.0.0.0:80",
        "Section 13.2.11.9: bf16::E f64::E dead::beef",
        "std::fmt::Debug a::b de::Error c::d::e abc::def 12:30:45",
        "commit 4111111111111111aabb, 0x4111111111111111",
        "const MAX: u64 = 4611686018427387904; 18446744073709551615 9223372036854775807",
        "const NANOS: u64 = 15000000000; let t = 1609459200123;",
        "110105194912310021 is no id: its checksum is wrong",
        "4111 1111 1111 1112 fails the check",
        "git@github.com:owner/name.git and icon@2x.png and #[derive] @media",
        "let x = a +12345678; y + 123 456; 2021-01-01 12:00:00+0800",
        "3.14159265358979, 0.13812345678, 1.13812345678, id_13812345678",
        "550e8400-e29b-41d4-a716-446655440000",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ] {
        assert_eq!(masked(text), text);
    }
}

#[test]
fn only_the_kinds_asked_for_are_masked_and_counted() {
    let (text, found) = redact("a@b.org 8.8.8.8 c@d.org", &[PiiKind::Email]);
    assert_eq!((text.as_str(), found), ("[email] 8.8.8.8 [email]", BTreeMap::from([(PiiKind::Email, 2)])));
}

fn step(change: impl FnOnce(&mut dataset::RedactPii)) -> RedactPii {
    let mut pii = dataset::RedactPii::default();
    change(&mut pii);
    RedactPii::new(&pii).unwrap()
}

#[test]
fn kinds_that_overlap_are_told_by_the_one_that_comes_first() {
    assert_eq!(masked("https://me:pass1@mail.example.org/x"), "https://[url-credentials]@mail.example.org/x");
    assert_eq!(redact("https://me:pass1@mail.example.org/x", &[PiiKind::Email]).0, "https://me:[email]/x");
    assert_eq!(masked("password=13812345678"), "password=[secret]");
}

#[test]
fn names_come_from_a_file_and_are_whole_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.txt");
    std::fs::write(&path, "# people\n王小明\nJane Doe\nJane\n欧阳锋\n").unwrap();
    let step = step(|pii| {
        pii.kinds.push(PiiKind::Name);
        pii.names = Some(path.display().to_string());
    });
    let mut counts = Counts::new();
    let text = "王小明和Jane Doe写信给Janet、jane与欧阳锋先生(jane@x.org)。";
    assert_eq!(step.redact(text, &mut counts).unwrap(), "[name]和[name]写信给Janet、jane与[name]先生([email])。");
    assert_eq!(counts, Counts::from([("email".to_owned(), 1), ("name".to_owned(), 3)]));
}

#[test]
fn records_with_private_data_can_go_and_are_counted_all_the_same() {
    let step = step(|pii| pii.with = PiiWith::Drop);
    let mut counts = Counts::new();
    let record = |text| crate::data::clean::text_record(0, text);
    assert!(matches!(step.one(record("write to a@b.org"), &mut counts), Fate::Drop { reason: "private data", .. }));
    assert!(matches!(step.one(record("write to us"), &mut counts), Fate::Keep(_)));
    assert_eq!((counts["email"], counts["phone"]), (1, 0));
}

#[test]
fn the_same_person_has_the_same_hash_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("salt");
    std::fs::write(&path, "0123456789abcdef").unwrap();
    let step = step(|pii| {
        pii.with = PiiWith::Hash;
        pii.salt = Some(format!("file:{}", path.display()));
    });
    let redacted = |text: &str| step.redact(text, &mut Counts::new()).unwrap();
    let once = redacted("A@b.org");
    assert_eq!(redacted("from a@b.org to ａ＠b.org"), format!("from {once} to {once}"));
    assert!(step.redact(&once, &mut Counts::new()).is_none(), "a hash is private no more");
    let missing = dataset::RedactPii {
        with: PiiWith::Hash,
        salt: Some("env:PEDIGREE_NO_SALT".to_owned()),
        ..dataset::RedactPii::default()
    };
    assert!(matches!(RedactPii::new(&missing), Err(DataError::NoSalt { .. })));
}

proptest! {
    #[test]
    fn a_secret_between_words_never_survives(before in "[a-zA-Zé ,]{0,20}", after in "[a-zA-Zé ,]{0,20}", user in "[a-z]{2,8}", n in 10_000_000_u32..99_999_999) {
        let (email, phone) = (format!("{user}@example.org"), format!("138{n}"));
        let text = masked(&format!("{before} {email} {after} {phone} {after}"));
        prop_assert!(!text.contains(&email), "{}", text);
        prop_assert!(!text.contains(&phone) || numbers::is_round(&phone), "{}", text);
    }

    #[test]
    fn masking_twice_changes_nothing(text in "(?s)([0-9]|[a-f]|\\.|:|@| |\\+|-|.){0,80}") {
        let once = masked(&text);
        prop_assert_eq!(masked(&once), once);
    }

    #[test]
    fn no_text_is_too_strange(text in "(?s)(password|=|:|\"|'|@|://|eyJ|\\.|-----BEGIN |PRIVATE KEY|-----|\\+|\\(|１|（|86|010|[0-9]|[A-Z]|-| |字|.){0,60}") {
        let once = masked(&text);
        prop_assert_eq!(masked(&once), once.as_str());
        for found in find(&text, &ORDER, None) {
            prop_assert!(text.get(found.place).is_some());
        }
    }
}
