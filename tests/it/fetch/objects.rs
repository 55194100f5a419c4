//! An S3 server on loopback, and files behind `file:///`.

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use pedigree::recipe::dataset::SecretRef;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;

use super::*;

const ACCESS: &str = "AKIACANARYACCESS";
const SECRET: &str = "canary/secret/key";

/// A server whose buckets are the folders below `root`; it ends with the test process.
fn start(root: &Path) -> u16 {
    let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root).unwrap());
    builder.set_auth(SimpleAuth::from_single(ACCESS, SECRET));
    let service = builder.build();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let service = service.clone();
                tokio::spawn(async move {
                    drop(Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await);
                });
            }
        });
    });
    port
}

fn write(root: &Path, name: &str, content: &[u8]) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn secret(folder: &Path, name: &str, text: &str) -> Option<SecretRef> {
    write(folder, name, text.as_bytes());
    Some(SecretRef::File(folder.join(name).display().to_string()))
}

struct Store {
    root: tempfile::TempDir,
    folder: tempfile::TempDir,
    port: u16,
}

impl Store {
    fn new() -> Self {
        let (root, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for (name, content) in [("a.txt", b"one".to_vec()), ("b/c.txt", bytes(300_000)), ("b/d.bin", b"no".to_vec())] {
            write(root.path(), &format!("bucket/prose/{name}"), &content);
        }
        write(root.path(), "bucket/prose-2/e.txt", b"another folder");
        let port = start(root.path());
        Self { root, folder, port }
    }

    fn source(&self, url: &str, include: &[&str], digest: Option<&str>, keys: (&str, &str)) -> Source {
        Source::ObjectStore {
            url: url.to_owned(),
            include: include.iter().map(ToString::to_string).collect(),
            digest: digest.map(str::to_owned),
            endpoint: Some(format!("http://127.0.0.1:{}", self.port)),
            region: None,
            access_key: secret(self.folder.path(), "access", keys.0),
            secret_key: secret(self.folder.path(), "secret", keys.1),
            most_bytes: 10 << 20,
            read: Source::all_text(),
        }
    }

    fn fetch(
        &self,
        url: &str,
        include: &[&str],
        digest: Option<&str>,
        keys: (&str, &str),
    ) -> Result<Fetched, FetchError> {
        fetched(&self.source(url, include, digest, keys), self.folder.path())
    }
}

const KEYS: (&str, &str) = (ACCESS, SECRET);

fn found(error: &FetchError) -> String {
    match error {
        FetchError::Unpinned { found, .. } | FetchError::Mismatch { found, .. } => found.clone(),
        error => panic!("{error}"),
    }
}

#[test]
fn objects_are_fetched_once_their_digest_is_written_down() {
    let store = Store::new();
    let url = "s3://bucket/prose";
    let unpinned = store.fetch(url, &["**/*.txt"], None, KEYS).unwrap_err();
    assert_eq!(exit(&unpinned), 2);
    let digest = found(&unpinned);
    let wrong = store.fetch(url, &["**/*.txt"], Some(&"0".repeat(64)), KEYS).unwrap_err();
    assert_eq!((exit(&wrong), found(&wrong)), (6, digest.clone()));
    let fetched = store.fetch(url, &["**/*.txt"], Some(&digest), KEYS).unwrap();
    let files = pedigree::data::source::list(&fetched.source, Path::new("/")).unwrap();
    assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["a.txt", "b/c.txt"]);
    assert_eq!(std::fs::read(&files[1].path).unwrap(), bytes(300_000));
    // It is there now, whatever becomes of the store and of the keys.
    std::fs::remove_dir_all(store.root.path()).unwrap();
    store.fetch(url, &["**/*.txt"], Some(&digest), ("", "")).unwrap();
    assert!(kept(store.folder.path()).iter().any(|name| name.len() == 64));
}

#[test]
fn an_object_that_changed_has_another_digest() {
    let store = Store::new();
    let url = "s3://bucket/prose/";
    let before = found(&store.fetch(url, &["*.txt"], None, KEYS).unwrap_err());
    std::fs::remove_dir_all(store.folder.path().join("sources")).unwrap();
    write(store.root.path(), "bucket/prose/a.txt", b"two");
    let error = store.fetch(url, &["*.txt"], Some(&before), KEYS).unwrap_err();
    assert!(matches!(error, FetchError::Mismatch { .. }) && found(&error) != before, "{error}");
    assert_eq!(kept(store.folder.path()), Vec::<String>::new());
}

#[test]
fn wrong_keys_and_missing_buckets_are_told_without_the_keys() {
    let store = Store::new();
    for keys in [(ACCESS, "wrong-canary"), ("WRONGCANARY", SECRET)] {
        let error = store.fetch("s3://bucket/prose", &["**/*"], None, keys).unwrap_err();
        let told = format!("{error} {:?} {error:?}", error.hint());
        assert_eq!(exit(&error), 6, "{told}");
        assert!(told.contains("does not accept the keys") && !told.to_lowercase().contains("canary"), "{told}");
    }
    let cases = [("s3://no-such-bucket/prose", 6), ("s3://bucket/nothing-here", 2)];
    for (url, code) in cases {
        let error = store.fetch(url, &["**/*"], None, KEYS).unwrap_err();
        let told = format!("{error} {:?}", error.hint());
        assert!(exit(&error) == code && !told.to_lowercase().contains("canary"), "{told}");
    }
    let error = store.fetch("s3://bucket/prose", &["*.parquet"], None, KEYS).unwrap_err();
    assert!(error.to_string().contains("matches `*.parquet`"), "{error}");
    let mut closed = store.source("s3://bucket/prose", &["**/*"], None, KEYS);
    if let Source::ObjectStore { endpoint, .. } = &mut closed {
        *endpoint = Some("http://127.0.0.1:1".to_owned());
    }
    let error = fetched(&closed, store.folder.path()).unwrap_err();
    assert!(exit(&error) == 6 && !error.to_string().to_lowercase().contains("canary"), "{error}");
}

#[test]
fn a_folder_is_a_store_too_and_more_than_there_may_be_is_not_fetched() {
    let (root, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(root.path(), "x/a.txt", b"hello");
    let source = |digest: Option<String>, most_bytes| Source::ObjectStore {
        url: format!("file://{}/x", root.path().display()),
        include: Source::everything(),
        digest,
        endpoint: None,
        region: None,
        access_key: None,
        secret_key: None,
        most_bytes,
        read: Source::all_text(),
    };
    let digest = found(&fetched(&source(None, 100), folder.path()).unwrap_err());
    assert_eq!(content(&fetched(&source(Some(digest), 100), folder.path()).unwrap()), b"hello");
    write(root.path(), "x/b.txt", &vec![7; 11 << 20]);
    let error = fetched(&source(None, 100), folder.path()).unwrap_err();
    assert!(matches!(error, FetchError::TooMuch { .. }), "{error}");
}
