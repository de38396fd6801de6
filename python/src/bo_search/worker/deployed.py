"""A defence as attacks see it: mean logits of one draw, and their vector-Jacobian product in the images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from bo_search.errors import ModelError
from bo_search.purify import Defence, NoiseKey

# Called after every pass with (done, of) in images; may raise to give up.
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Draw:
    """One fresh run of a deployed defence: number `index` of a noise key."""

    key: str
    index: int


class Deployed:
    """A defence under one α, the mean over K purifications; without α, preprocessing and classifier alone.

    Draw d is purifications d·K … d·K + K − 1 of its key. Logits are as in judging; gradients are taken outside of
    autocast, in full precision.
    """

    def __init__(
        self, defence: Defence, alphas: Sequence[float] | None, purifications: int, classes: int, tell: Tell
    ) -> None:
        self._defence = defence
        self._alphas = alphas
        self._purifications = purifications
        self._classes = classes
        self._tell = tell
        self._runs = defence.runs(alphas, purifications)

    def logits(self, images: Tensor, ids: Sequence[str], draw: Draw) -> Tensor:
        """(B, K) float32 on the CPU.

        Raises:
            NonFiniteError: naming stage and image.
        """
        if self._alphas is not None:
            logits = self._defence.mean_logits(
                images, ids, self._alphas,
                key=draw.key, draws=self._purifications, first=draw.index * self._purifications, on_pass=self._tell,
            )  # fmt: skip
            return self._checked(logits)

        def run(start: int, end: int) -> Tensor:
            batch = images[start:end].to(self._defence.compute.device)
            sums = _Sum()
            for number in range(self._runs):
                sums.add(self._run(batch, ids[start:end], draw, number))
            self._tell(end, len(ids))
            return sums.mean()

        compute = self._defence.compute
        with torch.no_grad(), compute.autocast():
            return torch.cat(list(compute.batches(len(ids), run, self._defence.memory.clear)))

    def vjp(self, images: Tensor, ids: Sequence[str], draw: Draw, cotangent: Tensor) -> tuple[Tensor, Tensor]:
        """Mean logits (B, K), and Σ_k cotangent_bk·∂logits_bk/∂images (B, C, H, W), float32 on the CPU.

        Raises:
            NonFiniteError: naming stage and image. ModelError: no gradients reach the images.
        """

        def run(start: int, end: int) -> tuple[Tensor, Tensor]:
            logits, gradient = _Sum(), _Sum()
            for number in range(self._runs):
                one = self._one_vjp(images[start:end], ids[start:end], draw, number, cotangent[start:end])
                logits.add(one[0])
                gradient.add(one[1])
            self._tell(end, len(ids))
            return logits.mean(), gradient.mean()

        parts = list(self._defence.compute.batches(len(ids), run, self._defence.memory.clear))
        return torch.cat([logits for logits, _ in parts]), torch.cat([gradient for _, gradient in parts])

    def _one_vjp(
        self, images: Tensor, ids: Sequence[str], draw: Draw, number: int, cotangent: Tensor
    ) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            x = images.to(self._defence.compute.device).detach().clone().requires_grad_(True)
            logits = self._run(x, ids, draw, number)
            found: Tensor | None = None
            if logits.requires_grad:
                (found,) = torch.autograd.grad(logits, x, cotangent.to(logits), allow_unused=True)
        if found is None and not self._defence.ignores_images(self._alphas):
            raise ModelError(
                "defence: expected logits that autograd can follow back to the images, got none",
                "remove torch.no_grad, detach and NumPy from begin, posterior, commit, finish and the classifier",
            )
        return logits.detach(), torch.zeros_like(images) if found is None else found

    def _run(self, images: Tensor, ids: Sequence[str], draw: Draw, number: int) -> Tensor:
        key = NoiseKey(draw.key, draw.index * self._purifications + number)
        return self._checked(self._defence.logits(images, ids, self._alphas, key))

    def _checked(self, logits: Tensor) -> Tensor:
        if logits.shape[1] == self._classes:
            return logits
        raise ModelError(f"classifier: expected logits (B, {self._classes}), one a class, got {tuple(logits.shape)}")


class _Sum:
    """Sums in float64 on the CPU, so that the mean of equal answers is that answer."""

    def __init__(self) -> None:
        self._total: Tensor | None = None
        self._count = 0

    def add(self, values: Tensor) -> None:
        values = values.detach().cpu().double()
        self._total = values if self._total is None else self._total + values
        self._count += 1

    def mean(self) -> Tensor:
        assert self._total is not None
        return (self._total / self._count).float()
