//! Formats: a run that reads each of them, and what is said of rows that cannot be read.

use std::io::Write as _;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_ipc::writer::FileWriter;
use parquet::arrow::ArrowWriter;

use serde_json::Value;

use crate::bad_input::artifact;
use crate::support::Project;

/// Every format, each a dataset of the same eight labelled rows but for those that are made or have no labels.
const RECIPE: &str = r#"version: 1
name: formats
datasets:
  documents: { source: { type: files, root: rows, include: ["*.gbk"], encoding: auto }, split: { train: 1 } }
  objects:
    source: { type: jsonl, root: rows, include: ["*.jsonl.gz"], columns: { text: body, label: class, keep: [lang] } }
    split: { train: 1 }
  commas:
    source: { type: csv, root: rows, include: ["*.csv"], delimiter: ";", columns: { text: body, label: class } }
    split: { train: 1 }
  tabs:
    source: { type: tsv, root: rows, include: ["*.tsv"], header: false, columns: { text: "1", label: "2" } }
    split: { train: 1 }
  pillars: { source: { type: parquet, root: rows, include: ["*.parquet"], columns: { text: body } }, split: { train: 1 } }
  arrows: { source: { type: arrow, root: rows, include: ["*.arrow"], columns: { text: body } }, split: { train: 1 } }
  titles:
    source: { type: lines, root: rows, include: ["*.txt"], separator: "\t", classes-file: class.txt }
    split: { train: 1 }
  sums:
    source: { type: synthetic, generator: arithmetic, rows: 200, seed: 1 }
    split: { train: 0.8, validation: 0.2, by: record }
tokenizers:
  bytes:
    type: byte-bpe
    vocab-size: 260
    train-on: [documents, objects, commas, tabs, pillars, arrows, titles, sums]
models:
  tiny:
    architecture: { type: gpt2, layers: 1, width: 8, heads: 1, context: 16 }
    tokenizer: bytes
    train:
      objective: { type: instruction }
      data: sums
      budget: { steps: 1 }
      batch-tokens: 32
      schedule: { type: constant, warmup-steps: 0 }
evaluations:
  loss: { metric: loss, data: sums/validation }
"#;

const N: usize = 8;

fn project() -> Project {
    let project = Project::empty();
    project.write("formats.yaml", RECIPE);
    let rows = |row: &dyn Fn(usize) -> String| (0..N).map(row).collect::<String>();
    let text = |i: usize| format!("row {i} 词汇");
    let (gbk, _, _) = encoding_rs::GBK.encode("词汇阅读是关键，考研暑期英语复习全指南");
    project.write("rows/a.gbk", gbk);
    let objects = rows(&|i| format!("{}\n", serde_json::json!({ "body": text(i), "class": i % 2, "lang": "zh" })));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(objects.as_bytes()).unwrap();
    project.write("rows/a.jsonl.gz", packed.finish().unwrap());
    project.write(
        "rows/a.csv",
        format!("\u{feff}body;class\r\n{}", rows(&|i| format!("\"{};\r\n\"\"b\"\"\";{}\r\n", text(i), i % 2))),
    );
    project.write("rows/a.tsv", rows(&|i| format!("{}\tc{}\n", text(i), i % 2)));
    project.write("rows/a.txt", rows(&|i| format!("{}\t{}\n", text(i), i % 2)));
    project.write("rows/class.txt", "finance\nrealty\n");
    let body: ArrayRef = Arc::new(StringArray::from_iter_values((0..N).map(text)));
    let batch = RecordBatch::try_from_iter([("body", body)]).unwrap();
    let mut parquet = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    parquet.write(&batch).unwrap();
    project.write("rows/a.parquet", parquet.into_inner().unwrap());
    let mut arrow = FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    arrow.write(&batch).unwrap();
    project.write("rows/a.arrow", arrow.into_inner().unwrap());
    project
}

/// Returns what the report of a dataset says of its files and records.
fn read(project: &Project, dataset: &str) -> String {
    let report = std::fs::read(artifact(project, &format!("dataset:{dataset}"), "report.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    format!(
        "{} files, {} records, {} bad rows",
        report["files"], report["splits"]["train"]["records"], report["bad-rows"]
    )
}

#[test]
fn every_format_is_read_in_one_run() {
    let project = project();
    insta::assert_snapshot!(project.pedigree(&["run", "formats.yaml"]).in_any_order(), @r#"
    exit: 0
    --- stdout
    formats  run [short]  succeeded in [took]
    began [time] UTC · 14 stages (14 finished)

    lineage
     lineage  tier  parameters  steps  loss  forgetting
     tiny  general  [n] k  1  [n] [[n], [n]]  –
    (95 % of draws of other records lie within square brackets; against the parent in brackets; forgetting: the worst change against the ancestor that learned that data; loss: loss, lower is better)

    generalisation
      tiny unclear: there are too few measurements (1)

    contamination
      ✓ tiny on loss: clean

    what next
      pedigree reproduce [short]
    --- stderr
      contamination:sums begins
      dataset:arrows begins
      dataset:commas begins
      dataset:documents begins
      dataset:objects begins
      dataset:pillars begins
      dataset:sums begins
      dataset:tabs begins
      dataset:titles begins
      evaluate:tiny/loss begins
      tokenizer:bytes begins
      tokens:sums/bytes begins
      train:tiny begins
    14 stages to do (14 new), 0 fresh, about [took]
    run [short] of `formats` begins
    ✓ [i/14] card:tiny [took]
    ✓ [i/14] contamination:sums [took]
    ✓ [i/14] dataset:arrows [took]
    ✓ [i/14] dataset:commas [took]
    ✓ [i/14] dataset:documents [took]
    ✓ [i/14] dataset:objects [took]
    ✓ [i/14] dataset:pillars [took]
    ✓ [i/14] dataset:sums [took]
    ✓ [i/14] dataset:tabs [took]
    ✓ [i/14] dataset:titles [took]
    ✓ [i/14] evaluate:tiny/loss [took]
    ✓ [i/14] tokenizer:bytes [took]
    ✓ [i/14] tokens:sums/bytes [took]
    ✓ [i/14] train:tiny [took]  validation loss [n]
    "#);
    let names = ["documents", "objects", "commas", "tabs", "pillars", "arrows", "titles", "sums"];
    let read = names.map(|name| format!("{name}: {}\n", read(&project, name))).concat();
    insta::assert_snapshot!(read, @r#"
    documents: 1 files, 1 records, 0 bad rows
    objects: 1 files, 8 records, 0 bad rows
    commas: 1 files, 8 records, 0 bad rows
    tabs: 1 files, 8 records, 0 bad rows
    pillars: 1 files, 8 records, 0 bad rows
    arrows: 1 files, 8 records, 0 bad rows
    titles: 2 files, 8 records, 0 bad rows
    sums: 1 files, 171 records, 0 bad rows
    "#);
}

#[test]
fn a_bad_row_of_each_format_is_told_with_its_place() {
    let project = project();
    let mut said = String::new();
    let bad = [
        ("objects", "a.jsonl.gz", None),
        ("commas", "a.csv", Some("body;class\na;1\n\"b;2\n")),
        ("tabs", "a.tsv", Some("a\tb\nc\n")),
        ("pillars", "a.parquet", Some("PAR1 and nothing more PAR1")),
        ("arrows", "a.arrow", Some("ARROW1\0\0 and nothing more")),
        ("titles", "a.txt", Some("a\t1\nb\t2\n")),
    ];
    for (dataset, file, text) in bad {
        let path = format!("rows/{file}");
        let before = std::fs::read(project.path().join(&path)).unwrap();
        match text {
            Some(text) => project.write(&path, text),
            None => project.write(&path, &before[..before.len() - 4]),
        }
        let out = project.pedigree(&["run", "formats.yaml", "--only", &format!("dataset:{dataset}")]).in_any_order();
        let told = out.lines().filter(|line| line.starts_with("error:") || line.starts_with("hint:"));
        said.push_str(&told.map(|line| format!("{line}\n")).collect::<String>());
        project.write(&path, before);
    }
    insta::assert_snapshot!(said, @r#"
    error: dataset:objects: [project]/rows/a.jsonl.gz:9: the gzip data are cut off
    hint: mend it, or leave out some rows with `on-bad-row: skip`
    error: dataset:commas: [project]/rows/a.csv:3:1: expected a closing quote, found none
    hint: mend it, or leave out some rows with `on-bad-row: skip`
    error: dataset:tabs: [project]/rows/a.tsv:2: expected 2 fields, found 1
    hint: mend it, or leave out some rows with `on-bad-row: skip`
    error: dataset:pillars: [project]/rows/a.parquet: the Parquet file is cut off: expected its footer at the end
    hint: mend it, leave it out with `exclude`, or leave out some files and rows with `on-bad-row: skip`
    error: dataset:arrows: [project]/rows/a.arrow: the Arrow file is cut off: expected its mark at the end
    hint: mend it, leave it out with `exclude`, or leave out some files and rows with `on-bad-row: skip`
    error: dataset:titles: [project]/rows/a.txt:2:3: unknown label: expected a number from 0 to 1, found a larger one
    hint: mend it, or leave out some rows with `on-bad-row: skip`
    "#);
}

#[test]
fn bad_rows_are_left_out_counted_and_told_up_to_a_number() {
    let project = project();
    project.write("rows/a.txt", "a\t1\nb\t2\nc\t0\nd\n");
    let run = |most: &str| {
        let skip = "datasets.titles.on-bad-row=skip";
        let most = format!("datasets.titles.most-bad-rows={most}");
        project.pedigree(&["run", "formats.yaml", "--only", "dataset:titles", "--set", skip, "--set", &most])
    };
    insta::assert_snapshot!(run("1").in_any_order(), @r#"
    exit: 2
    --- stdout
    formats  run [short]  failed in [took]: `dataset:titles`: [project]/rows/a.txt:4: expected a text, the separator and a label, found no separator (bad row 2, and 1 is let pass)
    began [time] UTC · 1 stage (1 failed)

    what next
      pedigree resume [short]
    --- stderr
      dataset:titles begins
    1 stage to do (1 new), 0 fresh, about [took]
    error: dataset:titles: [project]/rows/a.txt:4: expected a text, the separator and a label, found no separator (bad row 2, and 1 is let pass)
    hint: mend them, or raise `most-bad-rows` where so many are expected
    run [short] of `formats` begins
    ✗ [i/1] dataset:titles  failed: [project]/rows/a.txt:4: expected a text, the separator and a label, found no separator (bad row 2, and 1 is let pass)
    "#);
    insta::assert_snapshot!(run("2").in_any_order(), @r#"
    exit: 0
    --- stdout
    formats  run [short]  succeeded in [took]
    began [time] UTC · 1 stage (1 finished)

    what next
      pedigree reproduce [short]
    --- stderr
      dataset:titles begins (again)
    1 stage to do (1 new), 0 fresh, about [took]
    run [short] of `formats` begins
    ✓ [i/1] dataset:titles [took]
    "#);
    assert_eq!(read(&project, "titles"), "2 files, 2 records, 2 bad rows");
    // What was prepared while more of them were let pass does not pass any longer.
    insta::assert_snapshot!(run("1").in_any_order(), @r#"
    exit: 2
    --- stderr
    error: dataset:titles: [project]/rows/a.txt:4: expected a text, the separator and a label, found no separator (bad row 2, and 1 is let pass)
    hint: mend them, or raise `most-bad-rows` where so many are expected
    "#);
    let strict = project.pedigree(&["run", "formats.yaml", "--only", "dataset:titles"]).in_any_order();
    assert!(strict.contains("exit: 2") && strict.contains("rows/a.txt:2:3: unknown label"), "{strict}");
    insta::assert_snapshot!(run("3").in_any_order(), @r#"
    exit: 0
    --- stdout
    nothing is stale: the only stage of `formats` is done (run [short])
    next: `pedigree status` · `pedigree data list` · `pedigree reproduce`
    "#);
}
