"""Runs an attack and checks it: no image is a success before its stored pixels fooled the model under a fresh draw.

Order: the clean images are judged; errors among them are counted and left alone; the others are attacked in batches;
every result is checked (finite, in the box, norm in float64 within the bound); then all stored images are judged again,
as float32 and rounded to 8 bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from bo_search.attacks.l2 import l2_norms, to_eight_bit
from bo_search.attacks.log_odds import predicted
from bo_search.attacks.perturb import AttackBatch, perturb
from bo_search.attacks.settings import AttackSettings
from bo_search.attacks.target import AttackTarget
from bo_search.errors import ImagesError, ModelError, NonFiniteError

# Images attacked at once; no result depends on it.
_BATCH = 64
# Room for rounding in the norm of a result, relative to the bound.
_NORM_ROOM = 1e-6

Outcome = Literal["clean-error", "success", "failure"]


@dataclass(frozen=True)
class AttackResult:
    """Stored images (m, C, H, W), clean errors unchanged, and what became of each (m)."""

    images: Tensor
    # `clean-error`: wrong before any attack. `success`: the stored float32 image is misclassified.
    outcomes: tuple[Outcome, ...]
    # Whether the stored image is misclassified after rounding to 8 bits.
    eight_bit_fooled: Tensor
    # ‖δ‖₂ of the stored image, float64.
    norms: Tensor
    zero_gradient: Tensor
    non_finite: Tensor


def run_attack(
    settings: AttackSettings,
    target: AttackTarget,
    images: Tensor,
    labels: Tensor,
    ids: Sequence[str],
    seed: int,
    on_progress: Callable[[int, int], None] | None = None,
) -> AttackResult:
    """Attacks images (m, C, H, W) float32 in [0, 1].

    NaN never makes a success: an image whose logits or gradients are not finite on the way is flagged, and stays clean
    if the attack's proposal is not finite either.

    Raises:
        ImagesError: lengths differ or a value is outside [0, 1]. NonFiniteError: the logits of a clean image.
        ModelError: no gradients reach the images.
    """
    _check_images(settings.name, images, labels, ids)
    key = f"attack/{settings.name}/{seed}"
    clean = predicted(target.logits(images, ids, f"{key}/clean", 0))
    _check_finite(settings.name, clean, ids)
    stored = images.clone()
    zero_gradient = torch.zeros(len(ids), dtype=torch.bool)
    non_finite = torch.zeros_like(zero_gradient)
    rows = (clean == labels).nonzero().flatten()
    for at in range(0, len(rows), _BATCH):
        own = rows[at : at + _BATCH]
        batch = AttackBatch(target, images[own], labels[own], [ids[int(row)] for row in own], key, seed)
        proposal = perturb(batch, settings)
        finite = torch.isfinite(proposal.images).flatten(1).all(dim=1)
        stored[own] = torch.where(finite.view(-1, 1, 1, 1), proposal.images, images[own])
        zero_gradient[own] = proposal.zero_gradient
        non_finite[own] = proposal.non_finite | ~finite
        if on_progress is not None:
            on_progress(at + len(own), len(rows))
    norms = l2_norms(stored.double() - images.double())
    _check_stored(settings, stored, norms, ids)
    judged = predicted(target.logits(stored, ids, f"{key}/verify", 0))
    eight_bit = predicted(target.logits(to_eight_bit(stored), ids, f"{key}/verify", 0))
    fooled = (judged != labels) & (judged >= 0)
    return AttackResult(
        images=stored,
        outcomes=tuple(_outcomes(clean == labels, fooled)),
        eight_bit_fooled=(eight_bit != labels) & (eight_bit >= 0),
        norms=norms,
        zero_gradient=zero_gradient,
        non_finite=non_finite | (judged < 0) | (eight_bit < 0),
    )


def _outcomes(right: Tensor, fooled: Tensor) -> list[Outcome]:
    return [
        "clean-error" if not was_right else "success" if is_fooled else "failure"
        for was_right, is_fooled in zip(right.tolist(), fooled.tolist(), strict=True)
    ]


def _check_images(name: str, images: Tensor, labels: Tensor, ids: Sequence[str]) -> None:
    if len(labels) != len(ids) or len(images) != len(ids):
        got = f"{len(images)} images and {len(labels)} labels"
        raise ImagesError(f"{name}: expected one image and one label for each of {len(ids)} ids, got {got}")
    outside = (~((images >= 0) & (images <= 1))).flatten(1).any(dim=1).nonzero()
    if len(outside) > 0:
        image = int(outside[0])
        wrong = next(value for value in images[image].flatten().tolist() if not 0 <= value <= 1)
        raise ImagesError(f'{name}: image "{ids[image]}": expected numbers from 0 to 1, got {wrong}')


def _check_finite(name: str, clean: Tensor, ids: Sequence[str]) -> None:
    broken = (clean < 0).nonzero()
    if len(broken) > 0:
        raise NonFiniteError(
            f'{name}: clean image "{ids[int(broken[0])]}": expected finite logits, got NaN or Infinity',
            "the model itself is broken: check its weights and its input range",
        )


def _check_stored(settings: AttackSettings, stored: Tensor, norms: Tensor, ids: Sequence[str]) -> None:
    far = (norms > settings.l2_bound * (1 + _NORM_ROOM)).nonzero()
    if len(far) > 0:
        at = int(far[0])
        allowed = f"a perturbation of norm at most {settings.l2_bound}"
        raise ModelError(f'Internal error: {settings.name}: image "{ids[at]}": expected {allowed}, got {norms[at]}')
    if bool(((stored < 0) | (stored > 1)).any()):
        raise ModelError(f"Internal error: {settings.name}: expected numbers from 0 to 1 in attacked images")
