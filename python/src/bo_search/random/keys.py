"""Keys of random streams as text: numbers as `#value;`, strings as `length:text;`, so that no two keys look alike.

Lengths and numbers are written as JavaScript writes them, since the other half of the project makes the same keys.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from bo_search.errors import ArgumentError

KeyPart = str | int | float

# Outside these JavaScript writes a number, 0.digits times ten to a power, with an exponent.
_LEAST_POINT = -5
_GREATEST_POINT = 21


def encode_key(key: Sequence[KeyPart]) -> str:
    """The text of a key.

    Raises:
        ArgumentError: there is no part, or a number is not finite. Integers count as the float64 they are in JSON.
    """
    if len(key) == 0:
        raise ArgumentError("random stream: expected at least one key part, got none")
    return "".join(_encode_part(part, at) for at, part in enumerate(key))


def utf16_units(text: str) -> list[int]:
    """The UTF-16 code units of a text: what JavaScript calls its characters."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return [raw[at] | raw[at + 1] << 8 for at in range(0, len(raw), 2)]


def number_text(value: float) -> str:
    """A finite number as JavaScript's `String(value)` writes it: the shortest digits that read back the same."""
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    digits, exponent = _shortest_digits(abs(value))
    # The value is 0.DIGITS times ten to the power `point`.
    point = exponent + len(digits)
    if not _LEAST_POINT <= point <= _GREATEST_POINT:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{fraction}e{'+' if point > 0 else '-'}{abs(point - 1)}"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if point >= len(digits):
        return f"{sign}{digits}{'0' * (point - len(digits))}"
    return f"{sign}{digits[:point]}.{digits[point:]}"


def _encode_part(part: KeyPart, at: int) -> str:
    if isinstance(part, str):
        return f"{len(part.encode('utf-16-le', 'surrogatepass')) // 2}:{part};"
    number = float(part)
    if not math.isfinite(number):
        raise ArgumentError(f"random stream: key part {at} must be a finite number, got {part}")
    return f"#{number_text(number)};"


def _shortest_digits(value: float) -> tuple[str, int]:
    """Digits without leading or trailing zeros, and the power of ten that makes them the value."""
    mantissa, _, power = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + fraction
    exponent = int(power or 0) - len(fraction)
    short = digits.rstrip("0")
    return short.lstrip("0"), exponent + len(digits) - len(short)
