//! The shape of a network in words, for its card.

use crate::card::number::percent;
use crate::recipe::model::cnn::Block;
use crate::recipe::model::{Architecture, Cnn, Recurrent, Vit};

/// What is said of a network, and what.
type Line = (&'static str, String);

/// Returns the lines that tell how a network is made.
pub fn lines(architecture: &Architecture) -> Vec<Line> {
    match architecture {
        Architecture::Llama(llama) => {
            let heads = format!("{} of queries, {} of keys and values", llama.heads, llama.kv_heads);
            let mut lines = blocks(llama.layers, llama.width, heads, llama.mlp_width);
            lines.extend(llama.attention_bias.then(|| ("Attention", "with biases".to_owned())));
            lines.extend(llama.sliding_window.map(|window| ("Sliding window", format!("{window} tokens"))));
            lines.extend(dropout(llama.dropout));
            lines
        }
        Architecture::Gpt2(gpt2) => {
            with_dropout(blocks(gpt2.layers, gpt2.width, gpt2.heads.to_string(), gpt2.mlp_width), gpt2.dropout)
        }
        Architecture::Bert(bert) => {
            with_dropout(blocks(bert.layers, bert.width, bert.heads.to_string(), bert.mlp_width), bert.dropout)
        }
        Architecture::Rnn(shape) | Architecture::Lstm(shape) | Architecture::Gru(shape) => recurrent(shape),
        Architecture::Mlp(mlp) => {
            let lines = vec![
                ("Input", sides(&mlp.input)),
                ("Hidden layers", listed(&mlp.hidden)),
                ("Activation", mlp.activation.word().to_owned()),
            ];
            with_dropout(lines, mlp.dropout)
        }
        Architecture::Cnn(cnn) => convolutional(cnn),
        Architecture::Vit(vit) => patches(vit),
        Architecture::Clip(clip) => {
            let text = &clip.text;
            let words = |layers, width, heads| format!("{layers} layers of width {width}, {heads} heads");
            let image = words(clip.image.layers, clip.image.width, clip.image.heads);
            vec![
                ("Input", sides(&clip.image.input)),
                ("Tower of pictures", format!("{image}, patches of {0} × {0}", clip.image.patch)),
                ("Tower of texts", words(text.layers, text.width, text.heads)),
                ("Projection", clip.projection.to_string()),
            ]
        }
        Architecture::Autoencoder(shape) => {
            let mut lines = vec![("Input", sides(&shape.input))];
            lines.extend((!shape.hidden.is_empty()).then(|| ("Hidden layers", listed(&shape.hidden))));
            lines.push(("Code", shape.code.to_string()));
            lines.push(("Activation", shape.activation.word().to_owned()));
            lines
        }
        Architecture::Gan(gan) => vec![
            ("Pictures", sides(&gan.input)),
            ("Random numbers", gan.latent.to_string()),
            ("Channels", gan.channels.to_string()),
        ],
    }
}

fn blocks(layers: u32, width: u32, heads: String, mlp_width: u32) -> Vec<Line> {
    vec![
        ("Layers", layers.to_string()),
        ("Width", width.to_string()),
        ("Heads", heads),
        ("Feed-forward width", mlp_width.to_string()),
    ]
}

fn recurrent(shape: &Recurrent) -> Vec<Line> {
    let lines = vec![
        ("Layers", shape.layers.to_string()),
        ("Width", shape.width.to_string()),
        ("Embedding width", shape.embedding_width.to_string()),
    ];
    with_dropout(lines, shape.dropout)
}

fn convolutional(cnn: &Cnn) -> Vec<Line> {
    let block = match cnn.block {
        Block::Plain => "convolutions, then the largest of every 2 × 2",
        Block::Residual => "residual blocks of two convolutions with batch norm",
    };
    let mut lines = vec![
        ("Input", sides(&cnn.input)),
        ("Stages", format!("{} of {} {block}", cnn.channels.len(), cnn.depth)),
        ("Channels", listed(&cnn.channels)),
        ("Kernel", format!("{0} × {0}", cnn.kernel)),
    ];
    lines.extend((!cnn.dense.is_empty()).then(|| ("Dense layers", listed(&cnn.dense))));
    lines.push(("Activation", cnn.activation.word().to_owned()));
    with_dropout(lines, cnn.dropout)
}

fn patches(vit: &Vit) -> Vec<Line> {
    let [below, beside] = vit.grid();
    let mut lines =
        vec![("Input", sides(&vit.input)), ("Patches", format!("{below} × {beside}, each {0} × {0}", vit.patch))];
    lines.extend(blocks(vit.layers, vit.width, vit.heads.to_string(), vit.mlp_width));
    with_dropout(lines, vit.dropout)
}

fn with_dropout(mut lines: Vec<Line>, share: f64) -> Vec<Line> {
    lines.extend(dropout(share));
    lines
}

fn dropout(share: f64) -> Option<Line> {
    (share > 0.0).then(|| ("Dropout", percent(share)))
}

fn sides(input: &[u32]) -> String {
    input.iter().map(u32::to_string).collect::<Vec<_>>().join(" × ")
}

fn listed(widths: &[u32]) -> String {
    widths.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}
