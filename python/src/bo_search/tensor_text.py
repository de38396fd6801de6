"""Tensors as the protocol sends them: base64 of little-endian float32, without shape."""

from __future__ import annotations

import base64
import binascii
import math
import sys
from collections.abc import Sequence

import torch
from torch import Tensor

from bo_search.errors import RequestError
from bo_search.hashing import tensor_bytes

_BYTES = 4


def tensor_to_text(tensor: Tensor) -> str:
    """The values in the order of the shape, as float32."""
    return base64.b64encode(_swapped(tensor_bytes(tensor.float()))).decode("ascii")


def tensor_from_text(text: str, shape: Sequence[int], where: str) -> Tensor:
    """A float32 tensor of that shape, on the CPU.

    Raises:
        RequestError: the text is no base64, or holds another number of values.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestError(f"{where}: expected base64, got {error}") from error
    expected = math.prod(shape)
    if len(raw) != _BYTES * expected:
        values = len(raw) / _BYTES
        raise RequestError(f"{where}: expected {expected} numbers {tuple(shape)}, got {values:g}")
    return torch.frombuffer(bytearray(_swapped(raw)), dtype=torch.float32).view(*shape)


def channels_last(images: Tensor) -> Tensor:
    """(B, C, H, W) in the order the protocol sends, (B, H, W, C)."""
    return images.permute(0, 2, 3, 1).contiguous()


def _swapped(raw: bytes) -> bytes:
    if sys.byteorder == "little":
        return raw
    return tensor_bytes(torch.frombuffer(bytearray(raw), dtype=torch.uint8).view(-1, _BYTES).flip(1))
