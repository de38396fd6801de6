"""CMA-ES from pycma with its defaults: bounds [0, 1], initial sd 0.25, from the centre or the best enqueued point.

Recommended: the mean of its distribution, or the best point seen; `recommend_also` gives the other one.
"""

import warnings

import cma
import numpy as np

from rival import History

warnings.filterwarnings("ignore")

SIGMA = 0.25


class CmaEs:
    def __init__(self, task):
        self.task = task
        self.history = History(task)
        self.es = None
        self.waiting = []  # of the generation asked for, not yet handed out
        self.told = []  # (point as pycma made it, loss) of the generation
        self.asked = None
        self.degraded = 0

    def ask(self):
        enqueued = self.history.next_enqueued()
        if enqueued is not None:
            return enqueued
        if self.es is None:
            self.es = self.begin()
        if not self.waiting:
            self.waiting = list(self.es.ask())
        self.asked = self.waiting.pop(0)
        return [float(v) for v in np.clip(self.asked, 0, 1)]

    def tell(self, point, value):
        self.history.add(point, value)
        if self.asked is None:
            return
        self.told.append((self.asked, -self.task.sign * value))
        self.asked = None
        if not self.waiting:
            self.es.tell([x for x, _ in self.told], [loss for _, loss in self.told])
            self.told = []

    def recommend(self):
        return self.history.best_observed()

    def recommend_also(self):
        if self.es is None or self.es.countiter == 0:
            return self.history.best_observed()
        return [float(v) for v in np.clip(self.es.result.xfavorite, 0, 1)]

    def begin(self):
        start = self.history.best_observed() if self.task.points else [0.5] * self.task.dimension
        options = {"bounds": [0, 1], "seed": self.task.seed + 1, "verbose": -9, "maxiter": 10**9, "tolfun": 0, "tolx": 0}
        return cma.CMAEvolutionStrategy(start, SIGMA, options)
