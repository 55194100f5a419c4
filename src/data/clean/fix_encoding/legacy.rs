//! UTF-8 that was read as Latin-1, Windows-1252 or Windows-1251.
//!
//! A sequence is *strong* where it means nothing else: `â€™`, `ï¼Œ`, `ðŸ˜€`, `Ã©`, or two sequences side by side. It is *weak* where
//! it may be meant as it stands, such as `ß“` in „Spaß“. Strong ones are mended; weak ones only in a text full of them.

use std::sync::LazyLock;

use encoding_rs::{Encoding, WINDOWS_1251, WINDOWS_1252};

/// A sequence of wrong characters, and the one they stand for.
#[derive(Debug, Clone, Copy)]
struct Sequence {
    start: usize,
    end: usize,
    right: char,
    is_strong: bool,
}

/// What a text looks like, read as one encoding.
#[derive(Debug, Default)]
struct Seen {
    sequences: Vec<Sequence>,
    /// Further characters of the upper half of the encoding: a text that has many of them was rather meant so.
    n_loose: usize,
}

/// The bytes of the characters in the upper half of an encoding.
pub(super) struct Upper(Vec<(char, u8)>);

/// Latin-1 and Windows-1252 together: programs mix them up themselves.
pub(super) static LATIN: LazyLock<Upper> = LazyLock::new(|| {
    let controls = (0x80..=0x9f).map(|byte: u8| (char::from(byte), byte));
    Upper::new(of(WINDOWS_1252).chain(controls))
});
static CYRILLIC: LazyLock<Upper> = LazyLock::new(|| Upper::new(of(WINDOWS_1251)));

fn of(encoding: &'static Encoding) -> impl Iterator<Item = (char, u8)> {
    (0x80..=0xff).filter_map(|byte: u8| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(&[byte])?.into_owned();
        text.chars().next().map(|c| (c, byte))
    })
}

impl Upper {
    fn new(pairs: impl Iterator<Item = (char, u8)>) -> Self {
        let mut pairs: Vec<_> = pairs.collect();
        pairs.sort_unstable();
        pairs.dedup_by_key(|(c, _)| *c);
        Self(pairs)
    }

    /// Returns the byte of a character.
    pub(super) fn byte(&self, c: char) -> Option<u8> {
        if c.is_ascii() || c > '\u{2200}' {
            return None;
        }
        self.0.binary_search_by_key(&c, |(known, _)| *known).ok().map(|i| self.0[i].1)
    }
}

/// Mends a text, and counts the sequences; `None` where there is nothing to mend.
pub(super) fn mend(text: &str, n_mended: &mut u64) -> Option<String> {
    one(text, &LATIN, is_strong_latin, n_mended).or_else(|| one(text, &CYRILLIC, is_strong_cyrillic, n_mended))
}

type IsStrong = fn(&str, &Sequence, &[u8]) -> bool;

fn one(text: &str, upper: &Upper, is_strong: IsStrong, n_mended: &mut u64) -> Option<String> {
    let Seen { mut sequences, n_loose } = look(text, upper, is_strong);
    let n_strong = sequences.iter().filter(|sequence| sequence.is_strong).count();
    let n_weak = sequences.len() - n_strong;
    let is_full = (n_strong >= 1 && n_loose <= sequences.len()) || (n_weak >= 3 && n_loose * 2 <= n_weak);
    sequences.retain(|sequence| sequence.is_strong || is_full);
    if sequences.is_empty() {
        return None;
    }
    *n_mended += sequences.len() as u64;
    let (mut mended, mut end) = (String::with_capacity(text.len()), 0);
    for sequence in sequences {
        mended.push_str(&text[end..sequence.start]);
        mended.push(sequence.right);
        end = sequence.end;
    }
    Some(mended + &text[end..])
}

fn look(text: &str, upper: &Upper, is_strong: IsStrong) -> Seen {
    let mut seen = Seen::default();
    let mut at = 0;
    while let Some(skipped) = text.as_bytes()[at..].iter().position(|byte| !byte.is_ascii()) {
        at += skipped;
        let Some(c) = text[at..].chars().next() else { break };
        let lead = upper.byte(c);
        let found = lead.and_then(|lead| sequence(text, at, lead, upper));
        let Some((mut sequence, bytes)) = found else {
            seen.n_loose += usize::from(lead.is_some());
            at += c.len_utf8();
            continue;
        };
        sequence.is_strong = is_strong(text, &sequence, &bytes);
        if let Some(last) = seen.sequences.last_mut()
            && last.end == sequence.start
            && is_akin(last.right, sequence.right)
        {
            (last.is_strong, sequence.is_strong) = (true, true);
        }
        at = sequence.end;
        seen.sequences.push(sequence);
    }
    seen
}

/// Returns the sequence that begins at `start` with a byte of UTF-8, and its bytes.
fn sequence(text: &str, start: usize, lead: u8, upper: &Upper) -> Option<(Sequence, Vec<u8>)> {
    let n = match lead {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let (mut bytes, mut end) = (Vec::with_capacity(4), start);
    for c in text[start..].chars().take(n) {
        let byte = upper.byte(c)?;
        if !bytes.is_empty() && !(0x80..0xc0).contains(&byte) {
            return None;
        }
        bytes.push(byte);
        end += c.len_utf8();
    }
    let right = std::str::from_utf8(&bytes).ok()?.chars().next()?;
    let is_nothing = matches!(right, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..) || (right.is_control() && n > 2);
    (!is_nothing).then_some((Sequence { start, end, right, is_strong: false }, bytes))
}

/// Returns whether two characters are of one script, so that they may well stand side by side.
fn is_akin(one: char, other: char) -> bool {
    let block = |c: char| match c {
        '\u{80}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => 0,
        '\u{370}'..='\u{3ff}' => 1,
        '\u{400}'..='\u{52f}' => 2,
        '\u{590}'..='\u{6ff}' => 3,
        '\u{2000}'..='\u{2bff}' | '\u{1f000}'.. => 4,
        '\u{2e80}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}' => 5,
        '\u{ac00}'..='\u{d7a3}' => 6,
        '\u{900}'..='\u{dff}' => 7,
        '\u{e00}'..='\u{eff}' => 8,
        _ => 9,
    };
    let (one, other) = (block(one), block(other));
    one == other && one != 9
}

fn is_strong_latin(text: &str, sequence: &Sequence, bytes: &[u8]) -> bool {
    let source = &text[sequence.start..sequence.end];
    // What looks like a control character in the middle of text is always a byte.
    if source.chars().any(|c| matches!(c, '\u{80}'..='\u{9f}')) {
        return true;
    }
    if sequence.right.is_control() {
        return false;
    }
    match bytes[0] {
        0xc2 => !matches!(sequence.right, '«' | '»'),
        0xc3 => {
            // `IRMÃ…` ends in a letter and an ellipsis, `Ã…ngström` begins with `Å`.
            let may_end = source.ends_with(['…', '”', '“', '»', '«', '’', '‘', '–', '—', '›', '‹', '™', '®', '°']);
            !may_end || text[sequence.end..].starts_with(|c: char| c.is_ascii_lowercase())
        }
        0xe2 | 0xe3 | 0xef => true,
        0xf0..=0xf4 => true,
        _ => false,
    }
}

fn is_strong_cyrillic(text: &str, sequence: &Sequence, bytes: &[u8]) -> bool {
    let has_byte = text[sequence.start..sequence.end].chars().any(|c| matches!(c, '\u{80}'..='\u{9f}'));
    (has_byte || matches!(bytes[0], 0xe2 | 0xf0..=0xf4)) && !sequence.right.is_control()
}
