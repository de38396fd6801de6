"""Building blocks shared by the HVAE and the classifiers. Torch tensors are NCHW.

Only operations with a safe gradient in TensorFlow.js: plain convolutions, SiLU, element-wise arithmetic, and
depth-to-space as a reshape and a transpose.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def same_conv(inputs: int, outputs: int, kernel: int) -> nn.Conv2d:
    """Stride 1, zero padding (kernel - 1) / 2 on every side: the spatial size stays."""
    return nn.Conv2d(inputs, outputs, kernel, padding=(kernel - 1) // 2)


def down_conv(inputs: int, outputs: int) -> nn.Conv2d:
    """3x3, stride 2, zero padding 1 on every side (symmetric, unlike TensorFlow's 'same'): halves an even size."""
    return nn.Conv2d(inputs, outputs, 3, stride=2, padding=1)


def depth_to_space(x: Tensor, block: int) -> Tensor:
    """(B, block*block*C, H, W) -> (B, C, block*H, block*W), channel (dy*block + dx)*C + c, as tf.depthToSpace."""
    batch, channels, height, width = x.shape
    depth = channels // (block * block)
    x = x.reshape(batch, block, block, depth, height, width)
    x = x.permute(0, 3, 4, 1, 5, 2)  # (B, C, H, dy, W, dx)
    return x.reshape(batch, depth, height * block, width * block)


class Cell(nn.Module):
    """x + expand(silu(mix(silu(reduce(x))))): 1x1, kernel x kernel, 1x1; the identity at initialisation."""

    def __init__(self, channels: int, middle: int, kernel: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(channels, middle, 1)
        self.mix = same_conv(middle, middle, kernel)
        self.expand = nn.Conv2d(middle, channels, 1)
        nn.init.zeros_(self.expand.weight)
        nn.init.zeros_(self.expand.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.expand(F.silu(self.mix(F.silu(self.reduce(x)))))


def soft_clamp(x: Tensor, bound: float) -> Tensor:
    """bound * tanh(x / bound): smooth, within (-bound, bound)."""
    return bound * torch.tanh(x / bound)
