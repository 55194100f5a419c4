//! How a model was trained, in words: optimizer, schedule, and what else was said of its parameters.

use crate::card::number::percent;
use crate::recipe::training::{Fall, MuonScale, Optimizer, Schedule, Train};

/// Returns an optimizer in words.
pub(super) fn optimizer(optimizer: &Optimizer) -> String {
    match optimizer {
        Optimizer::Adamw { learning_rate, weight_decay, beta_1, beta_2, epsilon: _, clip_norm } => format!(
            "AdamW, learning rate {learning_rate}, weight decay {weight_decay}, betas {beta_1} and {beta_2}, gradients clipped at {clip_norm}"
        ),
        Optimizer::Sgd { learning_rate, momentum, nesterov, weight_decay, clip_norm } => {
            let nesterov = if *nesterov { "Nesterov's " } else { "" };
            format!(
                "SGD, learning rate {learning_rate}, {nesterov}momentum {momentum}, weight decay {weight_decay}, gradients clipped at {clip_norm}"
            )
        }
        Optimizer::Lion { learning_rate, weight_decay, beta_1, beta_2, clip_norm } => format!(
            "Lion, learning rate {learning_rate}, weight decay {weight_decay}, betas {beta_1} and {beta_2}, gradients clipped at {clip_norm}"
        ),
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
            epsilon: _,
            clip_norm,
        } => {
            let nesterov = if *nesterov { "Nesterov's " } else { "" };
            let scale = match scale {
                MuonScale::MatchAdamw => "scaled to AdamW's updates",
                MuonScale::Shape => "scaled by shape",
            };
            format!(
                "Muon, learning rate {learning_rate}, {nesterov}momentum {momentum}, {iterations} iterations, {scale}; AdamW at {adamw_rate} \
                 times that for the rest, betas {beta_1} and {beta_2}; weight decay {weight_decay}, gradients clipped at {clip_norm}"
            )
        }
        Optimizer::Adafactor {
            learning_rate,
            weight_decay,
            decay_exponent,
            epsilon: _,
            clip_threshold,
            beta_1,
            scale_parameter,
            clip_norm,
        } => {
            let scale = if *scale_parameter { " of each parameter's size" } else { "" };
            format!(
                "Adafactor, learning rate {learning_rate}{scale}, weight decay {weight_decay}, decay exponent {decay_exponent}, \
                 first moment {beta_1}, updates clipped at {clip_threshold}, gradients at {clip_norm}"
            )
        }
    }
}

/// Returns a schedule in words.
pub(super) fn schedule(schedule: &Schedule) -> String {
    let rise = |steps: &u64| format!("after {steps} steps of warm-up");
    match schedule {
        Schedule::Cosine { warmup_steps, final_ratio } => {
            format!("cosine {}, down to {}", rise(warmup_steps), percent(*final_ratio))
        }
        Schedule::Constant { warmup_steps } => format!("constant {}", rise(warmup_steps)),
        Schedule::Linear { warmup_steps, final_ratio } => {
            format!("linear {}, down to {}", rise(warmup_steps), percent(*final_ratio))
        }
        Schedule::Wsd { warmup_steps, decay_share, decay, final_ratio } => {
            let way = match decay {
                Fall::OneMinusSqrt => "by the root of the way",
                Fall::Linear => "linearly",
            };
            let (share, last) = (percent(*decay_share), percent(*final_ratio));
            format!("constant {}, down to {last} {way} over the last {share}", rise(warmup_steps))
        }
        Schedule::OneCycle { warmup_share, start_ratio, final_ratio } => format!(
            "one cycle, up from {} over the first {}, down to {}",
            percent(*start_ratio),
            percent(*warmup_share),
            percent(*final_ratio)
        ),
    }
}

/// Returns what else was said of the parameters; nothing where nothing was.
pub(super) fn particulars(train: &Train) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if !train.freeze.is_empty() {
        let patterns: Vec<String> = train.freeze.iter().map(ToString::to_string).collect();
        lines.push(("Frozen", patterns.join(", ")));
    }
    if train.layer_decay != Train::default_layer_decay() {
        lines.push(("Learning rate a layer down", format!("{} times", train.layer_decay)));
    }
    if train.activation_checkpointing {
        lines.push(("On the way back", "blocks are computed once more".to_owned()));
    }
    if !train.rate_factors.is_empty() {
        let rates: Vec<String> =
            train.rate_factors.iter().map(|(pattern, factor)| format!("{pattern}: {factor} times")).collect();
        lines.push(("Learning rates of parameters", rates.join(", ")));
    }
    lines.extend(train.ema.map(|ema| ("Weights", format!("moving average, decay {}", ema.decay))));
    lines
}
