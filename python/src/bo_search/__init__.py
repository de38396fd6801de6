"""bo-search for PyTorch: lets the search learn how to purify images with a model of yours, and applies what it learned.

`serve(Evaluator(...))` makes a model an evaluator of `bo-search run`; `load_schedules(path)` reads what came out.
"""

from bo_search.attacks import FgsmL2, PgdL2, run_attack
from bo_search.errors import (
    ArgumentError,
    BoSearchError,
    ImagesError,
    ModelError,
    NonFiniteError,
    RequestError,
    ScheduleError,
)
from bo_search.purify import FusedPurifier, Latent, LatentWalk, ParallelCodes, PriorNoise
from bo_search.schedule import Schedule, SchedulePurifier, Schedules, load_schedules
from bo_search.version import VERSION as __version__
from bo_search.worker import Evaluator, ImageSet, reserve_stdout, serve

__all__ = [
    "ArgumentError",
    "BoSearchError",
    "Evaluator",
    "FgsmL2",
    "FusedPurifier",
    "ImageSet",
    "ImagesError",
    "Latent",
    "LatentWalk",
    "ModelError",
    "NonFiniteError",
    "ParallelCodes",
    "PgdL2",
    "PriorNoise",
    "RequestError",
    "Schedule",
    "ScheduleError",
    "SchedulePurifier",
    "Schedules",
    "__version__",
    "load_schedules",
    "reserve_stdout",
    "run_attack",
    "serve",
]
