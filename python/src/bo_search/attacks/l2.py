"""L2 geometry of images: norms in float64, and moves that never leave ball or box."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from bo_search.purify.noise import channels_first
from bo_search.random import KeyPart, keyed_normals_then_uniform, sequential_norm


def l2_norms(values: Tensor) -> Tensor:
    """‖a‖₂ of each image (B), in float64."""
    norms: Tensor = torch.linalg.vector_norm(values.double().flatten(1), dim=1)
    return norms


def per_image(values: Tensor, like: Tensor) -> Tensor:
    """One number an image (B), shaped to be multiplied with images."""
    return values.view(-1, *[1] * (like.dim() - 1))


def move_within(clean: Tensor, delta: Tensor, l2_bound: float) -> Tensor:
    """Π_box(Π_ball(x + δ)), float32: δ shortened to the bound, then each value clamped to [0, 1].

    Clamping towards a box that holds x only shortens each |δ_j|, and values are rounded to float32 towards x, so that
    the norm of what is stored stays within the bound, not only of what was computed.

    Args:
        clean: x (B, C, H, W) float32 in [0, 1].
        delta: δ, float64, finite.
    """
    norms = l2_norms(delta)
    shrink = torch.where(norms > l2_bound, l2_bound / norms, 1.0)
    x = clean.double()
    target = (x + per_image(shrink, delta) * delta).clamp(0.0, 1.0)
    nearest = target.float()
    between = torch.where(target >= x, nearest.double() <= target, nearest.double() >= target)
    return torch.where(between, nearest, torch.nextafter(nearest, clean))


def to_eight_bit(images: Tensor) -> Tensor:
    """The images as 8-bit files hold them: every value rounded to the nearest k/255, halves up."""
    return (torch.floor(images.double() * 255 + 0.5) / 255).float()


def random_starts(ids: Sequence[str], shape: Sequence[int], l2_bound: float, seed: int, restart: int) -> Tensor:
    """δ (B, C, H, W) float64, each uniform in the ball and keyed by (seed, image id, restart)."""
    keys: list[Sequence[KeyPart]] = [("attack-start", "pgd-l2", seed, image, restart) for image in ids]
    d = shape[0] * shape[1] * shape[2]
    normals, uniform = keyed_normals_then_uniform(keys, d)
    scale = (l2_bound * uniform ** (1 / d)) / sequential_norm(normals)
    return channels_first(normals * scale[:, None], shape)
