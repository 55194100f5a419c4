//! `redact-pii`: private data becomes `[email]`, `[phone]`, …; what was found is counted by kind and never told.
//!
//! Every kind finds candidates with a regular expression (linear time on any input) and then checks what no expression
//! can: neighbours, checksums, ranges. When in doubt a number stays: version numbers, hashes and constants are no people.

mod internet;
mod numbers;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::data::clean::{Counts, Fate, Step};
use crate::data::record::Record;
use crate::recipe::dataset::PiiKind;

/// In this order: what is found first is masked and cannot be mistaken for the next.
const ORDER: [PiiKind; 5] = [PiiKind::Email, PiiKind::IpAddress, PiiKind::IdCard, PiiKind::BankCard, PiiKind::Phone];

/// Masks private data, and counts what was found by kind.
pub struct RedactPii {
    /// What to look for.
    pub kinds: Vec<PiiKind>,
}

impl Step for RedactPii {
    fn one(&self, record: Record, counts: &mut Counts) -> Fate {
        self.kinds.iter().for_each(|kind| *counts.entry(word(*kind).to_owned()).or_default() += 0);
        Fate::Keep(record.map(|text| {
            let (text, found) = redact(text, &self.kinds);
            found.into_iter().for_each(|(kind, n)| *counts.entry(word(kind).to_owned()).or_default() += n);
            text
        }))
    }
}

/// Masks private data of the given kinds; also returns how much of each kind was found.
pub fn redact(text: &str, kinds: &[PiiKind]) -> (String, BTreeMap<PiiKind, u64>) {
    let (mut text, mut found) = (text.to_owned(), BTreeMap::new());
    for kind in ORDER.into_iter().filter(|kind| kinds.contains(kind)) {
        let places = find(kind, &text);
        if !places.is_empty() {
            found.insert(kind, places.len() as u64);
            text = mask(&text, &places, kind);
        }
    }
    (text, found)
}

fn find(kind: PiiKind, text: &str) -> Vec<Range<usize>> {
    match kind {
        PiiKind::Email => internet::emails(text),
        PiiKind::IpAddress => internet::addresses(text),
        PiiKind::IdCard => numbers::id_cards(text),
        PiiKind::BankCard => numbers::bank_cards(text),
        PiiKind::Phone => numbers::phones(text),
    }
}

fn mask(text: &str, places: &[Range<usize>], kind: PiiKind) -> String {
    let (mut masked, mut end) = (String::with_capacity(text.len()), 0);
    for place in places {
        masked.push_str(&text[end..place.start]);
        masked.push('[');
        masked.push_str(word(kind));
        masked.push(']');
        end = place.end;
    }
    masked + &text[end..]
}

const fn word(kind: PiiKind) -> &'static str {
    match kind {
        PiiKind::Email => "email",
        PiiKind::Phone => "phone",
        PiiKind::IdCard => "id-card",
        PiiKind::BankCard => "bank-card",
        PiiKind::IpAddress => "ip-address",
    }
}

/// Returns the character in front of a place.
fn before(text: &str, place: &Range<usize>) -> Option<char> {
    text[..place.start].chars().next_back()
}

/// Returns the character behind a place.
fn after(text: &str, place: &Range<usize>) -> Option<char> {
    text[place.end..].chars().next()
}

/// Returns whether a place is part of a longer word or number: `x12`, `12.5`, `1_2`.
fn is_torn(text: &str, place: &Range<usize>) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let follows = after(text, place);
    let second = || text[place.end..].chars().nth(1);
    let goes_on = follows
        .is_some_and(|c| is_word(c) || (matches!(c, '.' | '-' | ':') && second().is_some_and(|c| c.is_ascii_digit())));
    before(text, place).is_some_and(|c| is_word(c) || matches!(c, '.' | '-' | '#')) || goes_on
}

#[cfg(test)]
mod tests {
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
            (
                "from 8.8.8.8:53, 10.20.30.40 and 93.184.216.34/24",
                "from [ip-address]:53, [ip-address] and [ip-address]/24",
            ),
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
}
