//! Reads `datasets`.

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::dataset::{CleanStep, Dataset, Extract, NearMethod, PiiKind, Source, Split, SplitBy};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// Reads one dataset.
pub fn dataset(reader: &mut Reader, _: &Name, at: &At<'_>) -> Option<Dataset> {
    let mut fields = Fields::open(reader, at)?;
    let source = fields.need(reader, "source").and_then(|at| source(reader, &at));
    let extract = fields.or(reader, "extract", None, |reader, at| extract(reader, at).map(Some));
    let clean = fields.or(reader, "clean", Vec::new(), |reader, at| reader.list(at, clean_step));
    let split = fields.or(reader, "split", Split::default(), split);
    fields.finish(reader);
    Some(Dataset { source: source?, extract: extract?, clean: clean?, split: split? })
}

fn source(reader: &mut Reader, at: &At<'_>) -> Option<Source> {
    let mut fields = Fields::open(reader, at)?;
    let Some(is_described) = fields.kind(reader, "source", &[("files", false), ("described", true)]) else {
        fields.abandon();
        return None;
    };
    if is_described {
        let source = described(reader, &mut fields);
        fields.finish(reader);
        return source;
    }
    let root = fields.need(reader, "root").and_then(|at| reader.path(&at));
    let patterns = |reader: &mut Reader, at: &At<'_>| reader.some_list(at, |reader, at| reader.some_text(at));
    let include = fields.need(reader, "include").and_then(|at| patterns(reader, &at));
    let exclude =
        fields.or(reader, "exclude", Vec::new(), |reader, at| reader.list(at, |reader, at| reader.some_text(at)));
    let strip_components = fields.or(reader, "strip-components", 0, |reader, at| reader.count(at, 0));
    fields.finish(reader);
    Some(Source::Files { root: root?, include: include?, exclude: exclude?, strip_components: strip_components? })
}

/// Reads data that is stated and not there; without `bytes` a token counts as four, as in English with a large vocabulary.
fn described(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let tokens = fields.need(reader, "tokens").and_then(|at| reader.large_count(&at, 1));
    let bytes = fields.or(reader, "bytes", None, |reader, at| reader.large_count(at, 1).map(Some));
    let cleaned = fields.or(reader, "cleaned-bytes", None, |reader, at| reader.large_count(at, 1).map(Some));
    let documents = fields.or(reader, "documents", 0, |reader, at| reader.large_count(at, 1));
    let (tokens, bytes, cleaned) = (tokens?, bytes?, cleaned?);
    let cleaned_bytes = cleaned.or(bytes).unwrap_or(tokens.saturating_mul(4));
    Some(Source::Described { tokens, bytes: bytes.unwrap_or(cleaned_bytes), cleaned_bytes, documents: documents? })
}

fn extract(reader: &mut Reader, at: &At<'_>) -> Option<Extract> {
    let mut fields = Fields::open(reader, at)?;
    let Some(()) = fields.kind(reader, "extraction", &[("rust-doc-pairs", ())]) else {
        fields.abandon();
        return None;
    };
    let Extract::RustDocPairs { prompt, response } = Extract::default();
    let prompt = fields.or(reader, "prompt", prompt, |reader, at| template(reader, at));
    let response = fields.or(reader, "response", response, |reader, at| template(reader, at));
    fields.finish(reader);
    Some(Extract::RustDocPairs { prompt: prompt?, response: response? })
}

/// Reads a template; a placeholder nobody fills would end up in the data.
fn template(reader: &mut Reader, at: &At<'_>) -> Option<String> {
    const PLACEHOLDERS: [&str; 3] = ["{doc}", "{signature}", "{body}"];
    let text = reader.some_text(at)?;
    if !PLACEHOLDERS.iter().any(|placeholder| text.contains(placeholder)) {
        let hint = Some("the placeholders are `{doc}`, `{signature}`, `{body}`".to_owned());
        return reader.wrong(at, "expected a template with a placeholder, found none", hint);
    }
    Some(text)
}

fn clean_step(reader: &mut Reader, at: &At<'_>) -> Option<CleanStep> {
    #[derive(Clone, Copy)]
    enum Word {
        NormalizeUnicode,
        StripMarkup,
        MinLength,
        RedactPii,
        DedupExact,
        DedupNear,
    }
    const WORDS: [(&str, Word); 6] = [
        ("normalize-unicode", Word::NormalizeUnicode),
        ("strip-markup", Word::StripMarkup),
        ("min-length", Word::MinLength),
        ("redact-pii", Word::RedactPii),
        ("dedup-exact", Word::DedupExact),
        ("dedup-near", Word::DedupNear),
    ];
    let mut fields = Fields::open(reader, at)?;
    let Some(word) = fields.kind(reader, "cleaning step", &WORDS) else {
        fields.abandon();
        return None;
    };
    let step = match word {
        Word::NormalizeUnicode => Some(CleanStep::NormalizeUnicode),
        Word::StripMarkup => Some(CleanStep::StripMarkup),
        Word::MinLength => {
            fields.need(reader, "chars").and_then(|at| reader.count(&at, 1)).map(|chars| CleanStep::MinLength { chars })
        }
        Word::RedactPii => fields
            .or(reader, "kinds", PiiKind::all(), |reader, at| reader.some_list(at, pii_kind))
            .map(|kinds| CleanStep::RedactPii { kinds }),
        Word::DedupExact => Some(CleanStep::DedupExact),
        Word::DedupNear => {
            let method = fields.or(reader, "method", NearMethod::default(), |reader, at| {
                reader.word(at, "method", &[("minhash", NearMethod::Minhash)])
            });
            let threshold = fields
                .or(reader, "threshold", CleanStep::default_threshold(), |reader, at| reader.number(at, 0.1..=1.0));
            method.zip(threshold).map(|(method, threshold)| CleanStep::DedupNear { method, threshold })
        }
    };
    fields.finish(reader);
    step
}

const PII_KINDS: [(&str, PiiKind); 5] = [
    ("email", PiiKind::Email),
    ("phone", PiiKind::Phone),
    ("id-card", PiiKind::IdCard),
    ("bank-card", PiiKind::BankCard),
    ("ip-address", PiiKind::IpAddress),
];

fn pii_kind(reader: &mut Reader, at: &At<'_>) -> Option<PiiKind> {
    reader.word(at, "kind of private data", &PII_KINDS)
}

fn split(reader: &mut Reader, at: &At<'_>) -> Option<Split> {
    let mut fields = Fields::open(reader, at)?;
    let mut share = |reader: &mut Reader, key| fields.or(reader, key, 0.0, |reader, at| reader.number(at, 0.0..=1.0));
    let train = share(reader, "train");
    let validation = share(reader, "validation");
    let test = share(reader, "test");
    let by = fields.or(reader, "by", SplitBy::default(), |reader, at| {
        reader.word(at, "unit of a split", &[("document", SplitBy::Document), ("record", SplitBy::Record)])
    });
    fields.finish(reader);
    let split = Split { train: train?, validation: validation?, test: test?, by: by? };
    let sum = split.train + split.validation + split.test;
    if (sum - 1.0).abs() > 1e-6 {
        let hint = format!("`train: {}` would fit", ((1.0 - split.validation - split.test) * 1e6).round() / 1e6);
        return reader.wrong_of(Code::BadShares, at, format!("the shares add up to {sum}, not to 1"), Some(hint));
    }
    Some(split)
}
