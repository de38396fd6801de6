"""Optuna 5 as released: GPSampler with its defaults, TPESampler with multivariate=True, as numeric spaces want it.

Recommended: study.best_trial.
"""

import warnings

import optuna
import optuna._gp.acqf  # loaded late by the sampler: its time is no ask's
import optuna._gp.gp
import optuna._gp.optim_mixed
import optuna._gp.optim_sample
import optuna._gp.qmc
import scipy.stats.qmc  # noqa: F401
import torch

from rival import History

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
optuna.logging.set_verbosity(optuna.logging.ERROR)


class OptunaLoop:
    def __init__(self, task):
        self.names = [f"x{j}" for j in range(task.dimension)]
        self.space = {name: optuna.distributions.FloatDistribution(0, 1) for name in self.names}
        self.study = optuna.create_study(direction=task.direction, sampler=self.sampler(task.seed))
        for point in task.points:
            self.study.enqueue_trial(dict(zip(self.names, point)))
        self.history = History(task)
        self.trial = None
        self.degraded = 0

    def ask(self):
        self.trial = self.study.ask(self.space)
        return [self.trial.params[name] for name in self.names]

    def tell(self, point, value):
        self.history.add(point, value)
        self.study.tell(self.trial, value)

    def recommend(self):
        return [self.study.best_trial.params[name] for name in self.names]


class OptunaGp(OptunaLoop):
    def sampler(self, seed):
        return optuna.samplers.GPSampler(seed=seed)


class OptunaTpe(OptunaLoop):
    def sampler(self, seed):
        return optuna.samplers.TPESampler(seed=seed, multivariate=True)
