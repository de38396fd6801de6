"""FGSM-L2 and PGD-L2 on a batch of images.

Goodfellow et al. 2015, arXiv:1412.6572, with an L2 ball; Madry et al. 2018, arXiv:1706.06083, section 2.1, with L2
steps: x ← Π_box(Π_ball(x + a·∇/‖∇‖₂)). Of all points PGD visits, the start included, it keeps the misclassified one of
highest loss, and where none is misclassified the one of highest loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from bo_search.attacks.l2 import l2_norms, move_within, per_image, random_starts
from bo_search.attacks.log_odds import error_log_odds, finite_rows, predicted
from bo_search.attacks.settings import AttackSettings, FgsmL2, PgdL2
from bo_search.attacks.target import AttackTarget


@dataclass(frozen=True)
class AttackBatch:
    """Images (B, C, H, W) float32 in [0, 1], their labels (B) and ids, under one key."""

    target: AttackTarget
    images: Tensor
    labels: Tensor
    ids: Sequence[str]
    key: str
    seed: int


@dataclass(frozen=True)
class Perturbed:
    """Proposals (B, C, H, W), and which images had a gradient of 0, or logits or a gradient that are not finite (B)."""

    images: Tensor
    zero_gradient: Tensor
    non_finite: Tensor


def perturb(batch: AttackBatch, settings: AttackSettings) -> Perturbed:
    """Runs the attack that the settings name."""
    return _fgsm(batch, settings) if isinstance(settings, FgsmL2) else _pgd(batch, settings)


def _fgsm(batch: AttackBatch, settings: FgsmL2) -> Perturbed:
    logits, gradient = batch.target.gradient(batch.images, batch.labels, batch.ids, batch.key, 0)
    norms = l2_norms(gradient)
    raw = gradient.double().sign() if settings.direction == "sign" else gradient.double()
    length = l2_norms(raw)
    usable = (norms > 0) & torch.isfinite(norms) & torch.isfinite(length)
    delta = settings.l2_bound * (raw / per_image(torch.where(usable, length, 1.0), raw))
    images = batch.images.clone()
    images[usable] = move_within(batch.images[usable], delta[usable], settings.l2_bound)
    non_finite = ~torch.isfinite(norms) | ~finite_rows(logits)
    return Perturbed(images, (norms == 0) & ~non_finite, non_finite)


def _pgd(batch: AttackBatch, settings: PgdL2) -> Perturbed:
    track = _Track(batch)
    for restart in range(settings.restarts):
        current = _start(batch, settings, restart)
        for step in range(settings.steps + 1):
            # Every step is a fresh draw of the defence.
            index = restart * (settings.steps + 1) + step
            if step == settings.steps:
                track.record(current, batch.target.logits(current, batch.ids, batch.key, index))
                break
            logits, gradient = batch.target.gradient(current, batch.labels, batch.ids, batch.key, index)
            track.record(current, logits)
            current = _advanced(batch, settings, track, current, gradient, finite_rows(logits))
    return Perturbed(track.best, track.zero_gradient, track.non_finite)


def _start(batch: AttackBatch, settings: PgdL2, restart: int) -> Tensor:
    if restart == 0 and not settings.random_start:
        return batch.images.clone()
    delta = random_starts(batch.ids, batch.images.shape[1:], settings.l2_bound, batch.seed, restart)
    return move_within(batch.images, delta, settings.l2_bound)


def _advanced(
    batch: AttackBatch, settings: PgdL2, track: _Track, current: Tensor, gradient: Tensor, sound: Tensor
) -> Tensor:
    """One step of every image; none where the gradient is 0 or not finite, which is flagged."""
    norms = l2_norms(gradient)
    track.zero_gradient |= sound & (norms == 0)
    track.non_finite |= sound & ~torch.isfinite(norms)
    usable = sound & (norms > 0) & torch.isfinite(norms)
    x = batch.images[usable]
    step = (settings.step * gradient[usable].double()) / per_image(norms[usable], gradient)
    moved = current.clone()
    moved[usable] = move_within(x, (current[usable].double() - x.double()) + step, settings.l2_bound)
    return moved


class _Track:
    """Of each image the best point so far, adversarial and in loss, and its flags. Later points win ties."""

    def __init__(self, batch: AttackBatch) -> None:
        self._labels = batch.labels
        self.best = batch.images.clone()
        self.adversarial = torch.zeros(len(batch.ids), dtype=torch.bool)
        self.loss = torch.full((len(batch.ids),), -torch.inf, dtype=torch.float64)
        self.zero_gradient = torch.zeros_like(self.adversarial)
        self.non_finite = torch.zeros_like(self.adversarial)

    def record(self, points: Tensor, logits: Tensor) -> None:
        sound = finite_rows(logits)
        self.non_finite |= ~sound
        wrong = predicted(logits) != self._labels
        value = error_log_odds(logits.double(), self._labels)
        better = sound & torch.where(wrong == self.adversarial, value >= self.loss, wrong)
        self.best[better] = points[better]
        self.adversarial[better] = wrong[better]
        self.loss[better] = value[better]
