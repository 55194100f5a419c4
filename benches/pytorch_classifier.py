#!/usr/bin/env python3
"""The small classifiers of the engine's tests in plain PyTorch: what their logits, losses and gradients are held against.

Writes src/engine/train/tests/pytorch_classifier.json. Parameters are no random numbers but sines, so that the test makes the same ones:
element `i` of the `n`-th parameter by name is `amplitude * sin(0.7 i + 1.3 n + 0.5)`, and 1 more in the weights of norms.
"""
import json, math, pathlib

import torch
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
WIDTH, HEADS, LAYERS, VOCAB, CONTEXT, CLASSES, EPSILON = 16, 4, 2, 31, 16, 3, 1e-5
ROWS = [[5, 9, 30, 2, 17, 8, 0], [11, 4, 0], [28, 3, 3, 19, 0]]
LABELS, SMOOTHING = [2, 0, 1], 0.1
HEAD = WIDTH // HEADS


def llama_shapes():
    kv, mlp = 2 * HEAD, 24
    shapes = {"model.embed_tokens.weight": [VOCAB, WIDTH], "model.norm.weight": [WIDTH], "score.weight": [CLASSES, WIDTH]}
    for n in range(LAYERS):
        own = {
            "self_attn.q_proj": [WIDTH, WIDTH], "self_attn.k_proj": [kv, WIDTH], "self_attn.v_proj": [kv, WIDTH],
            "self_attn.o_proj": [WIDTH, WIDTH], "mlp.gate_proj": [mlp, WIDTH], "mlp.up_proj": [mlp, WIDTH],
            "mlp.down_proj": [WIDTH, mlp], "input_layernorm": [WIDTH], "post_attention_layernorm": [WIDTH],
        }
        shapes |= {f"model.layers.{n}.{name}.weight": shape for name, shape in own.items()}
    return shapes


def gpt2_shapes():
    mlp = 40
    shapes = {"transformer.wte.weight": [VOCAB, WIDTH], "transformer.wpe.weight": [CONTEXT, WIDTH], "score.weight": [CLASSES, WIDTH]}
    shapes |= {"transformer.ln_f.weight": [WIDTH], "transformer.ln_f.bias": [WIDTH]}
    for n in range(LAYERS):
        for name, shape in {"attn.c_attn": [WIDTH, 3 * WIDTH], "attn.c_proj": [WIDTH, WIDTH], "mlp.c_fc": [WIDTH, mlp], "mlp.c_proj": [mlp, WIDTH]}.items():
            shapes |= {f"transformer.h.{n}.{name}.weight": shape, f"transformer.h.{n}.{name}.bias": [shape[1]]}
        for name in ["ln_1", "ln_2"]:
            shapes |= {f"transformer.h.{n}.{name}.{part}": [WIDTH] for part in ["weight", "bias"]}
    return shapes


def parameters(shapes):
    made = {}
    for n, (name, shape) in enumerate(sorted(shapes.items())):
        i = torch.arange(math.prod(shape))
        values = (0.3 if len(shape) > 1 else 0.1) * torch.sin(0.7 * i + 1.3 * n + 0.5)
        values = values + (1.0 if len(shape) == 1 and name.endswith("weight") else 0.0)
        # The engine has 32-bit floats.
        made[name] = values.float().double().reshape(shape).requires_grad_()
    return made


def attend(query, key, value, lengths, attention):
    """Heads of shape [batch, heads, places, width]; groups of query heads share a key head."""
    repeats = query.shape[1] // key.shape[1]
    key, value = key.repeat_interleave(repeats, 1), value.repeat_interleave(repeats, 1)
    scores = query @ key.transpose(-1, -2) / math.sqrt(HEAD)
    places = torch.arange(query.shape[2])
    if attention == "causal":
        hidden = (places[None, :] > places[:, None])[None, None]
    else:
        hidden = (places[None, :] >= lengths[:, None])[:, None, None]
    mixed = scores.masked_fill(hidden, float("-inf")).softmax(-1) @ value
    return mixed.transpose(1, 2).reshape(query.shape[0], query.shape[2], WIDTH)


def heads(x):
    return x.reshape(x.shape[0], x.shape[1], -1, HEAD).transpose(1, 2)


def rotated(x):
    half = HEAD // 2
    angles = torch.arange(x.shape[2])[:, None] / 10000.0 ** (torch.arange(half)[None, :] / half)
    first, second = x[..., :half], x[..., half:]
    return torch.cat([first * angles.cos() - second * angles.sin(), second * angles.cos() + first * angles.sin()], -1)


def llama(p, tokens, lengths, attention):
    x = F.embedding(tokens, p["model.embed_tokens.weight"])
    norm = lambda x, name: F.rms_norm(x, [WIDTH], p[f"{name}.weight"], EPSILON)
    for n in range(LAYERS):
        layer = f"model.layers.{n}"
        linear = lambda x, name: F.linear(x, p[f"{layer}.{name}.weight"])
        normed = norm(x, f"{layer}.input_layernorm")
        query, key, value = (heads(linear(normed, f"self_attn.{part}_proj")) for part in "qkv")
        x = x + linear(attend(rotated(query), rotated(key), value, lengths, attention), "self_attn.o_proj")
        normed = norm(x, f"{layer}.post_attention_layernorm")
        x = x + linear(F.silu(linear(normed, "mlp.gate_proj")) * linear(normed, "mlp.up_proj"), "mlp.down_proj")
    return norm(x, "model.norm")


def gpt2(p, tokens, lengths, attention):
    x = F.embedding(tokens, p["transformer.wte.weight"]) + p["transformer.wpe.weight"][: tokens.shape[1]]
    norm = lambda x, name: F.layer_norm(x, [WIDTH], p[f"{name}.weight"], p[f"{name}.bias"], EPSILON)
    for n in range(LAYERS):
        layer = f"transformer.h.{n}"
        linear = lambda x, name: x @ p[f"{layer}.{name}.weight"] + p[f"{layer}.{name}.bias"]
        parts = [heads(part) for part in linear(norm(x, f"{layer}.ln_1"), "attn.c_attn").chunk(3, -1)]
        x = x + linear(attend(*parts, lengths, attention), "attn.c_proj")
        inner = F.gelu(linear(norm(x, f"{layer}.ln_2"), "mlp.c_fc"), approximate="tanh")
        x = x + linear(inner, "mlp.c_proj")
    return norm(x, "transformer.ln_f")


lengths = torch.tensor([len(row) for row in ROWS])
longest = int(lengths.max())
tokens = torch.tensor([row + [0] * (longest - len(row)) for row in ROWS])
cases = []
for architecture, shapes, network in [("llama", llama_shapes(), llama), ("gpt2", gpt2_shapes(), gpt2)]:
    for attention in ["causal", "bidirectional"]:
        for pool in ["mean", "last"]:
            p = parameters(shapes)
            hidden = network(p, tokens, lengths, attention)
            if pool == "mean":
                is_real = (torch.arange(longest)[None, :] < lengths[:, None]).double()
                pooled = (hidden * is_real[..., None]).sum(1) / lengths[:, None]
            else:
                pooled = hidden[torch.arange(len(ROWS)), lengths - 1]
            logits = F.linear(pooled, p["score.weight"])
            loss = F.cross_entropy(logits, torch.tensor(LABELS), label_smoothing=SMOOTHING)
            loss.backward()
            gradients = {}
            for name, parameter in sorted(p.items()):
                flat = parameter.grad.flatten()
                gradients[name] = {"norm": flat.norm().item(), "first": [round(value, 12) for value in flat[:4].tolist()]}
            cases.append({
                "architecture": architecture, "attention": attention, "pool": pool, "loss": loss.item(),
                "logits": logits.flatten().tolist(), "score": p["score.weight"].grad.flatten().tolist(), "gradients": gradients,
            })
fixture = {"made-with": f"PyTorch {torch.__version__.split('+')[0]}", "rows": ROWS, "labels": LABELS, "smoothing": SMOOTHING, "cases": cases}
path = pathlib.Path(__file__).parent.parent / "src/engine/train/tests/pytorch_classifier.json"
fixture["cases"] = None
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
path.write_text(json.dumps(fixture).replace("null", f"[\n{lines}\n]") + "\n")
