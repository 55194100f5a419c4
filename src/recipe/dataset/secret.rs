//! Where a secret stands. The recipe holds this, and never the secret itself.

use serde::{Deserialize, Serialize};

/// Where a secret stands: in a variable of the environment, or in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum SecretRef {
    /// A variable of the worker's environment.
    Env(String),
    /// A file, with an absolute path; white space around its content is of no account.
    File(String),
}

/// Text that does not say where a secret stands. What it says instead may be the secret, so it is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected where the secret stands, as `env:NAME` or `file:/path`")]
pub struct NoSecretReference;

impl std::str::FromStr for SecretRef {
    type Err = NoSecretReference;

    fn from_str(text: &str) -> Result<Self, NoSecretReference> {
        let is_name = |name: &str| {
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
        };
        match text.split_once(':') {
            Some(("env", name)) if is_name(name) => Ok(Self::Env(name.to_owned())),
            Some(("file", path)) if path.starts_with('/') && path.len() > 1 => Ok(Self::File(path.to_owned())),
            Some(_) | None => Err(NoSecretReference),
        }
    }
}

impl TryFrom<String> for SecretRef {
    type Error = NoSecretReference;

    fn try_from(text: String) -> Result<Self, NoSecretReference> {
        text.parse()
    }
}

impl From<SecretRef> for String {
    fn from(reference: SecretRef) -> Self {
        reference.to_string()
    }
}

impl std::fmt::Display for SecretRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_as_it_is_written_and_a_secret_is_none() {
        for text in ["env:HF_TOKEN", "env:_x1", "file:/run/secrets/a b"] {
            assert_eq!(text.parse::<SecretRef>().unwrap().to_string(), text);
        }
        for text in
            ["hf_abcdef", "", "env:", "env:1X", "env:A-B", "file:", "file:relative", "file:/", "ENV:X", "env: X"]
        {
            let error = text.parse::<SecretRef>().unwrap_err().to_string();
            assert!(text != "hf_abcdef" || !error.contains(text), "{error}");
        }
    }
}
