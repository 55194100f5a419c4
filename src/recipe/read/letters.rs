//! What people type instead of what they mean: look-alike letters, typographic quotes, numbers with units.

use crate::recipe::problem;
use crate::recipe::read::node::{Node, Value, shown};

/// Letters that look like ASCII and are not, beside the full-width forms.
const LOOK_ALIKES: [(&str, &str); 6] = [
    ("авеёорсухікмнтАВЕКМНОРСТХІ", "abeeopcyxikmhtABEKMHOPCTXI"),
    ("αενορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aevoptuxABEZHIKMNOPTYX"),
    ("‐‑‒–—―−﹣", "--------"),
    ("‘’‚‛′“”„‟″«»", "'''''\"\"\"\"\"\"\""),
    ("：，；（）［］｛｝", ":,;()[]{}"),
    ("ıłǃ", "il!"),
];

/// The letters of a text that are looked at: nothing a recipe means is longer.
const MOST_LETTERS: usize = 128;

/// Returns whether a character cannot be seen, or changes how others are shown.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{feff}')
}

/// Returns the ASCII character that this one looks like.
fn look_alike(c: char) -> Option<char> {
    if c.is_ascii() {
        return None;
    }
    if ('\u{ff01}'..='\u{ff5e}').contains(&c) {
        return char::from_u32(u32::from(c) - 0xfee0);
    }
    let found = LOOK_ALIKES.iter().find_map(|(strange, plain)| {
        strange.chars().position(|known| known == c).and_then(|position| plain.chars().nth(position))
    });
    found.or(is_invisible(c).then_some(' '))
}

/// Returns the text in the letters it seems to be typed in.
fn plain(text: &str) -> String {
    text.chars().take(MOST_LETTERS).map(|c| look_alike(c).unwrap_or(c)).collect::<String>().trim().to_owned()
}

/// Returns what is strange about the letters of a text, if anything is.
pub fn hint(text: &str) -> Option<String> {
    let (strange, like) = text.chars().take(MOST_LETTERS).find_map(|c| Some((c, look_alike(c)?)))?;
    let code = u32::from(strange);
    Some(match like {
        ' ' => format!("there is a character nobody sees in it: U+{code:04X}"),
        '"' | '\'' => format!("`{strange}` (U+{code:04X}) is a typographic quote; YAML knows `\"` and `'`"),
        _ => format!("`{strange}` (U+{code:04X}) is not the `{like}` it looks like"),
    })
}

/// Returns what is strange about a text that stands in typographic quotes, which are then part of it.
pub fn quoted(text: &str) -> Option<String> {
    let first = text.rsplit('/').next().and_then(|part| part.chars().next())?;
    look_alike(first).filter(|plain| matches!(plain, '"' | '\'')).and_then(|_| hint(text))
}

/// Returns `did you mean …?` for the candidate nearest to a word, and what is strange about its letters.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let near = problem::nearest(plain(word).trim_matches(['"', '\'']), candidates)?;
    Some(match hint(word) {
        Some(strange) => format!("did you mean `{near}`? {strange}"),
        None => format!("did you mean `{near}`?"),
    })
}

/// Returns whether a word is a known one but for one letter.
pub fn is_slip(word: &str, known: &[&str]) -> bool {
    let word = plain(word).to_lowercase().replace('_', "-");
    known.iter().any(|known| strsim::damerau_levenshtein(&word, known) <= 1)
}

/// Returns how a value may be typed so that it is what is expected: a number without a unit, text in quotes.
pub fn typed_otherwise(node: &Node, expected: &str) -> Option<String> {
    match &node.value {
        Value::Text(_) if node.is_filled && expected.contains("number") => {
            Some("a variable is a number only where `${…}` stands alone".to_owned())
        }
        Value::Text(text) if expected.contains("number") => number(text),
        Value::Text(text) if expected.contains("`true`") => match text.to_lowercase().as_str() {
            "yes" | "y" | "on" | "1" | "true" => Some("write `true`".to_owned()),
            "no" | "n" | "off" | "0" | "false" => Some("write `false`".to_owned()),
            _ => None,
        },
        Value::Text(text) if expected == "a list" => {
            Some(match text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
                true => format!("write `[{text}]`"),
                false => format!("write `[\"{}\"]`", shown(text).trim_matches('`')),
            })
        }
        Value::Integer(_) | Value::Number(_) if expected == "a list" => {
            Some(format!("write `[{}]`", node.scalar_text()?))
        }
        Value::Map(_) if expected == "a list" => Some("write `[{ … }]`, or begin every item with `- `".to_owned()),
        Value::Bool(_) | Value::Integer(_) | Value::Number(_) if expected == "text" => {
            Some(format!("in quotes it is text: `\"{}\"`", node.scalar_text()?))
        }
        Value::Null => Some("nothing follows the colon, or only a comment".to_owned()),
        _ => None,
    }
}

/// Returns how a text is typed as the number it stands for.
fn number(text: &str) -> Option<String> {
    let plain = plain(text);
    let parsed = |text: &str| text.parse::<f64>().ok().filter(|value| value.is_finite());
    if parsed(text).is_some() {
        return Some(format!("in quotes it is text: write `{text}`"));
    }
    if let Some(percent) = plain.strip_suffix('%').and_then(|text| parsed(text.trim())) {
        return Some(format!("numbers have no `%`: {percent} % of 1 is `{}`", percent / 100.0));
    }
    let bare: String = plain.chars().filter(|c| !matches!(c, '_' | ',' | ' ' | '\'')).collect();
    if parsed(&bare).is_some() {
        return Some(format!("write `{bare}`"));
    }
    let units = [("k", 1e3), ("K", 1e3), ("M", 1e6), ("m", 1e6), ("G", 1e9), ("B", 1e9), ("b", 1e9)];
    let scaled = units.iter().find_map(|(unit, factor)| Some(parsed(bare.strip_suffix(unit)?)? * factor));
    let whole = [("0x", 16), ("0X", 16), ("0o", 8), ("0b", 2)].iter().find_map(|(prefix, radix)| {
        i64::from_str_radix(bare.strip_prefix(prefix)?, *radix).ok().map(|value| value as f64)
    });
    match scaled.or(whole) {
        Some(value) => Some(format!("write `{value}`")),
        None => hint(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_look_alike_are_told_and_understood() {
        assert_eq!(
            nearest("l\u{435}arning-rate", ["learning-rate", "steps"]).unwrap(),
            "did you mean `learning-rate`? `\u{435}` (U+0435) is not the `e` it looks like"
        );
        assert!(nearest("steps\u{a0}", ["steps"]).unwrap().ends_with("U+00A0"));
        assert!(nearest("“fp32”", ["fp32"]).unwrap().contains("typographic quote"));
        assert!(nearest("ｓｔｅｐｓ", ["steps"]).unwrap().contains("U+FF53"));
        assert_eq!(hint("steps"), None);
        assert!(LOOK_ALIKES.iter().all(|(strange, plain)| strange.chars().count() == plain.chars().count()));
    }

    #[test]
    fn numbers_typed_for_people_are_told_as_yaml_wants_them() {
        for (typed, meant) in [
            ("1_000", "1000"),
            ("10,000", "10000"),
            ("300k", "300000"),
            ("1.5M", "1500000"),
            ("0x10", "16"),
            ("0o17", "15"),
            ("１２", "12"),
        ] {
            assert_eq!(number(typed).unwrap(), format!("write `{meant}`"), "{typed}");
        }
        assert!(number("15%").unwrap().ends_with("`0.15`"));
        assert_eq!(number("many"), None);
    }
}
