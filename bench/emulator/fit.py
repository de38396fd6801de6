"""Fits the emulator of a task to its recording and packs both: `python fit.py --work DIR --task fine`.

A tenth of the recorded points, drawn by a fixed seed, is held out from training and used to fit how large the residuals are, and
every second near pair of the points to check how rough they are; the rest takes no part at all (report.mjs). Writes weights-<task>.bin and
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
from fast import FastObjective
from network import LEAST_SD, TAU, Data, Emulator, fit_sd, load, residual_sd, squash, train

DATA = Path(__file__).resolve().parent / "data"
HELD_OUT_SHARE = 0.1
SPLIT_SEED = 5
EPOCHS = 120
# Root-mean-square distances of two alphas where the correlation of residuals is measured.
DISTANCE_EDGES = (0.001, 0.02, 0.04, 0.06, 0.09, 0.12, 0.16, 0.2, 0.25, 0.3, 0.4, 0.5)
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
    sums = np.zeros((len(edges), 4))
    for group in groups:
        distance = (torch.cdist(group.alphas, group.alphas) / np.sqrt(group.alphas.shape[1])).numpy()
        z, live = (group.z * group.live).numpy(), group.live.float().numpy()
        squares = (z * z) @ live.T
        tables = (z @ z.T, squares, squares.T, np.ones_like(distance))
        upper = np.triu(np.ones_like(distance, dtype=bool), 1)
        for k, (low, high) in enumerate(edges):
            pick = upper & (distance >= low) & (distance < high)
            sums[k] += [table[pick].sum() for table in tables]
    return [
        {"distance": (low + high) / 2, "correlation": float(ab / np.sqrt(aa * bb)), "pairs": int(count)}
        for (low, high), (ab, aa, bb, count) in zip(edges, sums, strict=True)
        if count > 0
    ]


def fit_lengthscale(rows: list[dict[str, float]]) -> tuple[float, float]:
    """Share c and lengthscale l (in rms distance) of c·exp(−d²/(2·l²)), the best of a grid by weighted squares."""
    d = np.array([row["distance"] for row in rows])
    r = np.array([row["correlation"] for row in rows])
    w = np.sqrt(np.array([row["pairs"] for row in rows]))
    best = (np.inf, 0.0, 0.0)
    for length in np.arange(0.01, 0.6, 0.01):
        for share in np.arange(0.5, 1.001, 0.05):
            loss = float((w * (r - share * np.exp(-0.5 * (d / length) ** 2)) ** 2).sum())
            best = min(best, (loss, float(share), float(length)))
    return best[1], best[2]


def set_sd(model: Emulator, held: Data, predicted: torch.Tensor) -> None:
    """The residual sd of each output on points that its fit did not see, in place of the smaller one on those it saw."""
    squares = (held.targets - predicted).square()
    for b in range(model.shape[0]):
        model.log_sd.data[b] = 0.5 * squares[held.blocks == b].mean(0).clamp_min(LEAST_SD**2).log()


def even_pairs(model: Emulator, raw: dict[str, np.ndarray], g: torch.Tensor) -> Residuals:
    """Every second of the near pairs among the points to check; the report uses the others."""
    third = len(raw["check_alphas"]) // 3
    rows = np.concatenate([np.arange(0, third, 2), np.arange(third, 2 * third, 2)])
    alphas = torch.from_numpy(raw["check_alphas"][rows])
    blocks, outputs = model.shape
    margins = torch.from_numpy(raw["check_margins"][rows]).view(len(rows), 2, blocks, outputs // 2)
    targets = squash(margins.transpose(1, 2)).flatten(1)
    with torch.no_grad():
        predicted = model(alphas).flatten(1)
        sd = residual_sd(predicted, model.log_sd.flatten(), g)
    return residuals(alphas, predicted, targets, sd)


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
    by_distance = correlation_by_distance([even_pairs(model, raw, g)])
    share, length = fit_lengthscale(by_distance)
    facts = {
        "g": [round(float(v), 5) for v in g],
        "partCorrelation": round(float(torch.corrcoef(pairs)[0, 1]), 4),
        "rmsLengthscale": round(length, 4),
        "roughShare": round(1 - share, 4),
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
    }
    pack(f"recorded-{options.task}", arrays, {"task": options.task, "ids": [str(i) for i in raw["ids"]]})


if __name__ == "__main__":
    main()
