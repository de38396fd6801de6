"""FGSM-L2 and PGD-L2, on any classifier or on a whole defence with α = 0."""

from bo_search.attacks.run_attack import AttackResult, run_attack
from bo_search.attacks.settings import AttackSettings, FgsmL2, PgdL2
from bo_search.attacks.target import AttackTarget, ClassifierTarget, DefenceTarget

__all__ = [
    "AttackResult",
    "AttackSettings",
    "AttackTarget",
    "ClassifierTarget",
    "DefenceTarget",
    "FgsmL2",
    "PgdL2",
    "run_attack",
]
