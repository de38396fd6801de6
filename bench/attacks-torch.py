"""PyTorch's side of bench/attacks.mjs: the attacks of foolbox and pyautoattack on one thread.

Reads one JSON request a line on stdin, an entry of test/fixtures/attacks/plan.json with one bound, and answers one line
on stdout: CPU and wall seconds of the attack alone, and what it found, judged anew outside the time.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "test/fixtures/attacks"))
from libraries import REFERENCES  # noqa: E402
from make import HERE, bits, load_victims, norms  # noqa: E402


def answer(victims: dict, entry: dict) -> dict:
    victim = victims[entry["task"]].first(entry["images"])
    attack, settings = REFERENCES[entry["reference"]["attack"]], entry["reference"]["settings"]
    ball = {} if "bound" not in entry else {"norm": entry["norm"], "bound": entry["bound"]}
    cpu, wall = time.process_time(), time.perf_counter()
    found = attack(victim, **ball, **settings)
    took = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    if ball:
        return {**took, "fooled": bits(victim, found, entry["norm"], entry["bound"])}
    return {**took, "norms": norms(victim, found)}


def main() -> None:
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    images = json.loads((HERE / "images.json").read_text(encoding="utf-8"))
    victims = load_victims(ROOT / "examples/fashion-mnist", images)
    packages = ", ".join(f"{name} {version(name)}" for name in ["torch", "foolbox", "pyautoattack"])
    print(json.dumps({"runtime": f"{packages}, 1 thread"}), flush=True)
    sys.stdin.readline()  # the setup line that every side is given
    for line in sys.stdin:
        print(json.dumps(answer(victims, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
