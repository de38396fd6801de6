"""Reads a packed model folder back into torch: what evaluate.py and make_fixtures.py measure is what is shipped.

fp16 weights are upcast to fp32; every hash in the manifest is checked.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file
from torch import Tensor

from classifier import Classifier, ClassifierConfig
from model import Hvae


@dataclass(frozen=True)
class Pool:
    """images float32 (n, 1, 28, 28) in [0, 1]; fine and coarse labels int64 (n,); ids."""

    images: Tensor
    fine: Tensor
    coarse: Tensor
    ids: list[str]

    def labels(self, task: str) -> Tensor:
        return self.fine if task == "fine" else self.coarse

    def take(self, indices: Tensor) -> Pool:
        picked = [self.ids[i] for i in indices.tolist()]
        return Pool(self.images[indices], self.fine[indices], self.coarse[indices], picked)


@dataclass(frozen=True)
class PackedModel:
    """A manifest with everything it names, in eval mode and without parameter gradients."""

    folder: Path
    manifest: dict
    hvae: Hvae
    classifiers: dict[str, Classifier]
    pools: dict[str, Pool]


def torch_name(packed: str) -> str:
    """The inverse of pack.packed_name."""
    return packed.replace("latents.", "groups.").replace(".kernel", ".weight")


def torch_tensor(array: np.ndarray) -> Tensor:
    """HWIO -> OIHW, (in, out) -> (out, in), upcast to fp32."""
    tensor = torch.from_numpy(array.astype(np.float32))
    if tensor.ndim == 4:
        return tensor.permute(3, 2, 0, 1).contiguous()
    return tensor.t().contiguous() if tensor.ndim == 2 else tensor


def checked_path(folder: Path, entry: dict) -> Path:
    """The file of a manifest entry, after comparing its hash."""
    path = folder / entry["file"]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != entry["sha256"]:
        raise ValueError(f"{path}: expected sha256 {entry['sha256']}, got {digest}")
    return path


def load_weights(module: torch.nn.Module, path: Path) -> None:
    module.load_state_dict({torch_name(k): torch_tensor(v) for k, v in load_file(path).items()})
    module.eval().requires_grad_(False)


def load_pool(folder: Path, entry: dict, coarse_from_fine: list[int]) -> Pool:
    raw = gzip.decompress(checked_path(folder, entry).read_bytes())
    pixels = torch.frombuffer(bytearray(raw), dtype=torch.uint8).view(-1, 1, 28, 28)
    fine = torch.tensor(entry["labels"])
    return Pool(pixels.float() / 255, fine, torch.tensor(coarse_from_fine)[fine], entry["ids"])


def load_model(folder: Path) -> PackedModel:
    manifest = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    hvae = Hvae()
    load_weights(hvae, checked_path(folder, manifest["weights"]))
    classifiers = {}
    for task, entry in manifest["tasks"].items():
        classifiers[task] = Classifier(ClassifierConfig(len(entry["classes"])))
        load_weights(classifiers[task], checked_path(folder, entry["classifier"]))
    images_path = checked_path(folder, manifest["images"])
    images = json.loads(images_path.read_text(encoding="utf-8"))
    from_fine = manifest["tasks"]["coarse"]["fromFine"]
    pools = {name: load_pool(images_path.parent, entry, from_fine) for name, entry in images["splits"].items()}
    return PackedModel(folder, manifest, hvae, classifiers, pools)
