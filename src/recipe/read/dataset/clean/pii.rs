//! Reads `redact-pii`.

use crate::recipe::code::Code;
use crate::recipe::dataset::{CleanStep, PiiKind, PiiWith, RedactPii};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

const KINDS: [(&str, PiiKind); 8] = [
    (PiiKind::Email.word(), PiiKind::Email),
    (PiiKind::Phone.word(), PiiKind::Phone),
    (PiiKind::IdCard.word(), PiiKind::IdCard),
    (PiiKind::BankCard.word(), PiiKind::BankCard),
    (PiiKind::IpAddress.word(), PiiKind::IpAddress),
    (PiiKind::UrlCredentials.word(), PiiKind::UrlCredentials),
    (PiiKind::Secret.word(), PiiKind::Secret),
    (PiiKind::Name.word(), PiiKind::Name),
];
const WAYS: [(&str, PiiWith); 3] = [("mask", PiiWith::Mask), ("hash", PiiWith::Hash), ("drop", PiiWith::Drop)];

/// Reads which private data to look for, and what becomes of it.
pub(super) fn redact_pii(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<CleanStep> {
    let names = fields.or(reader, "names", None, |reader, at| reader.path(at).map(Some));
    let mut default = PiiKind::all();
    // Who gives names wants them found.
    default.extend(matches!(names, Some(Some(_))).then_some(PiiKind::Name));
    let kinds = fields.or(reader, "kinds", default, |reader, at| reader.some_list(at, kind));
    let with =
        fields.or(reader, "with", PiiWith::default(), |reader, at| reader.word(at, "way with private data", &WAYS));
    let salt = fields.or(reader, "salt", None, |reader, at| salt(reader, at).map(Some));
    let pii = RedactPii { kinds: kinds?, with: with?, salt: salt?, names: names? };
    let needs = |reader: &mut Reader, key: &str, message: &str, example: &str| {
        let at = fields.at().clone();
        let path = format!("{}.{key}", at.path);
        reader.problem_of(Code::MissingKey, at.node.place, &path, message, Some(format!("such as `{example}`")));
        None
    };
    if pii.with == PiiWith::Hash && pii.salt.is_none() {
        let message = "`salt` is missing: without one anybody can find out by trying what a hash was made of";
        return needs(reader, "salt", message, "salt: \"env:PII_SALT\"");
    }
    if pii.kinds.contains(&PiiKind::Name) && pii.names.is_none() {
        return needs(reader, "names", "`names` is missing: names are found by a list of them", "names: people.txt");
    }
    Some(CleanStep::RedactPii(pii))
}

fn kind(reader: &mut Reader, at: &At<'_>) -> Option<PiiKind> {
    reader.word(at, "kind of private data", &KINDS)
}

/// Reads where a secret lies; one that stands in the recipe itself is refused, and not repeated.
fn salt(reader: &mut Reader, at: &At<'_>) -> Option<String> {
    let text = reader.some_text(at)?;
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    match text.split_once(':') {
        Some(("env", name)) if is_name(name) => Some(text),
        Some(("file", path)) if path.starts_with('/') => Some(text),
        Some(("file", path)) if !path.trim().is_empty() => match reader.folders.get(at.node.place.source as usize) {
            Some(folder) if !folder.is_empty() => Some(format!("file:{folder}/{path}")),
            Some(_) | None => Some(text),
        },
        Some(_) | None => {
            let hint = "`env:NAME` names a variable of the environment, `file:PATH` a file";
            reader.wrong(at, "expected where the salt lies, and not the salt itself", Some(hint.to_owned()))
        }
    }
}
