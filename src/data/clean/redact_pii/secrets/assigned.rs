//! What follows `password=`, `"api_key": "…"`, `密码：` and the like.

use std::ops::Range;

use super::entropy;

/// A word that announces a secret.
pub(super) struct Word {
    pub text: &'static str,
    /// Whether what follows is made up by a person, short and not random.
    is_password: bool,
}

const fn password(text: &'static str) -> Word {
    Word { text, is_password: true }
}

const fn key(text: &'static str) -> Word {
    Word { text, is_password: false }
}

pub(super) const WORDS: [Word; 23] = [
    password("password"),
    password("passwd"),
    password("passphrase"),
    password("pwd"),
    password("密码"),
    password("口令"),
    password("密碼"),
    key("secret"),
    key("token"),
    key("apikey"),
    key("api_key"),
    key("api-key"),
    key("access_key"),
    key("access-key"),
    key("accesskey"),
    key("private_key"),
    key("auth_key"),
    key("encryption_key"),
    key("signing_key"),
    key("密钥"),
    key("秘钥"),
    key("令牌"),
    key("credential"),
];

/// Beginnings of what stands for a secret and is none.
const PLACEHOLDERS: [&str; 31] = [
    "your",
    "my_",
    "my-",
    "<",
    "$",
    "{",
    "[",
    "%",
    "xxx",
    "***",
    "...",
    "example",
    "changeme",
    "change_me",
    "change-me",
    "placeholder",
    "todo",
    "none",
    "null",
    "nil",
    "true",
    "false",
    "undefined",
    "env",
    "os.",
    "process.",
    "config",
    "secret",
    "password",
    "passwd",
    "settings",
];

/// Returns the token behind `Bearer `.
pub(super) fn bearer(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let is_letter =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'+' | b'/' | b'=');
    let length = bytes[at..].iter().take(LONGEST_BEARER).take_while(|byte| is_letter(byte)).count();
    let place = at..at + length - bytes[at..at + length].iter().rev().take_while(|byte| **byte == b'.').count();
    let value = &bytes[place.clone()];
    ((20..LONGEST_BEARER).contains(&value.len()) && is_random(value)).then_some(place)
}

/// And behind `Bearer `, in bytes.
const LONGEST_BEARER: usize = 4096;
/// Longer values are no secrets; known forms of keys, which may be longer, are found by how they begin.
const LONGEST: usize = 256;

/// Returns the value that is assigned to a word which ends at `at`.
pub(super) fn value(text: &str, at: usize, word: &Word) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let at = if word.text.is_ascii() { end_of_identifier(bytes, at)? } else { at };
    let at = at + usize::from(matches!(bytes.get(at), Some(b'"' | b'\'' | b'`')));
    let at = blanks(bytes, at);
    let (at, is_loose) = assignment(text, at, word)?;
    let at = blanks(bytes, at);
    let quote = text[at..].chars().next().filter(|c| matches!(c, '"' | '\'' | '`' | '“'));
    match quote {
        Some(quote) => quoted(text, at + quote.len_utf8(), if quote == '“' { '”' } else { quote }, word),
        None => bare(text, at, word, is_loose),
    }
}

/// `token` and `token_2` may announce a secret, `tokenizer` does not.
fn end_of_identifier(bytes: &[u8], at: usize) -> Option<usize> {
    const LONGEST_TAIL: usize = 24;
    let is_tail = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let length = bytes[at..].iter().take(LONGEST_TAIL).take_while(|byte| is_tail(byte)).count();
    let is_other_word = length > 0 && bytes[at].is_ascii_lowercase() && !(length == 1 && bytes[at] == b's');
    (!is_other_word && length < LONGEST_TAIL).then_some(at + length)
}

fn blanks(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take(4).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Returns what is behind the sign of an assignment, and whether that sign is a word or a colon, as in prose.
fn assignment(text: &str, at: usize, word: &Word) -> Option<(usize, bool)> {
    let rest = &text[at..];
    let is_chinese = !word.text.is_ascii();
    let signs = [
        (":=", false),
        ("=>", false),
        ("=", false),
        (":", true),
        ("：", true),
        ("＝", false),
        ("是", true),
        ("为", true),
        ("is ", true),
    ];
    let (sign, is_loose) = signs.into_iter().find(|(sign, _)| rest.starts_with(sign))?;
    let is_comparison = sign == "=" && rest.starts_with("==") || sign == ":" && rest.starts_with("::");
    let is_chinese_word = matches!(sign, "是" | "为");
    (!is_comparison && (is_chinese || !is_chinese_word)).then_some((at + sign.len(), is_loose))
}

fn quoted(text: &str, start: usize, quote: char, word: &Word) -> Option<Range<usize>> {
    const LONGEST_QUOTED: usize = 512;
    let inner = &text[start..text.floor_char_boundary(start + LONGEST_QUOTED)];
    let value = &inner[..inner.find([quote, '\n'])?];
    let is_closed = inner[value.len()..].starts_with(quote);
    let is_value = match word.is_password {
        true => value.len() >= 4 && !value.contains(char::is_whitespace) && is_password(value),
        false => value.len() >= 12 && is_random(value.as_bytes()),
    };
    (is_closed && is_value && !is_placeholder(value)).then_some(start..start + value.len())
}

fn bare(text: &str, start: usize, word: &Word, is_loose: bool) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let ends = |byte: &u8| {
        let is_sign =
            matches!(byte, b',' | b';' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'(' | b')' | b'{' | b'}' | b'|' | b'\\');
        !byte.is_ascii_graphic() || is_sign || (*byte == b'&' && !is_loose)
    };
    let length = bytes[start..].iter().take(LONGEST).take_while(|byte| !ends(byte)).count();
    let is_too_long = length == LONGEST;
    let length = text[start..start + length].trim_end_matches(['.', ':', '!', '?', ']']).len();
    let value = &text[start..start + length];
    let is_call = matches!(bytes.get(start + length), Some(b'(' | b'<' | b'{' | b'['));
    let is_value = match word.is_password {
        true => {
            value.len() >= 6 && is_password(value) && (!is_loose || value.bytes().any(|byte| byte.is_ascii_digit()))
        }
        false => value.len() >= 16 && is_random(value.as_bytes()),
    };
    (is_value && !is_too_long && !is_call && !is_placeholder(value)).then_some(start..start + length)
}

/// Returns whether a person may have made this up to be let in: letters, and digits or signs among them.
fn is_password(value: &str) -> bool {
    let has_letter = value.bytes().any(|byte| byte.is_ascii_alphabetic());
    let has_digit = value.bytes().any(|byte| byte.is_ascii_digit());
    let has_sign = value
        .bytes()
        .any(|byte| matches!(byte, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'+' | b'?' | b'~'));
    let is_number = value.len() >= 6 && value.bytes().all(|byte| byte.is_ascii_digit());
    let is_path = value.starts_with(['/', '.'])
        || value.contains("://")
        || value.contains("::")
        || value.matches(':').count() > 1;
    value.is_ascii() && (has_letter && (has_digit || has_sign) || is_number) && !is_path && !is_format(value)
}

/// `%s`, `{0}` and `$1` are filled in later.
fn is_format(value: &str) -> bool {
    value.len() <= 4 && value.starts_with(['%', '{', '$'])
}

/// Returns whether a machine made this up: letters and digits, and as much disorder as keys have.
fn is_random(value: &[u8]) -> bool {
    let is_letter =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-' | b'.' | b'~');
    let n_digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let n_letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    value.iter().all(is_letter) && n_digits >= 2 && n_letters >= 2 && entropy(value) >= 3.0
}

fn is_placeholder(value: &str) -> bool {
    let head: String = value.chars().take(16).collect::<String>().to_ascii_lowercase();
    let first = value.as_bytes().first();
    let is_one_letter = value.bytes().all(|byte| Some(&byte) == first);
    is_one_letter
        || PLACEHOLDERS.iter().any(|placeholder| head.starts_with(placeholder))
        || value.contains("${")
        || value.contains("{{")
}
