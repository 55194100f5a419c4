//! `encoding`: how the bytes of a text file stand for characters.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the bytes of a text file stand for characters; a byte-order mark at the beginning is dropped, and wins over any word but
/// `utf-8`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8, and nothing else.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// What the byte-order mark says; else UTF-8 where the first mebibyte is UTF-8; else what that mebibyte looks like.
    Auto,
    /// GBK: simplified Chinese, as Windows writes it.
    Gbk,
    /// GB 18030: all of Unicode, for China.
    Gb18030,
    /// Big5: traditional Chinese.
    Big5,
    /// Shift JIS: Japanese, as Windows writes it.
    ShiftJis,
    /// EUC-JP: Japanese, as Unix wrote it.
    EucJp,
    /// EUC-KR: Korean.
    EucKr,
    /// Windows-1252, which contains ISO 8859-1: Western Europe.
    #[serde(rename = "latin-1")]
    Latin1,
    /// Windows-1251: Cyrillic, as Windows writes it.
    #[serde(rename = "windows-1251")]
    Windows1251,
    /// KOI8-R: Russian, as Unix wrote it.
    #[serde(rename = "koi8-r")]
    Koi8R,
    /// UTF-16 in the order its byte-order mark says; without one the low byte is first.
    #[serde(rename = "utf-16")]
    Utf16,
    /// UTF-16, the low byte first.
    #[serde(rename = "utf-16-le")]
    Utf16Le,
    /// UTF-16, the high byte first.
    #[serde(rename = "utf-16-be")]
    Utf16Be,
}

impl Encoding {
    /// Every encoding, with the word the recipe uses for it.
    pub const ALL: [(&'static str, Self); 14] = [
        ("utf-8", Self::Utf8),
        ("auto", Self::Auto),
        ("gbk", Self::Gbk),
        ("gb18030", Self::Gb18030),
        ("big5", Self::Big5),
        ("shift-jis", Self::ShiftJis),
        ("euc-jp", Self::EucJp),
        ("euc-kr", Self::EucKr),
        ("latin-1", Self::Latin1),
        ("windows-1251", Self::Windows1251),
        ("koi8-r", Self::Koi8R),
        ("utf-16", Self::Utf16),
        ("utf-16-le", Self::Utf16Le),
        ("utf-16-be", Self::Utf16Be),
    ];
}
