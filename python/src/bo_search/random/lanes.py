"""Many Alea streams side by side, each cut into lanes that run at once.

A multiply-with-carry sequence x_n = a·x_{n−r} + c mod b is a multiplicative generator in disguise: with
S = x_{n−3} + x_{n−2}·b + x_{n−1}·b² + c·b³ one step is S ← S·b⁻¹ mod p, p = a·b³ − 1 and b⁻¹ = a·b² mod p (Marsaglia
and Zaman 1991). A jump over k steps is therefore one product with b⁻ᵏ, and a long stream becomes lanes of equal length
that are stepped together as rows of a tensor. All arithmetic is on exact integers.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from bo_search.random.keys import utf16_units
from bo_search.random.scalar import (
    MASH_FACTOR,
    MASH_START,
    MULTIPLIER,
    SPACE,
    WORD,
    WORD_MASK,
    AleaState,
    mash,
    seed_state,
)

_MODULUS = MULTIPLIER * WORD**3 - 1
_STEP = MULTIPLIER * WORD**2 % _MODULUS
# Below this many streams plain Python seeds faster than tensors do.
_FEW_STREAMS = 24
# Steps a lane takes at least: fewer, and making its first state costs more than it saves.
_MIN_LANE = 256
# Numbers in a row of the table: enough that the cost of a call does not show.
_WIDTH = 16_384


def seed_states(texts: Sequence[str]) -> Tensor:
    """First states (n, 4) int64 of streams by the texts of their keys: x_{n−3}, x_{n−2}, x_{n−1}, carry."""
    if len(texts) < _FEW_STREAMS:
        states = [seed_state(text) for text in texts]
        return torch.tensor([_row(state) for state in states], dtype=torch.int64).view(-1, 4)
    units, lengths = _unit_table(texts)
    n = MASH_START
    spaces = []
    for _ in range(3):
        n = mash([SPACE], n)
        spaces.append(int(n) & WORD_MASK)
    state = torch.full((len(texts),), n, dtype=torch.float64)
    columns = []
    for word in spaces:
        state = _mash_table(units, lengths, state)
        columns.append((word - (state.to(torch.int64) & WORD_MASK)) & WORD_MASK)
    return torch.stack([*columns, torch.ones_like(columns[0])], dim=1)


def words(states: Tensor, count: int) -> Tensor:
    """The next `count` words (n, count) int64 of streams in the states (n, 4); the states are left as they were."""
    streams = states.shape[0]
    length = min(count, max(_MIN_LANE, -(-count * streams // _WIDTH)))
    lanes = -(-count // length)
    starts = states if lanes == 1 else _lane_states(states, lanes, length)
    table = _run(starts.t().contiguous(), length)  # (length, streams · lanes)
    return table.t().reshape(streams, lanes * length)[:, :count]


def _row(state: AleaState) -> tuple[int, int, int, int]:
    return (state.oldest, state.middle, state.newest, state.carry)


def _unit_table(texts: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Characters (longest, n) float64, 0 after a text's end, and lengths (n)."""
    rows = [utf16_units(text) for text in texts]
    longest = max(len(row) for row in rows)
    padded = torch.tensor([row + [0] * (longest - len(row)) for row in rows], dtype=torch.float64)
    return padded.t().contiguous(), torch.tensor([len(row) for row in rows])


def _mash_table(units: Tensor, lengths: Tensor, state: Tensor) -> Tensor:
    shortest = int(lengths.min())
    for at, column in enumerate(units):
        n = state + column
        h = n * MASH_FACTOR
        n = h.floor()
        h = (h - n) * n
        n = h.floor()
        n = n + (h - n) * float(WORD)
        state = n if at < shortest else torch.where(lengths > at, n, state)
    return state


def _lane_states(states: Tensor, lanes: int, length: int) -> Tensor:
    """States (n · lanes, 4): of every stream at its steps 0, length, 2·length, …"""
    jump = pow(_STEP, length, _MODULUS)
    rows: list[tuple[int, int, int, int]] = []
    for oldest, middle, newest, carry in states.tolist():
        s = oldest | middle << 32 | newest << 64 | carry << 96
        for _ in range(lanes):
            rows.append((s & WORD_MASK, s >> 32 & WORD_MASK, s >> 64 & WORD_MASK, s >> 96))
            s = s * jump % _MODULUS
    return torch.tensor(rows, dtype=torch.int64)


def _run(starts: Tensor, length: int) -> Tensor:
    """Words (length, w) of lanes whose states (4, w) are given."""
    table = torch.empty((length + 3, starts.shape[1]), dtype=torch.int64)
    table[:3] = starts[:3]
    carry = starts[3].clone()
    total = torch.empty_like(carry)
    for row in range(length):
        torch.add(carry, table[row], alpha=MULTIPLIER, out=total)
        torch.bitwise_and(total, WORD_MASK, out=table[row + 3])
        torch.bitwise_right_shift(total, 32, out=carry)
    return table[3:]
