"""Learned schedules in PyTorch: read from the file, applied to a model as a module that purifies images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from bo_search.errors import ArgumentError, ScheduleError
from bo_search.purify import (
    Blur,
    Compute,
    Defence,
    DefenceSettings,
    FusedPurifier,
    LatentWalk,
    NoiseKey,
    NoiseSource,
    TensorMemory,
    noise_source,
)
from bo_search.purify.preprocessing import KernelSize
from bo_search.purify.walk import checked_latents
from bo_search.schedule.schedules_file import DefenceFacts, Schedule, checked_schedules, read_schedules, schedule_from


def load_schedules(path: str | Path) -> Schedules:
    """Reads a schedules file.

    Raises:
        ScheduleError: with file, place and reason.
    """
    return Schedules(read_schedules(path), str(path))


class Schedules:
    """The schedules of a file, in its order."""

    def __init__(self, content: Any, file: str = "schedules") -> None:
        """Raises ScheduleError unless the content is that of a schedules file."""
        checked = checked_schedules(content, file)
        self.file = file
        self.model_name: str = checked["model"]["name"]
        self.model_hash: str | None = checked["model"].get("hash")
        self.latents: tuple[str, ...] = tuple(checked["model"]["latents"])
        facts = checked.get("defence", {})
        self.defence = DefenceFacts(
            facts.get("temperature"), facts.get("noiseNorm"), facts.get("blurSigma"), facts.get("blurKernel")
        )
        self._schedules = tuple(schedule_from(entry) for entry in checked["schedules"])

    def __iter__(self) -> Iterator[FileSchedule]:
        return (FileSchedule(self, schedule) for schedule in self._schedules)

    def __len__(self) -> int:
        return len(self._schedules)

    @property
    def learned(self) -> FileSchedule:
        """The learned schedule.

        Raises:
            ScheduleError: the file has none, or several: `named` tells those apart by their labels.
        """
        return self._one("learned", [schedule for schedule in self._schedules if schedule.kind == "learned"])

    def named(self, name: str) -> FileSchedule:
        """The schedule of that kind or label.

        Raises:
            ScheduleError: none or several are called so; the kind of one may be the label of another.
        """
        return self._one(name, [schedule for schedule in self._schedules if name in (schedule.kind, schedule.label)])

    def _one(self, name: str, found: Sequence[Schedule]) -> FileSchedule:
        if len(found) == 1:
            return FileSchedule(self, found[0])
        known = ", ".join(_called(schedule) for schedule in self._schedules)
        got = "none" if len(found) == 0 else f"{len(found)}"
        raise ScheduleError(f'{self.file}: expected one schedule called "{name}", got {got}', f"the file has {known}")


def _called(schedule: Schedule) -> str:
    return schedule.kind if schedule.label is None else f"{schedule.label} ({schedule.kind})"


@dataclass(frozen=True)
class FileSchedule:
    """A schedule that knows the file it is from."""

    schedules: Schedules
    schedule: Schedule

    @property
    def kind(self) -> str:
        return self.schedule.kind

    @property
    def label(self) -> str | None:
        return self.schedule.label

    @property
    def alphas(self) -> tuple[float, ...]:
        """Before attenuation, one a latent."""
        return self.schedule.alphas

    @property
    def effective_alphas(self) -> tuple[float, ...]:
        """attenuation · α: the shares that are mixed."""
        return self.schedule.effective_alphas

    def apply(
        self,
        model: LatentWalk | FusedPurifier,
        *,
        temperature: float | None = None,
        blur_kernel: KernelSize | None = None,
        noise: str = "keyed",
        micro_batch: int = 32,
    ) -> SchedulePurifier:
        """The model as a module that purifies with this schedule.

        Args:
            temperature: of the prior, in (0, 1]; needed where the file does not say, which is so where the search left
                it to the evaluator.
            blur_kernel: taps or their rule, likewise, where the schedules were found behind a blur.

        Raises:
            ScheduleError: the model's latents are not those of the file, or its temperature is not the one asked for,
                or temperature or blur kernel are named by neither.
        """
        latents = checked_latents(model)
        stated = self.schedules.latents
        if len(latents) != len(stated):
            raise ScheduleError(
                f"{self.schedules.file}: /model/latents: expected the model's {len(latents)} latents, got {len(stated)}"
            )
        for i, (latent, name) in enumerate(zip(latents, stated, strict=True)):
            if latent.name != name:
                place = f"{self.schedules.file}: /model/latents/{i}"
                raise ScheduleError(
                    f'{place}: expected "{latent.name}" as in the model, got "{name}"',
                    "the schedules are for another model, or its latents have another order",
                )
        facts = self.schedules.defence
        if temperature is not None and facts.temperature is not None and temperature != facts.temperature:
            place = f"{self.schedules.file}: /defence/temperature"
            raise ScheduleError(f"{place}: expected {temperature} as asked for, got {facts.temperature}")
        chosen = facts.temperature if temperature is None else temperature
        if chosen is None:
            raise ScheduleError(
                f"{self.schedules.file}: /defence: expected a temperature, got none",
                "hand over the one the evaluator had: apply(model, temperature=...)",
            )
        settings = DefenceSettings(
            temperature=chosen,
            attenuation=self.schedule.attenuation,
            blur=_blur(self.schedules.file, facts, blur_kernel),
            noise_norm=facts.noise_norm,
        )
        return SchedulePurifier(model, self.alphas, settings, noise_source(noise), micro_batch)


class SchedulePurifier(nn.Module):
    """Purifies images (B, C, H, W) in [0, 1] with fixed α; differentiable, and a part of any `nn.Module`.

    `purifier(images)` takes fresh noise from torch's global generator, `generator=` from another one, `key=` from the
    keyed streams of the search. `logits` gives the mean over K purifications, which is the classifier that was scored.
    """

    def __init__(
        self,
        model: LatentWalk | FusedPurifier,
        alphas: Sequence[float],
        settings: DefenceSettings,
        source: NoiseSource,
        micro_batch: int,
    ) -> None:
        super().__init__()
        settings.check()
        self.model = model
        self.alphas = tuple(alphas)
        self.settings = settings
        self._source = source
        self._micro_batch = micro_batch

    def forward(
        self,
        images: Tensor,
        *,
        generator: torch.Generator | None = None,
        key: str | None = None,
        ids: Sequence[str] | None = None,
        draw: int = 0,
    ) -> Tensor:
        """One purification of each image.

        Args:
            generator: on the CPU; where the noise of this call comes from.
            key: noise key; with it the noise follows (key, id, draw), as in a search.
            ids: of the images, with `key`; their places in the batch where absent.

        Raises:
            ArgumentError: generator and key together, no images, or images that are not float32.
        """
        _check_images(images)
        noise = NoiseKey(_key(generator, key), draw)
        outputs = []
        names = _names(images, ids)
        for start in range(0, len(images), self._micro_batch):
            end = start + self._micro_batch
            outputs.append(self._defence(images, None).purify(images[start:end], names[start:end], self.alphas, noise))
        return torch.cat(outputs)

    def logits(
        self,
        images: Tensor,
        classifier: nn.Module,
        *,
        draws: int = 1,
        generator: torch.Generator | None = None,
        key: str | None = None,
        ids: Sequence[str] | None = None,
    ) -> Tensor:
        """Mean logits (B, K) of a classifier over purifications 0 … draws − 1, without gradients, on the CPU."""
        _check_images(images)
        defence = self._defence(images, classifier)
        return defence.mean_logits(images, _names(images, ids), self.alphas, key=_key(generator, key), draws=draws)

    def _defence(self, images: Tensor, classifier: nn.Module | None) -> Defence:
        return Defence(
            self.model, classifier, self.settings, shape=images.shape[1:],
            compute=Compute(images.device, micro_batch=self._micro_batch), source=self._source, memory=TensorMemory(0),
        )  # fmt: skip


def _check_images(images: Tensor) -> None:
    if images.dim() != 4 or len(images) == 0:
        raise ArgumentError(f"images: expected (B, C, H, W) with B at least 1, got {tuple(images.shape)}")
    if images.dtype != torch.float32:
        raise ArgumentError(
            f"images: expected torch.float32 in [0, 1], got {images.dtype}",
            "hand over images.float(), bytes as images.float() / 255",
        )


def _names(images: Tensor, ids: Sequence[str] | None) -> tuple[str, ...]:
    names = tuple(f"image-{at}" for at in range(len(images))) if ids is None else tuple(ids)
    if len(names) != len(images):
        raise ArgumentError(f"ids: expected {len(images)}, one an image, got {len(names)}")
    return names


def _key(generator: torch.Generator | None, key: str | None) -> str:
    """The key given, or one drawn from the generator."""
    if key is not None:
        if generator is not None:
            raise ArgumentError("purifier: expected a generator or a key, got both")
        return key
    high, low = torch.randint(0, 2**31, (2,), generator=generator).tolist()
    return f"drawn/{high}/{low}"


def _blur(file: str, facts: DefenceFacts, kernel: KernelSize | None) -> Blur | None:
    if facts.blur_sigma is None or facts.blur_sigma == 0:
        return None
    chosen = facts.blur_kernel if kernel is None else kernel
    if chosen is None:
        raise ScheduleError(
            f"{file}: /defence: expected a blurKernel beside blurSigma, got none",
            'hand over what search.yaml says: apply(model, blur_kernel=...), by default it is "paper"',
        )
    return Blur(facts.blur_sigma, chosen)
