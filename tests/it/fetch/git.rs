//! A repository of this machine, and one behind git's own server.

use std::io::Write as _;
use std::process::{Command, Stdio};

use git2::{Repository, Signature};

use super::*;
use crate::support::web::{Reply, Request, Web};

fn source(repository: &str, revision: Option<&str>) -> Source {
    Source::Git {
        repository: repository.to_owned(),
        revision: revision.map(str::to_owned),
        private: true,
        most_bytes: 10 << 20,
        read: Box::new(Source::all_text().below("docs")),
    }
}

/// Commits files, and returns the commit.
fn commit(repository: &Repository, files: &[(&str, &str)]) -> String {
    let root = repository.workdir().unwrap().to_owned();
    let mut index = repository.index().unwrap();
    for (name, text) in files {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        index.add_path(Path::new(name)).unwrap();
    }
    let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
    let who = Signature::now("a", "a@example.org").unwrap();
    let parent = repository.head().ok().map(|head| head.peel_to_commit().unwrap());
    let parents: Vec<_> = parent.iter().collect();
    repository.commit(Some("HEAD"), &who, &who, "a commit", &tree, &parents).unwrap().to_string()
}

struct Made {
    folder: tempfile::TempDir,
    first: String,
    second: String,
}

fn made() -> Made {
    let folder = tempfile::tempdir().unwrap();
    let repository = Repository::init(folder.path()).unwrap();
    let many: Vec<(String, String)> = (0..200)
        .map(|i| (format!("docs/{i:03}.md"), format!("Page {i} of the first edition.\n").repeat(i + 1)))
        .collect();
    let files: Vec<_> =
        many.iter().map(|(name, text)| (name.as_str(), text.as_str())).chain([("x.rs", "code")]).collect();
    let first = commit(&repository, &files);
    let second = commit(&repository, &[("docs/000.md", "The second edition.\n")]);
    Made { folder, first, second }
}

fn page(fetched: &Fetched) -> String {
    let files = pedigree::data::source::list(&fetched.source, Path::new("/")).unwrap();
    assert_eq!(files.len(), 200);
    std::fs::read_to_string(&files[0].path).unwrap()
}

#[test]
fn a_commit_of_a_folder_is_taken_as_it_was() {
    let (made, folder) = (made(), tempfile::tempdir().unwrap());
    let path = made.folder.path().display().to_string();
    assert_eq!(
        page(&fetched(&source(&path, Some(&made.first)), folder.path()).unwrap()),
        "Page 0 of the first edition.\n"
    );
    assert_eq!(page(&fetched(&source(&path, Some(&made.second)), folder.path()).unwrap()), "The second edition.\n");
    let error = fetched(&source(&path, None), folder.path()).unwrap_err();
    assert!(error.to_string().ends_with(&format!("found `revision: {}`", made.second)), "{error}");
    let error = fetched(&source(&path, Some(&"e".repeat(40))), folder.path()).unwrap_err();
    assert!(error.to_string().contains("has no commit"), "{error}");
    // Where a commit is fetched from is of no account.
    drop(made);
    assert!(fetched(&source("/nowhere", Some(&"e".repeat(40))), folder.path()).is_err());
}

/// Answers as git's own server does, which this machine may not have.
fn serve(request: &Request, repository: &Path) -> Reply {
    let advertises = request.path == "/repo.git/info/refs?service=git-upload-pack";
    let mut arguments = vec!["upload-pack", "--stateless-rpc"];
    arguments.extend(advertises.then_some("--advertise-refs"));
    let mut child = Command::new("git")
        .args(arguments)
        .arg(repository.join(".git"))
        .env("GIT_PROTOCOL", request.header("git-protocol").unwrap_or(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&request.body).unwrap();
    let output = child.wait_with_output().unwrap().stdout;
    match advertises {
        true => Reply::new(200, [b"001e# service=git-upload-pack\n0000", &output[..]].concat()),
        false => Reply::new(200, output),
    }
}

#[test]
fn a_commit_behind_the_web_is_fetched_without_its_history() {
    if !Command::new("git").arg("--version").output().is_ok_and(|output| output.status.success()) {
        println!("skipped: there is no `git` here to serve a repository");
        return;
    }
    let (made, folder) = (made(), tempfile::tempdir().unwrap());
    let root = made.folder.path().to_owned();
    let web = Web::start(move |request| {
        let reply = serve(request, &root);
        // The first answer with a pack is cut.
        Reply { cut_after: (request.n == 1).then_some(reply.body.len() / 2), ..reply }
    });
    let url = web.url("repo.git");
    let served = fetched(&source(&url, Some(&made.first)), folder.path()).unwrap();
    assert_eq!(page(&served), "Page 0 of the first edition.\n");
    assert!(web.requests().len() >= 4);
    // The same commit from the folder is the same data.
    let elsewhere = tempfile::tempdir().unwrap();
    let local =
        fetched(&source(&made.folder.path().display().to_string(), Some(&made.first)), elsewhere.path()).unwrap();
    assert_eq!((served.pinned, served.state), (local.pinned, local.state));
    let error = fetched(&source(&url, None), folder.path()).unwrap_err();
    assert!(error.to_string().ends_with(&format!("found `revision: {}`", made.second)), "{error}");
    let error = fetched(&source(&url, Some(&"e".repeat(40))), folder.path()).unwrap_err();
    assert_eq!(exit(&error), 6, "{error}");
    let partial = kept(folder.path());
    assert!(partial.iter().filter(|name| !name.ends_with(".partial")).count() == 2, "{partial:?}");
}

#[test]
fn a_server_that_is_none_of_gits_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let answers: [(&str, u16, &str); 6] = [
        ("<html>hello</html>", 200, "does not speak git's protocol"),
        ("001e# service=git-upload-pack\n0000", 200, "version 2"),
        ("0011ERR no\x1b[2J!\n0000", 200, "it says: no\\u{1b}"),
        ("", 404, "404"),
        ("0009vers", 200, "ends within a line"),
        ("001e# service=git-upload-pack\n0000000eversion 2\n0019object-format=sha256\n0000", 200, "SHA-1"),
    ];
    for (body, status, told) in answers {
        let web = Web::start(move |_| Reply::new(status, body));
        let error = fetched(&source(&web.url("repo.git"), Some(&"e".repeat(40))), folder.path()).unwrap_err();
        assert!(exit(&error) == 6 && error.to_string().contains(told), "{error}");
    }
}
