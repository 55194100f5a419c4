"""Networks over tokens of `transformers`: gpt2, llama and its kin, bert."""
import torch
from torch import nn
from torch.nn import functional as F
from transformers import (
    BertModel,
    BertConfig, BertForMaskedLM, BertForSequenceClassification, GPT2Config, GPT2LMHeadModel, GPT2Model, LlamaConfig,
    LlamaForCausalLM, LlamaModel, MistralConfig, MistralForCausalLM, Qwen2Config, Qwen2ForCausalLM,
)

import losses
from common import Reference, draw, in_64_bits, ints, numbers

VOCAB, LAYERS, WIDTH, HEADS, CONTEXT = 17, 2, 8, 2, 12
GPT2 = {
    "type": "gpt2", "layers": LAYERS, "width": WIDTH, "heads": HEADS, "mlp-width": 20, "context": CONTEXT, "norm-epsilon": 1e-5,
    "tie-embeddings": True,
}
LLAMA = {
    "type": "llama", "layers": LAYERS, "width": 16, "heads": 4, "kv-heads": 2, "mlp-width": 12, "context": CONTEXT, "rope-theta": 10000.0,
    "norm-epsilon": 1e-5, "tie-embeddings": False,
}
BERT = {
    "type": "bert", "layers": LAYERS, "width": WIDTH, "heads": HEADS, "mlp-width": 20, "context": CONTEXT, "norm-epsilon": 1e-12, "dropout": 0.0,
}
LENGTHS = torch.tensor([7, 3, 5])


def gpt2_config(shape):
    return GPT2Config(
        vocab_size=VOCAB, n_positions=shape["context"], n_embd=shape["width"], n_layer=shape["layers"], n_head=shape["heads"],
        n_inner=shape["mlp-width"], layer_norm_epsilon=shape["norm-epsilon"], tie_word_embeddings=shape["tie-embeddings"],
        resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, attn_implementation="sdpa", bos_token_id=0, eos_token_id=0,
    )


def llama_config(shape, kind=LlamaConfig, **more):
    return kind(
        vocab_size=VOCAB, hidden_size=shape["width"], intermediate_size=shape["mlp-width"], num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"], num_key_value_heads=shape["kv-heads"], max_position_embeddings=shape["context"],
        rope_theta=shape["rope-theta"], rms_norm_eps=shape["norm-epsilon"], tie_word_embeddings=shape["tie-embeddings"],
        attention_dropout=0.0, attn_implementation="sdpa", bos_token_id=0, eos_token_id=0, pad_token_id=None, **more,
    )


def bert_config(shape, **more):
    return BertConfig(
        vocab_size=VOCAB, hidden_size=shape["width"], num_hidden_layers=shape["layers"], num_attention_heads=shape["heads"],
        intermediate_size=shape["mlp-width"], max_position_embeddings=shape["context"], type_vocab_size=2,
        layer_norm_eps=shape["norm-epsilon"], hidden_act="gelu", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        attn_implementation="sdpa", **more,
    )


def exact(model):
    """Makes the turns of rotary positions exact in 64 bits, too; they are made in 32."""
    model = model.double().train()
    for part in model.modules():
        if hasattr(part, "inv_freq"):
            half = len(part.inv_freq)
            part.inv_freq = model.config.rope_theta ** (-torch.arange(half) / half)
    return model


def texts(seed, rows, places):
    """Rows of tokens, each with the next as its target; of the first row the first places do not count."""
    all = ints(seed, 0, VOCAB, rows, places + 1)
    mask = torch.ones(rows, places)
    mask[0, : places // 2] = 0
    mask[-1, -2:] = 0
    return all[:, :-1].contiguous(), all[:, 1:].contiguous(), mask


def causal(reference, model, seed):
    """Next tokens; of some places only."""
    tokens, targets, mask = texts(seed, 2, 8)

    def compute():
        logits = model(tokens, use_cache=False).logits
        return {"logits": logits}, losses.tokens(logits, targets, mask)

    reference.case("causal-lm", model, {"type": "causal-lm"}, {"tokens": tokens, "targets": targets, "mask": mask}, compute)


def distilled(reference, model, teacher, seed):
    """What a teacher says, and the data's own targets."""
    tokens, targets, mask = texts(seed, 2, 6)
    with torch.no_grad():
        taught = draw(teacher, seed + 1)(tokens, use_cache=False).logits

    def compute():
        logits = model(tokens, use_cache=False).logits
        return {"logits": logits, "taught": taught}, losses.distillation(logits, taught, losses.tokens(logits, targets, mask), 2.5, 0.7, mask)

    objective = {"type": "distillation", "teacher": "large", "temperature": 2.5, "teacher-share": 0.7}
    reference.case("distillation", model, objective, {"tokens": tokens, "targets": targets, "mask": mask}, compute, guide=teacher)


def preferred(reference, model, first, seed, name, beta, label_smoothing):
    """Two answers to each of two prompts, the preferred one first; and the model that preferences start from."""
    tokens, targets, _ = texts(seed, 4, 8)
    tokens[1::2, :3], targets[1::2, :2] = tokens[::2, :3], targets[::2, :2]
    places = torch.arange(8)[None, :]
    mask = ((places >= 2) & (places < torch.tensor([8, 5, 6, 7])[:, None])).double()
    ask = lambda model: losses.log_probabilities(model(tokens, use_cache=False).logits, targets, mask)
    with torch.no_grad():
        before = ask(draw(first, seed + 1))

    def compute():
        told = ask(model)
        return {"log-probabilities": told, "first-log-probabilities": before}, losses.preference(told, before, beta, label_smoothing)

    objective = {"type": "preference", "beta": beta, "label-smoothing": label_smoothing}
    reference.case(name, model, objective, {"tokens": tokens, "targets": targets, "mask": mask}, compute, guide=first)


class Scored(torch.nn.Module):
    """A body, and a layer over classes or one number behind one vector for each text."""

    def __init__(self, prefix, body, width, outputs):
        super().__init__()
        setattr(self, prefix, body)
        self.prefix, self.score = prefix, torch.nn.Linear(width, outputs, bias=False)

    def forward(self, tokens, lengths, attention, pool):
        places = torch.arange(tokens.shape[1])
        is_real = places[None, :] < lengths[:, None]
        seen = is_real[:, None, :].expand(-1, len(places), -1)
        if attention == "causal":
            seen = (places[None, :] <= places[:, None])[None].expand(len(tokens), -1, -1)
        added = torch.zeros(seen.shape).masked_fill(~seen, -1e30)[:, None]
        hidden = getattr(self, self.prefix)(tokens, attention_mask=added, use_cache=False).last_hidden_state
        if pool == "mean":
            return self.score((hidden * is_real[..., None]).sum(1) / lengths[:, None])
        return self.score(hidden[torch.arange(len(tokens)), lengths - 1])


def records(seed):
    """Texts of several lengths, filled with token 0."""
    tokens = ints(seed, 1, VOCAB, len(LENGTHS), int(LENGTHS.max()))
    return tokens.masked_fill(torch.arange(tokens.shape[1])[None, :] >= LENGTHS[:, None], 0)


def classified(reference, make, seed):
    """Classes and numbers of texts, read in each of both ways."""
    tokens, classes, figures = records(seed), torch.tensor([2, 0, 1]), numbers(seed + 1, 3)
    model = draw(make(3), seed + 2)
    for attention, pool, smoothing in [("bidirectional", "mean", 0.1), ("causal", "last", 0.0)]:
        def compute():
            logits = model(tokens, LENGTHS, attention, pool)
            return {"logits": logits}, F.cross_entropy(logits, classes, label_smoothing=smoothing)

        objective = {
            "type": "classification", "classes": ["a", "b", "c"], "attention": attention, "pool": pool, "label-smoothing": smoothing, "dropout": 0.0,
        }
        inputs = {"tokens": tokens, "lengths": LENGTHS, "classes": classes}
        reference.case(f"classification-{pool}", model, objective, inputs, compute)


def regressed(reference, make, seed):
    """A number of each text."""
    tokens, figures = records(seed), numbers(seed + 1, 3)
    model = draw(make(1), seed + 2)

    def compute():
        told = model(tokens, LENGTHS, "causal", "mean")[:, 0]
        return {"numbers": told}, losses.regression("squared", told, figures)

    objective = {"type": "regression", "loss": "squared", "attention": "causal", "pool": "mean", "dropout": 0.0}
    reference.case("regression", model, objective, {"tokens": tokens, "lengths": LENGTHS, "numbers": figures}, compute)


def bert_masked(reference, seed):
    """Hidden tokens of texts of several lengths; the last token of the vocabulary hides."""
    model = draw(BertForMaskedLM(bert_config(BERT)).double().train(), seed)
    targets = records(seed + 1)
    mask = torch.zeros(targets.shape)
    mask[0, [1, 4, 6]] = mask[1, 0] = mask[2, 3] = 1
    tokens = targets.masked_fill(mask.bool(), VOCAB - 1)
    tokens[0, 4], tokens[0, 6] = targets[0, 4], 3
    is_real = (torch.arange(tokens.shape[1])[None, :] < LENGTHS[:, None]).long()

    def compute():
        logits = model(tokens, attention_mask=is_real).logits
        own = model(tokens, attention_mask=is_real, labels=targets.masked_fill(~mask.bool(), -100)).loss
        loss = losses.tokens(logits, targets, mask)
        assert abs((own - loss).item()) < 1e-12
        # What filling says is nobody's business.
        return {"logits": logits * is_real[..., None]}, loss

    inputs = {"tokens": tokens, "lengths": LENGTHS, "targets": targets, "mask": mask}
    reference.case("masked-lm", model, {"type": "masked-lm", "mask-share": 0.15}, inputs, compute)


def bert_pooled(reference, seed, regression):
    """Classes, or a number, of texts through the pooler."""
    model = draw(BertForSequenceClassification(bert_config(BERT, num_labels=1 if regression else 3)).double().train(), seed)
    tokens, classes, figures = records(seed + 1), torch.tensor([2, 0, 1]), numbers(seed + 2, 3)
    is_real = (torch.arange(tokens.shape[1])[None, :] < LENGTHS[:, None]).long()

    def compute():
        logits = model(tokens, attention_mask=is_real).logits
        if regression:
            return {"numbers": logits[:, 0]}, losses.regression("huber", logits[:, 0], figures)
        return {"logits": logits}, F.cross_entropy(logits, classes, label_smoothing=0.1)

    if regression:
        objective = {"type": "regression", "loss": "huber", "attention": "bidirectional", "pool": "first", "dropout": 0.0}
        reference.case("regression", model, objective, {"tokens": tokens, "lengths": LENGTHS, "numbers": figures}, compute)
    else:
        objective = {
            "type": "classification", "classes": ["a", "b", "c"], "attention": "bidirectional", "pool": "first", "label-smoothing": 0.1, "dropout": 0.0,
        }
        reference.case("classification", model, objective, {"tokens": tokens, "lengths": LENGTHS, "classes": classes}, compute)


class Averaged(nn.Module):
    """A BERT whose places are averaged, those of filling left out."""

    def __init__(self, config):
        super().__init__()
        self.bert = BertModel(config, add_pooling_layer=False)
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)

    def forward(self, tokens, is_real):
        hidden = self.bert(tokens, attention_mask=is_real).last_hidden_state
        return self.classifier((hidden * is_real[..., None]).sum(1) / is_real.sum(1, keepdim=True))


def bert_averaged(reference, seed):
    """Classes of texts, of all their places."""
    model = draw(Averaged(bert_config(BERT, num_labels=3)).double().train(), seed)
    tokens, classes = records(seed + 1), torch.tensor([1, 2, 0])
    is_real = (torch.arange(tokens.shape[1])[None, :] < LENGTHS[:, None]).long()

    def compute():
        logits = model(tokens, is_real)
        return {"logits": logits}, F.cross_entropy(logits, classes)

    objective = {
        "type": "classification", "classes": ["a", "b", "c"], "attention": "bidirectional", "pool": "mean", "label-smoothing": 0.0, "dropout": 0.0,
    }
    reference.case("classification", model, objective, {"tokens": tokens, "lengths": LENGTHS, "classes": classes}, compute)


def language(name, architecture, model, seed, objectives):
    """Writes the reference of a language model."""
    reference = Reference(name, architecture, VOCAB)
    draw(model, seed)
    for objective in objectives:
        objective(reference, model)
    reference.save()


def single(name, architecture, make):
    """Writes a reference of one head."""
    reference = Reference(name, architecture, VOCAB)
    make(reference)
    reference.save()


def make():
    plain = [lambda reference, model: causal(reference, model, 10)]
    with in_64_bits():
        new = lambda shape=GPT2: exact(GPT2LMHeadModel(gpt2_config(shape)))
        language("gpt2", GPT2, new(), 1, [*plain, lambda *it: distilled(*it, new(), 20)])
        small = GPT2 | {"layers": 1}
        pairs = [
            lambda *it: preferred(*it, new(small), 30, "preference", 0.3, 0.0),
            lambda *it: preferred(*it, new(small), 40, "preference-smoothed", 0.1, 0.2),
        ]
        language("gpt2_preference", small, new(small), 14, pairs)
        untied = GPT2 | {"tie-embeddings": False}
        language("gpt2_untied", untied, exact(GPT2LMHeadModel(gpt2_config(untied))), 2, plain)
        scored = lambda outputs: Scored("transformer", exact(GPT2Model(gpt2_config(GPT2))), WIDTH, outputs).double().train()
        single("gpt2_classes", GPT2, lambda reference: classified(reference, scored, 3))
        single("gpt2_number", GPT2, lambda reference: regressed(reference, scored, 4))

        new = lambda: exact(LlamaForCausalLM(llama_config(LLAMA)))
        language("llama", LLAMA, new(), 5, plain)
        language("llama_distilled", LLAMA, new(), 15, [lambda *it: distilled(*it, new(), 50)])
        bias = LLAMA | {"tie-embeddings": True, "attention-bias": True, "rope-theta": 500.0}
        language("llama_bias", bias, exact(Qwen2ForCausalLM(llama_config(bias, Qwen2Config, use_sliding_window=False))), 6, plain)
        window = LLAMA | {"sliding-window": 3, "norm-epsilon": 1e-6}
        language("llama_window", window, exact(MistralForCausalLM(llama_config(window, MistralConfig, sliding_window=3))), 7, plain)
        both = LLAMA | {"sliding-window": 4, "attention-bias": True, "kv-heads": 1}
        config = llama_config(both, Qwen2Config, use_sliding_window=True, sliding_window=4, max_window_layers=0)
        language("llama_bias_window", both, exact(Qwen2ForCausalLM(config)), 8, plain)
        scored = lambda outputs: exact_scored(LlamaModel(llama_config(LLAMA)), outputs)
        single("llama_classes", LLAMA, lambda reference: classified(reference, scored, 9))
        single("llama_number", LLAMA, lambda reference: regressed(reference, scored, 10))

        single("bert", BERT, lambda reference: bert_masked(reference, 11))
        single("bert_classes", BERT, lambda reference: bert_pooled(reference, 12, False))
        single("bert_number", BERT, lambda reference: bert_pooled(reference, 13, True))
        single("bert_averaged", BERT, lambda reference: bert_averaged(reference, 14))


def exact_scored(body, outputs):
    """A scored network whose body is exact."""
    return Scored("model", exact(body), LLAMA["width"], outputs).double().train()


if __name__ == "__main__":
    make()
