//! What is found, what is not, and what is allowed.

use proptest::prelude::*;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::data::table;
use crate::record::contamination::Likeness;

const SEARCH: Search = Search { ngram: 13, threshold: 0.5 };

fn write(folder: &Path, name: &str, texts: &[String]) -> PathBuf {
    let record = |(i, text): (usize, &String)| {
        Record::new(format!("{name}-{i}#0"), format!("docs/{name}-{i}.txt"), Content::Text(text.clone()))
    };
    let records: Vec<Record> = texts.iter().enumerate().map(record).collect();
    let path = folder.join(name);
    let mut shape = table::Shape::default();
    records.iter().for_each(|record| shape.add(record));
    let mut writer = table::Writer::create(&path, &shape).unwrap();
    records.into_iter().for_each(|record| writer.push(record).unwrap());
    writer.finish().unwrap();
    path
}

/// Looks for some records in some training records, with what is allowed.
fn look_allowing(
    search: Search,
    tested: &[String],
    trained: &[String],
    documents: &[&str],
    texts: &[&str],
) -> SplitContamination {
    let folder = tempfile::tempdir().unwrap();
    let wanted = Wanted {
        dataset: "exam".parse().unwrap(),
        split: SplitName::Test,
        path: write(folder.path(), "test", tested),
        allowed_documents: documents.iter().map(|text| (*text).to_owned()).collect(),
        allowed_texts: texts.iter().map(|text| (*text).to_owned()).collect(),
    };
    let training = write(folder.path(), "train", trained);
    let findings = super::search(&search, &[wanted], &training, |_, _| true).unwrap().unwrap();
    assert_eq!(findings.records, trained.len() as u64);
    let split = findings.splits.into_iter().next().unwrap();
    assert_eq!(split.records, tested.len() as u64);
    split
}

fn look(tested: &[String], trained: &[String]) -> SplitContamination {
    look_allowing(SEARCH, tested, trained, &[], &[])
}

/// Returns words of a language of its own.
fn prose(random: &mut ChaCha8Rng, n: usize) -> Vec<String> {
    (0..n).map(|_| format!("w{}", random.random_range(0..3000))).collect()
}

fn texts(random: &mut ChaCha8Rng, n: usize, words: usize) -> Vec<String> {
    (0..n).map(|_| prose(random, words).join(" ")).collect()
}

fn shares(split: &SplitContamination) -> Vec<(u64, f64)> {
    split.found.iter().map(|found| (found.record, found.share)).collect()
}

#[test]
fn a_record_that_stands_in_a_training_record_is_found_with_its_place() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let (tested, mut trained) = (texts(&mut random, 20, 60), texts(&mut random, 200, 300));
    trained[77] = format!("{}; {}!", trained[77], tested[4].to_uppercase());
    let split = look(&tested, &trained);
    assert_eq!(shares(&split), [(4, 1.0)]);
    let found = &split.matches[0];
    assert_eq!((found.likeness, found.words, found.trained_records), (Likeness::Exact, 60, 1));
    assert_eq!((found.record.as_str(), found.trained_record.as_str()), ("test-4#0", "train-77#0"));
    assert_eq!((found.document.as_str(), found.trained_document.as_str()), ("docs/test-4.txt", "docs/train-77.txt"));
    assert_eq!(found.text, tested[4]);
    assert!(trained[77][found.trained_offset as usize..].starts_with(&tested[4].to_uppercase()));
}

#[test]
fn a_record_of_which_every_tenth_word_is_another_one_is_nearly_found() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let (tested, mut trained) = (texts(&mut random, 40, 100), texts(&mut random, 200, 300));
    for (i, text) in tested.iter().enumerate() {
        let mut words: Vec<&str> = text.split(' ').collect();
        // The first half is changed at every tenth word, the other half at random.
        for tenth in 0..10 {
            let at = if i < 20 { 10 * tenth + i % 10 } else { random.random_range(0..100) };
            words[at] = "changed";
        }
        trained[5 * i].push_str(&format!(" {}", words.join(" ")));
    }
    let split = look(&tested, &trained);
    let contaminated = split.found.iter().filter(|found| found.share >= 0.5).count();
    assert_eq!(contaminated, 40, "{:?}", shares(&split));
    assert!(split.matches.iter().any(|found| found.likeness == Likeness::Near));
}

#[test]
fn a_clean_corpus_has_nothing() {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let split = look(&texts(&mut random, 100, 80), &texts(&mut random, 2000, 200));
    assert_eq!(shares(&split), []);
    assert_eq!(split.matches, []);
}

#[test]
fn a_passage_is_told_though_the_record_is_not_contaminated() {
    let mut random = ChaCha8Rng::seed_from_u64(4);
    let (tested, mut trained) = (texts(&mut random, 3, 200), texts(&mut random, 50, 200));
    let passage: Vec<&str> = tested[1].split(' ').skip(100).take(20).collect();
    trained[9].push_str(&format!("\n{}", passage.join("\n")));
    let split = look(&tested, &trained);
    assert_eq!(shares(&split), [(1, 0.1)]);
    assert_eq!(split.matches[0].text, passage.join(" "));
    let strict = look_allowing(Search { threshold: 0.0, ..SEARCH }, &tested, &trained, &[], &[]);
    assert_eq!(shares(&strict), shares(&split), "a lower threshold finds no other n-grams");
}

#[test]
fn short_records_are_looked_for_as_a_whole() {
    let trained = ["He asked: what is the capital of France? Paris, of course, and so on and so forth.".to_owned()];
    let tested = [
        "What is the capital of France?",
        "the capital of France, Paris",
        "capital of France?",
        "What is the capital of Spain?",
    ];
    let split = look(&tested.map(str::to_owned), &trained);
    assert_eq!(shares(&split), [(0, 1.0), (1, 1.0)]);
    assert_eq!(split.too_short, 1);
}

#[test]
fn chinese_is_compared_by_characters() {
    let trained =
        ["根据公司公告，本次非公开发行股票募集资金总额不超过人民币十二亿元，扣除发行费用后将全部用于补充流动资金。"
            .to_owned()];
    let tested = [
        "问：募集资金总额不超过人民币 12 亿元吗？",
        "本次非公开发行股票，募集资金总额不超过人民币十二亿元。",
        "今天天气很好，我们一起去公园散步，看到了很多美丽的花。",
    ];
    let split = look(&tested.map(str::to_owned), &trained);
    assert_eq!(shares(&split), [(1, 1.0)]);
    assert_eq!(split.matches[0].text, tested[1].trim_end_matches('。'));
}

#[test]
fn code_is_compared_by_its_names_and_numbers() {
    let code = "fn lerp(a: f32, b: f32, t: f32) -> f32 {\n    let weight = t.clamp(0.0, 1.0);\n    a * (1.0 - weight) + b * weight\n}";
    let formatted = code.replace("\n    ", " ").replace(": ", ":").replace(" -> ", "->");
    let other = "fn area(width: u32, height: u32) -> u32 {\n    width.checked_mul(height).unwrap_or(u32::MAX)\n}";
    let split = look(&[code.to_owned(), other.to_owned()], &[format!("use std::fmt;\n{formatted}")]);
    assert_eq!(shares(&split), [(0, 1.0)]);
}

#[test]
fn a_short_function_is_not_nearly_the_same_as_every_other() {
    let tested = "/// Returns how many letters wait.\npub fn len(&self) -> usize {\n    self.0.len()\n}";
    let trained = "/// Returns the size of the string, in bytes.\npub fn len(&self) -> usize {\n    self.0.len()\n}";
    assert_eq!(shares(&look(&[tested.to_owned()], &[trained.to_owned()])), []);
}

#[test]
fn a_formula_that_many_training_records_have_is_counted() {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let licence = prose(&mut random, 30).join(" ");
    let with_licence =
        |texts: Vec<String>| texts.into_iter().map(|text| format!("{licence}. {text}")).collect::<Vec<_>>();
    let (tested, trained) = (with_licence(texts(&mut random, 5, 20)), with_licence(texts(&mut random, 40, 100)));
    let split = look(&tested, &trained);
    assert_eq!(shares(&split), (0..5).map(|i| (i, 0.6)).collect::<Vec<_>>());
    assert!(split.matches.iter().all(|found| found.trained_records == 40 && found.text == licence));
}

#[test]
fn what_is_allowed_is_not_found() {
    let mut random = ChaCha8Rng::seed_from_u64(6);
    let (tested, mut trained) = (texts(&mut random, 4, 40), texts(&mut random, 20, 100));
    tested.iter().for_each(|text| trained[3].push_str(&format!(" {text}")));
    let by_document = look_allowing(SEARCH, &tested, &trained, &["docs/test-{1,2}.txt"], &[]);
    assert_eq!((shares(&by_document), by_document.allowed), (vec![(0, 1.0), (3, 1.0)], 2));
    let by_text = look_allowing(SEARCH, &tested, &trained, &[], &[&tested[0].to_uppercase(), &tested[3]]);
    assert_eq!(shares(&by_text), [(1, 1.0), (2, 1.0)]);
    let half: Vec<&str> = tested[0].split(' ').take(30).collect();
    let by_half = look_allowing(SEARCH, &tested[..1], &trained, &[], &[&half.join(" ")]);
    assert_eq!(shares(&by_half), [(0, 0.55)], "an n-gram that reaches beyond the allowed text still counts");
}

#[test]
fn a_pattern_that_is_none_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "test", &["a b c d e f".to_owned()]);
    let training = write(folder.path(), "train", &[]);
    let (dataset, split, allowed_texts) = ("exam".parse().unwrap(), SplitName::Test, Vec::new());
    let wanted = Wanted { dataset, split, path, allowed_documents: vec!["[".to_owned()], allowed_texts };
    let error = super::search(&SEARCH, &[wanted], &training, |_, _| true).unwrap_err();
    assert_eq!(error.to_string(), "`[` is no file pattern");
}

#[test]
fn records_for_several_passes_are_all_looked_for() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let (tested, mut trained) = (texts(&mut random, 1800, 1200), texts(&mut random, 10, 100));
    assert!(tested.iter().map(String::len).sum::<usize>() > 9 << 20, "the test has lost its meaning");
    for i in [0, 900, 1799] {
        trained[2].push_str(&format!(" {}", tested[i]));
    }
    assert_eq!(shares(&look(&tested, &trained)), [(0, 1.0), (900, 1.0), (1799, 1.0)]);
}

#[test]
fn who_measures_on_the_training_data_finds_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let training = write(folder.path(), "train", &["a b".to_owned(), "c d e f g h".to_owned()]);
    let (dataset, split) = ("web".parse().unwrap(), SplitName::Train);
    let wanted = Wanted { dataset, split, path: training.clone(), allowed_documents: vec![], allowed_texts: vec![] };
    let findings = super::search(&SEARCH, &[wanted], &training, |_, _| true).unwrap().unwrap();
    assert_eq!(shares(&findings.splits[0]), [(0, 1.0), (1, 1.0)]);
    assert_eq!(findings.splits[0].records, 2);
}

#[test]
fn a_search_that_is_stopped_tells_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let training = write(folder.path(), "train", &["a b c d e f".to_owned()]);
    assert_eq!(super::search(&SEARCH, &[], &training, |_, _| false).unwrap(), None);
    assert!(super::search(&SEARCH, &[], &training, |_, _| true).unwrap().is_some_and(|findings| findings.records == 1));
}

proptest! {
    #[test]
    fn whatever_the_text_a_planted_n_gram_is_found(
        ngram in FEWEST_WORDS..20,
        parts in prop::collection::vec("\\PC{0,30}|[a-c ]{0,30}|[一-龥]{0,9}", 6),
        planted in prop::collection::vec("[a-e]{1,3}|\\PC{1,4}|[一-龥]", 20..30),
    ) {
        let planted = planted.join(" ");
        prop_assume!(words::words(&planted).count() >= ngram);
        let tested = vec![format!("{} {planted} {}", parts[0], parts[1])];
        let trained = vec![parts[2].clone(), format!("{}\n{planted}\t{}", parts[3], parts[4]), parts[5].clone()];
        let split = look_allowing(Search { ngram, threshold: 0.5 }, &tested, &trained, &[], &[]);
        prop_assert_eq!(split.found.len(), 1);
        prop_assert!(split.matches[0].words as usize >= ngram);
    }

    #[test]
    fn what_was_not_planted_is_not_found(seed: u64) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let split = look(&texts(&mut random, 5, 50), &texts(&mut random, 20, 200));
        prop_assert_eq!(shares(&split), []);
    }
}
