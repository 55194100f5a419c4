//! Languages, by their ISO 639 codes.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A language that can be told from others: its code of ISO 639-3, such as `eng` or `zho`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageCode(&'static str);

/// A text that is no code of a known language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected the ISO 639 code of a language that can be told, such as `eng` or `zho`")]
pub struct UnknownLanguage;

impl LanguageCode {
    /// Chinese.
    pub const CHINESE: Self = Self("zho");
    /// English.
    pub const ENGLISH: Self = Self("eng");
    /// Japanese.
    pub const JAPANESE: Self = Self("jpn");
    /// Korean.
    pub const KOREAN: Self = Self("kor");

    /// Returns the code of ISO 639-3.
    pub const fn code(self) -> &'static str {
        self.0
    }

    /// Returns the language of a code of ISO 639-3, of ISO 639-1, or of the few further ones in use: `cmn` for Chinese.
    pub fn of(code: &str) -> Option<Self> {
        let code = match code {
            "cmn" => "zho",
            "fas" => "pes",
            code => code,
        };
        CODES
            .iter()
            .find(|(three, two)| *three == code || *two == code && !two.is_empty())
            .map(|(three, _)| Self(three))
    }

    /// Returns every code that is understood.
    pub fn all_codes() -> impl Iterator<Item = &'static str> {
        CODES.iter().flat_map(|(three, two)| [*three, *two]).chain(["cmn", "fas"]).filter(|code| !code.is_empty())
    }
}

impl fmt::Display for LanguageCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for LanguageCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for LanguageCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::of(&code).ok_or_else(|| D::Error::custom(UnknownLanguage))
    }
}

impl JsonSchema for LanguageCode {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "LanguageCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Self::all_codes().collect::<Vec<_>>() })
    }
}

/// The languages that can be told, as ISO 639-3 and ISO 639-1 have them.
const CODES: [(&str, &str); 70] = [
    ("afr", "af"),
    ("aka", "ak"),
    ("amh", "am"),
    ("ara", "ar"),
    ("aze", "az"),
    ("bel", "be"),
    ("ben", "bn"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("cym", "cy"),
    ("dan", "da"),
    ("deu", "de"),
    ("ell", "el"),
    ("eng", "en"),
    ("epo", "eo"),
    ("est", "et"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("guj", "gu"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hrv", "hr"),
    ("hun", "hu"),
    ("hye", "hy"),
    ("ind", "id"),
    ("ita", "it"),
    ("jav", "jv"),
    ("jpn", "ja"),
    ("kan", "kn"),
    ("kat", "ka"),
    ("khm", "km"),
    ("kor", "ko"),
    ("lat", "la"),
    ("lav", "lv"),
    ("lit", "lt"),
    ("mal", "ml"),
    ("mar", "mr"),
    ("mkd", "mk"),
    ("mya", "my"),
    ("nep", "ne"),
    ("nld", "nl"),
    ("nob", "nb"),
    ("ori", "or"),
    ("pan", "pa"),
    ("pes", "fa"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rus", "ru"),
    ("sin", "si"),
    ("slk", "sk"),
    ("slv", "sl"),
    ("sna", "sn"),
    ("spa", "es"),
    ("srp", "sr"),
    ("swe", "sv"),
    ("tam", "ta"),
    ("tel", "te"),
    ("tgl", "tl"),
    ("tha", "th"),
    ("tuk", "tk"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("urd", "ur"),
    ("uzb", "uz"),
    ("vie", "vi"),
    ("yid", "yi"),
    ("zho", "zh"),
    ("zul", "zu"),
];
