//! Recipes kept as files: wrong ones, odd ones, and strange ones that are fine.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use pedigree::recipe::read::{Input, OtherFile, Outside, Reading};
use pedigree::recipe::{Problem, Problems, read, render};

/// No recipe may keep a person waiting for longer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Returns the recipes of a folder beside the tests, in the order of their names.
pub fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(folder);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files
}

pub fn name(file: &Path) -> String {
    file.file_name().unwrap().to_string_lossy().into_owned()
}

/// The recipes beside a recipe.
struct Beside(PathBuf);

impl Outside for Beside {
    fn recipe(&self, folder: &str, path: &str) -> Result<OtherFile, String> {
        let name = format!("{folder}/{path}").trim_start_matches('/').to_owned();
        let bytes = fs::read(self.0.join(&name)).map_err(|_| format!("cannot read `{name}`: no such file"))?;
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        Ok(OtherFile { identity: name.clone(), name, folder, bytes })
    }
}

/// Reads a recipe kept as a file; its first lines may say what is set: `# set: run.seed=1`.
pub fn reading_of(file: &Path) -> Result<Reading, Problems> {
    let bytes = fs::read(file).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let sets: Vec<String> = text.lines().map_while(|line| line.strip_prefix("# set: ")).map(str::to_owned).collect();
    let beside = Beside(file.parent().unwrap().to_owned());
    timed(&Input { outside: &beside, ..Input::new(&name(file), &bytes).with_sets(&sets) })
}

/// Reads a recipe, which has to be quick.
pub fn timed(input: &Input<'_>) -> Result<Reading, Problems> {
    let environment = BTreeMap::from([("HOME".to_owned(), "/home/somebody".to_owned())]);
    let Input { file, folder, bytes, sets, outside, .. } = *input;
    let began = worked();
    let read = read(&Input { file, folder, bytes, sets, environment, outside });
    let took = worked() - began;
    assert!(took < PATIENCE, "reading {} bytes took {took:?}", bytes.len());
    read
}

/// Returns how long this thread has worked: others may keep the machine busy.
fn worked() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_THREAD).unwrap();
    let micros = [usage.user_time(), usage.system_time()].map(|time| time.num_microseconds() as u64);
    Duration::from_micros(micros.iter().sum())
}

/// Returns what is told about a recipe, mistakes or oddities.
pub fn problems(reading: Result<Reading, Problems>) -> Problems {
    match reading {
        Ok(reading) => reading.warnings,
        Err(problems) => problems,
    }
}

/// Renders problems after looking at each: it stands within its text, says what was expected, and leads to the docs.
pub fn rendered(problems: &Problems) -> String {
    for problem in &problems.problems {
        let text = &problems.sources[problem.place.source as usize].text;
        let Problem { place, message, hint, docs, .. } = problem;
        assert!(place.start <= place.end && place.end <= text.len(), "{problem:?}");
        assert!(text.is_char_boundary(place.start) && text.is_char_boundary(place.end), "{problem:?}");
        if place.line > 0 {
            assert!(place.line as usize <= text.matches('\n').count() + 1, "{problem:?}");
            let line = text.split('\n').nth(place.line as usize - 1).unwrap();
            assert!((1..=line.chars().count() as u32 + 1).contains(&place.column), "{problem:?} {line:?}");
        }
        assert!(message.contains("expected") || hint.is_some(), "nothing tells what was expected: {problem:?}");
        assert!(docs.starts_with("docs/") && docs.contains('#'), "{problem:?}");
    }
    let rendered = render::render(problems, false);
    for problem in &problems.problems {
        let at = format!("{}:{}:{}", problem.file, problem.place.line, problem.place.column);
        assert!(problem.place.line == 0 || rendered.contains(&at), "`{at}` is not shown:\n{rendered}");
    }
    let lines: Vec<_> = rendered.lines().map(str::trim_end).collect();
    lines.join("\n")
}
