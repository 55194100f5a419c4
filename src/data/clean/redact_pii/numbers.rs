//! What is known by its digits: every run of digits is looked at once, from its beginning.

use std::ops::Range;

use super::{Found, identity, internet, is_torn, phones};
use crate::recipe::dataset::PiiKind;

/// Finds what begins with a run of digits, or a `+` in front of one.
pub(super) fn find(text: &str, is_asked: &dyn Fn(PiiKind) -> bool, all: &mut Vec<Found>) {
    let wanted = [PiiKind::IpAddress, PiiKind::IdCard, PiiKind::BankCard, PiiKind::Phone].map(is_asked);
    if wanted == [false; 4] {
        return;
    }
    let [addresses, cards_of_people, cards_of_banks, numbers] = wanted;
    let mut put = |kind, place: Option<Range<usize>>| all.extend(place.map(|place| Found { kind, place }));
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(start) = next_digit(bytes, at) {
        let run = Run { text, start, end: start + digits(bytes, start) };
        at = run.end;
        if addresses && run.len() <= 3 && bytes.get(run.end) == Some(&b'.') {
            put(PiiKind::IpAddress, internet::v4(text, start));
        }
        if cards_of_people && run.len() >= 3 {
            put(PiiKind::IdCard, identity::at(&run));
        }
        if cards_of_banks && run.len() >= 4 {
            put(PiiKind::BankCard, bank_card(&run));
        }
        if numbers {
            put(PiiKind::Phone, phones::at(&run));
        }
    }
}

/// A run of digits, as long as it goes.
pub(super) struct Run<'t> {
    pub text: &'t str,
    pub start: usize,
    pub end: usize,
}

impl Run<'_> {
    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }

    pub(super) fn digits(&self) -> &str {
        &self.text[self.start..self.end]
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Returns the end of groups of digits behind the run, each with one of `signs` in front of it and of exactly so many digits.
    pub(super) fn groups(&self, signs: &[u8], lengths: &[usize]) -> Option<usize> {
        groups(self.bytes(), self.end, signs, lengths)
    }
}

/// Returns the end of groups of digits from `at` on.
pub(super) fn groups(bytes: &[u8], mut at: usize, signs: &[u8], lengths: &[usize]) -> Option<usize> {
    for length in lengths {
        if !bytes.get(at).is_some_and(|sign| signs.contains(sign)) || digits(bytes, at + 1) != *length {
            return None;
        }
        at += 1 + length;
    }
    Some(at)
}

/// Returns how many digits stand at a place; beyond 32 it does not matter here.
pub(super) fn digits(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Returns the next digit from `at` on, many bytes at a time.
fn next_digit(bytes: &[u8], at: usize) -> Option<usize> {
    const CHUNK: usize = 32;
    let mut start = at;
    for chunk in bytes[at..].chunks(CHUNK) {
        let has_digit = chunk.iter().fold(false, |found, byte| found | byte.is_ascii_digit());
        if has_digit {
            return chunk.iter().position(u8::is_ascii_digit).map(|position| start + position);
        }
        start += chunk.len();
    }
    None
}

/// Returns whether a number is rather a constant: it ends in six equal digits.
pub(super) fn is_round(digits: &str) -> bool {
    let tail = &digits.as_bytes()[digits.len().saturating_sub(6)..];
    tail.iter().all(|digit| *digit == tail[0])
}

/// Returns the bank card number that begins here: an issuer's prefix, its length, and a correct Luhn checksum.
fn bank_card(run: &Run<'_>) -> Option<Range<usize>> {
    let end = match run.len() {
        15..=19 => run.end,
        4 => four_by_four(run).or_else(|| run.groups(b" -", &[6, 5]))?,
        _ => return None,
    };
    let place = run.start..end;
    let digits: String = run.text[place.clone()].chars().filter(char::is_ascii_digit).collect();
    (!is_torn(run.text, &place) && is_bank_card(&digits)).then_some(place)
}

/// Four groups of four, and perhaps up to three digits more.
fn four_by_four(run: &Run<'_>) -> Option<usize> {
    let end = run.groups(b" -", &[4, 4, 4])?;
    (1..=3).find_map(|n| groups(run.bytes(), end, b" -", &[n])).or(Some(end))
}

fn is_bank_card(digits: &str) -> bool {
    let prefix: u32 = digits[..4].parse().unwrap_or_default();
    let is_issued = match (digits.len(), prefix) {
        (16, 4000..=4999 | 5100..=5599 | 2221..=2720 | 6011 | 6500..=6599 | 3528..=3589) => true, // Visa, Mastercard, Discover, JCB
        (15, 3400..=3499 | 3700..=3799) => true,                                                  // American Express
        (16..=19, 6200..=6299) => true,                                                           // UnionPay
        _ => false,
    };
    is_issued && luhn(digits)
}

fn luhn(digits: &str) -> bool {
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let values = digits.bytes().rev().map(|digit| u32::from(digit - b'0')).enumerate();
    let sum: u32 = values.map(|(i, digit)| if i % 2 == 1 { doubled(digit) } else { digit }).sum();
    sum.is_multiple_of(10)
}
