//! E-mail and IP addresses, and the passwords in web addresses.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::{Found, after, before};
use crate::recipe::dataset::PiiKind;

/// Endings of files, which look like top-level domains behind `icon@2x`.
const FILE_ENDINGS: [&str; 8] = ["png", "jpg", "jpeg", "gif", "svg", "webp", "rs", "md"];

/// Finds what is known by an `@` or a colon.
pub(super) fn find(text: &str, is_asked: &dyn Fn(PiiKind) -> bool, all: &mut Vec<Found>) {
    let mut put = |kind, place| all.push(Found { kind, place });
    if is_asked(PiiKind::Email) {
        emails(text, |place| put(PiiKind::Email, place));
    }
    if is_asked(PiiKind::UrlCredentials) {
        credentials(text, |place| put(PiiKind::UrlCredentials, place));
    }
    if is_asked(PiiKind::IpAddress) {
        v6(text, |place| put(PiiKind::IpAddress, place));
    }
}

/// Finds e-mail addresses; `git@host:path` is a place and no person.
fn emails(text: &str, mut put: impl FnMut(Range<usize>)) {
    const LONGEST_USER: usize = 64;
    let bytes = text.as_bytes();
    let mut free = 0;
    for at in memchr::memchr_iter(b'@', bytes) {
        let is_user = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-');
        let low = free.max(at.saturating_sub(LONGEST_USER));
        let n_user = bytes[low..at].iter().rev().take_while(|byte| is_user(**byte)).count();
        let user = &bytes[at - n_user..at];
        let Some(skipped) = user.iter().position(u8::is_ascii_alphanumeric) else { continue };
        let Some(end) = end_of_domain(bytes, at + 1) else { continue };
        let place = at - n_user + skipped..end;
        free = end;
        if is_person(text, &place) {
            put(place);
        }
    }
}

/// Returns where a domain name ends: labels with dots between them, the last of letters only.
fn end_of_domain(bytes: &[u8], start: usize) -> Option<usize> {
    const MOST_LABELS: usize = 9;
    const LONGEST_LABEL: usize = 63;
    let (mut at, mut end) = (start, None);
    for i in 0..MOST_LABELS {
        let is_label = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
        let label: usize = bytes[at..].iter().take(LONGEST_LABEL + 1).take_while(|byte| is_label(byte)).count();
        let letters = bytes[at..at + label].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        if i > 0 && letters >= 2 {
            end = Some(at + letters.min(24));
        }
        let label = &bytes[at..at + label];
        let is_right = !label.is_empty() && label.len() <= LONGEST_LABEL && label[0] != b'-' && !label.ends_with(b"-");
        if !is_right || bytes.get(at + label.len()) != Some(&b'.') {
            break;
        }
        at += label.len() + 1;
    }
    end
}

fn is_person(text: &str, place: &Range<usize>) -> bool {
    let address = text[place.clone()].to_ascii_lowercase();
    let is_remote = address.starts_with("git@") && after(text, place).is_some_and(|c| matches!(c, ':' | '/'));
    let is_file = FILE_ENDINGS.iter().any(|ending| address.ends_with(&format!(".{ending}")));
    !is_remote && !is_file && !after(text, place).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Finds users with their passwords in web addresses.
fn credentials(text: &str, mut put: impl FnMut(Range<usize>)) {
    const LONGEST: usize = 256;
    let bytes = text.as_bytes();
    for at in memchr::memmem::find_iter(bytes, b"://") {
        let start = at + 3;
        let ends = |byte: &u8| {
            byte.is_ascii_whitespace() || matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'`')
        };
        let authority = bytes[start..].iter().take(LONGEST).take_while(|byte| !ends(byte)).count();
        let authority = &bytes[start..start + authority];
        let Some(user) = memchr::memrchr(b'@', authority) else { continue };
        let is_scheme = at > 0 && bytes[at - 1].is_ascii_alphanumeric();
        let Some(colon) = memchr::memchr(b':', &authority[..user]) else { continue };
        let password = &authority[colon + 1..user];
        let is_filled_in = password.iter().any(|byte| matches!(byte, b'{' | b'}' | b'$' | b'[' | b']'));
        if is_scheme
            && !password.is_empty()
            && !is_filled_in
            && password.iter().any(|byte| *byte != b'*' && *byte != b'.')
        {
            put(start..start + user);
        }
    }
}

/// Returns the IPv4 address that begins with a run of digits, without those that mean no machine of anybody's: loopback,
/// unspecified, broadcast.
pub(super) fn v4(text: &str, start: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = start;
    for i in 0..4 {
        if i > 0 {
            if bytes.get(at) != Some(&b'.') {
                return None;
            }
            at += 1;
        }
        let n = bytes[at..].iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        if n == 0 {
            return None;
        }
        at += n;
    }
    let place = start..at;
    let address: Ipv4Addr = text[place.clone()].parse().ok()?;
    let is_reserved = address.is_loopback() || address.is_unspecified() || address.is_broadcast();
    (!is_reserved && !is_torn_v4(text, &place) && !is_version(text, &place, address)).then_some(place)
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
    const LOOKED_AT: usize = 64;
    let front = &text[text.ceil_char_boundary(place.start.saturating_sub(LOOKED_AT))..place.start];
    let is_product =
        front.ends_with('/') && !front.ends_with("//") && front[..front.len() - 1].ends_with(char::is_alphabetic);
    let mut words = front
        .trim_end_matches([' ', '"', '`', '\'', ':', '(', '=', '<', '>', '^', '~'])
        .rsplit(|c: char| !c.is_alphanumeric());
    let says_so = words.next().is_some_and(|word| {
        let words = ["v", "version", "versions", "release", "section", "chapter"];
        words.contains(&word.to_lowercase().as_str())
            || ["版本", "章节", "版本号"].iter().any(|end| word.ends_with(end))
    });
    let has_port = text[place.end..].starts_with([':', '/']);
    let is_small =
        address.octets().iter().all(|octet| *octet < 10) && !has_port && address != Ipv4Addr::new(8, 8, 8, 8);
    is_product || says_so || is_small
}

/// Finds IPv6 addresses: groups of hexadecimal digits with colons between them.
fn v6(text: &str, mut put: impl FnMut(Range<usize>)) {
    const LONGEST: usize = 39;
    let bytes = text.as_bytes();
    let is_part = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b':';
    let mut free = 0;
    for at in memchr::memchr_iter(b':', bytes) {
        let is_near = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(is_part);
        if at < free || !is_near(at.checked_sub(1)) || !is_near(Some(at + 1)) {
            continue;
        }
        let n_before =
            bytes[free.max(at.saturating_sub(4))..at].iter().rev().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let start = at - n_before;
        let length = bytes[start..].iter().take(LONGEST + 1).take_while(|byte| is_part(byte)).count();
        free = start + length;
        let place = start..free;
        if length <= LONGEST && is_machine_v6(text, &place) {
            put(place);
        }
    }
}

fn is_machine_v6(text: &str, place: &Range<usize>) -> bool {
    let Ok(address) = text[place.clone()].parse::<Ipv6Addr>() else { return false };
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
    let is_letter = |c: char| is_word(c) && !crate::data::clean::script::stands_alone(c);
    let is_torn = before(text, place).is_some_and(is_letter) || after(text, place).is_some_and(is_letter);
    // A path such as `bf16::E` parses too: only numbers that are given out to machines count.
    let is_address = matches!(address.segments()[0], 0x2000..=0x3fff | 0xfc00..=0xfdff | 0xfe80..=0xfebf);
    !is_torn && is_address
}
