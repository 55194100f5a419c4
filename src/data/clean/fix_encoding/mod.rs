//! `fix-encoding`: text that was decoded as what it is not.
//!
//! Wrong decoding leaves traces that hardly occur by chance: characters that, encoded back as what they were wrongly read as,
//! are the bytes of valid UTF-8. Such pieces are mended where they stand, the rest of the text is left alone, and a piece is only
//! mended where the result is clearly better ([`legacy`], [`gbk`]). Text that was spoiled twice is mended twice.

mod legacy;
mod gbk;

use std::borrow::Cow;

use crate::data::clean::{Counts, Fate, Step};
use crate::data::record::Record;

/// How often a text is looked at: as often as anything is found, and no more than this.
const ROUNDS: usize = 12;

/// Mends texts, and drops records that are beyond repair.
pub struct FixEncoding {
    /// The share of characters that may be beyond repair.
    pub max_damage: f64,
}

/// What mending found.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The pieces that were mended.
    pub mended: u64,
    /// The characters that are lost: they were replaced before we saw them.
    pub lost: u64,
    /// The control characters that went, terminal sequences as one.
    pub controls: u64,
}

impl Step for FixEncoding {
    fn one(&self, record: Record, counts: &mut Counts) -> Fate {
        let mut found = Found::default();
        let record = record.map(|text| {
            let (mended, here) = fix(text);
            found = Found {
                mended: found.mended + here.mended,
                lost: found.lost + here.lost,
                controls: found.controls + here.controls,
            };
            mended
        });
        let names = ["mended", "lost characters", "control characters"];
        for (name, n) in names.into_iter().zip([found.mended, found.lost, found.controls]) {
            *counts.entry(name.to_owned()).or_default() += n;
        }
        let share = |lost: u64| {
            let left: usize = record.texts().map(|text| text.chars().count()).sum();
            lost as f64 / (left as f64 + lost as f64)
        };
        match found.lost > 0 && share(found.lost) > self.max_damage {
            true => Fate::Drop { record, reason: "beyond repair" },
            false => Fate::Keep(record),
        }
    }
}

/// Mends a text; one without any trace of damage is handed back as it is.
pub fn fix(text: &str) -> (Cow<'_, str>, Found) {
    let mut found = Found::default();
    let mut text = Cow::Borrowed(text);
    // What goes may bring pieces together that belong together, so one thing follows the other until nothing is left to do.
    for _ in 0..ROUNDS {
        let mended = match text.is_ascii() {
            true => None,
            false => gbk::mend(&text, &mut found.mended).or_else(|| legacy::mend(&text, &mut found.mended)),
        };
        text = match mended {
            Some(mended) => Cow::Owned(mended),
            None if is_clean(&text) => break,
            None => Cow::Owned(without_controls(&text, &mut found)),
        };
    }
    (text, found)
}

/// UTF-8 of two replacement characters, read as GBK: the best known trace of lost text there is.
const LOST_IN_GBK: &str = "锟斤拷";

fn is_stray(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}') || (c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
}

fn is_clean(text: &str) -> bool {
    let is_stray_byte = |byte: u8| (byte < 0x20 && !matches!(byte, b'\n' | b'\t' | b'\r')) || byte == 0x7f;
    if text.as_bytes().chunks(64).any(|chunk| chunk.iter().fold(false, |found, byte| found | is_stray_byte(*byte))) {
        return false;
    }
    text.is_ascii() || (!text.chars().any(|c| c == '\u{fffd}' || is_stray(c)) && !text.contains(LOST_IN_GBK))
}

/// Takes out what is no text: replacement characters, terminal sequences, control characters, byte-order marks.
fn without_controls(text: &str, found: &mut Found) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\u{1b}' => terminal_sequence(rest),
            _ => c.len_utf8(),
        };
        if rest.starts_with(LOST_IN_GBK) {
            found.lost += 2;
            rest = &rest[LOST_IN_GBK.len()..];
            continue;
        }
        match c {
            '\u{fffd}' => found.lost += 1,
            '\u{c}' | '\u{b}' => {
                found.controls += 1;
                kept.push('\n');
            }
            c if is_stray(c) => found.controls += 1,
            c => kept.push(c),
        }
        rest = &rest[length..];
    }
    kept
}

/// Returns the bytes of a terminal sequence such as the one for bold (ECMA-48), escape included.
fn terminal_sequence(text: &str) -> usize {
    const LONGEST: usize = 32;
    let bytes = text.as_bytes();
    if bytes.get(1) != Some(&b'[') {
        return 1;
    }
    let end = bytes.iter().skip(2).take(LONGEST).position(|byte| !(0x20..0x40).contains(byte));
    match end {
        Some(end) if (0x40..0x7f).contains(&bytes[2 + end]) => end + 3,
        Some(_) | None => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::clean::text_record;
    use proptest::prelude::*;

    /// Returns a text as a program shows it that takes its UTF-8 for something else.
    fn misread(text: &str, encoding: &'static encoding_rs::Encoding) -> String {
        encoding.decode_without_bom_handling(text.as_bytes()).0.into_owned()
    }

    fn fixed(text: &str) -> String {
        fix(text).0.into_owned()
    }

    #[test]
    fn misread_text_is_mended() {
        for text in [
            "It’s a “quoted” text — with a dash…",
            "Café, naïve, Zürich, señor, façade: 20 °C, £5, © 2020",
            "今天天气很好，我们去公园散步。",
            "Привет, как дела? Всё хорошо.",
            "Ελληνικά κείμενα και λέξεις",
            "日本語のテキスト",
            "Łódź, Gdańsk i Kraków; İstanbul'da güneşli bir gün, şöyle böyle",
            "emoji 😀 and 🚀",
        ] {
            for encoding in [encoding_rs::WINDOWS_1252, encoding_rs::WINDOWS_1251] {
                let bad = misread(text, encoding);
                if bad.contains('\u{fffd}') {
                    continue;
                }
                assert_eq!(fixed(&bad), text, "{} of {bad}", encoding.name());
            }
            let latin_1: String = text.bytes().map(char::from).collect();
            assert_eq!(fixed(&latin_1), text, "Latin-1");
        }
    }

    #[test]
    fn text_that_was_spoiled_twice_is_mended_twice() {
        let twice = misread(&misread("Café – naïve", encoding_rs::WINDOWS_1252), encoding_rs::WINDOWS_1252);
        assert_eq!(fixed(&twice), "Café – naïve");
    }

    #[test]
    fn chinese_taken_for_gbk_and_gbk_taken_for_latin_are_mended() {
        for text in ["你好，我们今天去学校上课", "中文编码问题总是出现", "数据清洗是机器学习的第一步"]
        {
            let bad = misread(text, encoding_rs::GBK);
            let mended = fixed(&bad);
            assert!(text.starts_with(&mended) && mended.len() + 3 >= text.len(), "{bad}: {mended}");
            let (bytes, _, _) = encoding_rs::GBK.encode(text);
            let latin: String = bytes.iter().map(|byte| char::from(*byte)).collect();
            assert_eq!(fixed(&latin), text);
            assert_eq!(fixed(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes).0), text);
        }
        assert_eq!(fixed("浣犲ソ锛屼笘鐣\u{fffd}"), "你好，世");
        assert_eq!(fixed("浣犲ソ锛屼笘鐣? ok"), "你好，世 ok");
    }

    #[test]
    fn what_is_right_stays() {
        for text in [
            "Plain text.",
            "Café, naïve, Zürich, señor — “quotes”, «guillemets», 20 °C ± 1, © 2020 ½ × ¼",
            "CAFÉ… SOIRÉE » À « ÎLE »",
            "Viel Spaß“, sagte er. Größe: 3 × 4, ÄÖÜ äöüß",
            "今天天气很好，我们去公园散步。繁體中文也一樣，龍飛鳳舞。",
            "饕餮、魑魅魍魉、耄耋、囹圄、徜徉、踟蹰、氤氲、旖旎",
            "Привет, как дела? РСФСР, СССР, ССР",
            "日本語のテキスト、한국어 텍스트, עברית, العربية",
            "São Paulo, AÇÃO, NÃO, MÃE, Ação",
            "Ἑλλάς, Việt Nam, Ñandú, Øresund, Åse, Ægir",
            "😀🚀 → ≤ ≥ ∀ ∃",
        ] {
            assert_eq!(fix(text), (Cow::Borrowed(text), Found::default()));
        }
    }

    #[test]
    fn lost_and_control_characters_go_and_are_counted() {
        let (text, found) = fix("a\u{fffd}b 锟斤拷c \u{1b}[1mbold\u{1b}[0m\u{0}\u{7f}\u{feff}\u{c}new\tpage\r\n");
        assert_eq!(text, "ab c bold\nnew\tpage\r\n");
        assert_eq!(found, Found { mended: 0, lost: 3, controls: 6 });
    }

    #[test]
    fn a_record_beyond_repair_goes() {
        let step = FixEncoding { max_damage: 0.1 };
        let fate = |text: &str| step.one(text_record(0, text), &mut Counts::new());
        assert!(matches!(fate("锟斤拷锟斤拷文字"), Fate::Drop { reason: "beyond repair", .. }));
        assert!(matches!(fate("a long text with one lost \u{fffd} character"), Fate::Keep(_)));
    }

    proptest! {
        #[test]
        fn mending_twice_changes_nothing(text in "(?s)(.|[\u{80}-\u{ff}]|[\u{4e00}-\u{9fa5}]|â€™|Ã©|Ð¿|浣犲ソ|\u{fffd}|\u{1b}\\[|[\u{400}-\u{45f}]){0,40}") {
            let once = fixed(&text);
            prop_assert_eq!(fixed(&once), once);
        }

        #[test]
        fn chinese_prose_stays(text in "[的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开美总从无情己面最女但现前些所同日手又行意动方期它头经长儿回位分爱老因很给名法间斯知世什两次使身者被高已亲其进此话常与活正感]{1,40}") {
            prop_assert_eq!(fix(&text).1.mended, 0, "{}", text);
        }
    }
}
