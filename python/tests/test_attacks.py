"""FGSM-L2 and PGD-L2: closed forms on linear models, bounds, keys, and what counts as a success."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import tiny_models as tiny
from bo_search import ArgumentError, FgsmL2, ImagesError, ModelError, NonFiniteError, PgdL2, run_attack
from bo_search.attacks import AttackSettings, ClassifierTarget, DefenceTarget
from bo_search.attacks.l2 import move_within, random_starts, to_eight_bit
from bo_search.attacks.log_odds import error_log_odds, predicted
from bo_search.purify import Compute, Defence, DefenceSettings, TensorMemory, noise_source


class Linear(nn.Module):
    """Two classes: logits (w·x, 0)."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, images: Tensor) -> Tensor:
        own = images.flatten(1) @ self.weight
        return torch.stack([own, torch.zeros_like(own)], dim=1)


WEIGHT = torch.linspace(-1, 1, 12)
GREY = torch.full((2, 1, 3, 4), 0.5)
ZEROS = torch.zeros(2, dtype=torch.int64)


def target(module: nn.Module, micro_batch: int = 16) -> ClassifierTarget:
    return ClassifierTarget(module, Compute(micro_batch=micro_batch))


def tiny_attack(
    settings: AttackSettings, rows: list[int], micro_batch: int = 16, seed: int = 1
) -> tuple[Tensor, tuple[str, ...]]:
    images, ids = tiny.images(12)[rows], [f"img-{row}" for row in rows]
    with torch.no_grad():
        labels = tiny.classifier()(images).argmax(dim=1)
    result = run_attack(settings, target(tiny.classifier(), micro_batch), images, labels, ids, seed)
    return result.images, result.outcomes


def test_the_margin_of_a_linear_model_falls_by_the_bound_times_the_norm_of_its_weight() -> None:
    model = Linear(WEIGHT)
    clean = model(GREY + 0.01 * WEIGHT.view(1, 1, 3, 4).sign())
    for direction, fall in [("gradient", WEIGHT.norm()), ("sign", WEIGHT.abs().sum() / WEIGHT.numel() ** 0.5)]:
        images = GREY + 0.01 * WEIGHT.view(1, 1, 3, 4).sign()
        settings = FgsmL2(0.3, direction)  # type: ignore[arg-type]  # both are names of directions
        result = run_attack(settings, target(model), images, ZEROS, ["a", "b"], 1)
        torch.testing.assert_close((clean - model(result.images))[:, 0], (0.3 * fall).expand(2), rtol=1e-4, atol=0)
        torch.testing.assert_close(result.norms, torch.full((2,), 0.3, dtype=torch.float64), rtol=1e-5, atol=0)


def test_pgd_reaches_the_point_of_fgsm_on_a_linear_model() -> None:
    images = GREY + 0.01 * WEIGHT.view(1, 1, 3, 4).sign()
    one = run_attack(FgsmL2(0.3), target(Linear(WEIGHT)), images, ZEROS, ["a", "b"], 1)
    many = run_attack(PgdL2(0.3, steps=10), target(Linear(WEIGHT)), images, ZEROS, ["a", "b"], 1)
    torch.testing.assert_close(one.images, many.images, rtol=0, atol=1e-6)
    assert many.outcomes == ("success", "success")


@pytest.mark.parametrize(
    "settings",
    [FgsmL2(2.0), FgsmL2(2.0, "sign"), PgdL2(1.0, steps=4), PgdL2(1.0, steps=3, random_start=True, restarts=2)],
)
def test_results_stay_in_ball_and_box_and_are_the_same_in_any_batch(settings: AttackSettings) -> None:
    rows = list(range(12))
    images, outcomes = tiny_attack(settings, rows)
    assert bool(((images >= 0) & (images <= 1)).all())
    norms = (images.double() - tiny.images(12).double()).flatten(1).norm(dim=1)
    assert float(norms.max()) <= settings.l2_bound
    some, some_outcomes = tiny_attack(settings, [7, 2], micro_batch=1)
    torch.testing.assert_close(some, images[[7, 2]], rtol=0, atol=1e-4)
    assert some_outcomes == (outcomes[7], outcomes[2])


def test_the_random_start_follows_the_seed() -> None:
    settings = PgdL2(1.0, steps=1, random_start=True)
    one, again, other = (tiny_attack(settings, [0, 1], seed=seed)[0] for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_random_starts_fill_the_ball_uniformly() -> None:
    starts = random_starts([str(at) for at in range(2000)], (1, 1, 3), 2.0, 1, 0)
    radii = starts.flatten(1).norm(dim=1) / 2.0
    assert float(radii.max()) <= 1
    # (r/ε)^d is uniform on [0, 1]: mean ½ with standard error 0.29/√2000.
    assert abs(float((radii**3).mean()) - 0.5) < 4 * 0.29 / 2000**0.5


def test_errors_on_clean_images_are_left_alone_and_counted_apart() -> None:
    labels = torch.tensor([0, 1])
    result = run_attack(FgsmL2(0.01), target(Linear(torch.ones(12))), GREY, labels, ["a", "b"], 1)
    assert result.outcomes == ("failure", "clean-error")
    assert torch.equal(result.images[1], GREY[1])
    assert result.norms[1].item() == 0


def test_a_gradient_of_zero_is_a_flagged_failure() -> None:
    class Blind(Linear):
        def forward(self, images: Tensor) -> Tensor:
            return super().forward(images) * 0 + torch.tensor([1.0, 0.0])

    for settings in (FgsmL2(1.0), PgdL2(1.0, steps=2)):
        result = run_attack(settings, target(Blind(WEIGHT)), GREY, ZEROS, ["a", "b"], 1)
        assert result.outcomes == ("failure", "failure")
        assert result.zero_gradient.tolist() == [True, True]
        assert torch.equal(result.images, GREY)


def test_nan_on_the_way_never_makes_a_success() -> None:
    class Cliff(Linear):
        def forward(self, images: Tensor) -> Tensor:
            moved = (images - 0.5).abs().flatten(1).sum(dim=1, keepdim=True) > 0.05
            return torch.where(moved, torch.nan, super().forward(images) + torch.tensor([1.0, 0.0]))

    for settings in (FgsmL2(0.3), PgdL2(0.3, steps=3)):
        result = run_attack(settings, target(Cliff(WEIGHT)), GREY, ZEROS, ["a", "b"], 1)
        assert result.outcomes == ("failure", "failure")
        assert result.non_finite.tolist() == [True, True]
    with pytest.raises(NonFiniteError, match='^pgd-l2: clean image "a": expected finite logits, got NaN or Infinity'):
        run_attack(PgdL2(1.0), target(Cliff(WEIGHT)), GREY + 0.2, ZEROS, ["a", "b"], 1)


def test_the_defence_with_alpha_zero_can_be_attacked() -> None:
    of = Defence(
        tiny.parallel_walk(), tiny.classifier(), DefenceSettings(noise_norm=0.5),
        shape=(3, 32, 32), compute=Compute(micro_batch=5), source=noise_source("keyed"), memory=TensorMemory(0),
    )  # fmt: skip
    images, ids = tiny.images(8), [f"img-{at}" for at in range(8)]
    labels = predicted(DefenceTarget(of).logits(images, ids, "attack/pgd-l2/1/clean", 0))
    result = run_attack(PgdL2(20.0, steps=5), DefenceTarget(of), images, labels, ids, 1)
    assert "success" in result.outcomes
    assert "clean-error" not in result.outcomes


def test_a_model_that_hides_its_gradient_is_named() -> None:
    class Detached(Linear):
        def forward(self, images: Tensor) -> Tensor:
            return super().forward(images.detach()) + torch.tensor([1.0, 0.0])

    with pytest.raises(
        ModelError, match="^classifier: expected logits that autograd can follow back to the images, got none"
    ):
        run_attack(FgsmL2(1.0), target(Detached(WEIGHT)), GREY, ZEROS, ["a", "b"], 1)


def test_log_odds_order_and_extremes() -> None:
    logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 200.0, -200.0]])
    expected = [torch.log(torch.exp(torch.tensor(1.0)) + 1).item() - 2, 200.0]
    assert error_log_odds(logits, torch.tensor([0, 0])).tolist() == pytest.approx(expected)
    assert predicted(torch.tensor([[1.0, 1.0], [torch.nan, 0.0], [0.0, torch.inf]])).tolist() == [0, -1, -1]


def test_moves_round_towards_the_clean_image() -> None:
    clean = torch.rand((50, 1, 3, 4), generator=torch.Generator().manual_seed(3))
    delta = torch.randn(clean.shape, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    moved = move_within(clean, delta, 0.1)
    assert float((moved.double() - clean.double()).flatten(1).norm(dim=1).max()) <= 0.1


def test_eight_bit_rounds_halves_up() -> None:
    assert to_eight_bit(torch.tensor([0.0, 0.5, 1.0, 0.1])).tolist() == pytest.approx([0, 128 / 255, 1, 26 / 255])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FgsmL2(0), "fgsm-l2: l2Bound: expected a number above 0, got 0"),
        (lambda: FgsmL2(1, "up"), 'fgsm-l2: direction: expected "gradient" or "sign", got "up"'),  # type: ignore[arg-type]
        (lambda: PgdL2(1e101), "pgd-l2: l2Bound: expected a number above 0 and at most 1e+100, got 1e+101"),
        (lambda: PgdL2(1, steps=0), "pgd-l2: steps: expected an integer of at least 1, got 0"),
        (lambda: PgdL2(1, step_size=float("nan")), "pgd-l2: stepSize: expected a number above 0, got nan"),
    ],
)
def test_settings_are_checked(make: object, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        make()  # type: ignore[operator]  # a lambda of the table
    assert str(caught.value) == message


def test_images_are_checked() -> None:
    with pytest.raises(ImagesError, match='^fgsm-l2: image "a": expected numbers from 0 to 1, got 1.5$'):
        run_attack(FgsmL2(1), target(Linear(WEIGHT)), GREY + 1, ZEROS, ["a", "b"], 1)
    with pytest.raises(
        ImagesError, match="^fgsm-l2: expected one image and one label for each of 1 ids, got 2 images and 2 labels$"
    ):
        run_attack(FgsmL2(1), target(Linear(WEIGHT)), GREY, ZEROS, ["a"], 1)
