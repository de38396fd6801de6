"""What is done to images before they are encoded: blur, then noise of an exact L2 norm, then a clamp to [0, 1]."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from bo_search.errors import ArgumentError
from bo_search.purify.noise import NoiseKey, NoiseSource

# An odd number of taps, or a rule. `paper`: 2^⌊n/2⌋ − 1 for images of side 2ⁿ (256: 15, 128: 7, 64: 7). `reference`:
# the same with n = √side, as the paper's code computes it (256: 255, 128: 31, 64: 15).
KernelSize = int | Literal["paper", "reference"]


@dataclass(frozen=True)
class Blur:
    """Gaussian blur: standard deviation in pixels, above 0, and the number of taps."""

    sigma: float
    kernel_size: KernelSize


class Preprocessing:
    """Blur and input noise for images of one size (C, H, W)."""

    def __init__(self, blur: Blur | None, noise_norm: float | None, shape: Sequence[int]) -> None:
        """Raises ArgumentError for a negative or infinite norm, or a blur that does not fit the image."""
        norm = 0.0 if noise_norm is None else noise_norm
        if not (math.isfinite(norm) and norm >= 0):
            raise ArgumentError(f"preprocessing: noise.l2Norm must be at least 0, got {norm}")
        self.shape = tuple(shape)
        self.norm = norm
        self.acts = blur is not None or noise_norm is not None
        self.matrices = None if blur is None else blur_matrices(blur, shape[1], shape[2])

    @property
    def random(self) -> bool:
        """Whether two purifications of an image differ here."""
        return self.norm > 0

    def apply(self, images: Tensor, source: NoiseSource, key: NoiseKey, ids: Sequence[str]) -> Tensor:
        """Images (B, C, H, W) to the same; differentiable, the noise is a constant."""
        if not self.acts:
            return images
        out = images
        if self.matrices is not None:
            rows, columns = (matrix.to(images) for matrix in self.matrices)
            out = rows @ images @ columns.t()
        if self.norm > 0:
            out = out + source.inputs(key, self.shape, ids, self.norm).to(images)
        return out.clamp(0.0, 1.0)


def blur_matrices(blur: Blur, height: int, width: int) -> tuple[Tensor, Tensor]:
    """A_h (H, H) and A_w (W, W), float32: the blurred image is A_h · X · A_wᵀ.

    Raises:
        ArgumentError: sigma is not above 0, or the kernel is even or too wide to reflect at the border.
    """
    kernel = gaussian_kernel(blur.sigma, kernel_taps(blur.kernel_size, height))
    return _blur_matrix(kernel, height), _blur_matrix(kernel, width)


def kernel_taps(size: KernelSize, side: int) -> int:
    """Number of taps that a rule gives for images of a side; at least 1."""
    if isinstance(size, bool):
        raise ArgumentError(f'blur: kernelSize must be a number, "paper" or "reference", got {size}')
    if isinstance(size, int):
        if size >= 1 and size % 2 == 1:
            return size
        raise ArgumentError(f"blur: kernelSize must be an odd number of at least 1, got {size}")
    if size not in ("paper", "reference"):
        raise ArgumentError(f'blur: kernelSize must be a number, "paper" or "reference", got "{size}"')
    n = math.floor(math.log2(side)) if size == "paper" else math.isqrt(side)
    return int(max(1, 2 ** (n // 2) - 1))


def gaussian_kernel(sigma: float, taps: int) -> list[float]:
    """exp(−x² / 2σ²) at whole distances from the middle, with sum 1."""
    if not (math.isfinite(sigma) and sigma > 0):
        raise ArgumentError(f"blur: sigma must be a number above 0, got {sigma}")
    middle = (taps - 1) / 2
    weights = [math.exp(-(((i - middle) / sigma) ** 2) / 2) for i in range(taps)]
    total = sum(weights)
    return [weight / total for weight in weights]


def _blur_matrix(kernel: Sequence[float], side: int) -> Tensor:
    """A with (A·x)_i = Σ_t k_t x_reflect(i + t − middle); reflection leaves the border pixel single."""
    middle = len(kernel) // 2
    if middle >= side:
        raise ArgumentError(f"blur: kernelSize must be below {2 * side} for {side} pixels, got {len(kernel)}")
    matrix = torch.zeros((side, side), dtype=torch.float64)
    for i in range(side):
        for t, weight in enumerate(kernel):
            at = abs(i + t - middle)
            matrix[i, at if at < side else 2 * (side - 1) - at] += weight
    return matrix.float()
