//! `pedigree data`: what was prepared, what is in it, and how it came about.

use std::fs;

use serde_json::Value;

use crate::support::{Project, finished};

/// A recipe whose data has everything a preparation can find.
const RECIPE: &str = r#"version: 1
name: notes
run: { seed: 7, device: cpu, threads: 1 }
datasets:
  notes:
    description: Notes of a few people.
    license: cc0-1.0
    language: [en]
    source: { type: files, root: notes, include: ["*.txt"] }
    clean:
      - { type: normalize-unicode }
      - { type: min-length, chars: 20 }
      - { type: redact-pii }
      - { type: dedup-exact }
    split: { train: 0.6, validation: 0.2, test: 0.2 }
tokenizers:
  bytes: { type: byte-bpe, vocab-size: 280, train-on: [notes] }
models:
  general:
    architecture: { type: llama, layers: 1, width: 16, heads: 2, context: 16 }
    tokenizer: bytes
    train: { data: notes, budget: { steps: 1 }, batch-tokens: 16, schedule: { type: constant, warmup-steps: 0 } }
"#;

/// Returns a project whose notes were prepared, and what its run is called.
fn prepared() -> (Project, String) {
    let project = Project::empty();
    project.write("notes.yaml", RECIPE);
    for i in 0..30 {
        let text = format!("Note {i} is about the number {} and about nothing else.\n", i * i);
        project.write(&format!("notes/n{i:02}.txt"), text);
    }
    project.write("notes/mail.txt", "Write to somebody@example.org about the bridge.\n");
    project.write("notes/short.txt", "too short\n");
    project.write("notes/twice.txt", "Note 3 is about the number 9 and about nothing else.\n");
    let run = run(&project);
    (project, run)
}

/// Prepares the notes, and returns what the run is called.
fn run(project: &Project) -> String {
    let said = project.pedigree(&["run", "notes.yaml", "--only", "tokens:notes/bytes"]);
    assert_eq!(said.code, 0, "{said}");
    let runs = project.json(&["runs"]);
    let id = runs[0]["id"].as_str().unwrap();
    id[id.len() - 8..].to_owned()
}

#[test]
fn datasets_are_listed() {
    insta::assert_snapshot!(finished().pedigree(&["data", "list"]), @r#"
    exit: 0
    --- stdout
     dataset  source  files  rows  size  run  age
     small/prose  files  120  120 → 120  [size]  [short] [took]
       [digest] · train 93, validation 15, test 12 · 18.8 k tokens of bytes
     small/rust  files  100  100 → 100  [size]  [short] [took]
       [digest] · train 78, validation 12, test 10 · 14.8 k tokens of bytes
     small/tasks  files  100  100 → 300  [size]  [short] [took]
       [digest] · train 234, validation 36, test 30 · 14.4 k tokens of bytes
    "#);
    let listed = finished().json(&["data", "list", "small"]);
    let prose = &listed[0];
    assert_eq!((&prose["dataset"], &prose["source"]), (&Value::from("small/prose"), &Value::from("files")));
    let splits: u64 = prose["splits"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(prose["rows-out"], splits);
    assert!(prose["tokens"]["bytes"].as_u64().unwrap() > 0);
    insta::assert_snapshot!(finished().pedigree(&["data", "list", "smal"]), @r#"
       exit: 2
       --- stderr
       error: recipe `smal` has prepared no dataset
       hint: a recipe is named by its `name`; `pedigree data list` lists the datasets of all
       "#);
}

#[test]
fn a_dataset_is_inspected() {
    let (project, _) = prepared();
    insta::assert_snapshot!(project.pedigree(&["data", "inspect", "notes", "-n", "2"]), @r#"
    exit: 0
    --- stdout
    notes/notes  [digest]  run [short]
    what  Notes of a few people.
    licence  cc0-1.0
    language  en
    source  files: 33 files, [size], digest [digest]

    columns
     column  values  missing
     id  string  0  0.0 %
     document  string  0  0.0 %
     text  string  0  0.0 %

    splits
     split  rows  share  text  tokens of bytes
     train  18  58.1 %  [size]  453
     validation  6  19.4 %  [size]  153
     test  7  22.6 %  [size]  177

    lengths, in characters
      32–63  31  100.0 %  ██████████████████████████████

    languages, of a sample
      eng  31  100.0 %  ██████████████████████████████

    some rows
      n27.txt  (validation)
      │ Note 27 is about the number 729 and about nothing else.
      n00.txt  (test)
      │ Note 0 is about the number 0 and about nothing else.

    tables
      train  [project]/.pedigree/artifacts/e2/[digest]
      validation  [project]/.pedigree/artifacts/bd/[digest]
      test  [project]/.pedigree/artifacts/7c/[digest]
    "#);
    let out = project.json(&["data", "inspect", "latest"]);
    assert_eq!(out[0]["rows"], 31);
    assert_eq!(out[0]["columns"][2]["values"], "string");
}

#[test]
fn a_parquet_file_is_inspected_and_what_is_none_is_refused() {
    let (project, _) = prepared();
    let said = project.pedigree(&["data", "card", "notes", "--out", "folder"]);
    assert_eq!(said.code, 0, "{said}");
    insta::assert_snapshot!(project.pedigree(&["data", "inspect", "folder/test.parquet", "-n", "1"]), @r#"
    exit: 0
    --- stdout
    folder/test.parquet
    7 rows, [size]

    columns
     column  values  missing
     id  string  0  0.0 %
     document  string  0  0.0 %
     text  string  0  0.0 %

    lengths, in characters
      32–63  7  100.0 %  ██████████████████████████████

    languages, of a sample
      eng  7  100.0 %  ██████████████████████████████

    some rows
      1
      │ id: n07.txt
      │ document: n07.txt
      │ text: Note 7 is about the number 49 and about nothing else.
    "#);
    project.write("no.parquet", "a,b\n");
    insta::assert_snapshot!(project.pedigree(&["data", "inspect", "no.parquet"]), @r#"
    exit: 3
    --- stderr
    error: `no.parquet` is no table of records: expected Parquet data, found something else
    hint: `pedigree fsck` names the stages to run again
    "#);
    insta::assert_snapshot!(project.pedigree(&["data", "inspect", "missing.parquet"]), @r#"
    exit: 2
    --- stderr
    error: there is no file `missing.parquet`
    hint: datasets are named without a path: `recipe/name`
    "#);
}

#[test]
fn a_report_tells_what_every_step_did() {
    let (project, _) = prepared();
    let said = project.pedigree(&["data", "report", "notes"]);
    insta::assert_snapshot!(said, @r#"
    exit: 0
    --- stdout
    notes/notes  [digest]  run [short]
    from 33 files of [size] (files)
    33 rows in, 31 out (93.9 %)

    steps
     step  rows in  rows out  dropped  changed  bytes in  bytes out
     normalize-unicode  33  33  0  0  [size]  [size]
     min-length  33  32  1  0  [size]  [size]
     redact-pii  32  32  0  1  [size]  [size]
     dedup-exact  32  31  1  0  [size]  [size]

    what went
     step  reason  rows  of its rows
     min-length  too short  1  3.0 %
     dedup-exact  duplicate  1  3.1 %

    what was counted
     step  what  count
     redact-pii  bank-card  0
     redact-pii  email  1
     redact-pii  id-card  0
     redact-pii  ip-address  0
     redact-pii  phone  0
     redact-pii  secret  0
     redact-pii  url-credentials  0

    some of what went
      min-length (too short): short.txt
      │ too short
      dedup-exact (duplicate): twice.txt
      │ Note 3 is about the number 9 and about nothing else.

    splits
     split  rows  share  text  tokens of bytes
     train  18  58.1 %  [size]  453
     validation  6  19.4 %  [size]  153
     test  7  22.6 %  [size]  177

    lengths, in characters
      32–63  31  100.0 %  ██████████████████████████████

    languages, of a sample
      eng  31  100.0 %  ██████████████████████████████
    "#);
    assert!(said.stdout.lines().all(|line| line.chars().count() <= 80), "{said}");
    let report = project.json(&["data", "report", "notes/notes"]);
    assert_eq!(report["report"]["steps"][1]["reasons"]["too short"], 1);
}

#[test]
fn a_report_is_written_as_a_page() {
    let (project, _) = prepared();
    let said = project.pedigree(&["data", "report", "notes", "--html", "report.html"]);
    insta::assert_snapshot!(said, @r#"
    exit: 0
    --- stdout
    the report of notes/notes is in report.html
    "#);
    let page = fs::read_to_string(project.path().join("report.html")).unwrap();
    assert!(
        page.contains("default-src 'none'") && page.contains("class=\"bar\"") && !page.contains("<script"),
        "{page}"
    );
    assert!(!page.contains("somebody@example.org"));
    let said = project.pedigree(&["data", "report", "notes", "--html", "nowhere/report.html"]);
    assert!(said.code == 2 && said.stderr.starts_with("error: cannot write `nowhere/report.html`"), "{said}");
}

#[test]
fn rows_are_sampled_with_private_data_masked_and_whole_for_programs() {
    let (project, _) = prepared();
    insta::assert_snapshot!(project.pedigree(&["data", "sample", "notes", "-n", "3", "--split", "train"]), @r#"
    exit: 0
    --- stdout
      n02.txt  (train)
      │ Note 2 is about the number 4 and about nothing else.
      n04.txt  (train)
      │ Note 4 is about the number 16 and about nothing else.
      n21.txt  (train)
      │ Note 21 is about the number 441 and about nothing else.
    --- stderr
    3 of 18 rows that fit
    "#);
    let said = project.pedigree(&["data", "sample", "notes", "-n", "99", "--format", "json"]);
    let rows: Vec<Value> = said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 31);
    assert!(rows.iter().any(|row| row["id"] == "mail.txt" && row["text"].as_str().unwrap().contains("[email]")));
    let again = project.pedigree(&["data", "sample", "notes", "-n", "5", "--seed", "9"]);
    assert_eq!(again.stdout, project.pedigree(&["data", "sample", "notes", "-n", "5", "--seed", "9"]).stdout);
    insta::assert_snapshot!(project.pedigree(&["data", "sample", "notes", "--label", "x"]), @r#"
    exit: 2
    --- stderr
    error: no row of `notes/notes` fits
    hint: `pedigree data inspect` tells the splits, labels and fields with their numbers of rows
    "#);
    insta::assert_snapshot!(project.pedigree(&["data", "sample", "notes", "--where", "domain=law"]), @r#"
    exit: 2
    --- stderr
    error: the rows of `notes/notes` have no field `domain`
    hint: its columns are `id`, `document`, `text`
    "#);
}

#[test]
fn a_dataset_is_compared_with_what_it_was() {
    let (project, before) = prepared();
    project.write("notes/n05.txt", "Note 5 has been written anew, and says another thing.\n");
    fs::remove_file(project.path().join("notes/n06.txt")).unwrap();
    fs::rename(project.path().join("notes/n07.txt"), project.path().join("notes/seven.txt")).unwrap();
    project.write("notes/new.txt", "This note was not there before at all.\n");
    let after = run(&project);
    let (a, b) = (format!("{before}/notes"), format!("{after}/notes"));
    let said = project.pedigree(&["data", "diff", &a, &b]);
    insta::assert_snapshot!(said, @r#"
    exit: 0
    --- stdout
    a  notes/notes  [digest]  run [short]
    b  notes/notes  [digest]  run [short]

    rows
                                       rows
     the same in both  28
     only in a  1
     only in b  1
     another text under the same name  1
     the same text under another name  1

    splits
     split  in a  in b  only a  only b  changed  moved out  moved in
     train  18  19  1  1  1  0  0
     validation  6  6  0  0  0  0  0
     test  7  6  0  0  0  0  0

    steps
     step  rows in  rows out  changed  what else
     normalize-unicode  33  33  0
     min-length  33  32  0
     redact-pii  32  32  1
     dedup-exact  32  31  0

    some of the rows
      only in a
        a: n06.txt (train)
      │ Note 6 is about the number 36 and about nothing else.
      only in b
        b: new.txt (train)
      │ This note was not there before at all.
      another text
        a: n05.txt (train)
      │ Note 5 is about the number 25 and about nothing else.
        b: n05.txt (train)
      │ Note 5 has been written anew, and says another thing.
      another name
        a: n07.txt (test)
      │ Note 7 is about the number 49 and about nothing else.
        b: seven.txt (train)
      │ Note 7 is about the number 49 and about nothing else.
    "#);
    assert_eq!(project.pedigree(&["data", "diff", &a, "notes", "--exit-code"]).code, 1);
    assert_eq!(project.pedigree(&["data", "diff", &b, "notes", "--exit-code"]).code, 0);
    let diff = project.json(&["data", "diff", &a, &b]);
    assert_eq!((&diff["diff"]["rows"]["renamed"], &diff["same"]), (&Value::from(1), &Value::from(false)));
}

#[test]
fn a_card_is_printed_and_a_folder_written_once() {
    let (project, _) = prepared();
    insta::assert_snapshot!(project.pedigree(&["data", "card", "notes"]), @r#"
    exit: 0
    --- stdout
    ---
    pretty_name: "notes"
    language: ["en"]
    license: "cc0-1.0"
    size_categories: ["n<1K"]
    task_categories: ["text-generation"]
    tags: ["pedigree", "croissant"]
    configs:
      - config_name: default
        data_files:
          - {"split": "train", "path": "train.parquet"}
          - {"split": "validation", "path": "validation.parquet"}
          - {"split": "test", "path": "test.parquet"}
    dataset_info:
      features:
        - {"name": "id", "dtype": "string"}
        - {"name": "document", "dtype": "string"}
        - {"name": "text", "dtype": "string"}
      splits:
        - {"name": "train", "num_bytes": 971, "num_examples": 18}
        - {"name": "validation", "num_bytes": 333, "num_examples": 6}
        - {"name": "test", "num_bytes": 387, "num_examples": 7}
      download_size: 4336
      dataset_size: 1691
    ---

    # notes

    Notes of a few people.

    31 rows, prepared by Pedigree as dataset `notes` of the recipe `notes`. Beside this card lie the tables as Parquet, and `croissant.json`, which describes them for machines.

    ## Source

    | | |
    |---|---|
    | Type | files |
    | encoding | utf-8 |
    | include | \*.txt |
    | strip-components | 0 |
    | Files | 33 |
    | Size | [size] |
    | Digest (BLAKE3) | [digest] |
    | Licence | cc0-1.0 |
    | Language | en |

    ## Preparation

    33 rows came in and 31 were left (93.9 %).

    | Step | Rows in | Rows out | Changed | Why rows went | Counted |
    |---|---:|---:|---:|---|---|
    | normalize-unicode | 33 | 33 | 0 |  |  |
    | min-length | 33 | 32 | 0 | too short 1 |  |
    | redact-pii | 32 | 32 | 1 |  | email 1 |
    | dedup-exact | 32 | 31 | 0 | duplicate 1 |  |

    ## Splits

    Rows were dealt by a hash of their names, so that a row stays where it is when the data grows. The rows of one source document are in one split.

    | Split | Rows | Text | File | Size | Tokens of bytes |
    |---|---:|---:|---|---:|---:|
    | train | 18 | 971 bytes | train.parquet | [size] | 453 |
    | validation | 6 | 333 bytes | validation.parquet | [size] | 153 |
    | test | 7 | 387 bytes | test.parquet | [size] | 177 |

    ## Columns

    | Column | What |
    |---|---|
    | `id` | What names the row. |
    | `document` | The source document the row comes from. |
    | `text` | Text to learn. |

    ### By lengths, in characters

    | | Rows | Share |
    |---|---:|---:|
    | 32–63 | 31 | 100.0 % |

    ### By languages, of a sample

    | | Rows | Share |
    |---|---:|---:|
    | eng | 31 | 100.0 % |

    ## Limits

    - Private data was looked for by patterns: names, addresses and whatever has no pattern may still stand in it.
    - Whether the source is right, fair or complete was not looked at. Who made it, when, and how is not known here.

    ## Provenance

    | | |
    |---|---|
    | Digest of all tables | [digest] |
    | Fingerprint of the preparation | [digest] |
    | Seed of the split | 7 |
    | BLAKE3 of train.parquet | [digest] |
    | BLAKE3 of validation.parquet | [digest] |
    | BLAKE3 of test.parquet | [digest] |
    "#);
    insta::assert_snapshot!(project.pedigree(&["data", "card", "notes", "--out", "folder"]), @r#"
    exit: 0
    --- stdout
    folder: card, Croissant description and 3 tables of [size]
    --- stderr
    hint: `datasets.load_dataset("folder")` opens it in Python
    "#);
    let mut names: Vec<_> =
        fs::read_dir(project.path().join("folder")).unwrap().map(|one| one.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["README.md", "croissant.json", "test.parquet", "train.parquet", "validation.parquet"]);
    let described: Value =
        serde_json::from_slice(&fs::read(project.path().join("folder/croissant.json")).unwrap()).unwrap();
    assert_eq!(described["distribution"][0]["sha256"].as_str().unwrap().len(), 64);
    insta::assert_snapshot!(project.pedigree(&["data", "card", "notes", "--out", "folder"]), @r#"
    exit: 2
    --- stderr
    error: `folder/README.md` is there already
    hint: name another folder, or write over it with `--force`
    "#);
    assert_eq!(project.pedigree(&["data", "card", "notes", "--out", "folder", "--force"]).code, 0);
}

#[test]
fn a_damaged_table_is_neither_described_nor_copied() {
    let (project, _) = prepared();
    let files = project.json(&["data", "inspect", "notes"]);
    let digest = files[0]["files"][0]["digest"].as_str().unwrap();
    let path = project.workspace().join("artifacts").join(&digest[..2]).join(digest);
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::remove_file(&path).unwrap();
    fs::write(&path, bytes).unwrap();
    let said = project.pedigree(&["data", "card", "notes", "--out", "folder"]);
    assert_eq!(said.code, 3, "{said}");
    assert!(!project.path().join("folder/train.parquet").exists() && !project.path().join("folder/README.md").exists());
}

#[test]
fn what_nobody_prepared_is_told_with_what_there_is() {
    insta::assert_snapshot!(finished().pedigree(&["data", "report", "pros"]), @r#"
    exit: 2
    --- stderr
    error: no dataset `pros` was prepared here
    hint: did you mean `small/prose`?
    "#);
    insta::assert_snapshot!(finished().pedigree(&["data", "report", "nothing"]), @r#"
    exit: 2
    --- stderr
    error: no dataset `nothing` was prepared here
    hint: there are `small/prose`, `small/rust`, `small/tasks`; `pedigree run RECIPE --only dataset:nothing` prepares one
    "#);
    insta::assert_snapshot!(finished().pedigree(&["data", "report", "latest"]), @r#"
    exit: 2
    --- stderr
    error: run `latest` has several datasets
    hint: name one of them: `latest/prose`, `latest/rust`, `latest/tasks`
    "#);
}

/// A recipe without models: five questions in two files, one of them too short.
const ONLY_DATA: &str = r#"version: 1
name: only
run: { seed: 7 }
datasets:
  faq:
    source: { type: files, root: faq, include: ["*.txt"] }
    extract: { type: regex, pattern: "(?m)^Q: (?<question>.+)\\nA: (?<answer>.+)$", prompt: question, response: answer }
    clean: [ { type: length, min-chars: 12 } ]
    split: { train: 1 }
"#;

#[test]
fn a_recipe_may_prepare_data_and_nothing_else() {
    let project = Project::empty();
    project.write("only.yaml", ONLY_DATA);
    project.write("faq/a.txt", "Q: How far is it?\nA: Ten miles.\n\nQ: How long?\nA: Two hours and a half.\n");
    project.write("faq/b.txt", "Q: Who?\nA: I.\n\nQ: Who else is there?\nA: Nobody.\n\nQ: What is it?\nA: A tree.\n");
    insta::assert_snapshot!(project.pedigree(&["check", "only.yaml"]), @r#"
    exit: 0
    --- stdout
    checked 1 recipe: no problems
    "#);
    insta::assert_snapshot!(project.pedigree(&["plan", "only.yaml"]), @r#"
    exit: 0
    --- stdout
     stage  state  why  size  time
     dataset:faq  stale  never done before [took]

    1 of 1 stage to do: about [took] one after the other, [energy]
    "#);
    let said = project.pedigree(&["run", "only.yaml"]);
    assert_eq!(said.code, 0, "{said}");
    insta::assert_snapshot!(project.pedigree(&["status"]), @r#"
    exit: 0
    --- stdout
     stage  state  took  why
     dataset:faq  finished [took]  never done before

     training  expected  took  expected  speed  expected  memory
     all stages [took] [took]

    only  run [short]  succeeded in [took]
    began [time] UTC · 1 stage (1 finished)

    what next
      pedigree data list only
      pedigree reproduce [short]
    "#);
    insta::assert_snapshot!(project.pedigree(&["data", "report", "only/faq"]), @r#"
    exit: 0
    --- stdout
    only/faq  [digest]  run [short]
    from 2 files of [size] (files)
    2 rows in, 5 records extracted, 4 out (80.0 %)

    steps
     step  rows in  rows out  dropped  changed  bytes in  bytes out
     regex  2  5  0  0  [size]  [size]
     length  5  4  1  0  [size]  [size]

    what went
     step  reason  rows  of its rows
     length  too few characters  1  20.0 %

    some of what went
      length (too few characters): b.txt#1
      │ Who? I.

    splits
     split  rows  share  text
     train  4  100.0 %  [size]
     validation  0  0.0 %  [size]
     test  0  0.0 %  [size]

    lengths, in characters
      16–31  4  100.0 %  ██████████████████████████████

    languages, of a sample
      cat  2  50.0 %  ██████████████████████████████
      eng  2  50.0 %  ██████████████████████████████
    "#);
    let list = project.json(&["data", "list"]);
    let numbers = ["rows-in", "records-extracted", "rows-out"].map(|key| list[0][key].as_u64());
    assert_eq!(numbers, [Some(2), Some(5), Some(4)]);
    let card = project.pedigree(&["data", "card", "only/faq"]).stdout;
    assert!(
        card.contains("2 rows came in, 5 records were extracted from them, and 4 of those were left (80.0 %)."),
        "{card}"
    );
    insta::assert_snapshot!(project.pedigree(&["data", "report", "only/faq", "--html", "missing/faq.html"]), @r#"
    exit: 2
    --- stderr
    error: cannot write `missing/faq.html`: its folder does not exist
    hint: make the folder first
    "#);
}

#[test]
fn a_dataset_without_a_model_is_needed_where_a_model_is_spoken_of() {
    let project = Project::empty();
    project.write("only.yaml", format!("{ONLY_DATA}publish: {{ zoo: {{ name: only }} }}\n"));
    let said = project.pedigree(&["check", "only.yaml"]);
    assert!(said.code == 2 && said.stderr.contains("models: `models` is missing"), "{said}");
}
