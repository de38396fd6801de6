"""The bundled objective as one ONNX graph: alphas, cached encodings and keyed noise to logits, 1.6 times as fast as eager PyTorch.

Images, choice, attack and noise come from the Python package, which makes them as the search itself does; only the walk
and the classifier run in onnxruntime. B images, N = 12 latents, K classes; a margin is the true class's logit minus the
greatest other one, above 0 where the image is classified rightly.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python" / "src"), str(ROOT / "python" / "examples")]

import fashion_mnist_worker as bundled  # noqa: E402
from bo_search.attacks import ClassifierTarget, run_attack  # noqa: E402
from bo_search.attacks.settings import PgdL2  # noqa: E402
from bo_search.purify.noise import KeyedNoise, NoiseKey  # noqa: E402
from bo_search.worker.image_set import ChosenImages  # noqa: E402

# L2 bounds of examples/fashion-mnist/{coarse,fine}.yaml: 10 steps, the step 2.5 bounds over the steps.
BOUNDS = {"coarse": 3.0, "fine": 1.5}
# Rows of a call: fastest of 25, 50 and 100 by a little, and small in the cache.
CHUNK = 50
LATENTS = 12

torch.set_num_threads(1)


@dataclass(frozen=True)
class Sample:
    """Images of one part of a sample as the graph takes them: chunks of (contexts, noise of each draw), and labels (B)."""

    ids: tuple[str, ...]
    labels: np.ndarray
    # Per chunk: `h` and `c0`…`c11` of the encoder, and per draw `n0`…`n11`.
    chunks: tuple[tuple[dict[str, np.ndarray], tuple[dict[str, np.ndarray], ...]], ...]

    def rows(self, first: int, end: int | None) -> Sample:
        """Images first … end − 1."""
        if first == 0 and end in (None, len(self.ids)):
            return self
        end = len(self.ids) if end is None else end
        if not 0 <= first < end <= len(self.ids):
            raise ValueError(f"rows: expected a range within 0 to {len(self.ids)}, got {first} to {end}")
        chunks = []
        for at, (fixed, draws) in enumerate(self.chunks):
            cut = slice(max(0, first - at * CHUNK), max(0, end - at * CHUNK))
            if len(range(CHUNK)[cut]) > 0:
                draw_rows = tuple({name: noise[cut] for name, noise in draw.items()} for draw in draws)
                chunks.append(({name: value[cut] for name, value in fixed.items()}, draw_rows))
        return Sample(self.ids[first:end], self.labels[first:end], tuple(chunks))


class _Walk(nn.Module):
    """Algorithm 1 from cached encodings, and the classifier."""

    def __init__(self, model: bundled.Hvae, classifier: nn.Module, temperature: float) -> None:
        super().__init__()
        self.model, self.classifier, self.temperature = model, classifier, temperature

    def forward(self, alphas: Tensor, hidden: Tensor, *rest: Tensor) -> Tensor:
        state = bundled.State(rest[:LATENTS], hidden)
        for i in range(LATENTS):
            encoded = self.model.posterior(state, i)
            drawn = self.model.prior(state, i, rest[LATENTS + i], self.temperature)
            state = self.model.commit(state, i, (1 - alphas[i]) * encoded + alphas[i] * drawn)
        logits: Tensor = self.classifier(self.model.finish(state))
        return logits


class FastObjective:
    """The objective of a task, on images in any number."""

    def __init__(self, task: str) -> None:
        self.task = task
        self.evaluator = bundled.evaluator(task)
        self.temperature = 0.6
        self.session = self._exported()

    def choose(self, split: str, images: int, seed: int) -> ChosenImages:
        return self.evaluator.choose(split, images=images, seed=seed)

    def attack(self, chosen: ChosenImages, seed: int) -> Tensor:
        """The images after PGD on the bare classifier, (B, 1, 28, 28)."""
        target = ClassifierTarget(self.evaluator.classifier, self.evaluator.compute, lambda: None)
        settings = PgdL2(BOUNDS[self.task], steps=10)
        return run_attack(settings, target, chosen.images, chosen.labels, chosen.ids, seed).images

    def sample(self, images: Tensor, chosen: ChosenImages, key: str, draws: int = 1) -> Sample:
        """Encodes images (clean or attacked) and draws their noise."""
        chunks = []
        for at in range(0, len(images), CHUNK):
            rows = slice(at, at + CHUNK)
            with torch.no_grad():
                state = self.evaluator.model.begin(images[rows])
            fixed = {f"c{i}": c.numpy() for i, c in enumerate(state.contexts)}
            fixed["h"] = np.ascontiguousarray(state.hidden.numpy())
            chunks.append((fixed, tuple(self._noise(key, draw, chosen.ids[rows]) for draw in range(draws))))
        return Sample(chosen.ids, chosen.labels.numpy(), tuple(chunks))

    def logits(self, sample: Sample, alphas: Sequence[float]) -> np.ndarray:
        """Mean logits (B, K) float32 over the draws, added up in float64 as the search does."""
        a = np.asarray(alphas, dtype=np.float32)
        means = []
        for fixed, draws in sample.chunks:
            total = sum(self.session.run(None, {"a": a, **fixed, **noise})[0].astype(np.float64) for noise in draws)
            means.append(np.asarray(total) / len(draws))
        return np.concatenate(means).astype(np.float32)

    def bits(self, sample: Sample, alphas: Sequence[float]) -> np.ndarray:
        """1 where the image is classified rightly, (B) uint8."""
        return (self.logits(sample, alphas).argmax(1) == sample.labels).astype(np.uint8)

    def margins(self, sample: Sample, alphas: Sequence[float]) -> np.ndarray:
        """(B) float32."""
        logits = self.logits(sample, alphas)
        rows = np.arange(len(logits))
        true = logits[rows, sample.labels].copy()
        logits[rows, sample.labels] = -np.inf
        return true - logits.max(1)

    def _noise(self, key: str, draw: int, ids: Sequence[str]) -> dict[str, np.ndarray]:
        drawn = KeyedNoise().latents(NoiseKey(key, draw), self.evaluator.model.latents, ids)
        return {f"n{i}": n.numpy() for i, n in enumerate(drawn)}

    def _exported(self) -> onnxruntime.InferenceSession:
        model = self.evaluator.model
        walk = _Walk(model, self.evaluator.classifier, self.temperature).eval()
        names = ["a", "h", *(f"c{i}" for i in range(LATENTS)), *(f"n{i}" for i in range(LATENTS))]
        with torch.no_grad(), TemporaryDirectory() as folder:
            state = model.begin(torch.zeros(2, 1, 28, 28))
            noise = [torch.zeros(2, *latent.shape) for latent in model.latents]
            args = (torch.full((LATENTS,), 0.5), state.hidden.contiguous(), *state.contexts, *noise)
            file = Path(folder) / "walk.onnx"
            batch = {name: {0: "batch"} for name in names[1:]}
            torch.onnx.export(
                walk, args, file, input_names=names, output_names=["logits"], dynamic_axes=batch, dynamo=False,
                opset_version=18,
            )  # fmt: skip
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.inter_op_num_threads = 1
            return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


__all__ = ["BOUNDS", "LATENTS", "ROOT", "ChosenImages", "FastObjective", "Sample"]
