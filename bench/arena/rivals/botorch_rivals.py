"""BoTorch with its own defaults, optimised as Ax does it, and the loop of the paper.

SingleTaskGP as released: RBF with one lengthscale a dimension, dimension-scaled log-normal priors, inferred noise,
Standardize. Initial design: Sobol, max(5, min(2 d, budget / 5)) points, Ax's rule. Acquisition by optimize_acqf, with
`restarts` from `raw` points of each method. Recommended: the best posterior mean among the observed points, as Ax.
"""

import time
import warnings

import time
import warnings

import torch
from botorch.acquisition.analytic import ExpectedImprovement, LogExpectedImprovement
from botorch.acquisition.logei import qLogNoisyExpectedImprovement
from botorch.exceptions.errors import ModelFittingError
from botorch.fit import fit_gpytorch_mll
from botorch.models import SingleTaskGP
from botorch.models.utils.gpytorch_modules import (
    get_gaussian_likelihood_with_gamma_prior,
    get_matern_kernel_with_gamma_prior,
)
from botorch.optim import optimize_acqf
from botorch.sampling.normal import SobolQMCNormalSampler
from gpytorch.mlls import ExactMarginalLogLikelihood
from linear_operator.utils.errors import NotPSDError
from torch.quasirandom import SobolEngine

from rival import History

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
torch.set_default_dtype(torch.double)


def sobol_points(n, dimension, seed):
    """Scrambled points, shape (n, d); the engine itself cannot draw none."""
    return SobolEngine(dimension, scramble=True, seed=seed).draw(max(1, n)).double()[:n]


class BotorchLoop:
    """Sobol points, then fit, maximise, tell; what differs is in the class attributes and `acquisition`."""

    restarts = 20
    raw = 1024
    options = {"batch_limit": 20, "init_batch_limit": 128}

    def __init__(self, task):
        self.task = task
        self.history = History(task)
        self.initial = sobol_points(self.initial_size(), task.dimension, task.seed)
        self.state = None  # hyper-parameters of the last fit, where the next one starts, as in Ax
        self.fitted = None  # (number of points, model, CPU seconds of the fit)
        self.degraded = 0
        self.borrowed_cpu = 0.0
        torch.manual_seed(task.seed)

    def initial_size(self):
        """Sobol points beside the enqueued ones, which count as initial design."""
        whole = max(5, min(2 * self.task.dimension, self.task.budget // 5))
        return max(0, whole - len(self.task.points))

    def ask(self):
        enqueued = self.history.next_enqueued()
        if enqueued is not None:
            return enqueued
        at = len(self.history.points) - len(self.task.points)
        if at < len(self.initial):
            return self.initial[at].tolist()
        model = self.model()
        bounds = torch.stack([torch.zeros(self.task.dimension), torch.ones(self.task.dimension)])
        try:
            point, _ = optimize_acqf(
                self.acquisition(model), bounds, q=1, num_restarts=self.restarts, raw_samples=self.raw, options=self.options
            )
            return point[0].clamp(0, 1).tolist()
        except NotPSDError:
            self.degraded += 1
            return torch.rand(self.task.dimension).tolist()

    def tell(self, point, value):
        self.history.add(point, value)

    def recommend(self):
        if len(self.history.points) < 2:
            return self.history.best_observed()
        model = self.model()
        with torch.no_grad():
            mean = model.posterior(self.inputs()).mean.squeeze(-1)
        return self.history.points[int(mean.argmax())]

    def inputs(self):
        return torch.tensor(self.history.points)

    def targets(self):
        return self.task.sign * torch.tensor(self.history.values).unsqueeze(-1)

    def model(self):
        """The model of all points so far, fitted once; an ask that finds it fitted owes what the fit cost."""
        n = len(self.history.points)
        if self.fitted is not None and self.fitted[0] == n:
            self.borrowed_cpu += self.fitted[2]
            return self.fitted[1]
        before = time.process_time()
        model = self.fresh_model()
        self.fitted = (n, model, time.process_time() - before)
        return model

    def fresh_model(self):
        model = self.unfitted_model()
        if self.state is not None:
            self.restore(model)
        try:
            fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
            self.state = {name: value.detach().clone() for name, value in model.named_parameters()}
        except (ModelFittingError, NotPSDError):
            self.degraded += 1
            model = self.unfitted_model()
        model.eval()
        return model

    def unfitted_model(self):
        return SingleTaskGP(self.inputs(), self.targets())

    def restore(self, model):
        with torch.no_grad():
            for name, value in model.named_parameters():
                value.copy_(self.state[name])


class LogEi(BotorchLoop):
    """Analytic log expected improvement over the best observed value."""

    def acquisition(self, model):
        return LogExpectedImprovement(model, best_f=self.targets().max())


class QLogNei(BotorchLoop):
    """Noisy log expected improvement, Ax's default: over all observed points, pruned."""

    restarts = 10
    raw = 512
    samples = 128

    def acquisition(self, model):
        sampler = SobolQMCNormalSampler(torch.Size([self.samples]), seed=self.task.seed)
        return qLogNoisyExpectedImprovement(model, self.inputs(), sampler=sampler, prune_baseline=True)


class Paper(BotorchLoop):
    """The paper's loop: plain expected improvement, raw targets, 8 restarts from 32 raw points, 5 starting points.

    The model is what SingleTaskGP was until BoTorch 0.11 (Matern 5/2 with an output scale and Gamma priors): with the
    defaults of today, which have no output scale and expect standardised targets, raw targets do far worse.
    """

    restarts = 8
    raw = 32

    def initial_size(self):
        return 5 if not self.task.points else 0

    def unfitted_model(self):
        return SingleTaskGP(
            self.inputs(),
            self.targets(),
            outcome_transform=None,
            covar_module=get_matern_kernel_with_gamma_prior(self.task.dimension),
            likelihood=get_gaussian_likelihood_with_gamma_prior(),
        )

    def acquisition(self, model):
        return ExpectedImprovement(model, best_f=self.targets().max())
