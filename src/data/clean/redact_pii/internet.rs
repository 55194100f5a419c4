//! E-mail and IP addresses.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{after, before};

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    let label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
    let pattern = format!(r"(?i)[a-z0-9][a-z0-9._%+-]{{0,63}}@(?:{label}\.){{1,8}}[a-z]{{2,24}}");
    Regex::new(&pattern).expect("the pattern is right")
});
static V4: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\d{1,3}(?:\.\d{1,3}){3}").expect("the pattern is right"));
static V6: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}").expect("the pattern is right"));

/// Endings of files, which look like top-level domains behind `icon@2x`.
const FILE_ENDINGS: [&str; 8] = ["png", "jpg", "jpeg", "gif", "svg", "webp", "rs", "md"];

/// Returns where e-mail addresses stand; `git@host:path` is a place and no person.
pub(super) fn emails(text: &str) -> Vec<Range<usize>> {
    let is_private = |place: &Range<usize>| {
        let address = text[place.clone()].to_ascii_lowercase();
        let is_remote = address.starts_with("git@") && after(text, place).is_some_and(|c| matches!(c, ':' | '/'));
        let is_file = FILE_ENDINGS.iter().any(|ending| address.ends_with(&format!(".{ending}")));
        !is_remote && !is_file && !after(text, place).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    EMAIL.find_iter(text).map(|found| found.range()).filter(is_private).collect()
}

/// Returns where IP addresses stand, without those that mean no machine of anybody's: loopback, unspecified, broadcast.
pub(super) fn addresses(text: &str) -> Vec<Range<usize>> {
    let v4 = V4.find_iter(text).map(|found| found.range()).filter(|place| is_private_v4(text, place));
    let v6 = V6.find_iter(text).map(|found| found.range()).filter(|place| is_private_v6(text, place));
    let mut places: Vec<_> = v4.chain(v6).collect();
    places.sort_by_key(|place| place.start);
    let mut end = 0;
    places.retain(|place| {
        let is_apart = place.start >= end;
        end = end.max(place.end);
        is_apart
    });
    places
}

fn is_private_v4(text: &str, place: &Range<usize>) -> bool {
    let Ok(address) = text[place.clone()].parse::<Ipv4Addr>() else { return false };
    let is_reserved = address.is_loopback() || address.is_unspecified() || address.is_broadcast();
    !is_reserved && !is_torn_v4(text, place) && !is_version(text, place, address)
}

fn is_torn_v4(text: &str, place: &Range<usize>) -> bool {
    let second = text[place.end..].chars().nth(1);
    let goes_on = after(text, place).is_some_and(|c| {
        c.is_ascii_alphanumeric()
            || c == '_'
            || (matches!(c, '.' | '-' | '+') && second.is_some_and(char::is_alphanumeric))
    });
    goes_on || before(text, place).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '='))
}

/// Returns whether four numbers are rather a version: they say so, or all of them are small and no port follows.
fn is_version(text: &str, place: &Range<usize>, address: Ipv4Addr) -> bool {
    let front = &text[..place.start];
    let is_product =
        front.ends_with('/') && !front.ends_with("//") && front[..front.len() - 1].ends_with(char::is_alphabetic);
    let mut words = front
        .trim_end_matches([' ', '"', '`', '\'', ':', '(', '=', '<', '>', '^', '~'])
        .rsplit(|c: char| !c.is_alphanumeric());
    let says_so = words.next().is_some_and(|word| {
        ["v", "version", "versions", "release", "section", "chapter"].contains(&word.to_lowercase().as_str())
    });
    let has_port = text[place.end..].starts_with([':', '/']);
    let is_small =
        address.octets().iter().all(|octet| *octet < 10) && !has_port && address != Ipv4Addr::new(8, 8, 8, 8);
    is_product || says_so || is_small
}

fn is_private_v6(text: &str, place: &Range<usize>) -> bool {
    let candidate = &text[place.clone()];
    let Ok(address) = candidate.parse::<Ipv6Addr>() else { return false };
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
    let is_torn = before(text, place).is_some_and(is_word) || after(text, place).is_some_and(is_word);
    // A path such as `bf16::E` parses too: only numbers that are given out to machines count.
    let is_address = matches!(address.segments()[0], 0x2000..=0x3fff | 0xfc00..=0xfdff | 0xfe80..=0xfebf);
    !is_torn && is_address
}
