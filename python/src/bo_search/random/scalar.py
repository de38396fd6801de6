"""One keyed stream of random numbers, in plain Python: few numbers at a time, and the oracle of the vectorised ones.

The generator is Alea (Johannes Baagøe, "Random musings", 2010): a multiply-with-carry sequence of lag 3 on 32-bit
words, x_n = a·x_{n−3} + c_{n−1} mod 2³², c_n the carry, whose first words come from a hash ("Mash") of the key's text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch

from bo_search.errors import ArgumentError
from bo_search.random.keys import KeyPart, encode_key, utf16_units
from bo_search.random.natural_log import natural_log

MULTIPLIER = 2_091_639
WORD = 1 << 32
WORD_MASK = WORD - 1
# Mash: where it begins, and the factor that spreads a character.
MASH_START = float(0xEFC8249D)
MASH_FACTOR = 0.02519603282416938
SPACE = 32
_RESOLUTION = 2.0**-53
_DOUBLES = 1 << 53


@dataclass(frozen=True)
class AleaState:
    """x_{n−3}, x_{n−2}, x_{n−1} in [0, 2³²) and the carry c_{n−1}."""

    oldest: int
    middle: int
    newest: int
    carry: int


def mash(units: Iterable[int], n: float) -> float:
    """Mash's state after more characters; its output is the whole part of the state, modulo 2³²."""
    for unit in units:
        n += unit
        h = MASH_FACTOR * n
        n = float(math.floor(h))
        h = (h - n) * n
        n = float(math.floor(h))
        n += (h - n) * WORD
    return n


def seed_state(text: str) -> AleaState:
    """The first state of the stream whose key is encoded as `text`."""
    units = utf16_units(text)
    n = MASH_START
    words = []
    for _ in range(3):
        n = mash([SPACE], n)
        words.append(int(n) & WORD_MASK)
    seeded = []
    for word in words:
        n = mash(units, n)
        seeded.append((word - (int(n) & WORD_MASK)) & WORD_MASK)
    return AleaState(seeded[0], seeded[1], seeded[2], carry=1)


class RandomStream:
    """The stream of a key, for example `RandomStream(seed, 'images', 'search')`; equal keys give equal streams."""

    def __init__(self, *key: KeyPart) -> None:
        state = seed_state(encode_key(key))
        self._words = (state.oldest, state.middle, state.newest)
        self._carry = state.carry
        self._spare: float | None = None

    def uniform(self) -> float:
        """Uniform on [0, 1), a multiple of 2⁻⁵³."""
        return self._bits53() * _RESOLUTION

    def normal(self) -> float:
        """Standard normal, by Marsaglia's polar method."""
        if self._spare is not None:
            spare, self._spare = self._spare, None
            return spare
        while True:
            u = 2 * self.uniform() - 1
            v = 2 * self.uniform() - 1
            s = u * u + v * v
            if 0 < s < 1:
                break
        factor = math.sqrt((-2 * natural_log(torch.tensor(s, dtype=torch.float64)).item()) / s)
        self._spare = v * factor
        return u * factor

    def integer(self, n: int) -> int:
        """Uniform on 0, 1, …, n − 1 for n from 1 to 2⁵³ − 1, by rejection."""
        if not 1 <= n < _DOUBLES:
            raise ArgumentError(f"integer: n must be an integer from 1 to 2^53 - 1, got {n}")
        limit = _DOUBLES - _DOUBLES % n
        while True:
            draw = self._bits53()
            if draw < limit:
                return draw % n

    def permutation(self, n: int) -> list[int]:
        """A uniform permutation of 0, 1, …, n − 1 (Fisher and Yates)."""
        order = list(range(n))
        for i in range(n - 1, 0, -1):
            j = self.integer(i + 1)
            order[i], order[j] = order[j], order[i]
        return order

    def _word(self) -> int:
        oldest, middle, newest = self._words
        total = MULTIPLIER * oldest + self._carry
        self._carry = total >> 32
        word = total & WORD_MASK
        self._words = (middle, newest, word)
        return word

    def _bits53(self) -> int:
        high = self._word()
        return (high << 21) + (self._word() >> 11)
