//! Trainings that end before something happens, and numbers that look like another unit.

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::model::{Adapter, Model};
use crate::recipe::read::reader::Reader;
use crate::recipe::read::sense::Parts;
use crate::recipe::training::{Budget, Checkpointing, EarlyStop, Optimizer, Train, Validate};

/// Nobody passes over data more often on purpose.
const MANY_EPOCHS: f64 = 1000.0;

/// Looks at how every model is trained.
pub fn judge(reader: &mut Reader, parts: &Parts<'_>) {
    for (name, model) in parts.models.into_iter().flatten() {
        let mut look = Look { reader: &mut *reader, parts, name };
        look.budget(&model.train);
        look.rates(&model.train);
        look.sizes(model);
        if let Some(steps) = steps(&model.train) {
            look.pace(&model.train, steps);
        }
    }
}

/// Returns how many steps a training has, where the recipe alone tells.
fn steps(train: &Train) -> Option<u64> {
    match train.budget {
        Budget::Steps(steps) => Some(steps),
        Budget::Tokens(tokens) => Some(tokens.div_ceil(u64::from(train.batch_tokens.max(1)))),
        Budget::Epochs(_) => None,
    }
}

/// One model, looked at.
struct Look<'l, 'r> {
    reader: &'l mut Reader,
    parts: &'l Parts<'r>,
    name: &'l Name,
}

impl Look<'_, '_> {
    fn warn(&mut self, code: Code, keys: &[&str], message: String, hint: String) {
        let keys = [&["models", self.name.as_str()], keys].concat();
        let field = self.parts.field(&keys);
        self.reader.warn_of(code, field.place, &field.path, message, Some(hint));
    }

    fn is_typed(&self, keys: &[&str]) -> bool {
        self.parts.field(&[&["models", self.name.as_str(), "train"], keys].concat()).is_typed
    }

    fn budget(&mut self, train: &Train) {
        match train.budget {
            Budget::Epochs(epochs) if epochs > MANY_EPOCHS => {
                let message = format!("{epochs} passes over the data are unusually many");
                let hint = "`steps` counts optimizer steps, `epochs` passes over the data".to_owned();
                self.warn(Code::UnitSlip, &["train", "budget", "epochs"], message, hint);
            }
            Budget::Tokens(tokens) if tokens < u64::from(train.batch_tokens) => {
                let message = format!("{tokens} tokens are less than one step of {}", train.batch_tokens);
                let hint = "the training has one step; `steps` counts steps, `tokens` tokens".to_owned();
                self.warn(Code::UnitSlip, &["train", "budget", "tokens"], message, hint);
            }
            Budget::Epochs(_) | Budget::Tokens(_) | Budget::Steps(_) => {}
        }
    }

    fn rates(&mut self, train: &Train) {
        let (learning_rate, word) = (train.optimizer.learning_rate(), train.optimizer.word());
        let (high, usual) = match train.optimizer {
            Optimizer::Adamw { .. } | Optimizer::Muon { .. } | Optimizer::Adafactor { .. } => (0.1, "1e-5 and 1e-2"),
            Optimizer::Sgd { .. } => (5.0, "1e-3 and 1"),
            Optimizer::Lion { .. } => (0.01, "1e-6 and 1e-3"),
        };
        if learning_rate > high {
            let message = format!("a learning rate of {learning_rate} is unusually high for `{word}`");
            let hint = format!("expected between {usual} for most models");
            self.warn(Code::UnitSlip, &["train", "optimizer", "learning-rate"], message, hint);
        }
    }

    fn sizes(&mut self, model: &Model) {
        let (width, context) = (model.architecture.width(), model.architecture.context());
        if let Some(Adapter::Lora { rank, .. }) = &model.adapter
            && *rank >= width
        {
            let message = format!("a rank of {rank} is no lower than the width {}", width);
            let hint =
                "expected a rank far below the width, mostly 4 to 64; without an adapter all weights are trained";
            self.warn(Code::Odd, &["adapter", "rank"], message, hint.to_owned());
        }
        let tokens = model.train.validate.tokens;
        if tokens < u64::from(context) {
            let message = format!("{tokens} tokens are less than one row of `context` {}", context);
            let hint = format!("one row is read all the same; write at least {}", context);
            self.warn(Code::NoEffect, &["train", "validate", "tokens"], message, hint);
        }
    }

    /// What comes after so and so many steps, in a training that has only `steps`.
    fn pace(&mut self, train: &Train, steps: u64) {
        if let Some(warmup) = train.schedule.warmup_steps()
            && warmup >= steps
        {
            let message = format!("the warm-up takes {warmup} steps, and the training ends after {steps}");
            let hint = match steps / 10 {
                0 => "the learning rate is never reached; `warmup-steps: 0` begins with it".to_owned(),
                tenth => format!("the learning rate is never reached; `warmup-steps: {tenth}` is a tenth"),
            };
            self.warn(Code::NeverReached, &["train", "schedule", "warmup-steps"], message, hint);
        }
        let (Validate { every_steps: validate, .. }, Checkpointing { every_steps: checkpoint, .. }) =
            (&train.validate, &train.checkpoint);
        if *checkpoint > steps && self.is_typed(&["checkpoint", "every-steps"]) {
            let message = format!("a checkpoint every {checkpoint} steps is none in a training of {steps}");
            let hint = "an interrupted training then begins anew".to_owned();
            self.warn(Code::NeverReached, &["train", "checkpoint", "every-steps"], message, hint);
        }
        if *validate > steps && self.is_typed(&["validate", "every-steps"]) {
            let message = format!("the validation loss every {validate} steps, and the training ends after {steps}");
            let hint = "it is measured at the end only, and the last weights are kept".to_owned();
            self.warn(Code::NeverReached, &["train", "validate", "every-steps"], message, hint);
        }
        if let Some(EarlyStop { patience, .. }) = &train.early_stop
            && u64::from(*patience).saturating_mul(*validate) >= steps
        {
            let message =
                format!("{patience} measurements, one every {validate} steps, and the training ends after {steps}");
            let hint = "it never stops early; lower `patience` or `validate: { every-steps }`".to_owned();
            self.warn(Code::NeverReached, &["train", "early-stop", "patience"], message, hint);
        }
    }
}
