//! Every rule, by a text that breaks it and nothing else.

use super::*;
use crate::data::clean::text_record;
use proptest::prelude::*;

const PROSE: &str = "The river that runs through the old town has been there for as long as anyone can remember. \
People walk along it in the evening, and children throw stones to see how far they go. \
When spring comes, the water rises and the lower path is closed to everyone but the ducks, who do not mind at all. \
Nobody knows who built the bridge, but it must have been somebody with a great deal of patience.";

const CHINESE: &str = "这条河穿过老城，从人们记事起就在那里。傍晚的时候，大家沿着河边散步，孩子们把石子扔进水里，看谁扔得远。\
春天来了，水位上涨，下面的小路就封闭了，只有鸭子还能走，而它们一点也不在意。没有人知道那座桥是谁修的，但一定是一个非常有耐心的人。";

fn judge(change: impl FnOnce(&mut Quality)) -> Judge {
    let mut rules = Quality::default();
    change(&mut rules);
    Judge::new(&rules).unwrap()
}

fn gopher(text: &str) -> Option<&'static str> {
    judge(|_| {}).verdict(text)
}

fn c4(text: &str) -> Result<String, &'static str> {
    match judge(|rules| rules.rules = QualityRules::C4).one(text_record(0, text), &mut Counts::new()) {
        Fate::Keep(record) => Ok(record.texts().collect()),
        Fate::Drop { reason, .. } => Err(reason),
    }
}

#[test]
fn prose_stays_in_both_languages() {
    for text in [PROSE, CHINESE] {
        assert_eq!(gopher(text), None);
        assert_eq!(c4(text), Ok(text.to_owned()));
        assert_eq!(judge(|rules| rules.rules = QualityRules::Both).verdict(text), None);
    }
}

#[test]
fn each_rule_of_gopher_is_named() {
    let words = |word: &str, n: usize| vec![word; n].join(" ");
    let different = |n: usize| (0..n).map(|i| format!("word{i}")).collect::<Vec<_>>().join(" ");
    let lines = PROSE.replace(". ", ".\n");
    let with_stop_words = |text: &str| format!("{text} the and of");
    for (expected, text) in [
        ("gopher: too few words", "The cat and the dog.".to_owned()),
        ("gopher: short words", with_stop_words(&words("a b", 100))),
        ("gopher: long words", with_stop_words(&different(60).replace("word", "extraordinarily"))),
        ("gopher: symbols", PROSE.replace(' ', "# ")),
        ("gopher: symbols", PROSE.replace(' ', "... ")),
        ("gopher: words without letters", format!("{PROSE} {}", words("1234 567 89012", 60))),
        ("gopher: no stop words", different(60)),
        ("gopher: bullets", PROSE.split(' ').map(|word| format!("-{word}")).collect::<Vec<_>>().join("\n")),
        ("gopher: ellipses", format!("{}...\nThe end...", PROSE.replace(". ", ".\n"))),
        ("gopher: repeated lines", format!("{PROSE}\nx\nx\nx")),
        ("gopher: characters in repeated lines", format!("{lines}\n{}", lines.split('\n').nth(2).unwrap())),
    ] {
        let found = gopher(&text);
        assert_eq!(found, Some(expected), "{text}");
    }
}

#[test]
fn repetition_is_found_at_every_length() {
    let text = format!("{PROSE} {}", "very good ".repeat(30));
    assert_eq!(gopher(&text), Some("gopher: a frequent 2-gram"));
    let loose = judge(|rules| rules.max_top_ngram_shares = [1.0; 3]);
    assert_eq!(loose.verdict(&text), Some("gopher: repeated 5-grams"));
    let half: String = PROSE.split_inclusive(". ").take(2).collect();
    assert_eq!(loose.verdict(&format!("{PROSE} {half}")), Some("gopher: repeated 5-grams"));
    let only_ten = judge(|rules| rules.max_duplicate_ngram_shares = [1.0, 1.0, 1.0, 1.0, 1.0, 0.1]);
    assert_eq!(only_ten.verdict(&format!("{PROSE} {half}")), Some("gopher: repeated 10-grams"));
    let paragraphs = judge(|rules| {
        (rules.max_duplicate_line_share, rules.max_duplicate_line_char_share) = (1.0, 1.0);
    });
    let twice = |text: &str| format!("{text}\n\n{text}");
    assert_eq!(paragraphs.verdict(&twice(PROSE)), Some("gopher: repeated paragraphs"));
    assert_eq!(
        paragraphs.verdict(&format!("{}\n\na\n\nb\n\nc", twice(PROSE))),
        Some("gopher: characters in repeated paragraphs")
    );
}

#[test]
fn chinese_is_measured_in_characters() {
    for (expected, text) in [
        ("gopher: too few characters", "这是一个很短的句子，没有什么内容。".to_owned()),
        ("gopher: symbols", CHINESE.replace('，', "#，").replace('的', "的#").replace('。', "#").replace('一', "一#")),
        ("gopher: characters that are no letters", CHINESE.replace('，', "12345678")),
        ("gopher: no stop words", "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结霜金生丽水玉出昆冈剑号巨阙珠称夜光果珍李柰菜重芥姜".to_owned()),
        ("gopher: a frequent 2-gram", format!("{CHINESE}{}", "非常好的".repeat(20))),
        ("gopher: repeated lines", format!("{CHINESE}\n点击\n点击\n点击")),
    ] {
        assert_eq!(gopher(&text), Some(expected), "{text}");
    }
}

#[test]
fn c4_takes_lines_and_drops_pages() {
    let page = format!(
        "Home\nMenu item\n{PROSE}\nPlease enable Javascript to read this page.\nWe use cookies on this site, see more.\nIt has a source [12] and a note [edit] too.\nThis line does not end as it should"
    );
    assert_eq!(c4(&page), Ok(format!("{PROSE}\nIt has a source  and a note  too.\n")));
    let page =
        format!("首页\n{CHINESE}\n请阅读我们的隐私政策后再继续使用。\n点击这里查看更多内容\n他说：“这条河真美。”\n");
    assert_eq!(c4(&page), Ok(format!("{CHINESE}\n他说：“这条河真美。”\n")));
    assert_eq!(c4("One sentence is all there is here."), Err("c4: too few sentences"));
    assert_eq!(c4(&format!("{PROSE} Then fn main() {{ panics }} at once.")), Err("c4: curly braces"));
    assert_eq!(c4(&format!("{PROSE} Lorem Ipsum dolor sit amet.")), Err("c4: lorem ipsum"));
}

#[test]
fn bad_words_come_from_a_file_and_are_whole_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.txt");
    std::fs::write(&path, "# words\nducks\n石子\n").unwrap();
    let rules = |text: &str| {
        judge(|rules| {
            rules.rules = QualityRules::C4;
            rules.bad_words = Some(path.display().to_string());
        })
        .verdict(text)
    };
    assert_eq!(rules(PROSE), Some("c4: bad words"));
    assert_eq!(rules(&PROSE.replace("ducks", "duckskin")), None);
    assert_eq!(rules(CHINESE), Some("c4: bad words"));
    assert_eq!(rules(&CHINESE.replace("石子", "石头")), None);
}

#[test]
fn answers_keep_their_lines() {
    let content = Content::Pair { prompt: "Why".to_owned(), response: format!("{PROSE}\n\nno end") };
    let fate =
        judge(|rules| rules.rules = QualityRules::C4).one(Record::new("a", "a", content.clone()), &mut Counts::new());
    assert!(matches!(fate, Fate::Keep(record) if record.content == content));
}

proptest! {
    #[test]
    fn no_text_is_too_strange_and_taking_lines_twice_takes_no_more(text in "(?s)(.|\n|\\[|\\]|1|edit|\\.|。|字|the| ){0,80}") {
        let judge = judge(|rules| {
            rules.rules = QualityRules::Both;
            (rules.min_words, rules.min_sentences, rules.min_chinese_chars) = (0, 0, 0);
        });
        judge.verdict(&text);
        let once = c4::without_bad_lines(&text, &judge.rules, &mut 0).into_owned();
        let mut n = 0;
        c4::without_bad_lines(&once, &judge.rules, &mut n);
        prop_assert_eq!(n, 0);
    }
}
