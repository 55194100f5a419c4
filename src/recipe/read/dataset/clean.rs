//! Reads `clean`.

mod quality;
mod pii;
mod classify;

use crate::recipe::code::Code;
use crate::recipe::dataset::{CleanStep, LanguageCode, Markup, NearMethod, Page, UnicodeForm, Width};
use crate::recipe::read::dataset::clean_media::{MediaStep, media_step};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// Reads one cleaning step.
pub(super) fn clean_step(reader: &mut Reader, at: &At<'_>) -> Option<CleanStep> {
    #[derive(Clone, Copy)]
    enum Word {
        FixEncoding,
        NormalizeUnicode,
        StripMarkup,
        StripBoilerplate,
        MinLength,
        Length,
        Language,
        Quality,
        RedactPii,
        Classify,
        ClassifyByModel,
        Filter,
        DedupExact,
        DedupNear,
        Media(MediaStep),
    }
    const WORDS: [(&str, Word); 21] = [
        ("fix-encoding", Word::FixEncoding),
        ("normalize-unicode", Word::NormalizeUnicode),
        ("strip-markup", Word::StripMarkup),
        ("strip-boilerplate", Word::StripBoilerplate),
        ("min-length", Word::MinLength),
        ("length", Word::Length),
        ("language", Word::Language),
        ("quality", Word::Quality),
        ("redact-pii", Word::RedactPii),
        ("classify", Word::Classify),
        ("classify-by-model", Word::ClassifyByModel),
        ("filter", Word::Filter),
        ("dedup-exact", Word::DedupExact),
        ("dedup-near", Word::DedupNear),
        ("resize-image", Word::Media(MediaStep::ResizeImage)),
        ("crop-image", Word::Media(MediaStep::CropImage)),
        ("gray-image", Word::Media(MediaStep::GrayImage)),
        ("resample-audio", Word::Media(MediaStep::ResampleAudio)),
        ("mono-audio", Word::Media(MediaStep::MonoAudio)),
        ("trim-silence", Word::Media(MediaStep::TrimSilence)),
        ("length-audio", Word::Media(MediaStep::LengthAudio)),
    ];
    let mut fields = Fields::open(reader, at)?;
    let Some(word) = fields.kind(reader, "cleaning step", &WORDS) else {
        fields.abandon();
        return None;
    };
    let step = match word {
        Word::FixEncoding => share(reader, &mut fields, "max-damage", CleanStep::default_max_damage())
            .map(|max_damage| CleanStep::FixEncoding { max_damage }),
        Word::NormalizeUnicode => normalize_unicode(reader, &mut fields),
        Word::StripMarkup => {
            const KINDS: [(&str, Markup); 3] =
                [("auto", Markup::Auto), ("markdown", Markup::Markdown), ("html", Markup::Html)];
            let kind =
                fields.or(reader, "kind", Markup::default(), |reader, at| reader.word(at, "kind of markup", &KINDS));
            kind.map(|kind| CleanStep::StripMarkup { kind })
        }
        Word::StripBoilerplate => strip_boilerplate(reader, &mut fields),
        Word::MinLength => {
            fields.need(reader, "chars").and_then(|at| reader.count(&at, 1)).map(|chars| CleanStep::MinLength { chars })
        }
        Word::Length => length(reader, &mut fields),
        Word::Language => language(reader, &mut fields),
        Word::Quality => quality::quality(reader, &mut fields),
        Word::RedactPii => pii::redact_pii(reader, &mut fields),
        Word::Classify => classify::classify(reader, &mut fields),
        Word::ClassifyByModel => classify_by_model(reader, &mut fields),
        Word::Filter => filter(reader, &mut fields),
        Word::DedupExact => Some(CleanStep::DedupExact),
        Word::DedupNear => dedup_near(reader, &mut fields),
        Word::Media(word) => media_step(reader, &mut fields, word),
    };
    fields.finish(reader);
    step
}

fn share(reader: &mut Reader, fields: &mut Fields<'_>, key: &'static str, default: f64) -> Option<f64> {
    fields.or(reader, key, default, |reader, at| reader.number(at, 0.0..=1.0))
}

fn normalize_unicode(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<CleanStep> {
    const FORMS: [(&str, UnicodeForm); 2] = [("nfc", UnicodeForm::Nfc), ("nfkc", UnicodeForm::Nfkc)];
    const WIDTHS: [(&str, Width); 2] = [("keep", Width::Keep), ("half", Width::Half)];
    let form = fields.or(reader, "form", UnicodeForm::default(), |reader, at| reader.word(at, "normal form", &FORMS));
    let width = fields.or(reader, "width", Width::default(), |reader, at| reader.word(at, "way with width", &WIDTHS));
    Some(CleanStep::NormalizeUnicode { form: form?, width: width? })
}

fn strip_boilerplate(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<CleanStep> {
    const KINDS: [(&str, Page); 3] = [("auto", Page::Auto), ("html", Page::Html), ("text", Page::Text)];
    let kind = fields.or(reader, "kind", Page::default(), |reader, at| reader.word(at, "kind of page", &KINDS));
    let max_link_density = share(reader, fields, "max-link-density", CleanStep::default_max_link_density());
    let repeats = fields.or(reader, "repeats", CleanStep::default_repeats(), |reader, at| reader.count(at, 2));
    Some(CleanStep::StripBoilerplate { kind: kind?, max_link_density: max_link_density?, repeats: repeats? })
}

/// Reads bounds of length; without any the step would do nothing.
fn length(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<CleanStep> {
    let min_chars = fields.or(reader, "min-chars", 0, |reader, at| reader.count(at, 0));
    let max_chars = fields.or(reader, "max-chars", None, |reader, at| reader.count(at, 1).map(Some));
    let min_words = fields.or(reader, "min-words", 0, |reader, at| reader.count(at, 0));
    let max_words = fields.or(reader, "max-words", None, |reader, at| reader.count(at, 1).map(Some));
    let (min_chars, max_chars, min_words, max_words) = (min_chars?, max_chars?, min_words?, max_words?);
    let at = fields.at().clone();
    if (min_chars, max_chars, min_words, max_words) == (0, None, 0, None) {
        let hint = Some("such as `min-chars: 200`".to_owned());
        let message = "expected one of `min-chars`, `max-chars`, `min-words` and `max-words`, found none";
        return reader.wrong_of(Code::MissingKey, &at, message, hint);
    }
    for (what, least, most) in [("chars", min_chars, max_chars), ("words", min_words, max_words)] {
        if most.is_some_and(|most| most < least) {
            let message = format!("`max-{what}` is less than `min-{what}`: no record would stay");
            return reader.wrong_of(Code::ConflictingKeys, &at, message, Some("exchange the two numbers".to_owned()));
        }
    }
    Some(CleanStep::Length { min_chars, max_chars, min_words, max_words })
}

fn language(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<CleanStep> {
    let keep = fields.or(reader, "keep", Vec::new(), |reader, at| reader.list(at, language_code));
    let min_confidence = share(reader, fields, "min-confidence", 0.0);
    let field = fields.or(reader, "field", CleanStep::default_language_field(), |reader, at| reader.name(at));
    Some(CleanStep::Language { keep: keep?, min_confidence: min_confidence?, field: field? })
}

fn classify_by_model(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<CleanStep> {
    let model = fields.need(reader, "model").and_then(|at| reader.any_model(&at));
    let field = fields.or(reader, "field", CleanStep::default_model_field(), |reader, at| reader.name(at));
    let keep = fields.or(reader, "keep", Vec::new(), |reader, at| reader.list(at, |reader, at| reader.some_text(at)));
    let min_confidence = share(reader, fields, "min-confidence", 0.0);
    Some(CleanStep::ClassifyByModel { model: model?, field: field?, keep: keep?, min_confidence: min_confidence? })
}

fn language_code(reader: &mut Reader, at: &At<'_>) -> Option<LanguageCode> {
    let text = reader.some_text(at)?;
    let known = LanguageCode::of(&text);
    if known.is_none() {
        let hint = Some("codes of ISO 639 are understood, such as `eng` or `en`, and `zho` or `zh`".to_owned());
        return reader.wrong_of(Code::UnknownWord, at, format!("{} is no language", at.node.shown()), hint);
    }
    known
}

fn dedup_near(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<CleanStep> {
    let method = fields.or(reader, "method", NearMethod::default(), |reader, at| {
        reader.word(at, "method", &[("minhash", NearMethod::Minhash)])
    });
    let threshold =
        fields.or(reader, "threshold", CleanStep::default_threshold(), |reader, at| reader.number(at, 0.1..=1.0));
    Some(CleanStep::DedupNear { method: method?, threshold: threshold? })
}

/// Reads which classes stay.
fn filter(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<CleanStep> {
    let field = fields.or(reader, "field", CleanStep::default_filter_field(), |reader, at| reader.some_text(at));
    let values = fields.need(reader, "values");
    let values = values.and_then(|at| reader.some_list(&at, |reader, at| reader.some_text(at)));
    Some(CleanStep::Filter { field: field?, values: values? })
}
