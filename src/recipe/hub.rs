//! The `config.json` of a model of the Hugging Face Hub, as one of our networks, or why it is none.

use serde_json::{Map, Value};

use crate::recipe::model::{Architecture, Bert, Gpt2, Llama};
use crate::recipe::problem::listed;

/// The kinds of models that are understood.
const KINDS: [&str; 5] = ["gpt2", "llama", "qwen2", "mistral", "bert"];

/// Returns the network and the size of its vocabulary.
///
/// # Errors
/// In words, when the file is none, and when the network is not exactly one of ours.
pub fn architecture(config: &[u8]) -> Result<(Architecture, u32), String> {
    let value: Value = serde_json::from_slice(config).map_err(|error| format!("it is no JSON: {error}"))?;
    let Value::Object(fields) = value else { return Err("it is no JSON object".to_owned()) };
    let config = Config(fields);
    let architecture = match config.text("model_type")? {
        "gpt2" => gpt2(&config)?,
        "llama" => llama(&config)?,
        "qwen2" => qwen2(&config)?,
        "mistral" => mistral(&config)?,
        "bert" => bert(&config)?,
        other => return Err(format!("its kind `{other}` is none of {}", listed(KINDS))),
    };
    Ok((architecture, config.count("vocab_size")?))
}

fn gpt2(config: &Config) -> Result<Architecture, String> {
    config.is("activation_function", "gelu_new")?;
    config.is_off("scale_attn_by_inverse_layer_idx")?;
    config.is_off("add_cross_attention")?;
    config.is_on("scale_attn_weights")?;
    let (width, heads) = config.heads("n_embd", "n_head")?;
    Ok(Architecture::Gpt2(Gpt2 {
        layers: config.count("n_layer")?,
        width,
        heads,
        mlp_width: config.count_or("n_inner", width.saturating_mul(4))?,
        context: config.count("n_positions")?,
        norm_epsilon: config.number_or("layer_norm_epsilon", 1e-5)?,
        tie_embeddings: config.truth_or("tie_word_embeddings", true)?,
        dropout: 0.0,
    }))
}

fn llama(config: &Config) -> Result<Architecture, String> {
    config.is_off("attention_bias")?;
    config.is_off("mlp_bias")?;
    let heads = config.count("num_attention_heads")?;
    like_llama(config, heads, 2048).map(Architecture::Llama)
}

/// Qwen2 has biases in its queries, keys and values, and no window unless it says so, and then in its upper layers only.
fn qwen2(config: &Config) -> Result<Architecture, String> {
    config.is_off("use_sliding_window")?;
    let is_windowed = |kind: &Value| kind.as_str() != Some("full_attention");
    if config.value("layer_types").as_array().into_iter().flatten().any(is_windowed) {
        return Err("only some of its layers see all tokens (`layer_types`), and ours are all alike".to_owned());
    }
    let llama = like_llama(config, 32, 32_768)?;
    Ok(Architecture::Llama(Llama { attention_bias: true, ..llama }))
}

/// Mistral looks back no further than its window, which is there unless it says that there is none.
fn mistral(config: &Config) -> Result<Architecture, String> {
    let llama = like_llama(config, 8, 131_072)?;
    let sliding_window = match config.0.get("sliding_window") {
        Some(Value::Null) => None,
        Some(_) | None => Some(config.count_or("sliding_window", 4096)?),
    };
    Ok(Architecture::Llama(Llama { sliding_window, ..llama }))
}

fn bert(config: &Config) -> Result<Architecture, String> {
    config.is("hidden_act", "gelu")?;
    config.is("position_embedding_type", "absolute")?;
    config.is_off("is_decoder")?;
    config.is_off("add_cross_attention")?;
    config.is_on("tie_word_embeddings")?;
    if config.count_or("type_vocab_size", Bert::SEGMENTS)? != Bert::SEGMENTS {
        return Err(format!("its texts have other than {} segments (`type_vocab_size`)", Bert::SEGMENTS));
    }
    let (width, heads) = config.heads("hidden_size", "num_attention_heads")?;
    Ok(Architecture::Bert(Bert {
        layers: config.count("num_hidden_layers")?,
        width,
        heads,
        mlp_width: config.count("intermediate_size")?,
        context: config.count_or("max_position_embeddings", 512)?,
        norm_epsilon: config.number_or("layer_norm_eps", Bert::NORM_EPSILON)?,
        dropout: config.share_or("hidden_dropout_prob", Bert::DROPOUT)?,
    }))
}

/// Reads what Llama and its kin have in common; `kv_heads` and `context` are what their library takes where the file says nothing.
fn like_llama(config: &Config, kv_heads: u32, context: u32) -> Result<Llama, String> {
    config.is("hidden_act", "silu")?;
    if !config.value("rope_scaling").is_null() {
        return Err("its rotary positions are scaled (`rope_scaling`), which our networks do not do".to_owned());
    }
    // Newer files say everything about positions in one place.
    let positions = config.value("rope_parameters");
    if !matches!(positions.get("rope_type").and_then(Value::as_str), None | Some("default")) {
        return Err("its rotary positions are scaled (`rope_parameters`), which our networks do not do".to_owned());
    }
    let default_theta = positions.get("rope_theta").and_then(Value::as_f64).unwrap_or(10_000.0);
    let (width, heads) = config.heads("hidden_size", "num_attention_heads")?;
    let kv_heads = config.count_or("num_key_value_heads", kv_heads)?;
    if !heads.is_multiple_of(kv_heads) || !(width / heads).is_multiple_of(2) {
        return Err(format!("its {heads} heads of {kv_heads} keys and values do not fit its width {width}"));
    }
    if config.count_or("head_dim", width / heads)? != width / heads {
        return Err("its heads are of another width (`head_dim`) than a share of the whole".to_owned());
    }
    Ok(Llama {
        layers: config.count("num_hidden_layers")?,
        width,
        heads,
        kv_heads,
        mlp_width: config.count("intermediate_size")?,
        context: config.count_or("max_position_embeddings", context)?,
        rope_theta: config.number_or("rope_theta", default_theta)?,
        norm_epsilon: config.number_or("rms_norm_eps", 1e-6)?,
        tie_embeddings: config.truth_or("tie_word_embeddings", false)?,
        attention_bias: false,
        sliding_window: None,
        dropout: 0.0,
    })
}

/// The fields of the file; what is absent has the default of the library that wrote it.
struct Config(Map<String, Value>);

impl Config {
    fn value(&self, key: &str) -> &Value {
        self.0.get(key).unwrap_or(&Value::Null)
    }

    fn text(&self, key: &str) -> Result<&str, String> {
        self.value(key).as_str().ok_or_else(|| format!("`{key}` is missing, or no text"))
    }

    fn count(&self, key: &str) -> Result<u32, String> {
        let count = self.value(key).as_u64().filter(|count| (1..=1 << 24).contains(count));
        count.map(|count| count as u32).ok_or_else(|| format!("`{key}` is missing, or no count"))
    }

    fn count_or(&self, key: &str, default: u32) -> Result<u32, String> {
        if self.value(key).is_null() { Ok(default) } else { self.count(key) }
    }

    fn number_or(&self, key: &str, default: f64) -> Result<f64, String> {
        match self.value(key) {
            Value::Null => Ok(default),
            value => {
                value.as_f64().filter(|number| *number > 0.0).ok_or_else(|| format!("`{key}` is no number above 0"))
            }
        }
    }

    fn share_or(&self, key: &str, default: f64) -> Result<f64, String> {
        match self.value(key) {
            Value::Null => Ok(default),
            value => {
                let share = value.as_f64().filter(|share| (0.0..=0.9).contains(share));
                share.ok_or_else(|| format!("`{key}` is no share between 0 and 0.9"))
            }
        }
    }

    fn truth_or(&self, key: &str, default: bool) -> Result<bool, String> {
        match self.value(key) {
            Value::Null => Ok(default),
            value => value.as_bool().ok_or_else(|| format!("`{key}` is neither true nor false")),
        }
    }

    /// Reads the width and the number of heads, which share it evenly.
    fn heads(&self, width: &str, heads: &str) -> Result<(u32, u32), String> {
        let (width, heads) = (self.count(width)?, self.count(heads)?);
        match width.is_multiple_of(heads) {
            true => Ok((width, heads)),
            false => Err(format!("its {heads} heads do not share the width {width} evenly")),
        }
    }

    fn is(&self, key: &str, ours: &str) -> Result<(), String> {
        match self.value(key) {
            Value::Null => Ok(()),
            value if value.as_str() == Some(ours) => Ok(()),
            value => Err(format!("its `{key}` is {value}, and our networks have \"{ours}\"")),
        }
    }

    fn is_off(&self, key: &str) -> Result<(), String> {
        if self.truth_or(key, false)? { Err(format!("it has `{key}`, and our networks have not")) } else { Ok(()) }
    }

    fn is_on(&self, key: &str) -> Result<(), String> {
        if self.truth_or(key, true)? { Ok(()) } else { Err(format!("it has no `{key}`, and our networks have")) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Result<(Architecture, u32), String> {
        architecture(value.to_string().as_bytes())
    }

    fn small_llama() -> Value {
        json!({ "model_type": "llama", "hidden_act": "silu", "hidden_size": 576, "num_hidden_layers": 30,
                "num_attention_heads": 9, "num_key_value_heads": 3, "intermediate_size": 1536, "vocab_size": 49152,
                "max_position_embeddings": 8192, "rope_theta": 100_000, "rms_norm_eps": 1e-5, "tie_word_embeddings": true,
                "rope_scaling": null, "attention_bias": false })
    }

    #[test]
    fn published_configurations_have_the_published_numbers_of_parameters() {
        let gpt2 = json!({ "model_type": "gpt2", "activation_function": "gelu_new", "n_ctx": 1024, "n_embd": 768,
                           "n_head": 12, "n_layer": 12, "n_positions": 1024, "vocab_size": 50257,
                           "layer_norm_epsilon": 1e-5 });
        for (config, published) in [(gpt2, 124_439_808), (small_llama(), 134_515_008)] {
            let (architecture, vocab_size) = read(&config).unwrap();
            assert_eq!(architecture.parameters(vocab_size), published);
        }
    }

    #[test]
    fn what_is_not_exactly_one_of_our_networks_is_refused() {
        let with = |key: &str, value: Value| {
            let mut config = small_llama();
            config[key] = value;
            read(&config).unwrap_err()
        };
        assert!(
            with("model_type", json!("mamba"))
                .contains("`mamba` is none of `gpt2`, `llama`, `qwen2`, `mistral`, `bert`")
        );
        assert!(with("rope_scaling", json!({ "type": "linear", "factor": 2 })).contains("rope_scaling"));
        assert!(with("attention_bias", json!(true)).contains("attention_bias"));
        assert!(with("hidden_act", json!("gelu")).contains("our networks have \"silu\""));
        assert!(with("head_dim", json!(128)).contains("head_dim"));
        assert!(with("num_key_value_heads", json!(4)).contains("do not fit"));
        assert!(with("num_attention_heads", json!(7)).contains("do not share the width"));
        assert!(with("vocab_size", json!(0)).contains("`vocab_size` is missing, or no count"));
        assert!(with("tie_word_embeddings", json!("yes")).contains("neither true nor false"));
        assert!(
            architecture(b"[").unwrap_err().contains("no JSON") && architecture(b"[]").unwrap_err().contains("object")
        );
    }

    #[test]
    fn kin_of_llama_and_an_encoder_have_the_published_numbers_of_parameters() {
        let qwen2 = json!({ "model_type": "qwen2", "hidden_act": "silu", "hidden_size": 896, "intermediate_size": 4864,
                            "max_position_embeddings": 32768, "num_attention_heads": 14, "num_hidden_layers": 24,
                            "num_key_value_heads": 2, "rms_norm_eps": 1e-6, "rope_theta": 1_000_000.0,
                            "sliding_window": 32768, "tie_word_embeddings": true, "use_sliding_window": false,
                            "vocab_size": 151_936 });
        let mut mistral = json!({ "model_type": "mistral", "hidden_act": "silu", "hidden_size": 4096,
                                  "intermediate_size": 14336, "max_position_embeddings": 32768, "num_attention_heads": 32,
                                  "num_hidden_layers": 32, "num_key_value_heads": 8, "rms_norm_eps": 1e-5,
                                  "rope_theta": 10_000.0, "sliding_window": 4096, "tie_word_embeddings": false,
                                  "vocab_size": 32000 });
        let bert = json!({ "model_type": "bert", "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 768,
                           "intermediate_size": 3072, "layer_norm_eps": 1e-12, "max_position_embeddings": 512,
                           "num_attention_heads": 12, "num_hidden_layers": 12, "type_vocab_size": 2, "vocab_size": 30522 });
        for (config, published) in [(&qwen2, 494_032_768), (&mistral, 7_241_732_096), (&bert, 109_514_298)] {
            let (architecture, vocab_size) = read(config).unwrap();
            assert_eq!(architecture.parameters(vocab_size), published);
        }
        let window = |config: &Value| match read(config).unwrap().0 {
            Architecture::Llama(llama) => llama.sliding_window,
            other => panic!("{other:?}"),
        };
        assert_eq!((window(&qwen2), window(&mistral)), (None, Some(4096)));
        mistral["sliding_window"] = Value::Null;
        assert_eq!(window(&mistral), None, "later versions have none");
        let with = |config: &Value, key: &str, value: Value| {
            let mut config = config.clone();
            config[key] = value;
            read(&config).unwrap_err()
        };
        assert!(with(&qwen2, "use_sliding_window", json!(true)).contains("use_sliding_window"));
        assert!(with(&bert, "position_embedding_type", json!("relative_key")).contains("\"absolute\""));
        assert!(with(&bert, "type_vocab_size", json!(1)).contains("type_vocab_size"));
    }
}
