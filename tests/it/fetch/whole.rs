//! The whole way: a recipe with data from elsewhere, through the real programs to records, and then without the network.

use std::io::Write as _;

use super::*;
use crate::support::Project;
use crate::support::web::{Reply, Web};

const CANARY: &str = "canary-7f3a-never-to-be-seen";

/// The prose of the small project as an archive.
fn archive(project: &Project) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_dir_all("prose", project.path().join("data/prose")).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&tar.into_inner().unwrap()).unwrap();
    gzip.finish().unwrap()
}

/// The small recipe, with another source of its prose.
fn recipe(source: &str) -> String {
    crate::support::RECIPE.replace(r#"{ type: files, root: data/prose, include: ["*.md"] }"#, source)
}

/// Looks for a text in every file of a project but those that hold it on purpose.
fn grep(project: &Project, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(project.path()) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() && !entry.file_name().to_string_lossy().starts_with("secret") {
            let bytes = std::fs::read(entry.path()).unwrap();
            if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                found.push(entry.path().display().to_string());
            }
        }
    }
    found
}

#[test]
fn a_recipe_with_an_http_source_becomes_records_and_needs_the_network_once() {
    let project = Project::new();
    let packed = archive(&project);
    let served = packed.clone();
    let web = Web::start(move |request| Reply::ranged(request, &served, "\"a\""));
    let source = |sha256: &str| {
        format!(
            "{{ type: http, url: \"{}\", private: true, {sha256}read: {{ type: files, root: prose, include: [\"*.md\"] }} }}",
            web.url("prose.tar.gz?signature=1")
        )
    };
    // A plan asks nobody.
    project.write("small.yaml", recipe(&source("")));
    assert_eq!(project.pedigree(&["plan", "small.yaml"]).code, 0);
    assert_eq!(web.connections(), 0);
    let unpinned = project.pedigree(&["run", "small.yaml", "--only", "dataset:prose"]);
    let pin = format!("sha256: {}", sha256(&packed));
    assert_eq!(unpinned.code, 2, "{unpinned}");
    assert!(unpinned.stderr.contains(&format!("write `{pin}` into the recipe")), "{}", unpinned.stderr);
    // The proxy of the environment is not asked either: it would answer nothing.
    project.write("small.yaml", recipe(&source(&format!("{pin}, "))));
    let arguments = ["run", "small.yaml", "--only", "dataset:prose"];
    let run = project.command(&arguments).env("http_proxy", "http://127.0.0.1:1").output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(web.requests().len(), 1);
    // The same records as from the folder itself.
    let status = project.json(&["status"]);
    let from_web = status["stages"][0]["outputs"].clone();
    let folder = Project::new();
    assert_eq!(folder.pedigree(&arguments).code, 0);
    let from_folder = folder.json(&["status"])["stages"][0]["outputs"].clone();
    for (name, artifact) in from_folder.as_object().unwrap() {
        if name != "report.json" {
            assert_eq!(from_web[name]["digest"], artifact["digest"], "{name}");
        }
    }
    // Nothing is stale; and done again it needs no network.
    drop(web);
    let again = project.pedigree(&["run", "small.yaml", "--only", "dataset:prose", "--force", "dataset:prose"]);
    assert_eq!(again.code, 0, "{again}");
    let nothing = project.pedigree(&arguments);
    assert!(nothing.code == 0 && nothing.stdout.contains("nothing is stale"), "{nothing}");
}

#[test]
fn a_server_that_is_not_there_ends_the_run_with_the_code_of_remotes() {
    let project = Project::new();
    let source = format!(
        "{{ type: http, url: \"http://127.0.0.1:1/x.zip?key={CANARY}\", private: true, sha256: {} }}",
        "a".repeat(64)
    );
    project.write("small.yaml", recipe(&source));
    let run = project.pedigree(&["run", "small.yaml", "--only", "dataset:prose"]);
    assert_eq!(run.code, 6, "{run}");
    assert!(run.stderr.contains("cannot fetch `http://127.0.0.1:1/x.zip`") && !run.stderr.contains(CANARY), "{run}");
}

#[test]
fn secrets_are_in_no_file_and_on_no_screen() {
    let project = Project::new();
    let web = Web::start(|_| Reply::new(401, format!("{{\"error\":\"no {CANARY}\"}}")).with("X-Error-Message", CANARY));
    project.write("secret-key", CANARY);
    let key = project.path().join("secret-key").display().to_string();
    let sources = [
        format!(
            "{{ type: hugging-face, dataset: o/n, revision: {}, files: [\"*\"], token: \"env:CANARY_TOKEN\", endpoint: \"http://127.0.0.1:{}\" }}",
            "a".repeat(40),
            web.port
        ),
        format!(
            "{{ type: object-store, url: \"s3://bucket/x\", access-key: \"env:CANARY_TOKEN\", secret-key: \"file:{key}\", endpoint: \"http://127.0.0.1:{}\" }}",
            web.port
        ),
    ];
    for source in &sources {
        project.write("small.yaml", recipe(source));
        let arguments = ["run", "small.yaml", "--only", "dataset:prose"];
        let run = project.command(&arguments).env("CANARY_TOKEN", CANARY).env("RUST_LOG", "trace").output().unwrap();
        let said = String::from_utf8_lossy(&[run.stdout, run.stderr].concat()).into_owned();
        assert_eq!(run.status.code(), Some(6), "{said}");
        assert!(!said.contains(CANARY), "{said}");
        let missing = project.pedigree(&arguments);
        assert!(missing.code == 2 && missing.stderr.contains("env:CANARY_TOKEN"), "{missing}");
    }
    assert_eq!(grep(&project, CANARY), Vec::<String>::new());
    // What the environment holds for the hub goes to no mirror that did not ask for it.
    let before = web.requests().len();
    project.write("small.yaml", recipe(&sources[0].replace("token: \"env:CANARY_TOKEN\", ", "")));
    let run =
        project.command(&["run", "small.yaml", "--only", "dataset:prose"]).env("HF_TOKEN", CANARY).output().unwrap();
    assert_eq!(run.status.code(), Some(6));
    let requests = web.requests();
    assert!(requests.len() > before);
    assert!(requests[before..].iter().all(|request| !format!("{request:?}").contains(CANARY)));
}

#[test]
fn a_local_archive_is_read_and_a_changed_one_makes_its_dataset_stale() {
    let project = Project::new();
    project.write("data/prose.tar.gz", archive(&project));
    let source = "{ type: archive, path: data/prose.tar.gz, read: { type: files, include: [\"prose/*.md\"], strip-components: 1 } }";
    project.write("small.yaml", recipe(source));
    let arguments = ["run", "small.yaml", "--only", "dataset:prose"];
    assert_eq!(project.pedigree(&arguments).code, 0);
    assert!(project.pedigree(&arguments).stdout.contains("nothing is stale"));
    project.write("data/prose/999.md", "One more story, about a lamp.\n");
    project.write("data/prose.tar.gz", archive(&project));
    let run = project.pedigree(&arguments);
    assert!(run.code == 0 && !run.stdout.contains("nothing is stale"), "{run}");
    project.write("data/prose.tar.gz", "no archive");
    let run = project.pedigree(&arguments);
    assert!(run.code == 2 && run.stderr.contains("prose.tar.gz"), "{run}");
}
