//! A dataset: how pictures and sounds become numbers.

use crate::recipe::read::elsewhere::places::{Place, place};

/// These mappings, in the order of a recipe.
pub(super) const PLACES: &[Place] = &[
    place(
        "datasets.*.features",
        "in `features`",
        &[
            ("width", "28"),
            ("height", "28"),
            ("channels", "1"),
            ("mean", "[0.1307]"),
            ("std", "[0.3081]"),
            ("fit", "cover"),
            ("filter", "lanczos"),
            ("augment", "{ flip: horizontal, crop-padding: 4 }"),
            ("rate", "8000"),
            ("n-fft", "512"),
            ("hop", "128"),
            ("mels", "40"),
            ("f-min", "20"),
            ("f-max", "3800"),
            ("seconds", "1"),
            ("normalize", "record"),
        ],
    ),
    place(
        "datasets.*.features.augment",
        "in `augment`",
        &[
            ("flip", "horizontal"),
            ("crop-padding", "4"),
            ("rotate-degrees", "10"),
            ("brightness", "0.2"),
            ("time-masks", "2"),
            ("time-mask-frames", "10"),
            ("mel-masks", "2"),
            ("mel-mask-bands", "8"),
            ("shift-frames", "4"),
            ("stream", "1"),
        ],
    ),
];
