"""Algorithm 1, written once: walks the latents of a model in order and mixes each from encoding and prior.

z_i = (1 − w_i)·z_i^e + w_i·z_i^s with w = attenuation·α. At w_i = 0 no prior is drawn, at w_i = 1 nothing is encoded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from bo_search.errors import ArgumentError, ModelError
from bo_search.purify.walk import Latent, LatentWalk

# Sees every z on the way: stage in words, and the tensor (B, …).
Watch = Callable[[str, Tensor], None]


def mixing_weights(alphas: Sequence[float], latents: int, attenuation: float) -> list[float]:
    """Weights w (N).

    Raises:
        ArgumentError: there are not N alphas, or one is not a number in [0, 1].
    """
    if len(alphas) != latents:
        raise ArgumentError(f"alphas: expected {latents} numbers, one a latent, got {len(alphas)}")
    for i, alpha in enumerate(alphas):
        if isinstance(alpha, bool) or not isinstance(alpha, int | float) or not 0 <= alpha <= 1:
            raise ArgumentError(f"alphas[{i}]: expected a number in [0, 1], got {alpha}")
    return [attenuation * float(alpha) for alpha in alphas]


def untouched_prefix(weights: Sequence[float]) -> int:
    """How many latents from the first on keep their encoding: what no noise reaches."""
    return next((i for i, weight in enumerate(weights) if weight != 0), len(weights))


def walk_latents(
    walk: LatentWalk,
    state: Any,
    weights: Sequence[float],
    noise: Callable[[int], Tensor],
    temperature: float,
    *,
    first: int = 0,
    end: int | None = None,
    watch: Watch | None = None,
) -> Any:
    """The state after latents [first, end); `noise` is asked only where a prior is drawn.

    Raises:
        ModelError: posterior or prior has another shape than the latent says.
    """
    latents = walk.latents
    for i in range(first, len(latents) if end is None else end):
        z = _mixed(walk, state, i, weights[i], noise, temperature)
        if watch is not None:
            watch(f'latent {i} "{latents[i].name}"', z)
        state = walk.commit(state, i, z)
    return state


def _mixed(
    walk: LatentWalk, state: Any, i: int, weight: float, noise: Callable[[int], Tensor], temperature: float
) -> Tensor:
    latent = walk.latents[i]
    if weight == 0:
        return _shaped(walk.posterior(state, i), latent, i, "posterior")
    prior = _shaped(walk.prior(state, i, noise(i), temperature), latent, i, "prior")
    if weight == 1:
        return prior
    return (1 - weight) * _shaped(walk.posterior(state, i), latent, i, "posterior") + weight * prior


def _shaped(z: Tensor, latent: Latent, i: int, what: str) -> Tensor:
    if tuple(z.shape[1:]) == tuple(latent.shape):
        return z
    expected = f"(B, {', '.join(map(str, latent.shape))})"
    raise ModelError(f'{what} of latent {i} "{latent.name}": expected shape {expected}, got {tuple(z.shape)}')
