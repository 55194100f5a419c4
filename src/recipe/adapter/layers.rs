//! The layers an adapter can add to: the linear layers of the blocks, by their names in `model.safetensors`.

use crate::recipe::model::{Architecture, Bert, Clip, ClipText, Gpt2, Llama, Vit};

/// A linear layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Its name, which is that of its weights without `.weight`.
    pub name: String,
    /// How many numbers it reads.
    pub inputs: u64,
    /// How many numbers it gives.
    pub outputs: u64,
}

/// Linear layers, one after the other: a described network may have millions.
type Layers<'a> = Box<dyn Iterator<Item = Layer> + 'a>;

/// The linear layers of a block: the end of the name, and the widths of what is read and given.
type Block = Vec<(&'static str, u64, u64)>;

/// Returns the linear layers an adapter can add to, in the order of the network.
///
/// Embeddings, convolutions, the matrices of recurrent cells and output layers are none of them.
pub fn layers(architecture: &Architecture) -> Layers<'_> {
    match architecture {
        Architecture::Llama(llama) => blocks("model.layers", llama.layers, of_llama(llama)),
        Architecture::Gpt2(gpt2) => blocks("transformer.h", gpt2.layers, of_gpt2(gpt2)),
        Architecture::Bert(bert) => blocks("bert.encoder.layer", bert.layers, of_bert(bert)),
        Architecture::Rnn(_) | Architecture::Lstm(_) | Architecture::Gru(_) | Architecture::Gan(_) => {
            Box::new(std::iter::empty())
        }
        Architecture::Mlp(mlp) => chain("layers", numbers(&mlp.input), &mlp.hidden),
        // Where no layers stand behind the stages, there are none.
        Architecture::Cnn(cnn) => chain("dense", cnn.flat(), &cnn.dense),
        Architecture::Vit(vit) => blocks("vit.encoder.layer", vit.layers, of_vit(vit)),
        Architecture::Clip(Clip { image, text, projection: _ }) => {
            let pictures = blocks("vision_model.encoder.layers", image.layers, of_tower(image.width, image.mlp_width));
            let ClipText { layers, width, mlp_width, .. } = text;
            Box::new(pictures.chain(blocks("text_model.encoder.layers", *layers, of_tower(*width, *mlp_width))))
        }
        Architecture::Autoencoder(shape) => {
            // The way back learns as a whole, as every other head.
            let inwards: Vec<u32> = shape.hidden.iter().copied().chain([shape.code]).collect();
            chain("encoder", numbers(&shape.input), &inwards)
        }
    }
}

/// Returns whether a pattern means a layer: the end of its name, from the beginning of a part on.
pub fn is_meant(pattern: &str, layer: &str) -> bool {
    let starts = std::iter::once(0).chain(layer.match_indices('.').map(|(at, _)| at + 1));
    starts.into_iter().any(|start| fits(pattern, &layer[start..]))
}

/// Returns whether a text is what a pattern says, in which `*` stands for any characters.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

fn blocks(beginning: &'static str, n: u32, block: Block) -> Layers<'static> {
    Box::new((0..n).flat_map(move |n| {
        let of_block = |(end, inputs, outputs): &(&str, u64, u64)| Layer {
            name: format!("{beginning}.{n}.{end}"),
            inputs: *inputs,
            outputs: *outputs,
        };
        block.iter().map(of_block).collect::<Vec<_>>()
    }))
}

/// Returns fully connected layers that read one another.
fn chain(beginning: &'static str, mut inputs: u64, widths: &[u32]) -> Layers<'static> {
    let widths: Vec<u64> = widths.iter().map(|width| u64::from(*width)).collect();
    Box::new(widths.into_iter().enumerate().map(move |(n, outputs)| {
        let inputs = std::mem::replace(&mut inputs, outputs);
        Layer { name: format!("{beginning}.{n}"), inputs, outputs }
    }))
}

fn numbers(shape: &[u32]) -> u64 {
    shape.iter().map(|n| u64::from(*n)).product()
}

fn of_llama(llama: &Llama) -> Block {
    let (width, inner) = (u64::from(llama.width), u64::from(llama.mlp_width));
    let kv = u64::from(llama.kv_heads) * u64::from(llama.head_width());
    vec![
        ("self_attn.q_proj", width, width),
        ("self_attn.k_proj", width, kv),
        ("self_attn.v_proj", width, kv),
        ("self_attn.o_proj", width, width),
        ("mlp.gate_proj", width, inner),
        ("mlp.up_proj", width, inner),
        ("mlp.down_proj", inner, width),
    ]
}

fn of_gpt2(gpt2: &Gpt2) -> Block {
    let (width, inner) = (u64::from(gpt2.width), u64::from(gpt2.mlp_width));
    vec![
        ("attn.c_attn", width, 3 * width),
        ("attn.c_proj", width, width),
        ("mlp.c_fc", width, inner),
        ("mlp.c_proj", inner, width),
    ]
}

fn of_bert(bert: &Bert) -> Block {
    let (width, inner) = (u64::from(bert.width), u64::from(bert.mlp_width));
    vec![
        ("attention.self.query", width, width),
        ("attention.self.key", width, width),
        ("attention.self.value", width, width),
        ("attention.output.dense", width, width),
        ("intermediate.dense", width, inner),
        ("output.dense", inner, width),
    ]
}

fn of_vit(vit: &Vit) -> Block {
    let (width, inner) = (u64::from(vit.width), u64::from(vit.mlp_width));
    vec![
        ("attention.attention.query", width, width),
        ("attention.attention.key", width, width),
        ("attention.attention.value", width, width),
        ("attention.output.dense", width, width),
        ("intermediate.dense", width, inner),
        ("output.dense", inner, width),
    ]
}

fn of_tower(width: u32, inner: u32) -> Block {
    let (width, inner) = (u64::from(width), u64::from(inner));
    vec![
        ("self_attn.q_proj", width, width),
        ("self_attn.k_proj", width, width),
        ("self_attn.v_proj", width, width),
        ("self_attn.out_proj", width, width),
        ("mlp.fc1", width, inner),
        ("mlp.fc2", inner, width),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::model::{Activation, Autoencoder};

    #[test]
    fn a_pattern_is_the_end_of_a_name_from_the_beginning_of_a_part() {
        let name = "model.layers.11.self_attn.q_proj";
        for pattern in [
            "q_proj",
            "self_attn.*",
            "*_proj",
            "*",
            name,
            "model.layers.11.*",
            "layers.1*.q_proj",
            "layers.*.self_attn.q*",
        ] {
            assert!(is_meant(pattern, name), "{pattern}");
        }
        for pattern in ["_proj", "model.layers.1.*", "q_pro", "self_attn", "mlp.*", "layers.*.k_proj", "q_proj*x", ""] {
            assert!(!is_meant(pattern, name), "{pattern}");
        }
        assert!(!is_meant("a*a", "a"), "no character is two parts of a pattern");
        assert!(is_meant("a*b*c", "abbc") && !is_meant("a*b*bc", "abc"));
    }

    #[test]
    fn a_fully_connected_network_reads_layer_by_layer() {
        let (input, hidden) = (vec![1, 4, 4], vec![8, 6]);
        let shape =
            Architecture::Autoencoder(Autoencoder { input, hidden, code: 2, activation: Activation::default() });
        let said: Vec<String> =
            layers(&shape).map(|Layer { name, inputs, outputs }| format!("{name} {inputs} {outputs}")).collect();
        let expected = ["encoder.0 16 8", "encoder.1 8 6", "encoder.2 6 2"];
        assert_eq!(said, expected);
    }
}
