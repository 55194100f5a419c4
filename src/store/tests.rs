//! The database as a whole: made, shared, refused, damaged.

use std::fs;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use crate::artifact::Workspace;
use crate::error::{Exit, Explain as _};
use crate::id::{RunId, StageId};
use crate::recipe::evaluation::{Gate, GateRule, Metric, Sampling};
use crate::record::report::{EvaluationReport, SampleReport};
use crate::record::{Event, EventKind, GateRepeats, GateResult, Machine, Repeated, StageStatus};
use crate::store::fixture::{block_on, new_run, stage_row, store, store_with_run};
use crate::store::migrate::{self, Schema};
use crate::store::{EvaluationRow, GateRow, SampleRow, StageRow, Store, StoreError};

async fn execute(workspace: &Workspace, sql: &'static str) {
    let mut connection = SqliteConnectOptions::new().filename(workspace.database()).connect().await.unwrap();
    sqlx::query(sql).execute(&mut connection).await.unwrap();
    migrate::close(connection).await.unwrap();
}

#[test]
fn a_new_database_has_its_tables_and_is_sound() {
    block_on(async {
        let (_project, store) = store().await;
        let tables: Vec<String> = sqlx::query_scalar(
            "select name from sqlite_schema where type = 'table' and name not like '\\_%' escape '\\' order by name",
        )
        .fetch_all(store.reader())
        .await
        .unwrap();
        let expected = "aliases artifacts attempts cards checkpoints evaluations events gates metrics model_parents \
                        model_versions runs samples stage_outputs stage_runs";
        assert_eq!(tables.join(" "), expected);
        let loose: Vec<String> = sqlx::query_scalar(
            "select name from pragma_table_list
             where schema = 'main' and type = 'table' and strict = 0
               and name not like 'sqlite%' and name not like '\\_%' escape '\\'",
        )
        .fetch_all(store.reader())
        .await
        .unwrap();
        assert_eq!(loose, Vec::<String>::new());
        assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
        store.close().await;
    });
}

#[test]
fn many_openers_at_once_make_one_database_and_none_is_turned_away() {
    let project = tempfile::tempdir().unwrap();
    let workspace = Workspace::create(project.path()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4u128 {
            let workspace = &workspace;
            scope.spawn(move || {
                block_on(async {
                    let (one, two) = tokio::join!(Store::open(workspace), Store::open(workspace));
                    for (i, store) in [one.unwrap(), two.unwrap()].into_iter().enumerate() {
                        let run = RunId::from_bits(1 + thread * 2 + i as u128);
                        store.insert_run(&new_run(run, 1)).await.unwrap();
                        store.close().await;
                    }
                });
            });
        }
    });
    block_on(async {
        let store = Store::open_reading(&workspace).await.unwrap();
        assert_eq!(store.runs(100).await.unwrap().len(), 8);
        store.close().await;
    });
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    block_on(async {
        let (project, store) = store().await;
        store.close().await;
        let workspace = Workspace::open(project.path()).unwrap();
        execute(
            &workspace,
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             values (9999, 'later', 1, x'00', 0)",
        )
        .await;
        for error in [Store::open(&workspace).await.unwrap_err(), Store::open_reading(&workspace).await.unwrap_err()] {
            assert!(matches!(error, StoreError::Newer { found: 9999, .. }), "{error}");
            assert_eq!(error.exit(), Exit::Conflict);
        }
    });
}

#[test]
fn a_database_is_copied_before_it_is_brought_up_to_date() {
    block_on(async {
        let (project, store, run) = store_with_run().await;
        store.close().await;
        let workspace = Workspace::open(project.path()).unwrap();
        let path = workspace.database();
        for _ in 0..2 {
            let mut connection = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
            migrate::migrate(&mut connection, &path, Schema::Older(1)).await.unwrap();
            migrate::close(connection).await.unwrap();
        }
        fs::rename(path.with_extension("db.schema-1"), &path).unwrap();
        let store = Store::open_reading(&workspace).await.unwrap();
        assert_eq!(store.run_by_prefix("latest").await.unwrap().id, run);
        store.close().await;
    });
}

#[test]
fn a_database_from_before_repeats_is_brought_up_to_date_with_what_it_holds() {
    block_on(async {
        let (project, store, run) = store_with_run().await;
        let (gate, measured) = (gate_row(), evaluation_row());
        store.insert_gate(run, &gate).await.unwrap();
        store.insert_evaluation(run, &measured).await.unwrap();
        store.close().await;
        let workspace = Workspace::open(project.path()).unwrap();
        execute(&workspace, "alter table gates drop column repeats").await;
        execute(&workspace, "alter table model_versions drop column classification").await;
        execute(&workspace, "delete from _sqlx_migrations where version > 1").await;
        assert!(matches!(Store::open_reading(&workspace).await, Err(StoreError::Older { found: 1, .. })));
        let store = Store::open(&workspace).await.unwrap();
        assert_eq!(store.gates_of_run(run).await.unwrap(), [gate]);
        assert_eq!(store.evaluations_of_run(run).await.unwrap(), std::slice::from_ref(&measured));
        let told = EvaluationReport { metric: Metric::MacroF1, ..measured.report.clone() };
        store.insert_evaluation(run, &EvaluationRow { report: told, ..measured }).await.unwrap();
        assert!(store.check().await.unwrap().is_empty());
        store.close().await;
    });
}

#[test]
fn damage_is_told_as_damage() {
    block_on(async {
        let (project, store, _run) = store_with_run().await;
        store.close().await;
        let workspace = Workspace::open(project.path()).unwrap();
        let mut bytes = fs::read(workspace.database()).unwrap();
        bytes[4096..].fill(0x5a);
        fs::write(workspace.database(), &bytes).unwrap();
        let error = match Store::open_reading(&workspace).await {
            Ok(store) => store.runs(1).await.unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(error.exit(), Exit::Integrity, "{error:?}");
        fs::write(
            workspace.database(),
            b"this was never a database, and it is longer than a header of one hundred bytes, which SQLite reads first",
        )
        .unwrap();
        let error = Store::open(&workspace).await.unwrap_err();
        assert_eq!(error.exit(), Exit::Integrity, "{error:?}");
    });
}

#[test]
fn a_value_of_another_world_is_damage_and_no_panic() {
    block_on(async {
        let (project, store, run) = store_with_run().await;
        store.close().await;
        let workspace = Workspace::open(project.path()).unwrap();
        execute(&workspace, "update runs set recipe = '../../etc'").await;
        let store = Store::open_reading(&workspace).await.unwrap();
        let error = store.run(run).await.unwrap_err();
        assert_eq!(error.exit(), Exit::Integrity);
        assert_eq!(error.to_string(), "table `runs` contains a value this program cannot read");
        store.close().await;
    });
}

#[test]
fn a_reader_finds_nothing_where_nothing_is_and_writes_nothing() {
    block_on(async {
        let project = tempfile::tempdir().unwrap();
        let workspace = Workspace::create(project.path()).unwrap();
        let error = Store::open_reading(&workspace).await.unwrap_err();
        assert!(matches!(error, StoreError::NoDatabase { .. }), "{error}");
        assert!(!workspace.database().exists());
        let writer = Store::open(&workspace).await.unwrap();
        let reader = Store::open_reading(&workspace).await.unwrap();
        writer.insert_run(&new_run(RunId::from_bits(1), 1)).await.unwrap();
        assert_eq!(reader.runs(9).await.unwrap().len(), 1);
        let error = reader.insert_run(&new_run(RunId::from_bits(2), 1)).await.unwrap_err();
        assert!(matches!(error, StoreError::ReadOnly), "{error}");
        reader.close().await;
        writer.close().await;
    });
}

/// Returns what came out of a gate without repeats.
fn gate_row() -> GateRow {
    let gate = Gate {
        model: "general".parse().unwrap(),
        evaluation: "ppl".parse().unwrap(),
        rule: GateRule::MaxWorsePercent { percent: 15.0, than: "general".parse().unwrap() },
    };
    let result =
        GateResult { gate, value: 0.1, reference: 0.3, passed: false, explanation: "no".into(), repeats: None };
    GateRow { stage: "train:general".parse().unwrap(), result }
}

fn evaluation_row() -> EvaluationRow {
    let (metric, value) = (Metric::Perplexity, 1.0 / 3.0);
    let report = EvaluationReport::new(metric, value, 0.1, 7);
    let (model, evaluation) = ("general".parse().unwrap(), "ppl".parse().unwrap());
    EvaluationRow { stage: "train:general".parse().unwrap(), model, evaluation, report }
}

#[test]
fn what_a_run_found_out_comes_back_as_it_was() {
    block_on(async {
        let (_project, store, run) = store_with_run().await;
        let stage: StageId = "train:general".parse().unwrap();
        let gate = gate_row();
        let value = Repeated::of(vec![0.1, 1.0 / 3.0]).unwrap();
        let repeats = Some(GateRepeats { reference: Some(value.scaled(3.0)), value });
        let repeated = GateRow { result: GateResult { repeats, ..gate.result.clone() }, ..gate.clone() };
        let evaluation = evaluation_row();
        let report = SampleReport { prompt: "a".into(), text: "b\0c".into(), tokens: 1, sampling: Sampling::default() };
        let sample = SampleRow { stage: stage.clone(), model: "general".parse().unwrap(), report };
        for _ in 0..2 {
            store.insert_gate(run, &gate).await.unwrap();
            store.insert_evaluation(run, &evaluation).await.unwrap();
            store.insert_sample(run, &sample).await.unwrap();
        }
        assert_eq!(store.gates_of_run(run).await.unwrap(), [gate]);
        store.insert_gate(run, &repeated).await.unwrap();
        assert_eq!(store.gates_of_run(run).await.unwrap(), [repeated]);
        assert_eq!(store.evaluations_of_run(run).await.unwrap(), [evaluation]);
        assert_eq!(store.samples_of_run(run).await.unwrap(), [sample]);
        store.close().await;
    });
}

#[test]
fn the_machine_of_a_cached_stage_is_that_of_the_run_that_did_it() {
    block_on(async {
        let (_project, store, run) = store_with_run().await;
        let stage: StageId = "train:general".parse().unwrap();
        let machine = Machine { threads: 2, ..Machine::default() };
        let kind = EventKind::Started { pid: 1, machine: Box::new(machine.clone()) };
        let event = Event { version: 1, stage: stage.clone(), attempt: 1, sequence: 0, at_ms: 1, kind };
        store.append_events(run, &[event]).await.unwrap();
        let later = RunId::from_bits(2);
        store.insert_run(&new_run(later, 2)).await.unwrap();
        let cached = StageRow { status: StageStatus::Cached, from_run: Some(run), ..stage_row("train:general", 0) };
        store.insert_stages(later, &[cached]).await.unwrap();
        assert_eq!(store.machine_of(later, &stage).await.unwrap(), Some(machine));
        assert_eq!(store.machine_of(later, &"train:other".parse().unwrap()).await.unwrap(), None);
        store.close().await;
    });
}
