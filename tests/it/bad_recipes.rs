//! Recipes with mistakes: each is told with its place and a way out, and nothing a file can contain is too much.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pedigree::recipe::read::{Input, Reading};
use pedigree::recipe::{Problems, read, render};
use proptest::prelude::*;

use crate::support;

/// No recipe may keep a person waiting for longer.
const PATIENCE: Duration = Duration::from_secs(1);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/bad_recipes")
}

fn files() -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn reading(name: &str, bytes: &[u8]) -> Result<Reading, Problems> {
    let environment = BTreeMap::from([("HOME".to_owned(), "/home/somebody".to_owned())]);
    let began = Instant::now();
    let read = read(&Input { environment, ..Input::new(name, bytes) });
    let took = began.elapsed();
    assert!(took < PATIENCE, "reading {} bytes took {took:?}", bytes.len());
    read
}

/// Reads bytes and renders what is wrong with them; neither may panic.
fn told(name: &str, bytes: &[u8]) -> Option<String> {
    match reading(name, bytes) {
        Ok(_) => None,
        Err(problems) => Some(render::render(&problems, false)),
    }
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let mut all = String::new();
    for file in files() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let told = told(&name, &fs::read(&file).unwrap()).unwrap_or_else(|| panic!("`{name}` has no mistake"));
        let lines: Vec<_> = told.lines().map(str::trim_end).collect();
        all.push_str(&format!("{}\n\n", lines.join("\n")));
    }
    assert!(files().len() >= 40, "only {} bad recipes", files().len());
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!("bad_recipes", all);
    });
}

#[test]
fn a_recipe_without_mistakes_has_none() {
    reading("small.yaml", support::RECIPE.as_bytes()).unwrap();
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
    prop::collection::vec(word, 0..400).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..65_536)) {
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

#[test]
fn bombs_go_off_without_harm() {
    let bombs = [
        ("bomb.yaml", alias_bomb()),
        ("aliases.yaml", a_megabyte_of_aliases()),
        ("flow.yaml", "[".repeat(500_000)),
        ("maps.yaml", "{a: ".repeat(200_000)),
        ("block.yaml", (0..900).map(|n| format!("{}a:\n", " ".repeat(n))).collect()),
        ("anchors.yaml", (0..30_000).map(|n| format!("- &a{n} x\n")).collect()),
        ("large.yaml", format!("name: {}", "x".repeat(2 << 20))),
        ("keys.yaml", (0..60_000).map(|n| format!("k{n}: 1\n")).collect()),
        ("merge.yaml", format!("a: &a {{ <<: *a }}\n{}", "b: { <<: *a }\n".repeat(1000))),
    ];
    for (name, bomb) in bombs {
        assert!(told(name, bomb.as_bytes()).is_some(), "`{name}` was taken for a recipe");
    }
}
