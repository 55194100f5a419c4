//! `redact-pii`: which private data, and what becomes of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::recipe::typed::SomeText;

/// Masks private data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RedactPii {
    /// What to look for; where `names` is given, names too.
    #[schemars(default = "PiiKind::all", length(min = 1), example = ["email", "phone"])]
    pub kinds: Vec<PiiKind>,
    /// What becomes of what is found.
    #[schemars(default, example = &"hash")]
    pub with: PiiWith,
    /// Where the secret lies that `with: hash` needs: `env:NAME`, a variable of the environment, or `file:PATH`. It is read when
    /// the stage runs and stored nowhere.
    #[serde(default)]
    #[schemars(regex(pattern = r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$"), example = &"env:PII_SALT")]
    pub salt: Option<String>,
    /// A file of names for the kind `name`, one a line; empty lines and lines that begin with `#` are left out.
    #[serde(default)]
    #[schemars(with = "Option<SomeText>", example = &"people.txt")]
    pub names: Option<String>,
}

impl Default for RedactPii {
    fn default() -> Self {
        Self { kinds: PiiKind::all(), with: PiiWith::default(), salt: None, names: None }
    }
}

/// What becomes of private data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PiiWith {
    /// It becomes its kind: `[email]`.
    #[default]
    Mask,
    /// It becomes its kind and a keyed hash, so that the same person stays the same: `[email:1a2b3c4d]`. Needs `salt`.
    Hash,
    /// The record goes.
    Drop,
}

/// A kind of private data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PiiKind {
    /// An e-mail address.
    Email,
    /// A telephone number: international, North American, or a Chinese mobile or landline number.
    Phone,
    /// A national identity number: Chinese, of Hong Kong, of Taiwan and Brazilian ones with a correct checksum; American social
    /// security numbers as they are written, with hyphens.
    IdCard,
    /// A bank card number with a correct Luhn checksum.
    BankCard,
    /// An IPv4 or IPv6 address.
    IpAddress,
    /// The user and password in a web address: `https://user:password@host`.
    UrlCredentials,
    /// A password, key or token: known forms (AWS, GitHub, Slack, JWT, private keys, …), and what follows `password=` and the like.
    Secret,
    /// A name out of the file `names`.
    Name,
}

impl PiiKind {
    /// Returns every kind that needs no file: what is looked for where the recipe says nothing.
    pub fn all() -> Vec<Self> {
        vec![
            Self::Email,
            Self::Phone,
            Self::IdCard,
            Self::BankCard,
            Self::IpAddress,
            Self::UrlCredentials,
            Self::Secret,
        ]
    }

    /// Returns the word the recipe uses for this kind.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::IdCard => "id-card",
            Self::BankCard => "bank-card",
            Self::IpAddress => "ip-address",
            Self::UrlCredentials => "url-credentials",
            Self::Secret => "secret",
            Self::Name => "name",
        }
    }
}
