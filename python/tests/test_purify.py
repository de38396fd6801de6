"""The defence: mixing, noise, draws, preprocessing, memory, and what it says of broken models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

import tiny_models as tiny
from bo_search import ArgumentError, FusedPurifier, Latent, ModelError, NonFiniteError, ParallelCodes
from bo_search.purify import Blur, Compute, Defence, DefenceSettings, LatentWalk, NoiseKey, TensorMemory, noise_source
from bo_search.purify.preprocessing import Preprocessing, blur_matrices, kernel_taps
from bo_search.purify.walk import checked_latents

IDS = [f"img-{at}" for at in range(9)]
ALPHAS = [0.0, 0.25, 0.5, 0.75, 1.0]


def defence(
    model: LatentWalk | FusedPurifier | None = None,
    *,
    micro_batch: int = 4,
    memory: int = 2**24,
    noise: str = "keyed",
    **settings: Any,
) -> Defence:
    return Defence(
        model or tiny.parallel_walk(), tiny.classifier(), DefenceSettings(**settings),
        shape=(3, 32, 32), compute=Compute(micro_batch=micro_batch), source=noise_source(noise), memory=TensorMemory(memory),
    )  # fmt: skip


def logits(
    of: Defence,
    alphas: Sequence[float] = ALPHAS,
    *,
    rows: Sequence[int] = range(9),
    key: str = "k",
    draws: int = 3,
    name: Any = None,
) -> Tensor:
    picked = list(rows)
    return of.mean_logits(tiny.images(9)[picked], [IDS[at] for at in picked], alphas, key=key, draws=draws, name=name)


def test_the_mean_is_that_of_single_purifications_with_the_same_noise() -> None:
    of, images = defence(attenuation=0.7), tiny.images(9)
    with torch.no_grad():
        runs = [of.logits(images, IDS, ALPHAS, NoiseKey("k", run)).double() for run in range(3)]
    torch.testing.assert_close(logits(of), (sum(runs[1:], runs[0]) / 3).float(), rtol=1e-5, atol=1e-6)


def test_attenuation_scales_alpha() -> None:
    weak = logits(defence(attenuation=0.5), ALPHAS)
    torch.testing.assert_close(weak, logits(defence(), [alpha / 2 for alpha in ALPHAS]), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("noise", ["keyed", "torch"])
def test_an_image_has_the_same_logits_alone_and_in_any_batch(noise: str) -> None:
    together = logits(defence(noise=noise))
    alone = torch.cat([logits(defence(noise=noise, micro_batch=1), rows=[at]) for at in range(9)])
    shuffled = logits(defence(noise=noise, micro_batch=5), rows=[8, 3, 1])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(shuffled, together[[8, 3, 1]], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("settings", [{}, {"noise_norm": 2.0}, {"blur": Blur(1.0, 3)}])
def test_what_is_kept_between_calls_changes_nothing(settings: dict[str, Any]) -> None:
    kept, fresh = defence(**settings), defence(memory=0, **settings)
    first, again = logits(kept, name="a"), logits(kept, name="a")
    assert torch.equal(first, again)
    assert torch.equal(first, logits(fresh))
    assert kept.memory.used_bytes > 0
    assert fresh.memory.used_bytes == 0


def test_noise_follows_the_key_and_alpha_zero_needs_none() -> None:
    of = defence()
    assert not torch.equal(logits(of, key="a"), logits(of, key="b"))
    assert torch.equal(logits(of, [0.0] * 5, key="a"), logits(of, [0.0] * 5, key="b"))


def test_alpha_one_forgets_the_image_of_parallel_codes() -> None:
    of = defence()
    ones = [of.mean_logits(tiny.images(9, seed), IDS, [1.0] * 5, key="k", draws=1) for seed in (2, 3)]
    assert torch.equal(ones[0], ones[1])


def test_a_fused_purifier_gives_what_the_walk_gives() -> None:
    torch.testing.assert_close(logits(defence(tiny.Fused())), logits(defence()), rtol=1e-5, atol=1e-6)


def test_noise_of_torch_differs_from_the_keyed_one() -> None:
    assert not torch.equal(logits(defence(noise="torch")), logits(defence()))


def test_input_noise_has_the_norm_asked_for_and_differs_between_draws() -> None:
    of = Preprocessing(None, 1.5, (3, 32, 32))
    grey = torch.full((2, 3, 32, 32), 0.5)
    one, two = (of.apply(grey, noise_source("keyed"), NoiseKey("k", draw), ["a", "b"]) for draw in (0, 1))
    norms = (one - grey).flatten(1).norm(dim=1)
    torch.testing.assert_close(norms, torch.full((2,), 1.5), rtol=1e-5, atol=0)
    assert not torch.equal(one, two)


def test_the_blur_reflects_at_the_border_as_torch_pads() -> None:
    images = tiny.images(2)
    of = Preprocessing(Blur(1.3, 7), None, (3, 32, 32))
    kernel = torch.tensor([2.718281828459045 ** (-((x / 1.3) ** 2) / 2) for x in range(-3, 4)])
    kernel = kernel / kernel.sum()
    padded = torch.nn.functional.pad(images, (3, 3, 3, 3), mode="reflect")
    weight = (kernel[:, None] * kernel[None, :]).view(1, 1, 7, 7).expand(3, 1, 7, 7)
    expected = torch.nn.functional.conv2d(padded, weight, groups=3)
    torch.testing.assert_close(
        of.apply(images, noise_source("keyed"), NoiseKey("k", 0), ["a", "b"]), expected, rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize(
    ("size", "side", "taps"),
    [(5, 9, 5), ("paper", 256, 15), ("paper", 128, 7), ("paper", 64, 7), ("reference", 256, 255), ("reference", 128, 31), ("reference", 64, 15), ("paper", 2, 1)],
)  # fmt: skip
def test_kernel_rules(size: Any, side: int, taps: int) -> None:
    assert kernel_taps(size, side) == taps


def test_the_micro_batch_is_halved_where_memory_ends(capsys: pytest.CaptureFixture[str]) -> None:
    walk = tiny.parallel_walk()
    encode = walk.encode
    sizes: list[int] = []

    def hungry(images: Tensor) -> Tensor:
        sizes.append(len(images))
        if len(images) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 TiB")
        return encode(images)

    walk.encode = hungry
    of = defence(walk, micro_batch=8)
    torch.testing.assert_close(logits(of), logits(defence()), rtol=1e-4, atol=1e-6)
    assert of.compute.micro_batch == 2
    assert sizes[:3] == [8, 4, 2]
    assert capsys.readouterr().err.startswith(
        "bo_search: out of memory, going on with 4 images at once (CUDA out of memory."
    )


def test_nan_is_an_error_that_names_stage_and_image() -> None:
    walk = tiny.parallel_walk()
    encode = walk.encode

    def broken(images: Tensor) -> Tensor:
        codes = encode(images).clone()
        codes[1, 3] = torch.nan
        return codes

    walk.encode = broken
    with pytest.raises(
        NonFiniteError, match=r'^expected finite numbers in latent 3 "w.3", got NaN or Infinity on image "img-1"'
    ):
        logits(defence(walk))


def test_latents_and_shapes_are_checked() -> None:
    walk = tiny.parallel_walk()
    walk.latents = (*tiny.LATENTS[:4], Latent("w.0", (12,)))
    with pytest.raises(ModelError, match=r'^model: latents\[4\]: expected a name of its own, got "w.0"$'):
        checked_latents(walk)
    walk.latents = (*tiny.LATENTS[:4], Latent("w.4", (13,), (8,)))
    with pytest.raises(ModelError, match=r'^prior of latent 4 "w.4": expected shape \(B, 13\), got \(4, 12\)$'):
        logits(defence(walk))
    walk = tiny.parallel_walk()
    decode = walk.decode
    walk.decode = lambda codes: decode(codes)[:, :, :16]
    with pytest.raises(
        ModelError, match=r"^model: expected purified images \(4, 3, 32, 32\) as they came in, got \(4, 3, 16, 32\)$"
    ):
        logits(defence(walk))
    with pytest.raises(ModelError, match="^model: expected an object with latents, begin"):
        checked_latents(object())  # type: ignore[arg-type]  # the mistake under test
    codes = ParallelCodes(tiny.LATENTS, encode=lambda x: x, prior=lambda n, i, t: n, decode=lambda x: x)
    with pytest.raises(
        ModelError, match=r"^ParallelCodes: encode: expected \(B, 5, D\), one code a latent, got \(1, 3, 32, 32\)$"
    ):
        codes.begin(tiny.images(1))


@pytest.mark.parametrize(
    ("alphas", "message"),
    [([0.5] * 4, "alphas: expected 5 numbers, one a latent, got 4"), ([0, 0, 2, 0, 0], "alphas[2]: expected a number in [0, 1], got 2"), ([float("nan")] * 5, "alphas[0]: expected a number in [0, 1], got nan")],
)  # fmt: skip
def test_alphas_are_checked(alphas: list[float], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        logits(defence(), alphas)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: defence(temperature=0.0), "temperature: expected a number in (0, 1], got 0.0"),
        (lambda: defence(attenuation=1.5), "attenuation: expected a number in [0, 1], got 1.5"),
        (lambda: defence(noise_norm=-1.0), "preprocessing: noise.l2Norm must be at least 0, got -1.0"),
        (lambda: blur_matrices(Blur(0, 3), 8, 8), "blur: sigma must be a number above 0, got 0"),
        (lambda: blur_matrices(Blur(1, 4), 8, 8), "blur: kernelSize must be an odd number of at least 1, got 4"),
        (lambda: blur_matrices(Blur(1, 17), 8, 8), "blur: kernelSize must be below 16 for 8 pixels, got 17"),
        (lambda: Compute(micro_batch=0), "micro_batch: expected an integer of at least 1, got 0"),
        (lambda: Compute(autocast=torch.float64), "autocast: expected torch.float16, torch.bfloat16 or None, got torch.float64"),
        (lambda: noise_source("x"), 'noise: expected "keyed" or "torch", got "x"'),
    ],
)  # fmt: skip
def test_settings_out_of_range_are_refused(make: Any, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        make()
    assert str(caught.value) == message


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")
def test_a_device_that_is_not_here_is_named() -> None:
    with pytest.raises(ArgumentError, match=r"^device: expected one that is here \(cpu\), got cuda:0 \(.*CUDA"):
        Compute("cuda:0")


def test_autocast_judges_in_half_precision() -> None:
    half = Defence(
        tiny.parallel_walk(), tiny.classifier(), DefenceSettings(), shape=(3, 32, 32),
        compute=Compute(autocast=torch.bfloat16), source=noise_source("keyed"), memory=TensorMemory(0),
    )  # fmt: skip
    got, full = logits(half), logits(defence())
    assert got.dtype == torch.float32
    assert not torch.equal(got, full)
    torch.testing.assert_close(got, full, rtol=0.1, atol=0.05)
