"""The natural logarithm as JavaScript engines compute it, to the last bit, on tensors.

The method is that of the freely published fdlibm (Sun Microsystems 1993): x = 2^k·(1 + f) with 1 + f in [√½, √2), then
log(1 + f) = f − f²/2 + s·(f²/2 + R(s²)) with s = f/(2 + f) and R the even polynomial below. A library's own logarithm
is as good, but differs in the last bit for some x, and then so do the numbers of a stream.
"""

from __future__ import annotations

import torch
from torch import Tensor

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
# Coefficients of z, z², …, z⁷ in R.
_EVEN = (3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01)
_ODD = (6.666666666666735130e-01, 2.857142874366239149e-01, 1.818357216161805012e-01, 1.479819860511658591e-01)
_FRACTION_BITS = 0x000FFFFF
_ONE_BITS = 0x3FF00000
# The upper 20 bits of the fraction of √2, from which on x is halved once more.
_HALVE = 0x95F64
# Between these upper fraction bits the form with f²/2 is the more exact.
_MIDDLE_FROM = 0x6147A
_MIDDLE_TO = 0x6B851


def natural_log(x: Tensor) -> Tensor:
    """log x of normal positive float64 numbers of any shape."""
    bits = x.contiguous().view(torch.int64)
    high = bits >> 32
    low = bits & 0xFFFFFFFF
    fraction = high & _FRACTION_BITS
    halved = (fraction + _HALVE) & 0x100000
    k = ((high >> 20) - 1023 + (halved >> 20)).to(torch.float64)
    f = (((fraction | (halved ^ _ONE_BITS)) << 32) | low).view(torch.float64) - 1.0
    near_one = _near_one(f, k)
    return torch.where(((2 + fraction) & _FRACTION_BITS) < 3, near_one, _general(f, k, fraction))


def _general(f: Tensor, k: Tensor, fraction: Tensor) -> Tensor:
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (_EVEN[0] + w * (_EVEN[1] + w * _EVEN[2]))
    odd = z * (_ODD[0] + w * (_ODD[1] + w * (_ODD[2] + w * _ODD[3])))
    r = odd + even
    low = k * _LN2_LOW
    high = k * _LN2_HIGH
    half = 0.5 * f * f
    sr = s * (half + r)
    middle = torch.where(k == 0, f - (half - sr), high - ((half - (sr + low)) - f))
    sf = s * (f - r)
    outer = torch.where(k == 0, f - sf, high - ((sf - low) - f))
    is_middle = ((fraction - _MIDDLE_FROM) | (_MIDDLE_TO - fraction)) > 0
    return torch.where(is_middle, middle, outer)


def _near_one(f: Tensor, k: Tensor) -> Tensor:
    r = f * f * (0.5 - 0.33333333333333333 * f)
    low = k * _LN2_LOW
    high = k * _LN2_HIGH
    power = torch.where(f == 0, high + low, high - ((r - low) - f))
    return torch.where(k == 0, f - r, power)
