"""The bundled Fashion-MNIST model as PyTorch, made an evaluator: what an evaluator of a model of your own looks like.

The part that matters is `evaluator`, at the end; the rest reads the packed files and rebuilds the networks.

    npx bo-search run search.yaml --out runs/a     # with evaluator: { command: [python, fashion_mnist_worker.py] }
    FASHION_MNIST=path/to/examples/fashion-mnist   # where the packed model is, if not beside this repository's python/
"""

from __future__ import annotations

import gzip
import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bo_search import Evaluator, ImageSet, Latent, serve

FOLDER = Path(os.environ.get("FASHION_MNIST", Path(__file__).resolve().parents[2] / "examples" / "fashion-mnist"))


def depth_to_space(x: Tensor, block: int) -> Tensor:
    """(B, block·block·C, H, W) -> (B, C, block·H, block·W), channel (dy·block + dx)·C + c."""
    batch, channels, height, width = x.shape
    depth = channels // (block * block)
    moved = x.reshape(batch, block, block, depth, height, width).permute(0, 3, 4, 1, 5, 2)
    return moved.reshape(batch, depth, height * block, width * block)


def soft_clamp(x: Tensor, bound: float) -> Tensor:
    return bound * torch.tanh(x / bound)


class Cell(nn.Module):
    """x + expand(silu(mix(silu(reduce(x)))))."""

    def __init__(self, channels: int, middle: int, kernel: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(channels, middle, 1)
        self.mix = nn.Conv2d(middle, middle, kernel, padding=kernel // 2)
        self.expand = nn.Conv2d(middle, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.expand(F.silu(self.mix(F.silu(self.reduce(x)))))
        return out


class LatentNetworks(nn.Module):
    """The networks of one latent; the first has no prior network, its prior is N(0, 1)."""

    def __init__(self, scale: dict[str, int], first: bool) -> None:
        super().__init__()
        channels, middle, z, kernel = (scale[key] for key in ("channels", "middle", "z", "kernel"))
        self.context = nn.Conv2d(channels, middle, 1)
        self.merge = nn.Conv2d(channels, middle, 1, bias=False)
        self.posterior_mix = nn.Conv2d(middle, middle, kernel, padding=kernel // 2)
        self.posterior_head = nn.Conv2d(middle, 2 * z, 1)
        self.prior_head = None if first else nn.Conv2d(channels, 2 * z, 1)
        self.inject = nn.Conv2d(z, channels, 1, bias=False)
        self.cell = Cell(channels, middle, kernel)


class Encoder(nn.Module):
    """Padded images to one feature tensor a scale, coarsest first."""

    def __init__(self, stem: tuple[int, int], scales: list[dict[str, int]], cells: int) -> None:
        super().__init__()
        coarse, middle, fine = (scale["channels"] for scale in scales)
        self.stem = nn.Conv2d(1, stem[0], 3, stride=2, padding=1)
        self.stem_cell = Cell(*stem, 3)
        self.down_fine = nn.Conv2d(stem[0], fine, 3, stride=2, padding=1)
        self.down_middle = nn.Conv2d(fine, middle, 3, stride=2, padding=1)
        self.down_coarse = nn.Conv2d(middle, coarse, scales[1]["size"])
        self.cells = nn.ModuleList(
            nn.Sequential(*(Cell(s["channels"], s["middle"], s["kernel"]) for _ in range(cells))) for s in scales
        )

    def forward(self, padded: Tensor) -> list[Tensor]:
        fine = self.cells[2](self.down_fine(self.stem_cell(self.stem(padded))))
        middle = self.cells[1](self.down_middle(fine))
        return [self.cells[0](self.down_coarse(middle)), middle, fine]


@dataclass(frozen=True)
class State:
    """The encoder's contexts of every latent, and the decoder's hidden tensor before the next one."""

    contexts: tuple[Tensor, ...]
    hidden: Tensor


class Hvae(nn.Module):
    """A `LatentWalk`: latents on three scales, each a Gaussian whose prior depends on those before it."""

    def __init__(self, architecture: dict[str, Any]) -> None:
        super().__init__()
        self.scales = architecture["scales"]
        self.pad = architecture["padImage"]
        self.bound = architecture["logSigmaBound"]
        self.scale_of = [at for at, scale in enumerate(self.scales) for _ in range(scale["groups"])]
        coarse, middle, fine = self.scales
        stem = (architecture["stemChannels"], architecture["stemMiddle"])
        self.encoder = Encoder(stem, self.scales, architecture["encoderCells"])
        self.initial = nn.Parameter(torch.zeros(coarse["channels"]))
        self.groups = nn.ModuleList(LatentNetworks(self.scales[at], i == 0) for i, at in enumerate(self.scale_of))
        self.up_middle = nn.Conv2d(coarse["channels"], middle["size"] ** 2 * middle["channels"], 1)
        self.up_fine = nn.Conv2d(middle["channels"], 4 * fine["channels"], 1)
        self.head_up = nn.Conv2d(fine["channels"], 4 * stem[0], 1)
        self.head_cell = Cell(*stem, 3)
        self.head_pixels = nn.Conv2d(stem[0], 4, 3, padding=1)

    @property
    def latents(self) -> list[Latent]:
        sizes = [(s["size"], g, s["z"]) for s in self.scales for g in range(s["groups"])]
        return [Latent(f"{size}x{size}.{group}", (z, size, size)) for size, group, z in sizes]

    def begin(self, images: Tensor) -> State:
        features = self.encoder(F.pad(images, (self.pad,) * 4))
        contexts = tuple(self._networks(i).context(features[at]) for i, at in enumerate(self.scale_of))
        return State(contexts, self.initial.view(1, -1, 1, 1).expand(len(images), -1, -1, -1))

    def posterior(self, state: State, i: int) -> Tensor:
        group = self._networks(i)
        mixed = group.posterior_mix(F.silu(state.contexts[i] + group.merge(state.hidden)))
        shift: Tensor = group.posterior_head(F.silu(mixed)).chunk(2, dim=1)[0]
        return shift if group.prior_head is None else self._prior_parameters(state, i)[0] + shift

    def prior(self, state: State, i: int, noise: Tensor, temperature: float) -> Tensor:
        if self._networks(i).prior_head is None:
            return temperature * noise
        mean, log_sigma = self._prior_parameters(state, i)
        return mean + temperature * log_sigma.exp() * noise

    def commit(self, state: State, i: int, z: Tensor) -> State:
        group = self._networks(i)
        hidden: Tensor = group.cell(state.hidden + group.inject(z))
        if i + 1 < len(self.scale_of) and self.scale_of[i + 1] != self.scale_of[i]:
            first = self.scale_of[i] == 0
            hidden = depth_to_space(
                *((self.up_middle(hidden), self.scales[1]["size"]) if first else (self.up_fine(hidden), 2))
            )
        return State(state.contexts, hidden)

    def finish(self, state: State) -> Tensor:
        decoded = self.head_cell(depth_to_space(self.head_up(state.hidden), 2))
        pixels = depth_to_space(self.head_pixels(decoded), 2)
        return pixels[:, :, self.pad : -self.pad, self.pad : -self.pad].clamp(0.0, 1.0)

    def _networks(self, i: int) -> LatentNetworks:
        group = self.groups[i]
        assert isinstance(group, LatentNetworks)
        return group

    def _prior_parameters(self, state: State, i: int) -> tuple[Tensor, Tensor]:
        head = self._networks(i).prior_head
        assert head is not None
        mean, log_sigma = head(F.silu(state.hidden)).chunk(2, dim=1)
        return mean, soft_clamp(log_sigma, self.bound)


class Classifier(nn.Module):
    """Four convolutions and a dense layer: images (B, 1, 28, 28) to logits (B, K)."""

    def __init__(self, channels: list[int], classes: int) -> None:
        super().__init__()
        steps = zip([1, *channels[:-1]], channels, [1, 2, 2, 2], strict=True)
        self.conv = nn.ModuleList(nn.Conv2d(a, b, 3, stride=stride, padding=1) for a, b, stride in steps)
        self.dense = nn.Linear(16 * channels[-1], classes)

    def forward(self, images: Tensor) -> Tensor:
        x = images
        for conv in self.conv:
            x = F.relu(conv(x))
        logits: Tensor = self.dense(x.permute(0, 2, 3, 1).flatten(1))
        return logits


def load_safetensors(path: Path) -> dict[str, Tensor]:
    """Tensors of a safetensors file of half or single precision, as float32: a header in JSON, then raw numbers."""
    raw = bytearray(path.read_bytes())
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    types = {"F16": torch.float16, "F32": torch.float32}
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start = 8 + length + entry["data_offsets"][0]
            count = math.prod(entry["shape"])
            values = torch.frombuffer(raw, dtype=types[entry["dtype"]], count=count, offset=start)
            tensors[name] = values.float().reshape(entry["shape"])
    return tensors


def load_weights(module: nn.Module, path: Path) -> None:
    """Kernels are packed (kh, kw, in, out) and (in, out), and named as in TensorFlow."""
    state = {}
    for name, tensor in load_safetensors(path).items():
        own = name.replace("latents.", "groups.").replace(".kernel", ".weight")
        state[own] = tensor.permute(3, 2, 0, 1) if tensor.dim() == 4 else tensor.t() if tensor.dim() == 2 else tensor
    module.load_state_dict(state)


def load_images(split: str, from_fine: list[int]) -> ImageSet:
    """A packed split, with the labels of a task."""
    manifest = json.loads((FOLDER / "images.json").read_text(encoding="utf-8"))["splits"][split]
    raw = bytearray(gzip.decompress((FOLDER / manifest["file"]).read_bytes()))
    pixels = torch.frombuffer(raw, dtype=torch.uint8).view(-1, 1, 28, 28)
    return ImageSet(pixels, [from_fine[label] for label in manifest["labels"]], manifest["ids"])


def evaluator(task: str | None) -> Evaluator:
    """The evaluator of a task, `coarse` (default) or `fine`."""
    name = task or "coarse"
    manifest = json.loads((FOLDER / "model.json").read_text(encoding="utf-8"))
    spec = manifest["tasks"][name]
    model = Hvae(manifest["architecture"])
    load_weights(model, FOLDER / manifest["weights"]["file"])
    classifier = Classifier(spec["classifier"]["architecture"]["channels"], len(spec["classes"]))
    load_weights(classifier, FOLDER / spec["classifier"]["file"])
    return Evaluator(
        model,
        classifier,
        name=manifest["name"],
        task=name,
        classes=spec["classes"],
        sets={split: load_images(split, spec["fromFine"]) for split in ("search", "heldOut")},
        temperature=manifest["temperature"],
        device="cuda" if torch.cuda.is_available() else "cpu",
        micro_batch=100,
    )


if __name__ == "__main__":
    serve(evaluator)
