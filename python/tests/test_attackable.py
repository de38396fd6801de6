"""What attacks ask: images with pixels, logits and gradients of one draw of a defence, in this process and as a child."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import tiny_models as tiny
from bo_search import Evaluator, ImagesError, ModelError, NonFiniteError, RequestError
from bo_search.tensor_text import channels_last, tensor_from_text, tensor_to_text
from bo_search.worker.model_requests import cotangent_of, images_request, model_request

SHAPE = (3, 32, 32)
PLAIN: dict[str, Any] = {"temperature": None, "attenuation": 1, "blur": None, "noise": None}
READY = {**PLAIN, "blur": {"sigma": 1, "kernelSize": 3}, "noise": {"l2Norm": 1.5}}
SOME = [0.0, 0.25, 0.5, 0.75, 1.0]


def nothing(_done: int, _of: int, _note: str) -> None:
    return None


def message(images: Tensor, alphas: Any = SOME, purifications: int = 1, index: int = 0, **other: Any) -> dict[str, Any]:
    return {
        "kind": "logits",
        "model": {"alphas": alphas, "purifications": purifications, "defence": PLAIN},
        "draw": {"key": "attack/1", "index": index},
        "ids": [f"img-{at}" for at in range(len(images))],
        "images": tensor_to_text(channels_last(images)),
        **other,
    }


def with_defence(defence: dict[str, Any], alphas: Any, purifications: int = 1) -> dict[str, Any]:
    return {"model": {"alphas": alphas, "purifications": purifications, "defence": defence}}


def logits(evaluator: Evaluator, request: dict[str, Any]) -> Tensor:
    return evaluator.logits(model_request(request, SHAPE), nothing)


def vjp(evaluator: Evaluator, request: dict[str, Any], cotangent: Tensor) -> tuple[Tensor, Tensor]:
    asked = {**request, "kind": "vjp", "cotangent": tensor_to_text(cotangent)}
    read = model_request(asked, SHAPE)
    return evaluator.vjp(read, cotangent_of(asked, read, 7), nothing)


@pytest.mark.parametrize("values", [[0.0, -0.0, 1.5, float("inf"), float("-inf")], [float("nan"), 1e-45, 3.4e38]])
def test_tensors_come_back_from_text_bit_for_bit(values: list[float]) -> None:
    tensor = torch.tensor(values)
    back = tensor_from_text(tensor_to_text(tensor), tensor.shape, "here")
    assert torch.equal(back.view(torch.int32), tensor.view(torch.int32))


def test_text_is_little_endian() -> None:
    assert tensor_to_text(torch.tensor([0, 0.25, 0.5, 1])) == "AAAAAAAAgD4AAAA/AACAPw=="


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("AAAA!AAA", "^here: expected base64, got "),
        ("AAAAAAAAgD4=", r"^here: expected 3 numbers \(3,\), got 2$"),
        ("AAAAAA==", r"^here: expected 3 numbers \(3,\), got 1$"),
        ("AAAAAAA=", r"^here: expected 3 numbers \(3,\), got 1.25$"),
    ],
)
def test_text_that_holds_something_else_is_refused(text: str, match: str) -> None:
    with pytest.raises(RequestError, match=match):
        tensor_from_text(text, (3,), "here")


def test_a_draw_is_the_mean_of_its_own_purifications() -> None:
    evaluator, images = tiny.evaluator(), tiny.images(3)
    singles = [logits(evaluator, message(images, index=at)) for at in range(4)]
    second = logits(evaluator, message(images, purifications=2, index=1))
    assert torch.equal(second, ((singles[2].double() + singles[3].double()) / 2).float())
    assert not torch.equal(singles[0], singles[1])
    assert torch.equal(logits(evaluator, message(images)), singles[0])


def test_noise_follows_key_and_id_and_never_the_place() -> None:
    evaluator, images = tiny.evaluator(), tiny.images(2)
    both = logits(evaluator, message(images))
    alone = logits(evaluator, message(images[1:], ids=["img-1"]))
    torch.testing.assert_close(alone, both[1:], rtol=1e-5, atol=1e-6)
    twice = logits(evaluator, message(images[[0, 0]], ids=["img-0", "img-0"]))
    torch.testing.assert_close(twice[0], twice[1], rtol=1e-5, atol=1e-6)
    other = logits(evaluator, message(images, draw={"key": "attack/2", "index": 0}))
    assert not torch.allclose(other, both, atol=1e-4)


def test_without_alphas_only_the_preprocessing_is_in_front_of_the_classifier() -> None:
    evaluator, images = tiny.evaluator(), tiny.images(2)
    with torch.no_grad():
        bare = tiny.classifier()(images)
    torch.testing.assert_close(logits(evaluator, message(images, None)), bare, rtol=1e-5, atol=1e-6)
    noisy = {**PLAIN, "noise": {"l2Norm": 1.5}}
    draws = [logits(evaluator, message(images, index=at, **with_defence(noisy, None))) for at in range(4)]
    assert not torch.allclose(draws[0], draws[1], atol=1e-4)
    pair = logits(evaluator, message(images, index=1, **with_defence(noisy, None, 2)))
    torch.testing.assert_close(pair, (draws[2] + draws[3]) / 2, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("defence", "alphas", "purifications"),
    [(PLAIN, None, 1), (READY, None, 2), (PLAIN, [0.0] * 5, 1), (READY, SOME, 1), (PLAIN, SOME, 3)],
)
def test_gradients_are_those_of_the_logits_of_the_same_draw(defence: Any, alphas: Any, purifications: int) -> None:
    evaluator = tiny.evaluator(micro_batch=2)
    images = 0.1 + 0.8 * tiny.images(3)
    model = with_defence(defence, alphas, purifications)
    generator = torch.Generator().manual_seed(4)
    cotangent = torch.randn((3, 7), generator=generator)
    z, gradient = vjp(evaluator, message(images, index=2, **model), cotangent)
    torch.testing.assert_close(z, logits(evaluator, message(images, index=2, **model)), rtol=1e-4, atol=1e-5)
    h = 1e-3
    for _ in range(4):
        v = torch.randn(images.shape, generator=generator).sign() * torch.rand(images.shape, generator=generator)
        up, down = (logits(evaluator, message(images + way * v, index=2, **model)).double() for way in (h, -h))
        expected = ((up - down) * cotangent).sum(dim=1) / (2 * h)
        found = (gradient.double() * v).flatten(1).sum(dim=1)
        torch.testing.assert_close(found, expected, rtol=2e-2, atol=2e-2)


def test_where_nothing_is_left_of_the_image_the_gradient_is_0() -> None:
    evaluator, images = tiny.evaluator(), tiny.images(2)
    _, gradient = vjp(evaluator, message(images, [1.0] * 5), torch.ones(2, 7))
    assert torch.equal(gradient, torch.zeros(2, *SHAPE))


def test_a_model_that_autograd_cannot_follow_is_named() -> None:
    evaluator = tiny.evaluator()
    begin = evaluator.model.begin  # type: ignore[union-attr]
    evaluator.model.begin = lambda images: begin(images.detach())  # type: ignore[union-attr,method-assign]
    with pytest.raises(ModelError, match="^defence: expected logits that autograd can follow back to the images"):
        vjp(evaluator, message(tiny.images(1)), torch.ones(1, 7))


def test_logits_that_are_no_numbers_are_named() -> None:
    evaluator = tiny.evaluator()
    for parameter in evaluator.classifier.parameters():
        nn.init.constant_(parameter, torch.inf)
    with pytest.raises(NonFiniteError, match=r'image "img-0"'):
        logits(evaluator, message(tiny.images(1)))


def test_images_are_those_of_the_choice() -> None:
    evaluator = tiny.evaluator()
    chosen = evaluator.choose("heldOut", images=14, seed=3)
    asked = {"set": "heldOut", "images": 14, "seed": 3, "from": 5, "to": 9}
    part = evaluator.images(images_request(asked))
    assert part.ids == chosen.ids[5:9]
    assert torch.equal(part.images, chosen.images[5:9])
    assert torch.equal(part.labels, chosen.labels[5:9])
    with pytest.raises(RequestError, match='^images.set: expected one of "search", "heldOut", got "other"$'):
        evaluator.images(images_request({**asked, "set": "other"}))
    with pytest.raises(ImagesError, match="needs 6 images, available 5"):
        evaluator.images(images_request({**asked, "images": 36}))
    with pytest.raises(RequestError, match="^images: expected 0 <= from < to <= 14, got 5 and 15$"):
        images_request({**asked, "to": 15})


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"ids": []}, "^logits.ids: expected a list of texts, at least one, got a list of 0$"),
        ({"ids": ["a"]}, r"^logits.images: expected 3072 numbers \(1, 32, 32, 3\), got 6144$"),
        ({"images": tensor_to_text(torch.full((2, 32, 32, 3), 1.5))}, "^logits.images: expected numbers from 0 to 1, got 1.5 to 1.5$"),
        ({"images": tensor_to_text(torch.full((2, 32, 32, 3), torch.nan))}, "^logits.images: expected numbers from 0 to 1, got nan to nan$"),
        ({"draw": {"key": "k", "index": -1}}, "^logits.draw.index: expected an integer of at least 0, got -1$"),
        ({"model": {"alphas": None, "purifications": 0, "defence": PLAIN}}, "^logits.model.purifications: expected an integer of at least 1, got 0$"),
        ({"model": {"alphas": 3, "purifications": 1, "defence": PLAIN}}, "^logits.model.alphas: expected a list of numbers or null, got 3$"),
        ({"model": {"alphas": None, "purifications": 1, "defence": {**PLAIN, "attenuation": 0}}}, "^logits.model.defence.attenuation: expected a number above 0"),
    ],
)  # fmt: skip
def test_requests_that_cannot_be_are_named(change: dict[str, Any], match: str) -> None:
    with pytest.raises(RequestError, match=match):
        model_request({**message(tiny.images(2)), **change}, SHAPE)


def test_a_child_answers_attacks() -> None:
    images = tiny.images(2)
    asked = message(images, purifications=2)
    cotangent = torch.linspace(-1, 1, 14).view(2, 7)
    messages: list[dict[str, Any]] = [
        {"kind": "describe", "protocol": 1, "task": "colours"},
        {"kind": "images", "set": "search", "images": 7, "seed": 1, "from": 0, "to": 7},
        asked,
        {**asked, "kind": "vjp", "cotangent": tensor_to_text(cotangent)},
        {**asked, "kind": "vjp"},
    ]
    lines = "".join(json.dumps({"id": at + 1, **one}) + "\n" for at, one in enumerate(messages))
    script = str(Path(__file__).parent / "tiny_worker.py")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", script], input=lines.encode(), capture_output=True, timeout=60
    )
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    described, pixels, scores, gradient, error = (one for one in replies if one["kind"] != "progress")
    assert described["attackable"] == {"shape": [32, 32, 3], "dtype": "float32", "gradients": True, "draws": True}
    here = tiny.evaluator(micro_batch=2)
    chosen = here.choose("search", images=7, seed=1)
    assert pixels["ids"] == list(chosen.ids)
    assert pixels["labels"] == chosen.labels.tolist()
    sent = tensor_from_text(pixels["pixels"], (7, 32, 32, 3), "pixels")
    assert torch.equal(sent, channels_last(chosen.images))
    assert torch.equal(tensor_from_text(scores["logits"], (2, 7), "scores"), logits(here, asked))
    z, slope = vjp(here, asked, cotangent)
    assert torch.equal(tensor_from_text(gradient["logits"], (2, 7), "logits"), z)
    assert torch.equal(tensor_from_text(gradient["gradient"], (2, 32, 32, 3), "gradient"), channels_last(slope))
    assert error["message"] == 'vjp: expected the key "cotangent"'
