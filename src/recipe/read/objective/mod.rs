//! Reads `objective`: one function for each kind.

mod classification;
mod contrastive;
mod distillation;
mod plain;
mod reconstruction;

use crate::recipe::objective::Objective;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// Takes the fields of one kind of objective.
type ReadKind = for<'n> fn(&mut Reader, &mut Fields<'n>) -> Option<Objective>;

/// Reads what a model learns to do.
pub(super) fn objective(reader: &mut Reader, at: &At<'_>) -> Option<Objective> {
    let mut fields = Fields::open(reader, at)?;
    let kinds: [(&str, ReadKind); 10] = [
        ("causal-lm", |_, _| Some(Objective::CausalLm)),
        ("masked-lm", |reader, fields| plain::masked_lm(reader, fields).map(Objective::MaskedLm)),
        ("instruction", |_, _| Some(Objective::Instruction)),
        ("classification", |reader, fields| {
            classification::classification(reader, fields).map(Objective::Classification)
        }),
        ("regression", |reader, fields| plain::regression(reader, fields).map(Objective::Regression)),
        ("autoencoder", |reader, fields| reconstruction::reconstruction(reader, fields).map(Objective::Autoencoder)),
        ("adversarial", |reader, fields| plain::adversarial(reader, fields).map(Objective::Adversarial)),
        ("contrastive", |reader, fields| contrastive::contrastive(reader, fields).map(Objective::Contrastive)),
        ("distillation", |reader, fields| distillation::distillation(reader, fields).map(Objective::Distillation)),
        ("preference", |reader, fields| plain::preference(reader, fields).map(Objective::Preference)),
    ];
    let Some(read) = fields.kind(reader, "objective", &kinds) else {
        fields.abandon();
        return None;
    };
    let objective = read(reader, &mut fields);
    fields.finish(reader);
    objective
}
