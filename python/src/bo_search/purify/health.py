"""Whether the numbers on the way from image to logits are finite, asked of the device once at the end."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from bo_search.errors import NonFiniteError


class Health:
    """Looks at tensors on the way without waiting for the device, and says at the end which stage broke first."""

    def __init__(self, ids: Sequence[str]) -> None:
        self._ids = ids
        self._stages: list[str] = []
        self._sound: list[Tensor] = []

    def look(self, stage: str, values: Tensor) -> None:
        self._stages.append(stage)
        self._sound.append(torch.isfinite(values).flatten(1).all(dim=1))

    def check(self) -> None:
        if not self._sound:
            return
        sound = torch.stack(self._sound).cpu()
        if bool(sound.all()):
            return
        stage, image = (int(at) for at in (~sound).nonzero()[0])
        raise NonFiniteError(
            f'expected finite numbers in {self._stages[stage]}, got NaN or Infinity on image "{self._ids[image]}"',
            "no score was made of it: check weights, temperature and images; half precision overflows above 65504",
        )
