"""Reference values of the packed model for the TypeScript tests: tensors.json describes, tensors.bin holds.

    python training/make_fixtures.py --model examples/fashion-mnist --out test/fixtures/fashion-mnist

Computed in float64 from the packed fp16 weights, stored as little-endian float32. All image-like tensors are NHWC.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from attack import draw_noise
from measure import linear
from model import Hvae
from packed import PackedModel, Pool, load_model
from pack import sha256

FINE_LABELS = [3, 7, 8]  # dress, sneaker, bag: one search image of each
NOISE_SEED = 7


class TensorFile:
    """Float32 tensors one after another, with a directory of name, shape and offset (in floats)."""

    def __init__(self) -> None:
        self.directory: dict[str, dict] = {}
        self.chunks: list[np.ndarray] = []
        self.length = 0

    def add(self, name: str, tensor: Tensor) -> None:
        """Stores (B, C, H, W) as (B, H, W, C); other ranks as they are."""
        nhwc = tensor.permute(0, 2, 3, 1) if tensor.ndim == 4 else tensor
        array = np.ascontiguousarray(nhwc.detach().numpy().astype("<f4"))
        self.directory[name] = {"shape": list(array.shape), "offset": self.length}
        self.chunks.append(array.ravel())
        self.length += array.size


def walk(
    file: TensorFile, hvae: Hvae, prefix: str, images: Tensor, alphas: list[float], noise: list[Tensor], t: float
) -> Tensor:
    """One walk; stores z_i^e, and where alphas are not 0 also z_i^s and the mixed z_i, and the output."""
    state = hvae.begin(images)
    for i, alpha in enumerate(alphas):
        name = f"{prefix}.{hvae.latents[i][0]}"
        posterior = z = hvae.posterior(state, i)
        file.add(f"{name}.posterior", posterior)
        if alpha != 0:
            prior = hvae.prior(state, i, noise[i], t)
            z = (1 - alpha) * posterior + alpha * prior
            file.add(f"{name}.prior", prior)
            file.add(f"{name}.mixed", z)
        state = hvae.commit(state, i, z)
    output = hvae.finish(state)
    file.add(f"{prefix}.output", output)
    return output


def reconstruct(hvae: Hvae, images: Tensor) -> Tensor:
    """The alpha = 0 output, differentiable."""
    state = hvae.begin(images)
    for i in range(len(hvae.latents)):
        state = hvae.commit(state, i, hvae.posterior(state, i))
    return hvae.finish(state)


def input_gradient(logits_of, images: Tensor, labels: Tensor) -> Tensor:
    """d/dx of each image's own softmax cross-entropy, (B, 1, 28, 28)."""
    x = images.clone().requires_grad_(True)
    loss = F.cross_entropy(logits_of(x), labels, reduction="sum")
    return torch.autograd.grad(loss, x)[0]


def choose(pool: Pool) -> Pool:
    """The first image of each of FINE_LABELS."""
    return pool.take(torch.tensor([(pool.fine == label).nonzero()[0].item() for label in FINE_LABELS]))


def fill(file: TensorFile, packed: PackedModel, pool: Pool, alphas: list[float], temperature: float) -> None:
    hvae, images = packed.hvae.double(), pool.images.double()
    noise = [n.double() for n in draw_noise(packed.hvae, len(images), NOISE_SEED)]
    file.add("images", images)
    for (name, _), n in zip(hvae.latents, noise):
        file.add(f"noise.{name}", n)
    outputs = {"alpha0": walk(file, hvae, "alpha0", images, [0.0] * len(alphas), noise, temperature)}
    outputs["linear"] = walk(file, hvae, "linear", images, alphas, noise, temperature)
    for task, classifier in packed.classifiers.items():
        classifier.double()
        file.add(f"{task}.logits.bare", classifier(images))
        for name, output in outputs.items():
            file.add(f"{task}.logits.{name}", classifier(output))
        labels = pool.labels(task)
        file.add(f"{task}.gradient.bare", input_gradient(classifier, images, labels))
        through = input_gradient(lambda x: classifier(reconstruct(hvae, x)), images, labels)
        file.add(f"{task}.gradient.alpha0", through)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    packed = load_model(args.model)
    pool, file = choose(packed.pools["search"]), TensorFile()
    temperature, alphas = packed.manifest["temperature"], linear(len(packed.hvae.latents))
    fill(file, packed, pool, alphas, temperature)
    binary = args.out / "tensors.bin"
    binary.write_bytes(np.concatenate(file.chunks).tobytes())
    header = {
        "weights": packed.manifest["weights"]["sha256"],
        "file": binary.name,
        "sha256": sha256(binary),
        "layout": "float32 little-endian, NHWC with batch",
        "ids": pool.ids,
        "labels": {"fine": pool.fine.tolist(), "coarse": pool.coarse.tolist()},
        "temperature": temperature,
        "alphas": {"alpha0": [0.0] * len(alphas), "linear": alphas},
        "tensors": file.directory,
    }
    (args.out / "tensors.json").write_text(json.dumps(header, indent=2) + "\n", encoding="utf-8")
    print(f"{len(file.directory)} tensors, {4 * file.length} bytes, for {pool.ids}")


if __name__ == "__main__":
    main()
