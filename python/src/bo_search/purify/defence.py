"""Purification in front of a classifier: mean logits over K purifications, and gradients of single ones.

What does not depend on α (encodings, noise) is kept between calls within a memory limit. What no noise reaches is
walked once for all purifications; if nothing is random, one purification stands for K.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from bo_search.errors import ArgumentError, ModelError
from bo_search.purify.compute import Compute
from bo_search.purify.health import Health
from bo_search.purify.memory import TensorMemory
from bo_search.purify.mixing import Watch, mixing_weights, untouched_prefix, walk_latents
from bo_search.purify.noise import NoiseKey, NoiseSource
from bo_search.purify.preprocessing import Blur, Preprocessing
from bo_search.purify.walk import FusedPurifier, Purifier, checked_latents

# Called after every batch of every purification with (done, of) in images; may raise to give up.
OnPass = Callable[[int, int], None]


@dataclass(frozen=True)
class DefenceSettings:
    """All of a defence but α. Ranges: temperature (0, 1], attenuation [0, 1], noise norm at least 0."""

    temperature: float = 1.0
    attenuation: float = 1.0
    blur: Blur | None = None
    noise_norm: float | None = None

    def check(self) -> None:
        """Raises ArgumentError for a value out of its range."""
        if not 0 < self.temperature <= 1:
            raise ArgumentError(f"temperature: expected a number in (0, 1], got {self.temperature}")
        if not 0 <= self.attenuation <= 1:
            raise ArgumentError(f"attenuation: expected a number in [0, 1], got {self.attenuation}")


class BatchNoise:
    """The noise of one purification of a batch, as models are handed it; made on demand and kept in memory."""

    def __init__(self, defence: Defence, key: NoiseKey, ids: Sequence[str], wanted: Sequence[int]) -> None:
        self.temperature = defence.settings.temperature
        self._defence = defence
        self._key = key
        self._ids = tuple(ids)
        self._wanted = list(wanted)
        self._made: dict[int, Tensor] = {}

    def latent(self, i: int) -> Tensor:
        """(B, *noise_shape) of latent i."""
        if i not in self._made:
            self._make(self._wanted if i in self._wanted else [i])
        return self._made[i]

    def _make(self, wanted: Sequence[int]) -> None:
        defence, memory = self._defence, self._defence.memory
        missing = []
        for i in wanted:
            kept = memory.find(self._name(i))
            if isinstance(kept, Tensor):
                self._made[i] = kept
            else:
                missing.append(i)
        if not missing:
            return
        specs = [defence.latents[i] for i in missing]
        for i, rows in zip(missing, defence.source.latents(self._key, specs, self._ids), strict=True):
            self._made[i] = rows.to(defence.compute.device)
            memory.keep(self._name(i), self._made[i])

    def _name(self, i: int) -> Hashable:
        return ("noise", self._key, i, self._ids)


class Defence:
    """A generative model in front of a classifier.

    Args:
        model: a walk or a fused purifier.
        classifier: images (B, C, H, W) to logits (B, K); None where only images are wanted.
        shape: (C, H, W) of the images.
        memory: bytes for encodings and noise, or a memory shared with others.
    """

    def __init__(
        self,
        model: Purifier,
        classifier: nn.Module | None,
        settings: DefenceSettings,
        *,
        shape: Sequence[int],
        compute: Compute,
        source: NoiseSource,
        memory: TensorMemory,
    ) -> None:
        settings.check()
        self.model = model
        self.latents = checked_latents(model)
        self.classifier = classifier
        self.settings = settings
        self.compute = compute
        self.source = source
        self.memory = memory
        self.shape = tuple(shape)
        self.preprocessing = Preprocessing(settings.blur, settings.noise_norm, shape)

    def mean_logits(
        self,
        images: Tensor,
        ids: Sequence[str],
        alphas: Sequence[float],
        *,
        key: str,
        draws: int,
        first: int = 0,
        name: Hashable = None,
        on_pass: OnPass | None = None,
    ) -> Tensor:
        """Mean logits (B, K) float32 on the CPU over purifications first … first + draws − 1 of a key.

        Args:
            images: (B, C, H, W) float32 in [0, 1].
            name: names the images, where their encodings are to be kept for the next call.

        Raises:
            NonFiniteError: naming stage and image; never a score made of NaN.
        """
        weights = mixing_weights(alphas, len(self.latents), self.settings.attenuation)
        runs = self.runs(alphas, draws)
        noise = NoiseKey(key, first)

        def run(start: int, end: int) -> Tensor:
            batch = _Batch(images[start:end], tuple(ids[start:end]), name)
            return self._batch_mean(batch, weights, noise, runs, lambda done: tell(start + done * (end - start) / runs))

        def tell(done: float) -> None:
            if on_pass is not None:
                on_pass(int(done), len(ids))

        with torch.no_grad(), self.compute.autocast():
            return torch.cat(list(self.compute.batches(len(ids), run, self.memory.clear)))

    def runs(self, alphas: Sequence[float] | None, draws: int) -> int:
        """Runs that give the mean over `draws` purifications: where nothing is random, one stands for all."""
        weights = [] if alphas is None else mixing_weights(alphas, len(self.latents), self.settings.attenuation)
        return draws if self.preprocessing.random or any(weights) else 1

    def ignores_images(self, alphas: Sequence[float] | None) -> bool:
        """Whether nothing of the images is left: every effective α is 1."""
        if alphas is None:
            return False
        return all(w == 1 for w in mixing_weights(alphas, len(self.latents), self.settings.attenuation))

    def purify(
        self,
        images: Tensor,
        ids: Sequence[str],
        alphas: Sequence[float] | None,
        key: NoiseKey,
        watch: Watch | None = None,
    ) -> Tensor:
        """One purification of a batch, on the device of the images; differentiable. None: preprocessing alone."""
        if alphas is None:
            return self.preprocessing.apply(images, self.source, key, ids)
        weights = mixing_weights(alphas, len(self.latents), self.settings.attenuation)
        ready = self.preprocessing.apply(images, self.source, key, ids)
        return self._decoded(ready, weights, key, tuple(ids), watch or _ignore)

    def logits(self, images: Tensor, ids: Sequence[str], alphas: Sequence[float] | None, key: NoiseKey) -> Tensor:
        """Logits (B, K) of one purification, differentiable in the images; None: of preprocessing alone.

        Raises:
            NonFiniteError: naming stage and image.
        """
        health = Health(ids)
        purified = self.purify(images, ids, alphas, key, health.look)
        health.look("the purified images", purified)
        logits = self._classified(purified)
        health.look("the logits", logits)
        health.check()
        return logits

    def _batch_mean(
        self, batch: _Batch, weights: Sequence[float], first: NoiseKey, runs: int, done: Callable[[int], None]
    ) -> Tensor:
        start = self._shared_start(batch, weights, runs)
        total: Tensor | None = None
        for run in range(runs):
            health = Health(batch.ids)
            noise = NoiseKey(first.key, first.purification + run)
            out = self._one_run(batch, weights, noise, start, health)
            logits = self._classified(out)
            health.look("the logits", logits)
            health.check()
            values = logits.cpu().double()
            total = values if total is None else total + values
            done(run + 1)
        assert total is not None
        return (total / runs).float()

    def _shared_start(self, batch: _Batch, weights: Sequence[float], runs: int) -> tuple[Any, int] | None:
        """A state that all purifications share, and the first latent that is still to walk."""
        if isinstance(self.model, FusedPurifier) or self.preprocessing.random or runs == 1:
            return None
        first = untouched_prefix(weights)
        health = Health(batch.ids)
        state = walk_latents(
            self.model, self._begun(batch, NoiseKey("", 0), health), weights, _no_noise, self.settings.temperature,
            end=first, watch=health.look,
        )  # fmt: skip
        health.check()
        return state, first

    def _one_run(
        self, batch: _Batch, weights: Sequence[float], key: NoiseKey, start: tuple[Any, int] | None, health: Health
    ) -> Tensor:
        if isinstance(self.model, FusedPurifier):
            ready = self._ready(batch, key, health)
            out = self._decoded(ready, weights, key, batch.ids, health.look)
        else:
            state, first = start if start is not None else (self._begun(batch, key, health), 0)
            out = self._finished(state, weights, key, batch.ids, first, health.look)
        health.look("the purified images", out)
        return out

    def _decoded(
        self, ready: Tensor, weights: Sequence[float], key: NoiseKey, ids: Sequence[str], watch: Watch
    ) -> Tensor:
        if isinstance(self.model, FusedPurifier):
            return self._checked(self.model.purify(ready, weights, self._noise(key, ids, weights)), ids)
        return self._finished(self.model.begin(ready), weights, key, ids, 0, watch)

    def _finished(
        self, state: Any, weights: Sequence[float], key: NoiseKey, ids: Sequence[str], first: int, watch: Watch
    ) -> Tensor:
        assert not isinstance(self.model, FusedPurifier)
        noise = self._noise(key, ids, weights)
        temperature = self.settings.temperature
        walked = walk_latents(self.model, state, weights, noise.latent, temperature, first=first, watch=watch)
        return self._checked(self.model.finish(walked), ids)

    def _checked(self, purified: Tensor, ids: Sequence[str]) -> Tensor:
        expected = (len(ids), *self.shape)
        if isinstance(purified, Tensor) and tuple(purified.shape) == expected:
            return purified
        got = tuple(purified.shape) if isinstance(purified, Tensor) else type(purified).__name__
        raise ModelError(f"model: expected purified images {expected} as they came in, got {got}")

    def _noise(self, key: NoiseKey, ids: Sequence[str], weights: Sequence[float]) -> BatchNoise:
        return BatchNoise(self, key, ids, [i for i, weight in enumerate(weights) if weight != 0])

    def _begun(self, batch: _Batch, key: NoiseKey, health: Health) -> Any:
        """The state before the first latent; with random preprocessing one a purification."""
        assert not isinstance(self.model, FusedPurifier)
        model = self.model
        if batch.name is None:
            return model.begin(self._ready(batch, key, health))
        which = key if self.preprocessing.random else None
        name = ("begin", batch.name, self.settings, which, batch.ids)
        return self.memory.get(name, lambda: (model.begin(self._ready(batch, key, health)),))[0]

    def _ready(self, batch: _Batch, key: NoiseKey, health: Health) -> Tensor:
        images = batch.images.to(self.compute.device, torch.float32)
        ready = self.preprocessing.apply(images, self.source, key, batch.ids)
        health.look("the preprocessed images", ready)
        return ready

    def _classified(self, images: Tensor) -> Tensor:
        if self.classifier is None:
            raise ArgumentError("defence: logits asked for, got no classifier")
        logits = self.classifier(images)
        if not isinstance(logits, Tensor) or logits.dim() != 2 or logits.shape[0] != images.shape[0]:
            got = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
            raise ModelError(f"classifier: expected logits (B, K) with B = {images.shape[0]}, got {got}")
        return logits.float()


@dataclass(frozen=True)
class _Batch:
    images: Tensor
    ids: tuple[str, ...]
    name: Hashable


def _ignore(_stage: str, _values: Tensor) -> None:
    return None


def _no_noise(i: int) -> Tensor:
    raise AssertionError(f"Internal error: latent {i} has weight 0 and draws no prior")
