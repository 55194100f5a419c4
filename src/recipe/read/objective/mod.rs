//! Reads `objective`: one function for each kind.

mod classification;
mod contrastive;
mod distillation;
mod plain;
mod reconstruction;

use crate::recipe::objective::{Objective, ObjectiveKind};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// Reads what a model learns to do.
pub(super) fn objective(reader: &mut Reader, at: &At<'_>) -> Option<Objective> {
    let mut fields = Fields::open(reader, at)?;
    let kinds = ObjectiveKind::ALL.map(|kind| (kind.word(), kind));
    let Some(kind) = fields.kind(reader, "objective", &kinds) else {
        fields.abandon();
        return None;
    };
    let own = &mut fields;
    let objective = match kind {
        ObjectiveKind::CausalLm => Some(Objective::CausalLm),
        ObjectiveKind::MaskedLm => plain::masked_lm(reader, own).map(Objective::MaskedLm),
        ObjectiveKind::Instruction => Some(Objective::Instruction),
        ObjectiveKind::Classification => classification::classification(reader, own).map(Objective::Classification),
        ObjectiveKind::Regression => plain::regression(reader, own).map(Objective::Regression),
        ObjectiveKind::Autoencoder => reconstruction::reconstruction(reader, own).map(Objective::Autoencoder),
        ObjectiveKind::Adversarial => plain::adversarial(reader, own).map(Objective::Adversarial),
        ObjectiveKind::Contrastive => contrastive::contrastive(reader, own).map(Objective::Contrastive),
        ObjectiveKind::Distillation => distillation::distillation(reader, own).map(Objective::Distillation),
        ObjectiveKind::Preference => plain::preference(reader, own).map(Objective::Preference),
    };
    fields.finish(reader);
    objective
}
