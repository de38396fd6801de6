"""Writes trained models and image pools in the form bo-search reads.

    python training/pack.py images --cache CACHE --out examples/fashion-mnist
    python training/pack.py classifier --checkpoint coarse.pt --task coarse --out examples/fashion-mnist
    python training/pack.py hvae --checkpoint hvae-seed0.pt --name fashion-hvae --out examples/fashion-mnist

`hvae` writes model.json last and takes hashes from the files already there; for a second model over the same images
and classifiers give `--shared examples/fashion-mnist`: the manifest then names those files by relative path.

Weights are fp16 safetensors in TensorFlow.js layout: convolution kernels [kh, kw, in, out], dense kernels [in, out].
Torch's `weight` is called `kernel`; the rest of a name is the path of the module in model.py or classifier.py, with
`groups.i` called `latents.i`. Depth-to-space needs no reordering: layers.depth_to_space has TensorFlow's order.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor

from classifier import ClassifierConfig
from data import COARSE_FROM_FINE, FINE_CLASSES, load_splits
from model import HvaeConfig
from train_classifier import task_classes

SHIPPED_SPLITS = ["search", "attack", "heldOut"]
TEMPERATURE = 0.6


def packed_name(torch_name: str) -> str:
    """`groups.3.inject.weight` -> `latents.3.inject.kernel`."""
    return torch_name.replace("groups.", "latents.").replace(".weight", ".kernel")


def packed_array(tensor: Tensor) -> np.ndarray:
    """OIHW -> HWIO, (out, in) -> (in, out), vectors as they are; rounded to fp16."""
    array = tensor.detach().float().numpy()
    if array.ndim == 4:
        array = array.transpose(2, 3, 1, 0)
    elif array.ndim == 2:
        array = array.transpose(1, 0)
    return np.ascontiguousarray(array).astype(np.float16)


def pack_weights(state: dict[str, Tensor], path: Path) -> None:
    save_file({packed_name(name): packed_array(tensor) for name, tensor in state.items()}, path)
    path.chmod(0o644)  # the library writes owner-only files


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_json(value: object, path: Path) -> None:
    """Indented, but arrays of numbers or strings on one line; ends with a newline."""
    path.write_text(_render(value, "") + "\n", encoding="utf-8")


def _render(value: object, indent: str) -> str:
    inner = indent + "  "
    if isinstance(value, dict):
        items = [f"{inner}{json.dumps(k)}: {_render(v, inner)}" for k, v in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{indent}}}"
    if isinstance(value, (list, tuple)) and any(isinstance(v, dict) for v in value):
        return "[\n" + ",\n".join(f"{inner}{json.dumps(v)}" for v in value) + f"\n{indent}]"
    return json.dumps(value)


def pack_images(cache: Path, out: Path) -> None:
    """Writes images.json and one gzip of raw uint8 pixels (n, 28, 28) a split, in the order of its ids."""
    splits, entries = load_splits(cache), {}
    for name in SHIPPED_SPLITS:
        split, file = splits[name], out / f"images-{name}.bin.gz"
        file.write_bytes(gzip.compress(split.images.tobytes(), compresslevel=9, mtime=0))
        ids = [f"fmnist-{index:05d}" for index in split.ids]
        entries[name] = {"file": file.name, "sha256": sha256(file), "ids": ids, "labels": split.labels.tolist()}
    header = {"format": "bo-search/images", "version": 1, "height": 28, "width": 28, "channels": 1}
    write_json(header | {"classes": FINE_CLASSES, "splits": entries}, out / "images.json")


def hvae_architecture(config: HvaeConfig) -> dict:
    """The numbers of model.py, in the manifest's names."""
    scales = [
        {"size": s.size, "channels": s.channels, "middle": s.middle, "kernel": s.kernel, "z": s.z, "groups": s.groups}
        for s in config.scales
    ]
    return {
        "padImage": config.pad,
        "stemChannels": config.stem_channels,
        "stemMiddle": config.stem_middle,
        "encoderCells": config.encoder_cells,
        "scales": scales,
        "logSigmaBound": config.log_sigma_bound,
        "downPadding": [1, 1, 1, 1],
        "depthToSpace": "tensorflow",
        "output": "clamp",
    }


def classifier_architecture(config: ClassifierConfig) -> dict:
    return {"channels": list(config.channels), "strides": [1, 2, 2, 2], "kernel": 3, "padding": [1, 1, 1, 1]}


def file_entry(path: Path, base: Path) -> dict:
    """A file's path relative to the manifest's folder, and its hash."""
    return {"file": Path(os.path.relpath(path, base)).as_posix(), "sha256": sha256(path)}


def task_entry(task: str, shared: Path, out: Path) -> dict:
    classes = task_classes(task)
    from_fine = COARSE_FROM_FINE if task == "coarse" else list(range(len(FINE_CLASSES)))
    classifier = file_entry(shared / f"classifier-{task}.safetensors", out)
    classifier["architecture"] = classifier_architecture(ClassifierConfig(len(classes)))
    return {"classes": classes, "fromFine": from_fine, "classifier": classifier}


def pack_manifest(name: str, shared: Path, out: Path) -> None:
    config = HvaeConfig()
    latents = [{"name": n, "shape": [s.size, s.size, s.z]} for n, s in config.latents()]
    manifest = {
        "format": "bo-search/model",
        "version": 1,
        "name": name,
        "family": "hvae",
        "image": {"height": 28, "width": 28, "channels": 1, "range": [0, 1]},
        "architecture": hvae_architecture(config),
        "temperature": TEMPERATURE,
        "latents": latents,
        "weights": file_entry(out / "hvae.safetensors", out),
        "images": file_entry(shared / "images.json", out),
        "tasks": {task: task_entry(task, shared, out) for task in ("coarse", "fine")},
    }
    write_json(manifest, out / "model.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["images", "classifier", "hvae"])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--task", choices=["coarse", "fine"])
    parser.add_argument("--name", default="fashion-hvae")
    parser.add_argument("--shared", type=Path, help="folder of images.json and the classifiers; default: --out")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.what == "images":
        pack_images(args.cache, args.out)
        return
    state = torch.load(args.checkpoint, weights_only=True)["state"]
    file = "hvae.safetensors" if args.what == "hvae" else f"classifier-{args.task}.safetensors"
    pack_weights(state, args.out / file)
    if args.what == "hvae":
        pack_manifest(args.name, args.shared or args.out, args.out)


if __name__ == "__main__":
    main()
