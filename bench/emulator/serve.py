"""The real objective of the bundled model over JSON lines, for searches in the arena: `python serve.py`.

    {"begin": {"task": "fine", "seed": 1}}        -> {"begun": {"images": 200, "cpuSeconds": …}}
    {"evaluate": {"alphas": […]}}                 -> {"outcomes": {"clean": "0110…", "robust": "…"}, "cpuMs": …}
    {"evaluate": {"alphas": […], "sample": 1, "from": 0, "to": 25}}
    {"heldOut": {"alphas": […]}}                  -> the same on the 1,000 held-out images, mean of two draws
    anything else                                 -> {"error": "…"}

Images, their order, attack and noise are those of `bo-search run examples/fashion-mnist/<task>.yaml` with that seed.
Sample 0 is the 200 search images; sample k the 200 that follow k·200 further in the same keyed order, as fresh images.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from fast import BOUNDS, LATENTS, FastObjective, Sample

PER_SAMPLE = 200
HELD_OUT = 1000
HELD_OUT_DRAWS = 2


class Server:
    """One task and seed at a time; samples are made when they are first asked for."""

    def __init__(self) -> None:
        self._objectives: dict[str, FastObjective] = {}
        self._samples: dict[str | int, tuple[Sample, Sample]] = {}
        self._task = ""
        self._seed = 0

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        start = time.process_time()
        if "begin" in request:
            self._begin(**request["begin"])
            return {"begun": {"images": PER_SAMPLE, "cpuSeconds": time.process_time() - start}}
        if "evaluate" in request:
            outcomes = self._evaluate(**request["evaluate"])
        elif "heldOut" in request:
            outcomes = self._judge(self._sample("heldOut"), **request["heldOut"])
        else:
            raise ValueError(f"expected begin, evaluate or heldOut, got {', '.join(request) or 'nothing'}")
        return {"outcomes": outcomes, "cpuMs": 1000 * (time.process_time() - start)}

    def _begin(self, task: str, seed: int) -> None:
        if task not in BOUNDS:
            raise ValueError(f"begin.task: expected coarse or fine, got {task}")
        if task not in self._objectives:
            self._objectives[task] = FastObjective(task)
        self._task, self._seed = task, seed
        self._samples.clear()
        self._sample(0)

    def _evaluate(self, alphas: list[float], sample: int = 0, **rows: int) -> dict[str, str]:
        first, end = rows.get("from", 0), rows.get("to", PER_SAMPLE)
        return self._judge(self._sample(sample), alphas, first, end)

    def _judge(
        self, sample: tuple[Sample, Sample], alphas: list[float], first: int = 0, end: int | None = None
    ) -> dict[str, str]:
        if len(alphas) != LATENTS or not all(0 <= a <= 1 for a in alphas):
            raise ValueError(f"alphas: expected {LATENTS} numbers in [0, 1], got {alphas}")
        objective = self._objectives[self._task]
        parts = zip(("clean", "robust"), sample, strict=True)
        return {name: _text(objective.bits(part.rows(first, end), alphas)) for name, part in parts}

    def _sample(self, name: str | int) -> tuple[Sample, Sample]:
        if self._task == "":
            raise ValueError("expected begin first")
        if name not in self._samples:
            self._samples[name] = self._made(name)
        return self._samples[name]

    def _made(self, name: str | int) -> tuple[Sample, Sample]:
        objective, seed = self._objectives[self._task], self._seed
        if isinstance(name, int):
            split, draws, end = "search", 1, (name + 1) * PER_SAMPLE
            chosen = objective.choose(split, end, seed)
            chosen = chosen.take(list(range(end - PER_SAMPLE, end)))
        else:
            split, draws = "heldOut", HELD_OUT_DRAWS
            chosen = objective.choose(split, HELD_OUT, seed)
        attacked, key = objective.attack(chosen, seed), f"{split}/{seed}"
        clean = objective.sample(chosen.images, chosen, key, draws)
        return clean, objective.sample(attacked, chosen, key, draws)


def _text(bits: np.ndarray) -> str:
    return "".join("1" if bit else "0" for bit in bits)


def answers(server: Server, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        try:
            answer = server.answer(json.loads(line))
        except (ValueError, TypeError, KeyError) as error:
            answer = {"error": str(error)}
        yield json.dumps(answer)


def main() -> None:
    for answer in answers(Server(), iter(sys.stdin.readline, "")):
        print(answer, flush=True)


if __name__ == "__main__":
    main()
