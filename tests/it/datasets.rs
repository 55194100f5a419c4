//! Datasets made of others: mixes, and what another recipe has prepared.

use pedigree::data::table::read_all;

use crate::support::Project;

const MODEL: &str = "
tokenizers: { bytes: { type: byte-bpe, vocab-size: 300, train-on: [DATA] } }
models:
  general:
    architecture: { type: llama, layers: 1, width: 16, heads: 2, context: 16 }
    tokenizer: bytes
    train: { data: DATA, budget: { steps: 1 }, schedule: { type: cosine, warmup-steps: 0 } }
evaluations: { ppl: { metric: perplexity, data: DATA/test } }
";

fn project() -> Project {
    let project = Project::empty();
    for i in 0..40 {
        project.write(&format!("news/{i:02}.txt"), format!("News number {i} of the day.\n"));
        project.write(&format!("forum/{i:02}.txt"), format!("What they say {} and more.\n", i * 7));
    }
    project.write("forum/99.txt", "News number 7 of the day.\n");
    let files = |root: &str| {
        format!(
            "{{ source: {{ type: files, root: {root}, include: [\"*.txt\"] }}, split: {{ train: 0.8, validation: 0.1, test: 0.1 }} }}"
        )
    };
    let mixed = format!(
        "version: 1\nname: mixed\ndatasets:\n  news: {}\n  forum: {}\n  all: {{ source: {{ type: mix, of: {{ news: 1.0, forum: 1.0 }} }}, clean: [{{ type: dedup-exact }}] }}\n{}",
        files("news"),
        files("forum"),
        MODEL.replace("DATA", "all")
    );
    project.write("mixed.yaml", mixed);
    let other = format!(
        "version: 1\nname: other\ndatasets:\n  some: {{ source: {{ type: zoo, dataset: mixed/all }}, clean: [{{ type: min-length, chars: 26 }}] }}\n{}",
        MODEL.replace("DATA", "some")
    );
    project.write("other.yaml", other);
    project
}

/// Returns the ids of a split of a dataset, as the newest run left it.
fn ids(project: &Project, dataset: &str, split: &str) -> Vec<String> {
    let output = format!("dataset:{dataset} {split}.parquet");
    let digests = project.digests("latest");
    let (_, digest) = digests.iter().find(|(name, _)| *name == output).unwrap_or_else(|| panic!("{digests:?}"));
    let path = project.workspace().join("artifacts").join(&digest[..2]).join(digest);
    read_all(&path).unwrap().into_iter().map(|record| record.id).collect()
}

#[test]
fn a_mix_finds_what_stands_in_two_datasets_and_leaves_every_record_in_its_split() {
    let project = project();
    let early = project.pedigree(&["plan", "other.yaml"]);
    insta::assert_snapshot!(early, @r#"
    exit: 2
    --- stderr
    error: dataset `some`: no run of `mixed` in this workspace has prepared a dataset `all`
    hint: `pedigree run` its recipe first, or only `--only dataset:all` of it
    "#);
    let run = project.pedigree(&["run", "mixed.yaml", "--only", "dataset:all"]);
    assert_eq!(run.code, 0, "{run}");
    let parts = |dataset: &str| ["train", "validation", "test"].map(|split| ids(&project, dataset, split));
    let (news, forum, all) = (parts("news"), parts("forum"), parts("all"));
    let named = |name: &str, ids: &[String]| ids.iter().map(|id| format!("{name}/{id}")).collect::<Vec<_>>();
    for i in 0..3 {
        let mut expected = [named("forum", &forum[i]), named("news", &news[i])].concat();
        // The same words stand in the forum, which comes first.
        expected.retain(|id| id != "news/07.txt");
        assert_eq!(all[i], expected);
    }
    let run = project.pedigree(&["run", "other.yaml", "--only", "dataset:some"]);
    assert_eq!(run.code, 0, "{run}");
    let again = project.pedigree(&["run", "other.yaml", "--only", "dataset:some"]);
    assert!(again.to_string().contains("nothing is stale"), "{again}");
    let n: usize = parts("some").iter().map(Vec::len).sum();
    assert!(n < all.iter().map(Vec::len).sum() && n > 0, "{n} records are left");
}

const SORTED: &str = r#"version: 1
name: sorted
run: { device: cpu, threads: 1 }
datasets:
  told:
    source: { type: jsonl, root: told, include: ["*.jsonl"] }
    split: { train: 0.8, validation: 0.1, test: 0.1, by: record }
  web:
    source: { type: files, root: web, include: ["*.txt"] }
    clean: [{ type: classify-by-model, model: topic, keep: [river] }]
    split: { train: 0.8, validation: 0.1, test: 0.1 }
tokenizers: { bytes: { type: byte-bpe, vocab-size: 280, train-on: [told] } }
models:
  general:
    architecture: { type: llama, layers: 1, width: 16, heads: 2, context: 32 }
    tokenizer: bytes
    train: { data: web, budget: { steps: 1 }, schedule: { type: cosine, warmup-steps: 0 } }
  topic:
    architecture: { type: llama, layers: 1, width: 16, heads: 2, context: 32 }
    tokenizer: bytes
    train:
      objective: { type: classification, classes: [stone, river] }
      data: told
      budget: { steps: 80 }
      optimizer: { type: adamw, learning-rate: 1e-2 }
      schedule: { type: constant, warmup-steps: 0 }
evaluations:
  ppl: { metric: perplexity, data: web/test }
  right: { metric: accuracy, data: told/test }
"#;

#[test]
fn a_model_of_the_recipe_sorts_a_dataset_and_a_model_learns_from_what_stays() {
    let project = Project::empty();
    let text = |i: usize| match i % 2 {
        0 => format!("The river flows by, wet waves {i}."),
        _ => format!("A hard rock, cold grit and ore {i}."),
    };
    let class = |i: usize| if i.is_multiple_of(2) { "river" } else { "stone" };
    let row = |i: usize| format!("{{\"text\": \"{}\", \"label\": \"{}\"}}\n", text(i), class(i));
    project.write("told/rows.jsonl", (0..80).map(row).collect::<String>());
    (100..160).for_each(|i| project.write(&format!("web/{i}.txt"), text(i)));
    project.write("sorted.yaml", SORTED);
    let run = project.pedigree(&["run", "sorted.yaml", "--only", "dataset:web"]);
    assert_eq!(run.code, 0, "{run}");
    let digests = project.digests("latest");
    let mut n = 0;
    for split in ["train", "validation", "test"] {
        let output = format!("dataset:web {split}.parquet");
        let (_, digest) = digests.iter().find(|(name, _)| *name == output).unwrap();
        let path = project.workspace().join("artifacts").join(&digest[..2]).join(digest);
        for record in read_all(&path).unwrap() {
            let number: usize = record.id.trim_end_matches(".txt").parse().unwrap();
            assert_eq!((record.fields["domain"].as_str(), class(number)), ("river", "river"), "{}", record.id);
            n += 1;
        }
    }
    assert_eq!(n, 30, "half of the records are about rivers");
    let again = project.pedigree(&["run", "sorted.yaml", "--only", "dataset:web"]);
    assert!(again.to_string().contains("nothing is stale"), "{again}");
    // Other weights may tell other classes: nothing that was made of the old ones stands.
    let shorter = ["run", "sorted.yaml", "--only", "dataset:web", "--set", "models.topic.train.budget.steps=40"];
    let run = project.pedigree(&shorter);
    assert!(run.code == 0 && !run.to_string().contains("nothing is stale"), "{run}");
}

#[test]
fn a_model_of_the_zoo_sorts_a_dataset_of_another_recipe() {
    let project = Project::empty();
    let text = |i: usize| match i % 2 {
        0 => format!("The river flows by, wet waves {i}."),
        _ => format!("A hard rock, cold grit and ore {i}."),
    };
    let class = |i: usize| if i.is_multiple_of(2) { "river" } else { "stone" };
    let row = |i: usize| format!("{{\"text\": \"{}\", \"label\": \"{}\"}}\n", text(i), class(i));
    project.write("told/rows.jsonl", (0..80).map(row).collect::<String>());
    (100..160).for_each(|i| project.write(&format!("web/{i}.txt"), text(i)));
    project.write("sorted.yaml", format!("{SORTED}publish: {{ zoo: {{ name: sorted }} }}\n"));
    let run = project.pedigree(&["run", "sorted.yaml"]);
    assert_eq!(run.code, 0, "{run}");
    let step = "clean: [{ type: classify-by-model, model: zoo/sorted-topic@v1, field: label, min-confidence: 0.5 }]";
    let split = "split: { train: 0.8, validation: 0.1, test: 0.1 }";
    let other = format!(
        "version: 1\nname: other\nrun: {{ device: cpu, threads: 1 }}\ndatasets:\n  some: {{ source: {{ type: files, root: web, include: [\"*.txt\"] }}, {step}, {split} }}\n{}",
        MODEL.replace("DATA", "some")
    );
    project.write("other.yaml", other);
    let run = project.pedigree(&["run", "other.yaml", "--only", "dataset:some"]);
    assert_eq!(run.code, 0, "{run}");
    let digests = project.digests("latest");
    let mut n = 0;
    for split in ["train", "validation", "test"] {
        let output = format!("dataset:some {split}.parquet");
        let (_, digest) = digests.iter().find(|(name, _)| *name == output).unwrap();
        let path = project.workspace().join("artifacts").join(&digest[..2]).join(digest);
        for record in read_all(&path).unwrap() {
            let number: usize = record.id.trim_end_matches(".txt").parse().unwrap();
            assert_eq!(record.label.as_deref(), Some(class(number)), "{}", record.id);
            n += 1;
        }
    }
    assert_eq!(n, 60, "of two classes one is always as likely as this");
}
