//! What is asked of the models, and what becomes of them.

use crate::recipe::read::elsewhere::places::{Place, place};

/// These mappings, in the order of a recipe.
pub(super) const PLACES: &[Place] = &[
    place(
        "evaluations.*",
        "in an evaluation",
        &[
            ("metric", "perplexity"),
            ("data", "prose/test"),
            ("tokens", "100000"),
            ("records", "2000"),
            ("k", "5"),
            (
                "task",
                "{ type: multiple-choice, prompt: \"{{ question }}\", choices-from: choices, answer: \"{{ answer }}\" }",
            ),
            ("robustness", "{ type: swap-characters, share: 0.05 }"),
            ("by", "topic"),
            ("variant", "{ of: ppl, values: { width: \"64\" } }"),
        ],
    ),
    place(
        "evaluations.*.task",
        "in `task`",
        &[
            ("prompt", "\"{{ question }}\\nAnswer:\""),
            ("choices", "[\"{{ first }}\", \"{{ second }}\"]"),
            ("choices-from", "choices"),
            ("answer", "\"{{ answer }}\""),
            ("answer-is", "letter"),
            ("stop", "[\"\\n\"]"),
            ("max-tokens", "64"),
            ("filters", "[{ type: strip }]"),
            ("words", "zh"),
            ("description", "Answer the questions."),
            ("delimiter", "\" \""),
            ("few-shot", "{ count: 5 }"),
        ],
    ),
    place(
        "evaluations.*.task.few-shot",
        "in `few-shot`",
        &[("count", "5"), ("split", "train"), ("order", "first"), ("seed", "7"), ("separator", "\"\\n\"")],
    ),
    place("evaluations.*.task.filters[]", "in a filter", &[("pattern", "\"#### ([0-9]+)\""), ("take", "last")]),
    place(
        "evaluations.*.robustness",
        "in `robustness`",
        &[("share", "0.05"), ("seed", "7"), ("deviation", "0.2"), ("pixels", "2")],
    ),
    place(
        "gates[]",
        "in a gate",
        &[
            ("model", "industry"),
            ("evaluation", "ppl"),
            ("less-than", "general"),
            ("greater-than", "general"),
            ("min-better-percent", "5"),
            ("max-worse-percent", "15"),
            ("max-forgotten-percent", "5"),
            ("at-most", "20"),
            ("at-least", "0.5"),
            ("than", "general"),
        ],
    ),
    place(
        "samples.*",
        "in a sample",
        &[
            ("model", "vertical"),
            ("prompt", "Once"),
            ("max-tokens", "64"),
            ("temperature", "0.8"),
            ("top-k", "40"),
            ("top-p", "0.9"),
            ("seed", "42"),
        ],
    ),
    place(
        "contamination",
        "in `contamination`",
        &[
            ("ngram", "13"),
            ("threshold", "0.5"),
            ("on-find", "fail"),
            ("allow", "[{ document: \"**/LICENSE*\", reason: everybody has it }]"),
        ],
    ),
    place(
        "contamination.allow[]",
        "in what `contamination` allows",
        &[
            ("evaluation", "ppl"),
            ("document", "\"**/LICENSE*\""),
            ("text", "Permission is hereby granted, free of charge"),
            ("reason", "everybody has it"),
        ],
    ),
    place(
        "analyses.*",
        "in an analysis",
        &[
            ("models", "[general, industry, vertical]"),
            ("evaluation", "ppl"),
            ("predict", "[{ parameters: 1e8, tokens: 2e9 }]"),
        ],
    ),
    place("analyses.*.predict[]", "in `predict`", &[("parameters", "1e8"), ("tokens", "2e9")]),
    place("publish", "in `publish`", &[("zoo", "{ name: rust-coder }")]),
    place("publish.zoo", "in `zoo`", &[("name", "rust-coder"), ("aliases", "{ champion: vertical }")]),
];
