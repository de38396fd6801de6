"""Which alphas to record: a fifth uniform, a fifth in corners, the rest where searches go. alpha in [0, 1]^12."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from fast import LATENTS, ROOT

Rows = np.ndarray
STEP_SIZES = (0.03, 0.1, 0.2, 0.4)
# Root-mean-square distances of points that show how rough outcomes are.
CLOSE = (0.005, 0.01, 0.02, 0.04, 0.07)
# Points of a search's journal, from the best down, that others are made around.
ANCHORS_A_JOURNAL = 8


def schedules() -> Rows:
    """Linear, cosine, constants and steps."""
    i = np.arange(1, LATENTS + 1) / LATENTS
    constants = [np.full(LATENTS, value) for value in (0, 0.1, 0.25, 0.5, 0.75, 1)]
    steps = [(np.arange(LATENTS) >= k).astype(float) for k in range(1, LATENTS)]
    curves = [i, 0.5 - 0.5 * np.cos(math.pi * i)]
    return np.array([*curves, *(1 - c for c in curves), *(0.7 * c for c in curves), *constants, *steps])


def journal_points(files: Sequence[Path], task: str) -> tuple[Rows, Rows]:
    """All points of the searches' journals, and the best few of each."""
    points, best = [], [learned for learned in learned_alphas(task)]
    for file in files:
        records = [json.loads(line) for line in file.read_text().splitlines()]
        asked = {r["trial"]: r["unit"] for r in records if r["kind"] == "ask"}
        told = [r for r in records if r["kind"] == "tell" and r["state"] == "complete"]
        points += [asked[r["trial"]] for r in told]
        told.sort(key=lambda r: -r["outcome"]["mean"])
        best += [asked[r["trial"]] for r in told[:ANCHORS_A_JOURNAL]]
    return np.array(points).reshape(-1, LATENTS), np.array(best).reshape(-1, LATENTS)


def learned_alphas(task: str) -> list[list[float]]:
    """What the searches of the main study learned."""
    text = (ROOT / "bench/results/study.json").read_text(encoding="utf-8")
    found: list[list[float]] = []

    def walk(value: object, own: bool) -> None:
        if isinstance(value, dict):
            own = own or (value.get("model") == "fashion-mnist" and value.get("task") == task)
            if own and "learnedAlphas" in value:
                found.append(value["learnedAlphas"])
            for child in value.values():
                walk(child, own)
        elif isinstance(value, list):
            for child in value:
                walk(child, own)

    walk(json.loads(text), False)
    return found


def corners(rng: np.random.Generator, count: int) -> Rows:
    """Each coordinate 0, 1 or uniform; how often it is at a side differs from point to point."""
    at_side = rng.uniform(0.5, 1, (count, 1))
    ones = rng.uniform(0.2, 0.8, (count, 1))
    u = rng.random((count, LATENTS))
    side = (rng.random((count, LATENTS)) < ones).astype(float)
    return np.where(rng.random((count, LATENTS)) < at_side, side, u)


def around(rng: np.random.Generator, anchors: Rows, count: int) -> Rows:
    """Gaussian steps on some or all coordinates, flips, and mixtures of two anchors."""
    rows = anchors[rng.integers(len(anchors), size=count)].copy()
    for row in rows:
        kind = rng.choice(["step", "flip", "cross", "step and flip"], p=[0.4, 0.25, 0.15, 0.2])
        if kind == "cross":
            other = anchors[rng.integers(len(anchors))]
            mask = rng.random(LATENTS) < 0.5
            row[mask] = other[mask]
        if "flip" in kind:
            at = rng.choice(LATENTS, size=rng.integers(1, 4), replace=False)
            row[at] = rng.choice([0, 1, -1], size=len(at))
            row[row < 0] = rng.random()
        if "step" in kind:
            share = 1.0 if rng.random() < 0.4 else rng.uniform(0.1, 0.6)
            mask = rng.random(LATENTS) < share
            row[:] = np.clip(row + mask * rng.choice(STEP_SIZES) * rng.standard_normal(LATENTS), 0, 1)
    return rows


def first_design(rng: np.random.Generator, journals: tuple[Rows, Rows], count: int) -> Rows:
    """`count` points in random order: schedules and journals as they are, a quarter uniform and a quarter in corners."""
    points, best = journals
    fixed = np.concatenate([schedules(), points])
    quarter = count // 4
    rest = count - 2 * quarter - len(fixed)
    near = [around(rng, best, rest - rest // 4), around(rng, schedules(), rest // 4)]
    rows = np.concatenate([fixed, rng.random((quarter, LATENTS)), corners(rng, quarter), *near])
    return rng.permutation(rows)


def pairs_to_check(rng: np.random.Generator, anchors: Rows, count: int) -> Rows:
    """`count` points to hold out: a third around good ones, their near neighbours, and a third anywhere."""
    third = count // 3
    base = around(rng, anchors, third)
    near = base.copy()
    for row in near:
        if rng.random() < 0.5:
            row[:] = np.clip(row + 0.05 * rng.standard_normal(LATENTS), 0, 1)
        else:
            at = rng.integers(LATENTS)
            row[at] = np.clip(row[at] + rng.choice([-0.3, 0.3]), 0, 1)
    anywhere = count - 2 * third
    half = anywhere // 2
    return np.concatenate([base, near, rng.random((half, LATENTS)), corners(rng, anywhere - half)])


def close_points(rng: np.random.Generator, anchors: Rows, count: int) -> Rows:
    """`count` points, half around good ones and half anywhere, each followed by one at every distance of CLOSE."""
    bases = np.concatenate([around(rng, anchors, count // 2), rng.random((count - count // 2, LATENTS))])
    rows = []
    for base in bases:
        rows.append(base)
        for distance in CLOSE:
            step = rng.standard_normal(LATENTS)
            # Inwards, so that the cube's sides do not shorten the step.
            step = np.where(base + step > 1, -abs(step), np.where(base + step < 0, abs(step), step))
            scaled = base + step * distance * math.sqrt(LATENTS) / np.linalg.norm(step)
            rows.append(np.clip(scaled, 0, 1))
    return np.array(rows)
