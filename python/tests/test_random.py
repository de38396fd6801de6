"""Keyed streams, against numbers of the TypeScript (fixtures/random.mjs made them)."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any

import pytest
import torch

from bo_search import ArgumentError, Latent
from bo_search.attacks.l2 import random_starts
from bo_search.purify import KeyedNoise, NoiseKey
from bo_search.purify.preprocessing import gaussian_kernel
from bo_search.random import RandomStream, encode_key, keyed_normals, keyed_normals_then_uniform
from bo_search.random.keys import number_text
from bo_search.random.lanes import seed_states, words
from bo_search.random.natural_log import natural_log
from bo_search.random.square_root import square_root

FIXTURE: dict[str, Any] = json.loads((Path(__file__).parent / "fixtures" / "random.json").read_text(encoding="utf-8"))
KEYS = [
    tuple(
        (float(part) if part == "-0" else part) if is_number else part
        for part, is_number in zip(s["key"], s["numbers"], strict=True)
    )
    for s in FIXTURE["streams"]
]


def bits(values: Any) -> list[str]:
    return [struct.pack(">d", value).hex() for value in values]


@pytest.mark.parametrize("at", range(len(KEYS)), ids=[str(key) for key in KEYS])
def test_a_stream_gives_the_bits_of_the_typescript(at: int) -> None:
    expected, key = FIXTURE["streams"][at], KEYS[at]
    uniform, normal, integer, permutation = (RandomStream(*key) for _ in range(4))
    assert bits(uniform.uniform() for _ in expected["uniforms"]) == expected["uniforms"]
    assert bits(normal.normal() for _ in expected["normals"]) == expected["normals"]
    assert [integer.integer(1_000_003) for _ in expected["integers"]] == expected["integers"]
    assert permutation.permutation(17) == expected["permutation"]


def test_many_streams_at_once_give_the_same_bits() -> None:
    rows = keyed_normals(KEYS * 3, 41)  # more than the few that are seeded one by one
    for row, expected in zip(rows.tolist(), FIXTURE["streams"] * 3, strict=True):
        assert bits(row) == expected["normals"]


def test_a_long_stream_in_lanes_gives_the_same_bits() -> None:
    long = FIXTURE["long"]
    checksum = 0
    for pattern in keyed_normals([long["key"]], long["count"])[0].view(torch.int64).tolist():
        checksum = (checksum * 31 + (pattern & (2**64 - 1))) % 2**61
    assert str(checksum) == long["checksum"]


@pytest.mark.parametrize("count", [1, 255, 256, 257, 1000])
def test_words_in_lanes_are_those_of_one_stream(count: int) -> None:
    key = encode_key(("lanes", 3))
    stream = RandomStream("lanes", 3)
    one_by_one = [stream._word() for _ in range(count)]
    assert words(seed_states([key]), count)[0].tolist() == one_by_one


@pytest.mark.parametrize("size", [0, 1, 2, 7])
def test_the_uniform_after_normals_is_where_a_stream_would_take_it(size: int) -> None:
    stream = RandomStream("u", size)
    expected = [stream.normal() for _ in range(size)]
    normals, uniform = keyed_normals_then_uniform([("u", size)], size)
    assert normals[0].tolist() == expected
    assert uniform.item() == stream.uniform()


def test_noise_is_that_of_the_typescript_to_the_bit() -> None:
    noise = FIXTURE["latentNoise"]
    (latent,) = KeyedNoise().latents(
        NoiseKey(noise["key"], noise["purification"]), [Latent(noise["latent"], (noise["size"],))], noise["ids"]
    )
    assert latent.flatten().tolist() == noise["values"]
    given = FIXTURE["inputNoise"]
    key = NoiseKey(given["key"], given["purification"])
    rows = KeyedNoise().inputs(key, (given["pixels"],), given["ids"], given["l2Norm"])
    assert rows.flatten().tolist() == given["values"]


def test_noise_of_images_is_drawn_in_the_order_rows_columns_channels() -> None:
    flat, placed = (
        KeyedNoise().latents(NoiseKey("k", 0), [Latent("z", shape)], ["a"])[0] for shape in [(24,), (2, 3, 4)]
    )
    assert torch.equal(placed.permute(0, 2, 3, 1).flatten(), flat.flatten())


def test_random_starts_are_those_of_the_typescript() -> None:
    start = FIXTURE["randomStart"]
    _, seed, image, restart = start["key"]
    delta = random_starts([image], (1, 1, start["d"]), start["l2Bound"], seed, restart)
    torch.testing.assert_close(delta.flatten(), torch.tensor(start["values"], dtype=torch.float64), rtol=1e-14, atol=0)


def test_the_blur_kernel_is_that_of_the_typescript() -> None:
    given = FIXTURE["gaussianKernel"]
    assert gaussian_kernel(given["sigma"], given["taps"]) == pytest.approx(given["values"], rel=1e-15)


def test_the_logarithm_is_within_one_unit_of_the_last_place_and_exact_at_powers_of_two() -> None:
    x = torch.cat(
        [
            torch.rand(20_000, generator=torch.Generator().manual_seed(1), dtype=torch.float64),
            1 + torch.logspace(-18, -1, 200, dtype=torch.float64),
        ]
    )
    x = x[x > 0]
    for got, value in zip(natural_log(x).tolist(), x.tolist(), strict=True):
        assert abs(got - math.log(value)) <= math.ulp(math.log(value))
    assert natural_log(torch.tensor([1.0, 0.5, 4.0], dtype=torch.float64)).tolist() == [
        0.0,
        -math.log(2),
        2 * math.log(2),
    ]


def test_the_square_root_is_rounded_to_nearest() -> None:
    x = torch.rand(20_000, generator=torch.Generator().manual_seed(2), dtype=torch.float64) * 200
    assert square_root(x).tolist() == [math.sqrt(value) for value in x.tolist()]
    assert square_root(torch.zeros(1, dtype=torch.float64)).item() == 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0"), (-0.0, "0"), (1e21, "1e+21"), (1e20, "100000000000000000000"), (1e-6, "0.000001"), (1.5e-7, "1.5e-7"), (-12.25, "-12.25"), (5e-324, "5e-324"), (1200, "1200")],
)  # fmt: skip
def test_numbers_in_keys_read_as_in_javascript(value: float, expected: str) -> None:
    assert number_text(value) == expected


def test_lengths_in_keys_count_utf16_units() -> None:
    assert encode_key(("é𝛼", 3)) == "3:é𝛼;#3;"


def test_keys_that_are_none_are_refused() -> None:
    with pytest.raises(ArgumentError, match="^random stream: expected at least one key part, got none$"):
        RandomStream()
    with pytest.raises(ArgumentError, match="^random stream: key part 1 must be a finite number, got nan$"):
        RandomStream("a", math.nan)
    with pytest.raises(ArgumentError, match=r"^integer: n must be an integer from 1 to 2\^53 - 1, got 0$"):
        RandomStream("a").integer(0)
