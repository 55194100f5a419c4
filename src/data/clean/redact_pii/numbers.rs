//! Telephone, identity and bank card numbers.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{before, is_torn};

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is right")
}

static INTERNATIONAL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\+[1-9]\d{0,2}(?:[ .-]?\(\d{1,4}\))?(?:[ .-]?\d{1,5}){2,5}"));
static CHINESE_MOBILE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\+?86[ -]?)?1[3-9]\d(?:\d{8}|[ -]\d{4}[ -]\d{4})"));
static ID_CARD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx]"));
static BANK_CARD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[2-6]\d{3}(?:\d{11,15}|(?:[ -]\d{4}){3}(?:[ -]?\d{1,3})?)"));

/// Returns where telephone numbers stand: international ones with a `+`, and Chinese mobile numbers.
pub(super) fn phones(text: &str) -> Vec<Range<usize>> {
    let international =
        INTERNATIONAL.find_iter(text).map(|found| found.range()).filter(|place| is_international(text, place));
    let mobile = CHINESE_MOBILE.find_iter(text).map(|found| found.range()).filter(|place| {
        !is_torn(text, place) && before(text, place) != Some('+') && !is_round(&digits(&text[place.clone()]))
    });
    let mut places: Vec<_> = international.chain(mobile).collect();
    places.sort_by_key(|place| (place.start, std::cmp::Reverse(place.end)));
    let mut end = 0;
    places.retain(|place| {
        let is_apart = place.start >= end;
        end = end.max(place.end);
        is_apart
    });
    places
}

fn is_international(text: &str, place: &Range<usize>) -> bool {
    let number = &text[place.clone()];
    let digits = digits(number);
    let is_written_apart = number.contains([' ', '.', '-', '(']);
    let is_long_enough = if is_written_apart { 9 } else { 11 };
    let in_front = before(text, place);
    let is_sum = in_front.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ')' | ']' | '+'));
    (is_long_enough..=15).contains(&digits.len()) && !is_sum && !is_torn_behind(text, place) && !is_round(&digits)
}

fn is_torn_behind(text: &str, place: &Range<usize>) -> bool {
    text[place.end..].chars().next().is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Returns whether a number is rather a constant: it ends in six equal digits.
pub(super) fn is_round(digits: &str) -> bool {
    let tail = &digits.as_bytes()[digits.len().saturating_sub(6)..];
    tail.iter().all(|digit| *digit == tail[0])
}

/// Returns where Chinese resident identity numbers with a correct checksum stand (GB 11643-1999).
pub(super) fn id_cards(text: &str) -> Vec<Range<usize>> {
    let places = ID_CARD.find_iter(text).map(|found| found.range());
    places.filter(|place| !is_torn(text, place) && is_id_card(&text[place.clone()])).collect()
}

fn is_id_card(number: &str) -> bool {
    let sum: u32 =
        number.bytes().take(17).enumerate().map(|(i, digit)| u32::from(digit - b'0') * (1 << (17 - i)) % 11).sum();
    let expected = b"10X98765432"[(sum % 11) as usize];
    number.as_bytes()[17].to_ascii_uppercase() == expected
}

/// Returns where bank card numbers stand: an issuer's prefix, its length, and a correct Luhn checksum.
pub(super) fn bank_cards(text: &str) -> Vec<Range<usize>> {
    let places = BANK_CARD.find_iter(text).map(|found| found.range());
    places.filter(|place| !is_torn(text, place) && is_bank_card(&digits(&text[place.clone()]))).collect()
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

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
