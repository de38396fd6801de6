"""Purification noise: explicit, and keyed by (noise key, image id, where, purification), never by α or trial.

The streams are those of the search itself. Values of images and of three-dimensional latents (C, H, W) are drawn in the
order (H, W, C), the memory order of its tensors, so that both sides see the same noise at the same place.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from bo_search.errors import ArgumentError
from bo_search.purify.walk import Latent
from bo_search.random import KeyPart, encode_key, keyed_normals, sequential_norm


@dataclass(frozen=True)
class NoiseKey:
    """Which noise: the sample's key and the number of the purification, from 0."""

    key: str
    purification: int


class NoiseSource(Protocol):
    """Makes noise of a key; equal keys give equal noise, for an image alone or in any batch."""

    # Stands in the model's hash: other noise, other samples.
    name: str

    def latents(self, key: NoiseKey, latents: Sequence[Latent], ids: Sequence[str]) -> list[Tensor]:
        """Standard normal noise of each of the latents, float32 (B, *noise_shape) on the CPU."""

    def inputs(self, key: NoiseKey, shape: Sequence[int], ids: Sequence[str], l2_norm: float) -> Tensor:
        """Gaussian noise (B, *shape), each image's scaled to `l2_norm`, float32 on the CPU."""


class KeyedNoise:
    """The noise of the search's own streams, bit for bit."""

    name = "keyed"

    def latents(self, key: NoiseKey, latents: Sequence[Latent], ids: Sequence[str]) -> list[Tensor]:
        # Latents of one size are drawn together: seeding many streams at once costs little more than seeding one.
        drawn: dict[int, Tensor] = {}
        for size in {math.prod(latent.noise_shape) for latent in latents}:
            alike = [i for i, latent in enumerate(latents) if math.prod(latent.noise_shape) == size]
            keys: list[Sequence[KeyPart]] = [
                ("purification", key.key, image, "latent", latents[i].name, key.purification)
                for i in alike
                for image in ids
            ]
            rows = keyed_normals(keys, size).to(torch.float32).view(len(alike), len(ids), size)
            drawn.update(zip(alike, rows, strict=True))
        return [_placed(drawn[i], latent.noise_shape) for i, latent in enumerate(latents)]

    def inputs(self, key: NoiseKey, shape: Sequence[int], ids: Sequence[str], l2_norm: float) -> Tensor:
        keys = [("purification", key.key, image, "input", key.purification) for image in ids]
        draws = keyed_normals(keys, math.prod(shape))
        scale = l2_norm / sequential_norm(draws)
        return _placed((scale[:, None] * draws).to(torch.float32), shape)


class TorchNoise:
    """Noise of torch.Generator, seeded by a hash of the same key: faster for latents of many thousand values."""

    name = "torch"

    def latents(self, key: NoiseKey, latents: Sequence[Latent], ids: Sequence[str]) -> list[Tensor]:
        return [
            self._draw(
                [("purification", key.key, i, "latent", latent.name, key.purification) for i in ids], latent.noise_shape
            )
            for latent in latents
        ]

    def inputs(self, key: NoiseKey, shape: Sequence[int], ids: Sequence[str], l2_norm: float) -> Tensor:
        draws = self._draw([("purification", key.key, i, "input", key.purification) for i in ids], shape)
        norms = draws.double().flatten(1).norm(dim=1)
        scaled: Tensor = draws.double() * (l2_norm / norms).view(-1, *[1] * len(shape))
        return scaled.float()

    def _draw(self, keys: Sequence[Sequence[KeyPart]], shape: Sequence[int]) -> Tensor:
        out = torch.empty((len(keys), *shape), dtype=torch.float32)
        generator = torch.Generator()
        for row, key in zip(out, keys, strict=True):
            digest = hashlib.sha256(encode_key(key).encode("utf-8", "surrogatepass")).digest()
            generator.manual_seed(int.from_bytes(digest[:8], "little") >> 1)
            row.copy_(torch.randn(tuple(shape), generator=generator))
        return out


def noise_source(name: str) -> NoiseSource:
    """`keyed` or `torch`.

    Raises:
        ArgumentError: any other name.
    """
    sources: dict[str, NoiseSource] = {"keyed": KeyedNoise(), "torch": TorchNoise()}
    if name not in sources:
        raise ArgumentError(f'noise: expected "keyed" or "torch", got "{name}"')
    return sources[name]


def channels_first(rows: Tensor, shape: Sequence[int]) -> Tensor:
    """Rows (B, H·W·C) in the order (H, W, C) as (B, C, H, W)."""
    channels, height, width = shape
    return rows.view(-1, height, width, channels).permute(0, 3, 1, 2).contiguous()


def _placed(rows: Tensor, shape: Sequence[int]) -> Tensor:
    return channels_first(rows, shape) if len(shape) == 3 else rows.reshape(-1, *shape)
