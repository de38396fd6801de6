"""Requests of the evaluator protocol, version 1, read from JSON and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bo_search.attacks import AttackSettings, FgsmL2, PgdL2
from bo_search.errors import RequestError
from bo_search.purify import Blur
from bo_search.worker import fields

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
class DefenceRequest:
    """All of a defence but α; without a temperature the evaluator's own."""

    temperature: float | None
    attenuation: float
    blur: Blur | None
    noise_norm: float | None


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
    return fields.integer(message, "id", "request")


def evaluate_request(message: Mapping[str, Any]) -> EvaluateRequest:
    """Raises RequestError naming the key that is not right."""
    sample = sample_request(fields.section(message, "sample", "evaluate"))
    block = fields.section(message, "block", "evaluate")
    first, end = (fields.integer(block, key, "evaluate.block") for key in ("from", "to"))
    if not 0 <= first < end:
        raise RequestError(f"evaluate.block: expected 0 <= from < to, got {first} and {end}")
    return EvaluateRequest(sample, alphas_request(message, "evaluate"), first, end)


def alphas_request(message: Mapping[str, Any], where: str) -> tuple[float, ...] | None:
    """α of a message, or None for null. Raises RequestError for anything else."""
    alphas = fields.field(message, "alphas", where)
    if alphas is None:
        return None
    if not isinstance(alphas, list):
        raise RequestError(f"{where}.alphas: expected a list of numbers or null, got {fields.shown(alphas)}")
    return tuple(fields.finite(alpha, f"{where}.alphas[{i}]") for i, alpha in enumerate(alphas))


def sample_request(spec: Mapping[str, Any]) -> SampleRequest:
    """Raises RequestError naming the key that is not right."""
    where = "sample"
    parts = fields.field(spec, "parts", where)
    if not isinstance(parts, list) or len(parts) == 0 or any(part not in _PARTS for part in parts):
        raise RequestError(f'{where}.parts: expected a list of "clean" and "robust", got {fields.shown(parts)}')
    defence = defence_request(fields.section(spec, "defence", where), f"{where}.defence")
    attack = fields.optional(spec, "attack", where)
    if "robust" in parts and attack is None:
        raise RequestError(f"{where}.attack: expected an attack, since parts has robust, got null")
    return SampleRequest(
        set_name=fields.text(spec, "set", where),
        images=fields.count(spec, "images", where),
        seed=fields.seed(spec, where),
        noise_key=fields.text(spec, "noiseKey", where),
        draws=fields.count(spec, "draws", where),
        parts=tuple(sorted(parts)),
        temperature=defence.temperature,
        attenuation=defence.attenuation,
        blur=defence.blur,
        noise_norm=defence.noise_norm,
        attack=None if attack is None else _attack(attack, f"{where}.attack"),
    )


def defence_request(spec: Mapping[str, Any], where: str) -> DefenceRequest:
    """Raises RequestError naming the key that is not right."""
    blur = fields.optional(spec, "blur", where)
    noise = fields.optional(spec, "noise", where)
    temperature = spec.get("temperature")
    return DefenceRequest(
        temperature=None if temperature is None else fields.finite(temperature, f"{where}.temperature"),
        attenuation=fields.share(spec, "attenuation", where),
        blur=None
        if blur is None
        else Blur(fields.number(blur, "sigma", f"{where}.blur"), fields.field(blur, "kernelSize", f"{where}.blur")),
        noise_norm=None if noise is None else fields.positive(noise, "l2Norm", f"{where}.noise"),
    )


def _attack(spec: Mapping[str, Any], where: str) -> AttackRequest:
    against = fields.text(spec, "against", where)
    if against not in ("classifier", "defence"):
        raise RequestError(f'{where}.against: expected "classifier" or "defence", got "{against}"')
    return AttackRequest(_attack_settings(spec, where), against, fields.flag(spec, "keepOnlySuccessful", where))


def _attack_settings(spec: Mapping[str, Any], where: str) -> AttackSettings:
    kind = fields.text(spec, "kind", where)
    bound = fields.number(spec, "l2Bound", where)
    if kind == "fgsm-l2":
        direction = spec.get("direction", "gradient")
        return FgsmL2(bound, direction)
    if kind == "pgd-l2":
        steps, restarts = spec.get("steps", 10), spec.get("restarts", 1)
        random_start = "randomStart" in spec and fields.flag(spec, "randomStart", where)
        return PgdL2(bound, steps, spec.get("stepSize"), random_start, restarts)
    raise RequestError(f'{where}.kind: expected "fgsm-l2" or "pgd-l2", got "{kind}"')
