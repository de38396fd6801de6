"""The schedules file, version 1, read and checked as the search itself does it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bo_search.errors import ScheduleError
from bo_search.schedule.problem import (
    Problem,
    array,
    constant,
    fail,
    fields,
    integer,
    number,
    number_shown,
    one_of,
    shown,
    text,
)

# Largest difference between a stated α and the one its formula gives.
ALPHA_TOLERANCE = 1e-6
# Largest difference of a sum of weights from 1.
_WEIGHT_ROUNDING = 1e-9
_MAX_LATENTS = 512
_MAX_SCHEDULES = 10_000
_MAX_BYTES = 64 * 2**20
_SHARE = number(0, 1)
_ALPHAS = array(_SHARE, 1, _MAX_LATENTS)
_ESTIMATE = fields({"mean": _SHARE, "interval": array(_SHARE, 2, 2)}, ["mean", "interval"])
_SPLIT = fields(
    {
        "clean": _ESTIMATE,
        "robust": _ESTIMATE,
        "objective": _ESTIMATE,
        "weights": fields({"clean": _SHARE, "robust": _SHARE}, ["clean", "robust"]),
        "images": integer(1, math.inf),
        "draws": integer(1, math.inf),
    },
    [],
)
_COMMON = {
    "alphas": _ALPHAS,
    "label": text(),
    "attenuation": number(0, 1, above=True),
    "effectiveAlphas": _ALPHAS,
    "metrics": fields({"search": _SPLIT, "heldOut": _SPLIT}, []),
    "provenance": fields(
        {
            "studySeed": integer(-math.inf, math.inf),
            "evaluations": integer(0, math.inf),
            "samples": array(text(10**9, 0), 0, 10**9),
            "version": text(10**9, 0),
            "source": text(10**9, 0),
        },
        [],
        is_open=True,
    ),
}
# What a kind of schedule needs beside its alphas.
_OWN = {
    "learned": {},
    "linear": {},
    "cosine": {},
    "step": {"from": integer(0, _MAX_LATENTS)},
    "constant": {"value": _SHARE},
    "reversed": {"of": one_of("linear", "cosine")},
    "custom": {},
}
_MODEL = fields(
    {
        "name": text(),
        "hash": text(10**9, 0, "sha256:[0-9a-f]{64}", "sha256: and 64 hexadecimal digits"),
        "latents": array(text(), 1, _MAX_LATENTS),
    },
    ["name", "latents"],
)
_DEFENCE = fields(
    {
        "temperature": number(0, 1, above=True),
        "noiseNorm": number(0, math.inf),
        "blurSigma": number(0, math.inf),
        "blurKernel": integer(1, math.inf),
    },
    [],
)


@dataclass(frozen=True)
class Schedule:
    """One schedule: α before attenuation and as mixed (N each), and all else that stands in the file."""

    kind: str
    alphas: tuple[float, ...]
    attenuation: float
    label: str | None
    details: Mapping[str, Any]

    @property
    def effective_alphas(self) -> tuple[float, ...]:
        """attenuation · α: the shares that are mixed."""
        return tuple(self.attenuation * alpha for alpha in self.alphas)


@dataclass(frozen=True)
class DefenceFacts:
    """What else belongs to the defence the schedules were found for; None where the file does not say."""

    temperature: float | None = None
    noise_norm: float | None = None
    blur_sigma: float | None = None
    blur_kernel: int | None = None


def read_schedules(path: str | Path) -> dict[str, Any]:
    """The checked content of a schedules file.

    Raises:
        ScheduleError: with file, place (a JSON pointer) and reason.
    """
    file = str(path)
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise ScheduleError(f"{file}: expected a schedules file, got {error.strerror or error}") from error
    if len(raw) > _MAX_BYTES:
        raise ScheduleError(f"{file}: expected at most {_MAX_BYTES // 2**20} MiB, got {len(raw) // 2**20}")
    try:
        value = json.loads(raw.decode("utf-8-sig"), parse_constant=_refused_constant, object_pairs_hook=_of_single_keys)
    except _RepeatedKeyError as error:
        raise ScheduleError(
            f"{file}: expected every key once, got {shown(error.args[0])} again", "keep the one that is meant"
        ) from None
    except (ValueError, RecursionError) as error:
        raise ScheduleError(
            f"{file}: expected JSON, got {error}",
            "the file may be cut short or written by hand; write it again with `npx bo-search export`",
        ) from error
    return checked_schedules(value, file)


def checked_schedules(value: Any, file: str = "schedules") -> dict[str, Any]:
    """The value, if it is right as content of a schedules file.

    Raises:
        ScheduleError: with place and reason.
    """
    try:
        _check(value)
    except Problem as problem:
        place = file if problem.pointer == "" else f"{file}: {problem.pointer}"
        of_other_version = problem.pointer == "/version" and isinstance(value.get("version"), int)
        raise ScheduleError(
            f"{place}: {problem.reason}",
            "the file is of another version of the format: read it with the bo-search that wrote it"
            if of_other_version
            else "schemas/schedules.schema.json in the npm package describes the format",
        ) from None
    return dict(value)


def schedule_from(entry: Mapping[str, Any]) -> Schedule:
    """A checked entry of the file."""
    alphas = tuple(float(alpha) for alpha in entry["alphas"])
    return Schedule(entry["kind"], alphas, float(entry.get("attenuation", 1.0)), entry.get("label"), entry)


class _RepeatedKeyError(Exception):
    """A key that stands twice in an object; JSON readers keep the last without a word."""


def _of_single_keys(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise _RepeatedKeyError(key)
        made[key] = value
    return made


def _refused_constant(name: str) -> float:
    raise ValueError(f"the constant {name}, which is no JSON")


def _check(value: Any) -> None:
    fields(
        {
            "$schema": text(10**9, 0),
            "format": constant("bo-search/schedules"),
            "version": constant(1),
            "model": _MODEL,
            "defence": _DEFENCE,
            "schedules": array(_check_entry, 1, _MAX_SCHEDULES),
        },
        ["format", "version", "model", "schedules"],
    )(value, "")
    latents = value["model"]["latents"]
    for i, name in enumerate(latents):
        if latents.index(name) < i:
            fail(f"/model/latents/{i}", f"expected every latent once, got {shown(name)} again")
    kernel = value.get("defence", {}).get("blurKernel", 1)
    if kernel % 2 == 0:
        fail("/defence/blurKernel", f"expected an odd integer, got {number_shown(kernel)}")
    for i, entry in enumerate(value["schedules"]):
        _check_values(entry, len(latents), f"/schedules/{i}")


def _check_entry(entry: Any, pointer: str) -> None:
    if not isinstance(entry, dict):
        fail(pointer, f"expected an object, got {shown(entry)}")
    kind = entry.get("kind")
    if not isinstance(kind, str) or kind not in _OWN:
        got = shown(kind) if "kind" in entry else "nothing"
        fail(f"{pointer}/kind", f"expected one of {', '.join(_OWN)}, got {got}")
    own = _OWN[kind]
    fields({"kind": constant(kind), **own, **_COMMON}, ["kind", *own, "alphas"])(entry, pointer)


def _check_values(entry: Mapping[str, Any], n: int, pointer: str) -> None:
    """What a schema can't say: lengths that differ, values that do not follow from each other."""
    alphas = entry["alphas"]
    if len(alphas) != n:
        fail(f"{pointer}/alphas", f"expected {n} alphas, one a latent, got {len(alphas)}")
    if entry["kind"] == "step" and entry["from"] > n:
        fail(f"{pointer}/from", f"expected an integer from 0 to {n}, got {entry['from']}")
    formula = _formula(entry, n)
    if formula is not None:
        _compare(alphas, formula, f"{pointer}/alphas", entry["kind"])
    if "effectiveAlphas" in entry:
        attenuation = entry.get("attenuation", 1)
        effective = [attenuation * alpha for alpha in alphas]
        _compare(entry["effectiveAlphas"], effective, f"{pointer}/effectiveAlphas", "attenuation · alphas")
    for split, scores in entry.get("metrics", {}).items():
        for name in ("clean", "robust", "objective"):
            if name in scores:
                _check_interval(scores[name], f"{pointer}/metrics/{split}/{name}/interval")
        weights = scores.get("weights", {"clean": 0, "robust": 1})
        if abs(weights["clean"] + weights["robust"] - 1) > _WEIGHT_ROUNDING:
            got = f"{number_shown(weights['clean'])} and {number_shown(weights['robust'])}"
            fail(f"{pointer}/metrics/{split}/weights", f"expected clean and robust to add up to 1, got {got}")


def _check_interval(estimate: Mapping[str, Any], pointer: str) -> None:
    mean = estimate["mean"]
    low, high = estimate["interval"]
    got = f"{number_shown(low)}, {number_shown(high)}"
    if low > high:
        fail(pointer, f"expected the lower end first, got {got}")
    if not low - ALPHA_TOLERANCE <= mean <= high + ALPHA_TOLERANCE:
        fail(pointer, f"expected an interval with the mean {number_shown(mean)} in it, got {got}")


def _formula(entry: Mapping[str, Any], n: int) -> list[float] | None:
    """The alphas a kind stands for; None where any are right."""
    match entry["kind"]:
        case "linear" | "cosine" as name:
            return baseline(name, n)
        case "step":
            return [0.0 if i < entry["from"] else 1.0 for i in range(n)]
        case "constant":
            return [float(entry["value"])] * n
        case "reversed":
            return [1 - alpha for alpha in baseline(entry["of"], n)]
        case _:
            return None


def baseline(name: str, n: int) -> list[float]:
    """linear: α_i = (i + 1)/N; cosine: α_i = ½(1 − cos(π(i + 1)/N))."""
    if name == "linear":
        return [(i + 1) / n for i in range(n)]
    return [0.5 * (1 - math.cos(math.pi * (i + 1) / n)) for i in range(n)]


def _compare(stated: Sequence[float], right: Sequence[float], pointer: str, what: str) -> None:
    if len(stated) != len(right):
        fail(pointer, f"expected {len(right)} values, one a latent, got {len(stated)}")
    for i, (got, expected) in enumerate(zip(stated, right, strict=True)):
        if abs(got - expected) > ALPHA_TOLERANCE:
            fail(f"{pointer}/{i}", f"expected {number_shown(expected)} ({what}), got {number_shown(got)}")
