//! Reads `train.optimizer`.

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
    let mut own = Own { reader, fields };
    let optimizer = match kind {
        Optimizer::Adamw { learning_rate, weight_decay, beta_1, beta_2, epsilon, clip_norm } => {
            adamw(&mut own, (learning_rate, weight_decay), (beta_1, beta_2, epsilon), clip_norm)
        }
        Optimizer::Sgd { learning_rate, momentum, nesterov, weight_decay, clip_norm } => {
            sgd(&mut own, (learning_rate, momentum), nesterov, weight_decay, clip_norm)
        }
        Optimizer::Lion { learning_rate, weight_decay, beta_1, beta_2, clip_norm } => {
            lion(&mut own, (learning_rate, weight_decay), (beta_1, beta_2), clip_norm)
        }
        muon @ Optimizer::Muon { .. } => self::muon(&mut own, &muon),
        adafactor @ Optimizer::Adafactor { .. } => self::adafactor(&mut own, &adafactor),
    };
    let Own { reader, fields } = own;
    fields.finish(reader);
    optimizer
}

/// The fields of one optimizer.
struct Own<'r, 'n> {
    reader: &'r mut Reader,
    fields: Fields<'n>,
}

impl Own<'_, '_> {
    fn number(&mut self, key: &'static str, default: f64, range: std::ops::RangeInclusive<f64>) -> Option<f64> {
        self.fields.or(self.reader, key, default, |reader, at| reader.number(at, range))
    }

    fn learning_rate(&mut self, default: f64, most: f64) -> Option<f64> {
        self.number("learning-rate", default, 1e-9..=most)
    }

    fn weight_decay(&mut self, default: f64, most: f64) -> Option<f64> {
        self.number("weight-decay", default, 0.0..=most)
    }

    fn beta_1(&mut self, default: f64) -> Option<f64> {
        self.number("beta-1", default, 0.0..=0.9999)
    }

    fn beta_2(&mut self, default: f64) -> Option<f64> {
        self.number("beta-2", default, 0.0..=0.99999)
    }

    fn epsilon(&mut self, default: f64) -> Option<f64> {
        self.number("epsilon", default, 1e-16..=1e-2)
    }

    fn clip_norm(&mut self, default: f64) -> Option<f64> {
        self.number("clip-norm", default, 1e-6..=1e9)
    }

    fn truth(&mut self, key: &'static str, default: bool) -> Option<bool> {
        self.fields.or(self.reader, key, default, |reader, at| reader.truth(at))
    }
}

fn adamw(own: &mut Own<'_, '_>, rates: (f64, f64), moments: (f64, f64, f64), clip_norm: f64) -> Option<Optimizer> {
    let learning_rate = own.learning_rate(rates.0, 1.0);
    let weight_decay = own.weight_decay(rates.1, 1.0);
    let beta_1 = own.beta_1(moments.0);
    let beta_2 = own.beta_2(moments.1);
    let epsilon = own.epsilon(moments.2);
    let clip_norm = own.clip_norm(clip_norm);
    Some(Optimizer::Adamw {
        learning_rate: learning_rate?,
        weight_decay: weight_decay?,
        beta_1: beta_1?,
        beta_2: beta_2?,
        epsilon: epsilon?,
        clip_norm: clip_norm?,
    })
}

fn sgd(
    own: &mut Own<'_, '_>,
    rates: (f64, f64),
    nesterov: bool,
    weight_decay: f64,
    clip_norm: f64,
) -> Option<Optimizer> {
    let learning_rate = own.learning_rate(rates.0, 100.0);
    let momentum = own.number("momentum", rates.1, 0.0..=0.9999);
    let nesterov_at = own.fields.take("nesterov");
    let nesterov = match &nesterov_at {
        Some(at) => own.reader.truth(at),
        None => Some(nesterov),
    };
    let weight_decay = own.weight_decay(weight_decay, 1.0);
    let clip_norm = own.clip_norm(clip_norm);
    if let (Some(at), Some(true), Some(0.0)) = (&nesterov_at, nesterov, momentum) {
        let hint = Some("leave `nesterov` out, or give a `momentum` such as 0.9".to_owned());
        return own.reader.wrong_of(Code::ConflictingKeys, at, "`nesterov` has no effect without a `momentum`", hint);
    }
    Some(Optimizer::Sgd {
        learning_rate: learning_rate?,
        momentum: momentum?,
        nesterov: nesterov?,
        weight_decay: weight_decay?,
        clip_norm: clip_norm?,
    })
}

fn lion(own: &mut Own<'_, '_>, rates: (f64, f64), betas: (f64, f64), clip_norm: f64) -> Option<Optimizer> {
    let learning_rate = own.learning_rate(rates.0, 1.0);
    let weight_decay = own.weight_decay(rates.1, 10.0);
    let beta_1 = own.beta_1(betas.0);
    let beta_2 = own.beta_2(betas.1);
    let clip_norm = own.clip_norm(clip_norm);
    Some(Optimizer::Lion {
        learning_rate: learning_rate?,
        weight_decay: weight_decay?,
        beta_1: beta_1?,
        beta_2: beta_2?,
        clip_norm: clip_norm?,
    })
}

fn muon(own: &mut Own<'_, '_>, default: &Optimizer) -> Option<Optimizer> {
    let Optimizer::Muon {
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
    } = *default
    else {
        return None;
    };
    let learning_rate = own.learning_rate(learning_rate, 1.0);
    let weight_decay = own.weight_decay(weight_decay, 1.0);
    let momentum = own.number("momentum", momentum, 0.0..=0.9999);
    let nesterov = own.truth("nesterov", nesterov);
    let iterations = own.fields.or(own.reader, "iterations", iterations, |reader, at| {
        reader.integer(at, 1..=20).map(|iterations| iterations as u32)
    });
    let words = [("match-adamw", MuonScale::MatchAdamw), ("shape", MuonScale::Shape)];
    let scale = own.fields.or(own.reader, "scale", scale, |reader, at| reader.word(at, "scale of an update", &words));
    let adamw_rate = own.number("adamw-rate", adamw_rate, 1e-6..=1e3);
    let beta_1 = own.beta_1(beta_1);
    let beta_2 = own.beta_2(beta_2);
    let epsilon = own.epsilon(epsilon);
    let clip_norm = own.clip_norm(clip_norm);
    Some(Optimizer::Muon {
        learning_rate: learning_rate?,
        weight_decay: weight_decay?,
        momentum: momentum?,
        nesterov: nesterov?,
        iterations: iterations?,
        scale: scale?,
        adamw_rate: adamw_rate?,
        beta_1: beta_1?,
        beta_2: beta_2?,
        epsilon: epsilon?,
        clip_norm: clip_norm?,
    })
}

fn adafactor(own: &mut Own<'_, '_>, default: &Optimizer) -> Option<Optimizer> {
    let Optimizer::Adafactor {
        learning_rate,
        weight_decay,
        decay_exponent,
        epsilon,
        clip_threshold,
        beta_1,
        scale_parameter,
        clip_norm,
    } = *default
    else {
        return None;
    };
    let learning_rate = own.learning_rate(learning_rate, 1.0);
    let weight_decay = own.weight_decay(weight_decay, 1.0);
    let decay_exponent = own.number("decay-exponent", decay_exponent, 0.1..=1.0);
    let epsilon = own.number("epsilon", epsilon, 1e-38..=1e-2);
    let clip_threshold = own.number("clip-threshold", clip_threshold, 1e-3..=1e6);
    let beta_1 = own.beta_1(beta_1);
    let scale_parameter = own.truth("scale-parameter", scale_parameter);
    let clip_norm = own.clip_norm(clip_norm);
    Some(Optimizer::Adafactor {
        learning_rate: learning_rate?,
        weight_decay: weight_decay?,
        decay_exponent: decay_exponent?,
        epsilon: epsilon?,
        clip_threshold: clip_threshold?,
        beta_1: beta_1?,
        scale_parameter: scale_parameter?,
        clip_norm: clip_norm?,
    })
}
