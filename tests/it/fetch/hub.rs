//! The Hugging Face hub's protocol, spoken by a server of ours to the hub's own client.

use git2::{ObjectType, Oid};
use pedigree::recipe::dataset::SecretRef;
use serde_json::json;

use super::*;
use crate::support::web::{Reply, Request, Web};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const CANARY: &str = "hf_canaryXYZ";

/// A file of the hub: its name, its content, and whether it is kept by Git LFS.
#[derive(Clone)]
struct File(&'static str, Vec<u8>, bool);

impl File {
    fn listed(&self) -> serde_json::Value {
        let Self(name, content, is_lfs) = self;
        let (sha256, size) = (sha256(content), content.len());
        let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n");
        let git = |bytes: &[u8]| Oid::hash_object(ObjectType::Blob, bytes).unwrap().to_string();
        match is_lfs {
            true => json!({
                "type": "file", "path": name, "size": size, "oid": git(pointer.as_bytes()),
                "lfs": { "oid": sha256, "size": size, "pointerSize": pointer.len() },
            }),
            false => json!({ "type": "file", "path": name, "size": size, "oid": git(content) }),
        }
    }
}

fn files() -> Vec<File> {
    vec![
        File("README.md", b"# Stories".to_vec(), false),
        File("data/one.txt", bytes(60_000), false),
        File("data/two.txt", bytes(150_000), true),
        File("data/deep/three.txt", b"3".to_vec(), false),
    ]
}

/// Answers like the hub; `served` may differ from what is listed.
fn hub(listed: &[File], served: &[File], token: Option<&str>, request: &Request, port: u16) -> Reply {
    let path = request.path.split('?').next().unwrap();
    if let Some(token) = token
        && request.header("authorization") != Some(&format!("Bearer {token}"))
    {
        return Reply::new(401, r#"{"error":"Invalid credentials"}"#).with("X-Error-Message", "Invalid credentials");
    }
    if let Some(revision) = path.strip_prefix("/api/datasets/o/n/tree/") {
        if revision != COMMIT {
            return Reply::new(404, "{}").with("X-Error-Code", "RevisionNotFound");
        }
        // Two pages, as for large datasets.
        let half = listed.len() / 2;
        let page = |files: &[File]| serde_json::to_vec(&files.iter().map(File::listed).collect::<Vec<_>>()).unwrap();
        return match request.path.contains("cursor=2") {
            true => Reply::new(200, page(&listed[half..])),
            false => Reply::new(200, page(&listed[..half]))
                .with("Link", format!("<http://127.0.0.1:{port}{path}?recursive=true&cursor=2>; rel=\"next\"")),
        }
        .with("Content-Type", "application/json");
    }
    if path == "/api/datasets/o/n" {
        return Reply::new(200, json!({ "_id": "1", "id": "o/n", "sha": COMMIT }).to_string());
    }
    let name = path.strip_prefix(&format!("/datasets/o/n/resolve/{COMMIT}/"));
    match name.and_then(|name| served.iter().find(|file| file.0 == name)) {
        Some(File(_, content, _)) => Reply::ranged(request, content, "\"e\"").with("X-Repo-Commit", COMMIT),
        None => Reply::new(404, "{}").with("X-Error-Code", "RepoNotFound"),
    }
}

fn start(listed: Vec<File>, served: Vec<File>, token: Option<&'static str>) -> Web {
    start_with(move |request, port| hub(&listed, &served, token, request, port))
}

/// The answer may name the port of the server.
fn start_with(answer: impl Fn(&Request, u16) -> Reply + Send + Sync + 'static) -> Web {
    Web::start(move |request| {
        let port = request.header("host").unwrap().rsplit(':').next().unwrap().parse().unwrap();
        answer(request, port)
    })
}

fn source(web: &Web, revision: Option<&str>, files: &[&str], token: Option<SecretRef>) -> Source {
    Source::HuggingFace {
        dataset: "o/n".to_owned(),
        revision: revision.map(str::to_owned),
        files: files.iter().map(ToString::to_string).collect(),
        token,
        endpoint: Some(format!("http://127.0.0.1:{}", web.port)),
        most_bytes: 10 << 20,
        read: Source::all_text(),
    }
}

fn names(fetched: &Fetched) -> Vec<String> {
    let files = pedigree::data::source::list(&fetched.source, Path::new("/")).unwrap();
    files.into_iter().map(|file| file.name).collect()
}

fn token(folder: &Path, text: &str) -> Option<SecretRef> {
    let path = folder.join("token");
    std::fs::write(&path, text).unwrap();
    Some(SecretRef::File(path.display().to_string()))
}

#[test]
fn files_of_a_commit_are_fetched_and_held_against_it() {
    let web = start(files(), files(), None);
    let folder = tempfile::tempdir().unwrap();
    let all = fetched(&source(&web, Some(COMMIT), &["data/**"], None), folder.path()).unwrap();
    assert_eq!(names(&all), ["data/deep/three.txt", "data/one.txt", "data/two.txt"]);
    assert!(web.requests().iter().all(|request| request.header("authorization").is_none()));
    let n_requests = web.requests().len();
    fetched(&source(&web, Some(COMMIT), &["data/**"], None), folder.path()).unwrap();
    assert_eq!(web.requests().len(), n_requests);
    let some = fetched(&source(&web, Some(COMMIT), &["data/*.txt"], None), folder.path()).unwrap();
    assert_eq!(names(&some), ["data/one.txt", "data/two.txt"]);
    let error = fetched(&source(&web, Some(COMMIT), &["data/*.txt", "*.parquet"], None), folder.path()).unwrap_err();
    assert!(error.to_string().ends_with("none of the 4 files of `hf/o/n` matches `*.parquet`"), "{error}");
}

#[test]
fn a_file_that_is_cut_is_gone_on_with() {
    let web = start_with(|request, port| {
        let reply = hub(&files(), &files(), None, request, port);
        let is_first_half = request.method == "GET" && request.path.contains("/resolve/") && request.from().is_none();
        Reply { cut_after: is_first_half.then_some(40_000), ..reply }
    });
    let folder = tempfile::tempdir().unwrap();
    let all = fetched(&source(&web, Some(COMMIT), &["data/two.txt"], None), folder.path()).unwrap();
    assert_eq!(content(&all), bytes(150_000));
    assert!(web.requests().iter().any(|request| request.from() == Some(40_000)));
}

#[test]
fn content_that_is_not_of_the_commit_is_thrown_away() {
    for wrong in 1..3 {
        let mut served = files();
        served[wrong].1[100] ^= 1;
        let web = start(files(), served, None);
        let folder = tempfile::tempdir().unwrap();
        let error = fetched(&source(&web, Some(COMMIT), &["data/*.txt"], None), folder.path()).unwrap_err();
        assert_eq!((exit(&error), matches!(error, FetchError::Mismatch { .. })), (6, true), "{error}");
        assert_eq!(kept(folder.path()), Vec::<String>::new());
    }
    for name in ["../evil.txt", "/evil.txt", "a\\evil.txt", "data/../../evil.txt"] {
        let evil = vec![File(name, b"evil".to_vec(), false), File("b.txt", b"b".to_vec(), false)];
        let web = start(evil.clone(), evil, None);
        let folder = tempfile::tempdir().unwrap();
        let error = fetched(&source(&web, Some(COMMIT), &["{**/*,**,*}"], None), folder.path()).unwrap_err();
        assert!(matches!(error, FetchError::Archive { .. } | FetchError::NotThere { .. }), "{name}: {error}");
        assert_eq!(kept(folder.path()), Vec::<String>::new());
    }
}

#[test]
fn a_token_goes_to_the_hub_and_to_nobody_else() {
    let cdn = Web::start(|request| {
        let content = &files()[2].1;
        Reply::ranged(request, content, "\"e\"")
    });
    let at = cdn.url("blob?signature=1");
    let web = start_with(move |request, port| match request.path.contains("/resolve/") {
        true => Reply::to(at.clone()),
        false => hub(&files(), &files(), Some(CANARY), request, port),
    });
    let folder = tempfile::tempdir().unwrap();
    let secret = token(folder.path(), CANARY);
    let all = fetched(&source(&web, Some(COMMIT), &["data/two.txt"], secret), folder.path()).unwrap();
    assert_eq!(content(&all), bytes(150_000));
    let bearer = format!("Bearer {CANARY}");
    assert!(web.requests().iter().all(|request| request.header("authorization") == Some(&bearer)));
    assert!(!cdn.requests().is_empty());
    assert!(cdn.requests().iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn a_token_that_is_not_accepted_and_a_commit_that_is_not_there_are_told_without_the_token() {
    let web = start(files(), files(), Some("another"));
    let folder = tempfile::tempdir().unwrap();
    for secret in [token(folder.path(), CANARY), None] {
        let error = fetched(&source(&web, Some(COMMIT), &["data/*.txt"], secret), folder.path()).unwrap_err();
        let told = format!("{error} {:?} {error:?}", error.hint());
        assert!(exit(&error) == 6 && told.contains("token") && !told.contains("canary"), "{told}");
    }
    let web = start(files(), files(), None);
    let other = "f".repeat(40);
    let error = fetched(&source(&web, Some(&other), &["data/*.txt"], None), folder.path()).unwrap_err();
    assert_eq!(exit(&error), 6, "{error}");
}

#[test]
fn without_a_commit_the_newest_is_told() {
    let web = start(files(), files(), None);
    let folder = tempfile::tempdir().unwrap();
    let error = fetched(&source(&web, None, &["data/*.txt"], None), folder.path()).unwrap_err();
    assert!(error.to_string().ends_with(&format!("found `revision: {COMMIT}`")), "{error}");
    assert_eq!(exit(&error), 2);
    let n_requests = web.requests().len();
    fetched(&source(&web, Some(COMMIT), &["data/*.txt"], None), folder.path()).unwrap();
    assert_eq!(web.requests().len(), n_requests);
}
