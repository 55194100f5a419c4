//! Who teaches and who judges is part of what is learnt and of what is measured: in the plan, in its keys, and in its figures.

use super::*;
use crate::plan::estimate::known::Known;

const MORE: &str = "\
datasets.pictures={ source: { type: image-folder, root: p }, features: { type: image, width: 8, height: 8, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } }
models.wise={ architecture: { type: llama, layers: 2, width: 16, heads: 2, context: 16 }, tokenizer: bytes, train: { data: prose, budget: { steps: 3 } } }
models.student={ architecture: { type: gpt2, layers: 1, width: 8, heads: 1, context: 16 }, train: { objective: { type: distillation, teacher: wise }, data: prose, budget: { steps: 3 } } }
models.topic={ architecture: { type: mlp, hidden: [8] }, train: { objective: { type: classification, classes: [a, b] }, data: pictures, budget: { steps: 3 } } }
models.forger={ architecture: { type: gan, latent: 4, channels: 4 }, train: { objective: { type: adversarial }, data: pictures, budget: { steps: 3 } } }
evaluations.recognised={ metric: recognised, data: pictures, by: topic }";

fn of(more: &str) -> Plan {
    plan(&recipe(&format!("{MORE}\n{more}")))
}

fn needs(plan: &Plan, stage: &str) -> Vec<String> {
    plan.stage(&stage.parse().unwrap()).unwrap().needs.iter().map(ToString::to_string).collect()
}

#[test]
fn a_student_stands_behind_its_teacher_and_has_its_tokenizer_and_its_network() {
    let plan = of("");
    assert!(needs(&plan, "train:student").contains(&"train:wise".to_owned()));
    let Work::Train(work) = &plan.stage(&"train:student".parse().unwrap()).unwrap().work else { unreachable!() };
    let teacher = work.teacher.as_ref().unwrap();
    assert_eq!((teacher.model.as_str(), teacher.weights.to_string()), ("wise", "train:wise".to_owned()));
    assert_eq!((teacher.architecture.word(), teacher.vocab_size), ("llama", 300));
    assert_eq!(work.tokenizer.as_ref().map(Name::as_str), Some("bytes"));
    let key = &plan.stage(&"train:student".parse().unwrap()).unwrap().key;
    assert_eq!(key["objective"]["teacher"], "wise");
    assert!(key["inputs"]["train:wise"].is_string(), "{key}");
}

#[test]
fn another_teacher_makes_another_student_and_another_judge_other_measurements() {
    let one = of("");
    let taught = changed(&one, &of("models.wise.train.budget.steps=4"));
    assert!(taught.contains("train:wise") && taught.contains("train:student"), "{taught:?}");
    assert!(!taught.contains("train:forger") && !taught.contains("evaluate:forger/recognised"), "{taught:?}");
    let judged = changed(&one, &of("models.topic.train.budget.steps=4"));
    assert!(judged.contains("evaluate:forger/recognised"), "{judged:?}");
    assert!(!judged.contains("train:forger") && !judged.contains("train:student"), "{judged:?}");
    let temperature = changed(&one, &of("models.student.train.objective.temperature=3"));
    assert!(temperature.contains("train:student") && !temperature.contains("train:wise"), "{temperature:?}");
}

#[test]
fn a_judge_is_an_input_of_what_it_judges_and_of_nothing_else() {
    let plan = of("");
    let judged = needs(&plan, "evaluate:forger/recognised");
    assert!(judged.contains(&"train:topic".to_owned()) && judged.contains(&"train:forger".to_owned()), "{judged:?}");
    let stage = plan.stage(&"evaluate:forger/recognised".parse().unwrap()).unwrap();
    assert_eq!(stage.key["by"], "train:topic");
    let Work::Evaluate(work) = &stage.work else { unreachable!() };
    assert_eq!(work.by.as_ref().unwrap().classification.classes, ["a", "b"]);
    let others = plan.stages.iter().filter(|other| other.id != stage.id);
    assert!(others.into_iter().all(|other| other.key.get("by").is_none()));
}

#[test]
fn in_every_repeat_the_teacher_and_the_judge_are_those_of_the_same_repeat() {
    let plan = of("run.repeats=2");
    assert!(
        needs(&plan, "train:student/2").contains(&"train:wise/2".to_owned()),
        "{:?}",
        needs(&plan, "train:student/2")
    );
    assert!(needs(&plan, "evaluate:forger/recognised/2").contains(&"train:topic/2".to_owned()));
}

#[test]
fn a_network_without_tokens_has_no_tokenizer_in_the_plan() {
    let plan = of("");
    for id in ["train:topic", "train:forger", "evaluate:forger/recognised"] {
        let work = serde_json::to_value(&plan.stage(&id.parse().unwrap()).unwrap().work).unwrap();
        assert!(work.get("tokenizer").is_none(), "{id}: {work}");
        // What was written when there was a name in its place is read as it was.
        let mut older = work.clone();
        older["tokenizer"] = serde_json::json!("topic");
        assert!(serde_json::from_value::<Work>(older).is_ok() && serde_json::from_value::<Work>(work).is_ok());
    }
}

#[test]
fn what_a_teacher_computes_and_holds_is_part_of_the_figures() {
    let plan = of("");
    let estimate = crate::plan::estimate::of(&plan, &Known::default());
    let training = |id: &str| estimate.stages[&id.parse().unwrap()].training.clone().unwrap();
    let (student, teacher) = (training("train:student"), training("train:wise"));
    assert_eq!(student.memory.beside, 4 * teacher.total_parameters, "32-bit floats");
    assert!(student.flops.beside > 0.0 && teacher.flops.beside == 0.0);
    assert!(student.total_flops > student.flops.parameters + student.flops.attention + student.flops.validation);
}
