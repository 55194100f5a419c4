"""What every script here shares: seeded weights, and the file a reference is kept in.

A reference is one network with its weights, and cases: a batch, what the network makes of it, the loss and all gradients. It is computed
in 64 bits and rounded to 32 at the end, so that it is right in every digit it has.
"""
import contextlib, json, math, pathlib

import torch
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
MADE = pathlib.Path(__file__).parent / "made"
# The largest file that is let through, in bytes.
LARGEST = 60_000


def rounded(tensor):
    """What 32-bit floats hold of numbers, in 64 bits."""
    return tensor.type(torch.float32).type(torch.float64)


def numbers(seed, *shape, scale=1.0):
    """Random numbers that 32-bit floats hold."""
    return rounded(torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) * scale)


def ints(seed, low, high, *shape):
    """Random whole numbers from `low` to below `high`."""
    return torch.randint(low, high, shape, generator=torch.Generator().manual_seed(seed))


def draw(module, seed, rename=lambda name: name):
    """Draws every parameter anew, larger than a network begins, so that outputs differ and no bias or norm is nothing."""
    generator = torch.Generator().manual_seed(seed)
    normal = lambda tensor: torch.randn(tensor.shape, generator=generator)
    with torch.no_grad():
        for name, tensor in sorted(module.named_parameters(), key=lambda pair: rename(pair[0])):
            name = rename(name).lower()
            is_norm = any(part in name for part in ["norm", "ln_", "layrnorm"]) or name in module_norms(module)
            if tensor.dim() == 0:
                values = torch.tensor(1.2)
            elif tensor.dim() == 1 and is_norm and name.endswith("weight"):
                values = 1.0 + 0.2 * normal(tensor)
            elif tensor.dim() == 1:
                values = 0.3 * normal(tensor)
            elif any(part in name for part in ["embedding", "embed_tokens", "wte", "wpe", "token", "pos_embed"]):
                values = 0.6 * normal(tensor)
            else:
                values = 1.2 * normal(tensor) / math.sqrt(tensor.numel() / tensor.shape[0])
            tensor.copy_(rounded(values))
            tensor.requires_grad_(True)
    return module


def module_norms(module):
    """The weights of norms that the name of the layer does not give away."""
    return {f"{name}.weight".lower() for name, part in module.named_modules() if isinstance(part, torch.nn.BatchNorm2d)}


class Reference:
    """One file: a network, its weights, and cases."""

    def __init__(self, name, architecture, vocab_size=0):
        self.name, self.architecture, self.vocab_size = name, architecture, vocab_size
        self.weights, self.cases, self.tensors = {}, {}, {}

    def case(self, name, module, objective, inputs, compute, rename=lambda name: name, trained=None, buffers=(), mode="train", exact=True, guide=None):
        """Adds a case; `compute` returns the outputs and the loss. `trained` says of a parameter's name whether it learns here.

        The `guide` is what it is held against, a module of the same kind. Without `exact` the gradients are not those of the loss alone, as where a network changes itself while it is read.
        """
        own = {rename(key): tensor for key, tensor in module.named_parameters()}
        kept = {rename(key): tensor for key, tensor in module.named_buffers() if rename(key).split(".")[-1] in buffers}
        for key, tensor in (own | kept).items():
            value = tensor.detach().clone()
            assert torch.equal(value, rounded(value)), f"{self.name} {name}: {key} is not rounded"
            assert key not in self.weights or torch.equal(self.weights[key], value), f"{self.name} {name}: {key} differs"
            self.weights[key] = value
        assert all(torch.equal(tensor, rounded(tensor)) for tensor in inputs.values() if tensor.is_floating_point())
        module.zero_grad()
        outputs, loss = compute()
        learns = {key: tensor for key, tensor in own.items() if trained is None or trained(key)}
        gradients = {}
        if mode == "train":
            given = torch.autograd.grad(loss, list(learns.values()), allow_unused=True)
            gradients = {key: gradient for key, gradient in zip(learns, given)}
            missing = [key for key, gradient in gradients.items() if gradient is None]
            assert not missing, f"{self.name} {name}: no gradient of {missing}"
            if exact:
                self.check(name, learns, kept, gradients, compute)
        after = {key: tensor.detach() for key, tensor in kept.items() if trained is None or trained(key)} if mode == "train" else {}
        guiding = {} if guide is None else {rename(key): tensor for key, tensor in guide.named_parameters()}
        for kind, tensors in [("inputs", inputs), ("outputs", outputs), ("gradients", gradients), ("after", after), ("guide", guiding)]:
            for key, tensor in tensors.items():
                assert tensor.is_floating_point() is False or torch.isfinite(tensor).all(), f"{self.name} {name}: {key}"
                self.tensors[f"{name}/{kind}/{key}"] = tensor.detach().clone()
        self.cases[name] = {"mode": mode, "objective": objective, "loss": loss.item(), "parameters": sorted(own | kept)}
        # What a pass changed is put back, so that every case begins with the same weights.
        with torch.no_grad():
            for key, tensor in kept.items():
                tensor.copy_(self.weights[key])

    def check(self, name, learns, kept, gradients, compute):
        """Holds the gradients against the loss a little to both sides: they agree in 64 bits only, and if nothing is cut off."""
        generator, before, step, losses = torch.Generator().manual_seed(1), {key: t.detach().clone() for key, t in kept.items()}, 1e-6, []
        ways = {key: torch.randn(tensor.shape, generator=generator) for key, tensor in learns.items()}
        with torch.no_grad():
            for sign in [1, -2]:
                for key, tensor in learns.items():
                    tensor.add_(ways[key], alpha=sign * step)
                for key, tensor in kept.items():
                    tensor.copy_(self.weights[key])
                losses.append(compute()[1].item())
            for key, tensor in learns.items():
                tensor.copy_(self.weights[key])
            for key, tensor in kept.items():
                tensor.copy_(before[key])
        slope, expected = (losses[0] - losses[1]) / (2 * step), sum((gradients[key] * way).sum().item() for key, way in ways.items())
        assert abs(slope - expected) < 1e-7 * max(1, abs(expected)), f"{self.name} {name}: {slope} is not {expected}"

    def save(self):
        """Writes the file."""
        for case in self.cases.values():
            case["without"] = sorted(set(self.weights) - set(case.pop("parameters")))
        tensors = {f"weights/{key}": tensor for key, tensor in self.weights.items()} | self.tensors
        as_kept = lambda tensor: tensor.type(torch.float32 if tensor.is_floating_point() else torch.int64).contiguous()
        told = {
            "made-with": f"PyTorch {torch.__version__.split('+')[0]}",
            "architecture": self.architecture,
            "vocab-size": self.vocab_size,
            "cases": self.cases,
        }
        # One key, as their order in the file is anybody's guess.
        path = MADE / f"{self.name}.safetensors"
        save_file({key: as_kept(tensor) for key, tensor in tensors.items()}, path, {"reference": json.dumps(told)})
        size, count = path.stat().st_size, sum(tensor.numel() for tensor in self.weights.values())
        assert size <= LARGEST, f"{path.name} has {size} bytes"
        print(f"{path.name:<32}{size:>8} bytes{count:>8} weights   {', '.join(self.cases)}")


@contextlib.contextmanager
def in_64_bits():
    """Lets the few layers of `transformers` that always compute in 32 bits compute in 64."""
    was = torch.Tensor.float
    was_to = torch.Tensor.to
    torch.Tensor.float = torch.Tensor.double
    torch.Tensor.to = lambda self, *args, **kw: was_to(self, *[torch.float64 if arg is torch.float32 else arg for arg in args], **kw)
    try:
        yield
    finally:
        torch.Tensor.float = was
        torch.Tensor.to = was_to
