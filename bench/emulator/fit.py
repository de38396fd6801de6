"""Fits the emulator of a task to its recording and packs both: `python fit.py --work DIR --task fine`.

A tenth of the recorded points, drawn by a fixed seed, is held out from training and used to fit how large the residuals are, and
every second near or close pair how rough they are; the rest takes no part at all (report.mjs). Writes weights-<task>.bin and
recorded-<task>.bin into data/, each with a .json that says what is where.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from design import CLOSE
from fast import FastObjective
from network import LEAST_SD, TAU, Data, Emulator, fit_sd, load, residual_sd, squash, train

DATA = Path(__file__).resolve().parent / "data"
HELD_OUT_SHARE = 0.1
SPLIT_SEED = 5
EPOCHS = 60
# Root-mean-square distances of two alphas where the correlation of residuals is measured.
DISTANCE_EDGES = (0.001, 0.0075, 0.015, 0.03, 0.055, 0.08, 0.11, 0.16, 0.25, 0.4)
# Residuals of images that are far from changing sides are mostly squashed away.
NEAR_ZERO = 0.7 * TAU
MOST_SD = 4.0


@dataclass(frozen=True)
class Residuals:
    """Standardised residuals (n, outputs) of points (n, 12) on the same images, and where they tell something."""

    alphas: torch.Tensor
    z: torch.Tensor
    live: torch.Tensor


def residuals(alphas: torch.Tensor, predicted: torch.Tensor, targets: torch.Tensor, sd: torch.Tensor) -> Residuals:
    z = ((targets - predicted) / sd).clamp(-MOST_SD, MOST_SD)
    return Residuals(alphas, z, predicted.abs() < NEAR_ZERO)


def correlation_by_distance(groups: Sequence[Residuals]) -> list[dict[str, float]]:
    """Correlation of the residuals of two points of a group, by distance."""
    edges = list(zip(DISTANCE_EDGES[:-1], DISTANCE_EDGES[1:], strict=True))
    sums = np.zeros((len(edges), 5))
    for group in groups:
        distance = (torch.cdist(group.alphas, group.alphas) / np.sqrt(group.alphas.shape[1])).numpy()
        z, live = (group.z * group.live).numpy(), group.live.float().numpy()
        squares = (z * z) @ live.T
        tables = (z @ z.T, squares, squares.T, distance, np.ones_like(distance))
        upper = np.triu(np.ones_like(distance, dtype=bool), 1)
        for k, (low, high) in enumerate(edges):
            pick = upper & (distance >= low) & (distance < high)
            sums[k] += [table[pick].sum() for table in tables]
    return [
        {"distance": float(d / count), "correlation": float(ab / np.sqrt(aa * bb)), "pairs": int(count)}
        for ab, aa, bb, d, count in sums
        if count > 0
    ]


def fit_lengthscales(rows: list[dict[str, float]]) -> dict[str, float]:
    """(1 − w)·exp(−d²/(2·l²)) + w·exp(−d²/(2·k²)), k < l, the best of a grid by squares: 1 at distance 0."""
    d, r = (np.array([row[key] for row in rows]) for key in ("distance", "correlation"))
    best: tuple[float, dict[str, float]] = (np.inf, {})
    for length in np.geomspace(0.02, 0.5, 40):
        for short in np.geomspace(0.002, 0.05, 40):
            for share in np.linspace(0, 0.6, 25):
                curve = (1 - share) * np.exp(-0.5 * (d / length) ** 2) + share * np.exp(-0.5 * (d / short) ** 2)
                loss = float(((r - curve) ** 2).sum())
                if loss < best[0] and short < length:
                    best = (loss, {"rmsLengthscale": length, "roughShare": share, "roughLengthscale": short})
    return {key: round(float(value), 5) for key, value in best[1].items()}


def set_sd(model: Emulator, held: Data, predicted: torch.Tensor) -> None:
    """The residual sd of each output on points that its fit did not see, in place of the smaller one on those it saw."""
    squares = (held.targets - predicted).square()
    for b in range(model.shape[0]):
        model.log_sd.data[b] = 0.5 * squares[held.blocks == b].mean(0).clamp_min(LEAST_SD**2).log()


def on_all_images(model: Emulator, alphas: np.ndarray, margins: np.ndarray, g: torch.Tensor) -> Residuals:
    """Residuals of points (n, 12) recorded on all images, margins (n, 2, 800)."""
    points = torch.from_numpy(alphas)
    blocks, outputs = model.shape
    by_block = torch.from_numpy(margins).view(len(points), 2, blocks, outputs // 2)
    targets = squash(by_block.transpose(1, 2)).flatten(1)
    with torch.no_grad():
        predicted = model(points).flatten(1)
        sd = residual_sd(predicted, model.log_sd.flatten(), g)
    return residuals(points, predicted, targets, sd)


def even_pairs(checks: int) -> np.ndarray:
    """Every second of the near pairs among the points to check; the report uses the others."""
    third = checks // 3
    return np.concatenate([np.arange(0, third, 2), np.arange(third, 2 * third, 2)])


def even_bases(points: int) -> np.ndarray:
    """Every second base among the close points, with its neighbours."""
    each = 1 + len(CLOSE)
    return np.concatenate([np.arange(base, base + each) for base in range(0, points, 2 * each)])


def pack(name: str, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> None:
    """One binary file, little-endian, and a JSON file with type, shape and offset of each array."""
    raw, sections = b"", {}
    for key, array in arrays.items():
        raw += b"\0" * (-len(raw) % 8)
        sections[key] = {"type": str(array.dtype), "shape": list(array.shape), "offset": len(raw)}
        raw += np.ascontiguousarray(array).tobytes()
    (DATA / f"{name}.bin").write_bytes(raw)
    text = json.dumps({**facts, "arrays": sections}, indent=2)
    (DATA / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def packed_bits(margins: np.ndarray) -> np.ndarray:
    """(n, 2, m) margins to (n, 2, m/8) bytes, the first image in the highest bit."""
    return np.packbits(margins > 0, axis=2)


def pack_weights(task: str, model: Emulator, extra: dict[str, Any], raw: Any) -> None:
    layers = [layer for layer in [*model.trunk, model.heads] if isinstance(layer, torch.nn.Linear)]
    arrays = {}
    for k, layer in enumerate(layers):
        arrays[f"weight{k}"] = layer.weight.detach().numpy().astype(np.float16)
        arrays[f"bias{k}"] = layer.bias.detach().numpy().astype(np.float16)
    arrays["logSd"] = model.log_sd.detach().numpy().astype(np.float16)
    arrays["labels"] = raw["labels"].astype(np.uint8)
    facts = {"task": task, "blocks": model.shape[0], "perBlock": model.shape[1] // 2, "tau": TAU, **extra}
    pack(f"weights-{task}", arrays, facts)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--task", choices=["coarse", "fine"], required=True)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    options = parser.parse_args()
    data, raw = load(str(options.work / f"{options.task}.npz"))
    order = torch.from_numpy(np.random.default_rng(SPLIT_SEED).permutation(len(data.alphas)))
    count = int(HELD_OUT_SHARE * len(order))
    held = data.take(order[:count])
    start = time.process_time()
    model = train(data.take(order[count:]), held, int(data.blocks.max()) + 1, options.epochs, SPLIT_SEED)
    seconds = time.process_time() - start
    with torch.no_grad():
        predicted = model.on_blocks(held)
        set_sd(model, held, predicted)
        log_sd = model.log_sd[held.blocks]
    g = fit_sd(predicted, held.targets, log_sd)
    found = residuals(held.alphas, predicted, held.targets, residual_sd(predicted, log_sd, g))
    m = found.z.shape[1] // 2
    both = found.live[:, :m] & found.live[:, m:]
    pairs = torch.stack([found.z[:, :m][both], found.z[:, m:][both]])
    with np.load(options.work / f"{options.task}-close.npz") as stored:
        close = dict(stored)
    near, bases = even_pairs(len(raw["check_alphas"])), even_bases(len(close["alphas"]))
    groups = [
        on_all_images(model, raw["check_alphas"][near], raw["check_margins"][near], g),
        on_all_images(model, close["alphas"][bases], close["margins"][bases], g),
    ]
    by_distance = correlation_by_distance(groups)
    facts = {
        "g": [round(float(v), 5) for v in g],
        "partCorrelation": round(float(torch.corrcoef(pairs)[0, 1]), 4),
        **fit_lengthscales(by_distance),
        "residualCorrelation": by_distance,
        "rmsOnHeldOut": float((predicted - held.targets).square().mean().sqrt()),
        "bitsRightOnHeldOut": float(((predicted > 0) == (held.targets > 0)).float().mean()),
        "trainingCpuSeconds": seconds,
        "recordingCpuSeconds": float(raw["seconds"]),
        "classes": list(FastObjective(options.task).evaluator.classes),
    }
    print(json.dumps(facts, indent=1))
    pack_weights(options.task, model, facts, raw)
    is_held = np.zeros(len(order), np.uint8)
    is_held[order[:count].numpy()] = 1
    arrays = {
        "alphas": raw["alphas"],
        "blocks": raw["blocks"].astype(np.uint8),
        "heldOut": is_held,
        "bits": packed_bits(raw["margins"]),
        "checkAlphas": raw["check_alphas"],
        "checkBits": packed_bits(raw["check_margins"]),
        "closeAlphas": close["alphas"],
        "closeBits": packed_bits(close["margins"]),
    }
    pack(f"recorded-{options.task}", arrays, {"task": options.task, "ids": [str(i) for i in raw["ids"]]})


if __name__ == "__main__":
    main()
