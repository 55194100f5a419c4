//! What characters are: the classes that words are cut by, and the characters that stand for bytes.

use std::sync::LazyLock;

/// A letter.
pub const LETTER: u8 = 1;
/// A number.
pub const NUMBER: u8 = 2;
/// White space.
pub const SPACE: u8 = 4;
/// What is none of these.
pub const OTHER: u8 = 8;
/// A Han character, beside what else it is.
pub const HAN: u8 = 16;

/// The classes of all characters, by their code.
static CLASSES: LazyLock<Box<[u8]>> = LazyLock::new(|| {
    let all: String = ('\0'..=char::MAX).collect();
    let mut classes = vec![OTHER; u32::from(char::MAX) as usize + 1];
    for (pattern, class) in [(r"\p{L}+", LETTER), (r"\p{N}+", NUMBER), (r"\s+", SPACE)] {
        let pattern = regex::Regex::new(pattern).expect("our own patterns are valid");
        let found = pattern.find_iter(&all).flat_map(|found| found.as_str().chars());
        found.for_each(|character| classes[u32::from(character) as usize] = class);
    }
    let han = regex::Regex::new(r"\p{Han}+").expect("our own patterns are valid");
    let found = han.find_iter(&all).flat_map(|found| found.as_str().chars());
    found.for_each(|character| classes[u32::from(character) as usize] |= HAN);
    classes.into()
});

/// Returns the classes of all characters.
pub fn classes() -> &'static [u8] {
    &CLASSES
}

/// Returns whether a character is Han.
pub fn is_han(character: char) -> bool {
    CLASSES[u32::from(character) as usize] & HAN != 0
}

/// The character that stands for each byte: printable Latin-1 characters stand for themselves; the other 68 bytes, in order, are
/// `U+0100` and the following (Radford et al. 2019).
static OF_BYTES: LazyLock<[char; 256]> = LazyLock::new(|| {
    let mut next = 0x100;
    std::array::from_fn(|byte| match byte as u8 {
        byte if is_printable(byte) => char::from(byte),
        _ => {
            next += 1;
            char::from_u32(next - 1).expect("there are characters up to U+0143")
        }
    })
});

/// Returns the characters that stand for bytes.
pub fn of_bytes(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| OF_BYTES[usize::from(*byte)]).collect()
}

/// The byte each of those characters stands for, by their code.
static BYTES: LazyLock<[Option<u8>; 0x144]> = LazyLock::new(|| {
    let mut bytes = [None; 0x144];
    (0..=255).for_each(|byte| bytes[u32::from(OF_BYTES[usize::from(byte)]) as usize] = Some(byte));
    bytes
});

/// Returns the byte a character stands for.
pub fn byte_of(character: char) -> Option<u8> {
    BYTES.get(u32::from(character) as usize).copied().flatten()
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff)
}
