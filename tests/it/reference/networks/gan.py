"""A generator of pictures and its critic (Radford et al. 2016), the critic's weights divided by their largest singular value (Miyato et al. 2018).

A turn of the critic reads real pictures and then made ones, so that each of its layers has two power iterations a turn; the generator's turn
has one.
"""
import torch
from torch import nn
from torch.nn.utils import spectral_norm

import losses
from common import Reference, numbers
from features import drawn

BUFFERS = ("running_mean", "running_var", "weight_u")


class Gan(nn.Module):
    def __init__(self, shape):
        super().__init__()
        (colours, height, width), channels = shape["input"], shape["channels"]
        grid = (height // 4, width // 4)
        self.generator = nn.Sequential(
            nn.ConvTranspose2d(shape["latent"], 2 * channels, grid, 1, 0, bias=False), nn.BatchNorm2d(2 * channels), nn.ReLU(),
            nn.ConvTranspose2d(2 * channels, channels, 4, 2, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(),
            nn.ConvTranspose2d(channels, colours, 4, 2, 1), nn.Tanh(),
        )
        self.critic = nn.Sequential(
            spectral_norm(nn.Conv2d(colours, channels, 4, 2, 1)), nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(channels, 2 * channels, 4, 2, 1)), nn.LeakyReLU(0.2), nn.Flatten(),
            spectral_norm(nn.Linear(2 * channels * grid[0] * grid[1], 1)),
        )

    def make(self, latent):
        return self.generator(latent[:, :, None, None])

    def judge(self, pictures):
        return self.critic(pictures)[:, 0]


def case(reference, model, kind, turn, seed):
    """One turn of one of the two."""
    shape = reference.architecture
    real = numbers(seed, 3, *shape["input"], scale=0.5).clamp(-1, 1)
    latent = numbers(seed + 1, 3, shape["latent"])

    def compute():
        if turn == "critic":
            with torch.no_grad():
                made = model.make(latent)
            real_scores, made_scores = model.judge(real), model.judge(made)
            return {"pictures": made, "real-scores": real_scores, "made-scores": made_scores}, losses.critic(kind, real_scores, made_scores)
        made = model.make(latent)
        scores = model.judge(made)
        return {"pictures": made, "made-scores": scores}, losses.generator(kind, scores)

    # A critic that is used has its vectors already; the one that PyTorch keeps beside them follows from them and the weights.
    objective = {"type": "adversarial", "loss": kind, "critic-steps": 1, "critic-rate": 1.0}
    inputs = ({"features": real} if turn == "critic" else {}) | {"latent": latent}
    trained = lambda name: name.startswith(f"{turn}.")
    # The critic's vectors follow its weights, and no gradient goes that way.
    exact = turn == "generator"
    reference.case(f"{kind}-{turn}", model, objective, inputs, compute, trained=trained, buffers=BUFFERS, exact=exact)


def make():
    shape = {"type": "gan", "input": [2, 8, 12], "latent": 4, "channels": 3}
    reference, model = Reference("gan", shape), drawn(Gan(shape), 900).train()
    with torch.no_grad():
        for name, buffer in model.named_buffers():
            if name.endswith("weight_u"):
                buffer.copy_(torch.nn.functional.normalize(numbers(901, *buffer.shape), dim=0).type(torch.float32).double())
    for kind in ["hinge", "non-saturating"]:
        for turn in ["critic", "generator"]:
            case(reference, model, kind, turn, 910)
    reference.save()


if __name__ == "__main__":
    make()
