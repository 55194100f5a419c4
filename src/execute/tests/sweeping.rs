//! Sweeps: variants side by side, one of which may fail, and the law that all of them give.

use super::*;
use crate::analysis::ScalingLaw;
use crate::error::Exit;
use crate::execute::executor::{Outcome, ScriptedExecutor};
use crate::id::Name;
use crate::plan::Work;
use crate::plan::work::AnalyseWork;
use crate::recipe::analysis::{Analysis, Target};
use crate::recipe::model::Architecture;
use crate::record::{FailureClass, RunStatus};
use crate::schedule::scheduler::samples::{dataset, evaluate_of, name, plan, stage, train};

const WIDTHS: [u32; 3] = [8, 16, 32];

fn variant(width: u32) -> String {
    format!("general-width-{width}")
}

/// A dataset, three widths of a model, a measurement of each, and the law of them.
fn sweep() -> Plan {
    let mut stages = vec![stage("dataset:prose", dataset(), &[])];
    let mut needs = Vec::new();
    for width in WIDTHS {
        let model = variant(width);
        let (trained, measured) = (format!("train:{model}"), format!("evaluate:{model}/ppl"));
        let mut work = train(&model, None);
        if let Work::Train(work) = &mut work {
            let Architecture::Llama(llama) = &mut work.architecture else { unreachable!("the fixture is a Llama") };
            llama.width = width;
        }
        stages.push(stage(&trained, work, &["dataset:prose"]));
        stages.push(stage(&measured, evaluate_of(&model, 1, crate::recipe::run::DeviceChoice::Cpu), &[&trained]));
        needs.extend([trained, measured]);
    }
    let models: Vec<Name> = WIDTHS.map(|width| name(&variant(width))).into();
    let analysis = Analysis::ScalingLaw {
        models,
        evaluation: name("ppl"),
        predict: vec![Target { parameters: 10_000, tokens: 1 }],
    };
    let needs: Vec<&str> = needs.iter().map(String::as_str).collect();
    stages.push(stage("analyse:law", Work::Analyse(AnalyseWork { name: name("law"), analysis }), &needs));
    plan(stages)
}

/// Workers that measure wider models as better.
fn workers() -> ScriptedExecutor {
    WIDTHS.iter().zip([40.0, 30.0, 24.0]).fold(ScriptedExecutor::default(), |executor, (width, value)| {
        executor.with(id(&format!("evaluate:{}/ppl", variant(*width))), Outcome::Finish { value })
    })
}

#[test]
fn a_variant_that_fails_leaves_the_others_running() {
    block_on(async {
        let world = World::new();
        let fails = Outcome::Fail { class: FailureClass::Work, message: "the training diverged".to_owned() };
        let mut executor = workers().with(id("train:general-width-16"), fails);
        let outcome = world.run(&mut executor, &sweep()).await;
        assert_eq!((outcome.status, outcome.exit()), (RunStatus::Failed, Exit::Failed));
        let expected = expected(&[
            ("dataset:prose", StageStatus::Finished),
            ("train:general-width-8", StageStatus::Finished),
            ("evaluate:general-width-8/ppl", StageStatus::Finished),
            ("train:general-width-16", StageStatus::Failed),
            ("evaluate:general-width-16/ppl", StageStatus::Skipped),
            ("train:general-width-32", StageStatus::Finished),
            ("evaluate:general-width-32/ppl", StageStatus::Finished),
            // A law of what is left would be another law than the recipe asks for.
            ("analyse:law", StageStatus::Skipped),
        ]);
        assert_eq!(ends(&outcome), expected);
    });
}

#[test]
fn a_law_is_found_when_all_are_measured_and_is_the_same_every_time() {
    block_on(async {
        let mut found = Vec::new();
        for _ in 0..2 {
            let world = World::new();
            let outcome = world.run(&mut workers(), &sweep()).await;
            assert_eq!(outcome.status, RunStatus::Succeeded, "{outcome:?}");
            let rows = world.rows().await;
            let law = rows.iter().find(|row| row.stage == id("analyse:law")).unwrap();
            let bytes = ArtifactStore::new(&world.workspace).read(law.outputs["law.json"].digest).unwrap();
            found.push((law.outputs["law.svg"].digest, bytes));
        }
        assert_eq!(found[0], found[1]);
        let law: ScalingLaw = serde_json::from_slice(&found[0].1).unwrap();
        let losses: Vec<f64> = law.points.iter().map(|point| point.loss).collect();
        assert_eq!(losses, [40f64.ln(), 30f64.ln(), 24f64.ln()]);
        assert!(law.exponent.value > 0.0 && law.predictions[0].loss < losses[2], "{law:?}");
    });
}

#[test]
fn trainings_of_one_size_have_no_law_and_say_so() {
    block_on(async {
        let world = World::new();
        let mut same = sweep();
        for stage in &mut same.stages {
            if let Work::Train(work) = &mut stage.work {
                let Architecture::Llama(llama) = &mut work.architecture else { unreachable!("the fixture is a Llama") };
                llama.width = 8;
            }
        }
        let outcome = world.run(&mut workers(), &same).await;
        assert_eq!((outcome.status, outcome.exit()), (RunStatus::Failed, Exit::Failed));
        let why = outcome.stages.last().unwrap().explanation.clone().unwrap();
        assert!(why.contains("a law takes trainings of different compute"), "{why}");
    });
}
