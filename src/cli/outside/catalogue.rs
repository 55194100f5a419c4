//! The catalogue: entries `zoo/<name>.yaml`, looked for from the recipe's folder and from the current one upwards.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::failure::Complaint;
use crate::cli::format::plural;
use crate::cli::outside::{entry_file, shown, zoo_folders};
use crate::id::Name;
use crate::recipe::read::Refusal;
use crate::recipe::{Import, Problems, read};

/// Returns the file of an entry, the nearest where there are several.
pub fn find(folder: &Path, name: &Name) -> Option<PathBuf> {
    zoo_folders(folder).iter().map(|zoo| entry_file(zoo, name)).find(|file| file.is_file())
}

/// Returns the names of all entries.
pub fn names(folder: &Path) -> Vec<String> {
    let files = zoo_folders(folder).into_iter().filter_map(|zoo| fs::read_dir(zoo).ok()).flatten().flatten();
    let name = |file: fs::DirEntry| file.file_name().to_str()?.strip_suffix(".yaml").map(str::to_owned);
    let mut names: Vec<String> = files.filter_map(name).collect();
    names.sort();
    names.dedup();
    names
}

/// Returns the model an entry describes.
///
/// # Errors
/// When the file cannot be read, when there are mistakes in it, and when it describes another model.
pub fn import(file: &Path, name: &Name) -> Result<Import, Refusal> {
    let shown = shown(file);
    let bytes =
        fs::read(file).map_err(|error| Refusal { message: format!("cannot read `{shown}`: {error}"), hint: None })?;
    let entry = read::catalogue(&shown, &bytes).map_err(|problems| {
        let first =
            problems.problems.first().map(|first| format!(", the first: {}", first.message)).unwrap_or_default();
        let counted = plural(problems.problems.len(), "problem");
        Refusal::new(format!("`{shown}` has {counted}{first}"), format!("`pedigree check {shown}` shows them"))
    })?;
    if entry.name != *name {
        let message = format!("`{shown}` describes a model called `{}`", entry.name);
        return Err(Refusal::new(message, "an entry of the catalogue has the name of its file"));
    }
    Ok(entry.import())
}

/// Returns whether a file is an entry of the catalogue: it lies in a folder `zoo`.
pub fn is_entry(file: &Path) -> bool {
    let whole = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    whole.parent().and_then(Path::file_name).is_some_and(|folder| folder == "zoo")
}

/// Checks an entry; what is legal and odd in it is returned.
///
/// # Errors
/// When the file cannot be read, and with every mistake in it.
pub fn check(file: &Path) -> anyhow::Result<Problems> {
    let bytes = fs::read(file).map_err(|error| {
        let message = format!("cannot read `{}`: {error}", file.display());
        Complaint::input(message, "entries of the catalogue are YAML files in `zoo/`")
    })?;
    let name = file.display().to_string();
    let entry = read::catalogue(&name, &bytes)?;
    if file.file_stem().is_some_and(|stem| stem != entry.name.as_str()) {
        let message = format!("`{name}` describes a model called `{}`", entry.name);
        return Err(Complaint::input(message, "an entry of the catalogue has the name of its file").into());
    }
    Ok(Problems::new(Vec::new(), Vec::new()))
}
