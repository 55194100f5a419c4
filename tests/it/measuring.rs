//! Evaluations, from a recipe to its report: every kind of model is measured by what it does.

use std::sync::OnceLock;

use image::{GrayImage, Luma};
use serde_json::{Value, json};

use crate::support::{Dice, Project, write_prose};

fn png(width: u32, height: u32, brightness: impl Fn(u32, u32) -> u8) -> Vec<u8> {
    let image = GrayImage::from_fn(width, height, |x, y| Luma([brightness(x, y)]));
    let mut bytes = Vec::new();
    image.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
    bytes
}

/// A picture of which one half is bright, and the other as dark as its number says.
fn half(is_right: bool, number: u32) -> Vec<u8> {
    png(8, 8, |x, y| if (x >= 4) == is_right { 200 } else { 20 + (number * 7 + x * 3 + y * 5) as u8 % 60 })
}

fn data(project: &Project) {
    write_prose(project);
    let mut captions = String::from("file,caption\n");
    for number in 0..40 {
        for (is_right, side) in [(false, "left"), (true, "right")] {
            project.write(&format!("data/halves/{side}/{number}.png"), half(is_right, number));
            project.write(&format!("data/shown/{side}-{number}.png"), half(is_right, number));
            captions.push_str(&format!("{side}-{number}.png,the {side} half {number}\n"));
        }
    }
    project.write("data/shown/captions.csv", captions);
    for (grade, number) in (0..10).flat_map(|grade| (0..12).map(move |number| (grade, number))) {
        let picture = png(4, 4, |x, y| (grade * 24 + (x * 5 + y * 3 + number) % 16) as u8);
        project.write(&format!("data/grades/{grade}/{number}.png"), picture);
    }
    let counts = (0..120).map(|i| {
        let mut dice = Dice::new(i + 1);
        let words: Vec<&str> = (0..8).map(|_| dice.of(&["river", "stone"])).collect();
        let n = words.iter().filter(|word| **word == "river").count();
        format!("{}\n", json!({ "text": words.join(" "), "label": n }))
    });
    project.write("data/counts.jsonl", counts.collect::<String>());
}

/// A project whose models are trained and measured.
fn project() -> &'static Project {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let project = Project::empty();
        project.write("measured.yaml", include_str!("support/measured.yaml"));
        data(&project);
        let said = project.pedigree(&["run", "measured.yaml"]);
        assert_eq!(said.code, 0, "{said}");
        project
    })
}

/// Returns the reports of an evaluation, by model.
fn reports(evaluation: &str) -> Vec<(String, Value)> {
    static STATUS: OnceLock<Value> = OnceLock::new();
    let status = STATUS.get_or_init(|| project().json(&["status"]));
    let ending = format!("/{evaluation}");
    let all = status["evaluations"].as_array().unwrap().iter().filter_map(|entry| {
        let stage = entry["stage"].as_str().unwrap();
        let model = stage.strip_prefix("evaluate:").unwrap().strip_suffix(&ending)?;
        Some((model.to_owned(), entry["report"].clone()))
    });
    all.collect()
}

/// Returns the report of an evaluation that measures one model.
fn report(model: &str, evaluation: &str) -> Value {
    let mut all = reports(evaluation);
    assert_eq!(all.iter().map(|(model, _)| model.as_str()).collect::<Vec<_>>(), [model], "{evaluation}");
    all.remove(0).1
}

fn value(report: &Value) -> f64 {
    report["value"].as_f64().unwrap_or_else(|| panic!("no value in {report:#}"))
}

/// The number lies within what it would be on other records.
fn is_within_its_interval(report: &Value) {
    let bound = |of: &str| report["interval"][of].as_f64().unwrap_or_else(|| panic!("no interval in {report:#}"));
    assert!(bound("low") <= value(report) && value(report) <= bound("high"), "{report:#}");
    assert_eq!(report["interval"]["resamples"], 1000);
}

#[test]
fn a_regression_is_measured_by_how_far_off_it_is() {
    let [off, far_off, told] = ["off", "far-off", "told"].map(|evaluation| report("grade", evaluation));
    for report in [&off, &far_off, &told] {
        is_within_its_interval(report);
    }
    // Grades go from 0 to 9, and what is told of them is nearly all.
    assert!(value(&off) > 0.0 && value(&off) <= value(&far_off) && value(&far_off) < 1.0, "{off:#} {far_off:#}");
    assert!(value(&told) > 0.9 && value(&told) < 1.0, "{told:#}");
    assert!(off["records"].as_u64().unwrap() > 10);
}

#[test]
fn a_gate_on_a_regression_stops_the_run() {
    let gate = "gates=[{ model: grade, evaluation: off, at-most: 0.000001 }]";
    let said = project().pedigree(&["run", "measured.yaml", "--set", gate]);
    assert_eq!(said.code, 1, "{said}");
    assert!(said.to_string().contains("gate:grade/off: 0.0"), "{said}");
}

#[test]
fn a_regression_of_texts_reads_spoiled_ones_too() {
    let (clean, spoiled) = (report("count", "counted"), report("count", "counted-in-spoiled"));
    is_within_its_interval(&clean);
    assert_eq!(spoiled["robustness"]["clean"].as_f64(), Some(value(&clean)));
    assert_ne!(value(&spoiled), value(&clean));
}

#[test]
fn noise_and_shifts_spoil_pictures() {
    assert_eq!(value(&report("half", "which")), 1.0);
    let [nothing, noise, shifted] =
        ["which-in-nothing", "which-in-noise", "which-in-shifted"].map(|evaluation| report("half", evaluation));
    assert_eq!((value(&nothing), nothing["robustness"]["drop"].as_f64()), (1.0, Some(0.0)));
    for report in [noise, shifted] {
        let drop = report["robustness"]["drop"].as_f64().unwrap();
        assert!(drop > 0.05 && (drop - (1.0 - value(&report))).abs() < 1e-9, "{report:#}");
    }
}

#[test]
fn views_are_measured_by_the_labels_of_neighbours() {
    let neighbours = report("alike", "neighbours");
    is_within_its_interval(&neighbours);
    assert!(value(&neighbours) >= 0.9, "{neighbours:#}");
}

#[test]
fn what_was_made_whole_again_is_measured_record_by_record() {
    let redrawn = reports("redrawn");
    assert_eq!(redrawn.iter().map(|(model, _)| model.as_str()).collect::<Vec<_>>(), ["codes", "patches"]);
    for (_, report) in &redrawn {
        is_within_its_interval(report);
        assert!(value(report) > 0.0 && report["records"].as_u64().unwrap() > 10, "{report:#}");
    }
}

#[test]
fn hidden_tokens_are_measured_in_spoiled_texts_too() {
    let (clean, spoiled) = (report("masked", "hidden"), report("masked", "hidden-in-spoiled"));
    is_within_its_interval(&clean);
    assert_eq!(spoiled["robustness"]["clean"].as_f64(), Some(value(&clean)));
    assert_ne!(value(&spoiled), value(&clean));
}

#[test]
fn what_is_made_and_what_is_found_has_a_number() {
    assert!(value(&report("forger", "forged")) > 0.0);
    let found = report("towers", "found");
    is_within_its_interval(&found);
    assert!((0.0..=1.0).contains(&value(&found)));
}

#[test]
fn the_machine_is_measured_with_whoever_reads_the_data() {
    let pictures = ["alike", "codes", "forger", "half", "patches"];
    for (evaluation, models) in [
        ("rate-of-pictures", &pictures[..]),
        ("time-of-pictures", &pictures),
        ("memory-of-pictures", &pictures),
        // Whoever reads pictures of this size or texts alone reads half of them.
        ("time-of-pairs", &["alike", "codes", "count", "forger", "half", "masked", "patches", "towers"]),
        ("time-of-texts", &["count", "masked"]),
    ] {
        let all = reports(evaluation);
        assert_eq!(all.iter().map(|(model, _)| model.as_str()).collect::<Vec<_>>(), models, "{evaluation}");
        assert!(all.iter().all(|(_, report)| value(report) > 0.0), "{evaluation}");
    }
}
