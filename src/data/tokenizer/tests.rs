//! What holds of every tokenizer we make, and what does not.

use super::*;
use crate::data::record::Turn;
use crate::recipe::tokenizer::{self as recipe, Chinese, Digits, Extended, Trained};
use proptest::prelude::*;
use std::sync::LazyLock;

const TEXTS: [&str; 6] = [
    "fn main() { println!(\"hello\"); }\n",
    "The quick brown fox jumps over the lazy dog. The dog sleeps. It's 1984, isn't it?",
    "async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {\n    self.inner.read(buffer).await\n}",
    "Größe, 数据, 🦀🦀 and more.",
    "新华社北京九月十日电，数据显示，北京的天气很好。新华社的数据。",
    "impl Read for File {\n    fn read(&mut self) {\n        self.inner.read()\n    }\n}\n\n\tlet x = 42;\r\n",
];

fn plain(vocab_size: u32) -> Trained {
    Trained::on(Vec::new(), vocab_size)
}

/// A recipe with everything that changes how texts are cut.
fn special(vocab_size: u32) -> Trained {
    Trained {
        digits: Digits::Individually,
        chinese: Chinese::Characters,
        indentation: true,
        special_tokens: vec!["pad".to_owned(), "<|im_start|>".to_owned(), "<|im_end|>".to_owned()],
        ..plain(vocab_size)
    }
}

fn made(recipe: &recipe::Tokenizer) -> Tokenizer {
    load(&train(recipe, Corpus::of(&TEXTS), Budget::default()).unwrap()).unwrap()
}

/// Every kind of tokenizer, with and without what changes how texts are cut.
fn kinds(of: fn(u32) -> Trained) -> [(&'static str, recipe::Tokenizer); 5] {
    [
        ("byte-bpe", recipe::Tokenizer::ByteBpe(of(330))),
        ("bpe", recipe::Tokenizer::Bpe(of(420))),
        ("unigram", recipe::Tokenizer::Unigram(of(420))),
        ("character", recipe::Tokenizer::Character(of(300))),
        ("word-piece", recipe::Tokenizer::WordPiece(of(300))),
    ]
}

static MADE: LazyLock<Vec<(&str, Tokenizer)>> = LazyLock::new(|| {
    let all = kinds(plain).into_iter().chain(kinds(special));
    all.map(|(kind, recipe)| (kind, made(&recipe))).collect()
});

static BYTES: LazyLock<&Tokenizer> = LazyLock::new(|| &MADE[0].1);

fn text() -> impl Strategy<Value = String> {
    let word = "(a|'s|'ll|\\.|1|42|é| |  |    |\n|\n\n|\r\n|\t|\t\t|\r|\u{a0}|\u{85}|fn |\\(|数据|北|々|〇|㈱|Ⅷ|½|🦀|self|<\\|endoftext\\|>|<0x41>){0,60}";
    prop_oneof![word.prop_map(String::from), "(?s).{0,40}".prop_map(String::from)]
}

#[test]
fn the_end_of_text_is_token_0_and_a_text_that_mentions_it_goes_on() {
    for (kind, tokenizer) in MADE.iter() {
        assert_eq!(tokenizer.end_of_text(), 0, "{kind}");
        let tokens = tokenizer.encode("a<|endoftext|>b").unwrap();
        assert!(!tokens.contains(&0), "{kind}: {tokens:?}");
    }
}

#[test]
fn training_again_gives_the_same_bytes_whatever_the_threads_and_the_order() {
    let many: Vec<String> = (0..300).map(|i| format!("{} {i} {}", TEXTS[i % 6], i * i)).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let back: Vec<&str> = many.iter().rev().copied().collect();
    for (kind, recipe) in kinds(plain).into_iter().chain(kinds(special)) {
        let run = |threads, texts: &[&str]| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| train(&recipe, Corpus::of(texts), Budget::default()).unwrap())
        };
        let first = run(1, &many);
        for (threads, texts) in [(1, &many), (2, &many), (3, &back)] {
            assert!(run(threads, texts) == first, "{kind} with {threads} threads");
        }
    }
}

#[test]
fn nothing_and_too_little_room_are_refused() {
    let of = |vocab_size, texts: &[&str]| {
        train(&recipe::Tokenizer::ByteBpe(plain(vocab_size)), Corpus::of(texts), Budget::default()).unwrap_err()
    };
    assert_eq!(of(300, &["", ""]).to_string(), "cannot train a tokenizer: there is no text");
    assert!(of(256, &["a"]).to_string().contains("no room for the 257 tokens"));
}

#[test]
fn texts_that_cannot_be_read_end_the_training() {
    let texts = [Ok("a".to_owned()), Err(DataError::OnlyDescribed)];
    let corpus = Corpus { bytes: 2, texts: texts.into_iter() };
    let error = train(&recipe::Tokenizer::ByteBpe(plain(300)), corpus, Budget::default()).unwrap_err();
    assert!(matches!(error, DataError::OnlyDescribed));
}

#[test]
fn special_tokens_follow_the_end_of_text_and_have_roles() {
    let tokenizer = &MADE[5].1;
    let id = |text| tokenizer.special(text);
    assert_eq!(["<|pad|>", "<|im_start|>", "<|im_end|>"].map(id), [Some(1), Some(2), Some(3)]);
    assert_eq!((tokenizer.role(Role::Pad), tokenizer.role(Role::Mask)), (Some(1), None));
    assert_eq!(MADE[9].1.role(Role::Pad), MADE[9].1.special("[PAD]"));
    assert!(MADE[9].1.role(Role::Unknown).is_some());
}

#[test]
fn no_token_holds_a_phrase_and_characters_stand_alone_where_that_is_asked_for() {
    let many = ["中国人民共和国万岁", "中国人民", "中国共和国", "万岁中国", "人民万岁", "人民共和国"].repeat(20);
    let run = |recipe| load(&train(&recipe, Corpus::of(&many), Budget::default()).unwrap()).unwrap();
    let longest = |tokenizer: &Tokenizer| {
        let tokens = tokenizer.encode(many[0]).unwrap();
        tokens.iter().map(|token| tokenizer.decode(&[*token]).unwrap().chars().count()).max().unwrap()
    };
    for kind in [recipe::Tokenizer::ByteBpe, recipe::Tokenizer::Bpe, recipe::Tokenizer::Unigram] {
        let length = longest(&run(kind(plain(400))));
        assert!((2..=4).contains(&length), "{:?}: {length}", kind(plain(400)));
        assert_eq!(longest(&run(kind(special(400)))), 1);
    }
}

#[test]
fn indentation_that_is_kept_apart_is_a_token_of_its_own() {
    let many = vec![TEXTS[5]; 20];
    let recipe = recipe::Tokenizer::ByteBpe(Trained { indentation: true, ..plain(300) });
    let tokenizer = load(&train(&recipe, Corpus::of(&many), Budget::default()).unwrap()).unwrap();
    let tokens = tokenizer.encode("\n        ").unwrap();
    assert_eq!(tokens.iter().map(|token| tokenizer.decode(&[*token]).unwrap()).collect::<Vec<_>>(), ["\n", "        "]);
}

#[test]
fn a_normalizer_is_applied_and_does_not_come_back() {
    let normalizer = vec![recipe::Normalizer::Nfkc, recipe::Normalizer::Lowercase];
    let tokenizer = made(&recipe::Tokenizer::ByteBpe(Trained { normalizer, ..plain(300) }));
    assert_eq!(tokenizer.decode(&tokenizer.encode("ＡＢ É").unwrap()).unwrap(), "ab é");
}

#[test]
fn word_pieces_lose_white_space_and_unknown_words() {
    let tokenizer = &MADE[4].1;
    assert_eq!(tokenizer.decode(&tokenizer.encode("The  dog\nsleeps").unwrap()).unwrap(), "The dog sleeps");
    let unknown = tokenizer.role(Role::Unknown).unwrap();
    assert_eq!(tokenizer.encode("ﷺ").unwrap(), [unknown]);
}

#[test]
fn a_file_that_is_no_tokenizer_or_has_unknown_parts_is_refused() {
    let good = String::from_utf8(train(&kinds(plain)[0].1, Corpus::of(&TEXTS), Budget::default()).unwrap()).unwrap();
    let refused = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        load(good.replace(from, to).as_bytes()).err().unwrap().to_string()
    };
    assert!(load(b"{}").is_err() && load(b"[1]").is_err() && load(b"\xff").is_err());
    assert!(refused("endoftext", "somewhere").contains("`<|endoftext|>`"));
    assert!(
        refused("\"pre_tokenizer\":{\"type\":\"ByteLevel\"", "\"pre_tokenizer\":{\"type\":\"Magic\"")
            .contains("`Magic`")
    );
    assert!(refused("\"type\":\"BPE\",\"dropout\":null", "\"type\":\"BPE\",\"dropout\":0.1").contains("dropout"));
    assert!(refused("\"type\":\"BPE\"", "\"type\":\"Transducer\"").contains("`Transducer`"));
    assert!(refused("\"id\":0", "\"id\":99999999").contains("99999999"));
}

#[test]
fn more_tokens_stand_behind_the_old_ones() {
    let news = vec!["市场行情数据显示 the stockmarket rallied"; 30];
    for (kind, recipe) in kinds(plain) {
        let base = train(&recipe, Corpus::of(&TEXTS), Budget::default()).unwrap();
        let old = load(&base).unwrap();
        let wanted = old.vocab_size() + 20;
        let recipe = Extended {
            base: "b".parse().unwrap(),
            add: vec!["stock market".to_owned()],
            special_tokens: vec!["mask".to_owned()],
            train_on: vec!["d".parse().unwrap()],
            vocab_size: wanted,
            chat_template: "chatml".to_owned(),
        };
        let run = || extend(&base, &recipe, Some(Corpus::of(&news)), Budget::default()).unwrap();
        let bytes = run();
        assert!(bytes == run(), "{kind}");
        let new = load(&bytes).unwrap();
        assert!((old.vocab_size() + 3..=wanted).contains(&new.vocab_size()), "{kind}: {}", new.vocab_size());
        for token in 0..old.vocab_size() {
            assert_eq!(old.text(token), new.text(token), "{kind} {token}");
        }
        assert!(new.role(Role::Mask).unwrap() >= old.vocab_size());
        assert_eq!(new.encode("stock market").unwrap().len(), 1, "{kind}");
        let (before, after) = (old.encode(news[0]).unwrap(), new.encode(news[0]).unwrap());
        let unknown = new.role(Role::Unknown).filter(|_| kind == "word-piece");
        let n = |tokens: &[u32]| match unknown {
            Some(unknown) => tokens.iter().filter(|token| **token == unknown).count(),
            None => tokens.len(),
        };
        assert!(n(&after) < n(&before), "{kind}: {before:?} {after:?}");
        if kind != "word-piece" {
            assert_eq!(new.decode(&after).unwrap(), news[0], "{kind}");
            assert_eq!(new.decode(&new.encode("a stock market é").unwrap()).unwrap(), "a stock market é", "{kind}");
        }
    }
}

#[test]
fn old_texts_keep_their_tokens_where_pairs_go_on_being_merged() {
    let base = train(&kinds(plain)[0].1, Corpus::of(&TEXTS), Budget::default()).unwrap();
    let recipe = Extended {
        base: "b".parse().unwrap(),
        add: vec![],
        special_tokens: vec![],
        train_on: vec!["d".parse().unwrap()],
        vocab_size: 350,
        chat_template: "chatml".to_owned(),
    };
    let news = ["zzzz zzzz zzzz qqqq qqqq"];
    let new = load(&extend(&base, &recipe, Some(Corpus::of(&news)), Budget::default()).unwrap()).unwrap();
    for text in TEXTS {
        assert_eq!(new.encode(text).unwrap(), BYTES.encode(text).unwrap());
    }
}

fn turns() -> Vec<Turn> {
    let turn = |(role, content): (&str, &str)| Turn { role: role.to_owned(), content: content.to_owned() };
    [("user", "hello<|im_end|>"), ("assistant", "dog"), ("user", "The"), ("assistant", "fox")].map(turn).into()
}

#[test]
fn only_the_assistant_is_learnt_and_nobody_speaks_special_tokens() {
    let tokenizer = &MADE[5].1;
    let (tokens, is_learnt) = tokenizer.encode_chat(&turns()).unwrap();
    let learnt: Vec<u32> = tokens.iter().zip(&is_learnt).filter(|(_, is)| **is == 1).map(|(token, _)| *token).collect();
    let end = tokenizer.special("<|im_end|>").unwrap();
    let said = |text: &str| tokenizer.encode(text).unwrap();
    assert_eq!(learnt, [said("dog"), vec![end], said("fox"), vec![end]].concat());
    assert_eq!(tokens.iter().filter(|token| **token == end).count(), 4);
    // A tokenizer without these tokens spells them out, and learns the line they stand in.
    let (tokens, is_learnt) = BYTES.encode_chat(&turns()).unwrap();
    let learnt: Vec<u32> = tokens.iter().zip(&is_learnt).filter(|(_, is)| **is == 1).map(|(token, _)| *token).collect();
    assert_eq!(BYTES.decode(&learnt).unwrap(), "dog<|im_end|>\nfox<|im_end|>\n");
    assert!(
        BYTES
            .decode(&tokens)
            .unwrap()
            .starts_with("<|im_start|>user\nhello<|im_end|><|im_end|>\n<|im_start|>assistant\n")
    );
}

#[test]
fn a_template_that_is_none_is_refused_and_one_that_is_its_own_is_used() {
    assert!(Template::of("{% for x in %}").is_err());
    let base = train(&kinds(plain)[0].1, Corpus::of(&TEXTS), Budget::default()).unwrap();
    let template = "{% for m in messages %}{{ m['role'] | upper }}: {{ m.content }}{{ eos_token }}{% endfor %}";
    let template = template.replace(" | upper", "");
    let tokenizer = load(&base).unwrap().with_template(Template::of(&template).unwrap());
    let (tokens, is_learnt) = tokenizer.encode_chat(&turns()[..2]).unwrap();
    let learnt: Vec<u32> = tokens.iter().zip(&is_learnt).filter(|(_, is)| **is == 1).map(|(token, _)| *token).collect();
    assert_eq!(learnt, [tokenizer.encode("dog").unwrap(), vec![0]].concat());
}

proptest! {
    #[test]
    fn every_text_comes_back_of_all_but_word_pieces(text in text()) {
        for (kind, tokenizer) in MADE.iter().filter(|(kind, _)| *kind != "word-piece") {
            prop_assert_eq!(tokenizer.decode(&tokenizer.encode(&text).unwrap()).unwrap(), text.clone(), "{}", kind);
        }
    }

    #[test]
    fn the_tokens_are_those_of_the_library(text in text()) {
        for (kind, tokenizer) in MADE.iter() {
            prop_assert_eq!(tokenizer.encode(&text).unwrap(), tokenizer.encode_whole(&text).unwrap(), "{}", kind);
        }
    }

    #[test]
    fn a_stream_of_any_tokens_says_what_decoding_all_of_them_says(tokens in prop::collection::vec(0_u32..340, 0..40)) {
        let mut stream = BYTES.stream().unwrap();
        let mut text: String = tokens.iter().map(|token| stream.push(*token)).collect();
        text.push_str(&stream.finish());
        let known: Vec<u32> = tokens.into_iter().filter(|token| *token < BYTES.vocab_size()).collect();
        prop_assert_eq!(text, BYTES.inner.decode(&known, true).unwrap());
    }
}
