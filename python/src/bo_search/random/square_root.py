"""The square root rounded to the nearest float64, as IEEE 754 asks for; torch's own may be off in the last bit.

One Newton step r + (x − r²)/2r with an exact residual: r² = p + e by Dekker's product (1971), without fused operations.
"""

from __future__ import annotations

import torch
from torch import Tensor

# 2²⁷ + 1 cuts a float64 into two halves of 26 bits.
_SPLITTER = 134_217_729.0


def square_root(x: Tensor) -> Tensor:
    """√x of float64 numbers of any shape, each 0 or of a moderate size (1e-250 to 1e250)."""
    r = torch.sqrt(x)
    wide = r * _SPLITTER
    high = wide - (wide - r)
    low = r - high
    p = r * r
    e = ((high * high - p) + 2 * high * low) + low * low
    corrected = r + ((x - p) - e) / (2 * r)
    return torch.where(x == 0, r, corrected)
