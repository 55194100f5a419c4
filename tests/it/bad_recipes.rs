//! Recipes with mistakes: each is told with its place and a way out, and nothing a file can contain is too much.

use std::collections::BTreeMap;
use std::fs;

use pedigree::recipe::Severity;
use pedigree::recipe::read::{Input, OtherFile, Outside};
use proptest::prelude::*;

use crate::support;
use crate::support::corpus::{files, name, problems, reading_of, rendered, timed};

/// Reads bytes and renders what is wrong with them; neither may panic.
fn told(name: &str, bytes: &[u8]) -> Option<String> {
    timed(&Input::new(name, bytes)).err().map(|problems| rendered(&problems))
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let mut by_letter: BTreeMap<char, String> = BTreeMap::new();
    for file in files("bad_recipes") {
        let name = name(&file);
        let Err(problems) = reading_of(&file) else { panic!("`{name}` has no mistake") };
        let told = rendered(&problems);
        by_letter.entry(name.chars().next().unwrap()).or_default().push_str(&format!("## {name}\n\n{told}\n\n\n"));
    }
    assert!(files("bad_recipes").len() >= 200, "only {} bad recipes", files("bad_recipes").len());
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "snapshots" }, {
        for (letter, told) in by_letter {
            insta::assert_snapshot!(format!("bad_recipes_{letter}"), told);
        }
    });
}

#[test]
fn everything_odd_is_told_and_the_recipe_is_read() {
    let mut all = String::new();
    for file in files("odd_recipes") {
        let name = name(&file);
        let reading = reading_of(&file).unwrap_or_else(|problems| panic!("`{name}`:\n{}", rendered(&problems)));
        let warnings = reading.warnings;
        assert!(!warnings.problems.is_empty(), "nothing is odd about `{name}`");
        assert!(warnings.problems.iter().all(|problem| problem.severity == Severity::Warning));
        all.push_str(&format!("## {name}\n\n{}\n\n\n", rendered(&warnings)));
    }
    assert!(files("odd_recipes").len() >= 20);
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!("odd_recipes", all);
    });
}

#[test]
fn what_is_strange_and_fine_is_not_even_odd() {
    assert!(files("odd_recipes/fine").len() >= 10);
    for file in files("odd_recipes/fine") {
        let problems = problems(reading_of(&file));
        assert!(problems.problems.is_empty(), "`{}`:\n{}", name(&file), rendered(&problems));
    }
}

#[test]
fn a_recipe_without_mistakes_has_none() {
    let reading = timed(&Input::new("small.yaml", support::RECIPE.as_bytes())).unwrap();
    assert!(reading.warnings.problems.is_empty(), "{}", rendered(&reading.warnings));
}

/// Words a recipe is made of, thrown together: they get deeper into the reader than mere bytes.
fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("version: 1\n"),
        Just("name: a\n"),
        Just("models:\n"),
        Just("  general: {"),
        Just("base: general, "),
        Just("train: {"),
        Just("data: "),
        Just("[prose, "),
        Just("}"),
        Just("]"),
        Just("\n"),
        Just("  "),
        Just("\t"),
        Just("- "),
        Just("? "),
        Just("&a "),
        Just("*a "),
        Just("<<: "),
        Just("!!int "),
        Just("| "),
        Just("\"${"),
        Just("${HOME}"),
        Just("'"),
        Just("# "),
        Just("---\n"),
        Just("...\n"),
        Just("%YAML 1.2\n"),
        Just("1e999"),
        Just("-.inf"),
        Just("0x10"),
        Just("é数"),
        Just("\u{feff}"),
        Just("\0"),
        Just("\u{85}"),
        Just("defaults: "),
        Just("gates: "),
    ];
    prop::collection::vec(word, 0..2000).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..1 << 20)) {
        told("strange.yaml", &bytes);
    }

    #[test]
    fn no_text_is_too_strange(text in words()) {
        told("strange.yaml", text.as_bytes());
    }

    #[test]
    fn a_recipe_with_a_changed_byte_is_read_or_told(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = support::RECIPE.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        told("changed.yaml", &bytes);
    }

    #[test]
    fn a_recipe_that_ends_too_early_is_read_or_told(at in any::<prop::sample::Index>()) {
        let bytes = support::RECIPE.as_bytes();
        told("short.yaml", &bytes[..at.index(bytes.len())]);
    }
}

/// Returns a thousandfold thousandfold alias bomb.
pub fn alias_bomb() -> String {
    let mut text = "a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for (one, next) in ('a'..='y').zip('b'..='z') {
        let aliases = vec![format!("*{one}"); 10].join(", ");
        text.push_str(&format!("{next}: &{next} [{aliases}]\n"));
    }
    text
}

/// Returns a megabyte of aliases.
pub fn a_megabyte_of_aliases() -> String {
    let mut text = "a: &a [1, 2, 3]\nb:\n".to_owned();
    while text.len() < 1_000_000 {
        text.push_str("  - *a\n");
    }
    text
}

/// Returns variables each twice as long as the one before it.
pub fn growing_variables() -> String {
    let vars = (1..=40).map(|n| format!("  v{n}: \"${{v{}}}${{v{}}}\"\n", n - 1, n - 1));
    format!("vars:\n  v0: \"0123456789\"\n{}name: \"${{v40}}\"\n", vars.collect::<String>())
}

/// Returns variables each of which is a list of ten of the one before it.
pub fn growing_lists() -> String {
    let vars = (1..=20).map(|n| format!("  v{n}: [{}]\n", vec![format!("\"${{v{}}}\"", n - 1); 10].join(", ")));
    format!("vars:\n  v0: [1]\n{}tags: {{ language: \"${{v20}}\" }}\n", vars.collect::<String>())
}

/// Returns the small recipe with a matrix of that many axes of ten values each, all of them used.
pub fn a_large_matrix(n_axes: u32) -> String {
    let values = "[0.001, 0.002, 0.003, 0.004, 0.005, 0.006, 0.007, 0.008, 0.009, 0.01]";
    let axes: String = (0..n_axes).map(|n| format!("  a{n}: {values}\n")).collect();
    let used: String = (0..n_axes).map(|n| format!("${{a{n}}} ")).collect();
    let text = support::RECIPE.replace("description: ", &format!("matrix:\n{axes}description: "));
    text.replace("The river", &format!("The river {used}"))
}

/// Returns the small recipe with an axis of that many values, and a model, a gate and a sample for each.
pub fn a_long_axis(n_values: u32) -> String {
    let values: Vec<String> = (1..=n_values).map(|n| format!("0.{n:05}")).collect();
    let text = support::RECIPE.replace("models:\n", &format!("matrix: {{ rate: [{}] }}\nmodels:\n", values.join(", ")));
    let text = text.replace("adapter: {", "# swept\n    adapter: {").replace("champion: vertical", "first: general");
    text.replace(
        "budget: { steps: 10 } }",
        "budget: { steps: 10 }, optimizer: { type: adamw, learning-rate: \"${rate}\" } }",
    )
}

/// Returns models each of which is the child of the next.
pub fn a_long_lineage(n_models: u32, top: &str) -> String {
    let models = (0..n_models)
        .map(|n| format!("  m{n:05}: {{ base: m{:05}, train: {{ data: a, budget: {{ steps: 100 }} }} }}\n", n + 1));
    let text = "version: 1\nname: long\ndatasets: { a: { source: { type: files, root: a, include: [a] } } }\n";
    let last = format!(
        "  m{n_models:05}: {{ architecture: {{ type: llama, layers: 1, width: 16, heads: 2, context: 16 }}, tokenizer: t, train: {{ data: a, budget: {{ steps: 100 }} }} }}\n"
    );
    format!(
        "{text}{top}tokenizers: {{ t: {{ type: byte-bpe, vocab-size: 300, train-on: [a] }} }}\nmodels:\n{}{last}",
        models.collect::<String>()
    )
}

/// Returns every bomb, with a name.
pub fn bombs() -> Vec<(&'static str, String)> {
    vec![
        ("bomb.yaml", alias_bomb()),
        ("aliases.yaml", a_megabyte_of_aliases()),
        ("flow.yaml", "[".repeat(500_000)),
        ("maps.yaml", "{a: ".repeat(200_000)),
        ("block.yaml", (0..900).map(|n| format!("{}a:\n", " ".repeat(n))).collect()),
        ("anchors.yaml", (0..30_000).map(|n| format!("- &a{n} x\n")).collect()),
        ("large.yaml", format!("name: {}", "x".repeat(2 << 20))),
        ("keys.yaml", (0..60_000).map(|n| format!("k{n}: 1\n")).collect()),
        ("most_keys.yaml", (0..9_000).map(|n| format!("k{n}: 1\n")).collect()),
        (
            "models.yaml",
            format!("models:\n{}", (0..4_000).map(|n| format!("  m{n}: {{ base: m{} }}\n", n + 1)).collect::<String>()),
        ),
        ("merge.yaml", format!("a: &a {{ <<: *a }}\n{}", "b: { <<: *a }\n".repeat(1000))),
        ("name.yaml", format!("name: {}", "x".repeat(900_000))),
        ("key.yaml", format!("{}: 1", "x".repeat(900))),
        ("quotes.yaml", format!("description: {}", "\u{201c}".repeat(300_000))),
        ("vars.yaml", growing_variables()),
        ("lists.yaml", growing_lists()),
        ("matrix.yaml", a_large_matrix(9)),
        (
            "swept.yaml",
            a_long_lineage(1_200, "matrix: { x: [1, 2] }\n")
                .replace("steps: 100 } } }\ntok", "steps: \"${x}\" } } }\ntok")
                .replace("vocab-size: 300", "vocab-size: \"${x}\""),
        ),
        (
            "wide.yaml",
            format!(
                "matrix: {{ zip: {{ {} }}, grid: {{ g: [{}] }} }}\n",
                (0..90)
                    .map(|n| format!("z{n}: [{}]", (0..90).map(|n| n.to_string()).collect::<Vec<_>>().join(", ")))
                    .collect::<Vec<_>>()
                    .join(", "),
                (0..100).map(|n| n.to_string()).collect::<Vec<_>>().join(", ")
            ),
        ),
        ("sample.yaml", a_large_matrix(4).replace("version: 1", "version: 2")),
    ]
}

#[test]
fn large_recipes_are_read_at_once() {
    for (name, text) in [("grid", a_large_matrix(4)), ("axis", a_long_axis(9_000)), ("line", a_long_lineage(1_200, ""))]
    {
        if let Err(problems) = timed(&Input::new(name, text.as_bytes())) {
            panic!("{name}: {}", rendered(&problems));
        }
    }
}

#[test]
fn bombs_go_off_without_harm() {
    for (name, bomb) in bombs() {
        assert!(told(name, bomb.as_bytes()).is_some(), "`{name}` was taken for a recipe");
    }
}

/// A recipe above which there is always another one, each a megabyte of values.
struct Endless;

impl Outside for Endless {
    fn recipe(&self, _: &str, path: &str) -> Result<OtherFile, String> {
        let n: u64 = path.trim_end_matches(".yaml").parse().unwrap();
        let keys: String = (0..9_000).map(|key| format!("k{n}-{key}: 1\n")).collect();
        let bytes = format!("extends: {}.yaml\n{keys}", n + 1).into_bytes();
        Ok(OtherFile { name: path.to_owned(), identity: path.to_owned(), folder: String::new(), bytes })
    }
}

#[test]
fn recipes_that_extend_others_without_end_are_refused() {
    let problems = timed(&Input { outside: &Endless, ..Input::new("0.yaml", b"extends: 1.yaml\n") }).unwrap_err();
    assert!(rendered(&problems).contains("stand above this one"));
}

/// `pedigree check` itself, with no more than 200 MB to live in.
#[test]
fn no_recipe_takes_more_than_200_megabytes() {
    let project = support::Project::empty();
    for (name, bomb) in bombs() {
        project.write(name, bomb);
    }
    project.write("grid.yaml", a_large_matrix(4));
    project.write("axis.yaml", a_long_axis(9_000));
    project.write("line.yaml", a_long_lineage(1_200, ""));
    project.write(
        "random.yaml",
        (0..1 << 20).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect::<Vec<_>>(),
    );
    let names: Vec<_> = bombs()
        .into_iter()
        .map(|(name, _)| name)
        .chain(["grid.yaml", "axis.yaml", "line.yaml", "random.yaml"])
        .collect();
    for name in names {
        let peak = peak_memory(&project, name);
        assert!(peak < 200_000, "`{name}` took {peak} kB");
    }
}

/// Returns the most memory that checking a recipe took, in kB.
fn peak_memory(project: &support::Project, recipe: &str) -> u64 {
    let child = project
        .command(&["check", recipe])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let pid = nix::unistd::Pid::from_raw(child.id() as i32);
    let status = format!("/proc/{pid}/status");
    let mut peak = 0;
    let mut child = child;
    loop {
        if let Ok(text) = fs::read_to_string(&status)
            && let Some(line) = text.lines().find(|line| line.starts_with("VmHWM"))
        {
            peak = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        }
        if let Some(exit) = child.try_wait().unwrap() {
            assert!(exit.code().is_some_and(|code| code == 2 || code == 0), "`{recipe}`: {exit}");
            return peak;
        }
    }
}
