//! A secret, for as long as it is used. It cannot be printed, compared or written.

use std::fs;

use crate::fetch::error::FetchError;
use crate::recipe::dataset::SecretRef;

/// The most bytes of a secret: a service account of Google has about 2 kB.
const MOST_BYTES: u64 = 64 << 10;

/// A secret: no `Debug`, no `Display`, no `Serialize`.
pub struct Secret(String);

impl Secret {
    /// Reads the secret that stands where `reference` says.
    ///
    /// # Errors
    /// When nothing stands there; the error names the reference, and never what was found.
    pub fn read(reference: &SecretRef) -> Result<Self, FetchError> {
        let wrong = |why: &str| FetchError::NoSecret { reference: reference.to_string(), why: why.to_owned() };
        let text = match reference {
            SecretRef::Env(name) => match std::env::var(name) {
                Ok(text) => text,
                Err(std::env::VarError::NotPresent) => return Err(wrong("the variable is not set")),
                Err(std::env::VarError::NotUnicode(_)) => return Err(wrong("the variable is not UTF-8")),
            },
            SecretRef::File(path) => {
                let size = fs::metadata(path).map_err(|error| wrong(&error.kind().to_string()))?.len();
                if size > MOST_BYTES {
                    return Err(wrong("the file is too large for a secret"));
                }
                fs::read_to_string(path).map_err(|error| wrong(&error.kind().to_string()))?
            }
        };
        match text.trim() {
            "" => Err(wrong("it is empty")),
            text => Ok(Self(text.to_owned())),
        }
    }

    /// Returns the secret itself, to be put into a request.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_from_a_file_and_what_is_wrong_never_tells_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let reference = SecretRef::File(path.display().to_string());
        assert!(Secret::read(&reference).err().unwrap().to_string().contains("entity not found"));
        fs::write(&path, " hf_canary \n").unwrap();
        assert_eq!(Secret::read(&reference).ok().unwrap().reveal(), "hf_canary");
        fs::write(&path, "\n").unwrap();
        assert!(Secret::read(&reference).err().unwrap().to_string().ends_with("it is empty"));
        fs::write(&path, b"hf_canary\xff").unwrap();
        assert!(!Secret::read(&reference).err().unwrap().to_string().contains("canary"));
        let missing = SecretRef::Env("PEDIGREE_NO_SUCH_VARIABLE".to_owned());
        assert!(Secret::read(&missing).err().unwrap().to_string().contains("env:PEDIGREE_NO_SUCH_VARIABLE"));
    }
}
