//! The layers of `src/`, checked in its own tokens: an import that breaks them fails here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The layer of every module at the top.
const LAYERS: [(&str, u32); 20] = [
    ("id", 0),
    ("error", 0),
    ("recipe", 1),
    ("record", 1),
    ("plan", 2),
    ("analysis", 2),
    ("schedule", 3),
    ("data", 3),
    ("engine", 3),
    ("store", 4),
    ("artifact", 4),
    ("provenance", 4),
    ("fetch", 4),
    ("card", 5),
    ("zoo", 5),
    ("reproduce", 5),
    ("execute", 6),
    ("worker", 6),
    ("settings", 7),
    ("cli", 7),
];

/// Downward imports that are forbidden all the same: the manager knows nothing of tensors, the worker nothing of the database.
const FORBIDDEN: [(&str, &str); 5] =
    [("execute", "engine"), ("execute", "data"), ("worker", "store"), ("cli", "engine"), ("cli", "worker")];

/// Sideways imports that are allowed, beside those within layers 0 and 1.
const SIDEWAYS: [(&str, &str); 2] = [("store", "artifact"), ("cli", "settings")];

/// Crates only these modules may name.
const OWNERS: [(&str, &str); 20] = [
    ("burn", "engine"),
    ("burn_tch", "engine"),
    ("tch", "engine"),
    ("sqlx", "store"),
    ("git2", "provenance"),
    ("git2", "fetch"),
    ("reqwest", "fetch"),
    ("object_store", "fetch"),
    ("hf_hub", "fetch"),
    ("clap", "cli"),
    ("clap_complete", "cli"),
    ("clap_mangen", "cli"),
    ("schemars", "recipe"),
    ("anyhow", "cli"),
    ("indicatif", "cli"),
    ("minijinja", "card"),
    ("minijinja", "recipe"),
    ("minijinja", "data"),
    ("minijinja_contrib", "data"),
    ("plotters", "analysis"),
];

/// Modules without a clock, a disk or an environment.
const PURE: [&str; 5] = ["recipe", "record", "plan", "analysis", "schedule"];
const IMPURE: [&str; 7] =
    ["std::fs", "std::env", "std::net", "std::process", "std::time::SystemTime", "std::time::Instant", "std::thread"];

const MOST_LINES: usize = 600;

/// A source file outside of tests.
struct File {
    /// The path below `src/`.
    path: PathBuf,
    text: String,
    /// Every path the file names, groups spelled out.
    names: Vec<Vec<String>>,
}

impl File {
    /// Returns the module at the top this file belongs to, or `None` for the programs and `lib.rs`.
    fn module(&self) -> Option<String> {
        let first = self.path.components().next()?.as_os_str().to_string_lossy().into_owned();
        let name = first.strip_suffix(".rs").unwrap_or(&first);
        LAYERS.iter().any(|(module, _)| *module == name).then(|| name.to_owned())
    }

    /// Returns the modules at the top this file imports from.
    fn imports(&self) -> impl Iterator<Item = &str> {
        self.names
            .iter()
            .filter(|name| ["crate", "pedigree"].contains(&name[0].as_str()))
            .filter_map(|name| name.get(1))
            .map(String::as_str)
    }
}

fn layer(module: &str) -> Option<u32> {
    LAYERS.iter().find(|(name, _)| *name == module).map(|(_, layer)| *layer)
}

/// Reads every file of `src/` that is no test.
fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    let mut tests = BTreeSet::new();
    let mut files = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let below = path.strip_prefix(&root).unwrap().to_owned();
        let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{}: {error}", below.display()));
        let mut reader = Reader { names: Vec::new(), tests: Vec::new(), depth: depth(&below) };
        reader.tokens(tokens);
        let folder = if below.file_stem().unwrap() == "mod" || below.file_stem().unwrap() == "lib" {
            below.parent().unwrap().to_owned()
        } else {
            below.with_extension("")
        };
        tests.extend(reader.tests.iter().map(|name| folder.join(name)));
        files.push(File { path: below, text, names: reader.names });
    }
    let is_test = |path: &Path| tests.iter().any(|test| path.with_extension("") == *test || path.starts_with(test));
    files.retain(|file| !is_test(&file.path));
    assert!(files.len() > 100, "only {} files were found", files.len());
    files
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// Returns how many modules stand between a file's module and the root: 1 for `plan/mod.rs`, 2 for `plan/key.rs`.
fn depth(path: &Path) -> usize {
    let folders = path.components().count() - 1;
    match path.file_stem().unwrap().to_str() {
        Some("mod" | "lib" | "main") => folders,
        _ => folders + 1,
    }
}

/// Collects the paths of a token stream, all but those of test modules.
struct Reader {
    names: Vec<Vec<String>>,
    /// The files that are test modules.
    tests: Vec<String>,
    depth: usize,
}

impl Reader {
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut i = 0;
        while i < tokens.len() {
            if let Some(next) = self.test_item(&tokens, i) {
                i = next;
                continue;
            }
            match &tokens[i] {
                TokenTree::Ident(name) if name == "mod" && is_block(tokens.get(i + 2)) => {
                    let Some(TokenTree::Group(body)) = tokens.get(i + 2) else { unreachable!() };
                    self.depth += 1;
                    self.tokens(body.stream());
                    self.depth -= 1;
                    i += 3;
                }
                TokenTree::Ident(_) => i = self.path(&tokens, i),
                TokenTree::Group(group) => {
                    self.tokens(group.stream());
                    i += 1;
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => i += 1,
            }
        }
    }

    /// Skips an item behind `#[cfg(test)]`, and returns where the rest begins.
    fn test_item(&mut self, tokens: &[TokenTree], start: usize) -> Option<usize> {
        let TokenTree::Punct(mark) = &tokens[start] else { return None };
        let TokenTree::Group(attribute) = tokens.get(start + 1)? else { return None };
        if mark.as_char() != '#' || attribute.stream().to_string().replace(' ', "") != "cfg(test)" {
            return None;
        }
        let mut i = start + 2;
        while i < tokens.len() {
            match &tokens[i] {
                TokenTree::Ident(word) if word == "mod" => {
                    if let (Some(TokenTree::Ident(name)), Some(TokenTree::Punct(_))) =
                        (tokens.get(i + 1), tokens.get(i + 2))
                    {
                        self.tests.push(name.to_string());
                    }
                    i += 1;
                }
                TokenTree::Punct(end) if end.as_char() == ';' => return Some(i + 1),
                TokenTree::Group(body) if body.delimiter() == Delimiter::Brace => return Some(i + 1),
                _ => i += 1,
            }
        }
        Some(i)
    }

    /// Reads a path that begins here, and returns where the rest begins.
    fn path(&mut self, tokens: &[TokenTree], start: usize) -> usize {
        let mut path = Vec::new();
        let end = self.segments(tokens, start, &mut path);
        end.max(start + 1)
    }

    /// Reads segments onto `path`; a group spells out every path in it.
    fn segments(&mut self, tokens: &[TokenTree], start: usize, path: &mut Vec<String>) -> usize {
        let mut i = start;
        loop {
            match tokens.get(i) {
                Some(TokenTree::Ident(name)) => {
                    path.push(name.to_string());
                    i += 1;
                }
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace && !path.is_empty() => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',');
                    for branch in inner.split(is_comma).filter(|branch| !branch.is_empty()) {
                        self.segments(branch, 0, &mut path.clone());
                    }
                    return i + 1;
                }
                _ => break,
            }
            if !is_double_colon(tokens, i) {
                break;
            }
            i += 2;
        }
        self.name(path);
        i
    }

    /// Takes down a path; one that climbs to the root with `super` counts like one from `crate`.
    fn name(&mut self, path: &[String]) {
        let climbs = path.iter().take_while(|segment| *segment == "super").count();
        if path.len() < 2 {
            return;
        }
        if climbs > 0 && climbs >= self.depth {
            let mut whole = vec!["crate".to_owned()];
            whole.extend(path[climbs..].iter().cloned());
            self.names.push(whole);
        } else {
            self.names.push(path.to_vec());
        }
    }
}

fn is_block(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace)
}

fn is_double_colon(tokens: &[TokenTree], i: usize) -> bool {
    let is_colon = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(mark)) if mark.as_char() == ':');
    is_colon(tokens.get(i)) && is_colon(tokens.get(i + 1))
}

/// Returns what is wrong with an import, if anything is.
fn offence(from: &str, to: &str) -> Option<&'static str> {
    let (Some(above), Some(below)) = (layer(from), layer(to)) else { return None };
    if from == to {
        return None;
    }
    if FORBIDDEN.contains(&(from, to)) {
        return Some("may not know it");
    }
    if below > above {
        return Some("lies below it");
    }
    let is_sideways = below == above && above > 1 && !SIDEWAYS.contains(&(from, to));
    is_sideways.then_some("lies beside it")
}

fn fail_on(offences: Vec<String>) {
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}

#[test]
fn every_module_imports_only_downwards() {
    let mut offences = Vec::new();
    let mut n_imports = 0;
    for file in files() {
        let Some(from) = file.module() else { continue };
        for to in file.imports() {
            n_imports += 1;
            if let Some(why) = offence(&from, to) {
                offences.push(format!("src/{}: `{from}` imports `{to}`, but {why}", file.path.display()));
            }
        }
    }
    assert!(n_imports > 300, "only {n_imports} imports were found");
    offences.dedup();
    fail_on(offences);
}

#[test]
fn every_module_has_a_layer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let names = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned());
    let unknown: Vec<_> =
        names.filter(|name| !["lib", "main", "bin"].contains(&name.as_str()) && layer(name).is_none()).collect();
    assert!(unknown.is_empty(), "say in `LAYERS` where these stand: {unknown:?}");
}

#[test]
fn every_heavy_crate_has_one_owner() {
    let mut offences = Vec::new();
    let mut used = BTreeSet::new();
    for file in files() {
        let module = file.module();
        for name in &file.names {
            let krate = name[0].as_str();
            let owners: Vec<&str> =
                OWNERS.iter().filter(|(owned, _)| *owned == krate).map(|(_, owner)| *owner).collect();
            if owners.is_empty() {
                continue;
            }
            used.insert(krate.to_owned());
            if !module.as_deref().is_some_and(|module| owners.contains(&module)) {
                let owners = owners.join("` and `");
                offences.push(format!("src/{}: only `{owners}` names `{krate}`", file.path.display()));
            }
        }
    }
    assert!(used.len() >= 8, "only {used:?} are used at all: the search has come loose");
    offences.dedup();
    fail_on(offences);
}

#[test]
fn one_file_names_the_devices_of_libtorch() {
    let is_device =
        |name: &&Vec<String>| name.iter().any(|segment| segment.starts_with("libtorch") || segment == "LibTorchDevice");
    let naming: BTreeSet<_> = files()
        .iter()
        .filter(|file| file.module().as_deref() == Some("engine") && file.names.iter().any(|name| is_device(&name)))
        .map(|file| file.path.display().to_string())
        .collect();
    assert_eq!(naming, BTreeSet::from(["engine/device.rs".to_owned()]));
}

#[test]
fn pure_modules_have_no_clock_no_disk_and_no_environment() {
    let mut offences = Vec::new();
    for file in files() {
        if !file.module().is_some_and(|module| PURE.contains(&module.as_str())) {
            continue;
        }
        for name in &file.names {
            let name = name.join("::");
            if IMPURE.iter().any(|impure| name == *impure || name.starts_with(&format!("{impure}::"))) {
                offences.push(format!("src/{}: `{name}` in a pure module", file.path.display()));
            }
        }
    }
    fail_on(offences);
}

#[test]
fn every_file_says_what_it_is_for_and_stays_short() {
    let mut offences = Vec::new();
    for file in files() {
        if !file.text.starts_with("//! ") {
            offences.push(format!("src/{}: begins without `//!`", file.path.display()));
        }
        let n_lines = file.text.lines().count();
        if n_lines > MOST_LINES {
            offences.push(format!("src/{}: {n_lines} lines; at most {MOST_LINES}", file.path.display()));
        }
    }
    fail_on(offences);
}

#[test]
fn groups_and_test_modules_are_understood() {
    let text = "use crate::{plan::{Plan, key}, data as d};\nfn f() { crate::store::x(super::super::cli::y) }\n#[cfg(test)]\nmod tests { use crate::cli::Cli; }\n#[cfg(test)]\nmod far;\n";
    let mut reader = Reader { names: Vec::new(), tests: Vec::new(), depth: 2 };
    reader.tokens(text.parse().unwrap());
    let found: Vec<_> = reader.names.iter().filter(|name| name[0] == "crate").map(|name| name.join("::")).collect();
    assert_eq!(found, ["crate::plan::Plan", "crate::plan::key", "crate::data", "crate::store::x", "crate::cli::y"]);
    assert_eq!(reader.tests, ["far"]);
    assert!(
        offence("plan", "store").is_some()
            && offence("data", "engine").is_some()
            && offence("execute", "data").is_some()
    );
    assert!(offence("store", "artifact").is_none() && offence("worker", "engine").is_none());
}
