//! What a model reads decides which stages stand before it.

use super::*;

const MORE: &str = "\
tokenizers.bytes.special-tokens=[mask]
datasets.pictures={ source: { type: pairs, root: p, table: t.csv, media: image, include: [a] }, features: { type: image, width: 4, height: 4, channels: 1 } }
datasets.labelled={ source: { type: described, tokens: 1000 } }
models.seer={ architecture: { type: mlp, hidden: [8] }, train: { objective: { type: classification, classes: [a, b] }, data: pictures, budget: { steps: 1 } } }
models.namer={ architecture: { type: clip, image: { layers: 1, width: 8, heads: 1, patch: 2 }, text: { layers: 1, width: 8, heads: 1, context: 8 }, projection: 8 }, tokenizer: bytes, train: { objective: { type: contrastive, pairs: captions }, data: pictures, budget: { steps: 1 } } }
models.hider={ architecture: { type: bert, layers: 1, width: 8, heads: 1, context: 8 }, tokenizer: bytes, train: { objective: { type: masked-lm }, data: prose, budget: { steps: 1 } } }
models.guesser={ base: general, train: { objective: { type: regression }, data: labelled, budget: { steps: 1 } } }
models.chooser={ base: general, train: { objective: { type: preference }, data: labelled, budget: { steps: 1 } } }";

fn needs(plan: &Plan, stage: &str) -> Vec<String> {
    let stage = plan.stage(&stage.parse().unwrap()).unwrap();
    let read = stage.needs.iter().filter(|need| !need.kind().is_condition());
    read.map(ToString::to_string).collect()
}

#[test]
fn a_model_stands_behind_the_tokens_the_features_or_both() {
    let plan = plan(&recipe(MORE));
    assert_eq!(needs(&plan, "train:seer"), ["dataset:pictures"]);
    assert_eq!(needs(&plan, "train:namer"), ["tokens:pictures/bytes/captions", "dataset:pictures"]);
    assert_eq!(needs(&plan, "train:hider"), ["tokens:prose/bytes", "tokenizer:bytes"]);
    assert_eq!(needs(&plan, "train:guesser"), ["tokens:labelled/bytes/numbers", "train:general"]);
    assert_eq!(needs(&plan, "train:chooser"), ["tokens:labelled/bytes/pairs", "train:general"]);
    assert!(plan.stages.iter().all(|stage| stage.needs.iter().all(|need| plan.stage(need).is_some())));
}

#[test]
fn what_changes_pictures_while_they_are_learnt_makes_other_trainings_and_the_same_data() {
    let one = plan(&recipe(MORE));
    let augmented = format!("{MORE}\ndatasets.pictures.features.augment={{ flip: horizontal }}");
    let changed = changed(&one, &plan(&recipe(&augmented)));
    assert!(changed.contains("train:seer") && changed.contains("train:namer"), "{changed:?}");
    assert!(!changed.iter().any(|id| id.starts_with("dataset:") || id.starts_with("tokens:")), "{changed:?}");
}

#[test]
fn a_batch_in_records_is_a_batch_in_tokens() {
    let of = |model: &str, set: &str| {
        let plan = plan(&recipe(&format!("{MORE}\n{set}")));
        let Work::Train(work) = &plan.stage(&format!("train:{model}").parse().unwrap()).unwrap().work else {
            unreachable!("it is a training")
        };
        (work.train.batch_tokens, work.train.validate.tokens)
    };
    assert_eq!(of("seer", "").0, 64);
    assert_eq!(of("hider", "").0, 16 * 8);
    let sizes = "train={ objective: { type: masked-lm }, data: prose, budget: { steps: 1 }, batch-records: 4, validate: { records: 10 } }";
    assert_eq!(of("hider", &format!("models.hider.{sizes}")), (32, 80));
}
