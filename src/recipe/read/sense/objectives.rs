//! Objectives: whether the network can learn them, whether the data has what they learn from, and what they start from.

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::dataset::{Augment, Classify, ClassifyInto, CleanStep, Columns, Dataset, Features, Source};
use crate::recipe::head::Head;
use crate::recipe::model::{Architecture, Model};
use crate::recipe::objective::{Contrastive, Corruption, Objective, Reconstruction};
use crate::recipe::problem::listed;
use crate::recipe::read::reader::Reader;
use crate::recipe::read::sense::{Parts, teachers};

/// Looks at what every model learns.
pub fn judge(reader: &mut Reader, parts: &Parts<'_>) {
    for (name, model) in parts.models.into_iter().flatten() {
        let mut look = Look { reader: &mut *reader, parts, name, model };
        if look.network() {
            look.start();
            look.data();
            look.shape();
            teachers::judge(&mut look);
        }
    }
}

/// One model, looked at.
pub(super) struct Look<'l, 'r> {
    pub(super) reader: &'l mut Reader,
    pub(super) parts: &'l Parts<'r>,
    pub(super) name: &'l Name,
    pub(super) model: &'l Model,
}

impl Look<'_, '_> {
    pub(super) fn wrong(&mut self, code: Code, keys: &[&str], message: String, hint: impl Into<String>) {
        let field = self.parts.field(&[&["models", self.name.as_str()], keys].concat());
        self.reader.problem_of(code, field.place, &field.path, message, Some(hint.into()));
    }

    fn warn(&mut self, keys: &[&str], message: String, hint: &str) {
        let field = self.parts.field(&[&["models", self.name.as_str()], keys].concat());
        self.reader.warn_of(Code::Odd, field.place, &field.path, message, Some(hint.to_owned()));
    }

    /// Returns whether the network can learn the objective.
    fn network(&mut self) -> bool {
        let (architecture, objective) = (&self.model.architecture, &self.model.train.objective);
        if architecture.learns(objective) {
            return true;
        }
        let learns = listed(Objective::of_network(architecture));
        let others = listed(objective.networks().iter().copied());
        let message = format!("a network of type `{}` cannot learn `{}`", architecture.word(), objective.word());
        let hint = format!("it learns {learns}; `{}` is learnt by {others}", objective.word());
        self.wrong(Code::WrongObjective, &["train", "objective"], message, hint);
        false
    }

    /// What an objective starts from.
    fn start(&mut self) {
        let Model { base, adapter, train, .. } = self.model;
        let objective = &train.objective;
        if let (Objective::Preference(_), None) = (objective, base) {
            let message = "`preference` is measured against the model it starts from, and there is none".to_owned();
            let hint = "name a language model with `base`, mostly one that has learnt `instruction`";
            return self.wrong(Code::WrongObjective, &["train", "objective"], message, hint);
        }
        let Some(base) = base else { return };
        let writes = match self.parts.models.and_then(|models| models.get(base)) {
            Some(parent) => parent.train.objective.writes(),
            None => self.reader.imports.get(base).is_none_or(|import| import.head() == Head::Language),
        };
        if !objective.writes() || writes {
            return;
        }
        if let Objective::Preference(_) = objective {
            let message = format!("`{base}` does not write, so that there is nothing it could prefer");
            return self.wrong(Code::WrongObjective, &["base"], message, "start from a language model");
        }
        if adapter.is_some() {
            let message =
                format!("`{base}` does not write, and an adapter would leave the new output layer as it is drawn");
            let hint = "leave `adapter` out: then the output layer learns, too";
            self.wrong(Code::WrongObjective, &["adapter"], message, hint);
        }
    }

    /// What the data has to have.
    fn data(&mut self) {
        let (parts, model) = (self.parts, self.model);
        let datasets =
            model.train.data.iter().filter_map(|share| Some((&share.dataset, parts.datasets?.get(&share.dataset)?)));
        for (name, dataset) in datasets {
            match &model.train.objective {
                Objective::Preference(_) if !may_prefer(dataset) => {
                    let message = format!(
                        "`preference` expects prompts with a chosen and a rejected answer, and `{name}` has none"
                    );
                    let hint = "take a source whose rows have them, such as `jsonl` or `parquet`";
                    self.wrong(Code::NoPairs, &["train", "data"], message, hint);
                }
                Objective::Contrastive(Contrastive::Captions) if !may_have_captions(dataset) => {
                    let message = format!("`captions` expects pictures with texts, and `{name}` has none");
                    let hint = "a source of type `pairs` has a table with a text for each picture; `extract: { type: template, text: .. }` makes one of what is known of it";
                    self.wrong(Code::NoPairs, &["train", "data"], message, hint);
                }
                Objective::Contrastive(Contrastive::Views { .. }) => self.views(name, dataset),
                Objective::Regression(_) => self.numbers(name, dataset),
                Objective::Adversarial(_) => self.range(name, dataset),
                Objective::CausalLm
                | Objective::MaskedLm(_)
                | Objective::Instruction
                | Objective::Classification(_)
                | Objective::Autoencoder(_)
                | Objective::Contrastive(Contrastive::Captions)
                | Objective::Distillation(_)
                | Objective::Preference(_) => {}
            }
            self.text(name, dataset);
        }
    }

    /// What reads only tokens has nothing to read in pictures and sounds without texts.
    fn text(&mut self, name: &Name, dataset: &Dataset) {
        let modality = self.model.architecture.modality();
        if modality.has_tokens() && !modality.has_features() && dataset.is_without_text() {
            let message = format!(
                "`{}` reads text, and `{name}` holds pictures or sounds without any",
                self.model.architecture.word()
            );
            let hint =
                "`mlp`, `cnn` and `vit` read pictures and sounds; a source of type `pairs` has texts beside them";
            self.wrong(Code::WrongObjective, &["train", "data"], message, hint);
        }
    }

    /// Two views of a picture are the same where nothing changes them.
    fn views(&mut self, name: &Name, dataset: &Dataset) {
        let (message, hint) = match &dataset.features {
            // That there are none is told with the network.
            None => return,
            Some(Features::Image { augment: Some(augment), .. }) if *augment != unchanged(augment) => return,
            Some(Features::Image { .. }) => (
                format!("two views of a picture of `{name}` are the same: nothing changes them"),
                "give its `features` an `augment`, such as `{ flip: horizontal, crop-padding: 4, brightness: 0.2 }`",
            ),
            Some(Features::LogMel { .. }) => (
                format!("there are no two views of a sound, and `{name}` has sounds"),
                "`views` are of pictures, whose features have an `augment`",
            ),
        };
        self.wrong(Code::WrongObjective, &["train", "data"], message, hint);
    }

    /// A regression learns from labels that are numbers.
    fn numbers(&mut self, name: &Name, dataset: &Dataset) {
        if dataset.has_labels() == Some(false) {
            let message = format!("`regression` expects records with numbers for labels, and `{name}` has none");
            let hint = "take a source whose rows have a label; text files have none";
            return self.wrong(Code::NoLabels, &["train", "data"], message, hint);
        }
        // The last step that sorts records into classes says what their labels are.
        let steps =
            dataset.clean.iter().rev().map(|step| if let CleanStep::Classify(own) = step { Some(own) } else { None });
        let classes = steps.flatten().next().filter(|own| own.into == ClassifyInto::Label);
        let classes = classes.map(|Classify { rules, .. }| rules.keys().map(ToString::to_string));
        if let Some(class) = classes.and_then(|classes| classes.into_iter().find(|class| class.parse::<f64>().is_err()))
        {
            let message = format!(
                "`regression` expects numbers for labels, and `{name}` is sorted into classes such as `{class}`"
            );
            self.wrong(Code::NoLabels, &["train", "data"], message, "learn the classes with `classification`");
        }
    }

    /// A generator makes numbers between -1 and 1, and its critic tells all others at once.
    fn range(&mut self, name: &Name, dataset: &Dataset) {
        let Some(Features::Image { mean, std, .. }) = &dataset.features else { return };
        let [low, high] =
            [0.0, 1.0].map(|brightness: f64| mean.iter().zip(std).map(move |(mean, std)| (brightness - mean) / std));
        let (low, high) = (low.fold(f64::INFINITY, f64::min), high.fold(f64::NEG_INFINITY, f64::max));
        if low < -1.001 || high > 1.001 || (high - low) < 1.5 {
            let message =
                format!("a `gan` makes numbers from -1 to 1, and those of `{name}` lie from {low:.3} to {high:.3}");
            let hint = "`mean: [0.5]` and `std: [0.5]` bring them there, one of each for every channel";
            self.warn(&["train", "data"], message, hint);
        }
    }

    /// What the objective and the network say of each other, and of a batch.
    fn shape(&mut self) {
        let Model { architecture, train, .. } = self.model;
        match (&train.objective, architecture) {
            (Objective::Autoencoder(Reconstruction { decoder: None, .. }), Architecture::Vit(_)) => {
                let message = "a `vit` has nothing that makes its pictures whole".to_owned();
                let hint = "give the objective a decoder, such as `decoder: { layers: 1, width: 64, heads: 4 }`";
                self.wrong(Code::MissingKey, &["train", "objective", "decoder"], message, hint);
            }
            (
                Objective::Autoencoder(Reconstruction { corruption: Corruption::Mask { .. }, decoder: Some(_) }),
                Architecture::Vit(vit),
            ) if vit.patches() < 2 => {
                let message = "the network reads a record as 1 patch, of which nothing can be hidden".to_owned();
                let hint = "make `patch` smaller, or take another `corruption`";
                self.wrong(Code::ShapeMismatch, &["train", "objective", "corruption"], message, hint);
            }
            (Objective::Autoencoder(Reconstruction { decoder: Some(_), .. }), Architecture::Autoencoder(_)) => {
                let message = "an `autoencoder` has a decoder of its own".to_owned();
                let hint = "leave `decoder` out: it is that of a `vit`";
                self.wrong(Code::ConflictingKeys, &["train", "objective", "decoder"], message, hint);
            }
            (Objective::Contrastive(_), _) => {
                let rows = train.batch_tokens / architecture.context().max(1) / train.accumulate.max(1);
                if rows < 2 {
                    let message = "a batch of 1 record has nothing to keep it apart from".to_owned();
                    let hint = "make the batch larger, or `accumulate` smaller";
                    self.wrong(Code::ShapeMismatch, &["train"], message, hint);
                }
            }
            (
                Objective::CausalLm
                | Objective::MaskedLm(_)
                | Objective::Instruction
                | Objective::Classification(_)
                | Objective::Regression(_)
                | Objective::Autoencoder(_)
                | Objective::Adversarial(_)
                | Objective::Distillation(_)
                | Objective::Preference(_),
                _,
            ) => {}
        }
    }
}

/// Returns what changes nothing, and is like this otherwise.
fn unchanged(augment: &Augment) -> Augment {
    Augment { stream: augment.stream, ..Augment::default() }
}

/// Returns whether the rows of a dataset may have a chosen and a rejected answer.
fn may_prefer(dataset: &Dataset) -> bool {
    let read = dataset.source.fetched().unwrap_or(&dataset.source);
    let is_text = matches!(read, Source::Files { .. } | Source::Lines { .. }) && dataset.extract.is_none();
    let is_named = read.columns().is_none_or(Columns::may_prefer) || dataset.extract.is_some();
    !is_text && is_named && read.media().is_none()
}

/// Returns whether the records of a dataset may have a text beside their picture.
fn may_have_captions(dataset: &Dataset) -> bool {
    !dataset.is_without_text()
}
