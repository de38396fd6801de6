"""Measurements on a packed model: accuracy clean and under PGD, through any schedule, with balanced averages."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from attack import draw_noise, pgd_l2, predict
from packed import PackedModel, Pool
from train_classifier import balanced_accuracy
from train_hvae import elbo_terms

NOISE_SEED = 1


@dataclass(frozen=True)
class Scores:
    """Balanced accuracies in [0, 1]; objective = (clean + robust) / 2."""

    clean: float
    robust: float

    @property
    def objective(self) -> float:
        return 0.5 * (self.clean + self.robust)


def linear(n: int) -> list[float]:
    return [(i + 1) / n for i in range(n)]


def cosine(n: int) -> list[float]:
    return [0.5 * (1 - math.cos(math.pi * (i + 1) / n)) for i in range(n)]


def step(n: int, start: int) -> list[float]:
    """0 before latent `start`, 1 from it on."""
    return [float(i >= start) for i in range(n)]


def make_adversaries(packed: PackedModel, pool: Pool, task: str, bound: float) -> Tensor:
    """PGD-L2 on the bare classifier, (n, 1, 28, 28)."""
    return pgd_l2(packed.classifiers[task], pool.images, pool.labels(task), bound)


def accuracy(packed: PackedModel, pool: Pool, task: str, images: Tensor, alphas: list[float] | None) -> float:
    """Balanced accuracy on `images` (in pool order); one noise draw an image, the same for every schedule."""
    noise = draw_noise(packed.hvae, len(images), NOISE_SEED)
    temperature = packed.manifest["temperature"]
    predicted = predict(packed.hvae, packed.classifiers[task], images, alphas, noise, temperature)
    return balanced_accuracy(predicted, pool.labels(task), len(packed.manifest["tasks"][task]["classes"]))


def score(packed: PackedModel, pool: Pool, task: str, adversaries: Tensor, alphas: list[float] | None) -> Scores:
    clean = accuracy(packed, pool, task, pool.images, alphas)
    return Scores(clean, accuracy(packed, pool, task, adversaries, alphas))


@torch.no_grad()
def reconstruction(packed: PackedModel, pool: Pool) -> dict:
    """Mean squared error and PSNR of the clamped alpha = 0 output, and KL per latent in nats, over the pool."""
    errors, kls = [], []
    for images in pool.images.split(500):
        state = packed.hvae.begin(images)
        for i in range(len(packed.hvae.latents)):
            state = packed.hvae.commit(state, i, packed.hvae.posterior(state, i))
        errors.append((packed.hvae.finish(state) - images).square().flatten(1).mean(1))
        kls.append(elbo_terms(packed.hvae, images, torch.Generator().manual_seed(NOISE_SEED))[1])
    mse = torch.cat(errors).mean().item()
    return {"mse": mse, "psnr": -10 * math.log10(mse), "kl": torch.cat(kls).mean(0).tolist()}
