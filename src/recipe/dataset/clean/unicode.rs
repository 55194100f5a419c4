//! The words of `normalize-unicode`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A Unicode normal form (UAX #15).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnicodeForm {
    /// Composed; what looks the same is written the same.
    #[default]
    Nfc,
    /// Composed, and compatibility characters replaced: `ﬁ` becomes `fi`, `①` becomes `1`, `，` becomes `,`.
    Nfkc,
}

/// What becomes of full-width characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Width {
    /// They stay.
    #[default]
    Keep,
    /// Full-width letters, digits, signs and spaces become ASCII; the marks that punctuate Chinese, `，！？：；（）`, stay.
    Half,
}
