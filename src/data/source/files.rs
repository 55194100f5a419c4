//! The files of a source: those below a folder that its patterns take.
//!
//! Only folders that can hold a match are entered: a root may have a hundred thousand files beside those meant.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::data::error::DataError;
use crate::data::source::cache::Stat;
use crate::data::source::pattern::Pattern;

/// One file of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The document's name: the path below the root with `/`, without its first `strip-components` folders.
    pub name: String,
    /// Where the file lies.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// What the file system says of it.
    pub stat: Stat,
}

impl SourceFile {
    /// Returns a file of this name.
    pub(super) fn plain(name: String, path: PathBuf, metadata: &fs::Metadata) -> Self {
        Self { name, path, bytes: metadata.len(), stat: Stat::of(metadata) }
    }
}

/// A file that matches, and the patterns it matches.
type Hit = (String, PathBuf, Vec<usize>);

/// Returns the files below `root` that match an `include` and no `exclude` pattern, in the order of their names.
///
/// Links to files within the root are read; links to folders, and links that leave the root, are not followed.
///
/// # Errors
/// When the root is missing, a pattern is wrong or matches nothing, a folder cannot be read, a name is not UTF-8, or two
/// different files get the same name.
pub fn list(
    root: &Path,
    include: &[String],
    exclude: &[String],
    strip_components: u32,
) -> Result<Vec<SourceFile>, DataError> {
    if !root.is_dir() {
        return Err(DataError::NoRoot { root: root.to_owned() });
    }
    let include = parse(include)?;
    let walk = Walk { root, include: &include, exclude: &parse(exclude)? };
    let hits = walk.folder(root, "", 0, &(0..include.len()).collect::<Vec<_>>())?;
    refuse_unmatched(root, &include, &hits)?;
    let files = hits.into_par_iter().map(|(relative, path, _)| source_file(&relative, path, strip_components));
    let mut files = files.collect::<Result<Vec<_>, _>>()?;
    files.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    once_each(files)
}

fn parse(patterns: &[String]) -> Result<Vec<Pattern>, DataError> {
    let parsed = patterns.iter().map(|typed| Pattern::parse(typed)).collect::<Result<Vec<_>, _>>()?;
    Ok(parsed.into_iter().flatten().collect())
}

struct Walk<'a> {
    root: &'a Path,
    include: &'a [Pattern],
    exclude: &'a [Pattern],
}

impl Walk<'_> {
    /// Returns the matches below a folder; `active` are the patterns that can match there.
    fn folder(&self, folder: &Path, relative: &str, depth: usize, active: &[usize]) -> Result<Vec<Hit>, DataError> {
        let named: Option<BTreeSet<&str>> = active.iter().map(|i| self.include[*i].only(depth)).collect();
        let (mut hits, below) = match named {
            Some(names) => (Vec::new(), existing(folder, &names)),
            None => self.entries(folder, relative, active)?,
        };
        let below = below.into_par_iter().map(|name| {
            let still: Vec<_> = active.iter().copied().filter(|i| self.include[*i].enters(depth, &name)).collect();
            match still.is_empty() {
                true => Ok(Vec::new()),
                false => self.folder(&folder.join(&name), &joined(relative, &name), depth + 1, &still),
            }
        });
        hits.extend(below.collect::<Result<Vec<_>, _>>()?.into_iter().flatten());
        Ok(hits)
    }

    /// Returns the files of a folder that match, and the names of the folders in it.
    fn entries(&self, folder: &Path, relative: &str, active: &[usize]) -> Result<(Vec<Hit>, Vec<String>), DataError> {
        let wrong = |source| DataError::io(folder, source);
        let (mut hits, mut below) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(folder).map_err(wrong)? {
            let entry = entry.map_err(wrong)?;
            let kind = entry.file_type().map_err(wrong)?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                return Err(DataError::NameNotUtf8 { path: entry.path() });
            };
            if kind.is_dir() {
                below.push(name.to_owned());
                continue;
            }
            let relative = joined(relative, name);
            let matched: Vec<_> = active.iter().copied().filter(|i| self.include[*i].matches(&relative)).collect();
            let is_taken = !matched.is_empty() && !self.exclude.iter().any(|pattern| pattern.matches(&relative));
            if is_taken && (kind.is_file() || self.is_link_within(&entry.path())) {
                hits.push((relative, entry.path(), matched));
            }
        }
        Ok((hits, below))
    }

    fn is_link_within(&self, link: &Path) -> bool {
        let (Ok(target), Ok(root)) = (link.canonicalize(), self.root.canonicalize()) else { return false };
        target.starts_with(root) && target.is_file()
    }
}

fn joined(relative: &str, name: &str) -> String {
    if relative.is_empty() { name.to_owned() } else { format!("{relative}/{name}") }
}

/// Returns which of the named folders there are, without looking at what else there is.
fn existing(folder: &Path, names: &BTreeSet<&str>) -> Vec<String> {
    let is_there = |name: &&&str| fs::symlink_metadata(folder.join(name)).is_ok_and(|found| found.is_dir());
    names.iter().filter(is_there).map(|name| (*name).to_owned()).collect()
}

fn refuse_unmatched(root: &Path, include: &[Pattern], hits: &[Hit]) -> Result<(), DataError> {
    let matched: BTreeSet<usize> = hits.iter().flat_map(|(_, _, matched)| matched.iter().copied()).collect();
    let missing = (0..include.len()).filter(|i| !matched.contains(i));
    let patterns: Vec<_> = missing.map(|i| include[i].text.clone()).collect();
    if patterns.is_empty() {
        return Ok(());
    }
    Err(DataError::Unmatched { root: root.to_owned(), patterns })
}

fn source_file(relative: &str, path: PathBuf, strip_components: u32) -> Result<SourceFile, DataError> {
    let metadata = fs::metadata(&path).map_err(|source| DataError::io(&path, source))?;
    let components: Vec<_> = relative.split('/').collect();
    let stripped = (strip_components as usize).min(components.len() - 1);
    let name = components[stripped..].join("/");
    Ok(SourceFile::plain(name, path, &metadata))
}

/// Keeps one of several files with the same name and the same content.
fn once_each(files: Vec<SourceFile>) -> Result<Vec<SourceFile>, DataError> {
    let mut kept: Vec<SourceFile> = Vec::with_capacity(files.len());
    for file in files {
        match kept.last() {
            Some(last) if last.name == file.name => refuse_different(last, &file)?,
            _ => kept.push(file),
        }
    }
    Ok(kept)
}

fn refuse_different(first: &SourceFile, second: &SourceFile) -> Result<(), DataError> {
    let read = |file: &SourceFile| fs::read(&file.path).map_err(|source| DataError::io(&file.path, source));
    if first.bytes == second.bytes && read(first)? == read(second)? {
        return Ok(());
    }
    let (first, second, name) = (first.path.clone(), second.path.clone(), first.name.clone());
    Err(DataError::SameName { name, first, second })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Explain as _;
    use crate::recipe::dataset::{Encoding, Source};

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn names(root: &Path, include: &[&str], exclude: &[&str], strip: u32) -> Result<Vec<String>, DataError> {
        let owned = |patterns: &[&str]| patterns.iter().map(ToString::to_string).collect::<Vec<_>>();
        let files = list(root, &owned(include), &owned(exclude), strip)?;
        Ok(files.into_iter().map(|file| file.name).collect())
    }

    #[test]
    fn files_come_in_the_order_of_their_names_without_the_stripped_folders() {
        let folder =
            folder(&[("i/b-1/src/z.rs", "z"), ("i/a-1/src/x/y.rs", "y"), ("i/a-1/src/x.rs", "x"), ("i/a-1/t.rs", "t")]);
        let found = names(folder.path(), &["*/{a-1,b-1}/src/**/*.rs"], &["**/z.rs"], 1);
        assert!(matches!(found, Err(DataError::Unmatched { ref patterns, .. }) if patterns == &["*/b-1/src/**/*.rs"]));
        let found = names(folder.path(), &["*/{a-1,b-1}/src/**/*.rs"], &[], 1).unwrap();
        assert_eq!(found, ["a-1/src/x.rs", "a-1/src/x/y.rs", "b-1/src/z.rs"]);
    }

    #[test]
    fn the_same_file_twice_counts_once_and_a_different_one_is_refused() {
        let folder = folder(&[("one/a.txt", "same"), ("two/a.txt", "same")]);
        assert_eq!(names(folder.path(), &["*/a.txt"], &[], 1).unwrap(), ["a.txt"]);
        fs::write(folder.path().join("two/a.txt"), "else").unwrap();
        let error = names(folder.path(), &["*/a.txt"], &[], 1).unwrap_err().to_string();
        assert!(error.contains("one/a.txt` and `") && error.ends_with("both are document `a.txt`"), "{error}");
    }

    #[test]
    fn a_missing_crate_is_named_with_what_to_do() {
        let home = folder(&[("registry/src/i/a-1/src/lib.rs", "")]);
        let root = home.path().join("registry/src");
        let error = names(&root, &["*/{a-1,gone-2}/src/*.rs"], &[], 1).unwrap_err();
        assert!(error.to_string().ends_with("matches `*/gone-2/src/*.rs`"), "{error}");
        assert!(error.hint().unwrap().contains("cargo fetch"));
        assert!(matches!(names(&root.join("no"), &["*"], &[], 0), Err(DataError::NoRoot { .. })));
    }

    #[test]
    fn a_link_that_leaves_the_root_is_not_followed() {
        let outside = folder(&[("secret.txt", "s")]);
        let folder = folder(&[("a.txt", "a")]);
        std::os::unix::fs::symlink(outside.path().join("secret.txt"), folder.path().join("b.txt")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("a.txt"), folder.path().join("c.txt")).unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
        assert_eq!(names(folder.path(), &["**/*.txt"], &[], 0).unwrap(), ["a.txt", "c.txt"]);
    }

    #[test]
    fn a_file_that_is_not_utf8_is_a_bad_row() {
        let folder = folder(&[("a.txt", "fine")]);
        fs::write(folder.path().join("b.txt"), b"ab\xffc").unwrap();
        let include = vec!["*.txt".to_owned()];
        let root = folder.path().display().to_string();
        let source = Source::Files { root, include, exclude: vec![], strip_components: 0, encoding: Encoding::Utf8 };
        let mut rows = Vec::new();
        for file in crate::data::source::list(&source, Path::new("/")).unwrap() {
            let sink = &mut |row| {
                rows.push(row);
                Ok(std::ops::ControlFlow::Continue(()))
            };
            crate::data::source::read(&source, &file, sink).unwrap();
        }
        let error = rows[1].as_ref().unwrap_err().to_string();
        assert!(rows[0].is_ok() && error.ends_with("b.txt: not UTF-8 at byte 2"), "{error}");
    }
}
