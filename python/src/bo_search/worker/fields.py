"""Reads fields of a request from JSON; what is not right is named by its place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from bo_search.errors import RequestError


def field(message: Mapping[str, Any], key: str, where: str) -> Any:
    if key not in message:
        raise RequestError(f'{where}: expected the key "{key}"')
    return message[key]


def optional(message: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any] | None:
    return None if message.get(key) is None else section(message, key, where)


def section(message: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    value = field(message, key, where)
    if not isinstance(value, dict):
        raise RequestError(f"{where}.{key}: expected an object, got {shown(value)}")
    return value


def text(message: Mapping[str, Any], key: str, where: str) -> str:
    value = field(message, key, where)
    if not isinstance(value, str):
        raise RequestError(f"{where}.{key}: expected text, got {shown(value)}")
    return value


def integer(message: Mapping[str, Any], key: str, where: str) -> int:
    value = field(message, key, where)
    if isinstance(value, bool) or not isinstance(value, int):
        raise RequestError(f"{where}.{key}: expected an integer, got {shown(value)}")
    return value


def count(message: Mapping[str, Any], key: str, where: str) -> int:
    value = integer(message, key, where)
    if value < 1:
        raise RequestError(f"{where}.{key}: expected an integer of at least 1, got {value}")
    return value


def seed(message: Mapping[str, Any], where: str) -> int:
    value = integer(message, "seed", where)
    if value < 0:
        raise RequestError(f"{where}.seed: expected an integer of at least 0, got {value}")
    return value


def flag(message: Mapping[str, Any], key: str, where: str) -> bool:
    value = field(message, key, where)
    if not isinstance(value, bool):
        raise RequestError(f"{where}.{key}: expected true or false, got {shown(value)}")
    return value


def share(message: Mapping[str, Any], key: str, where: str) -> float:
    value = number(message, key, where)
    if not 0 < value <= 1:
        raise RequestError(f"{where}.{key}: expected a number above 0 and at most 1, got {value:g}")
    return value


def positive(message: Mapping[str, Any], key: str, where: str) -> float:
    value = number(message, key, where)
    if value <= 0:
        raise RequestError(f"{where}.{key}: expected a number above 0, got {value:g}")
    return value


def number(message: Mapping[str, Any], key: str, where: str) -> float:
    return finite(field(message, key, where), f"{where}.{key}")


def finite(value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RequestError(f"{place}: expected a finite number, got {shown(value)}")
    return float(value)


def shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return f'"{value[:60]}"'
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return "an object" if isinstance(value, dict) else str(value).lower() if isinstance(value, bool) else str(value)
