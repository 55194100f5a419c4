//! Every step on texts that are made to be slow: one line of five megabytes, and shorter ones of other makes. Work that grows with the
//! square of the size would not come to an end here.

use super::*;
use crate::recipe::dataset::{
    Class, Classify, ClassifyBy, ClassifyInto, Markup, Page, PiiKind, Quality, QualityRules, RedactPii, UnicodeForm,
    Width,
};

const SIZE: usize = 5_000_000;

fn line(piece: &str) -> String {
    piece.repeat(SIZE / piece.len())
}

/// A text of half a megabyte: a square of it is still more than anybody would wait for.
fn short(piece: &str) -> String {
    piece.repeat(SIZE / 10 / piece.len())
}

/// Runs a step on a text; returns the bytes that are left, what was counted, and why the record went.
fn run(step: &CleanStep, text: String) -> (usize, Counts, Option<&'static str>) {
    let Ok(Prepared::Each(step)) = prepare(step) else { panic!("it is no step of single records") };
    let mut counts = Counts::new();
    match step.one(text_record(0, &text), &mut counts) {
        Fate::Keep(record) => (record.bytes() as usize, counts, None),
        Fate::Drop { record, reason } => (record.bytes() as usize, counts, Some(reason)),
    }
}

fn bytes(step: &CleanStep, piece: &str) -> usize {
    run(step, line(piece)).0
}

#[test]
fn encodings_are_mended_in_linear_time() {
    let step = CleanStep::FixEncoding { max_damage: 1.0 };
    assert_eq!(bytes(&step, "â€™"), SIZE / "â€™".len() * 3);
    assert_eq!(bytes(&step, "浣犲ソ"), SIZE / 9 * 6);
    assert_eq!(bytes(&step, "魑魅魍魉"), SIZE / 12 * 12);
    assert_eq!(bytes(&step, "\u{1b}[1"), SIZE / 3);
}

#[test]
fn unicode_is_normalised_in_linear_time() {
    let step = CleanStep::NormalizeUnicode { form: UnicodeForm::Nfkc, width: Width::Half };
    assert_eq!(bytes(&step, "\u{301}\u{327}"), SIZE / 4 * 4);
    assert_eq!(bytes(&step, "\r"), SIZE);
}

#[test]
fn markup_is_stripped_in_linear_time() {
    let (markdown, page) =
        (CleanStep::StripMarkup { kind: Markup::Markdown }, CleanStep::StripMarkup { kind: Markup::Html });
    assert!(bytes(&markdown, "[a](") <= SIZE + 1);
    assert!(bytes(&page, "<div>") <= SIZE + 1);
    for piece in ["*a_", "`", "<a ", "&amp;", "| ", "![", "- ", "> "] {
        assert!(run(&markdown, short(piece)).0 <= SIZE + 1, "{piece}");
    }
    for piece in ["<b><p>", "<a x=1 y>", "<a b ", "<!--", "<p>a</p>"] {
        assert!(run(&page, short(piece)).0 <= SIZE + 1, "{piece}");
    }
}

#[test]
fn boilerplate_is_stripped_in_linear_time() {
    let step = |kind| CleanStep::StripBoilerplate { kind, max_link_density: 0.33, repeats: 3 };
    assert!(bytes(&step(Page::Html), "<div class=nav>") <= SIZE);
    for piece in ["<p>a</p>", "<li><a href=x>b</a>", "<article><p>one two</article>"] {
        assert!(run(&step(Page::Html), short(piece)).0 <= SIZE, "{piece}");
    }
    assert_eq!(bytes(&step(Page::Text), "Home | "), line("Home | ").len());
    assert_eq!(run(&step(Page::Text), line("Home\n")).2, Some("no main content"));
}

#[test]
fn lengths_and_languages_are_measured_in_linear_time() {
    let length = CleanStep::Length { min_chars: 1, max_chars: Some(u32::MAX), min_words: 1, max_words: Some(u32::MAX) };
    for piece in ["a'", "字", "a "] {
        assert_eq!(run(&length, line(piece)).2, None, "{piece}");
    }
    let language =
        CleanStep::Language { keep: vec![], min_confidence: 0.0, field: CleanStep::default_language_field() };
    assert_eq!(run(&language, line("字")).1, Counts::from([("zho".to_owned(), 1)]));
}

#[test]
fn quality_is_judged_in_linear_time() {
    let both = CleanStep::Quality(Box::new(Quality {
        rules: QualityRules::Both,
        min_sentences: 0,
        sentence_lines: false,
        ..Quality::default()
    }));
    assert_eq!(run(&both, line("[[1]")).2, Some("gopher: too few words"));
    let gopher = CleanStep::Quality(Box::new(Quality {
        max_words: u32::MAX,
        max_chinese_chars: u32::MAX,
        ..Quality::default()
    }));
    assert_eq!(run(&gopher, line("the word of ")).2, Some("gopher: a frequent 2-gram"));
    assert_eq!(run(&gopher, line("的是")).2, Some("gopher: a frequent 2-gram"));
}

#[test]
fn private_data_is_found_in_linear_time() {
    let step = CleanStep::RedactPii(RedactPii { kinds: PiiKind::all(), ..RedactPii::default() });
    let sum = |text: String| run(&step, text).1.values().sum::<u64>();
    let pieces = [
        "@a.a",
        "1.1.",
        "1-",
        "+1 ",
        ":::",
        "://:",
        "eyJ.",
        "eyJ-",
        "sk-",
        "password=",
        "token:",
        "a@b.c-",
        "(010)",
        "86 ",
        "123-45-",
        "1234 ",
        "A",
        "１",
        "1111111",
    ];
    for piece in pieces {
        assert_eq!(sum(short(piece)), 0, "{piece}");
    }
    let email = "a@b.org ";
    assert_eq!(sum(line(email)), (SIZE / email.len()) as u64);
    let key = "-----BEGIN PRIVATE KEY-----\n";
    assert_eq!(sum(short(key)), (SIZE / 10 / key.len()) as u64);
}

#[test]
fn classes_are_found_in_linear_time() {
    let class = Class {
        any: vec!["a".into(), "aa".into(), "a a".into()],
        none: vec!["b".into()],
        regex: Some("a+$".into()),
        min: 1,
    };
    let step = CleanStep::Classify(Classify {
        by: ClassifyBy::Rules,
        rules: [("x".parse().unwrap(), class)].into(),
        otherwise: Classify::default_otherwise(),
        into: ClassifyInto::Label,
        field: Classify::default_field(),
        keep: vec![],
    });
    assert_eq!(run(&step, line("a ")).1, Counts::from([("x".to_owned(), 1)]));
    assert_eq!(run(&step, line("ab")).1, Counts::from([("other".to_owned(), 1)]));
}
