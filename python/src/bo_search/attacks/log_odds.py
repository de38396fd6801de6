"""Cross-entropy as attacks use it: its direction and its order, without its saturation.

Notation: z logits (B, K), y the true class, o = log Σ_{k≠y} e^{z_k} − z_y, the log-odds of an error. −log p_y =
log(1 + e^o) increases strictly in o, so attacks that normalise their gradient take the same path on o, where
cross-entropy's own gradient underflows for confident models (Carlini and Wagner 2017, arXiv:1608.04644, section IV).
"""

from __future__ import annotations

import torch
from torch import Tensor


def error_log_odds(logits: Tensor, labels: Tensor) -> Tensor:
    """o of every row (B), differentiable."""
    own = labels.view(-1, 1)
    others = logits.scatter(1, own, -torch.inf)
    return torch.logsumexp(others, dim=1) - logits.gather(1, own).squeeze(1)


def finite_rows(logits: Tensor) -> Tensor:
    """Whether every logit of a row is finite (B)."""
    return torch.isfinite(logits).all(dim=1)


def predicted(logits: Tensor) -> Tensor:
    """The first class with the largest logit (B); rows that are not finite have none, -1."""
    return torch.where(finite_rows(logits), logits.argmax(dim=1), -1)
