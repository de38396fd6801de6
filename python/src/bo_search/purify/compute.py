"""Where and how models run: device, autocast, and how many images pass at once; smaller batches where memory ends."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TypeVar

import torch

from bo_search.errors import ArgumentError

T = TypeVar("T")


class Compute:
    """Device, autocast and the present micro-batch; the micro-batch only ever shrinks."""

    def __init__(
        self, device: str | torch.device = "cpu", autocast: torch.dtype | None = None, micro_batch: int = 32
    ) -> None:
        """Raises ArgumentError for a device that is not here, a micro-batch below 1, or autocast to no half type."""
        if micro_batch < 1:
            raise ArgumentError(f"micro_batch: expected an integer of at least 1, got {micro_batch}")
        if autocast not in (None, torch.float16, torch.bfloat16):
            raise ArgumentError(f"autocast: expected torch.float16, torch.bfloat16 or None, got {autocast}")
        self.device = _available(device)
        self.autocast_dtype = autocast
        self.micro_batch = micro_batch

    def autocast(self) -> AbstractContextManager[object]:
        """The context in which models judge; gradients of attacks are taken outside it, in full precision."""
        if self.autocast_dtype is None:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, dtype=self.autocast_dtype)

    def batches(self, count: int, run: Callable[[int, int], T], on_memory: Callable[[], None]) -> Iterator[T]:
        """`run(start, end)` of consecutive batches of 0 … count − 1.

        Where memory runs out, `on_memory` is called and the batch tried again at half the size, which stays.
        """
        start = 0
        while start < count:
            end = min(count, start + self.micro_batch)
            try:
                result = run(start, end)
            except RuntimeError as error:
                if not out_of_memory(error) or self.micro_batch == 1:
                    raise
                self._halve(error)
            else:
                yield result
                start = end
                continue
            # Outside the handler: the traceback, and with it the tensors of the failed pass, is gone by now.
            on_memory()
            if self.device.type == "cuda":
                torch.cuda.empty_cache()

    def _halve(self, error: RuntimeError) -> None:
        self.micro_batch = max(1, self.micro_batch // 2)
        first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
        note = f"bo_search: out of memory, going on with {self.micro_batch} images at once ({first_line})"
        print(note, file=sys.stderr, flush=True)


def _available(device: str | torch.device) -> torch.device:
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
        here = "cpu" + "".join(f", cuda:{i}" for i in range(torch.cuda.device_count()))
        raise ArgumentError(f"device: expected one that is here ({here}), got {device} ({first_line})") from error
    return torch.device(device)


def out_of_memory(error: RuntimeError) -> bool:
    """Whether a device, or this machine, had no room for a tensor."""
    if isinstance(error, torch.OutOfMemoryError):
        return True
    text = str(error).lower()
    return "out of memory" in text or "not enough memory" in text
