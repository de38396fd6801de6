"""PGD-L2 on the whole pipeline, classifier of purified image, averaged over noise draws (EoT): the adaptive attack.

    python training/adaptive.py --model examples/fashion-mnist --out examples/fashion-mnist/adaptive.json

Each step draws fresh noise for every copy and differentiates the cross-entropy of the mean logits. The attacked
images are then judged under noise the attack never saw, one draw an image. Accuracies here are not balanced: they
are shares of the first `--images` images of the attack split.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch
from torch import Tensor

from attack import draw_noise, pgd_l2, predict
from measure import cosine, linear, step
from model import purify
from packed import PackedModel, load_model

BOUNDS = {"coarse": [1.0, 2.0], "fine": [1.0]}


class MeanLogits:
    """images -> mean logits over `draws` purifications, with new noise at every call."""

    def __init__(self, packed: PackedModel, task: str, alphas: list[float], draws: int) -> None:
        self.packed, self.classifier, self.alphas = packed, packed.classifiers[task], alphas
        self.draws = 1 if not any(alphas) else draws
        self.seed = 1000

    def __call__(self, images: Tensor) -> Tensor:
        self.seed += 1
        copies = images.repeat(self.draws, 1, 1, 1)
        noise = draw_noise(self.packed.hvae, len(copies), self.seed)
        output = purify(self.packed.hvae, copies, self.alphas, noise, self.packed.manifest["temperature"])
        return self.classifier(output).view(self.draws, len(images), -1).mean(0)


def accuracy_under_attack(
    packed: PackedModel, task: str, alphas: list[float], bound: float, n: int, draws: int
) -> float:
    """Share of the first n attack images still predicted right, under noise the attack never saw."""
    pool = packed.pools["attack"]
    images, labels = pool.images[:n], pool.labels(task)[:n]
    parts = [
        pgd_l2(MeanLogits(packed, task, alphas, draws), x, y, bound) for x, y in zip(images.split(50), labels.split(50))
    ]
    noise = draw_noise(packed.hvae, n, 1)
    temperature = packed.manifest["temperature"]
    predicted = predict(packed.hvae, packed.classifiers[task], torch.cat(parts), alphas, noise, temperature)
    return (predicted == labels).float().mean().item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--images", type=int, default=150)
    parser.add_argument("--tasks", nargs="+", default=list(BOUNDS))
    parser.add_argument("--draws", type=int, default=4)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    packed, start = load_model(args.model), time.process_time()
    n = len(packed.hvae.latents)
    schedules = {"alpha0": [0.0] * n, "linear": linear(n), "cosine": cosine(n), "step4": step(n, 4)}
    result: dict = {"images": args.images, "draws": args.draws, "accuracy": {}}
    for task in args.tasks:
        bounds = BOUNDS[task]
        table = result["accuracy"].setdefault(task, {})
        for bound in bounds:
            table[str(bound)] = row = {}
            for name, alphas in schedules.items():
                share = accuracy_under_attack(packed, task, alphas, bound, args.images, args.draws)
                row[name] = round(share, 3)
            print(task, bound, json.dumps(table[str(bound)]), flush=True)
    args.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"{time.process_time() - start:.0f} CPU-seconds")


if __name__ == "__main__":
    main()
