//! Reads the objectives that have nothing but a few figures.

use crate::recipe::objective::{Adversarial, AdversarialLoss, MaskedLm, Preference, Regression, RegressionLoss};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::objective::classification::{attention, pool};
use crate::recipe::read::reader::Reader;

pub(super) fn masked_lm(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<MaskedLm> {
    let default = MaskedLm::default();
    let mask_share = fields.or(reader, "mask-share", default.mask_share, |reader, at| reader.number(at, 0.01..=0.9));
    Some(MaskedLm { mask_share: mask_share? })
}

pub(super) fn regression(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Regression> {
    let default = Regression::default();
    let loss = fields.or(reader, "loss", default.loss, |reader, at| {
        let words = [
            ("squared", RegressionLoss::Squared),
            ("absolute", RegressionLoss::Absolute),
            ("huber", RegressionLoss::Huber),
        ];
        reader.word(at, "loss of a regression", &words)
    });
    let attention = fields.or(reader, "attention", default.attention, attention);
    let pool = fields.or(reader, "pool", default.pool, pool);
    let dropout = fields.or(reader, "dropout", default.dropout, |reader, at| reader.number(at, 0.0..=0.9));
    Some(Regression { loss: loss?, attention: attention?, pool: pool?, dropout: dropout? })
}

pub(super) fn adversarial(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Adversarial> {
    let default = Adversarial::default();
    let loss = fields.or(reader, "loss", default.loss, |reader, at| {
        let words = [("hinge", AdversarialLoss::Hinge), ("non-saturating", AdversarialLoss::NonSaturating)];
        reader.word(at, "loss of a generator and its critic", &words)
    });
    let critic_steps = fields
        .or(reader, "critic-steps", default.critic_steps, |reader, at| reader.integer(at, 1..=100).map(|n| n as u32));
    let critic_rate = fields.or(reader, "critic-rate", default.critic_rate, |reader, at| reader.number(at, 1e-3..=1e3));
    Some(Adversarial { loss: loss?, critic_steps: critic_steps?, critic_rate: critic_rate? })
}

pub(super) fn preference(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Preference> {
    let default = Preference::default();
    let beta = fields.or(reader, "beta", default.beta, |reader, at| reader.number(at, 1e-4..=100.0));
    let label_smoothing =
        fields.or(reader, "label-smoothing", default.label_smoothing, |reader, at| reader.number(at, 0.0..=0.49));
    Some(Preference { beta: beta?, label_smoothing: label_smoothing? })
}
