//! Scaling laws: fitted in a run, shown with a plot, kept as a figure.

use std::sync::OnceLock;

use crate::support::Project;

const SWEEP: &str = include_str!("support/sweep.yaml");

const LAW: &str = r#"extends: sweep.yaml
name: law
matrix: { rate: [0.01], width: [8, 16, 32] }
models: { general: { train: { budget: { tokens: 2000 } } } }
analyses:
  law: { type: scaling-law, models: general, evaluation: loss, predict: [{ parameters: 5e4, tokens: 1e4 }, { parameters: 1e9, tokens: 1e9 }] }
"#;

fn project() -> Project {
    let project = Project::new();
    project.write("sweep.yaml", SWEEP);
    project.write("law.yaml", LAW);
    project
}

/// Returns a project that has found its law; tests that share it only read.
fn found() -> &'static Project {
    static FOUND: OnceLock<Project> = OnceLock::new();
    FOUND.get_or_init(|| {
        let project = project();
        let said = project.pedigree(&["run", "law.yaml"]);
        assert_eq!(said.code, 0, "{said}");
        project
    })
}

/// Returns text without the plot, whose dots stand where the numbers are.
fn without_plot(text: &str) -> String {
    let is_plot = |line: &&str| line.contains(['│', '┤', '└']) || line.trim_start().starts_with("[n]");
    text.lines().filter(|line| !is_plot(line)).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_run_reports_the_law_it_found() {
    let said = found().pedigree(&["status"]);
    let numbers = regex::Regex::new(r"± [\d.]+(e-?\d+)?|[-+]?\b\d+(\.\d+)?e-?\d+|[-+]?\b\d+\.\d+").unwrap();
    let text = numbers.replace_all(&said.to_string(), "[n]").into_owned();
    let start = text.find("scaling law law").unwrap_or_else(|| panic!("{said}"));
    insta::assert_snapshot!(without_plot(&text[start..]), @r#"
    scaling law law  L(C) = [n]·C^(−[n]) with C = 6·N·D, fitted to 3 models on loss
      α = [n] [n]  A = [n] [n]  E = 0 (a floor takes at least 5 different computes)
      losses around the law: [n] % · R² = [n] · n = 3

        loss, in nats a token
       training compute C = 6·N·D, in FLOP

     model  parameters  tokens  FLOP  loss  law  off by
     general-rate[n]-width-8  [n] k  [n] k  [n]  [n]  [n]  [n] %
     general-rate[n]-width-16  [n] k  [n] k  [n]  [n]  [n]  [n] %
     general-rate[n]-width-32  [n] k  [n] k  [n]  [n]  [n]  [n] %
    predicted  [n] k parameters on [n] k tokens ([n] FLOP): loss [n] (95 %: [n] to [n])
    predicted  [n] G parameters on [n] G tokens ([n] FLOP): loss [n] (95 %: [n] to [n])
      warning: that is [n] times beyond the trainings; past a factor of 100 a law is a guess
    figure  .pedigree/analyses/law-law-[short].svg

    what next
      pedigree reproduce [short]
    "#);
    let plot = &said.stdout[said.stdout.find("scaling law law").unwrap()..];
    assert_eq!((plot.matches('●').count(), plot.matches('○').count()), (3, 1), "{said}");
}

#[test]
fn programs_read_the_law_and_people_open_its_figure() {
    let status = found().json(&["status"]);
    let law = &status["laws"][0]["law"];
    assert_eq!(law["points"].as_array().unwrap().len(), 3);
    assert_eq!(law["floor-rule"], "too-few-points");
    let (scale, exponent) = (law["scale"]["value"].as_f64().unwrap(), law["exponent"]["value"].as_f64().unwrap());
    for point in law["points"].as_array().unwrap() {
        let (parameters, tokens) = (point["parameters"].as_f64().unwrap(), point["tokens"].as_f64().unwrap());
        let compute = point["compute"].as_f64().unwrap();
        assert_eq!(compute, 6.0 * parameters * tokens);
        let fitted = point["fitted"].as_f64().unwrap();
        assert!((fitted / (scale * compute.powf(-exponent)) - 1.0).abs() < 1e-6);
        let measured = found().json(&[
            "metrics",
            "latest",
            "--stage",
            &format!("evaluate:{}/loss", point["model"].as_str().unwrap()),
        ]);
        assert_eq!(measured[0]["value"], point["loss"]);
    }
    let figure = std::fs::read_to_string(found().path().join(status["laws"][0]["figure"].as_str().unwrap())).unwrap();
    assert!(figure.starts_with("<svg ") && figure.contains("(FLOP)"), "{figure}");
}

#[test]
fn another_prediction_changes_the_analysis_and_nothing_else() {
    let other = ["plan", "law.yaml", "--set", "analyses.law.predict=[{ parameters: 1, tokens: 1 }]"];
    let plan = found().json(&other);
    let stale: Vec<&str> = plan["stages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|stage| stage["freshness"]["state"] == "stale")
        .map(|stage| stage["id"].as_str().unwrap())
        .collect();
    assert_eq!(stale, ["analyse:law"]);
}

#[test]
fn a_law_of_losses_that_are_missing_is_skipped_and_told() {
    let project = project();
    let wild = LAW.replace(
        "budget:",
        "optimizer: { beta-2: 0.0, epsilon: 1.0e-16, learning-rate: 1.0, clip-norm: 1.0e+9 }, budget:",
    );
    project.write("law.yaml", wild);
    let said = project.pedigree(&["run", "law.yaml"]);
    assert_eq!(said.code, 1, "{said}");
    let status = project.json(&["status"]);
    let law = status["stages"].as_array().unwrap().iter().find(|stage| stage["stage"] == "analyse:law").unwrap();
    assert_eq!(law["status"], "skipped", "{status:#}");
    assert!(status.get("laws").is_none());
}
