//! Tokenizers as a person meets them: trained, from a file, behind another one; and a model that learns with each.

use pedigree::data::tokenizer::{Budget, Corpus, train};
use pedigree::id::Digest;
use pedigree::recipe::tokenizer::{Tokenizer, Trained};

use crate::support::Project;

const RECIPE: &str = r#"
version: 1
name: words
run: { seed: 7, device: cpu, threads: 1 }
datasets:
  prose:
    source: { type: files, root: data/prose, include: ["*.md"] }
    split: { train: 0.8, validation: 0.1, test: 0.1 }
tokenizers:
  letters: { type: character, vocab-size: 300, train-on: [prose], special-tokens: [pad], digits: individually }
  more: { type: extend, base: letters, add: ["the"], special-tokens: ["<|im_start|>", "<|im_end|>"] }
models:
  general:
    architecture: { type: gpt2, layers: 1, width: 16, heads: 2, context: 64 }
    tokenizer: more
    train: { data: prose, budget: { steps: 3 }, batch-tokens: 128, attention: within-document }
evaluations:
  ppl: { metric: perplexity, data: prose/test }
"#;

/// The same with a tokenizer in a file.
fn from_a_file(key: &str) -> String {
    let (first, rest) = RECIPE.split_once("  letters:").unwrap();
    let (_, rest) = rest.split_once("  more:").unwrap();
    let (_, rest) = rest.split_once('\n').unwrap();
    format!("{first}  more: {{ type: import, file: words/tokenizer.json{key} }}\n{rest}")
}

fn file() -> Vec<u8> {
    let recipe = Tokenizer::ByteBpe(Trained::on(Vec::new(), 300));
    train(&recipe, Corpus::of(&["the words of a file"]), Budget::default()).unwrap()
}

#[test]
fn a_model_learns_with_a_tokenizer_that_extends_another() {
    let project = Project::new();
    project.write("words.yaml", RECIPE);
    let said = project.pedigree(&["run", "words.yaml"]);
    assert!(said.code == 0, "{said}");
    let explained = project.pedigree(&["plan", "words.yaml"]).to_string();
    assert!(explained.contains("tokenizer:more  fresh"), "{explained}");
    let said = project.pedigree(&["run", "words.yaml", "--set", "tokenizers.more.add=[\"a\"]"]);
    assert!(said.code == 0 && !said.stderr.contains("tokenizer:letters begins"), "{said}");
}

#[test]
fn a_model_learns_with_a_tokenizer_from_a_file_which_is_pinned() {
    let project = Project::new();
    let bytes = file();
    project.write("words/tokenizer.json", &bytes);
    project.write("words.yaml", from_a_file(""));
    let said = project.pedigree(&["run", "words.yaml"]);
    assert!(said.code == 0, "{said}");
    let digest = Digest::of(&bytes);
    project.write("pinned.yaml", from_a_file(&format!(", digest: {digest}, vocab-size: 261")));
    let said = project.pedigree(&["check", "pinned.yaml"]).to_string();
    assert!(said.contains("`vocab-size` out: the file says it"), "{said}");
    project.write("pinned.yaml", from_a_file(&format!(", digest: {digest}")));
    assert_eq!(project.pedigree(&["check", "pinned.yaml"]).code, 0);
    let other = String::from_utf8(bytes).unwrap();
    project.write("words/tokenizer.json", format!("{other}\n"));
    let said = project.pedigree(&["check", "pinned.yaml"]).to_string();
    assert!(said.contains("has another digest"), "{said}");
    project.write("words/tokenizer.json", other.replace("\"ByteLevel\"", "\"WordLevels\""));
    let said = project.pedigree(&["check", "words.yaml"]).to_string();
    assert!(said.contains("`pre_tokenizer` is of type `WordLevels`, which is not known"), "{said}");
}
