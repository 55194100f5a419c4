//! What is wrong outside of the recipe: one clear message each, the right exit code, nothing lost.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use sqlx::Connection as _;

use crate::bad_recipes::{a_megabyte_of_aliases, alias_bomb};
use crate::crash::flip_last_byte;
use crate::support::{Project, RECIPE, copy_of_finished, programs};

/// Returns where an output of the finished run lies.
pub fn artifact(project: &Project, stage: &str, output: &str) -> PathBuf {
    let name = format!("{stage} {output}");
    let digest = project.digests("latest").into_iter().find(|(found, _)| *found == name).unwrap().1;
    let mut folders = vec![project.workspace().join("artifacts")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().replace('/', "").ends_with(&digest) {
                return path;
            }
        }
    }
    panic!("{name} is not in the store")
}

#[test]
fn a_missing_source_folder_is_told() {
    let project = Project::new();
    fs::rename(project.path().join("data/rust"), project.path().join("data/elsewhere")).unwrap();
    insta::assert_snapshot!(project.pedigree(&["plan", "small.yaml"]), @r#"
    exit: 2
    --- stderr
    error: dataset `rust`: the source folder `[project]/data/rust` does not exist
    hint: a relative `root` starts at the recipe's folder
    "#);
    insta::assert_snapshot!(project.pedigree(&["run", "small.yaml"]), @r#"
    exit: 2
    --- stderr
    error: dataset `rust`: the source folder `[project]/data/rust` does not exist
    hint: a relative `root` starts at the recipe's folder
    "#);
}

#[test]
fn patterns_that_match_nothing_are_told() {
    let project = Project::new();
    project.write("small.yaml", RECIPE.replace("*.md", "*.markdown"));
    insta::assert_snapshot!(project.pedigree(&["run", "small.yaml"]), @r#"
    exit: 2
    --- stderr
    error: dataset `prose`: no file in `[project]/data/prose` matches `*.markdown`
    hint: patterns are relative to `root`, `*` stays within one folder, `**` crosses folders, and every folder named in braces has to hold a match
    "#);
}

#[test]
fn data_that_is_not_text_is_told() {
    let project = Project::new();
    project.write("data/prose/007.md", b"# Story\n\nThe r\xffver.\n");
    let said = project.pedigree(&["run", "small.yaml", "--only", "dataset:prose"]);
    insta::assert_snapshot!(said.in_any_order(), @r#"
    exit: 2
    --- stdout
    small  run [short]  failed in [took]: `dataset:prose`: [project]/data/prose/007.md: not UTF-8 at byte 14
    began [time] UTC · 1 stage (1 failed)

    what next
      pedigree resume [short]
    --- stderr
      dataset:prose begins
    1 stage to do (1 new), 0 fresh, about [took]
    error: dataset:prose: [project]/data/prose/007.md: not UTF-8 at byte 14
    hint: name the file's encoding, such as `encoding: gb18030` or `encoding: auto`, or leave it out with `exclude`
    run [short] of `small` begins
    ✗ [i/1] dataset:prose  failed: [project]/data/prose/007.md: not UTF-8 at byte 14
    "#);
}

#[test]
fn a_dataset_of_which_nothing_is_left_is_told() {
    let project = Project::new();
    project.write("small.yaml", RECIPE.replace("{ type: dedup-exact }", "{ type: min-length, chars: 100000 }"));
    let said = project.pedigree(&["run", "small.yaml", "--only", "dataset:prose"]);
    insta::assert_snapshot!(said.in_any_order(), @r#"
    exit: 2
    --- stdout
    small  run [short]  failed in [took]: `dataset:prose`: nothing is left of dataset `prose`: `min-length` left none of 120 rows (too short 120)
    began [time] UTC · 1 stage (1 failed)

    what next
      pedigree resume [short]
    --- stderr
      dataset:prose begins
    1 stage to do (1 new), 0 fresh, about [took]
    error: dataset:prose: nothing is left of dataset `prose`: `min-length` left none of 120 rows (too short 120)
    hint: loosen what takes them, or look whether the source is the one that is meant
    run [short] of `small` begins
    ✗ [i/1] dataset:prose  failed: nothing is left of dataset `prose`: `min-length` left none of 120 rows (too short 120)
    "#);
}

#[test]
fn a_split_by_a_field_that_no_record_has_is_told() {
    let project = Project::empty();
    project.write(
        "rows.jsonl",
        (0..30).map(|i| format!("{{\"text\": \"row {i}\", \"who\": {}}}\n", i % 7)).collect::<String>(),
    );
    let recipe = |split: &str| {
        format!(
            "version: 1\nname: rows\ndatasets:\n  rows:\n    source: {{ type: jsonl, include: [rows.jsonl] }}\n    \
             split: {{ train: 0.5, test: 0.5, {split} }}\n"
        )
    };
    let told = |split: &str| {
        project.write("rows.yaml", recipe(split));
        let said = project.pedigree(&["run", "rows.yaml"]);
        assert_eq!(said.code, 2, "{said}");
        said.stderr
            .lines()
            .filter(|line| line.starts_with("error") || line.starts_with("hint"))
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    insta::assert_snapshot!(told("by: group, group: who"), @"error[no-such-name]: datasets.rows.split.group: nothing tells the field `who` of a record");
    insta::assert_snapshot!(told("by: record, stratify: label"), @r#"
    error: dataset:rows: no record of dataset `rows` has a label, which `split.stratify` names
    hint: say in the dataset's source where the label of a record stands
    "#);
    insta::assert_snapshot!(told("by: record, stratify: domain"), @"error[no-such-name]: datasets.rows.split.stratify: nothing tells the field `domain` of a record");
    project.write(
        "rows.yaml",
        recipe("by: group, group: who").replace("[rows.jsonl]", "[rows.jsonl], columns: { keep: [who] }"),
    );
    assert_eq!(project.pedigree(&["run", "rows.yaml"]).code, 0);
}

#[test]
fn a_column_that_is_called_otherwise_is_told() {
    let project = Project::empty();
    project.write("rows.jsonl", "{\"txt\": \"SECRET\"}\n");
    project.write("rows.yaml", "version: 1\nname: rows\ndatasets:\n  rows: { source: { type: jsonl, include: [rows.jsonl], columns: { text: body } }, on-bad-row: skip }\n");
    let told = |said: &crate::support::Said| {
        let lines = said.stderr.lines().filter(|line| line.starts_with("error") || line.starts_with("hint"));
        crate::support::redacted(&lines.collect::<Vec<_>>().join("\n"), project.path())
    };
    let said = project.pedigree(&["run", "rows.yaml"]);
    assert!(said.code == 2 && !said.stderr.contains("SECRET"), "{said}");
    insta::assert_snapshot!(told(&said), @r#"
    error: dataset:rows: nothing is left of dataset `rows`: every row is bad (1), and the first is [project]/rows.jsonl:1: field `body` is missing
    hint: loosen what takes them, or look whether the source is the one that is meant
    "#);
    project.write("rows.yaml", "version: 1\nname: rows\ndatasets:\n  rows: { source: { type: jsonl, include: [rows.jsonl], columns: { text: body } } }\n");
    insta::assert_snapshot!(told(&project.pedigree(&["run", "rows.yaml"])), @r#"
    error: dataset:rows: [project]/rows.jsonl:1: field `body` is missing
    hint: `columns` or `extract` says what fields are called; rows that lack one are left out with `on-bad-row: skip`
    "#);
}

#[test]
fn recipes_that_are_no_text_or_too_much_are_told() {
    let project = Project::empty();
    project.write("latin.yaml", b"version: 1\nname: caf\xe9\n");
    project.write("bomb.yaml", alias_bomb());
    project.write("aliases.yaml", a_megabyte_of_aliases());
    project.write("deep.yaml", format!("version: {}", "[".repeat(100_000)));
    insta::assert_snapshot!(project.pedigree(&["check", "latin.yaml"]), @r#"
    exit: 2
    --- stdout
    checked 1 recipe: 1 problem
    --- stderr
    error[not-utf8]: the recipe is not UTF-8: byte 20 is none
     --> latin.yaml:2:10
      |
    2 | name: caf�
      |  ^
      |
      = hint: save the file as UTF-8
      = docs: docs/diagnostics.md#not-utf8
    "#);
    for name in ["bomb.yaml", "aliases.yaml", "deep.yaml"] {
        let said = project.pedigree(&["check", name]);
        assert_eq!(said.code, 2, "{name}");
        assert!(said.stderr.len() < 2000 && said.stderr.contains("error["), "{name}: {} bytes", said.stderr.len());
    }
    fs::create_dir(project.path().join("folder.yaml")).unwrap();
    insta::assert_snapshot!(project.pedigree(&["plan", "folder.yaml"]), @r#"
    exit: 2
    --- stderr
    error: cannot read `folder.yaml`: Is a directory (os error 21)
    hint: a recipe is a YAML file
    "#);
}

#[test]
fn a_damaged_artifact_is_never_read_and_always_found() {
    let project = copy_of_finished();
    flip_last_byte(&artifact(&project, "tokens:prose/bytes", "train.safetensors"));
    let fsck = project.pedigree(&["fsck"]);
    insta::assert_snapshot!(fsck, @r#"
    exit: 3
    --- stdout
    50 artifacts compared ([size])
    damaged: [project]/.pedigree/artifacts/d6/[digest] (found [digest])
    delete what is damaged and run the recipe again: its stages are then stale
    "#);
    let said = project.pedigree(&[
        "run",
        "small.yaml",
        "--only",
        "train:general",
        "--set",
        "models.general.train.budget.steps=21",
    ]);
    assert_eq!(said.code, 3, "{said}");
    assert!(said.stderr.contains("is damaged: expected digest"), "{said}");
}

#[test]
fn a_lost_artifact_is_made_again() {
    let project = copy_of_finished();
    let before = project.digests("latest");
    fs::remove_file(artifact(&project, "tokens:prose/bytes", "report.json")).unwrap();
    let fsck = project.pedigree(&["fsck"]);
    assert_eq!(fsck.code, 3, "{fsck}");
    let said = project.pedigree(&["run", "small.yaml"]);
    assert_eq!(said.code, 0, "{said}");
    assert!(
        said.stderr.contains("stale tokens:prose/bytes: its output `report.json` is gone from the artifact store"),
        "{said}"
    );
    assert_eq!(project.digests("latest"), before);
    assert_eq!(project.pedigree(&["fsck"]).code, 0);
}

#[test]
fn a_missing_engine_is_told() {
    let project = Project::new();
    let mut command = project.command(&["run", "small.yaml"]);
    let output = command.env("PEDIGREE_ENGINE", "/nonexistent/pedigree-engine").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("error: no `pedigree-engine`: looked at `/nonexistent/pedigree-engine`"), "{said}");
    assert!(said.contains("hint: `cargo build --release` builds it beside `pedigree`"), "{said}");
}

#[test]
fn an_engine_that_does_not_start_is_told() {
    let project = Project::new();
    project.write("engine", "#!/bin/sh\necho 'libtorch.so: cannot open shared object file' >&2\nexit 127\n");
    let engine = project.path().join("engine");
    fs::set_permissions(&engine, fs::Permissions::from_mode(0o700)).unwrap();
    let output = project.command(&["run", "small.yaml"]).env("PEDIGREE_ENGINE", &engine).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("cannot open shared object file"), "what the engine said is kept to oneself: {said}");
}

/// Makes the database look as if a later program had written it.
fn age(project: &Project) {
    let url = format!("sqlite://{}", project.workspace().join("pedigree.db").display());
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        let sql = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9999, 'later', true, x'00', 0)";
        sqlx::query(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

#[test]
fn a_database_of_a_later_program_is_left_alone() {
    let project = copy_of_finished();
    age(&project);
    insta::assert_snapshot!(project.pedigree(&["runs"]), @r#"
    exit: 4
    --- stderr
    error: cannot read the database: `[project]/.pedigree/pedigree.db` was written by a newer Pedigree: its schema is 9999, this program knows 6
    hint: use the newer Pedigree, or another project folder
    "#);
    assert_eq!(project.pedigree(&["run", "small.yaml"]).code, 4);
}

#[test]
fn a_damaged_database_is_told() {
    let project = copy_of_finished();
    for name in ["pedigree.db-wal", "pedigree.db-shm"] {
        drop(fs::remove_file(project.workspace().join(name)));
    }
    let database = project.workspace().join("pedigree.db");
    let bytes = fs::read(&database).unwrap();
    fs::write(&database, vec![b'x'; bytes.len()]).unwrap();
    let said = project.pedigree(&["runs"]);
    assert_eq!(said.code, 3, "{said}");
    assert!(said.stderr.contains("database"), "{said}");
    assert_eq!(project.pedigree(&["run", "small.yaml"]).code, 3);
}

#[test]
fn a_workspace_others_can_write_into_is_refused() {
    let project = copy_of_finished();
    fs::set_permissions(project.workspace(), fs::Permissions::from_mode(0o777)).unwrap();
    insta::assert_snapshot!(project.pedigree(&["runs"]), @r#"
    exit: 4
    --- stderr
    error: others may write into `[project]/.pedigree` (mode 777)
    hint: `chmod go-w [project]/.pedigree` closes it
    "#);
    assert_eq!(project.pedigree(&["run", "small.yaml"]).code, 4);
}

/// A disk of a few megabytes, as only a user who is root in a name space of his own can have it.
#[test]
fn a_full_disk_stops_the_run_and_loses_nothing() {
    let project = Project::new();
    fs::create_dir(project.path().join("disk")).unwrap();
    let script = format!(
        r#"mount -t tmpfs -o size=700k,mode=700 tmpfs disk || {{ echo "skipped: no disk of our own"; exit 0; }}
        {pedigree} --workspace disk run small.yaml > full.out 2>&1; echo "full: $?"
        mount -o remount,size=200m disk
        {pedigree} --workspace disk run small.yaml > room.out 2>&1; echo "room: $?"
        {pedigree} --workspace disk fsck > fsck.out 2>&1; echo "fsck: $?""#,
        pedigree = programs().join("pedigree").display()
    );
    let output = Command::new("unshare").args(["-rm", "sh", "-c", &script]).current_dir(project.path()).output();
    let said = match output {
        Ok(output) if !output.stdout.is_empty() => String::from_utf8_lossy(&output.stdout).into_owned(),
        Ok(_) | Err(_) => "skipped: no name space of our own".to_owned(),
    };
    if said.starts_with("skipped") {
        println!("{said}");
        return;
    }
    let told = fs::read_to_string(project.path().join("full.out")).unwrap();
    assert_eq!(said, "full: 5\nroom: 0\nfsck: 0\n", "{told}");
    assert!(told.contains("space") || told.contains("room"), "{told}");
}
