"""Recurrent networks of `torch.nn`: language models and what reads whole texts."""
import torch
from torch.nn import functional as F

import losses
from common import Reference, draw, numbers
from transformers_lm import LENGTHS, VOCAB, causal, preferred, records

KINDS = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}


class Recurrent(torch.nn.Module):
    """An embedding, cells, and a head: over all tokens, or over classes or numbers."""

    def __init__(self, shape, outputs=None):
        super().__init__()
        self.embedding = torch.nn.Embedding(VOCAB, shape["embedding-width"])
        self.rnn = KINDS[shape["type"]](shape["embedding-width"], shape["width"], shape["layers"], batch_first=True)
        if outputs is not None:
            self.score = torch.nn.Linear(shape["width"], outputs, bias=False)
        else:
            self.lm_head = torch.nn.Linear(shape["width"], VOCAB, bias=False)
            if shape["tie-embeddings"]:
                self.lm_head.weight = self.embedding.weight

    def hidden(self, tokens):
        return self.rnn(self.embedding(tokens))[0]

    def forward(self, tokens, use_cache=False):
        # As `transformers` says it, so that the objectives over language models read these, too.
        return type("Said", (), {"logits": self.lm_head(self.hidden(tokens))})

    def pooled(self, tokens, pool):
        hidden = self.hidden(tokens)
        if pool == "last":
            return self.score(hidden[torch.arange(len(tokens)), LENGTHS - 1])
        is_real = torch.arange(tokens.shape[1])[None, :] < LENGTHS[:, None]
        return self.score((hidden * is_real[..., None]).sum(1) / LENGTHS[:, None])


def make():
    for n, kind in enumerate(KINDS):
        shape = {"type": kind, "layers": 2, "width": 8, "embedding-width": 6, "context": 12, "dropout": 0.0, "tie-embeddings": False}
        seed = 100 * (n + 1)
        model = draw(Recurrent(shape), seed)
        reference = Reference(kind, shape, VOCAB)
        causal(reference, model, seed + 1)
        if kind == "lstm":
            preferred(reference, model, Recurrent(shape), seed + 2, "preference", 0.3, 0.1)
        reference.save()

        tied = shape | {"layers": 1, "embedding-width": 8, "tie-embeddings": True}
        reference = Reference(f"{kind}_tied", tied, VOCAB)
        causal(reference, draw(Recurrent(tied), seed + 3), seed + 4)
        reference.save()

        reference = Reference(f"{kind}_classes", shape, VOCAB)
        model, tokens, classes = draw(Recurrent(shape, 3), seed + 5), records(seed + 6), torch.tensor([1, 2, 0])
        for pool, smoothing in [("mean", 0.1), ("last", 0.0)]:
            def compute():
                logits = model.pooled(tokens, pool)
                return {"logits": logits}, F.cross_entropy(logits, classes, label_smoothing=smoothing)

            objective = {
                "type": "classification", "classes": ["a", "b", "c"], "attention": "causal", "pool": pool, "label-smoothing": smoothing,
                "dropout": 0.0,
            }
            inputs = {"tokens": tokens, "lengths": LENGTHS, "classes": classes}
            reference.case(f"classification-{pool}", model, objective, inputs, compute)
        reference.save()

    reference = Reference("lstm_number", shape := shape | {"type": "lstm"}, VOCAB)
    model, tokens, figures = draw(Recurrent(shape, 1), 401), records(402), numbers(403, 3)

    def compute():
        told = model.pooled(tokens, "last")[:, 0]
        return {"numbers": told}, losses.regression("absolute", told, figures)

    objective = {"type": "regression", "loss": "absolute", "attention": "causal", "pool": "last", "dropout": 0.0}
    reference.case("regression", model, objective, {"tokens": tokens, "lengths": LENGTHS, "numbers": figures}, compute)
    reference.save()


if __name__ == "__main__":
    make()
