"""Records margins of the bundled objective: `python record.py --work DIR [--journals 'runs/study/fashion-mnist/{task}/*/bayes/out/study.jsonl']`.

800 images of the search split a task, balanced over its classes, in four blocks of 200; each alpha is judged on one
block (clean and attacked), points to check on all four. The noise of an image is the same for every alpha, as in a
search. Writes DIR/<task>.npz every 100 points.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from design import around, close_points, first_design, journal_points, pairs_to_check
from fast import FastObjective, Sample

SEED = 7001
IMAGES = 800
BLOCKS = 4
PER_BLOCK = IMAGES // BLOCKS
FIRST = 3600
SECOND = 1600
CHECKS = 150
CLOSE_BASES = 16
# Best points of the first part, by mean score less the block's mean, that the second part goes around.
BEST = 40


class Recording:
    """alphas (n, 12), block (n) with −1 for all blocks, margins float16 (n, 2, 200) or for checks (n, 2, 800)."""

    def __init__(self, task: str, work: Path, journals: str) -> None:
        self.task = task
        self.file = work / f"{task}.npz"
        self.objective = FastObjective(task)
        rng = np.random.default_rng([SEED, ["coarse", "fine"].index(task)])
        files = sorted(Path("/").glob(journals.format(task=task).lstrip("/"))) if journals else []
        self.journals = journal_points(files, task)
        self.alphas = first_design(rng, self.journals, FIRST).astype(np.float32)
        self.checks = pairs_to_check(rng, self.journals[1], CHECKS).astype(np.float32)
        self.rng = rng
        self.blocks = rng.permutation(np.arange(FIRST + SECOND) % BLOCKS)
        self.samples = self._samples()
        self.margins = np.zeros((FIRST + SECOND, 2, PER_BLOCK), np.float16)
        self.check_margins = np.zeros((CHECKS, 2, IMAGES), np.float16)
        self.done = 0
        self.checked = 0
        self.seconds = 0.0

    def step(self, count: int) -> bool:
        """Records up to `count` more points, checks spread among them; False when all is there."""
        start = time.process_time()
        for _ in range(count):
            if self.done == FIRST and len(self.alphas) == FIRST:
                self._around_the_best()
            if self.done < FIRST + SECOND:
                clean, attacked = self.samples[self.blocks[self.done]]
                self.margins[self.done] = self._judge(self.alphas[self.done], clean, attacked)
                self.done += 1
            if self.checked * (FIRST + SECOND) < self.done * CHECKS:
                self._on_all(self.checks[self.checked], self.check_margins[self.checked])
                self.checked += 1
        self.seconds += time.process_time() - start
        return self.done < FIRST + SECOND or self.checked < CHECKS

    def close(self) -> None:
        """Records CLOSE_BASES points with their close neighbours on all images into <task>-close.npz."""
        rng = np.random.default_rng([SEED, 2])
        alphas = close_points(rng, self.journals[1], CLOSE_BASES).astype(np.float32)
        margins = np.zeros((len(alphas), 2, IMAGES), np.float16)
        for row, point in zip(margins, alphas, strict=True):
            self._on_all(point, row)
        np.savez(self.file.with_name(f"{self.task}-close.npz"), alphas=alphas, margins=margins)

    def save(self) -> None:
        np.savez(
            self.file,
            alphas=self.alphas[: self.done],
            blocks=self.blocks[: self.done],
            margins=self.margins[: self.done],
            check_alphas=self.checks[: self.checked],
            check_margins=self.check_margins[: self.checked],
            labels=self.labels,
            ids=np.array(self.ids),
            seconds=self.seconds,
        )

    def _on_all(self, alphas: np.ndarray, row: np.ndarray) -> None:
        for b, (clean, attacked) in enumerate(self.samples):
            row[:, b * PER_BLOCK : (b + 1) * PER_BLOCK] = self._judge(alphas, clean, attacked)

    def _judge(self, alphas: np.ndarray, clean: Sample, attacked: Sample) -> np.ndarray:
        return np.stack([self.objective.margins(part, alphas.tolist()) for part in (clean, attacked)])

    def _around_the_best(self) -> None:
        scores = (self.margins[:FIRST] > 0).mean((1, 2))
        blocks = self.blocks[:FIRST]
        means = np.array([scores[blocks == b].mean() for b in range(BLOCKS)])
        best = np.argsort(-(scores - means[blocks]))[:BEST]
        rows = around(self.rng, self.alphas[best].astype(float), SECOND)
        self.alphas = np.concatenate([self.alphas, rows.astype(np.float32)])

    def _samples(self) -> list[tuple[Sample, Sample]]:
        objective = self.objective
        chosen = objective.choose("search", IMAGES, SEED)
        attacked = objective.attack(chosen, SEED)
        self.labels, self.ids = chosen.labels.numpy(), chosen.ids
        samples = []
        for b in range(BLOCKS):
            rows = list(range(b * PER_BLOCK, (b + 1) * PER_BLOCK))
            part, key = chosen.take(rows), f"search/{SEED}"
            samples.append((objective.sample(part.images, part, key), objective.sample(attacked[rows], part, key)))
        return samples


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--journals", default="", help="absolute pattern of study.jsonl files, {task} in it")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    going = [Recording(task, options.work, options.journals) for task in ("fine", "coarse")]
    for recording in going:
        recording.close()
    while going:
        going = [recording for recording in going if recording.step(100) or recording.save()]
        for recording in going:
            recording.save()
        print(*(f"{r.task} {r.done} ({r.seconds:.0f} CPU-s)" for r in going), flush=True)


if __name__ == "__main__":
    main()
