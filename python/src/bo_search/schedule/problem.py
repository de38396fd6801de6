"""The first thing that is wrong with a value, with its place as a JSON pointer; worded as the search's reader does."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

# Deepest nesting of a free JSON value.
MAX_DEPTH = 64
_PROTOTYPE_KEYS = ("__proto__", "constructor", "prototype")
_LONGEST_SHOWN = 60

Check = Callable[[Any, str], None]


class Problem(Exception):
    """A place and a reason that reads after it: `expected …, got …`."""

    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__(reason)
        self.pointer = pointer
        self.reason = reason


def fail(pointer: str, reason: str) -> NoReturn:
    raise Problem(pointer, reason)


def shown(value: Any) -> str:
    """How a value reads in a message: short, on one line."""
    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False)
        return text if len(text) <= _LONGEST_SHOWN else f'{text[:_LONGEST_SHOWN]}…"'
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"an array of {len(value)}"
    return "an object" if isinstance(value, dict) else number_shown(value)


def number_shown(value: float) -> str:
    """A number without a needless `.0`."""
    return str(int(value)) if math.isfinite(value) and value == int(value) and abs(value) < 1e15 else str(value)


def number(low: float, high: float, *, above: bool = False) -> Check:
    """From `low` to `high`; `above` leaves out `low`."""
    bounds = f"above {number_shown(low)} and at most {number_shown(high)}" if above else _range(low, high)

    def check(value: Any, pointer: str) -> None:
        if not _is_number(value) or not low <= value <= high or (above and value == low):
            fail(pointer, f"expected a number {bounds}, got {shown(value)}")

    return check


def integer(low: float, high: float) -> Check:
    def check(value: Any, pointer: str) -> None:
        if not _is_number(value) or value != int(value) or not low <= value <= high:
            bounds = _range(low, high)
            fail(pointer, f"expected an integer{' ' + bounds if bounds else ''}, got {shown(value)}")

    return check


def text(longest: int = 200, shortest: int = 1, pattern: str | None = None, what: str = "") -> Check:
    def check(value: Any, pointer: str) -> None:
        if not isinstance(value, str):
            fail(pointer, f"expected text, got {shown(value)}")
        if not shortest <= len(value) <= longest:
            fail(pointer, f"expected {shortest} to {longest} characters, got {len(value)}")
        if pattern is not None and re.fullmatch(pattern, value) is None:
            fail(pointer, f"expected {what}, got {shown(value)}")

    return check


def constant(expected: Any) -> Check:
    def check(value: Any, pointer: str) -> None:
        if type(value) is bool or value != expected:
            fail(pointer, f"expected {json.dumps(expected)}, got {shown(value)}")

    return check


def one_of(*names: str) -> Check:
    def check(value: Any, pointer: str) -> None:
        if value not in names:
            fail(pointer, f"expected one of {', '.join(names)}, got {shown(value)}")

    return check


def array(item: Check, least: int, most: int) -> Check:
    def check(value: Any, pointer: str) -> None:
        if not isinstance(value, list):
            fail(pointer, f"expected an array, got {shown(value)}")
        if not least <= len(value) <= most:
            count = _range(least, most)
            fail(pointer, f"expected {count} entries, got {len(value)}")
        for i, entry in enumerate(value):
            item(entry, f"{pointer}/{i}")

    return check


def fields(known: Mapping[str, Check], required: Sequence[str], *, is_open: bool = False) -> Check:
    """An object with these keys; `is_open` allows others with any JSON value."""

    def check(value: Any, pointer: str) -> None:
        if not isinstance(value, dict):
            fail(pointer, f"expected an object, got {shown(value)}")
        for key in required:
            if key not in value:
                fail(pointer, f'expected the key "{key}"')
        for key, inner in value.items():
            if key in _PROTOTYPE_KEYS:
                fail(pointer, f'the key "{key}" is not allowed')
            if key in known:
                known[key](inner, f"{pointer}/{escaped(key)}")
            elif is_open:
                _free(inner, f"{pointer}/{escaped(key)}", 0)
            else:
                fail(pointer, f"unknown key {shown(key)}, expected one of {', '.join(known)}")

    return check


def escaped(key: str) -> str:
    """RFC 6901: `~` and `/` inside a key."""
    return key.replace("~", "~0").replace("/", "~1")


def _free(value: Any, pointer: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        fail(pointer, f"expected at most {MAX_DEPTH} levels")
    if isinstance(value, float) and not math.isfinite(value):
        fail(pointer, f"expected a finite number, got {value}")
    entries: list[tuple[str, Any]] = []
    if isinstance(value, list):
        entries = [(str(i), entry) for i, entry in enumerate(value)]
    elif isinstance(value, dict):
        entries = list(value.items())
    for key, entry in entries:
        if key in _PROTOTYPE_KEYS:
            fail(pointer, f'the key "{key}" is not allowed')
        _free(entry, f"{pointer}/{escaped(key)}", depth + 1)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _range(low: float, high: float) -> str:
    if high < math.inf:
        return f"from {number_shown(low)} to {number_shown(high)}"
    return f"of at least {number_shown(low)}" if low > -math.inf else ""
