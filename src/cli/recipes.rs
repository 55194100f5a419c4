//! `pedigree recipes`: the recipes that ship.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::arguments::CopyArgs;
use crate::cli::failure::Complaint;
use crate::cli::format::{short, table};
use crate::cli::schema;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::recipe::dataset::Source;
use crate::recipe::problem::{listed, nearest};
use crate::recipe::read::{Input, OtherFile, Outside, vars};
use crate::recipe::{Recipe, read};

/// Names recipes of the folder `recipes/`, and takes their texts into the program.
macro_rules! shipped {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("../../recipes/", $name, ".yaml")))),*] };
}

/// Every recipe that ships, with its text.
pub const SHIPPED: &[(&str, &str)] = shipped![
    "rust-coder",
    "finance-zh",
    "gpt2",
    "shakespeare",
    "headlines-bert",
    "spoken-digits",
    "mnist-classify",
    "mnist-selfsupervised",
    "mnist-clip",
    "mnist-gan",
    "preference",
    "scaling-law",
    "sweep",
    "gpt-3"
];

/// The data that lies beside a recipe that ships: the recipe, the file, and what it says.
const DATA: &[(&str, &str, &[u8])] = &[
    ("finance-zh", "data/finance-zh/README.md", include_bytes!("../../recipes/data/finance-zh/README.md")),
    ("finance-zh", "data/finance-zh/general.tsv", include_bytes!("../../recipes/data/finance-zh/general.tsv")),
    ("finance-zh", "data/finance-zh/finance.tsv", include_bytes!("../../recipes/data/finance-zh/finance.tsv")),
    ("finance-zh", "data/finance-zh/securities.tsv", include_bytes!("../../recipes/data/finance-zh/securities.tsv")),
    ("headlines-bert", "data/finance-zh/README.md", include_bytes!("../../recipes/data/finance-zh/README.md")),
    ("headlines-bert", "data/finance-zh/general.tsv", include_bytes!("../../recipes/data/finance-zh/general.tsv")),
    ("headlines-bert", "data/finance-zh/finance.tsv", include_bytes!("../../recipes/data/finance-zh/finance.tsv")),
    (
        "headlines-bert",
        "data/finance-zh/securities.tsv",
        include_bytes!("../../recipes/data/finance-zh/securities.tsv"),
    ),
    ("shakespeare", "data/shakespeare/coriolanus.txt", include_bytes!("../../recipes/data/shakespeare/coriolanus.txt")),
    ("preference", "data/preference/greetings.txt", include_bytes!("../../recipes/data/preference/greetings.txt")),
    ("preference", "data/preference/pairs.jsonl", include_bytes!("../../recipes/data/preference/pairs.jsonl")),
    ("mnist-classify", "data/digits/README.md", include_bytes!("../../recipes/data/digits/README.md")),
    (
        "mnist-classify",
        "data/digits/drawn-images-idx3-ubyte.gz",
        include_bytes!("../../recipes/data/digits/drawn-images-idx3-ubyte.gz"),
    ),
    (
        "mnist-classify",
        "data/digits/drawn-labels-idx1-ubyte.gz",
        include_bytes!("../../recipes/data/digits/drawn-labels-idx1-ubyte.gz"),
    ),
    ("mnist-selfsupervised", "data/digits/README.md", include_bytes!("../../recipes/data/digits/README.md")),
    (
        "mnist-selfsupervised",
        "data/digits/drawn-images-idx3-ubyte.gz",
        include_bytes!("../../recipes/data/digits/drawn-images-idx3-ubyte.gz"),
    ),
    (
        "mnist-selfsupervised",
        "data/digits/drawn-labels-idx1-ubyte.gz",
        include_bytes!("../../recipes/data/digits/drawn-labels-idx1-ubyte.gz"),
    ),
    ("mnist-clip", "data/digits/README.md", include_bytes!("../../recipes/data/digits/README.md")),
    (
        "mnist-clip",
        "data/digits/drawn-images-idx3-ubyte.gz",
        include_bytes!("../../recipes/data/digits/drawn-images-idx3-ubyte.gz"),
    ),
    (
        "mnist-clip",
        "data/digits/drawn-labels-idx1-ubyte.gz",
        include_bytes!("../../recipes/data/digits/drawn-labels-idx1-ubyte.gz"),
    ),
    ("mnist-gan", "data/digits/README.md", include_bytes!("../../recipes/data/digits/README.md")),
    (
        "mnist-gan",
        "data/digits/drawn-images-idx3-ubyte.gz",
        include_bytes!("../../recipes/data/digits/drawn-images-idx3-ubyte.gz"),
    ),
    (
        "mnist-gan",
        "data/digits/drawn-labels-idx1-ubyte.gz",
        include_bytes!("../../recipes/data/digits/drawn-labels-idx1-ubyte.gz"),
    ),
];

/// A recipe that ships, at a glance.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Glance {
    name: &'static str,
    description: String,
    tiers: Vec<&'static str>,
    /// The folders its data comes from.
    data: BTreeSet<String>,
    /// The parameters of its models, each number once.
    parameters: BTreeSet<u64>,
}

/// Lists the recipes.
///
/// # Errors
/// When one of them is no recipe.
pub fn list(session: &Session) -> anyhow::Result<Exit> {
    let all = SHIPPED.iter().map(|(name, text)| glance(name, text)).collect::<anyhow::Result<Vec<_>>>()?;
    session.printer.answer(&all, || {
        let rows: Vec<_> = all.iter().map(row).collect();
        table(&["recipe", "tiers", "parameters", "data", "what for"], &rows, &[])
    });
    Ok(Exit::Done)
}

fn row(glance: &Glance) -> Vec<String> {
    let Glance { name, description, tiers, data, parameters } = glance;
    let parameters: Vec<_> = parameters.iter().map(|n| short(*n)).collect();
    let data: Vec<_> = data.iter().map(String::as_str).collect();
    vec![(*name).to_owned(), tiers.join(" → "), parameters.join(", "), data.join(", "), description.clone()]
}

fn glance(name: &'static str, text: &str) -> anyhow::Result<Glance> {
    // Which folders they are here is of no account.
    let environment: BTreeMap<_, _> =
        vars::ALLOWED_ENVIRONMENT.iter().map(|name| ((*name).to_owned(), format!("${name}"))).collect();
    let recipe = read(&Input { environment, outside: &Shipped, ..Input::new(name, text.as_bytes()) })?.recipe;
    Ok(Glance {
        name,
        description: recipe.description.clone(),
        tiers: tiers(&recipe),
        data: recipe.datasets.values().map(|dataset| root(&dataset.source)).collect(),
        parameters: recipe
            .models
            .values()
            .map(|model| model.architecture.parameters(recipe.vocab_size(model)))
            .collect(),
    })
}

/// A world of nothing but the recipes that ship.
struct Shipped;

impl Outside for Shipped {
    fn recipe(&self, _: &str, path: &str) -> Result<OtherFile, String> {
        let (name, text) = parent(path).ok_or_else(|| format!("`{path}` does not ship"))?;
        let (name, bytes) = (format!("{name}.yaml"), text.as_bytes().to_vec());
        Ok(OtherFile { identity: name.clone(), name, folder: String::new(), bytes })
    }
}

/// Returns the recipe that ships under the name of a file beside it.
fn parent(path: &str) -> Option<(&'static str, &'static str)> {
    let name = path.strip_suffix(".yaml")?;
    SHIPPED.iter().find(|(known, _)| *known == name).copied()
}

/// Returns the recipe that a text extends, where it is one that ships.
fn extended(text: &str) -> Option<(&'static str, &'static str)> {
    text.lines().find_map(|line| line.strip_prefix("extends:")).and_then(|path| parent(path.trim()))
}

fn tiers(recipe: &Recipe) -> Vec<&'static str> {
    let tiers: BTreeSet<_> = recipe.models.values().map(|model| model.tier).collect();
    tiers.into_iter().map(|tier| tier.word()).collect()
}

fn root(source: &Source) -> String {
    if let Some(files) = source.file_set() {
        return files.root.to_owned();
    }
    match source {
        Source::Zoo { dataset } => format!("zoo/{dataset}"),
        Source::Http { url, .. } | Source::ObjectStore { url, .. } => url.clone(),
        Source::Archive { path, .. } => path.clone(),
        Source::Git { repository, .. } => repository.clone(),
        Source::HuggingFace { dataset, .. } => format!("hf/{dataset}"),
        source if source.is_prepared() => "other datasets of the recipe".to_owned(),
        source => format!("none: {}", source.word()),
    }
}

/// Copies a recipe into the project.
///
/// # Errors
/// When there is no such recipe, when something lies there already, and when it cannot be written.
pub fn copy(session: &Session, arguments: &CopyArgs) -> anyhow::Result<Exit> {
    let CopyArgs { name, destination, force } = arguments;
    let (name, text) = SHIPPED.iter().find(|(known, _)| known == name).ok_or_else(|| unknown(name))?;
    let file = match destination {
        Some(path) if path.is_dir() => path.join(format!("{name}.yaml")),
        Some(path) => path.clone(),
        None => session.root.join(format!("recipes/{name}.yaml")),
    };
    if file.exists() && !force {
        let message = format!("`{}` is already there", file.display());
        return Err(Complaint::input(message, "`--force` writes over it").into());
    }
    let folder = folder_of(&file)?;
    let workspace = session.workspace().ok();
    if let Some(workspace) = &workspace {
        schema::put(workspace)?;
    }
    fs::write(&file, schema::named_in(text, &folder, workspace.as_ref()))?;
    // What it extends has to lie beside it; what lies there already may have been changed, and stays.
    let mut next = extended(text);
    while let Some((name, text)) = next {
        let beside = folder.join(format!("{name}.yaml"));
        if !beside.exists() {
            fs::write(&beside, schema::named_in(text, &folder, workspace.as_ref()))?;
            session.printer.say(format!("wrote `{}`, which it extends", beside.display()));
        }
        next = extended(text);
    }
    for (_, path, text) in DATA.iter().filter(|(of, ..)| of == name) {
        let beside = folder.join(path);
        if !beside.exists() {
            folder_of(&beside)?;
            fs::write(&beside, text)?;
            session.printer.say(format!("wrote `{}`, its data", beside.display()));
        }
    }
    session.printer.answer(&serde_json::json!({ "recipe": file }), || {
        format!("wrote `{file}`\nnext: `pedigree plan {file}` · `pedigree run {file}`", file = file.display())
    });
    Ok(Exit::Done)
}

/// Returns the folder of a file, made and absolute.
fn folder_of(file: &Path) -> std::io::Result<PathBuf> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    fs::canonicalize(folder)
}

fn unknown(name: &str) -> Complaint {
    let names = || SHIPPED.iter().map(|(name, _)| *name);
    let hint = match nearest(name, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the recipes are {}", listed(names())),
    };
    Complaint::input(format!("there is no recipe `{name}`"), hint)
}
