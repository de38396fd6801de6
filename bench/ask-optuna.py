"""CPU seconds of every ask of Optuna's GPSampler on BinomialAlpha-d: python ask-optuna.py d evaluations seed.

Prints one JSON object: seconds (one number an ask) and versions. One thread; the objective is the function of
bench/problems/functions.mjs at a random shift of its own, told as the share of 64 successes.
"""

import json
import sys
import time
import warnings

import numpy as np
import optuna
import scipy
import torch

IMAGES = 64


def binomial_alpha(d, rng):
    j = np.arange(d)
    peak = 0.5 + 0.35 * np.sin(1.7 * j + 0.4)
    w = 0.88**j
    w = w / w.sum()
    slack = 0.4 - np.abs(peak - 0.5)
    shift = rng.uniform(-slack, slack)
    order = rng.permutation(d)

    def value(u):
        v = u[order] - shift
        z = (v - peak) / 0.16
        q = np.sum(w * z * z) + 0.5 * np.sum(np.sqrt(w[:-1] * w[1:]) * z[:-1] * z[1:])
        q2 = np.sum(w * ((v - (1 - peak)) / 0.16) ** 2)
        return 0.05 + 0.83 * np.exp(-q / 2) + 0.40 * np.exp(-q2 / 2)

    return value


def main():
    d, evaluations, seed = (int(a) for a in sys.argv[1:4])
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    rng = np.random.default_rng(seed)
    value = binomial_alpha(d, rng)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.GPSampler(seed=seed))
    names = [f"x{i}" for i in range(d)]
    space = {name: optuna.distributions.FloatDistribution(0, 1) for name in names}
    seconds = []
    for _ in range(evaluations):
        before = time.process_time()
        trial = study.ask(space)
        seconds.append(time.process_time() - before)
        u = np.array([trial.params[name] for name in names])
        study.tell(trial, rng.binomial(IMAGES, value(u)) / IMAGES)
    versions = {"optuna": optuna.__version__, "torch": torch.__version__, "numpy": np.__version__, "scipy": scipy.__version__}
    versions["python"] = sys.version.split()[0]
    print(json.dumps({"seconds": seconds, "versions": versions}))


if __name__ == "__main__":
    main()
