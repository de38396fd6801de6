"""Requests of the evaluator protocol, version 1, read from JSON and checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bo_search.attacks import AttackSettings, FgsmL2, PgdL2
from bo_search.errors import RequestError
from bo_search.purify import Blur

PROTOCOL = 1
_PARTS = ("clean", "robust")


@dataclass(frozen=True)
class AttackRequest:
    """Which attack, against what, and which of its images are kept."""

    settings: AttackSettings
    # `classifier`: the bare one; `defence`: all of it with every α = 0.
    against: str
    keep_only_successful: bool


@dataclass(frozen=True)
class SampleRequest:
    """All that makes a sample: equal requests give equal outcomes."""

    set_name: str
    images: int
    seed: int
    noise_key: str
    draws: int
    parts: tuple[str, ...]
    temperature: float | None
    attenuation: float
    blur: Blur | None
    noise_norm: float | None
    attack: AttackRequest | None


@dataclass(frozen=True)
class EvaluateRequest:
    """α, or None for the classifier without a defence, on images [first, end) of a sample."""

    sample: SampleRequest
    alphas: tuple[float, ...] | None
    first: int
    end: int


def request_id(message: Mapping[str, Any]) -> int:
    """The id of a request.

    Raises:
        RequestError: there is none.
    """
    return _integer(message, "id", "request")


def evaluate_request(message: Mapping[str, Any]) -> EvaluateRequest:
    """Raises RequestError naming the key that is not right."""
    sample = sample_request(_object(message, "sample", "evaluate"))
    block = _object(message, "block", "evaluate")
    first, end = (_integer(block, key, "evaluate.block") for key in ("from", "to"))
    if not 0 <= first < end:
        raise RequestError(f"evaluate.block: expected 0 <= from < to, got {first} and {end}")
    alphas = _value(message, "alphas", "evaluate")
    if alphas is None:
        return EvaluateRequest(sample, None, first, end)
    if not isinstance(alphas, list):
        raise RequestError(f"evaluate.alphas: expected a list of numbers or null, got {_shown(alphas)}")
    numbers = tuple(_checked_number(alpha, f"evaluate.alphas[{i}]") for i, alpha in enumerate(alphas))
    return EvaluateRequest(sample, numbers, first, end)


def sample_request(spec: Mapping[str, Any]) -> SampleRequest:
    """Raises RequestError naming the key that is not right."""
    where = "sample"
    parts = _value(spec, "parts", where)
    if not isinstance(parts, list) or len(parts) == 0 or any(part not in _PARTS for part in parts):
        raise RequestError(f'{where}.parts: expected a list of "clean" and "robust", got {_shown(parts)}')
    defence = _object(spec, "defence", where)
    blur = _optional(defence, "blur", f"{where}.defence")
    noise = _optional(defence, "noise", f"{where}.defence")
    temperature = defence.get("temperature")
    attack = _optional(spec, "attack", where)
    if "robust" in parts and attack is None:
        raise RequestError(f"{where}.attack: expected an attack, since parts has robust, got null")
    return SampleRequest(
        set_name=_text(spec, "set", where),
        images=_count(spec, "images", where),
        seed=_seed(spec, where),
        noise_key=_text(spec, "noiseKey", where),
        draws=_count(spec, "draws", where),
        parts=tuple(sorted(parts)),
        temperature=None if temperature is None else _checked_number(temperature, f"{where}.defence.temperature"),
        attenuation=_share(defence, "attenuation", f"{where}.defence"),
        blur=None
        if blur is None
        else Blur(_number(blur, "sigma", f"{where}.defence.blur"), _value(blur, "kernelSize", f"{where}.defence.blur")),
        noise_norm=None if noise is None else _positive(noise, "l2Norm", f"{where}.defence.noise"),
        attack=None if attack is None else _attack(attack, f"{where}.attack"),
    )


def _attack(spec: Mapping[str, Any], where: str) -> AttackRequest:
    against = _text(spec, "against", where)
    if against not in ("classifier", "defence"):
        raise RequestError(f'{where}.against: expected "classifier" or "defence", got "{against}"')
    return AttackRequest(_attack_settings(spec, where), against, _flag(spec, "keepOnlySuccessful", where))


def _attack_settings(spec: Mapping[str, Any], where: str) -> AttackSettings:
    kind = _text(spec, "kind", where)
    bound = _number(spec, "l2Bound", where)
    if kind == "fgsm-l2":
        direction = spec.get("direction", "gradient")
        return FgsmL2(bound, direction)
    if kind == "pgd-l2":
        steps, restarts = spec.get("steps", 10), spec.get("restarts", 1)
        random_start = "randomStart" in spec and _flag(spec, "randomStart", where)
        return PgdL2(bound, steps, spec.get("stepSize"), random_start, restarts)
    raise RequestError(f'{where}.kind: expected "fgsm-l2" or "pgd-l2", got "{kind}"')


def _value(message: Mapping[str, Any], key: str, where: str) -> Any:
    if key not in message:
        raise RequestError(f'{where}: expected the key "{key}"')
    return message[key]


def _optional(message: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any] | None:
    return None if message.get(key) is None else _object(message, key, where)


def _object(message: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    value = _value(message, key, where)
    if not isinstance(value, dict):
        raise RequestError(f"{where}.{key}: expected an object, got {_shown(value)}")
    return value


def _text(message: Mapping[str, Any], key: str, where: str) -> str:
    value = _value(message, key, where)
    if not isinstance(value, str):
        raise RequestError(f"{where}.{key}: expected text, got {_shown(value)}")
    return value


def _integer(message: Mapping[str, Any], key: str, where: str) -> int:
    value = _value(message, key, where)
    if isinstance(value, bool) or not isinstance(value, int):
        raise RequestError(f"{where}.{key}: expected an integer, got {_shown(value)}")
    return value


def _count(message: Mapping[str, Any], key: str, where: str) -> int:
    value = _integer(message, key, where)
    if value < 1:
        raise RequestError(f"{where}.{key}: expected an integer of at least 1, got {value}")
    return value


def _seed(message: Mapping[str, Any], where: str) -> int:
    value = _integer(message, "seed", where)
    if value < 0:
        raise RequestError(f"{where}.seed: expected an integer of at least 0, got {value}")
    return value


def _flag(message: Mapping[str, Any], key: str, where: str) -> bool:
    value = _value(message, key, where)
    if not isinstance(value, bool):
        raise RequestError(f"{where}.{key}: expected true or false, got {_shown(value)}")
    return value


def _share(message: Mapping[str, Any], key: str, where: str) -> float:
    value = _number(message, key, where)
    if not 0 < value <= 1:
        raise RequestError(f"{where}.{key}: expected a number above 0 and at most 1, got {value:g}")
    return value


def _positive(message: Mapping[str, Any], key: str, where: str) -> float:
    value = _number(message, key, where)
    if value <= 0:
        raise RequestError(f"{where}.{key}: expected a number above 0, got {value:g}")
    return value


def _number(message: Mapping[str, Any], key: str, where: str) -> float:
    return _checked_number(_value(message, key, where), f"{where}.{key}")


def _checked_number(value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RequestError(f"{place}: expected a finite number, got {_shown(value)}")
    return float(value)


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return f'"{value[:60]}"'
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return "an object" if isinstance(value, dict) else str(value).lower() if isinstance(value, bool) else str(value)
