//! What every test starts from: a project with a small real recipe, the programs, and what they said.
//!
//! Never checks anything itself.

pub mod corpus;
pub mod media;
pub mod web;

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// The small recipe: a whole lineage that trains within seconds.
pub const RECIPE: &str = include_str!("support/small.yaml");

/// A project folder with a recipe and the files it reads.
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// Returns a new project with the small recipe.
    pub fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        project.write("small.yaml", RECIPE);
        write_prose(&project);
        write_rust(&project);
        project
    }

    /// Returns a new project with nothing in it.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn workspace(&self) -> PathBuf {
        self.path().join(".pedigree")
    }

    /// Returns the program, to be started in this project.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(programs().join("pedigree"));
        command.args(arguments).current_dir(self.path());
        for name in ["PEDIGREE_WORKSPACE", "PEDIGREE_ENGINE", "PEDIGREE_LOG", "PEDIGREE_DATA", "COLUMNS"] {
            command.env_remove(name);
        }
        command
            .env("NO_COLOR", "1")
            // The cache of Hugging Face is the project's own, and not the machine's.
            .env("HF_HOME", self.path().join("huggingface"))
            .env_remove("HF_HUB_CACHE")
            // The project is no repository, and must not find one above it.
            .env("GIT_CEILING_DIRECTORIES", "/")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub fn pedigree(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).output().unwrap(), self.path())
    }

    /// Starts the program, its output into a file, so that no pipe fills up and none outlives it.
    pub fn start(&self, arguments: &[&str]) -> Started {
        let log = fs::File::create(self.path().join("started.log")).unwrap();
        let child = self.command(arguments).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        Started { child, log: self.path().join("started.log") }
    }

    /// Runs the program, which has to answer with JSON and without an error.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        all.extend(["--format", "json"]);
        let said = self.pedigree(&all);
        assert_eq!(said.code, 0, "{arguments:?}: {said}");
        serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{arguments:?} is no JSON: {error}\n{said}"))
    }

    /// Returns the digest of every output of a run, by stage and name; without the stages that name what is new in the zoo.
    pub fn digests(&self, run: &str) -> Vec<(String, String)> {
        let status = self.json(&["status", run]);
        let mut all = Vec::new();
        for stage in status["stages"].as_array().unwrap() {
            let name = stage["stage"].as_str().unwrap();
            for (output, artifact) in stage["outputs"].as_object().unwrap() {
                all.push((format!("{name} {output}"), artifact["digest"].as_str().unwrap().to_owned()));
            }
        }
        all.sort();
        assert!(!all.is_empty(), "run {run} has no outputs: {status:#}");
        all
    }
}

/// A program that is still running; killed when it is dropped.
pub struct Started {
    pub child: Child,
    log: PathBuf,
}

impl Started {
    pub fn pid(&self) -> i32 {
        self.child.id() as i32
    }

    pub fn said(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap()).into_owned()
    }

    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // It has mostly ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What a program said, and its exit code.
pub struct Said {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    folder: PathBuf,
}

impl Said {
    /// Returns the text of a snapshot without numbers that another processor may round differently, and without what models wrote.
    pub fn without_numbers(&self) -> String {
        static RULES: OnceLock<[(regex::Regex, &str); 4]> = OnceLock::new();
        let rules = RULES.get_or_init(|| {
            [
                (r"(?m)(validation/gap.* )[-+\d.e]+$", "$1[n]"),
                (r"[-+]?\b\d+\.\d+\b", "[n]"),
                (r"(?m)^( *│ ).*$", "$1[text]"),
                (r"Generalisation: .*", "[overfitting]"),
            ]
            .map(|(pattern, with)| (regex::Regex::new(pattern).unwrap(), with))
        });
        rules.iter().fold(self.to_string(), |text, (pattern, with)| pattern.replace_all(&text, *with).into_owned())
    }

    /// Returns the same with the talk in the order of the alphabet: stages that run side by side end in any order.
    pub fn in_any_order(&self) -> String {
        let counter = regex::Regex::new(r"\[\d+/(\d+)\]").unwrap();
        let is_passing =
            |line: &&str| line.contains("tokens/s") || line.contains("[speed]") || line.contains(" of its ");
        let stderr = counter.replace_all(&self.stderr, "[i/$1]").into_owned();
        let mut lines: Vec<&str> = stderr.lines().filter(|line| !is_passing(line)).collect();
        lines.sort_unstable();
        let stderr = lines.join("\n");
        Self { code: self.code, stdout: self.stdout.clone(), stderr, folder: self.folder.clone() }.without_numbers()
    }

    fn of(output: Output, folder: &Path) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            folder: folder.to_owned(),
        }
    }
}

/// As a snapshot shows it: what differs between machines and days is left out.
impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit: {}", self.code)?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "\n--- {name}\n{}", redacted(text, &self.folder))?;
            }
        }
        Ok(())
    }
}

/// Returns text without paths, ids, digests, times, durations and sizes that differ between runs.
pub fn redacted(text: &str, folder: &Path) -> String {
    let mut text = text.to_owned();
    let canonical = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    for path in [canonical.as_path(), folder] {
        text = text.replace(&path.display().to_string(), "[project]");
    }
    text = text.replace(&programs().display().to_string(), "[programs]");
    for (pattern, with) in rules() {
        text = pattern.replace_all(&text, *with).into_owned();
    }
    let lines: Vec<String> = text.lines().map(narrow).collect();
    lines.join("\n")
}

/// Returns a line whose columns stand two spaces apart: how wide they are depends on what was left out.
fn narrow(line: &str) -> String {
    let indent = line.len() - line.trim_start().len();
    let words: Vec<&str> = line[indent..].split("  ").map(str::trim).filter(|word| !word.is_empty()).collect();
    format!("{}{}", &line[..indent], words.join("  ")).trim_end().to_owned()
}

fn rules() -> &'static [(regex::Regex, &'static str)] {
    static RULES: OnceLock<Vec<(regex::Regex, &'static str)>> = OnceLock::new();
    RULES.get_or_init(|| {
        [
            (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "[run id]"),
            (r"\b[0-9a-f]{64}\b", "[digest]"),
            (r"\b[0-9a-f]{12}\b", "[digest]"),
            (r"\b[0-9a-f]{8}\b", "[short]"),
            (r"\b20\d\d-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?", "[time]"),
            (r"\b20\d\d-\d\d-\d\d\b", "[date]"),
            (r" *\b\d+ m \d\d s\b", " [took]"),
            (r" *\b\d+(\.\d+)? m?s\b", " [took]"),
            (r"\b\d+ tokens/s\b", "[speed]"),
            (r"\b\d+(\.\d+)? [MGTP]?FLOP/s\b", "[rate]"),
            (r"\b\d+(\.\d+)? [kMG]?Wh\b", "[energy]"),
            (r"\b\d+ % of the peak", "[n] % of the peak"),
            (r"(peak-memory-bytes(?: +\d+)?[: ]+)[\d.]+", "$1[memory]"),
            (r"(tokens-per-second(?: +\d+)?[: ]+)[\d.]+", "$1[speed]"),
            (r"(?m)^✓ (gpu|libtorch) .*$", "✓ $1 [machine]"),
            (r"(?m)^(\| Computed on \|).*$", "$1 [machine] |"),
            (r"\bprocess \d+\b", "process [pid]"),
            (r"\bduration_ms=\d+", "duration_ms=[took]"),
            (r"\b\d+(\.\d+)? (k|M|G|T)?B\b", "[size]"),
        ]
        .map(|(pattern, with)| (regex::Regex::new(pattern).unwrap(), with))
        .to_vec()
    })
}

/// Returns a folder with both programs.
///
/// They are linked there when the tests begin: a build that goes on meanwhile cannot change them.
pub fn programs() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let built = Path::new(env!("CARGO_BIN_EXE_pedigree"));
        let all = built.parent().unwrap().join("it-programs");
        forget_ended_tests(&all);
        let folder = all.join(std::process::id().to_string());
        fs::create_dir_all(&folder).unwrap();
        for program in [built, Path::new(env!("CARGO_BIN_EXE_pedigree-engine"))] {
            let link = folder.join(program.file_name().unwrap());
            if !link.exists() {
                fs::hard_link(program, &link).unwrap();
            }
        }
        folder
    })
}

/// Removes the folders of tests that have ended: a static is never dropped.
fn forget_ended_tests(all: &Path) {
    for folder in fs::read_dir(all).into_iter().flatten().flatten() {
        let process = folder.file_name().to_string_lossy().parse().map(nix::unistd::Pid::from_raw);
        if process.is_ok_and(|process| nix::sys::signal::kill(process, None).is_err()) {
            drop(fs::remove_dir_all(folder.path()));
        }
    }
}

struct Finished {
    project: Project,
    /// As the run left it: nobody has looked at it since.
    untouched: Project,
    said: Said,
}

fn finished_once() -> &'static Finished {
    static FINISHED: OnceLock<Finished> = OnceLock::new();
    FINISHED.get_or_init(|| {
        let project = Project::new();
        let said = project.pedigree(&["run", "small.yaml"]);
        assert_eq!(said.code, 0, "{said}");
        let untouched = Project::empty();
        copy_folder(project.path(), untouched.path());
        Finished { project, untouched, said }
    })
}

/// Returns the project whose small recipe has run once; tests that share it only read.
pub fn finished() -> &'static Project {
    &finished_once().project
}

/// Returns what the program said while the shared project's recipe ran.
pub fn said_by_the_first_run() -> &'static Said {
    &finished_once().said
}

/// Returns a copy of the finished project that a test may change.
pub fn copy_of_finished() -> Project {
    let copy = Project::empty();
    copy_folder(finished_once().untouched.path(), copy.path());
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::DirBuilder::new().mode(0o700).recursive(true).create(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A generator of its own, so that the files never change.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Returns a number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % n
    }

    pub fn of<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len())]
    }
}

const NOUNS: [&str; 10] = ["river", "stone", "lamp", "garden", "letter", "boat", "window", "road", "bird", "song"];
const VERBS: [&str; 8] = ["finds", "leaves", "holds", "follows", "warms", "crosses", "keeps", "remembers"];
const WAYS: [&str; 6] = ["slowly", "at night", "again", "without a word", "in spring", "by hand"];

pub fn write_prose(project: &Project) {
    for n in 0..120 {
        let mut dice = Dice::new(n + 1);
        let mut text = format!("# Story {n}\n\n");
        for _ in 0..6 {
            let (subject, verb) = (dice.of(&NOUNS), dice.of(&VERBS));
            text.push_str(&format!("The {subject} {verb} the {} {}.\n", dice.of(&NOUNS), dice.of(&WAYS)));
        }
        project.write(&format!("data/prose/{n:03}.md"), text);
    }
}

fn write_rust(project: &Project) {
    for n in 0..100 {
        let mut dice = Dice::new(n + 1000);
        let mut text = String::new();
        for k in 0..3 {
            let (verb, noun, number) = (dice.of(&["add", "sub", "mul", "shl"]), dice.of(&NOUNS), dice.below(60));
            text.push_str(&format!(
                "/// Does {verb} {number}.\npub fn {verb}_{noun}_{n}_{k}(x: u64) -> u64 {{\n    x.wrapping_{verb}({number})\n}}\n\n"
            ));
        }
        project.write(&format!("data/rust/{n:03}.rs"), text);
    }
}
