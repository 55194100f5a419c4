//! Objects of S3, Google Cloud Storage and Azure, and files behind `file:///`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{StreamExt as _, TryStreamExt as _};
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::local::LocalFileSystem;
use object_store::{BackoffConfig, ClientOptions, GetOptions, GetRange, ObjectMeta, ObjectStore, RetryConfig};
use url::Url;

use crate::data::source::named_state;
use crate::fetch::error::{FetchError, bare, causes};
use crate::fetch::limits::Limits;
use crate::fetch::name::RelPath;
use crate::fetch::patterns::Patterns;
use crate::fetch::run::{Arrived, parsed};
use crate::fetch::secret::Secret;
use crate::fetch::stream;
use crate::fetch::tree::Tree;
use crate::fetch::watch::Watch;
use crate::recipe::dataset::{SecretRef, Source};

/// A store that can be asked, and what must not be repeated of what it says.
struct Store {
    inner: Arc<dyn ObjectStore>,
    prefix: object_store::path::Path,
    what: String,
    secrets: Vec<Secret>,
}

/// Fetches the objects that a source asks for into the folder `root`.
pub(super) async fn arrive(
    source: &Source,
    root: &Path,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<Arrived, FetchError> {
    let Source::ObjectStore { include, digest, .. } = source else { unreachable!("it is no object store") };
    let store = Store::open(source, limits)?;
    let objects = store.list(include, watch).await?;
    let mut tree = Tree::new(root, &store.what, 0, limits)?;
    for (path, object) in &objects {
        store.fetch(path, object, &mut tree, limits, watch).await?;
    }
    let files = tree.finish();
    let found = named_state(files.iter().map(|(name, entry)| (name.as_str(), entry.bytes, entry.digest)));
    let (found, what) = (found.digest.to_string(), store.what);
    match digest {
        Some(expected) if *expected != found => {
            Err(FetchError::Mismatch { what, key: "digest", expected: expected.clone(), found })
        }
        Some(_) => Ok(Arrived { files, unpinned: None, what }),
        None => Ok(Arrived { files, unpinned: Some(("digest", found)), what }),
    }
}

impl Store {
    fn open(source: &Source, limits: &Limits) -> Result<Self, FetchError> {
        let Source::ObjectStore { url, endpoint, region, access_key, secret_key, .. } = source else {
            unreachable!("it is no object store")
        };
        let url = parsed(url)?;
        let read = |reference: &Option<SecretRef>| reference.as_ref().map(Secret::read).transpose();
        let (access, secret) = (read(access_key)?, read(secret_key)?);
        let what = bare(&url);
        let keys = Keys { access: access.as_ref(), secret: secret.as_ref() };
        let built = match url.scheme() {
            "s3" => s3(&url, endpoint.as_deref(), region.as_deref(), keys, limits),
            "gs" => google(&url, endpoint.as_deref(), keys, limits),
            "az" => azure(&url, endpoint.as_deref(), keys, limits),
            _ => files(&url),
        };
        let (inner, prefix) = match built {
            Ok(built) => built,
            Err(error) => {
                let why = scrubbed(&causes(&error), &[access, secret].into_iter().flatten().collect::<Vec<_>>());
                return Err(FetchError::Remote { address: what, why, hint: None });
            }
        };
        let secrets = [access, secret].into_iter().flatten().collect();
        Ok(Self { inner, prefix, what, secrets })
    }

    /// Returns the objects that are asked for, sorted by name.
    async fn list(&self, include: &[String], watch: &mut Watch<'_>) -> Result<Vec<(RelPath, ObjectMeta)>, FetchError> {
        let mut patterns = Patterns::new(include)?;
        let (mut objects, mut n_objects) = (Vec::new(), 0);
        let mut listed = self.inner.list(Some(&self.prefix));
        while let Some(object) = watch.during(listed.next()).await? {
            let object = object.map_err(|error| self.told(&error))?;
            let name = object.location.as_ref().strip_prefix(self.prefix.as_ref()).unwrap_or(object.location.as_ref());
            let name = name.trim_start_matches('/').to_owned();
            n_objects += 1;
            // Some programs put an empty object where a folder would be.
            if (name.is_empty() && object.size == 0) || !patterns.take(&name) {
                continue;
            }
            let wrong = |why| FetchError::archive(&self.what, Some(name.as_bytes()), why);
            let path = RelPath::parse(name.as_bytes()).map_err(wrong)?.ok_or_else(|| wrong("the name is empty"))?;
            objects.push((path, object));
        }
        if n_objects == 0 {
            return Err(FetchError::NotThere {
                message: format!("there is nothing below `{}`", self.what),
                hint: Some("`url` names a bucket, and a folder in it".to_owned()),
            });
        }
        patterns.all_matched(&self.what, n_objects)?;
        objects.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(objects)
    }

    async fn fetch(
        &self,
        path: &RelPath,
        object: &ObjectMeta,
        tree: &mut Tree<'_>,
        limits: &Limits,
        watch: &mut Watch<'_>,
    ) -> Result<(), FetchError> {
        let open = async |from: u64, watch: &mut Watch<'_>| {
            let range = (from > 0 && from < object.size).then_some(GetRange::Bounded(from..object.size));
            // An object that changes between two parts is told by the store.
            let options = GetOptions { range, if_match: object.e_tag.clone(), ..GetOptions::default() };
            let got = watch.during(self.inner.get_opts(&object.location, options)).await?;
            let got = got.map_err(|error| self.told(&error))?;
            Ok(got.into_stream().map_err(|error| self.told(&error)))
        };
        stream::write(tree, path, object.size, limits, watch, open, |_| Ok(())).await
    }

    /// Says what a store says, without what it wrote: an answer about a signature repeats the key.
    fn told(&self, error: &object_store::Error) -> FetchError {
        use object_store::Error as E;
        const NOTHING: &str = "there is no such bucket, or no such object";
        const NO_KEYS: &str = "the store does not accept the keys, or wants some";
        const KEYS: &str = "`access-key` and `secret-key` say where they stand";
        let remote = |why: &str, hint: Option<&str>| FetchError::Remote {
            address: self.what.clone(),
            why: why.to_owned(),
            hint: hint.map(str::to_owned),
        };
        match error {
            E::NotFound { .. } => remote(NOTHING, None),
            E::PermissionDenied { .. } | E::Unauthenticated { .. } => remote(NO_KEYS, Some(KEYS)),
            E::Precondition { .. } => {
                remote("an object changed meanwhile", Some("run again: the store is listed anew"))
            }
            E::Generic { source, .. } => {
                let why = scrubbed(&causes(source.as_ref()), &self.secrets);
                match status(&why) {
                    Some(401 | 403) => remote(NO_KEYS, Some(KEYS)),
                    Some(404) => remote(NOTHING, None),
                    Some(400..500) => remote(&why, None),
                    Some(_) | None => FetchError::Unreachable { address: self.what.clone(), why },
                }
            }
            _ => remote("the store gave up", None),
        }
    }
}

/// The keys that a recipe names.
#[derive(Clone, Copy)]
struct Keys<'a> {
    access: Option<&'a Secret>,
    secret: Option<&'a Secret>,
}

type Opened = (Arc<dyn ObjectStore>, object_store::path::Path);

fn s3(
    url: &Url,
    endpoint: Option<&str>,
    region: Option<&str>,
    keys: Keys<'_>,
    limits: &Limits,
) -> Result<Opened, object_store::Error> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(url.host_str().unwrap_or(""))
        .with_region(region.unwrap_or("us-east-1"))
        .with_client_options(options(endpoint, limits))
        .with_retry(retry(limits));
    if let Some(endpoint) = endpoint {
        builder = builder.with_endpoint(endpoint).with_allow_http(true);
    }
    builder = match (keys.access, keys.secret) {
        (Some(access), Some(secret)) => {
            builder.with_access_key_id(access.reveal()).with_secret_access_key(secret.reveal())
        }
        // Otherwise the client would ask the machine's cloud for keys.
        _ => builder.with_skip_signature(true),
    };
    Ok((Arc::new(builder.build()?), within(url)?))
}

fn google(url: &Url, endpoint: Option<&str>, keys: Keys<'_>, limits: &Limits) -> Result<Opened, object_store::Error> {
    let mut builder = GoogleCloudStorageBuilder::new()
        .with_bucket_name(url.host_str().unwrap_or(""))
        .with_client_options(options(endpoint, limits))
        .with_retry(retry(limits));
    if let Some(endpoint) = endpoint {
        builder = builder.with_config(GoogleConfigKey::BaseUrl, endpoint);
    }
    builder = match keys.secret {
        Some(secret) => builder.with_service_account_key(secret.reveal()),
        None => builder.with_skip_signature(true),
    };
    Ok((Arc::new(builder.build()?), within(url)?))
}

fn azure(url: &Url, endpoint: Option<&str>, keys: Keys<'_>, limits: &Limits) -> Result<Opened, object_store::Error> {
    // `az://container@account/folder`
    let (container, account) = match url.username() {
        "" => (url.host_str().unwrap_or(""), ""),
        container => (container, url.host_str().unwrap_or("")),
    };
    let mut builder = MicrosoftAzureBuilder::new()
        .with_container_name(container)
        .with_account(account)
        .with_client_options(options(endpoint, limits))
        .with_retry(retry(limits));
    if let Some(endpoint) = endpoint {
        builder = builder.with_endpoint(endpoint.to_owned()).with_allow_http(true);
    }
    builder = match keys.secret {
        Some(secret) => builder.with_access_key(secret.reveal()),
        None => builder.with_skip_signature(true),
    };
    Ok((Arc::new(builder.build()?), within(url)?))
}

fn files(url: &Url) -> Result<Opened, object_store::Error> {
    let folder = url.to_file_path().unwrap_or_default();
    Ok((Arc::new(LocalFileSystem::new_with_prefix(folder)?), object_store::path::Path::default()))
}

fn within(url: &Url) -> Result<object_store::path::Path, object_store::Error> {
    Ok(object_store::path::Path::from_url_path(url.path())?)
}

fn options(endpoint: Option<&str>, limits: &Limits) -> ClientOptions {
    ClientOptions::new()
        .with_allow_http(endpoint.is_some())
        .with_connect_timeout(limits.connect)
        .with_read_timeout(limits.silence)
        .with_timeout_disabled()
}

fn retry(limits: &Limits) -> RetryConfig {
    let backoff = BackoffConfig { init_backoff: limits.first_pause, max_backoff: limits.longest_pause, base: 2.0 };
    let max_retries = limits.most_attempts.saturating_sub(1) as usize;
    RetryConfig { backoff, max_retries, retry_timeout: Duration::from_secs(180) }
}

/// Returns the status in a message of the client, which keeps it to itself when it lists.
fn status(message: &str) -> Option<u16> {
    message.split("status code: ").nth(1)?.get(..3)?.parse().ok()
}

/// Takes secrets out of a text, and what a server wrote.
fn scrubbed(text: &str, secrets: &[Secret]) -> String {
    let text = text.split('<').next().unwrap_or("");
    let text = secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.reveal(), "[secret]"));
    text.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_scrubbed_of_secrets_and_answers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "canary").unwrap();
        let secret = Secret::read(&SecretRef::File(path.display().to_string())).ok().unwrap();
        assert_eq!(scrubbed("failed for canary: <Error>canary</Error>", &[secret]), "failed for [secret]: ");
    }
}
