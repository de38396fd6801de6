"""Images to judge α on, and a class-balanced, keyed choice from them, the same as the search makes itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from bo_search.errors import ImagesError
from bo_search.hashing import canonical_json, content_hash
from bo_search.random import RandomStream

# Images hashed at once: few enough that their copy is small beside the set.
_HASHED_AT_ONCE = 256


@dataclass(frozen=True)
class ImageSet:
    """Images (m, C, H, W), uint8 or floating in [0, 1], their labels (m) and distinct ids (m).

    Noise and attacks follow an image's id: keep ids stable. Without ids images are called by place, `image-0` …

    Raises:
        ImagesError: shapes, types or lengths that do not fit, values outside [0, 1], or an id twice.
    """

    images: Tensor
    labels: Tensor | Sequence[int]
    ids: Sequence[str] | None = None

    def __post_init__(self) -> None:
        if self.images.dim() != 4 or len(self.images) == 0:
            raise ImagesError(
                f"ImageSet: images: expected (m, C, H, W) with m at least 1, got {tuple(self.images.shape)}"
            )
        if self.images.dtype != torch.uint8:
            self._check_floats()
        if len(self.labels) != len(self.images):
            raise ImagesError(f"ImageSet: labels: expected {len(self.images)}, one an image, got {len(self.labels)}")
        names = self.names
        if len(names) != len(self.images):
            raise ImagesError(f"ImageSet: ids: expected {len(self.images)}, one an image, got {len(names)}")
        seen: set[str] = set()
        for at, name in enumerate(names):
            if name in seen:
                raise ImagesError(f'ImageSet: ids[{at}]: expected an id of its own, got "{name}" again')
            seen.add(name)

    @property
    def names(self) -> Sequence[str]:
        """The ids."""
        return [f"image-{at}" for at in range(len(self.images))] if self.ids is None else self.ids

    def class_numbers(self) -> list[int]:
        """Labels as plain numbers."""
        return [int(label) for label in (self.labels.tolist() if isinstance(self.labels, Tensor) else self.labels)]

    def take(self, rows: Sequence[int]) -> ChosenImages:
        """The images of those rows, as float32 in [0, 1] on the CPU."""
        index = torch.tensor(list(rows), dtype=torch.int64)
        picked = self.images[index.to(self.images.device)].cpu()
        pixels = picked.float() / 255 if picked.dtype == torch.uint8 else picked.float()
        names, labels = self.names, self.class_numbers()
        return ChosenImages(
            pixels.contiguous(),
            torch.tensor([labels[row] for row in rows], dtype=torch.int64),
            tuple(names[row] for row in rows),
        )

    def _check_floats(self) -> None:
        if not self.images.is_floating_point():
            raise ImagesError(f"ImageSet: images: expected uint8 or floating numbers, got {self.images.dtype}")
        low, high = (float(value) for value in torch.aminmax(self.images))
        if not (low >= 0 and high <= 1):
            raise ImagesError(f"ImageSet: images: expected numbers from 0 to 1, got {low} to {high}")


@dataclass(frozen=True)
class ChosenImages:
    """Images (m, C, H, W) float32 in [0, 1], labels (m) int64, ids (m)."""

    images: Tensor
    labels: Tensor
    ids: tuple[str, ...]

    def take(self, rows: Sequence[int]) -> ChosenImages:
        index = torch.tensor(list(rows), dtype=torch.int64)
        return ChosenImages(self.images[index], self.labels[index], tuple(self.ids[row] for row in rows))


def sets_hash(sets: Mapping[str, ImageSet]) -> str:
    """`sha256:…` of names, ids, labels and images, in the order of their rows; sets go in by name."""
    return content_hash(*(part for name in sorted(sets) for part in (name, _set_hash(sets[name]))))


def _set_hash(images: ImageSet) -> str:
    named = canonical_json([list(images.names), images.class_numbers()])
    starts = range(0, len(images.images), _HASHED_AT_ONCE)
    return content_hash(named, *(content_hash(images.images[at : at + _HASHED_AT_ONCE]) for at in starts))


def choose_rows(
    labels: Sequence[int], classes: Sequence[str], *, set_name: str, task: str, count: int, seed: int
) -> list[int]:
    """Rows of `count` images: count / K of each class; where K does not divide count, keyed classes give one more.

    The classes follow each other in one fixed cycle, so every run of consecutive images is balanced. A class's images
    come in a keyed order that does not depend on `count`: a smaller choice is part of a larger one.

    Raises:
        ImagesError: a count below 1, or a class with too few images.
    """
    if count < 1:
        raise ImagesError(f"images: expected a count of at least 1, got {count}")
    cycle = RandomStream("images", set_name, task, seed, "classes").permutation(len(classes))
    members: list[list[int]] = []
    for place, label in enumerate(cycle):
        candidates = [row for row, own in enumerate(labels) if own == label]
        needed = count // len(classes) + (1 if place < count % len(classes) else 0)
        if len(candidates) < needed:
            most = most_images(labels, classes, set_name=set_name, task=task, seed=seed)
            raise ImagesError(
                f'set "{set_name}": class "{classes[label]}" needs {needed} images, available {len(candidates)}',
                f"ask for at most {most} images",
            )
        order = RandomStream("images", set_name, task, seed, "class", label).permutation(len(candidates))
        members.append([candidates[at] for at in order])
    return [members[at % len(classes)][at // len(classes)] for at in range(count)]


def most_images(labels: Sequence[int], classes: Sequence[str], *, set_name: str, task: str, seed: int) -> int:
    """Most images that `choose_rows` can take: a class at place p of the cycle with a images allows a·K + p."""
    cycle = RandomStream("images", set_name, task, seed, "classes").permutation(len(classes))
    return min(sum(own == label for own in labels) * len(classes) + place for place, label in enumerate(cycle))
