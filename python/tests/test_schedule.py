"""Schedules files: what is read, what is refused, and what a schedule does when applied."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import tiny_models as tiny
from bo_search import ArgumentError, ScheduleError, Schedules, load_schedules

FILE: dict[str, Any] = {
    "format": "bo-search/schedules",
    "version": 1,
    "model": {"name": "tiny", "hash": "sha256:" + "0" * 64, "latents": [f"w.{i}" for i in range(5)]},
    "defence": {"temperature": 0.8, "blurSigma": 1, "blurKernel": 3},
    "schedules": [
        {
            "kind": "learned",
            "alphas": [0.1, 0.2, 0, 1, 0.5],
            "attenuation": 0.5,
            "effectiveAlphas": [0.05, 0.1, 0, 0.5, 0.25],
            "metrics": {
                "heldOut": {
                    "clean": {"mean": 0.9, "interval": [0.8, 1]},
                    "weights": {"clean": 0.5, "robust": 0.5},
                    "images": 10,
                    "draws": 2,
                }
            },
            "provenance": {"studySeed": 1, "trial": 4, "free": {"x": [1]}},
        },
        {"kind": "linear", "alphas": [0.2, 0.4, 0.6, 0.8, 1]},
        {"kind": "step", "from": 3, "alphas": [0, 0, 0, 1, 1]},
        {"kind": "constant", "value": 0.5, "alphas": [0.5] * 5},
        {"kind": "reversed", "of": "linear", "alphas": [0.8, 0.6, 0.4, 0.2, 0]},
        {"kind": "custom", "label": "mine", "alphas": [0, 0, 0, 0, 1]},
        {"kind": "custom", "label": "other", "alphas": [0, 0, 0, 1, 1]},
    ],
}


def changed(place: list[Any], value: Any) -> dict[str, Any]:
    """The file with one value replaced, or removed where it is `...`."""
    file = copy.deepcopy(FILE)
    at: Any = file
    for key in place[:-1]:
        at = at[key]
    if value is ...:
        del at[place[-1]]
    else:
        at[place[-1]] = value
    return file


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "schedules.json"
    path.write_text("\ufeff" + json.dumps(FILE), encoding="utf-8")
    schedules = load_schedules(path)
    assert [schedule.kind for schedule in schedules] == [
        "learned",
        "linear",
        "step",
        "constant",
        "reversed",
        "custom",
        "custom",
    ]
    assert len(schedules) == 7
    assert schedules.learned.alphas == (0.1, 0.2, 0, 1, 0.5)
    assert schedules.learned.effective_alphas == pytest.approx((0.05, 0.1, 0, 0.5, 0.25))
    assert schedules.named("mine").alphas == (0, 0, 0, 0, 1)
    assert schedules.named("linear").effective_alphas == (0.2, 0.4, 0.6, 0.8, 1)
    assert schedules.defence.blur_kernel == 3


# Worded as by the TypeScript reader.
@pytest.mark.parametrize(
    ("file", "message"),
    [
        ([], "f: expected an object, got an array of 0"),
        (changed(["version"], 2), "f: /version: expected 1, got 2"),
        (changed(["format"], ...), 'f: expected the key "format"'),
        (changed(["extra"], 1), 'f: unknown key "extra", expected one of $schema, format, version, model, defence, schedules'),
        (changed(["model", "latents", 1], "w.0"), 'f: /model/latents/1: expected every latent once, got "w.0" again'),
        (changed(["model", "hash"], "sha256:xyz"), 'f: /model/hash: expected sha256: and 64 hexadecimal digits, got "sha256:xyz"'),
        (changed(["model", "hash"], "sha256:" + "0" * 64 + "\n"), f'f: /model/hash: expected sha256: and 64 hexadecimal digits, got "sha256:{"0" * 52}…"'),
        (changed(["schedules", 0, "metrics", "heldOut", "clean", "mean"], 0.7), "f: /schedules/0/metrics/heldOut/clean/interval: expected an interval with the mean 0.7 in it, got 0.8, 1"),
        (changed(["defence", "temperature"], 0), "f: /defence/temperature: expected a number above 0 and at most 1, got 0"),
        (changed(["schedules"], []), "f: /schedules: expected from 1 to 10000 entries, got 0"),
        (changed(["schedules", 0, "kind"], "best"), 'f: /schedules/0/kind: expected one of learned, linear, cosine, step, constant, reversed, custom, got "best"'),
        (changed(["schedules", 0, "alphas", 1], 1.5), "f: /schedules/0/alphas/1: expected a number from 0 to 1, got 1.5"),
        (changed(["schedules", 0, "alphas", 1], True), "f: /schedules/0/alphas/1: expected a number from 0 to 1, got true"),
        (changed(["schedules", 0, "alphas"], [0.1]), "f: /schedules/0/alphas: expected 5 alphas, one a latent, got 1"),
        (changed(["schedules", 0, "attenuation"], 0), "f: /schedules/0/attenuation: expected a number above 0 and at most 1, got 0"),
        (changed(["schedules", 0, "effectiveAlphas", 3], 0.6), "f: /schedules/0/effectiveAlphas/3: expected 0.5 (attenuation · alphas), got 0.6"),
        (changed(["schedules", 0, "metrics", "heldOut", "clean", "interval"], [1, 0.8]), "f: /schedules/0/metrics/heldOut/clean/interval: expected the lower end first, got 1, 0.8"),
        (changed(["schedules", 0, "metrics", "heldOut", "weights"], {"clean": 0.5, "robust": 0.25}), "f: /schedules/0/metrics/heldOut/weights: expected clean and robust to add up to 1, got 0.5 and 0.25"),
        (changed(["defence", "blurKernel"], 4), "f: /defence/blurKernel: expected an odd integer, got 4"),
        (changed(["schedules", 0, "provenance", "__proto__"], {}), 'f: /schedules/0/provenance: the key "__proto__" is not allowed'),
        (changed(["schedules", 1, "alphas", 0], 0.3), "f: /schedules/1/alphas/0: expected 0.2 (linear), got 0.3"),
        (changed(["schedules", 2, "from"], 6), "f: /schedules/2/from: expected an integer from 0 to 5, got 6"),
        (changed(["schedules", 2, "from"], 2), "f: /schedules/2/alphas/2: expected 1 (step), got 0"),
        (changed(["schedules", 4, "of"], "step"), 'f: /schedules/4/of: expected one of linear, cosine, got "step"'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(file: Any, message: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        Schedules(file, "f")
    assert str(caught.value).removesuffix(f" ({caught.value.hint})") == message


def test_alphas_within_the_tolerance_of_their_formula_are_taken() -> None:
    assert len(Schedules(changed(["schedules", 1, "alphas", 0], 0.2 + 9e-7))) == 7
    with pytest.raises(ScheduleError):
        Schedules(changed(["schedules", 1, "alphas", 0], 0.2 + 1.1e-6))


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"{", "expected JSON, got Expecting property name"), (b"\xff", "expected JSON, got 'utf-8' codec"), (b'{"a": NaN}', "expected JSON, got the constant NaN"), (b"[" * 100_000, "expected JSON, got")],
)  # fmt: skip
def test_text_that_is_no_json_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "s.json"
    path.write_bytes(content)
    with pytest.raises(ScheduleError, match=message):
        load_schedules(path)
    path.write_text(json.dumps(FILE).replace('"version": 1', '"version": 1, "version": 1'))
    with pytest.raises(
        ScheduleError, match=r's\.json: expected every key once, got "version" again \(keep the one that is meant\)$'
    ):
        load_schedules(path)
    with pytest.raises(ScheduleError, match=r"none\.json: expected a schedules file, got No such file or directory$"):
        load_schedules(tmp_path / "none.json")


def test_names_that_are_not_clear_are_refused() -> None:
    with pytest.raises(ScheduleError, match='^schedules: expected one schedule called "cosine", got none'):
        Schedules(FILE).named("cosine")
    with pytest.raises(ScheduleError, match='^schedules: expected one schedule called "custom", got 2'):
        Schedules(FILE).named("custom")


def test_a_kind_is_never_taken_for_a_label() -> None:
    taken = changed(["schedules", 5, "label"], "learned")
    assert Schedules(taken).learned.kind == "learned"
    known = "learned, linear, step, constant, reversed, learned (custom), other (custom)"
    with pytest.raises(ScheduleError) as caught:
        Schedules(taken).named("learned")
    assert str(caught.value) == f'schedules: expected one schedule called "learned", got 2 (the file has {known})'
    with pytest.raises(ScheduleError, match='^schedules: expected one schedule called "learned", got none'):
        Schedules({**taken, "schedules": taken["schedules"][1:]}).learned  # noqa: B018
    assert Schedules(changed(["schedules", 0, "label"], "learned")).named("learned").kind == "learned"


def test_an_applied_schedule_purifies_as_the_search_did() -> None:
    images, ids = tiny.images(6), [f"img-{at}" for at in range(6)]
    schedule = Schedules(FILE).learned
    purifier = schedule.apply(tiny.parallel_walk(), micro_batch=4)
    with torch.no_grad():
        purified = purifier(images, key="k", ids=ids)
        expected = tiny.classifier()(purified)
    torch.testing.assert_close(
        purifier.logits(images, tiny.classifier(), key="k", ids=ids), expected, rtol=1e-4, atol=1e-6
    )
    assert purifier.settings.temperature == 0.8
    assert purifier.settings.attenuation == 0.5
    assert purifier.settings.blur is not None


def test_noise_comes_from_a_generator_where_no_key_is_given() -> None:
    purifier = Schedules(FILE).learned.apply(tiny.Fused())
    one, again, other = (purifier(tiny.images(2), generator=torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    with pytest.raises(ArgumentError, match="^purifier: expected a generator or a key, got both$"):
        purifier(tiny.images(2), generator=torch.Generator(), key="k")


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (tiny.images(2)[:0], "images: expected (B, C, H, W) with B at least 1, got (0, 3, 32, 32)"),
        (tiny.images(1)[0], "images: expected (B, C, H, W) with B at least 1, got (3, 32, 32)"),
        (tiny.images(1).double(), "images: expected torch.float32 in [0, 1], got torch.float64 (hand over images.float(), bytes as images.float() / 255)"),
    ],
)  # fmt: skip
def test_images_that_cannot_be_purified_are_refused(images: torch.Tensor, message: str) -> None:
    purifier = Schedules(FILE).learned.apply(tiny.parallel_walk())
    for purify in (purifier, lambda given: purifier.logits(given, tiny.classifier())):
        with pytest.raises(ArgumentError) as caught:
            purify(images)
        assert str(caught.value) == message


def test_an_applied_schedule_is_a_module_that_gradients_pass() -> None:
    whole = nn.Sequential(Schedules(FILE).learned.apply(tiny.parallel_walk()), tiny.classifier())
    images = tiny.images(2).requires_grad_(True)
    whole(images).sum().backward()
    assert images.grad is not None
    assert float(images.grad.abs().sum()) > 0


def test_a_schedule_for_another_model_is_refused() -> None:
    with pytest.raises(ScheduleError, match='^schedules: /model/latents/4: expected "w.4" as in the model, got "w.5"'):
        Schedules(changed(["model", "latents", 4], "w.5")).learned.apply(tiny.parallel_walk())
    walk = tiny.parallel_walk()
    walk.latents = tiny.LATENTS[:4]
    with pytest.raises(ScheduleError, match="^schedules: /model/latents: expected the model's 4 latents, got 5$"):
        Schedules(FILE).learned.apply(walk)
    with pytest.raises(ScheduleError, match="^schedules: /defence: expected a blurKernel beside blurSigma, got none"):
        Schedules(changed(["defence", "blurKernel"], ...)).learned.apply(tiny.parallel_walk())
    with pytest.raises(ScheduleError, match="^schedules: /defence: expected a temperature, got none"):
        Schedules(changed(["defence", "temperature"], ...)).learned.apply(tiny.parallel_walk())
    with pytest.raises(ScheduleError, match=r"^schedules: /defence/temperature: expected 0.5 as asked for, got 0.8$"):
        Schedules(FILE).learned.apply(tiny.parallel_walk(), temperature=0.5)
