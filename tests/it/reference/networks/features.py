"""Networks over pictures and sounds, of `torch.nn`: mlp, cnn and autoencoder, and the objectives over features."""
import math

import torch
from torch import nn
from torch.nn import functional as F

import losses
from common import Reference, draw, ints, numbers

ACTIVATIONS = {"relu": F.relu, "gelu": F.gelu, "tanh": torch.tanh}


def pictures(shape):
    """The shape of a record as a picture: a sound is one of one channel."""
    return shape if len(shape) == 3 else [1, *shape]


class Headed(nn.Module):
    """A body that makes one vector of a record, and the head of an objective: classes, a number, or a projection."""

    def head(self, width, head, outputs):
        if head == "classifier":
            self.classifier = nn.Linear(width, outputs)
        elif head == "projection":
            self.projection = nn.Sequential(nn.Linear(width, outputs), nn.ReLU(), nn.Linear(outputs, outputs))

    def forward(self, features):
        embedding = self.embed(features)
        head = getattr(self, "classifier", None) or self.projection
        return embedding, head(embedding)


class Mlp(Headed):
    def __init__(self, shape, head, outputs):
        super().__init__()
        widths = [math.prod(shape["input"]), *shape["hidden"]]
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in zip(widths, widths[1:]))
        self.act = ACTIVATIONS[shape["activation"]]
        self.head(widths[-1], head, outputs)

    def embed(self, x):
        x = x.flatten(1)
        for layer in self.layers:
            x = self.act(layer(x))
        return x


class Cnn(Headed):
    """Plain: convolution and activation, `depth` times, then the largest of every 2 by 2."""

    def __init__(self, shape, head, outputs):
        super().__init__()
        self.shape, self.act = shape, ACTIVATIONS[shape["activation"]]
        channels, height, width = pictures(shape["input"])
        stages, before = [], channels
        for after in shape["channels"]:
            convolutions = []
            for _ in range(shape["depth"]):
                convolutions.append(nn.Conv2d(before, after, shape["kernel"], padding=shape["kernel"] // 2))
                before = after
            stages.append(nn.ModuleList(convolutions))
            height, width = height // 2, width // 2
        self.stages = nn.ModuleList(stages)
        widths = [before * height * width, *shape["dense"]]
        self.dense = nn.ModuleList(nn.Linear(*pair) for pair in zip(widths, widths[1:]))
        self.head(shape["dense"][-1] if shape["dense"] else before, head, outputs)

    def places(self, x):
        for stage in self.stages:
            for convolution in stage:
                x = self.act(convolution(x))
            x = F.max_pool2d(x, 2)
        return x

    def embed(self, x):
        x = self.places(x.reshape(len(x), *pictures(self.shape["input"])))
        if not self.shape["dense"]:
            return x.mean((2, 3))
        x = x.flatten(1)
        for layer in self.dense:
            x = self.act(layer(x))
        return x


class Basic(nn.Module):
    """Two convolutions, each with batch norm, and what was read added (He et al. 2016)."""

    def __init__(self, before, after, kernel, stride, act):
        super().__init__()
        self.act = act
        self.conv1 = nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False)
        self.norm1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, kernel, 1, kernel // 2, bias=False)
        self.norm2 = nn.BatchNorm2d(after)
        if stride != 1 or before != after:
            self.shortcut = nn.Conv2d(before, after, 1, stride, bias=False)
            self.shortcut_norm = nn.BatchNorm2d(after)

    def forward(self, x):
        past = self.shortcut_norm(self.shortcut(x)) if hasattr(self, "shortcut") else x
        x = self.norm2(self.conv2(self.act(self.norm1(self.conv1(x)))))
        return self.act(x + past)


class Residual(Cnn):
    """A stem, and stages of basic blocks; each stage but the first begins with a stride of 2."""

    def __init__(self, shape, head, outputs):
        Headed.__init__(self)
        self.shape, self.act = shape, ACTIVATIONS[shape["activation"]]
        channels, height, width = pictures(shape["input"])
        before, kernel = shape["channels"][0], shape["kernel"]
        self.stem = nn.Conv2d(channels, before, kernel, 1, kernel // 2, bias=False)
        self.stem_norm = nn.BatchNorm2d(before)
        stages = []
        for number, after in enumerate(shape["channels"]):
            blocks = []
            for n in range(shape["depth"]):
                stride = 2 if number > 0 and n == 0 else 1
                blocks.append(Basic(before, after, kernel, stride, self.act))
                before, height, width = after, -(-height // stride), -(-width // stride)
            stages.append(nn.ModuleList(blocks))
        self.stages = nn.ModuleList(stages)
        widths = [before * height * width, *shape["dense"]]
        self.dense = nn.ModuleList(nn.Linear(*pair) for pair in zip(widths, widths[1:]))
        self.head(shape["dense"][-1] if shape["dense"] else before, head, outputs)

    def places(self, x):
        x = self.act(self.stem_norm(self.stem(x)))
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return x


def drawn(module, seed):
    """Draws the statistics of batch norm, too: as if it had seen something already."""
    draw(module, seed)
    for n, part in enumerate(part for part in module.modules() if isinstance(part, nn.BatchNorm2d)):
        with torch.no_grad():
            part.running_mean.copy_(numbers(seed + 50 + n, *part.running_mean.shape, scale=0.3))
            part.running_var.copy_(numbers(seed + 70 + n, *part.running_var.shape).abs().clamp(0.3, 2.0).type(torch.float32).double())
    return module


STATISTICS = ("running_mean", "running_var")


def classification(reference, name, model, seed, batch=4, smoothing=0.1, weights=None, mode="train"):
    """The classes of records."""
    features, classes = numbers(seed, batch, *reference.architecture["input"]), ints(seed + 1, 0, 3, batch)
    inputs = {"features": features, "classes": classes} | ({} if weights is None else {"class-weights": weights})

    def compute():
        embedding, logits = model.train(mode == "train")(features)
        return {"embedding": embedding, "logits": logits}, F.cross_entropy(logits, classes, weights, label_smoothing=smoothing)

    objective = {
        "type": "classification", "classes": ["a", "b", "c"], "attention": "bidirectional", "pool": "mean", "label-smoothing": smoothing,
        "dropout": 0.0,
    }
    reference.case(name, model, objective, inputs, compute, buffers=STATISTICS, mode=mode)


def regression(reference, kind, model, seed):
    """A number of each record; some are told well, and some not at all."""
    features, figures = numbers(seed, 6, *reference.architecture["input"]), numbers(seed + 1, 6, scale=2.0)

    def compute():
        told = model(features)[1][:, 0]
        return {"numbers": told}, losses.regression(kind, told, figures)

    objective = {"type": "regression", "loss": kind, "attention": "bidirectional", "pool": "mean", "dropout": 0.0}
    reference.case(f"regression-{kind}", model, objective, {"features": features, "numbers": figures}, compute)


def views(reference, model, seed, temperature, projection):
    """Two views of each of three records: the first of all, then the second of all."""
    first = numbers(seed, 3, *reference.architecture["input"])
    features = torch.cat([first, first + numbers(seed + 1, *first.shape, scale=0.4)]).type(torch.float32).double()

    def compute():
        embedding, codes = model(features)
        return {"embedding": embedding, "codes": codes}, losses.nt_xent(codes, temperature)

    objective = {"type": "contrastive", "pairs": "views", "temperature": temperature, "projection": projection}
    reference.case("contrastive-views", model, objective, {"features": features}, compute, buffers=STATISTICS)


def distillation(reference, model, seed):
    """What a teacher says of classes, and the data's own classes."""
    features, classes = numbers(seed, 4, *reference.architecture["input"]), ints(seed + 1, 0, 3, 4)
    teacher = draw(type(model)(reference.architecture, "classifier", 3), seed + 2)
    with torch.no_grad():
        taught = teacher(features)[1]

    def compute():
        logits = model(features)[1]
        own = F.cross_entropy(logits, classes, label_smoothing=0.1)
        return {"logits": logits, "taught": taught}, losses.distillation(logits, taught, own, 4.0, 0.8)

    told = {"classes": ["a", "b", "c"], "attention": "bidirectional", "pool": "mean", "label-smoothing": 0.1, "dropout": 0.0}
    objective = {"type": "distillation", "teacher": "large", "temperature": 4.0, "teacher-share": 0.8, "classification": told}
    reference.case("distillation", model, objective, {"features": features, "classes": classes}, compute, guide=teacher)


class Autoencoder(nn.Module):
    def __init__(self, shape):
        super().__init__()
        widths = [math.prod(shape["input"]), *shape["hidden"], shape["code"]]
        self.encoder = nn.ModuleList(nn.Linear(*pair) for pair in zip(widths, widths[1:]))
        self.decoder = nn.ModuleList(nn.Linear(*pair) for pair in zip(widths[::-1], widths[::-1][1:]))
        self.act = ACTIVATIONS[shape["activation"]]

    def through(self, layers, x):
        for n, layer in enumerate(layers):
            x = layer(x)
            if n + 1 < len(layers):
                x = self.act(x)
        return x

    def forward(self, x):
        code = self.through(self.encoder, x.flatten(1))
        return code, self.through(self.decoder, code).reshape(x.shape)


def autoencoder():
    """Makes spoiled records whole; the spoiled ones are given."""
    for name, activation, hidden in [("autoencoder", "gelu", [10, 6]), ("autoencoder_shallow", "relu", [])]:
        shape = {"type": "autoencoder", "input": [2, 3, 4], "hidden": hidden, "code": 3, "activation": activation}
        reference, model = Reference(name, shape), draw(Autoencoder(shape), 700)
        whole = numbers(701, 4, *shape["input"])
        noisy = (whole + numbers(702, *whole.shape, scale=0.3)).type(torch.float32).double()
        masked = whole * (ints(703, 0, 4, *whole.shape) > 0)
        for case, spoiled, corruption in [
            ("noise", noisy, {"type": "noise", "deviation": 0.3}), ("mask", masked, {"type": "mask", "share": 0.25}), ("none", whole, {"type": "none"}),
        ]:
            def compute():
                code, made = model(spoiled)
                return {"embedding": code, "features": made}, F.mse_loss(made, whole)

            reference.case(case, model, {"type": "autoencoder", "corruption": corruption}, {"features": whole, "spoiled": spoiled}, compute)
        reference.save()


def network(name, shape, seed, make, head="classifier", outputs=3):
    """Writes the reference of one network of one head."""
    reference = Reference(name, shape)
    kind = {"mlp": Mlp, "plain": Cnn, "residual": Residual}[shape.get("block", "mlp")]
    make(reference, drawn(kind(shape, head, outputs), seed))
    reference.save()


def make():
    mlp = {"type": "mlp", "input": [2, 3, 4], "hidden": [10, 7], "activation": "relu", "dropout": 0.0}

    def classes(reference, model):
        classification(reference, "classification", model, 501)
        classification(reference, "classification-weighted", model, 503, smoothing=0.2, weights=torch.tensor([0.5, 2.0, 1.25]))
        distillation(reference, model, 505)

    network("mlp", mlp, 500, classes)
    network("mlp_gelu", mlp | {"activation": "gelu"}, 510, lambda *it: classification(*it[:1], "classification", it[1], 511))
    network("mlp_tanh", mlp | {"activation": "tanh", "input": [5, 3]}, 520, lambda *it: classification(*it[:1], "classification", it[1], 521))
    network("mlp_number", mlp, 530, lambda *it: [regression(it[0], kind, it[1], 531) for kind in ["squared", "absolute", "huber"]], outputs=1)
    network("mlp_views", mlp, 540, lambda *it: views(*it, 541, 0.2, 5), head="projection", outputs=5)

    def both_modes(seed):
        def cases(reference, model):
            classification(reference, "classification", model, seed)
            if reference.architecture["block"] == "residual":
                classification(reference, "classification-evaluated", model, seed, mode="eval")

        return cases

    plain = {"type": "cnn", "input": [2, 9, 8], "block": "plain", "channels": [4, 5], "depth": 1, "kernel": 3, "dense": [], "activation": "relu", "dropout": 0.0}
    network("cnn", plain, 600, both_modes(601))
    network("cnn_dense", plain | {"depth": 2, "kernel": 5, "dense": [6], "channels": [3, 4], "activation": "gelu"}, 610, both_modes(611))
    network("cnn_sound", plain | {"input": [9, 8]}, 620, both_modes(621))
    residual = plain | {"block": "residual", "depth": 2, "channels": [3, 4]}
    network("cnn_residual", residual, 630, both_modes(631))
    network("cnn_residual_dense", residual | {"dense": [6], "depth": 1}, 640, both_modes(641))
    network("cnn_views", residual | {"depth": 1}, 650, lambda *it: views(*it, 651, 0.5, 4), head="projection", outputs=4)
    autoencoder()


if __name__ == "__main__":
    make()
