"""What a generative model must offer to be searched: a walk over its latents, or all of purification in one call.

Notation: B images, N latents; z_i^e what the model encodes, z_i^s a draw of its prior, α_i the share re-sampled.
All tensors are torch's, batch first, images (B, C, H, W) in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from bo_search.errors import ModelError


@dataclass(frozen=True)
class Latent:
    """One latent: its name in schedules, its shape and that of its prior's noise, both without the batch."""

    name: str
    shape: tuple[int, ...]
    # Where it differs from the shape, as for W+ codes whose prior starts from another space.
    noise: tuple[int, ...] | None = None

    @property
    def noise_shape(self) -> tuple[int, ...]:
        return self.shape if self.noise is None else self.noise


@runtime_checkable
class LatentWalk(Protocol):
    """A model walked latent by latent; serves parallel codes and hierarchical ones.

    A state holds tensors, batch first. No method changes a state it was given: `commit` makes a new one.
    """

    @property
    def latents(self) -> Sequence[Latent]: ...

    def begin(self, images: Tensor) -> Any:
        """The state before the first latent: all that does not depend on α. It is kept between calls."""

    def posterior(self, state: Any, i: int) -> Tensor:
        """z_i^e, (B, *shape), given what was committed before."""

    def prior(self, state: Any, i: int, noise: Tensor, temperature: float) -> Tensor:
        """z_i^s, (B, *shape), from standard normal noise (B, *noise_shape)."""

    def commit(self, state: Any, i: int, z: Tensor) -> Any:
        """The state with z_i chosen."""

    def finish(self, state: Any) -> Tensor:
        """The decoded images (B, C, H, W), in the range the classifier takes."""


class PriorNoise(Protocol):
    """The noise of one purification of B images."""

    # Scale of the prior, in (0, 1].
    temperature: float

    def latent(self, i: int) -> Tensor:
        """Standard normal noise of latent i, (B, *noise_shape), on the device of the images."""


@runtime_checkable
class FusedPurifier(Protocol):
    """A model that purifies by itself, with α and noise as inputs."""

    @property
    def latents(self) -> Sequence[Latent]: ...

    def purify(self, images: Tensor, alphas: Sequence[float], noise: PriorNoise) -> Tensor:
        """Images (B, C, H, W) after one purification; `alphas` (N) are the shares as they are to be mixed."""


Purifier = LatentWalk | FusedPurifier


class ParallelCodes(nn.Module):
    """A walk over codes that do not depend on each other, such as the W+ codes of an inverted StyleGAN.

    Args:
        latents: one a code.
        encode: images (B, C, H, W) to codes (B, N, D).
        prior: noise (B, *noise_shape), latent number and temperature to a code (B, D).
        decode: codes (B, N, D) to images (B, C, H, W).
        modules: what the callables use, so that its weights are hashed and moved to the device.
    """

    def __init__(
        self,
        latents: Sequence[Latent],
        *,
        encode: Callable[[Tensor], Tensor],
        prior: Callable[[Tensor, int, float], Tensor],
        decode: Callable[[Tensor], Tensor],
        modules: Sequence[nn.Module] = (),
    ) -> None:
        super().__init__()
        self.latents = tuple(latents)
        self.encode = encode
        self.prior_code = prior
        self.decode = decode
        self.used = nn.ModuleList(modules)

    def begin(self, images: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        codes = self.encode(images)
        if codes.dim() != 3 or codes.shape[1] != len(self.latents):
            expected = f"(B, {len(self.latents)}, D), one code a latent"
            raise ModelError(f"ParallelCodes: encode: expected {expected}, got {tuple(codes.shape)}")
        return codes, ()

    def posterior(self, state: tuple[Tensor, tuple[Tensor, ...]], i: int) -> Tensor:
        return state[0][:, i]

    def prior(self, state: tuple[Tensor, tuple[Tensor, ...]], i: int, noise: Tensor, temperature: float) -> Tensor:
        return self.prior_code(noise, i, temperature)

    def commit(self, state: tuple[Tensor, tuple[Tensor, ...]], i: int, z: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        return state[0], (*state[1], z)

    def finish(self, state: tuple[Tensor, tuple[Tensor, ...]]) -> Tensor:
        return self.decode(torch.stack(state[1], dim=1))


def checked_latents(model: Purifier, name: str = "model") -> tuple[Latent, ...]:
    """The model's latents.

    Raises:
        ModelError: it is neither a walk nor fused, has no latent, or two share a name.
    """
    if not isinstance(model, LatentWalk | FusedPurifier):
        methods = "latents, begin, posterior, prior, commit and finish (or latents and purify)"
        raise ModelError(f"{name}: expected an object with {methods}, got {type(model).__name__}")
    latents = tuple(model.latents)
    if len(latents) == 0:
        raise ModelError(f"{name}: expected at least one latent, got none")
    seen: set[str] = set()
    for i, latent in enumerate(latents):
        if not isinstance(latent, Latent):
            raise ModelError(f"{name}: latents[{i}]: expected a Latent, got {type(latent).__name__}")
        if latent.name in seen or latent.name == "":
            raise ModelError(f'{name}: latents[{i}]: expected a name of its own, got "{latent.name}"')
        seen.add(latent.name)
    return latents
