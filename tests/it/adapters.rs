//! Adapters that are kept: what comes out of them, and what a child makes of its parent's.

use std::fs;

use serde_json::Value;

use crate::support::Project;

/// A lineage in which adapters are kept, stacked, trained on and merged.
const RECIPE: &str = include_str!("support/adapters.yaml");

/// The outputs of the trainings of a run.
struct Outputs {
    stages: Vec<Value>,
}

impl Outputs {
    fn artifact(&self, model: &str, name: &str) -> Option<&Value> {
        let id = format!("train:{model}");
        self.stages.iter().find(|stage| stage["stage"] == id.as_str()).unwrap()["outputs"].get(name)
    }

    fn digest(&self, model: &str, name: &str) -> &str {
        self.artifact(model, name).unwrap_or_else(|| panic!("`{model}` has no `{name}`"))["digest"].as_str().unwrap()
    }

    fn json(&self, model: &str, name: &str) -> Value {
        let path = self.artifact(model, name).unwrap()["path"].as_str().unwrap().to_owned();
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    /// Returns the adapters a model lists, as digest, rank and alpha.
    fn adapters(&self, model: &str) -> Vec<(String, u64, f64)> {
        let list = self.json(model, "adapters.json");
        assert_eq!(list["frozen"].as_str(), Some(self.digest(model, "frozen.safetensors")));
        let one = |adapter: &Value| {
            let digest = adapter["digest"].as_str().unwrap().to_owned();
            assert_eq!(digest, self.digest(model, adapter["file"].as_str().unwrap()));
            (digest, adapter["rank"].as_u64().unwrap(), adapter["alpha"].as_f64().unwrap())
        };
        list["adapters"].as_array().unwrap().iter().map(one).collect()
    }
}

#[test]
fn what_becomes_of_a_kept_adapter_is_what_the_recipe_says() {
    let project = Project::new();
    project.write("chain.yaml", RECIPE);
    let said = project.pedigree(&["run", "chain.yaml"]);
    assert_eq!(said.code, 0, "{said}");
    let run = project.json(&["runs"])[0]["id"].as_str().unwrap().to_owned();
    let status = project.json(&["status", &run]);
    let outputs = Outputs { stages: status["stages"].as_array().unwrap().clone() };
    let model = |name| outputs.digest(name, "model.safetensors");
    let adapter = |name| outputs.digest(name, "adapter.safetensors");

    // Kept or merged, what was trained and the weights with it are the same.
    assert_eq!((model("kept"), adapter("kept")), (model("merged"), adapter("merged")));
    assert_eq!(outputs.digest("kept", "frozen.safetensors"), model("general"));
    assert!(outputs.artifact("merged", "frozen.safetensors").is_none());
    assert!(outputs.artifact("merged", "adapters.json").is_none());
    assert_eq!(outputs.adapters("kept"), [(adapter("kept").to_owned(), 2, 4.0)]);

    // On top of it: it stays as it is, and so do the weights under both.
    let first = (adapter("kept").to_owned(), 2, 4.0);
    assert_eq!(outputs.adapters("stacked"), [first.clone(), (adapter("stacked").to_owned(), 3, 6.0)]);
    assert_eq!(outputs.digest("stacked", "adapter-1.safetensors"), adapter("kept"));
    assert_eq!(outputs.digest("stacked", "frozen.safetensors"), model("general"));

    // The last one goes on; it has become another one.
    assert_eq!(outputs.adapters("continued"), [first, (adapter("continued").to_owned(), 3, 6.0)]);
    assert_ne!(adapter("continued"), adapter("stacked"));
    assert_eq!(outputs.digest("continued", "frozen.safetensors"), model("general"));

    // Both are in the weights now.
    assert_eq!(outputs.adapters("settled"), [(adapter("settled").to_owned(), 1, 2.0)]);
    assert_eq!(outputs.digest("settled", "frozen.safetensors"), model("stacked"));
    assert!(outputs.artifact("whole", "adapter.safetensors").is_none());

    let card = |name: &str| project.pedigree(&["card", name]).stdout;
    for (name, made_of) in [
        ("chain-kept", "chain-kept = chain-general ⊕ LoRA(rank 2) kept"),
        ("chain-continued", "= chain-general ⊕ LoRA(rank 2) kept ⊕ LoRA(rank 3, trained on) kept"),
        ("chain-settled", "= chain-general ⊕ LoRA(rank 2) merged ⊕ LoRA(rank 3) merged ⊕ LoRA(rank 1) kept"),
    ] {
        assert!(card(name).contains(made_of), "{}", card(name));
    }
    assert!(card("chain-kept").contains("| Architecture | gpt2 |"));
    assert!(!card("chain-merged").contains("Made of"));

    let again = project.pedigree(&["run", "chain.yaml"]);
    assert!(again.stdout.contains("nothing is stale"), "{again}");
    let written = project.pedigree(&["generate", "chain-continued", "-p", "The river", "--max-tokens", "4"]);
    assert_eq!(written.code, 0, "{written}");
}
