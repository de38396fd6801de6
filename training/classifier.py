"""The classifiers under attack: four plain convolutions and one dense layer. Torch tensors are NCHW."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from layers import down_conv, same_conv


@dataclass(frozen=True)
class ClassifierConfig:
    """channels[0] is at full size; channels[1..3] each halve it (28 -> 14 -> 7 -> 4)."""

    classes: int
    channels: tuple[int, int, int, int] = (16, 32, 64, 64)

    def to_json(self) -> dict:
        return asdict(self)


class Classifier(nn.Module):
    """Images (B, 1, 28, 28) in [0, 1] to logits (B, K)."""

    def __init__(self, config: ClassifierConfig) -> None:
        super().__init__()
        self.config = config
        a, b, c, d = config.channels
        self.conv = nn.ModuleList([same_conv(1, a, 3), down_conv(a, b), down_conv(b, c), down_conv(c, d)])
        self.dense = nn.Linear(4 * 4 * d, config.classes)

    def forward(self, images: Tensor) -> Tensor:
        x = images
        for conv in self.conv:
            x = F.relu(conv(x))
        return self.dense(x.permute(0, 2, 3, 1).flatten(1))  # NHWC order: (row * 4 + column) * D + channel
