//! What stands at the top of a recipe, and how it is run.

use crate::recipe::read::elsewhere::places::{Place, place};

/// These mappings, in the order of a recipe.
pub(super) const PLACES: &[Place] = &[
    place(
        "",
        "at the top of the recipe",
        &[
            ("version", "1"),
            ("name", "rust-coder"),
            ("description", "A small code model."),
            ("license", "apache-2.0"),
            ("tags", "{ language: [en], domain: code }"),
            ("run", "{ seed: 42 }"),
            ("datasets", "{ prose: { source: { type: files, root: data, include: [\"*.md\"] } } }"),
            ("tokenizers", "{ bytes: { type: byte-bpe, vocab-size: 4096, train-on: [prose] } }"),
            ("models", "{ general: { … } }"),
            ("evaluations", "{ ppl: { metric: perplexity, data: prose/test } }"),
            ("gates", "[{ model: industry, evaluation: ppl, less-than: general }]"),
            ("samples", "{ story: { model: vertical, prompt: Once } }"),
            ("publish", "{ zoo: { name: rust-coder } }"),
            ("defaults", "{ train: { accumulate: 2 } }"),
            ("vars", "{ data: ../data }"),
            ("matrix", "{ width: [64, 128] }"),
            ("extends", "base.yaml"),
            ("contamination", "{ on-find: fail }"),
            ("analyses", "{ law: { type: scaling-law, models: general, evaluation: ppl } }"),
        ],
    ),
    place("defaults", "in `defaults`", &[("train", "{ accumulate: 2 }")]),
    place("tags", "in `tags`", &[("language", "[en]"), ("domain", "code")]),
    place(
        "run",
        "in `run`",
        &[
            ("seed", "42"),
            ("device", "auto"),
            ("precision", "fp32"),
            ("threads", "2"),
            ("repeats", "3"),
            ("max-hours", "2.5"),
            ("accelerator", "{ name: a100, count: 8 }"),
        ],
    ),
    place(
        "run.accelerator",
        "in `accelerator`",
        &[("name", "a100"), ("count", "8"), ("tflops", "195"), ("watts", "400")],
    ),
];
