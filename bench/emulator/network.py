"""The emulator's model: a trunk on alpha shared by all images, one linear head an image and part, and what it leaves out.

Notation: f_j(alpha) predicted margin of output j (image and part; margins squashed to (−τ, τ)), s_j its residual sd,
u = f/τ. The residual sd at alpha is s_j·exp(g_0 + g_1·u² + g_2·u⁴): near the bound squashed margins hardly vary.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from fast import LATENTS
from torch import Tensor, nn

WIDTH = 256
# Margins beyond a few logits say no more about the side of 0.
TAU = 4.0
BATCH = 128
LEARNING_RATE = 3e-3
WEIGHT_DECAY = 1e-3
LEAST_SD = 0.05


@dataclass(frozen=True)
class Data:
    """alphas (n, 12), block (n), squashed margins (n, 2·200) of the block's images: clean, then attacked."""

    alphas: Tensor
    blocks: Tensor
    targets: Tensor

    def take(self, rows: Tensor) -> Data:
        return Data(self.alphas[rows], self.blocks[rows], self.targets[rows])


class Emulator(nn.Module):
    """Outputs (n, blocks, 2·200)."""

    def __init__(self, blocks: int, per_block: int) -> None:
        super().__init__()
        self.shape = (blocks, per_block)
        self.trunk = nn.Sequential(
            nn.Linear(LATENTS, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH), nn.SiLU()
        )  # fmt: skip
        self.heads = nn.Linear(WIDTH, blocks * per_block)
        self.log_sd = nn.Parameter(torch.zeros(blocks, per_block))

    def forward(self, alphas: Tensor) -> Tensor:
        out: Tensor = self.heads(self.trunk(2 * alphas - 1))
        return TAU * torch.tanh(out.view(-1, *self.shape) / TAU)

    def on_blocks(self, data: Data) -> Tensor:
        """(n, 2·200) of each row's own block."""
        return self(data.alphas)[torch.arange(len(data.alphas)), data.blocks]


def squash(margins: Tensor) -> Tensor:
    return TAU * torch.tanh(margins.float() / TAU)


def train(data: Data, held_out: Data, blocks: int, epochs: int, seed: int) -> Emulator:
    """Adam on the normal likelihood with one sd an output, cosine decay."""
    torch.manual_seed(seed)
    model = Emulator(blocks, data.targets.shape[1])
    decay = [p for name, p in model.named_parameters() if name.endswith("weight")]
    rest = [p for name, p in model.named_parameters() if not name.endswith("weight")]
    groups = [{"params": decay, "weight_decay": WEIGHT_DECAY}, {"params": rest, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=LEARNING_RATE)
    steps = epochs * math.ceil(len(data.alphas) / BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for epoch in range(epochs):
        order = torch.randperm(len(data.alphas))
        for rows in order.split(BATCH):
            loss = likelihood_loss(model, data.take(rows))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        if epoch % 10 == 9:
            with torch.no_grad():
                held = likelihood_loss(model, held_out)
            print(f"epoch {epoch + 1}: {float(loss.detach()):.4f}, held out {float(held):.4f}", flush=True)
    return model


def likelihood_loss(model: Emulator, data: Data) -> Tensor:
    log_sd = model.log_sd[data.blocks].clamp_min(math.log(LEAST_SD))
    z = (model.on_blocks(data) - data.targets) * torch.exp(-log_sd)
    return (0.5 * z.square() + log_sd).mean()


def fit_sd(predicted: Tensor, targets: Tensor, log_sd: Tensor) -> Tensor:
    """g (3) by the likelihood of held-out bits."""
    g = torch.zeros(3, requires_grad=True)
    right = torch.sign(targets)
    optimiser = torch.optim.LBFGS([g], max_iter=100)

    def closure() -> Tensor:
        optimiser.zero_grad()
        z = predicted / residual_sd(predicted, log_sd, g)
        loss = -torch.special.log_ndtr(right * z).mean()
        loss.backward()
        return loss

    optimiser.step(closure)
    return g.detach()


def residual_sd(predicted: Tensor, log_sd: Tensor, g: Tensor) -> Tensor:
    u2 = (predicted / TAU).square()
    return torch.exp(log_sd.clamp_min(math.log(LEAST_SD)) + g[0] + g[1] * u2 + g[2] * u2.square())


def load(file: str) -> tuple[Data, dict[str, np.ndarray]]:
    with np.load(file) as stored:  # read whole, since record.py may write it again
        raw = dict(stored)
    alphas = torch.from_numpy(raw["alphas"])
    targets = squash(torch.from_numpy(raw["margins"])).flatten(1)
    return Data(alphas, torch.from_numpy(raw["blocks"]).long(), targets), raw
