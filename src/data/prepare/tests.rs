//! Preparation as a whole, on small data.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::data::record::Record;
use crate::data::source;
use crate::data::table;
use crate::recipe::dataset::{Assign, CleanStep, NearMethod, OnBadRow, Source, Split, SplitBy, UnicodeForm, Width};

fn dataset(root: &Path, clean: Vec<CleanStep>) -> Dataset {
    let root = root.display().to_string();
    Dataset {
        description: String::new(),
        license: None,
        language: Vec::new(),
        source: Source::Files {
            root,
            include: vec!["**/*.txt".to_owned()],
            exclude: vec![],
            strip_components: 0,
            encoding: Default::default(),
        },
        on_bad_row: OnBadRow::Fail,
        most_bad_rows: 100,
        extract: None,
        features: None,
        clean,
        split: Split { train: 1.0, validation: 0.0, test: 0.0, by: SplitBy::Record, ..Split::default() },
    }
}

/// Prepares the text files of a folder.
fn prepared(
    root: &Path,
    kept: &Path,
    clean: Vec<CleanStep>,
    watch: &dyn Watch,
) -> Option<(Vec<Record>, DatasetReport)> {
    let dataset = dataset(root, clean);
    let files = source::digested(&dataset.source, Path::new("/"), |_| true).unwrap().unwrap();
    let out = tempfile::tempdir().unwrap();
    let name = "d".parse().unwrap();
    let (by_model, feed) = (BTreeMap::new(), Feed::Files(&files));
    let (seed, fingerprint) = (1, Digest::of(b"preparation"));
    let job =
        Job { name: &name, dataset: &dataset, seed, fingerprint, feed, by_model: &by_model, kept, out: out.path() };
    let report = prepare(&job, watch).unwrap()?;
    Some((table::read_all(&out.path().join("train.parquet")).unwrap(), report))
}

fn write(root: &Path, texts: &[String]) {
    texts.iter().enumerate().for_each(|(i, text)| fs::write(root.join(format!("{i:05}.txt")), text).unwrap());
}

const NORMALIZE: CleanStep = CleanStep::NormalizeUnicode { form: UnicodeForm::Nfc, width: Width::Keep };
const EXACT: CleanStep = CleanStep::DedupExact;
const NEAR: CleanStep = CleanStep::DedupNear { method: NearMethod::Minhash, threshold: 0.8 };

fn words(random: &mut ChaCha8Rng, n: usize) -> Vec<String> {
    (0..n).map(|_| format!("w{}", random.random_range(0..5000))).collect()
}

/// 200 originals, 200 copies with 1 % of the words changed, and 200 half-copies, which share half their words.
fn planted() -> Vec<String> {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let originals: Vec<_> = (0..200).map(|_| words(&mut random, 300)).collect();
    let mut texts: Vec<String> = originals.iter().map(|words| words.join(" ")).collect();
    for original in &originals {
        let mut copy = original.clone();
        for i in [50, 150, 250] {
            copy[i] = "changed".to_owned();
        }
        texts.push(copy.join(" "));
    }
    for original in &originals {
        let other = words(&mut random, 150);
        texts.push([&original[..150], &other].concat().join(" "));
    }
    texts
}

#[test]
fn planted_copies_are_found_and_half_copies_stay() {
    let (root, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(root.path(), &planted());
    let (records, report) = prepared(root.path(), kept.path(), vec![NEAR], &()).unwrap();
    let ids: Vec<usize> = records.iter().map(|record| record.id.trim_end_matches(".txt").parse().unwrap()).collect();
    let n = |range: std::ops::Range<usize>| ids.iter().filter(|id| range.contains(id)).count();
    assert_eq!(n(0..200), 200, "an original went");
    assert!(n(200..400) <= 4, "recall: {} of 200 copies stayed", n(200..400));
    assert_eq!(n(400..600), 200, "precision: a half-copy went");
    let step = &report.steps[0];
    assert_eq!((step.records_in, step.records_out), (600, records.len() as u64));
    assert_eq!(step.reasons, BTreeMap::from([("near-duplicate".to_owned(), 600 - records.len() as u64)]));
    assert_eq!((report.clusters.len(), report.clusters[0].records), (10, 2));
    assert_eq!(report.clusters[0].kept, "00000.txt");
}

#[test]
fn chinese_headlines_that_differ_in_a_word_are_near() {
    let (root, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let long = "央行宣布下调存款准备金率零点五个百分点，释放长期资金约一万亿元，以支持实体经济发展，业内人士认为市场流动性将进一步改善";
    write(
        root.path(),
        &[long.to_owned(), long.replace("业内", "专业"), "教育部公布今年高考时间安排与录取政策".to_owned()],
    );
    let near = CleanStep::DedupNear { method: NearMethod::Minhash, threshold: 0.6 };
    let (records, _) = prepared(root.path(), kept.path(), vec![near], &()).unwrap();
    assert_eq!(records.len(), 2);
}

#[test]
fn of_equal_texts_the_first_stays_and_a_step_behind_sees_what_is_left() {
    let (root, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let texts = ["a  b c", "abc d", "a b c", "x", "mail me at jane@example.org", "mail me at jane@example.org"];
    write(root.path(), &texts.map(str::to_owned));
    let clean = vec![EXACT, CleanStep::MinLength { chars: 3 }, EXACT];
    let (records, report) = prepared(root.path(), kept.path(), clean, &()).unwrap();
    assert_eq!(
        records.iter().map(|record| record.id.as_str()).collect::<Vec<_>>(),
        ["00000.txt", "00001.txt", "00004.txt"]
    );
    let sizes: Vec<_> =
        report.steps.iter().map(|step| (step.step.as_str(), step.records_in, step.records_out)).collect();
    assert_eq!(sizes, [("dedup-exact", 6, 4), ("min-length", 4, 3), ("dedup-exact", 3, 3)]);
    assert_eq!(report.steps[0].samples[1].text, "mail me at [email]");
    assert_eq!(report.steps[0].bytes_out + 2 * 27 - 27 + 5, report.steps[0].bytes_in);
}

#[test]
fn the_same_comes_out_from_scratch_from_what_was_kept_and_after_a_stop() {
    struct StopAfter(AtomicU64, u64);
    impl Watch for StopAfter {
        fn go_on(&self, _: &'static str, _: u64, _: u64) -> bool {
            self.0.fetch_add(1, Ordering::Relaxed) < self.1
        }
    }
    let root = tempfile::tempdir().unwrap();
    let texts: Vec<String> = (0..300).map(|i| format!("{} number {}\r\n", "text ".repeat(4000), i % 250)).collect();
    write(root.path(), &texts);
    let clean = || vec![NORMALIZE, EXACT, NEAR];
    let fresh = tempfile::tempdir().unwrap();
    let expected = prepared(root.path(), fresh.path(), clean(), &()).unwrap();
    assert_eq!(prepared(root.path(), fresh.path(), clean(), &()).unwrap(), expected);
    let (stopped, mut n) = (tempfile::tempdir().unwrap(), 0);
    for after in 0.. {
        match prepared(root.path(), stopped.path(), clean(), &StopAfter(AtomicU64::new(0), after)) {
            Some(found) => {
                assert_eq!(found, expected);
                break;
            }
            None => n += 1,
        }
    }
    assert!(n > 2, "it was stopped {n} times only");
}

#[test]
fn a_file_more_leaves_the_work_on_the_others_as_it_is() {
    let (root, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let texts: Vec<String> = (0..200).map(|i| format!("{i} ").repeat(20_000)).collect();
    write(root.path(), &texts);
    let files = |kind: &str| {
        let names = fs::read_dir(kept.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(kind)).collect::<std::collections::BTreeSet<_>>()
    };
    prepared(root.path(), kept.path(), vec![EXACT, NEAR], &()).unwrap();
    let before = files(".near");
    assert!(before.len() >= 2, "{before:?}");
    fs::write(root.path().join("00007-more.txt"), "one more file").unwrap();
    let (records, _) = prepared(root.path(), kept.path(), vec![EXACT, NEAR], &()).unwrap();
    assert!(records.iter().any(|record| record.id == "00007-more.txt"));
    assert_eq!(files(".near").difference(&before).count(), 1);
}

#[test]
fn what_is_held_out_and_stands_in_the_training_data_goes() {
    let root = tempfile::tempdir().unwrap();
    let text = |of: &str, n: usize| (0..n).map(|i| format!("{of}{i}")).collect::<Vec<_>>().join(" ");
    let own = |name: &str| text(&format!("own{name}"), 30);
    let files = [
        ("train-a", format!("{} {}", own("a"), text("shared", 40))),
        ("train-b", own("b")),
        // Most of it stands in a training record, whose greater part is something else: no near duplicate.
        ("dev-seen", format!("{} tail", text("shared", 20))),
        ("dev-new", format!("{} {}", own("c"), text("later", 40))),
        // A third of it stands there: not enough.
        ("test-little", format!("{} {}", text("shared", 14), own("d"))),
        ("test-seen", text("shared", 30)),
        ("test-in-dev", format!("{} tail", text("later", 20))),
    ];
    files.iter().for_each(|(name, text)| fs::write(root.path().join(format!("{name}.txt")), text).unwrap());
    let assign = Assign { validation: vec!["dev-*".to_owned()], test: vec!["test-*".to_owned()], ..Assign::default() };
    let mut dataset = dataset(root.path(), vec![CleanStep::DedupNear { method: NearMethod::Minhash, threshold: 0.8 }]);
    dataset.split = Split { assign, decontaminate: true, ..dataset.split };
    let (kept_at, out_at) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let files = source::digested(&dataset.source, Path::new("/"), |_| true).unwrap().unwrap();
    let (name, by_model) = ("d".parse().unwrap(), BTreeMap::new());
    let feed = Feed::Files(&files);
    let (kept, out, fingerprint) = (kept_at.path(), out_at.path(), Digest::of(b"preparation"));
    let job = Job { name: &name, dataset: &dataset, seed: 1, fingerprint, feed, by_model: &by_model, kept, out };

    let report = prepare(&job, &()).unwrap().unwrap();

    let documents = |split: &str| {
        let records = table::read_all(&out.join(format!("{split}.parquet"))).unwrap();
        records.into_iter().map(|record| record.document).collect::<Vec<_>>()
    };
    assert_eq!(documents("train"), ["train-a.txt", "train-b.txt"]);
    assert_eq!(documents("validation"), ["dev-new.txt"]);
    assert_eq!(documents("test"), ["test-little.txt"]);
    let step = report.steps.last().unwrap();
    assert_eq!((step.step.as_str(), step.records_in, step.records_out), ("decontaminate", 7, 4));
    assert_eq!(step.reasons, BTreeMap::from([("in-train".to_owned(), 2), ("in-validation".to_owned(), 1)]));
    assert_eq!(step.bytes_out, report.splits.values().map(|split| split.bytes).sum::<u64>());
    assert_eq!(report.profile.lengths.iter().sum::<u64>(), 4);
    assert_eq!(fs::read_dir(out).unwrap().count(), 3);
}

#[test]
fn what_was_damaged_since_it_was_kept_is_made_again() {
    let (root, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(root.path(), &planted());
    let expected = prepared(root.path(), kept.path(), vec![EXACT, NEAR], &()).unwrap();
    let paths: Vec<_> = fs::read_dir(kept.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    for kind in ["records", "keys", "near", "json"] {
        let path = paths.iter().find(|path| path.extension().is_some_and(|end| end == kind)).unwrap();
        let whole = fs::read(path).unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        for damaged in [&flipped, &whole[..whole.len() / 2], &whole[..0]] {
            fs::write(path, damaged).unwrap();
            assert_eq!(prepared(root.path(), kept.path(), vec![EXACT, NEAR], &()).unwrap(), expected, "{kind}");
        }
    }
    // Cut where a block ends, the records still look whole.
    let records = paths.iter().find(|path| path.extension().is_some_and(|end| end == "records")).unwrap();
    fs::write(records, b"pdblock1").unwrap();
    assert_eq!(prepared(root.path(), kept.path(), vec![EXACT, NEAR], &()).unwrap(), expected);
}

#[test]
fn what_was_hashed_with_another_salt_is_not_taken_again() {
    use crate::recipe::dataset::{PiiWith, RedactPii};
    let (root, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(root.path(), &["write to jane@example.org".to_owned()]);
    let path = kept.path().join("salt");
    let salt = Some(format!("file:{}", path.display()));
    let hash =
        || vec![CleanStep::RedactPii(RedactPii { with: PiiWith::Hash, salt: salt.clone(), ..RedactPii::default() })];
    let told = |salt: &str| {
        fs::write(&path, salt).unwrap();
        prepared(root.path(), kept.path(), hash(), &()).unwrap().0
    };
    let first = told("a long secret");
    assert_eq!(told("a long secret"), first);
    assert_ne!(told("another secret"), first);
}

#[test]
fn what_the_newest_preparation_does_not_use_goes_and_nothing_is_lost_by_it() {
    let (root, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(root.path(), &planted());
    prepared(root.path(), kept.path(), vec![NORMALIZE, NEAR], &()).unwrap();
    // Of another dataset, whose uses are written down elsewhere.
    fs::remove_file(kept.path().join(format!("{}.uses", Digest::of(b"preparation")))).unwrap();
    let expected =
        prepared(root.path(), kept.path(), vec![EXACT, NEAR, CleanStep::MinLength { chars: 2 }], &()).unwrap();
    fs::write(kept.path().join(".making-x"), "half").unwrap();
    let newest = BTreeSet::from([Digest::of(b"preparation")]);
    let told = sweep(kept.path(), &newest, true).unwrap();
    assert!(told.removed > 4 && told.kept > 4, "{told:?}");
    assert_eq!(sweep(kept.path(), &newest, false).unwrap(), told);
    assert_eq!(sweep(kept.path(), &newest, false).unwrap().removed, 0);
    assert!(!kept.path().join(".making-x").exists());
    let n = || fs::read_dir(kept.path()).unwrap().count();
    let before = n();
    assert_eq!(
        prepared(root.path(), kept.path(), vec![EXACT, NEAR, CleanStep::MinLength { chars: 2 }], &()).unwrap(),
        expected
    );
    assert_eq!(n(), before, "what was needed had gone");
    assert_eq!(sweep(kept.path(), &BTreeSet::new(), false).unwrap().kept, 0);
    assert_eq!(n(), 0);
}
