"""Requests of attacks, read from JSON and checked: images with pixels, logits and gradients of a defence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from bo_search.errors import RequestError
from bo_search.tensor_text import tensor_from_text
from bo_search.worker import fields
from bo_search.worker.deployed import Draw
from bo_search.worker.requests import DefenceRequest, alphas_request, defence_request


@dataclass(frozen=True)
class ImagesRequest:
    """Images [first, end) of a choice of `images`."""

    set_name: str
    images: int
    seed: int
    first: int
    end: int


@dataclass(frozen=True)
class ModelRequest:
    """One draw of a defence on images (B, C, H, W) float32 in [0, 1]."""

    alphas: tuple[float, ...] | None
    purifications: int
    defence: DefenceRequest
    draw: Draw
    ids: tuple[str, ...]
    images: Tensor


def images_request(message: Mapping[str, Any]) -> ImagesRequest:
    """Raises RequestError naming the key that is not right."""
    where = "images"
    count = fields.count(message, "images", where)
    first, end = (fields.integer(message, key, where) for key in ("from", "to"))
    if not 0 <= first < end <= count:
        raise RequestError(f"{where}: expected 0 <= from < to <= {count}, got {first} and {end}")
    return ImagesRequest(fields.text(message, "set", where), count, fields.seed(message, where), first, end)


def model_request(message: Mapping[str, Any], shape: Sequence[int]) -> ModelRequest:
    """A `logits` or `vjp` request; `shape` is (C, H, W). Raises RequestError naming the key that is not right."""
    where = fields.text(message, "kind", "request")
    model = fields.section(message, "model", where)
    draw = fields.section(message, "draw", where)
    ids = _ids(message, where)
    return ModelRequest(
        alphas=alphas_request(model, f"{where}.model"),
        purifications=fields.count(model, "purifications", f"{where}.model"),
        defence=defence_request(fields.section(model, "defence", f"{where}.model"), f"{where}.model.defence"),
        draw=_draw(draw, f"{where}.draw"),
        ids=ids,
        images=_images(message, where, len(ids), shape),
    )


def cotangent_of(message: Mapping[str, Any], request: ModelRequest, classes: int) -> Tensor:
    """(B, K) of a `vjp` request."""
    text = fields.text(message, "cotangent", "vjp")
    return tensor_from_text(text, (len(request.ids), classes), "vjp.cotangent")


def _draw(draw: Mapping[str, Any], where: str) -> Draw:
    index = fields.integer(draw, "index", where)
    if index < 0:
        raise RequestError(f"{where}.index: expected an integer of at least 0, got {index}")
    return Draw(fields.text(draw, "key", where), index)


def _ids(message: Mapping[str, Any], where: str) -> tuple[str, ...]:
    ids = fields.field(message, "ids", where)
    if not isinstance(ids, list) or len(ids) == 0 or not all(isinstance(one, str) for one in ids):
        raise RequestError(f"{where}.ids: expected a list of texts, at least one, got {fields.shown(ids)}")
    return tuple(ids)


def _images(message: Mapping[str, Any], where: str, count: int, shape: Sequence[int]) -> Tensor:
    channels, height, width = shape
    place = f"{where}.images"
    pixels = tensor_from_text(fields.text(message, "images", where), (count, height, width, channels), place)
    if not bool(((pixels >= 0) & (pixels <= 1)).all()):
        raise RequestError(f"{place}: expected numbers from 0 to 1, got {float(pixels.min())} to {float(pixels.max())}")
    return pixels.permute(0, 3, 1, 2).contiguous()
