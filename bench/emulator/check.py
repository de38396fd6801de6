"""Compares the fast objective with a finished run of `bo-search run`, bit by bit: `python check.py <run folder> <task>`.

Two questions: does the fast walk give the run's bits on the run's own attacked images, and does it give them with the
attack made in PyTorch as well.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from fast import FastObjective


def main(run: Path, task: str) -> None:
    records = [json.loads(line) for line in (run / "study.jsonl").read_text().splitlines()]
    seed = records[0]["seed"]
    asked = {r["trial"]: r["unit"] for r in records if r["kind"] == "ask"}
    objective = FastObjective(task)
    manifest = json.loads((run / "attacked/search/attacked.json").read_text())
    chosen = objective.choose("search", len(manifest["images"]["ids"]), seed)
    if list(chosen.ids) != manifest["images"]["ids"]:
        raise SystemExit("the run has other images, or in another order")
    pixels = next((run / "attacked/search").glob("*.f32"))
    theirs = torch.from_numpy(np.fromfile(pixels, dtype="<f4")).view(-1, 1, 28, 28)
    start = time.process_time()
    ours = objective.attack(chosen, seed)
    attack_seconds = time.process_time() - start
    key = f"search/{seed}"
    samples = {
        "clean": objective.sample(chosen.images, chosen, key),
        "robust": objective.sample(theirs, chosen, key),
        "robust, attack in PyTorch": objective.sample(ours, chosen, key),
    }
    equal = dict.fromkeys(samples, 0)
    count = 0
    start = time.process_time()
    for record in records:
        if record["kind"] != "report":
            continue
        count += len(chosen.ids)
        for name, sample in samples.items():
            bits = objective.bits(sample, asked[record["trial"]])
            text = record["block"]["outcomes"][name.split(",")[0]]
            equal[name] += sum(int(bit) == int(other) for bit, other in zip(bits, text, strict=True))
    seconds = time.process_time() - start
    report = {
        "task": task,
        "seed": seed,
        "bits": count,
        "equal": equal,
        "greatestPixelDifferenceOfAttacks": float((ours - theirs).abs().max()),
        "cpuMsAnImage": 1000 * seconds / (count * len(samples)),
        "attackCpuSeconds": attack_seconds,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
