//! What is private, and what only looks so.

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
}
