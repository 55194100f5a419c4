//! Reads `train.optimizer`.

use std::ops::RangeInclusive;

use crate::recipe::code::Code;
use crate::recipe::optimizer::{MuonScale, Optimizer};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// Reads an optimizer.
pub fn optimizer(reader: &mut Reader, at: &At<'_>) -> Option<Optimizer> {
    let mut fields = Fields::open(reader, at)?;
    let kinds = Optimizer::kinds();
    let words = kinds.each_ref().map(|kind| (kind.word(), kind.clone()));
    let Some(kind) = fields.kind(reader, "optimizer", &words) else {
        fields.abandon();
        return None;
    };
    let mut own = Own { reader, fields, is_wrong: false };
    let optimizer = own.read(kind);
    let Own { reader, fields, is_wrong } = own;
    fields.finish(reader);
    (!is_wrong).then_some(optimizer)
}

/// The fields of one optimizer; a mistake in one is told, and the others are read all the same.
struct Own<'r, 'n> {
    reader: &'r mut Reader,
    fields: Fields<'n>,
    is_wrong: bool,
}

impl Own<'_, '_> {
    /// Reads the optimizer of which this is the default.
    fn read(&mut self, default: Optimizer) -> Optimizer {
        match default {
            Optimizer::Adamw { learning_rate, weight_decay, beta_1, beta_2, epsilon, clip_norm } => Optimizer::Adamw {
                learning_rate: self.learning_rate(learning_rate, 1.0),
                weight_decay: self.weight_decay(weight_decay, 1.0),
                beta_1: self.beta_1(beta_1),
                beta_2: self.beta_2(beta_2),
                epsilon: self.epsilon(epsilon),
                clip_norm: self.clip_norm(clip_norm),
            },
            Optimizer::Sgd { learning_rate, momentum, nesterov, weight_decay, clip_norm } => {
                let learning_rate = self.learning_rate(learning_rate, 100.0);
                let momentum = self.momentum(momentum);
                let nesterov = self.nesterov_with(momentum, nesterov);
                Optimizer::Sgd {
                    learning_rate,
                    momentum,
                    nesterov,
                    weight_decay: self.weight_decay(weight_decay, 1.0),
                    clip_norm: self.clip_norm(clip_norm),
                }
            }
            Optimizer::Lion { learning_rate, weight_decay, beta_1, beta_2, clip_norm } => Optimizer::Lion {
                learning_rate: self.learning_rate(learning_rate, 1.0),
                weight_decay: self.weight_decay(weight_decay, 10.0),
                beta_1: self.beta_1(beta_1),
                beta_2: self.beta_2(beta_2),
                clip_norm: self.clip_norm(clip_norm),
            },
            Optimizer::Muon {
                learning_rate,
                weight_decay,
                momentum,
                nesterov,
                iterations,
                scale,
                adamw_rate,
                beta_1,
                beta_2,
                epsilon,
                clip_norm,
            } => Optimizer::Muon {
                learning_rate: self.learning_rate(learning_rate, 1.0),
                weight_decay: self.weight_decay(weight_decay, 1.0),
                momentum: self.momentum(momentum),
                nesterov: self.truth("nesterov", nesterov),
                iterations: self.iterations(iterations),
                scale: self.scale(scale),
                adamw_rate: self.number("adamw-rate", adamw_rate, 1e-6..=1e3),
                beta_1: self.beta_1(beta_1),
                beta_2: self.beta_2(beta_2),
                epsilon: self.epsilon(epsilon),
                clip_norm: self.clip_norm(clip_norm),
            },
            Optimizer::Adafactor {
                learning_rate,
                weight_decay,
                decay_exponent,
                epsilon,
                clip_threshold,
                beta_1,
                scale_parameter,
                clip_norm,
            } => Optimizer::Adafactor {
                learning_rate: self.learning_rate(learning_rate, 1.0),
                weight_decay: self.weight_decay(weight_decay, 1.0),
                decay_exponent: self.number("decay-exponent", decay_exponent, 0.1..=1.0),
                epsilon: self.number("epsilon", epsilon, 1e-38..=1e-2),
                clip_threshold: self.number("clip-threshold", clip_threshold, 1e-3..=1e6),
                beta_1: self.beta_1(beta_1),
                scale_parameter: self.truth("scale-parameter", scale_parameter),
                clip_norm: self.clip_norm(clip_norm),
            },
        }
    }

    /// Takes a field, or its default where there is none or a wrong one.
    fn take<T: Copy>(
        &mut self,
        key: &'static str,
        default: T,
        read: impl FnOnce(&mut Reader, &At<'_>) -> Option<T>,
    ) -> T {
        let found = self.fields.or(self.reader, key, default, read);
        self.is_wrong |= found.is_none();
        found.unwrap_or(default)
    }

    fn number(&mut self, key: &'static str, default: f64, range: RangeInclusive<f64>) -> f64 {
        self.take(key, default, |reader, at| reader.number(at, range))
    }

    fn truth(&mut self, key: &'static str, default: bool) -> bool {
        self.take(key, default, |reader, at| reader.truth(at))
    }

    fn learning_rate(&mut self, default: f64, most: f64) -> f64 {
        self.number("learning-rate", default, 1e-9..=most)
    }

    fn weight_decay(&mut self, default: f64, most: f64) -> f64 {
        self.number("weight-decay", default, 0.0..=most)
    }

    fn momentum(&mut self, default: f64) -> f64 {
        self.number("momentum", default, 0.0..=0.9999)
    }

    fn beta_1(&mut self, default: f64) -> f64 {
        self.number("beta-1", default, 0.0..=0.9999)
    }

    fn beta_2(&mut self, default: f64) -> f64 {
        self.number("beta-2", default, 0.0..=0.99999)
    }

    fn epsilon(&mut self, default: f64) -> f64 {
        self.number("epsilon", default, 1e-16..=1e-2)
    }

    fn clip_norm(&mut self, default: f64) -> f64 {
        self.number("clip-norm", default, 1e-6..=1e9)
    }

    fn iterations(&mut self, default: u32) -> u32 {
        self.take("iterations", default, |reader, at| reader.integer(at, 1..=20).map(|iterations| iterations as u32))
    }

    fn scale(&mut self, default: MuonScale) -> MuonScale {
        let words = [("match-adamw", MuonScale::MatchAdamw), ("shape", MuonScale::Shape)];
        self.take("scale", default, |reader, at| reader.word(at, "scale of an update", &words))
    }

    /// Takes `nesterov`, which without a momentum looks ahead at nothing.
    fn nesterov_with(&mut self, momentum: f64, default: bool) -> bool {
        self.take("nesterov", default, |reader, at| {
            let nesterov = reader.truth(at)?;
            if nesterov && momentum == 0.0 {
                let message = "`nesterov` has no effect without a `momentum`";
                let hint = Some("leave `nesterov` out, or give a `momentum` such as 0.9".to_owned());
                return reader.wrong_of(Code::ConflictingKeys, at, message, hint);
            }
            Some(nesterov)
        })
    }
}
