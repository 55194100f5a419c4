#!/usr/bin/env python3
"""The training step of recipes/rust-coder.yaml's model in plain PyTorch, timed: what Pedigree's speed is held against.

Same shape, same batch, same optimizer; random tokens, so that only the step is measured. Prints one JSON line.
"""
import argparse, json, statistics, time

import torch
from torch import nn
from torch.nn import functional as F

options = argparse.ArgumentParser()
for name, default in dict(vocab=4096, context=128, width=256, heads=8, kv_heads=4, mlp=704, layers=4, rows=16, steps=30, warmup=5, threads=2).items():
    options.add_argument(f"--{name.replace('_', '-')}", type=int, default=default)
options.add_argument("--fused", action="store_true", help="use the fused AdamW")
o = options.parse_args()
torch.set_num_threads(o.threads)
torch.manual_seed(0)
HEAD = o.width // o.heads


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm_1, self.norm_2 = nn.RMSNorm(o.width, eps=1e-5), nn.RMSNorm(o.width, eps=1e-5)
        self.q, self.o = (nn.Linear(o.width, o.width, bias=False) for _ in range(2))
        self.k, self.v = (nn.Linear(o.width, o.kv_heads * HEAD, bias=False) for _ in range(2))
        self.gate, self.up = (nn.Linear(o.width, o.mlp, bias=False) for _ in range(2))
        self.down = nn.Linear(o.mlp, o.width, bias=False)

    def forward(self, x, cos, sin):
        b, s, _ = x.shape
        h = self.norm_1(x)
        q = rotate(self.q(h).view(b, s, o.heads, HEAD).transpose(1, 2), cos, sin)
        k = rotate(self.k(h).view(b, s, o.kv_heads, HEAD).transpose(1, 2), cos, sin)
        v = self.v(h).view(b, s, o.kv_heads, HEAD).transpose(1, 2)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        x = x + self.o(y.transpose(1, 2).reshape(b, s, o.width))
        h = self.norm_2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Llama(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(o.vocab, o.width)
        self.blocks = nn.ModuleList(Block() for _ in range(o.layers))
        self.norm = nn.RMSNorm(o.width, eps=1e-5)
        angles = torch.outer(torch.arange(o.context), 10000.0 ** (-torch.arange(0, HEAD, 2) / HEAD))
        angles = torch.cat((angles, angles), -1)
        self.register_buffer("cos", angles.cos())
        self.register_buffer("sin", angles.sin())

    def forward(self, ids):
        x = self.embed(ids)
        for block in self.blocks:
            x = block(x, self.cos, self.sin)
        return F.linear(self.norm(x), self.embed.weight)


model = Llama()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1, fused=o.fused)
seconds = []
for step in range(o.warmup + o.steps):
    ids = torch.randint(0, o.vocab, (o.rows, o.context + 1))
    begun = time.perf_counter()
    loss = F.cross_entropy(model(ids[:, :-1]).reshape(-1, o.vocab), ids[:, 1:].reshape(-1))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    loss.item()
    if step >= o.warmup:
        seconds.append(time.perf_counter() - begun)
median = statistics.median(seconds)
print(json.dumps(dict(
    torch=torch.__version__, threads=o.threads, fused=o.fused, parameters=sum(p.numel() for p in model.parameters()),
    step_seconds=round(median, 4), tokens_per_second=round(o.rows * o.context / median))))
