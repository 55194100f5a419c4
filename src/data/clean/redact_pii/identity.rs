//! National identity numbers: those with a checksum, and American social security numbers as they are always written.

use std::ops::Range;

use super::is_torn;
use super::numbers::{Run, digits};

/// Words in front of a number of Taiwan, whose checksum is weak.
const TAIWANESE: [&str; 6] = ["身分證", "身份證", "身份证", "統一編號", "统一编号", "ID"];

/// Returns the identity number that begins with a run of digits, or with letters in front of it.
pub(super) fn at(run: &Run<'_>) -> Option<Range<usize>> {
    match run.len() {
        3 => social_security(run).or_else(|| brazilian(run)),
        6 => hong_kong(run).or_else(|| chinese_in_groups(run)),
        9 => taiwanese(run),
        17 | 18 => chinese(run),
        _ => None,
    }
}

fn whole(run: &Run<'_>, place: Range<usize>) -> Option<Range<usize>> {
    (!is_torn(run.text, &place)).then_some(place)
}

/// China, GB 11643-1999: region, birthday, serial number, checksum.
fn chinese(run: &Run<'_>) -> Option<Range<usize>> {
    let is_x = matches!(run.bytes().get(run.end), Some(b'x' | b'X'));
    let end = run.start + 18;
    let is_long_enough = run.len() == 18 || (run.len() == 17 && is_x);
    let is_right = is_long_enough && is_chinese(&run.bytes()[run.start..end]);
    if is_right { whole(run, run.start..end) } else { None }
}

/// The same, written in groups of 6, 8 and 4.
fn chinese_in_groups(run: &Run<'_>) -> Option<Range<usize>> {
    let birthday_end = run.groups(b" -", &[8])?;
    let bytes = run.bytes();
    let end = birthday_end + 5;
    let last = bytes.get(birthday_end..end)?;
    let is_right = matches!(last[0], b' ' | b'-') && last[1..4].iter().all(u8::is_ascii_digit);
    let number: Vec<u8> = bytes[run.start..end].iter().copied().filter(|byte| !matches!(byte, b' ' | b'-')).collect();
    if is_right && is_chinese(&number) { whole(run, run.start..end) } else { None }
}

fn is_chinese(number: &[u8]) -> bool {
    let value = |range: Range<usize>| {
        number[range].iter().fold(0, |value, digit| value * 10 + u32::from(digit.wrapping_sub(b'0')))
    };
    let is_dated =
        (1800..2100).contains(&value(6..10)) && (1..=12).contains(&value(10..12)) && (1..=31).contains(&value(12..14));
    if number.len() != 18
        || !number[..17].iter().all(u8::is_ascii_digit)
        || !(b'1'..=b'8').contains(&number[0])
        || !is_dated
    {
        return false;
    }
    let sum: u32 =
        number[..17].iter().enumerate().map(|(i, digit)| u32::from(digit - b'0') * (1 << (17 - i)) % 11).sum();
    number[17].to_ascii_uppercase() == b"10X98765432"[(sum % 11) as usize]
}

/// Hong Kong: one or two letters, six digits, and a check character in parentheses.
fn hong_kong(run: &Run<'_>) -> Option<Range<usize>> {
    let (bytes, text) = (run.bytes(), run.text);
    let n_letters = bytes[..run.start].iter().rev().take(3).take_while(|byte| byte.is_ascii_uppercase()).count();
    let rest = &text[run.end..];
    let (open, close) = if rest.starts_with('(') { ("(", ")") } else { ("（", "）") };
    let inner = rest.strip_prefix(open)?;
    let check = *inner.as_bytes().first()?;
    if !(1..=2).contains(&n_letters) || !inner.get(1..)?.starts_with(close) {
        return None;
    }
    let letters = &bytes[run.start - n_letters..run.start];
    let letter = |letter: u8| u32::from(letter - b'A') + 10;
    let first = if n_letters == 2 { letter(letters[0]) } else { 36 };
    let mut sum = first * 9 + letter(letters[n_letters - 1]) * 8;
    sum += run.digits().bytes().zip((2..=7).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum::<u32>();
    let check = match check {
        b'A' => 10,
        digit if digit.is_ascii_digit() => u32::from(digit - b'0'),
        _ => return None,
    };
    let place = run.start - n_letters..run.end + open.len() + 1 + close.len();
    if (sum + check).is_multiple_of(11) { whole(run, place) } else { None }
}

/// Taiwan: a letter, 1 or 2, eight digits of which the last is a checksum; only where words say so.
fn taiwanese(run: &Run<'_>) -> Option<Range<usize>> {
    const LOOKED_AT: usize = 32;
    // The letters stand for numbers in an order of their own.
    const LETTERS: &[u8; 26] = b"ABCDEFGHJKLMNPQRSTUVXYWZIO";
    let first = *run.bytes().get(run.start.checked_sub(1)?)?;
    let number = 10 + LETTERS.iter().position(|letter| *letter == first)? as u32;
    let digits = run.digits().as_bytes();
    if !matches!(digits[0], b'1' | b'2') {
        return None;
    }
    let weights = [8, 7, 6, 5, 4, 3, 2, 1, 1];
    let sum: u32 = number / 10
        + number % 10 * 9
        + digits.iter().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum::<u32>();
    let front = &run.text[run.text.ceil_char_boundary((run.start - 1).saturating_sub(LOOKED_AT))..run.start - 1];
    let is_said = TAIWANESE.iter().any(|word| front.contains(word));
    if sum.is_multiple_of(10) && is_said { whole(run, run.start - 1..run.end) } else { None }
}

/// The United States: area, group and serial number, with hyphens; numbers that were never given out are none.
fn social_security(run: &Run<'_>) -> Option<Range<usize>> {
    let end = run.groups(b"-", &[2, 4])?;
    let area: u32 = run.digits().parse().ok()?;
    let (group, serial) = (&run.text[run.end + 1..run.end + 3], &run.text[run.end + 4..end]);
    let is_given_out = !matches!(area, 0 | 666 | 900..) && group != "00" && serial != "0000";
    if is_given_out { whole(run, run.start..end) } else { None }
}

/// Brazil, CPF: `123.456.789-09` with two check digits.
fn brazilian(run: &Run<'_>) -> Option<Range<usize>> {
    let bytes = run.bytes();
    let body = run.groups(b".", &[3, 3])?;
    let end = body + 3;
    if bytes.get(body) != Some(&b'-') || digits(bytes, body + 1) != 2 {
        return None;
    }
    let number: Vec<u32> =
        bytes[run.start..end].iter().filter(|byte| byte.is_ascii_digit()).map(|byte| u32::from(byte - b'0')).collect();
    let check = |n: usize| {
        let sum: u32 = number[..n].iter().zip((2..=n as u32 + 1).rev()).map(|(digit, weight)| digit * weight).sum();
        sum * 10 % 11 % 10
    };
    let is_one_digit = number.iter().all(|digit| *digit == number[0]);
    let is_right = !is_one_digit && check(9) == number[9] && check(10) == number[10];
    if is_right { whole(run, run.start..end) } else { None }
}
