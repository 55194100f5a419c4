//! The rules of C4: lines that are no sentences go, and pages of placeholders, code and bad words.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::data::clean::dictionary::is_whole_word;
use crate::data::clean::script::{is_chinese, is_han};
use crate::recipe::dataset::Quality;

/// What lines speak of that are about the page and not of its matter.
const NOTICES: [&str; 20] = [
    "javascript",
    "terms of use",
    "terms of service",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
    "隐私政策",
    "隐私权政策",
    "隐私声明",
    "使用条款",
    "服务条款",
    "用户协议",
    "cookie 政策",
    "cookie政策",
    "使用cookie",
    "使用 cookie",
    "版权声明",
    "免责声明",
];

static NOTICE: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder().ascii_case_insensitive(true).build(NOTICES).expect("a few short phrases fit an automaton")
});

/// Words of which a record may hold none.
pub(super) struct BadWords(AhoCorasick);

impl BadWords {
    pub(super) fn new(words: &[String]) -> Self {
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(words);
        Self(automaton.expect("a list of words that fits into memory fits an automaton"))
    }

    /// Overlapping ones are looked at too: the bad word may begin within a good one.
    fn is_in(&self, text: &str) -> bool {
        self.0.find_overlapping_iter(text).any(|found| is_whole_word(text, found.start(), found.end()))
    }
}

/// Returns the text without the lines that are no sentences, and without marks of citation; what has none is handed back.
pub(super) fn without_bad_lines<'t>(text: &'t str, rules: &Quality, n_lines: &mut u64) -> Cow<'t, str> {
    let mut kept = String::with_capacity(text.len());
    let (mut n_gone, mut is_changed) = (0, false);
    for line in text.split_inclusive('\n') {
        let bare = without_citations(line);
        is_changed |= matches!(bare, Cow::Owned(_));
        match line.trim().is_empty() || stays(bare.trim(), rules) {
            true => kept.push_str(&bare),
            false => n_gone += 1,
        }
    }
    *n_lines += n_gone;
    if n_gone == 0 && !is_changed { Cow::Borrowed(text) } else { Cow::Owned(kept) }
}

fn stays(line: &str, rules: &Quality) -> bool {
    let is_long_enough = match is_chinese(line) {
        true => line.chars().filter(|c| !c.is_whitespace()).count() >= rules.min_chinese_line_chars as usize,
        false => line.split_whitespace().take(rules.min_line_words as usize).count() >= rules.min_line_words as usize,
    };
    is_long_enough
        && (!rules.sentence_lines || ends_a_sentence(line))
        && !(rules.drop_notice_lines && NOTICE.is_match(line))
}

/// An ellipsis ends no sentence: it tells that the rest stands elsewhere. The Chinese one does.
fn ends_a_sentence(line: &str) -> bool {
    let bare = line.trim_end_matches(['"', '\'', '”', '’', '」', '』', '）', ')', '》', '】']);
    bare.ends_with(['.', '!', '?', '。', '！', '？', '；', '．', '｡']) && !line.ends_with("...") || bare.ends_with("……")
}

/// Marks such as `[3]`, `[edit]` and `[citation needed]`, which stand in copies of Wikipedia.
fn without_citations(line: &str) -> Cow<'_, str> {
    let mut bare = Cow::Borrowed(line);
    // One within another is no mark; more than a few levels of them nobody writes.
    for _ in 0..4 {
        match without_marks(&bare) {
            Some(without) => bare = Cow::Owned(without),
            None => break,
        }
    }
    bare
}

fn without_marks(line: &str) -> Option<String> {
    const WORDS: [&str; 4] = ["edit", "citation needed", "编辑", "來源請求"];
    let mut kept = String::new();
    let mut end = 0;
    for (start, _) in line.match_indices('[') {
        let inner = &line[start + 1..];
        let Some(length) = inner.as_bytes().iter().take(24).position(|byte| *byte == b']') else { continue };
        let inner = &inner[..length];
        let is_number = (1..=3).contains(&inner.len()) && inner.bytes().all(|byte| byte.is_ascii_digit());
        if is_number || WORDS.contains(&inner) {
            kept.push_str(&line[end..start]);
            end = start + length + 2;
        }
    }
    (end > 0).then(|| kept + &line[end..])
}

/// Returns the rule a text breaks first.
pub(super) fn verdict(text: &str, rules: &Quality, bad_words: Option<&BadWords>) -> Option<&'static str> {
    match () {
        () if sentences(text, rules.min_sentences) < rules.min_sentences => Some("c4: too few sentences"),
        () if rules.drop_curly_braces && memchr::memchr2(b'{', b'}', text.as_bytes()).is_some() => {
            Some("c4: curly braces")
        }
        () if rules.drop_lorem_ipsum && has_lorem_ipsum(text) => Some("c4: lorem ipsum"),
        () if bad_words.is_some_and(|words| words.is_in(text)) => Some("c4: bad words"),
        () => None,
    }
}

/// Returns the number of sentences, up to `enough`: marks that end one and are followed by white space or, in Chinese, by anything.
fn sentences(text: &str, enough: u32) -> u32 {
    let mut n = 0;
    let mut chars = text.chars().peekable();
    let mut has_letters = false;
    while let Some(c) = chars.next().filter(|_| n < enough) {
        has_letters |= c.is_alphanumeric() || is_han(c);
        let is_end = match c {
            '。' | '！' | '？' | '｡' => true,
            '.' | '!' | '?' => {
                chars.peek().is_none_or(|next| next.is_whitespace() || matches!(next, '"' | '\'' | '”' | '’' | ')'))
            }
            _ => false,
        };
        if is_end && has_letters {
            n += 1;
            has_letters = false;
        }
    }
    n
}

fn has_lorem_ipsum(text: &str) -> bool {
    static LOREM: LazyLock<AhoCorasick> = LazyLock::new(|| {
        AhoCorasick::builder().ascii_case_insensitive(true).build(["lorem ipsum"]).expect("two words fit an automaton")
    });
    LOREM.is_match(text)
}
