#!/usr/bin/env python3
"""Optimizers and schedules in PyTorch and transformers: what the engine's own are held against.

Writes src/engine/optimizer/tests/pytorch.json. Parameters and gradients are no random numbers but sines, so that the test makes
the same ones: element `i` of the `n`-th parameter by name is `0.5 sin(0.7 i² + 1.3 n)`, its gradient at step `t`, from 1, is
`sin(1.1 i² + 0.9 n + 2.3 t)`. As everywhere in the program only what has more than one dimension is decayed. Lion is in neither
library: it is program 1 of its paper (Chen et al. 2023), as it stands there. Muon is PyTorch's, at the precision of its
parameters: it halves it to bfloat16 otherwise.

    pip install torch==2.9.1 transformers==4.57.3
    python3 benches/pytorch_optimizers.py
"""
import json, math, pathlib

import torch
import transformers
from torch.optim import lr_scheduler

torch.set_default_dtype(torch.float64)
SHAPES = {
    "model.embed_tokens.weight": [5, 3],
    "model.layers.0.mlp.down_proj.weight": [3, 7],
    "model.layers.0.mlp.up_proj.weight": [6, 4],
    "model.norm.weight": [4],
    "stages.0.0.weight": [3, 2, 2, 2],
    "transformer.h.0.mlp.c_fc.weight": [3, 5],
    "vit.embeddings.cls_token": [1, 1, 3],
}
RATES = [1e-2, 2e-2, 3e-2, 2e-2, 1e-2]
BODY = ("model.layers.", "stages.", "transformer.h.")


def sines(shape, inner, outer, factor):
    n = math.prod(shape)
    return torch.tensor([factor * math.sin(inner * i * i + outer) for i in range(n)]).reshape(shape)


def start():
    names = sorted(SHAPES)
    return {name: sines(SHAPES[name], 0.7, 1.3 * n, 0.5) for n, name in enumerate(names)}


def gradient(n, name, t):
    return sines(SHAPES[name], 1.1, 0.9 * n + 2.3 * t, 1.0)


def flat(name):
    """The shape in which a kernel, or what has sides of length 1, is one matrix or one vector."""
    shape = SHAPES[name]
    long = [side for side in shape if side > 1]
    return [long[0], math.prod(long[1:])] if len(long) > 1 else long


def run(makers, decay, reshape=None):
    """Takes five steps. `makers` says of a name which optimizer a parameter has: `(key, make, factor of the rate)`."""
    values, groups = start(), {}
    for name in sorted(SHAPES):
        values[name] = torch.nn.Parameter(values[name].reshape(reshape(name) if reshape else SHAPES[name]).clone())
        key, make, factor = makers(name)
        groups.setdefault((key, len(SHAPES[name]) > 1), (make, factor, []))[2].append(values[name])
    optimizers = [
        (make(parameters, decay if is_decayed else 0.0), factor)
        for (_, is_decayed), (make, factor, parameters) in groups.items()
    ]
    for t, rate in enumerate(RATES, 1):
        for n, name in enumerate(sorted(SHAPES)):
            values[name].grad = gradient(n, name, t).reshape(values[name].shape)
        for optimizer, factor in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
            optimizer.step()
    return {name: [round(value, 9) for value in values[name].detach().flatten().tolist()] for name in values}


class Lion(torch.optim.Optimizer):
    def __init__(self, parameters, betas, weight_decay):
        super().__init__(parameters, {"lr": 0.0, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (beta_1, beta_2), rate, decay = group["betas"], group["lr"], group["weight_decay"]
            for parameter in group["params"]:
                momentum = self.state[parameter].setdefault("m", torch.zeros_like(parameter))
                update = torch.sign(beta_1 * momentum + (1 - beta_1) * parameter.grad)
                momentum.mul_(beta_2).add_(parameter.grad, alpha=1 - beta_2)
                parameter.sub_(rate * (update + decay * parameter))


def adamw(betas, epsilon):
    return lambda parameters, decay: torch.optim.AdamW(parameters, betas=betas, eps=epsilon, weight_decay=decay)


def muon(nesterov, momentum, iterations, scale, betas, epsilon, factor):
    def make(parameters, decay):
        return torch.optim.Muon(parameters, weight_decay=decay, momentum=momentum, nesterov=nesterov, ns_steps=iterations, adjust_lr_fn=scale)

    def of(name):
        if not name.startswith(BODY):
            return "adamw", adamw(betas, epsilon), factor
        # One optimizer for GPT-2's matrix, whose rate is set right by the shapes: PyTorch takes rows for outputs.
        if "c_fc" in name and scale == "original":
            rows, columns = flat(name)
            return "turned", make, math.sqrt(max(1, columns / rows) / max(1, rows / columns))
        return "muon", make, 1.0

    return of


def cases():
    def all_by(make):
        return lambda name: ("all", make, 1.0)

    rate = RATES[0]
    common = {"learning-rate": rate, "clip-norm": 1e6}
    yield (
        {"type": "adamw", **common, "weight-decay": 0.1, "beta-1": 0.9, "beta-2": 0.95, "epsilon": 1e-8},
        run(all_by(adamw((0.9, 0.95), 1e-8)), 0.1),
    )
    for momentum, nesterov, decay in [(0.0, False, 0.01), (0.9, False, 0.0), (0.9, True, 0.05)]:
        make = lambda parameters, decay: torch.optim.SGD(parameters, lr=rate, momentum=momentum, nesterov=nesterov, weight_decay=decay)
        yield {"type": "sgd", **common, "momentum": momentum, "nesterov": nesterov, "weight-decay": decay}, run(all_by(make), decay)
    make = lambda parameters, decay: Lion(parameters, (0.9, 0.99), decay)
    yield {"type": "lion", **common, "weight-decay": 0.3, "beta-1": 0.9, "beta-2": 0.99}, run(all_by(make), 0.3)
    torch.Tensor.bfloat16 = lambda tensor: tensor.clone()
    for nesterov, iterations, scale, factor in [(True, 5, "match-adamw", 1.0), (False, 4, "shape", 0.5)]:
        said = {"momentum": 0.95, "nesterov": nesterov, "iterations": iterations, "scale": scale, "adamw-rate": factor}
        said |= {"beta-1": 0.9, "beta-2": 0.95, "epsilon": 1e-8, "weight-decay": 0.1}
        # What is turned is decayed by the plain rate; only its update follows the shape, so without decay there.
        decay = 0.1 if scale == "match-adamw" else 0.0
        said["weight-decay"] = decay
        theirs = {"match-adamw": "match_rms_adamw", "shape": "original"}[scale]
        of = muon(nesterov, 0.95, iterations, theirs, (0.9, 0.95), 1e-8, factor)
        yield {"type": "muon", **common, **said}, run(of, decay, flat)
    said = {"decay-exponent": 0.8, "clip-threshold": 1.0, "epsilon": 1e-30}
    for beta, decay in [(0.0, 0.1), (0.9, 0.0)]:
        make = lambda parameters, decay: transformers.Adafactor(
            parameters, lr=rate, eps=(1e-30, 1e-3), clip_threshold=1.0, decay_rate=-0.8, beta1=beta or None,
            weight_decay=decay, scale_parameter=False, relative_step=False,
        )
        yield {"type": "adafactor", **common, **said, "beta-1": beta, "scale-parameter": False, "weight-decay": decay}, run(all_by(make), decay, flat)
    make = lambda parameters, decay: torch.optim.Adafactor(parameters, lr=rate, beta2_decay=-0.8, d=1.0, weight_decay=decay)
    yield {"type": "adafactor", **common, **said, "beta-1": 0.0, "scale-parameter": True, "weight-decay": 0.1}, run(all_by(make), 0.1, flat)


def schedules(total=40):
    def of(make):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        schedule, rates = make(optimizer), []
        for _ in range(total):
            rates.append(round(optimizer.param_groups[0]["lr"], 12))
            optimizer.step()
            schedule.step()
        return rates

    yield {"type": "linear", "warmup-steps": 0, "final-ratio": 0.1}, of(lambda o: lr_scheduler.LinearLR(o, 1.0, 0.1, total))
    yield {"type": "cosine", "warmup-steps": 0, "final-ratio": 0.1}, of(lambda o: lr_scheduler.CosineAnnealingLR(o, total, 0.1))
    for share, start, last in [(0.3, 0.04, 4e-6), (0.25, 0.1, 0.001)]:
        yield (
            {"type": "one-cycle", "warmup-share": share, "start-ratio": start, "final-ratio": last},
            of(lambda o: lr_scheduler.OneCycleLR(o, 1.0, total, pct_start=share, cycle_momentum=False, div_factor=1 / start, final_div_factor=start / last)),
        )
    for decay, theirs in [("linear", "linear"), ("one-minus-sqrt", "1-sqrt")]:
        yield (
            {"type": "wsd", "warmup-steps": 0, "decay-share": 0.25, "decay": decay, "final-ratio": 0.1},
            of(lambda o: transformers.get_wsd_schedule(o, 0, 10, num_stable_steps=30, decay_type=theirs, min_lr_ratio=0.1)),
        )


if __name__ == "__main__":
    made = {
        "shapes": SHAPES,
        "rates": RATES,
        "optimizers": [{"optimizer": optimizer, "values": values} for optimizer, values in cases()],
        "schedules": [{"schedule": schedule, "rates": rates} for schedule, rates in schedules()],
    }
    lines = json.dumps(made).replace('{"optimizer"', '\n{"optimizer"').replace('{"schedule"', '\n{"schedule"')
    root = pathlib.Path(__file__).resolve().parent.parent
    (root / "src/engine/optimizer/tests/pytorch.json").write_text(lines + "\n")
