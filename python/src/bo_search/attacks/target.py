"""What an attack sees: logits as deployed, and gradients of the log-odds of an error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor, nn

from bo_search.attacks.log_odds import error_log_odds, finite_rows
from bo_search.errors import ModelError
from bo_search.purify.compute import Compute
from bo_search.purify.defence import Defence
from bo_search.purify.noise import NoiseKey

# Called after every pass; may raise to give up.
Tick = Callable[[], None]


class AttackTarget(Protocol):
    """A model under attack; draw `index` of a key is one fresh run of it."""

    def logits(self, images: Tensor, ids: Sequence[str], key: str, index: int) -> Tensor:
        """(B, K) float32 on the CPU."""

    def gradient(
        self, images: Tensor, labels: Tensor, ids: Sequence[str], key: str, index: int
    ) -> tuple[Tensor, Tensor]:
        """Logits (B, K), and ∂o/∂x (B, C, H, W) float32, both on the CPU; 0 where logits are not finite."""


class _Target:
    """Cuts images into micro-batches, takes gradients by autograd and in full precision."""

    def __init__(self, name: str, compute: Compute, free: Callable[[], None], tick: Tick) -> None:
        self._name = name
        self._compute = compute
        self._free = free
        self._tick = tick

    def logits(self, images: Tensor, ids: Sequence[str], key: str, index: int) -> Tensor:
        def run(start: int, end: int) -> Tensor:
            batch = images[start:end].to(self._compute.device)
            out = self._run(batch, ids[start:end], key, index).float().cpu()
            self._tick()
            return out

        with torch.no_grad(), self._compute.autocast():
            return torch.cat(list(self._compute.batches(len(ids), run, self._free)))

    def gradient(
        self, images: Tensor, labels: Tensor, ids: Sequence[str], key: str, index: int
    ) -> tuple[Tensor, Tensor]:
        def run(start: int, end: int) -> tuple[Tensor, Tensor]:
            out = self._gradient(images[start:end], labels[start:end], ids[start:end], key, index)
            self._tick()
            return out

        parts = list(self._compute.batches(len(ids), run, self._free))
        return torch.cat([logits for logits, _ in parts]), torch.cat([gradient for _, gradient in parts])

    def _gradient(
        self, images: Tensor, labels: Tensor, ids: Sequence[str], key: str, index: int
    ) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            x = images.to(self._compute.device).requires_grad_(True)
            logits = self._run(x, ids, key, index).float()
            if not logits.requires_grad:
                raise ModelError(
                    f"{self._name}: expected logits that autograd can follow back to the images, got none",
                    "remove torch.no_grad, detach and NumPy from begin, posterior, commit, finish and the classifier",
                )
            sound = finite_rows(logits)
            odds = error_log_odds(logits[sound], labels.to(logits.device)[sound])
            (gradient,) = torch.autograd.grad(odds.sum(), x, allow_unused=True)
        found = torch.zeros_like(x) if gradient is None else gradient
        kept = torch.where(sound.view(-1, 1, 1, 1), found, torch.zeros_like(found))
        return logits.detach().cpu(), kept.float().cpu()

    def _run(self, images: Tensor, ids: Sequence[str], key: str, index: int) -> Tensor:
        raise NotImplementedError


class ClassifierTarget(_Target):
    """The bare classifier; it draws nothing."""

    def __init__(self, classifier: nn.Module, compute: Compute, tick: Tick = lambda: None) -> None:
        super().__init__("classifier", compute, lambda: None, tick)
        self._classifier = classifier

    def _run(self, images: Tensor, ids: Sequence[str], key: str, index: int) -> Tensor:
        logits: Tensor = self._classifier(images)
        return logits


class DefenceTarget(_Target):
    """The whole defence with every α = 0; draw `index` is purification `index`."""

    def __init__(self, defence: Defence, tick: Tick = lambda: None) -> None:
        super().__init__("defence", defence.compute, defence.memory.clear, tick)
        self._defence = defence

    def _run(self, images: Tensor, ids: Sequence[str], key: str, index: int) -> Tensor:
        alphas = [0.0] * len(self._defence.latents)
        return self._defence.logits(images, ids, alphas, NoiseKey(key, index))
