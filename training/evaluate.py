"""Every number quoted in a model card, from the packed files: writes evaluation.json and prints Markdown tables.

    python training/evaluate.py --model examples/fashion-mnist --out examples/fashion-mnist/evaluation.json

Robust numbers are on the `attack` split only; `heldOut` is used for one line, clean accuracy.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch

from measure import accuracy, cosine, linear, make_adversaries, reconstruction
from packed import PackedModel, Pool, load_model

BOUNDS = [1.0, 1.5, 2.0, 3.0]


def schedules(n: int) -> dict[str, list[float] | None]:
    return {"bare": None, "alpha0": [0.0] * n, "linear": linear(n), "cosine": cosine(n)}


def clean_accuracies(packed: PackedModel, pool: Pool, task: str) -> dict:
    """Balanced accuracy of each schedule, and the plain one of the bare classifier."""
    n = len(packed.hvae.latents)
    row = {name: accuracy(packed, pool, task, pool.images, alphas) for name, alphas in schedules(n).items()}
    with torch.no_grad():
        right = packed.classifiers[task](pool.images).argmax(1) == pool.labels(task)
    return row | {"bareUnbalanced": right.float().mean().item()}


def robust_accuracies(packed: PackedModel, pool: Pool, task: str) -> dict:
    """bound -> schedule -> balanced accuracy on PGD-L2 adversaries of the bare classifier."""
    table = {}
    for bound in BOUNDS:
        adversaries = make_adversaries(packed, pool, task, bound)
        n = len(packed.hvae.latents)
        table[str(bound)] = {k: accuracy(packed, pool, task, adversaries, a) for k, a in schedules(n).items()}
    return table


def evaluate(packed: PackedModel) -> dict:
    attack = packed.pools["attack"]
    tasks = {}
    for task in ("coarse", "fine"):
        tasks[task] = {
            "attackClean": clean_accuracies(packed, attack, task),
            "attackRobust": robust_accuracies(packed, attack, task),
            "heldOutClean": clean_accuracies(packed, packed.pools["heldOut"], task),
        }
    names = [name for name, _ in packed.hvae.latents]
    measured = reconstruction(packed, attack)
    measured["kl"] = dict(zip(names, measured["kl"]))
    parameters = {"hvae": sum(p.numel() for p in packed.hvae.parameters())}
    parameters |= {t: sum(p.numel() for p in c.parameters()) for t, c in packed.classifiers.items()}
    return {"parameters": parameters, "attackReconstruction": measured, "tasks": tasks}


def rounded(value: object) -> object:
    """Floats to four decimals, throughout."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return round(value, 4) if isinstance(value, float) else value


def print_tables(result: dict) -> None:
    for task, numbers in result["tasks"].items():
        print(f"\n{task}: balanced accuracy on the attack split\n\n| | bare | alpha = 0 | linear | cosine |")
        print("|---|---|---|---|---|")
        rows = {"clean": numbers["attackClean"]} | {f"PGD-L2 {b}": r for b, r in numbers["attackRobust"].items()}
        for name, row in rows.items():
            print(f"| {name} | " + " | ".join(f"{row[k]:.3f}" for k in ("bare", "alpha0", "linear", "cosine")) + " |")
    print("\n| latent | KL (nats) |\n|---|---|")
    for name, kl in result["attackReconstruction"]["kl"].items():
        print(f"| {name} | {kl:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    start = time.process_time()
    result = rounded(evaluate(load_model(args.model)))
    args.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print_tables(result)
    print(f"\n{time.process_time() - start:.0f} CPU-seconds")


if __name__ == "__main__":
    main()
