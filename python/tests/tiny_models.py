"""Small random networks for tests: parallel codes on RGB 32x32 with 7 classes, a fused twin, and models that break."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from bo_search import Evaluator, ImageSet, Latent, ParallelCodes, PriorNoise

CLASSES = ["red", "orange", "yellow", "green", "blue", "indigo", "violet"]
CODES = 5
WIDTH = 12


class Networks(nn.Module):
    """Encoder to five codes of twelve numbers, a mapping for the prior, a decoder: seeded, in eval mode."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.shrink = nn.Conv2d(3, 6, 8, stride=8)
            self.to_codes = nn.Linear(96, CODES * WIDTH)
            self.mapping = nn.Linear(8, WIDTH)
            self.to_pixels = nn.Linear(CODES * WIDTH, 3 * 8 * 8)

    def encode(self, images: Tensor) -> Tensor:
        codes: Tensor = self.to_codes(torch.tanh(self.shrink(images - 0.5)).flatten(1))
        return codes.view(-1, CODES, WIDTH)

    def prior(self, noise: Tensor, i: int, temperature: float) -> Tensor:
        return torch.tanh(self.mapping(temperature * noise)) * (i + 1) / CODES

    def decode(self, codes: Tensor) -> Tensor:
        small = self.to_pixels(codes.flatten(1)).view(-1, 3, 8, 8)
        return torch.sigmoid(nn.functional.interpolate(small, scale_factor=4.0))


LATENTS = tuple(Latent(f"w.{i}", (WIDTH,), noise=(8,)) for i in range(CODES))


def parallel_walk(seed: int = 0) -> ParallelCodes:
    networks = Networks(seed).eval()
    return ParallelCodes(
        LATENTS, encode=networks.encode, prior=networks.prior, decode=networks.decode, modules=[networks]
    )


class Fused(nn.Module):
    """The same model, purifying by itself."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self.networks = Networks(seed).eval()
        self.latents = LATENTS

    def purify(self, images: Tensor, alphas: Sequence[float], noise: PriorNoise) -> Tensor:
        codes = self.networks.encode(images)
        mixed = [
            (1 - alpha) * codes[:, i] + alpha * self.networks.prior(noise.latent(i), i, noise.temperature)
            if alpha > 0
            else codes[:, i]
            for i, alpha in enumerate(alphas)
        ]
        return self.networks.decode(torch.stack(mixed, dim=1))


def classifier(seed: int = 1) -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(nn.Conv2d(3, 8, 4, stride=4), nn.Tanh(), nn.Flatten(), nn.Linear(512, len(CLASSES))).eval()


def images(count: int, seed: int = 2) -> Tensor:
    return torch.rand((count, 3, 32, 32), generator=torch.Generator().manual_seed(seed))


def image_set(count: int, seed: int = 2, prefix: str = "img") -> ImageSet:
    return ImageSet(images(count, seed), [at % 7 for at in range(count)], [f"{prefix}-{at}" for at in range(count)])


def judged_set(count: int, seed: int = 2) -> ImageSet:
    """Images with the labels the classifier gives them, so that attacks have something to do; classes unbalanced."""
    pixels = images(count, seed)
    with torch.no_grad():
        labels = classifier()(pixels).argmax(dim=1)
    return ImageSet(pixels, labels, [f"img-{at}" for at in range(count)])


def evaluator(**options: object) -> Evaluator:
    settings: dict[str, object] = {
        "classes": CLASSES,
        "sets": {"search": image_set(70), "heldOut": image_set(35, 3, "held")},
        "task": "colours",
        "temperature": 0.8,
        **options,
    }
    return Evaluator(parallel_walk(), classifier(), **settings)  # type: ignore[arg-type]  # options are tests' own
