//! Datasets that other recipes have prepared in this workspace.

use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::artifact::Workspace;
use crate::cli::failure::Complaint;
use crate::error::Exit;
use crate::id::{Digest, Name, StageId, StageKind};
use crate::plan::{Outputs, SourceState, Tables};
use crate::recipe::dataset::SplitName;
use crate::store::Store;

/// Returns what the newest run of a recipe left of one of its datasets; `dataset` is `<recipe>/<dataset>`.
///
/// # Errors
/// When there is no such dataset in the workspace, or the database cannot be read.
pub fn state(workspace: Option<&Workspace>, dataset: &str) -> anyhow::Result<SourceState> {
    let (recipe, name) = dataset.split_once('/').expect("the reader lets nothing else pass");
    let (recipe, name): (Name, Name) = (recipe.parse()?, name.parse()?);
    let found = match workspace.filter(|workspace| workspace.database().is_file()) {
        Some(workspace) => block_in_place(|| Handle::current().block_on(outputs(workspace, &recipe, &name)))?,
        None => None,
    };
    match found.as_ref().and_then(tables) {
        Some(state) => Ok(state),
        None => Err(Complaint {
            message: format!("no run of `{recipe}` in this workspace has prepared a dataset `{name}`"),
            hint: Some(format!("`pedigree run` its recipe first, or only `--only dataset:{name}` of it")),
            exit: Exit::BadInput,
        }
        .into()),
    }
}

async fn outputs(workspace: &Workspace, recipe: &Name, name: &Name) -> anyhow::Result<Option<Outputs>> {
    let store = Store::open_reading(workspace).await?;
    let found = store.newest_outputs(recipe, &StageId::new(StageKind::Dataset, name)).await;
    store.close().await;
    Ok(found?)
}

fn tables(outputs: &Outputs) -> Option<SourceState> {
    let table = |split: SplitName| outputs.get(&format!("{}.parquet", split.word()));
    let [train, validation, test] = SplitName::ALL.map(table);
    let (train, validation, test) = (train?, validation?, test?);
    let tables = Tables { train: train.digest, validation: validation.digest, test: test.digest };
    let bytes = train.bytes + validation.bytes + test.bytes;
    Some(SourceState { digest: Digest::of_json(&tables), files: 3, bytes, tables: Some(tables) })
}
