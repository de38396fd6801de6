"""What every rival offers: a class made with Task, and ask, tell, recommend on points in the unit cube.

ask() gives a list of d floats in [0, 1]; tell(point, value) takes the number ours gets, in the problem's own direction;
recommend() gives the point the rival would hand out as its result. Enqueued points are asked first, in order.
Attributes: degraded counts asks that fell back to less; borrowed_cpu, set to 0 before each ask, is what earlier work
that this ask used had cost, in CPU seconds.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Task:
    dimension: int
    direction: str  # "maximize" or "minimize"
    seed: int
    budget: int  # evaluations of the whole run, which initial designs may depend on
    points: tuple  # enqueued points, each a tuple of d floats

    @property
    def sign(self):
        """Times this, larger is better."""
        return 1.0 if self.direction == "maximize" else -1.0


class History:
    """Points and values so far, in the order of tells."""

    def __init__(self, task):
        self.task = task
        self.points = []
        self.values = []

    def add(self, point, value):
        self.points.append([float(v) for v in point])
        self.values.append(float(value))

    def best_observed(self):
        return self.points[int(np.argmax(self.task.sign * np.array(self.values)))]

    def next_enqueued(self):
        """The next enqueued point, None when all were asked. Every ask is told before the next one."""
        n = len(self.points)
        return list(self.task.points[n]) if n < len(self.task.points) else None
