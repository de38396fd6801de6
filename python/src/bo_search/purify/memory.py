"""Keeps tensors between calls within a number of bytes; what does not fit is made again each time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import TypeVar

from torch import Tensor

from bo_search.errors import ArgumentError

T = TypeVar("T")


class TensorMemory:
    """Named values. Values are trees of tensors: tuples, lists, mappings, dataclasses, objects with attributes."""

    def __init__(self, limit_bytes: int) -> None:
        """Raises ArgumentError for a negative limit; 0 keeps nothing."""
        if limit_bytes < 0:
            raise ArgumentError(f"memory: limit must be at least 0 bytes, got {limit_bytes}")
        self.limit_bytes = limit_bytes
        self.used_bytes = 0
        self._kept: dict[Hashable, object] = {}

    def get(self, name: Hashable, make: Callable[[], T]) -> T:
        """The value of that name, made now where it is not kept."""
        found = self.find(name)
        if found is not None:
            return found  # type: ignore[return-value]  # a name stands for one type of value
        value = make()
        self.keep(name, value)
        return value

    def find(self, name: Hashable) -> object | None:
        return self._kept.get(name)

    def keep(self, name: Hashable, value: object) -> None:
        """Keeps the value if it fits."""
        size = tensor_bytes_of(value)
        if self.used_bytes + size <= self.limit_bytes:
            self.used_bytes += size
            self._kept[name] = value

    def clear(self) -> None:
        self._kept.clear()
        self.used_bytes = 0


def tensor_bytes_of(tree: object) -> int:
    """Bytes of the storages that a tree of tensors holds, each counted once."""
    storages = {}
    for tensor in tensors_of(tree):
        storage = tensor.untyped_storage()
        storages[(tensor.device, storage.data_ptr())] = storage.nbytes()
    return sum(storages.values())


def tensors_of(tree: object) -> Iterator[Tensor]:
    """The tensors of a tree, in order."""
    if isinstance(tree, Tensor):
        yield tree
    elif isinstance(tree, Mapping):
        for value in tree.values():
            yield from tensors_of(value)
    elif isinstance(tree, tuple | list):
        for value in tree:
            yield from tensors_of(value)
    elif dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        for field in dataclasses.fields(tree):
            yield from tensors_of(getattr(tree, field.name))
    elif hasattr(tree, "__dict__"):
        for value in vars(tree).values():
            yield from tensors_of(value)
