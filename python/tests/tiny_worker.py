"""A worker for tests: the tiny model, with a print where a user might have one, and a task that goes slowly."""

from __future__ import annotations

import time
from typing import Any

import tiny_models
from bo_search import Evaluator, serve


def evaluator(task: str | None) -> Evaluator:
    print("a library says hello on what it takes for standard output")
    if task == "broken":
        raise RuntimeError("no such checkpoint")
    made = tiny_models.evaluator(task=task or "colours", micro_batch=2)
    if task == "slow":
        begin = made.model.begin  # type: ignore[union-attr]

        def slow(images: Any) -> Any:
            time.sleep(0.05)
            return begin(images)

        made.model.begin = slow  # type: ignore[union-attr,method-assign]
    return made


if __name__ == "__main__":
    serve(evaluator)
