//! `classify`, `embed`, `generate`: models of every kind, asked with texts, pictures and sounds.

use std::sync::OnceLock;

use image::{GrayImage, Luma};
use serde_json::Value;

use crate::support::media::Wav;
use crate::support::{Project, Said, write_prose};

/// A picture whose corner is dark or light, and whose rest is the contrary.
fn picture(is_light: bool, number: u32) -> Vec<u8> {
    let image = GrayImage::from_fn(24, 24, |x, y| {
        let is_corner = x < 6 && y < 6;
        Luma([if is_corner == is_light { 200 + (number % 5) as u8 * 10 } else { 10 + (number % 7) as u8 * 5 }])
    });
    let mut bytes = Vec::new();
    image.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
    bytes
}

/// A quarter of a second of a low tone or a high one.
fn tone(is_high: bool, number: u32) -> Vec<u8> {
    let hertz = if is_high { 2500.0 } else { 300.0 } + f64::from(number) * 10.0;
    let sample = |i: u32| ((f64::from(i) / 8000.0 * hertz * std::f64::consts::TAU).sin() * 12_000.0) as i16;
    let data = (0..2000).flat_map(|i| sample(i).to_le_bytes()).collect();
    Wav { data, ..Wav::default() }.bytes()
}

/// Pictures as a file of MNIST's format.
fn idx(pictures: &[[u8; 36]]) -> Vec<u8> {
    let header = [0x0803, pictures.len() as u32, 6, 6];
    let mut bytes: Vec<u8> = header.into_iter().flat_map(u32::to_be_bytes).collect();
    pictures.iter().for_each(|picture| bytes.extend(picture));
    bytes
}

/// A project whose models are trained and published.
fn project() -> &'static Project {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let project = Project::empty();
        project.write("asked.yaml", include_str!("support/asked.yaml"));
        write_prose(&project);
        let mut captions = String::from("file,caption\n");
        for number in 0..40 {
            for is_light in [false, true] {
                let class = if is_light { "light" } else { "dark" };
                project.write(&format!("data/corners/{class}/{number}.png"), picture(is_light, number));
                project.write(&format!("data/shown/{class}-{number}.png"), picture(is_light, number));
                captions.push_str(&format!("{class}-{number}.png,a {class} corner {number}\n"));
                let class = if is_light { "high" } else { "low" };
                project.write(&format!("data/tones/{class}/{number}.wav"), tone(is_light, number));
            }
        }
        project.write("data/shown/captions.csv", captions);
        project.write("light.png", picture(true, 3));
        project.write("dark.png", picture(false, 4));
        project.write("high.wav", tone(true, 5));
        project.write("low.wav", tone(false, 6));
        project.write("some-idx3-ubyte", idx(&[[20; 36], [220; 36], [240; 36]]));
        let said = project.pedigree(&["run", "asked.yaml"]);
        assert_eq!(said.code, 0, "{said}");
        project
    })
}

fn lines(arguments: &[&str]) -> Vec<Value> {
    let mut all = arguments.to_vec();
    all.extend(["--format", "json", "--device", "cpu", "--threads", "1"]);
    let said = project().pedigree(&all);
    assert_eq!(said.code, 0, "{arguments:?}: {said}");
    said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn refused(arguments: &[&str]) -> Said {
    let said = project().pedigree(arguments);
    assert_eq!(said.code, 2, "{arguments:?}: {said}");
    assert!(said.stderr.contains("hint: "), "{said}");
    said
}

fn vector(line: &Value) -> Vec<f64> {
    line["vector"].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[test]
fn pictures_are_changed_as_those_of_the_dataset_were() {
    let told = lines(&["classify", "asked-corner", "light.png", "dark.png", "some-idx3-ubyte#1", "some-idx3-ubyte#3"]);
    let classes: Vec<_> = told.iter().filter_map(|line| line["class"].as_str()).collect();
    assert_eq!(classes, ["light", "dark", "dark", "light"]);
    assert_eq!(told[0]["record"], "light.png");
    let whole = lines(&["classify", "asked-corner", "some-idx3-ubyte", "--top-k", "1"]);
    let names: Vec<_> = whole.iter().filter_map(|line| line["record"].as_str()).collect();
    assert_eq!(names, ["some-idx3-ubyte#1", "some-idx3-ubyte#2", "some-idx3-ubyte#3"]);
    assert_eq!((whole[2]["likeliest"].as_array().unwrap().len(), &whole[3]["records"]), (1, &Value::from(3)));
}

#[test]
fn sounds_are_told_by_what_they_sound_like() {
    let told = lines(&["classify", "asked-tone", "high.wav", "low.wav"]);
    assert_eq!((told[0]["class"].as_str(), told[1]["class"].as_str()), (Some("high"), Some("low")));
}

#[test]
fn every_kind_of_model_makes_vectors() {
    for (model, record, width) in [
        ("asked-corner", "light.png", 16),
        ("asked-tone", "low.wav", 16),
        ("asked-codes", "light.png", 3),
        ("asked-towers", "light.png", 16),
        ("asked-towers", "a light corner", 16),
        ("asked-masked", "The river", 16),
        ("asked-gated", "The river", 16),
    ] {
        let told = lines(&["embed", model, record, "--unit"]);
        let one = vector(&told[0]);
        assert_eq!(one.len(), width, "{model}");
        assert!((one.iter().map(|number| number * number).sum::<f64>() - 1.0).abs() < 1e-3, "{model}: {one:?}");
        assert_eq!(told[1]["records"], 1);
    }
}

#[test]
fn vectors_go_into_files() {
    for file in ["vectors.jsonl", "vectors.parquet"] {
        let said = project().pedigree(&["embed", "asked-gated", "one", "two", "-o", file, "--device", "cpu"]);
        assert_eq!(said.code, 0, "{said}");
    }
    let text = std::fs::read_to_string(project().path().join("vectors.jsonl")).unwrap();
    let names: Vec<Value> =
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["record"].clone()).collect();
    assert_eq!(names, ["one", "two"]);
    assert!(std::fs::read(project().path().join("vectors.parquet")).unwrap().starts_with(b"PAR1"));
}

#[test]
fn a_text_is_found_for_a_picture_without_learning_classes() {
    let told =
        lines(&["classify", "asked-towers", "light.png", "dark.png", "--classes", "a light corner", "a dark corner"]);
    for line in &told[..2] {
        let shares = line["probabilities"].as_object().unwrap();
        assert!((shares.values().map(|share| share.as_f64().unwrap()).sum::<f64>() - 1.0).abs() < 1e-4);
        assert!(shares.contains_key(line["class"].as_str().unwrap()));
    }
    // The shares are those of the vectors' nearness: what is nearer is likelier.
    let near = |text: &str| {
        let [one, other] = ["light.png", text].map(|record| vector(&lines(&["embed", "asked-towers", record])[0]));
        one.iter().zip(&other).map(|(a, b)| a * b).sum::<f64>()
    };
    let is_light = near("a light corner") > near("a dark corner");
    assert_eq!(told[0]["class"], if is_light { "a light corner" } else { "a dark corner" });
}

#[test]
fn hidden_tokens_are_filled_in() {
    let told = lines(&["generate", "asked-masked", "The [MASK] runs to the [MASK]", "--top-k", "3"]);
    assert_eq!(told.len(), 3);
    for line in &told[..2] {
        let shares: Vec<f64> =
            line["tokens"].as_array().unwrap().iter().map(|token| token["probability"].as_f64().unwrap()).collect();
        assert!(shares.len() == 3 && shares.is_sorted_by(|a, b| a >= b), "{line}");
    }
    assert!(told[2]["text"].as_str().unwrap().starts_with("The"), "{}", told[2]);
    let said = refused(&["generate", "asked-masked", "Nothing is hidden"]);
    assert!(said.stderr.contains("[MASK]"), "{said}");
}

#[test]
fn a_recurrent_model_writes_further_than_it_learnt() {
    let arguments = ["generate", "asked-gated", "The river", "--max-tokens", "40", "--temperature", "1", "--seed", "5"];
    let told = lines(&arguments);
    assert_eq!(told, lines(&arguments));
    assert!(told.last().unwrap()["tokens"].as_u64().unwrap() > 0);
}

#[test]
fn a_generator_makes_the_same_pictures_of_the_same_seed() {
    let made = |file: &str, seed: &str, n: &str| {
        let told = lines(&["generate", "asked-forger", "--output", file, "--pictures", n, "--seed", seed]);
        assert_eq!(told[0]["pictures"].to_string(), n);
        image::open(project().path().join(file)).unwrap().to_luma8()
    };
    let (one, same, other) = (made("a.png", "1", "5"), made("b.png", "1", "5"), made("c.png", "2", "5"));
    assert_eq!((one.width(), one.height()), (12, 8));
    assert!(one == same && one != other);
}

#[test]
fn an_autoencoder_makes_pictures_again() {
    lines(&["generate", "asked-codes", "light.png", "dark.png", "--output", "again.png"]);
    let image = image::open(project().path().join("again.png")).unwrap().to_luma8();
    assert_eq!((image.width(), image.height()), (8, 8));
    // Above stand the pictures as the model reads them: their corners.
    assert!(image.get_pixel(1, 1).0[0] > 150 && image.get_pixel(5, 1).0[0] < 100);
}

#[test]
fn who_asks_the_wrong_model_is_told_the_right_command() {
    for (arguments, hint) in [
        (vec!["classify", "asked-gated", "a text"], "`pedigree generate`"),
        (vec!["classify", "asked-codes", "light.png"], "`pedigree embed`"),
        (vec!["classify", "asked-towers", "light.png"], "--classes"),
        (vec!["classify", "asked-forger", "light.png"], "--output pictures.png"),
        (vec!["classify", "asked-corner", "light.png", "--classes", "a"], "leave it out"),
        (vec!["classify", "asked-corner", "low.wav"], "expected a picture"),
        (vec!["classify", "asked-tone", "light.png"], "expected a sound"),
        (vec!["classify", "asked-corner", "nowhere.png"], "this model reads files"),
        (vec!["classify", "asked-corner", "some-idx3-ubyte#4"], "has the number 1"),
        (vec!["classify", "asked-corner", "some-idx3-ubyte#x"], "from 1"),
        (vec!["embed", "asked-forger", "light.png"], "--output pictures.png"),
        (vec!["embed", "asked-gated", "light.png"], "--file light.png"),
        (vec!["embed", "asked-gated", "x", "-o", "vectors.txt"], ".jsonl"),
        (vec!["generate", "asked-corner", "a text"], "`pedigree classify`"),
        (vec!["generate", "asked-forger"], "--output pictures.png"),
        (vec!["generate", "asked-gated"], "behind the model"),
        (vec!["generate", "asked-gated", "a", "-o", "x.png"], "`pedigree generate`"),
        (vec!["generate", "asked-codes", "-o", "x.png"], "name the files"),
    ] {
        let said = refused(&arguments);
        assert!(said.stderr.contains(hint), "{arguments:?}: {said}");
    }
}

#[test]
fn a_child_of_a_published_model_knows_what_stands_on_its_body() {
    let child = "version: 1
name: child
description: A classifier goes on from the codes of another.
run: { seed: 3, device: cpu, threads: 1 }
datasets:
  corners:
    source: { type: image-folder, root: data/corners, include: [\"**/*.png\"], label: folder }
    clean: [{ type: gray-image }, { type: crop-image, width: 6, height: 6, at: top-left }]
    split: { train: 0.8, validation: 0.1, test: 0.1 }
    features: { type: image, width: 4, height: 4, channels: 1, mean: [0.5], std: [0.5] }
models:
  told:
    base: zoo/asked-corner@v1
    train: { objective: { type: classification, classes: [dark, light] }, data: corners, batch-records: 16, budget: { steps: 2 } }
  sorted:
    base: zoo/asked-codes@v1
    train: { objective: { type: classification, classes: [dark, light] }, data: corners, batch-records: 16, budget: { steps: 40 } }
publish: { zoo: { name: child } }
";
    project().write("child.yaml", child);
    let said = project().pedigree(&["run", "child.yaml"]);
    assert_eq!(said.code, 0, "{said}");
    // Two steps change little of what the parent has learnt: its head goes on.
    let told = lines(&["classify", "child-told", "light.png", "dark.png"]);
    assert_eq!((told[0]["class"].as_str(), told[1]["class"].as_str()), (Some("light"), Some("dark")));
    assert_eq!(lines(&["classify", "child-sorted", "light.png"]).len(), 2);
}
