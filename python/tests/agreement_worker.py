"""The bundled model's worker with two more image sets, read from a folder: the same images, clean and attacked.

The folder holds `images.json` {"ids", "labels"} and float32 images (m, 28, 28, 1) in `clean.bin` and `attacked.bin`.
Used by scripts/python-check.mjs, which compares outcomes on exactly these images.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import torch

from bo_search import Evaluator, ImageSet, serve

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "fashion_mnist_worker.py"


def evaluator(task: str | None) -> Evaluator:
    spec = importlib.util.spec_from_file_location("fashion_mnist_worker", EXAMPLE)
    assert spec is not None and spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = example
    spec.loader.exec_module(example)
    made: Evaluator = example.evaluator(task)
    folder = Path(sys.argv[1])
    known = json.loads((folder / "images.json").read_text(encoding="utf-8"))
    sets = {}
    for name in ("clean", "attacked"):
        raw = bytearray((folder / f"{name}.bin").read_bytes())
        sets[name] = ImageSet(
            torch.frombuffer(raw, dtype=torch.float32).view(-1, 1, 28, 28), known["labels"], known["ids"]
        )
    made.with_sets(sets)
    return made


if __name__ == "__main__":
    serve(evaluator)
