//! `pedigree card`: the card of a model.

use crate::cli::arguments::ModelRef;
use crate::cli::session::Session;
use crate::error::Exit;

/// Prints a card.
///
/// # Errors
/// When there is no such model, or its card is damaged.
pub async fn run(session: &Session, arguments: &ModelRef) -> anyhow::Result<Exit> {
    let (_, store, artifacts) = session.reading().await?;
    let model = store.model_by_reference(&arguments.model).await?;
    store.close().await;
    let card = String::from_utf8_lossy(&artifacts.read(model.card.digest)?).into_owned();
    let answer = serde_json::json!({ "model": model.reference(), "digest": model.card.digest, "card": card });
    session.printer.answer(&answer, || card.clone());
    Ok(Exit::Done)
}
