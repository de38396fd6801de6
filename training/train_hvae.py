"""Trains the HVAE on the `train` split by a weighted ELBO, and saves the moving average of its weights.

    python training/train_hvae.py --cache CACHE --out hvae-seed0.pt --seed 0

Objective per image: |x - x'|^2 / (2 * 0.1^2) + sum_i w_i(t) * KL(q_i | p_i), in nats. The weights w of the three
scales go linearly from WarmUp.start_weights to 1 during the first half of training: a low start keeps the coarse codes
alive, a high start keeps the fine codes from taking all.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from data import Split, load_splits
from model import Hvae

PIXEL_SIGMA = 0.1
BALANCE_FLOOR = 0.05
LEARNING_RATE = 2e-3
BATCH = 64
AVERAGE = 0.999
CLIP_NORM = 300.0
REPORT_EVERY = 200  # steps


@dataclass(frozen=True)
class WarmUp:
    """KL weights of the first half of training.

    `balance` multiplies a latent's weight by its share of its scale's KL (1 on average, at least BALANCE_FLOOR), so
    that information spreads over the groups of a scale (an idea of Vahdat & Kautz 2020).
    """

    fine_weight: float
    balance: bool

    @property
    def start_weights(self) -> dict[int, float]:
        """By scale size."""
        return {1: 0.1, 4: 0.5, 8: self.fine_weight}


def gaussian_kl(d_mean: Tensor, d_log_sigma: Tensor, log_sigma_p: Tensor) -> Tensor:
    """KL(N(mu_p + d_mu, sigma_p e^d_log_sigma) | N(mu_p, sigma_p)) in nats, summed over all but the batch."""
    square = (d_mean * torch.exp(-log_sigma_p)) ** 2
    terms = 0.5 * (square + torch.exp(2 * d_log_sigma) - 1) - d_log_sigma
    return terms.flatten(1).sum(1)


def elbo_terms(model: Hvae, images: Tensor, generator: torch.Generator | None) -> tuple[Tensor, Tensor]:
    """(squared error (B,), KL (B, N)) with z sampled from q; posterior means instead if `generator` is None."""
    state = model.begin(images)
    kls = []
    for i in range(len(model.latents)):
        mean_p, log_sigma_p = model.prior_parameters(state, i)
        d_mean, d_log_sigma = model.posterior_deltas(state, i)
        kls.append(gaussian_kl(d_mean, d_log_sigma, log_sigma_p))
        z = mean_p + d_mean
        if generator is not None:
            z = z + torch.exp(log_sigma_p + d_log_sigma) * torch.randn(z.shape, generator=generator)
        state = model.commit(state, i, z)
    error = (model.decode(state) - images) ** 2
    return error.flatten(1).sum(1), torch.stack(kls, dim=1)


def kl_weights(model: Hvae, kl: Tensor, progress: float, warm_up: WarmUp) -> Tensor:
    """(N,) weights at `progress` in [0, 1] of training, given the batch's mean KL (N,) of each latent."""
    share = min(1.0, 2.0 * progress)
    weights = []
    for i, (_, scale) in enumerate(model.latents):
        peers = [k for j, k in enumerate(kl.tolist()) if model.latents[j][1].size == scale.size]
        balance = max(BALANCE_FLOOR, kl[i].item() * len(peers) / max(sum(peers), 1e-6)) if warm_up.balance else 1.0
        weights.append(warm_up.start_weights[scale.size] * balance * (1 - share) + share)
    return torch.tensor(weights)


def learning_rate(progress: float) -> float:
    """Constant for 40 % of training, then a cosine to 0."""
    return LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * max(0.0, (progress - 0.4) / 0.6)))


def to_images(split: Split) -> Tensor:
    """float32 (n, 1, 28, 28) in [0, 1]."""
    return torch.from_numpy(split.images).float().div(255).unsqueeze(1)


@torch.no_grad()
def update_average(average: nn.Module, model: nn.Module, step: int) -> None:
    """Exponential moving average of the parameters, faster during the first steps."""
    decay = min(AVERAGE, (1 + step) / (10 + step))
    torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - decay)


@torch.no_grad()
def validate(model: Hvae, images: Tensor) -> dict:
    """Mean squared error per pixel at the posterior means, and KL per latent, over the validation split."""
    error, kl = elbo_terms(model, images, None)
    return {"mse": error.mean().item() / 784, "kl": [round(v, 2) for v in kl.mean(0).tolist()]}


def train(cache: Path, seed: int, steps: int, warm_up: WarmUp) -> tuple[Hvae, dict]:
    splits = load_splits(cache)
    images, held = to_images(splits["train"]), to_images(splits["validation"])
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = Hvae().to(memory_format=torch.channels_last)
    average = copy.deepcopy(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.99))
    start, order = time.process_time(), torch.empty(0, dtype=torch.long)
    for step in range(steps):
        if len(order) < BATCH:
            order = torch.randperm(len(images), generator=generator)
        batch, order = images[order[:BATCH]], order[BATCH:]
        progress = step / steps
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(progress)
        batch = batch.contiguous(memory_format=torch.channels_last)
        error, kl = elbo_terms(model, batch, generator)
        weights = kl_weights(model, kl.detach().mean(0), progress, warm_up)
        loss = (error / (2 * PIXEL_SIGMA**2) + kl @ weights).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
        optimizer.step()
        update_average(average, model, step)
        if (step + 1) % REPORT_EVERY == 0 or step + 1 == steps:
            line = {"step": step + 1, "cpuSeconds": round(time.process_time() - start, 1), "loss": loss.item()}
            line |= validate(average, held[:500])
            print(json.dumps(line), flush=True)
    facts = {"seed": seed, "steps": steps, "batch": BATCH, "cpuSeconds": round(time.process_time() - start, 1)}
    facts["warmUp"] = asdict(warm_up)
    return average, facts | validate(average, held)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=4500)
    parser.add_argument("--fine-weight", type=float, default=3.0, help="KL weight of the 8x8 latents at the start")
    parser.add_argument("--balance", action="store_true", help="balance the KL within each scale at the start")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model, facts = train(args.cache, args.seed, args.steps, WarmUp(args.fine_weight, args.balance))
    torch.save({"state": model.state_dict(), "facts": facts}, args.out)
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
