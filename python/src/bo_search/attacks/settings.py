"""Settings of the attacks, checked. Bounds and steps are L2 norms over all values of an image in [0, 1]."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from bo_search.errors import ArgumentError

# No image has two points that far apart, and squares of lengths up to here stay finite when summed over an image.
_LONGEST = 1e100
# a = 2.5·ε/steps: far enough to cross the ball and turn (Madry et al. 2018 use it in their L2 challenge).
_STEP_PER_MEAN_STEP = 2.5


@dataclass(frozen=True)
class FgsmL2:
    """One step to the bound along the gradient, or along its sign as in the paper's code."""

    l2_bound: float
    direction: Literal["gradient", "sign"] = "gradient"

    name = "fgsm-l2"

    def __post_init__(self) -> None:
        _positive(self.name, "l2Bound", self.l2_bound)
        if self.direction not in ("gradient", "sign"):
            raise ArgumentError(f'{self.name}: direction: expected "gradient" or "sign", got "{self.direction}"')


@dataclass(frozen=True)
class PgdL2:
    """Projected gradient descent; `step_size` None means 2.5·ε/steps. Restarts after the first start at random."""

    l2_bound: float
    steps: int = 10
    step_size: float | None = None
    random_start: bool = False
    restarts: int = 1

    name = "pgd-l2"

    def __post_init__(self) -> None:
        _positive(self.name, "l2Bound", self.l2_bound)
        _count(self.name, "steps", self.steps)
        _count(self.name, "restarts", self.restarts)
        if self.step_size is not None:
            _positive(self.name, "stepSize", self.step_size)

    @property
    def step(self) -> float:
        """a."""
        return _STEP_PER_MEAN_STEP * self.l2_bound / self.steps if self.step_size is None else self.step_size


AttackSettings = FgsmL2 | PgdL2


def _positive(where: str, name: str, value: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not (math.isfinite(value) and value > 0):
        raise ArgumentError(f"{where}: {name}: expected a number above 0, got {value}")
    if value > _LONGEST:
        raise ArgumentError(f"{where}: {name}: expected a number above 0 and at most 1e+100, got {value}")


def _count(where: str, name: str, value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ArgumentError(f"{where}: {name}: expected an integer of at least 1, got {value}")
