"""Trains one task's classifier on the `train` split; `validation` is only reported, never selected on.

    python training/train_classifier.py --cache CACHE --task coarse --out coarse.pt

Images are drawn so that all classes of the task are equally frequent: coarse accuracy is judged balanced.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from classifier import Classifier, ClassifierConfig
from data import COARSE_CLASSES, FINE_CLASSES, Split, load_splits
from train_hvae import to_images

BATCH = 128
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 1e-2
STEPS = {"coarse": 1500, "fine": 2500}


def task_classes(task: str) -> list[str]:
    return COARSE_CLASSES if task == "coarse" else FINE_CLASSES


def task_labels(split: Split, task: str) -> Tensor:
    """int64 (n,) labels of the task."""
    return torch.from_numpy(split.coarse() if task == "coarse" else split.labels)


def balanced_accuracy(predicted: Tensor, labels: Tensor, classes: int) -> float:
    """Mean over classes of the share of its images predicted right."""
    right = (predicted == labels).float()
    return torch.stack([right[labels == k].mean() for k in range(classes)]).mean().item()


def train(cache: Path, task: str, seed: int, steps: int) -> tuple[Classifier, dict]:
    splits = load_splits(cache)
    images, labels = to_images(splits["train"]), task_labels(splits["train"], task)
    held, held_labels = to_images(splits["validation"]), task_labels(splits["validation"], task)
    classes = len(task_classes(task))
    weights = (1.0 / torch.bincount(labels).float())[labels]
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = Classifier(ClassifierConfig(classes)).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    start = time.process_time()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * step / steps))
        pick = torch.multinomial(weights, BATCH, replacement=True, generator=generator)
        batch = images[pick].contiguous(memory_format=torch.channels_last)
        loss = F.cross_entropy(model(batch), labels[pick])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if (step + 1) % 500 == 0:
            print(json.dumps({"step": step + 1, "loss": loss.item()}), flush=True)
    with torch.no_grad():
        accuracy = balanced_accuracy(model(held).argmax(1), held_labels, classes)
    facts = {"task": task, "seed": seed, "steps": steps, "batch": BATCH}
    facts |= {"cpuSeconds": round(time.process_time() - start, 1), "validationBalancedAccuracy": round(accuracy, 4)}
    return model, facts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--task", choices=["coarse", "fine"], required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=None)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model, facts = train(args.cache, args.task, args.seed, args.steps or STEPS[args.task])
    torch.save({"state": model.state_dict(), "facts": facts}, args.out)
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
