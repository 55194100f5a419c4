//! Reads sources that have to be fetched or unpacked first.

use url::{Host, Url};

use crate::recipe::code::Code;
use crate::recipe::dataset::{NoSecretReference, SecretRef, Source};
use crate::recipe::read::dataset::source::{of_fetched, patterns};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// The kinds of them.
#[derive(Clone, Copy)]
pub(super) enum Remote {
    Http,
    Archive,
    Git,
    HuggingFace,
    ObjectStore,
}

/// Reads the keys of one of them.
pub(super) fn source(reader: &mut Reader, fields: &mut Fields<'_>, kind: Remote) -> Option<Source> {
    let most_bytes =
        fields.or(reader, "most-bytes", Source::default_most_bytes(), |reader, at| reader.large_count(at, 1));
    let read = fields.or(reader, "read", Source::all_text(), of_fetched);
    let source = match kind {
        Remote::Http => http(reader, fields),
        Remote::Archive => archive(reader, fields),
        Remote::Git => git(reader, fields),
        Remote::HuggingFace => hugging_face(reader, fields),
        Remote::ObjectStore => object_store(reader, fields),
    };
    let (mut source, bytes, what) = (source?, most_bytes?, read?);
    match &mut source {
        Source::Http { most_bytes, read, .. }
        | Source::Archive { most_bytes, read, .. }
        | Source::Git { most_bytes, read, .. }
        | Source::HuggingFace { most_bytes, read, .. }
        | Source::ObjectStore { most_bytes, read, .. } => (*most_bytes, *read) = (bytes, what),
        _ => {}
    }
    Some(source)
}

fn http(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let private = fields.or(reader, "private", false, |reader, at| reader.truth(at));
    let url = fields.need(reader, "url").and_then(|at| address(reader, &at, private.unwrap_or(true)));
    let sha256 = pin(reader, fields, "sha256", 64);
    let unpack = fields.or(reader, "unpack", Source::unpacks(), |reader, at| reader.truth(at));
    let (most_bytes, read) = rest();
    Some(Source::Http { url: url?, sha256: sha256?, unpack: unpack?, private: private?, most_bytes, read })
}

fn archive(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let at = fields.need(reader, "path")?;
    let path = reader.path(&at)?;
    if crate::recipe::dataset::Packing::of_name(&path).is_none() {
        let message = "expected an archive or a compressed file, by the end of its name";
        let hint = "`.tar`, `.tar.gz`, `.tgz`, `.tar.zst`, `.zip`, `.gz` or `.zst`; other files are read with `files`";
        return reader.wrong(&at, message, Some(hint.to_owned()));
    }
    let (most_bytes, read) = rest();
    Some(Source::Archive { path, most_bytes, read })
}

fn git(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let private = fields.or(reader, "private", false, |reader, at| reader.truth(at));
    let repository = fields.need(reader, "repository").and_then(|at| repository(reader, &at, private.unwrap_or(true)));
    let revision = pin(reader, fields, "revision", 40);
    let (most_bytes, read) = rest();
    Some(Source::Git { repository: repository?, revision: revision?, private: private?, most_bytes, read })
}

fn hugging_face(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let dataset = fields.need(reader, "dataset").and_then(|at| {
        let text = reader.some_text(&at)?;
        let is_name = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        };
        let is_dataset =
            matches!(text.split('/').collect::<Vec<_>>()[..], [owner, name] if is_name(owner) && is_name(name));
        let hint = Some("such as `roneneldan/TinyStories`".to_owned());
        if is_dataset { Some(text) } else { reader.wrong(&at, "expected `owner/name` of a dataset", hint) }
    });
    let revision = pin(reader, fields, "revision", 40);
    let files = fields.need(reader, "files").and_then(|at| patterns(reader, &at));
    let token = secret(reader, fields, "token");
    let endpoint = endpoint(reader, fields);
    let (most_bytes, read) = rest();
    let (dataset, revision, files, token, endpoint) = (dataset?, revision?, files?, token?, endpoint?);
    Some(Source::HuggingFace { dataset, revision, files, token, endpoint, most_bytes, read })
}

fn object_store(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let url = fields.need(reader, "url").and_then(|at| bucket(reader, &at));
    let include = fields.or(reader, "include", Source::everything(), patterns);
    let digest = pin(reader, fields, "digest", 64);
    let endpoint = endpoint(reader, fields);
    let region = fields.or(reader, "region", None, |reader, at| reader.some_text(at).map(Some));
    let (access_key, secret_key) = (secret(reader, fields, "access-key"), secret(reader, fields, "secret-key"));
    let (url, include, digest, endpoint, region) = (url?, include?, digest?, endpoint?, region?);
    let (access_key, secret_key) = (access_key?, secret_key?);
    if url.starts_with("s3:") && access_key.is_some() != secret_key.is_some() {
        let hint = Some("give both, or none where everybody may read".to_owned());
        let message = "`access-key` and `secret-key` go together";
        return reader.wrong_of(Code::ConflictingKeys, fields.at(), message, hint);
    }
    let (most_bytes, read) = rest();
    Some(Source::ObjectStore { url, include, digest, endpoint, region, access_key, secret_key, most_bytes, read })
}

/// What [`source`] has read already.
fn rest() -> (u64, Box<Source>) {
    (Source::default_most_bytes(), Source::all_text())
}

/// Reads a pin of so many hexadecimal digits.
fn pin(reader: &mut Reader, fields: &mut Fields<'_>, key: &'static str, digits: usize) -> Option<Option<String>> {
    fields.or(reader, key, None, |reader, at| {
        let text = reader.some_text(at)?.to_ascii_lowercase();
        if text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Some(Some(text));
        }
        let hint = match (key, digits) {
            (_, 40) => "a branch or a tag moves: leave `revision` out, and the run says which commit is the newest",
            ("sha256", _) => "`sha256sum` prints it; or leave it out, and the run says what it found",
            (_, _) => "leave it out, and the run says what it found",
        };
        let message = format!("expected {digits} hexadecimal digits, found {}", at.node.shown());
        reader.wrong(at, message, Some(hint.to_owned()))
    })
}

/// Reads where a secret stands; what is said instead may be the secret itself, and is not repeated.
fn secret(reader: &mut Reader, fields: &mut Fields<'_>, key: &'static str) -> Option<Option<SecretRef>> {
    fields.or(reader, key, None, |reader, at| match at.node.text().map(str::parse::<SecretRef>) {
        Some(Ok(reference)) => Some(Some(reference)),
        Some(Err(NoSecretReference)) | None => {
            let hint = "a secret never stands in a recipe: put it into a variable of the environment, or into a file";
            reader.wrong_of(Code::Secret, at, NoSecretReference.to_string(), Some(hint.to_owned()))
        }
    })
}

fn endpoint(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Option<String>> {
    fields.or(reader, "endpoint", None, |reader, at| address(reader, at, true).map(Some))
}

/// Reads an address of the web; `http` without the `s` only where private addresses are allowed.
fn address(reader: &mut Reader, at: &At<'_>, private: bool) -> Option<String> {
    let text = reader.some_text(at)?;
    let Ok(url) = Url::parse(&text) else {
        let hint = Some("such as `https://example.org/data.tar.gz`".to_owned());
        return reader.wrong(at, "expected an address of the web", hint);
    };
    if !url.username().is_empty() || url.password().is_some() {
        let hint = "a recipe is shown and recorded: secrets are given by reference, as in `token: env:NAME`";
        let message = "a name or a password may not stand in an address";
        return reader.wrong_of(Code::Secret, at, message, Some(hint.to_owned()));
    }
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return reader.wrong(at, format!("`{}` is no scheme that is fetched: expected `https`", url.scheme()), None);
    }
    if url.scheme() == "http" && !private {
        let hint = "within a network of your own, `private: true` allows it";
        return reader.wrong(at, "expected `https`: nobody knows who answers `http`", Some(hint.to_owned()));
    }
    let is_local = matches!(url.host(), Some(Host::Ipv4(ip)) if ip.is_loopback() || ip.is_private())
        || matches!(url.host(), Some(Host::Domain("localhost")));
    if is_local && !private {
        let hint = "`private: true` allows it";
        return reader.wrong(at, "the address lies in a private network", Some(hint.to_owned()));
    }
    Some(text)
}

/// Reads where a repository lies: a folder, or an address.
fn repository(reader: &mut Reader, at: &At<'_>, private: bool) -> Option<String> {
    let text = reader.some_text(at)?;
    if text.contains("://") {
        return address(reader, at, private);
    }
    // `git@host:path` is the short form of ssh.
    if text.split_once(':').is_some_and(|(host, _)| host.contains('@') && !host.contains('/')) {
        let hint = "give the `https` address, or clone it and give the folder";
        return reader.wrong(at, "repositories are not fetched over ssh", Some(hint.to_owned()));
    }
    reader.path(at)
}

/// Reads the address of a bucket.
fn bucket(reader: &mut Reader, at: &At<'_>) -> Option<String> {
    let text = reader.some_text(at)?;
    let hint = || {
        Some(
            "such as `s3://bucket/folder`, `gs://bucket/folder`, `az://container@account/folder` or `file:///folder`"
                .to_owned(),
        )
    };
    let Ok(url) = Url::parse(&text) else { return reader.wrong(at, "expected the address of a bucket", hint()) };
    let has_host = url.host_str().is_some_and(|host| !host.is_empty());
    let is_known = match url.scheme() {
        "s3" | "gs" => has_host && url.username().is_empty(),
        "az" => has_host,
        "file" => !has_host,
        _ => false,
    };
    if !is_known || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return reader.wrong(at, "expected the address of a bucket", hint());
    }
    Some(text)
}
