//! Telephone numbers: international ones with a `+`, Chinese mobile and landline numbers, and North American ones.

use std::ops::Range;

use super::numbers::{Run, digits, groups, is_round};
use super::{after, before, is_torn};
use crate::data::clean::script::is_han;

/// Words in front of a landline number that is written without a hyphen.
const CALLS: [&str; 10] = ["电话", "座机", "固话", "传真", "電話", "傳真", "Tel", "TEL", "tel", "Fax"];

/// Returns the telephone number that begins with a run of digits.
pub(super) fn at(run: &Run<'_>) -> Option<Range<usize>> {
    international(run).or_else(|| mobile(run)).or_else(|| landline(run)).or_else(|| american(run))
}

fn only_digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// `+44 20 7946 0958`, `+1 (555) 123-4567`: a country code, and groups of up to five digits.
fn international(run: &Run<'_>) -> Option<Range<usize>> {
    let (bytes, text) = (run.bytes(), run.text);
    let start = run.start.checked_sub(1).filter(|start| bytes[*start] == b'+')?;
    if bytes[run.start] == b'0' {
        return None;
    }
    let (mut at, mut n_digits, mut n_groups) = (run.end, run.len(), 1);
    if run.len() > 15 {
        return None;
    }
    while n_groups < 8 {
        let is_open = |at: usize| bytes.get(at) == Some(&b'(');
        let sign = usize::from(bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'.' | b'-')));
        let parenthesis = usize::from(is_open(at + sign));
        let n = digits(bytes, at + sign + parenthesis);
        let is_closed = parenthesis == 0 || bytes.get(at + sign + parenthesis + n) == Some(&b')');
        let is_group = (1..=12).contains(&n);
        let is_adjacent = sign + parenthesis > 0 || bytes.get(at.wrapping_sub(1)) == Some(&b')');
        if !is_group || !is_closed || !is_adjacent || n_digits + n > 15 {
            break;
        }
        n_digits += n;
        n_groups += 1;
        at += sign + parenthesis + n + parenthesis;
    }
    let place = start..at;
    let number = &text[place.clone()];
    let is_long_enough = if n_groups > 1 { 9 } else { 11 };
    let is_sum = before(text, &place).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ')' | ']' | '+'));
    let goes_on = after(text, &place).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_right = (is_long_enough..=15).contains(&n_digits) && !is_sum && !goes_on && !is_round(&only_digits(number));
    is_right.then_some(place)
}

/// `13812345678`, `138 1234 5678`, `138-1234-5678`, each perhaps with `86`, `0086` or `(+86)` in front.
fn mobile(run: &Run<'_>) -> Option<Range<usize>> {
    let bytes = run.bytes();
    let all = run.digits();
    let code = ["0086", "86"].into_iter().find(|code| all.starts_with(code)).map_or(0, str::len);
    // The number may follow the country code at once, or behind a space, a hyphen or a parenthesis.
    let number = match (code, run.len() - code) {
        (_, 3 | 11) => run.start + code,
        (1.., 0) => {
            let rest = &bytes[run.end..];
            let skipped = rest.iter().take(2).take_while(|byte| matches!(byte, b' ' | b'-' | b')')).count();
            if skipped == 0 {
                return None;
            }
            run.end + skipped
        }
        _ => return None,
    };
    let n = digits(bytes, number);
    let is_mobile =
        bytes.get(number) == Some(&b'1') && bytes.get(number + 1).is_some_and(|byte| (b'3'..=b'9').contains(byte));
    let end = match n {
        11 => number + 11,
        3 => groups(bytes, number + 3, b" -", &[4, 4])?,
        _ => return None,
    };
    if !is_mobile {
        return None;
    }
    let is_at = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
    let mut start = run.start;
    start -= usize::from(code > 0 && start > 0 && is_at(start - 1, b'+'));
    start -= usize::from(number > run.end && is_at(run.end, b')') && start > 0 && is_at(start - 1, b'('));
    let place = start..end;
    let is_whole = !is_torn(run.text, &place) || is_behind_a_word(run.text, &place);
    (is_whole && before(run.text, &place) != Some('+') && !is_round(&only_digits(&run.text[place.clone()])))
        .then_some(place)
}

/// `手机-13812345678`: the hyphen belongs to the word in front.
fn is_behind_a_word(text: &str, place: &Range<usize>) -> bool {
    let front = &text[..place.start];
    let is_word = front.strip_suffix('-').and_then(|front| front.chars().next_back()).is_some_and(is_han);
    is_word && !after(text, place).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// `010-12345678`, `(0755) 8888 6666`, `021-12345678-123`; without a hyphen only where words say so.
fn landline(run: &Run<'_>) -> Option<Range<usize>> {
    let (bytes, text) = (run.bytes(), run.text);
    let all = run.digits().as_bytes();
    let area = match all {
        [b'0', b'1', b'0', ..] | [b'0', b'2', _, ..] => 3,
        [b'0', b'3'..=b'9', _, _, ..] => 4,
        _ => return None,
    };
    let place = if run.len() == area {
        let behind = &text[run.end..];
        let close = if behind.starts_with(')') { 1 } else { if behind.starts_with('）') { 3 } else { 0 } };
        let open = match close {
            1 => usize::from(text[..run.start].ends_with('(')),
            3 => 3 * usize::from(text[..run.start].ends_with('（')),
            _ => 0,
        };
        if (close > 0) != (open > 0) {
            return None;
        }
        let at = run.end + close;
        let sign = usize::from(bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'-')));
        if sign + close == 0 {
            return None;
        }
        run.start - open..subscriber(bytes, at + sign, area)?
    } else if matches!(run.len() - area, 7 | 8) && is_called(text, run.start) {
        run.start..run.end
    } else {
        return None;
    };
    let place = place.start..extension(text, place.end);
    let is_whole = !is_torn(text, &place) || is_behind_a_word(text, &place);
    (is_whole && !is_round(&only_digits(&text[place.clone()]))).then_some(place)
}

/// Returns where a subscriber's number ends: eight digits, seven in the smaller areas, at once or as 4 and 4.
fn subscriber(bytes: &[u8], at: usize, area: usize) -> Option<usize> {
    let is_first = bytes.get(at).is_some_and(|byte| (b'1'..=b'9').contains(byte));
    let end = match digits(bytes, at) {
        8 => at + 8,
        7 if area == 4 => at + 7,
        4 => groups(bytes, at + 4, b" -", &[4])?,
        _ => return None,
    };
    is_first.then_some(end)
}

/// Takes an extension along: `-123`, `转123`.
fn extension(text: &str, end: usize) -> usize {
    let rest = &text[end..];
    let sign = if rest.starts_with('-') {
        1
    } else if rest.starts_with(['转', '轉']) {
        3
    } else {
        return end;
    };
    match digits(text.as_bytes(), end + sign) {
        n @ 1..=5 => end + sign + n,
        _ => end,
    }
}

fn is_called(text: &str, start: usize) -> bool {
    let front = text[..start].trim_end_matches([' ', ':', '：', '.', '号', '码', '碼', '号']);
    CALLS.iter().any(|call| front.ends_with(call))
}

/// `(555) 123-4567` and `212-555-0123`, with `1-` or without.
fn american(run: &Run<'_>) -> Option<Range<usize>> {
    let (bytes, text) = (run.bytes(), run.text);
    // The lines of businesses, which anybody may call, are free of charge in both countries.
    let is_business = matches!(run.digits(), "400" | "800");
    if run.len() != 3 || !(b'2'..=b'9').contains(&bytes[run.start]) || is_business {
        return None;
    }
    let is_in_parentheses = run.start > 0 && bytes[run.start - 1] == b'(' && bytes.get(run.end) == Some(&b')');
    let (start, end) = match is_in_parentheses {
        true => {
            let at = run.end + 1 + usize::from(bytes.get(run.end + 1) == Some(&b' '));
            if digits(bytes, at) != 3 {
                return None;
            }
            (run.start - 1, groups(bytes, at + 3, b"- .", &[4])?)
        }
        false => {
            let end = run.groups(b"-", &[3, 4])?;
            if !(b'2'..=b'9').contains(&bytes[run.end + 1]) {
                return None;
            }
            (run.start, end)
        }
    };
    let has_one = text[..start].strip_suffix("1-").or_else(|| text[..start].strip_suffix("1 "));
    let is_long_distance =
        has_one.is_some_and(|front| !front.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-'));
    let place = if is_long_distance { start - 2..end } else { start..end };
    let is_sum = is_in_parentheses && before(text, &place).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    (!is_sum && !is_torn(text, &place) && !is_round(&only_digits(&text[place.clone()]))).then_some(place)
}
