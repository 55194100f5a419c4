//! Reads `clean`.

use crate::recipe::dataset::{CleanStep, NearMethod, PiiKind};
use crate::recipe::read::dataset::clean_media::{MediaStep, media_step};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// Reads one cleaning step.
pub(super) fn clean_step(reader: &mut Reader, at: &At<'_>) -> Option<CleanStep> {
    #[derive(Clone, Copy)]
    enum Word {
        NormalizeUnicode,
        StripMarkup,
        MinLength,
        RedactPii,
        DedupExact,
        DedupNear,
        Media(MediaStep),
    }
    const WORDS: [(&str, Word); 13] = [
        ("normalize-unicode", Word::NormalizeUnicode),
        ("strip-markup", Word::StripMarkup),
        ("min-length", Word::MinLength),
        ("redact-pii", Word::RedactPii),
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
        Word::Media(word) => media_step(reader, &mut fields, word),
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
