//! What is too strange to be parsed as HTML, and what is done with it instead.
//!
//! The algorithm of the standard looks at all open elements for each tag, and at all attributes for each attribute: on a page that
//! is made for it, its time grows with the square of the size. Such pages are recognised by counting.

/// The most elements that may be open at once, about.
const DEEPEST: usize = 500;
/// The most attributes of a tag, about.
const MOST_ATTRIBUTES: usize = 500;

/// Elements that have no end, or that end by themselves where the next begins: they do not nest.
const FLAT: [&[u8]; 30] = [
    b"area",
    b"base",
    b"br",
    b"col",
    b"embed",
    b"hr",
    b"img",
    b"input",
    b"link",
    b"meta",
    b"param",
    b"source",
    b"track",
    b"wbr",
    b"p",
    b"li",
    b"dd",
    b"dt",
    b"td",
    b"th",
    b"tr",
    b"tbody",
    b"thead",
    b"tfoot",
    b"option",
    b"optgroup",
    b"colgroup",
    b"html",
    b"head",
    b"body",
];

/// Returns whether a page can be parsed in time that grows with its size.
pub(crate) fn is_harmless(text: &str) -> bool {
    let (mut depth, mut is_harmless) = (0_usize, true);
    tags(text, |_, tag| {
        let name = name_of(tag.bytes);
        match tag.bytes.first() {
            Some(b'/') => depth = depth.saturating_sub(usize::from(!is_flat(&name[1.min(name.len())..]))),
            Some(byte) if byte.is_ascii_alphabetic() => depth += usize::from(!is_flat(name)),
            Some(_) | None => {}
        }
        is_harmless &= depth <= DEEPEST && tag.n_attributes <= MOST_ATTRIBUTES;
        is_harmless
    });
    is_harmless
}

/// Returns a text without its tags and without what stands in scripts and styles; character references are left as they are.
pub(crate) fn without_tags(text: &str) -> String {
    let (mut kept, mut end, mut is_code) = (String::with_capacity(text.len()), 0, false);
    tags(text, |range, tag| {
        if !is_code {
            kept.push_str(&text[end..range.start]);
            kept.push(' ');
        }
        end = range.end;
        let name = name_of(tag.bytes).to_ascii_lowercase();
        is_code = match is_code {
            true => !matches!(name.as_slice(), b"/script" | b"/style"),
            false => matches!(name.as_slice(), b"script" | b"style"),
        };
        true
    });
    if !is_code {
        kept.push_str(&text[end..]);
    }
    kept
}

struct Tag<'t> {
    /// What stands between `<` and `>`.
    bytes: &'t [u8],
    n_attributes: usize,
}

/// Calls `look` with every tag and where it stands, until it says no.
fn tags(text: &str, mut look: impl FnMut(std::ops::Range<usize>, &Tag<'_>) -> bool) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(skipped) = memchr::memchr(b'<', &bytes[at..]) {
        let start = at + skipped;
        let is_tag =
            bytes.get(start + 1).is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?'));
        if !is_tag {
            at = start + 1;
            continue;
        }
        let (end, n_attributes) = end_of_tag(bytes, start + 1);
        if !look(start..end, &Tag { bytes: &bytes[start + 1..end], n_attributes }) {
            return;
        }
        at = end;
    }
}

/// Returns where a tag ends, `>` included, and how many attributes it has.
fn end_of_tag(bytes: &[u8], start: usize) -> (usize, usize) {
    let (mut quote, mut n, mut is_space) = (0, 0, false);
    for (i, byte) in bytes[start..].iter().enumerate() {
        match (quote, byte) {
            (0, b'>') => return (start + i + 1, n),
            (0, b'"' | b'\'') if bytes[start + i - 1] == b'=' || is_space => quote = *byte,
            (0, b' ' | b'\n' | b'\t' | b'/') => {}
            (0, _) => n += usize::from(is_space),
            (open, byte) if open == *byte => quote = 0,
            (_, _) => {}
        }
        is_space = quote == 0 && matches!(byte, b' ' | b'\n' | b'\t' | b'/');
    }
    (bytes.len(), n)
}

/// Returns the name of a tag, the slash of a closing one included.
fn name_of(tag: &[u8]) -> &[u8] {
    let end = tag.iter().skip(1).position(|byte| !byte.is_ascii_alphanumeric()).map_or(tag.len(), |end| end + 1);
    &tag[..end]
}

fn is_flat(name: &[u8]) -> bool {
    FLAT.iter().any(|flat| flat.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_harmless_until_somebody_wants_them_not_to_be() {
        assert!(is_harmless(&"<p>text <b>bold</b><br><li>item".repeat(10_000)));
        assert!(is_harmless(&format!("<img src=\"data:{}\">", "x ".repeat(100_000))));
        assert!(!is_harmless(&"<div>".repeat(10_000)));
        assert!(!is_harmless(&"<b><p>".repeat(10_000)));
        let attributes: String = (0..10_000).map(|i| format!("a{i} ")).collect();
        assert!(!is_harmless(&format!("<a {attributes}>")));
    }

    #[test]
    fn tags_are_cut_out_of_what_is_not_parsed() {
        assert_eq!(
            without_tags("a<b>c</b><script>d</script><i title='x>y'>e< f"),
            "a c    e< f".replace("    ", "   ")
        );
    }
}
