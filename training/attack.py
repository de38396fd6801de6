"""PGD in the L2 ball on a differentiable classifier, and keyed purification noise: the yardsticks of evaluate.py."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from model import Hvae, purify_state

PGD_STEPS = 10
RELATIVE_STEP = 0.25
EVAL_BATCH = 500


def project(images: Tensor, points: Tensor, bound: float) -> Tensor:
    """Into the L2 ball of radius `bound` about `images`, then into [0, 1] (which never leaves the ball)."""
    delta = points - images
    norms = delta.flatten(1).norm(dim=1).clamp_min(1e-12).view(-1, 1, 1, 1)
    return (images + delta * (bound / norms).clamp_max(1.0)).clamp(0.0, 1.0)


def pgd_l2(logits: Callable[[Tensor], Tensor], images: Tensor, labels: Tensor, bound: float) -> Tensor:
    """The last of 10 normalised-gradient steps of 0.25 * bound on the cross-entropy, from the clean image.

    An image whose gradient is 0 does not move in that step.
    """
    points = images
    for _ in range(PGD_STEPS):
        x = points.detach().requires_grad_(True)
        loss = F.cross_entropy(logits(x), labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, x)
        norms = gradient.flatten(1).norm(dim=1).clamp_min(1e-12).view(-1, 1, 1, 1)
        points = project(images, x.detach() + RELATIVE_STEP * bound * gradient / norms, bound)
    return points


def draw_noise(model: Hvae, count: int, seed: int) -> list[Tensor]:
    """One standard normal tensor (count, z, S, S) a latent."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(count, s.z, s.size, s.size, generator=generator) for _, s in model.latents]


@torch.no_grad()
def predict(
    model: Hvae | None,
    classifier: Callable[[Tensor], Tensor],
    images: Tensor,
    alphas: list[float] | None,
    noise: list[Tensor] | None,
    temperature: float,
) -> Tensor:
    """Predicted classes (n,): of the bare classifier if `alphas` is None, else of classifier(purify(images))."""
    parts = []
    for start in range(0, len(images), EVAL_BATCH):
        rows = slice(start, start + EVAL_BATCH)
        x = images[rows]
        if alphas is not None:
            draw = None if noise is None else [n[rows] for n in noise]
            x = purify_state(model, model.begin(x), alphas, draw, temperature)
        parts.append(classifier(x).argmax(1))
    return torch.cat(parts)
