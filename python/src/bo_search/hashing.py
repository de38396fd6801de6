"""Names for content: `sha256:…` of texts, tensors and JSON values, the same in every process."""

from __future__ import annotations

import ctypes
import hashlib
import json
from collections.abc import Iterable, Mapping

from torch import Tensor, nn


def content_hash(*parts: str | Tensor) -> str:
    """`sha256:` and 64 hexadecimal digits. Each part goes in behind its kind, shape and length."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else tensor_bytes(part)
        kind = "text" if isinstance(part, str) else f"{part.dtype} {tuple(part.shape)}"
        digest.update(f"{kind}:{len(raw)}:".encode())
        digest.update(raw)
    return f"sha256:{digest.hexdigest()}"


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def modules_hash(modules: Mapping[str, nn.Module | Tensor]) -> str:
    """One hash of all parameters and buffers, by name."""
    parts: list[str | Tensor] = []
    for name, module in sorted(modules.items()):
        for key, tensor in _tensors(module):
            parts += [f"{name}.{key}", tensor]
    return content_hash(*parts)


def tensor_bytes(tensor: Tensor) -> bytes:
    """The values of a tensor in memory order of a contiguous copy; no NumPy is needed."""
    flat = tensor.detach().cpu().contiguous()
    return ctypes.string_at(flat.data_ptr(), flat.numel() * flat.element_size()) if flat.numel() > 0 else b""


def _tensors(module: nn.Module | Tensor) -> Iterable[tuple[str, Tensor]]:
    if isinstance(module, Tensor):
        return [("", module)]
    state = module.state_dict()
    return [(key, value) for key, value in sorted(state.items()) if isinstance(value, Tensor)]
