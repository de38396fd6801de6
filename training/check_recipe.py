"""Is there something to learn here? Scores simple schedules and a few hand-set ones on the search split.

    python training/check_recipe.py --model examples/fashion-mnist

Objective = (clean + robust) / 2, balanced, PGD-L2 10 steps on the bare classifier. The hand-set vectors are what
searches on an earlier model of the same recipe found; on this model they are guesses, not results.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from measure import Scores, cosine, linear, make_adversaries, score, step
from packed import load_model

BOUNDS = {"coarse": 3.0, "fine": 1.5}
EARLIER = {
    "coarse": {
        "earlier 1": [0.06, 0, 0, 0, 1, 0.38, 1, 1, 1, 1, 0, 0],
        "earlier 2": [0, 0, 0, 0.53, 1, 1, 1, 1, 1, 1, 0.7, 1],
        "earlier 3": [0, 0, 0, 0.62, 1, 0.93, 1, 1, 1, 1, 0.2, 1],
    },
    "fine": {
        "earlier 1": [0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 0, 0],
        "earlier 2": [0, 0.12, 0.39, 0, 1, 0.62, 1, 1, 0, 1, 1, 0],
    },
}


def schedules(task: str, n: int) -> dict[str, list[float] | None]:
    simple: dict[str, list[float] | None] = {"bare": None, "alpha = 0": [0.0] * n, "constant 0.5": [0.5] * n}
    simple |= {"linear": linear(n), "cosine": cosine(n)}
    simple |= {f"step {k}": step(n, k) for k in range(n)}
    return simple | EARLIER[task]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the bounds")
    parser.add_argument("--tasks", nargs="+", default=["coarse", "fine"])
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    packed = load_model(args.model)
    pool = packed.pools["search"]
    for task in args.tasks:
        bound = BOUNDS[task] * args.scale
        adversaries = make_adversaries(packed, pool, task, bound)
        for name, alphas in schedules(task, len(packed.hvae.latents)).items():
            s: Scores = score(packed, pool, task, adversaries, alphas)
            row = {"task": task, "bound": bound, "schedule": name, "objective": round(s.objective, 4)}
            print(json.dumps(row | {"clean": round(s.clean, 4), "robust": round(s.robust, 4)}), flush=True)


if __name__ == "__main__":
    main()
