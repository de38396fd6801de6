"""The hierarchical VAE: twelve latents on three scales, each a Gaussian whose prior depends on those before it.

The walk has five moves, the same as the library's `Mlvgm` contract:

    state = model.begin(images)
    for i in range(len(model.latents)):
        z = (1 - alpha[i]) * model.posterior(state, i) + alpha[i] * model.prior(state, i, noise[i], temperature)
        state = model.commit(state, i, z)
    output = model.finish(state)

Notation: B batch, h the decoder's hidden tensor, c_i the encoder's context of latent i,
p_i = N(mu_p, sigma_p) the prior, q_i = N(mu_p + d_mu, sigma_p * exp(d_log_sigma)) the residual posterior.
Ideas: Sonderby et al. 2016 (arXiv:1602.02282), Vahdat & Kautz 2020 (arXiv:2007.03898).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from layers import Cell, depth_to_space, down_conv, same_conv, soft_clamp


@dataclass(frozen=True)
class Scale:
    """One resolution: `size` x `size` hidden tensors of `channels`; its cells; its `groups` latents of `z` channels."""

    size: int
    channels: int
    z: int
    groups: int
    middle: int
    kernel: int


@dataclass(frozen=True)
class HvaeConfig:
    """All numbers needed to rebuild the network; `asdict` of it goes into model.json."""

    side: int = 28
    pad: int = 2
    stem_channels: int = 16
    stem_middle: int = 16
    encoder_cells: int = 2
    # A 3x3 kernel on a 1x1 map sees only padding outside its centre, hence kernel 1 there.
    scales: tuple[Scale, ...] = (
        Scale(size=1, channels=128, z=16, groups=4, middle=64, kernel=1),
        Scale(size=4, channels=64, z=4, groups=4, middle=32, kernel=3),
        Scale(size=8, channels=32, z=2, groups=4, middle=32, kernel=3),
    )
    log_sigma_bound: float = 4.0

    def latents(self) -> list[tuple[str, Scale]]:
        """(name, scale) of every latent in walk order; names are `<size>x<size>.<group>`."""
        return [(f"{s.size}x{s.size}.{g}", s) for s in self.scales for g in range(s.groups)]

    def to_json(self) -> dict:
        return asdict(self)


@dataclass(frozen=True)
class State:
    """contexts: c_i of every latent, (B, M_i, S_i, S_i); hidden: h, at the scale of the next latent."""

    contexts: tuple[Tensor, ...]
    hidden: Tensor


class Encoder(nn.Module):
    """Images to one feature tensor a scale, coarsest first."""

    def __init__(self, config: HvaeConfig) -> None:
        super().__init__()
        coarse, middle, fine = config.scales
        self.stem = down_conv(1, config.stem_channels)
        self.stem_cell = Cell(config.stem_channels, config.stem_middle, 3)
        self.down_fine = down_conv(config.stem_channels, fine.channels)
        self.down_middle = down_conv(fine.channels, middle.channels)
        self.down_coarse = nn.Conv2d(middle.channels, coarse.channels, middle.size)  # 'valid': 4x4 -> 1x1
        self.cells = nn.ModuleList(
            nn.ModuleList(Cell(s.channels, s.middle, s.kernel) for _ in range(config.encoder_cells))
            for s in config.scales
        )

    def forward(self, padded: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, 1, 32, 32) -> (B, 128, 1, 1), (B, 64, 4, 4), (B, 32, 8, 8)."""
        x = self.stem_cell(self.stem(padded))
        fine = self._refine(2, self.down_fine(x))
        middle = self._refine(1, self.down_middle(fine))
        coarse = self._refine(0, self.down_coarse(middle))
        return coarse, middle, fine

    def _refine(self, scale: int, x: Tensor) -> Tensor:
        for cell in self.cells[scale]:
            x = cell(x)
        return x


class Latent(nn.Module):
    """The networks of one latent. The first has no prior network: its prior is N(0, 1)."""

    def __init__(self, scale: Scale, first: bool) -> None:
        super().__init__()
        c, m, z = scale.channels, scale.middle, scale.z
        self.z = z
        self.context = nn.Conv2d(c, m, 1)
        self.merge = nn.Conv2d(c, m, 1, bias=False)
        self.posterior_mix = same_conv(m, m, scale.kernel)
        self.posterior_head = nn.Conv2d(m, 2 * z, 1)
        self.prior_head = None if first else nn.Conv2d(c, 2 * z, 1)
        self.inject = nn.Conv2d(z, c, 1, bias=False)
        self.cell = Cell(c, scale.middle, scale.kernel)
        for head in (self.posterior_head, self.prior_head):
            if head is not None:
                nn.init.normal_(head.weight, std=0.01)
                nn.init.zeros_(head.bias)


class Hvae(nn.Module):
    """See the module docstring for the walk."""

    def __init__(self, config: HvaeConfig = HvaeConfig()) -> None:
        super().__init__()
        self.config = config
        self.latents = config.latents()
        coarse, middle, fine = config.scales
        stem = config.stem_channels
        self.encoder = Encoder(config)
        self.initial = nn.Parameter(torch.zeros(coarse.channels))
        self.groups = nn.ModuleList(Latent(scale, i == 0) for i, (_, scale) in enumerate(self.latents))
        self.up_middle = nn.Conv2d(coarse.channels, middle.size**2 * middle.channels, 1)
        self.up_fine = nn.Conv2d(middle.channels, 4 * fine.channels, 1)
        self.head_up = nn.Conv2d(fine.channels, 4 * stem, 1)
        self.head_cell = Cell(stem, config.stem_middle, 3)
        self.head_pixels = same_conv(stem, 4, 3)

    def begin(self, images: Tensor) -> State:
        """Encodes images (B, 1, 28, 28) in [0, 1]; nothing here depends on alpha."""
        p = self.config.pad
        features = self.encoder(F.pad(images, (p, p, p, p)))
        by_size = {f.shape[-1]: f for f in features}
        contexts = tuple(g.context(by_size[s.size]) for g, (_, s) in zip(self.groups, self.latents))
        hidden = self.initial.view(1, -1, 1, 1).expand(images.shape[0], -1, -1, -1)
        return State(contexts, hidden)

    def prior_parameters(self, state: State, i: int) -> tuple[Tensor, Tensor]:
        """(mu_p, log sigma_p) of latent i, each (B, z, S, S)."""
        group = self.groups[i]
        if group.prior_head is None:
            zero = state.hidden.new_zeros(state.hidden.shape[0], group.z, 1, 1)
            return zero, zero
        mean, log_sigma = group.prior_head(F.silu(state.hidden)).chunk(2, dim=1)
        return mean, soft_clamp(log_sigma, self.config.log_sigma_bound)

    def posterior_deltas(self, state: State, i: int) -> tuple[Tensor, Tensor]:
        """(d_mu, d_log_sigma) of latent i, each (B, z, S, S)."""
        group = self.groups[i]
        u = F.silu(group.posterior_mix(F.silu(state.contexts[i] + group.merge(state.hidden))))
        d_mean, d_log_sigma = group.posterior_head(u).chunk(2, dim=1)
        return d_mean, soft_clamp(d_log_sigma, self.config.log_sigma_bound)

    def posterior(self, state: State, i: int) -> Tensor:
        """z_i^e: the posterior mean mu_p + d_mu, (B, z, S, S). No randomness."""
        return self.prior_parameters(state, i)[0] + self.posterior_deltas(state, i)[0]

    def prior(self, state: State, i: int, noise: Tensor, temperature: float) -> Tensor:
        """z_i^s = mu_p + temperature * sigma_p * noise, noise (B, z, S, S) standard normal."""
        mean, log_sigma = self.prior_parameters(state, i)
        return mean + temperature * log_sigma.exp() * noise

    def commit(self, state: State, i: int, z: Tensor) -> State:
        """Feeds z_i to the decoder; after the last latent of a scale, moves to the next scale."""
        group = self.groups[i]
        hidden = group.cell(state.hidden + group.inject(z))
        last_of_scale = i + 1 < len(self.latents) and self.latents[i + 1][1].size != self.latents[i][1].size
        if last_of_scale:
            to_middle = self.latents[i][1].size == 1
            up, block = (self.up_middle, self.config.scales[1].size) if to_middle else (self.up_fine, 2)
            hidden = depth_to_space(up(hidden), block)
        return State(state.contexts, hidden)

    def decode(self, state: State) -> Tensor:
        """The unclamped output (B, 1, 28, 28); training uses it."""
        x = self.head_cell(depth_to_space(self.head_up(state.hidden), 2))
        x = depth_to_space(self.head_pixels(x), 2)
        p = self.config.pad
        return x[:, :, p:-p, p:-p]

    def finish(self, state: State) -> Tensor:
        """The output clamped to [0, 1]; its gradient is 0 where the clamp acts."""
        return self.decode(state).clamp(0.0, 1.0)


def purify(
    model: Hvae, images: Tensor, alphas: list[float], noise: list[Tensor] | None, temperature: float
) -> Tensor:
    """Algorithm 1: mixes posterior means and prior draws by alpha; `noise` may be None if every alpha is 0."""
    return purify_state(model, model.begin(images), alphas, noise, temperature)


def purify_state(
    model: Hvae, state: State, alphas: list[float], noise: list[Tensor] | None, temperature: float
) -> Tensor:
    """As `purify`, from an encoded state."""
    for i, alpha in enumerate(alphas):
        z = model.posterior(state, i)
        if alpha != 0.0:
            z = (1.0 - alpha) * z + alpha * model.prior(state, i, noise[i], temperature)
        state = model.commit(state, i, z)
    return model.finish(state)
