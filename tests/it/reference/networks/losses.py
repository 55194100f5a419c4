"""The losses of the objectives, as their papers define them; each is a mean over what it counts."""
import torch
from torch.nn import functional as F


def tokens(logits, targets, mask):
    """Cross-entropy over the places whose mask is 1."""
    surprise = F.cross_entropy(logits.flatten(0, -2), targets.flatten(), reduction="none")
    return (surprise * mask.flatten()).sum() / mask.sum()


def regression(kind, told, numbers):
    """How far off numbers are."""
    return {"squared": F.mse_loss, "absolute": F.l1_loss, "huber": F.huber_loss}[kind](told, numbers)


def nt_xent(codes, temperature):
    """Of 2N codes, `i` and `i + N` belong together (Chen et al. 2020, equation 1)."""
    codes = F.normalize(codes, dim=-1)
    n = len(codes) // 2
    near = codes @ codes.T / temperature
    near = near.masked_fill(torch.eye(2 * n, dtype=torch.bool), float("-inf"))
    loss = F.cross_entropy(near, torch.cat([torch.arange(n, 2 * n), torch.arange(n)]))
    plain = nt_xent_number_by_number(codes, temperature)
    assert abs(loss.item() - plain) < 1e-12, (loss.item(), plain)
    return loss


def nt_xent_number_by_number(codes, temperature):
    """The same straight from the paper."""
    n = len(codes) // 2
    near = lambda i, k: (codes[i] @ codes[k] / (codes[i].norm() * codes[k].norm()) / temperature).exp().item()
    one = lambda i, j: -torch.tensor(near(i, j) / sum(near(i, k) for k in range(2 * n) if k != i)).log()
    return float(sum(one(k, k + n) + one(k + n, k) for k in range(n)) / (2 * n))


def captions(images, texts, scale):
    """Both ways' cross-entropy of pictures and their captions (Radford et al. 2021); `scale` is the learned logarithm."""
    near = F.normalize(images, dim=-1) @ F.normalize(texts, dim=-1).T * scale.exp()
    own = torch.arange(len(images))
    return (F.cross_entropy(near, own) + F.cross_entropy(near.T, own)) / 2


def distillation(student, teacher, own, temperature, teacher_share, mask=None):
    """The divergence from the teacher at a temperature, times its square, mixed with the data's own loss (Hinton et al. 2015)."""
    student, teacher = student.flatten(0, -2), teacher.flatten(0, -2)
    mask = torch.ones(len(student)) if mask is None else mask.flatten()
    apart = F.kl_div(F.log_softmax(student / temperature, -1), F.softmax(teacher / temperature, -1), reduction="none").sum(-1)
    plain = F.softmax(teacher / temperature, -1) * (F.log_softmax(teacher / temperature, -1) - F.log_softmax(student / temperature, -1))
    assert torch.allclose(apart, plain.sum(-1), atol=1e-12)
    apart = (apart * mask).sum() / mask.sum()
    return teacher_share * temperature**2 * apart + (1 - teacher_share) * own


def log_probabilities(logits, targets, mask):
    """The sum over each row's answer."""
    each = torch.gather(F.log_softmax(logits, -1), -1, targets[..., None])[..., 0]
    return (each * mask).sum(-1)


def preference(own, reference, beta, label_smoothing):
    """Of every two rows the first is preferred (Rafailov et al. 2023); smoothed as TRL does it for `sigmoid` (Mitchell 2023)."""
    margin = (own[::2] - own[1::2]) - (reference[::2] - reference[1::2])
    losses = -F.logsigmoid(beta * margin) * (1 - label_smoothing) - F.logsigmoid(-beta * margin) * label_smoothing
    return losses.mean()


def critic(kind, real, fake):
    """What the critic makes small."""
    if kind == "hinge":
        return F.relu(1 - real).mean() + F.relu(1 + fake).mean()
    entropy = F.binary_cross_entropy_with_logits
    return entropy(real, torch.ones_like(real)) + entropy(fake, torch.zeros_like(fake))


def generator(kind, fake):
    """What the generator makes small."""
    return -fake.mean() if kind == "hinge" else F.binary_cross_entropy_with_logits(fake, torch.ones_like(fake))
