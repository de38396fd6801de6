"""Makes samples: chooses images, attacks them, and keeps both in memory and, where asked, on disk."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from bo_search.attacks import AttackResult, AttackTarget, ClassifierTarget, DefenceTarget, run_attack
from bo_search.errors import ImagesError
from bo_search.hashing import canonical_json, content_hash
from bo_search.worker.image_set import ChosenImages
from bo_search.worker.requests import AttackRequest, SampleRequest

if TYPE_CHECKING:
    from bo_search.worker.evaluator import Evaluator, Progress

# Version of the files in a cache folder; another one is made again.
_CACHE_FORMAT = 1


@dataclass(frozen=True)
class Sample:
    """Images of a sample, in its order, and what became of them under the attack."""

    clean: ChosenImages
    attacked: Tensor | None
    counts: dict[str, int] | None
    # `sha256:…` of images, labels and ids.
    hash: str

    def attacked_images(self) -> Tensor:
        """(m, C, H, W).

        Raises:
            ImagesError: the sample has none.
        """
        if self.attacked is None:
            raise ImagesError("sample: expected attacked images, got none: parts has no robust")
        return self.attacked


class SampleMaker:
    """Makes the samples of an evaluator, each once."""

    def __init__(self, evaluator: Evaluator, cache: Path | None) -> None:
        self._evaluator = evaluator
        self._cache = cache
        self._made: dict[str, Sample] = {}

    def get(self, request: SampleRequest, progress: Progress) -> Sample:
        """The sample; noise key and draws do not matter for its images."""
        attack = request.attack if "robust" in request.parts else None
        settings = {"blur": request.blur, "noise": request.noise_norm, "temperature": request.temperature}
        against_defence = attack is not None and attack.against == "defence"
        name = canonical_json(
            {
                "set": request.set_name,
                "images": request.images,
                "seed": request.seed,
                "attack": None if attack is None else _attack_json(attack),
                "defence": {**settings, "blur": _blur_json(request)} if against_defence else None,
            }
        )
        if name not in self._made:
            self._made[name] = self._make(request, attack, name, progress)
        return self._made[name]

    def _make(self, request: SampleRequest, attack: AttackRequest | None, name: str, progress: Progress) -> Sample:
        evaluator = self._evaluator
        chosen = evaluator.choose(request.set_name, images=request.images, seed=request.seed)
        if attack is None:
            return Sample(chosen, None, None, _hash(chosen, None))
        result = self._attacked(request, attack, chosen, name, progress)
        kept = [
            row
            for row, outcome in enumerate(result.outcomes)
            if outcome != "failure" or not attack.keep_only_successful
        ]
        if len(kept) == 0:
            raise ImagesError(
                f"{attack.settings.name}: expected at least one successful image to keep, got none at l2Bound "
                f"{attack.settings.l2_bound}",
                "raise l2Bound, or keep all images",
            )
        clean = chosen.take(kept)
        attacked = result.images[torch.tensor(kept)]
        return Sample(clean, attacked, _counts(result), _hash(clean, attacked))

    def _attacked(
        self, request: SampleRequest, attack: AttackRequest, chosen: ChosenImages, name: str, progress: Progress
    ) -> AttackResult:
        reached = (0, len(chosen.ids))

        def tell(done: int, of: int) -> None:
            nonlocal reached
            reached = (done, of)
            progress(done, of, "attacking images")

        def make() -> AttackResult:
            target = self._target(request, attack, lambda: tell(*reached))
            return run_attack(attack.settings, target, chosen.images, chosen.labels, chosen.ids, request.seed, tell)

        if self._cache is None:
            return make()
        identity = content_hash(self._evaluator.model_hash, name, _hash(chosen, None))
        return _stored(self._cache, identity, make)

    def _target(self, request: SampleRequest, attack: AttackRequest, tick: Callable[[], None]) -> AttackTarget:
        evaluator = self._evaluator
        if attack.against == "classifier":
            return ClassifierTarget(evaluator.classifier, evaluator.compute, tick)
        return DefenceTarget(evaluator.defence(request), tick)


def _counts(result: AttackResult) -> dict[str, int]:
    attacked = [outcome != "clean-error" for outcome in result.outcomes]
    fooled = result.eight_bit_fooled.tolist()
    return {
        "images": len(result.outcomes),
        "cleanErrors": attacked.count(False),
        "successes": result.outcomes.count("success"),
        "eightBitSuccesses": sum(was and is_fooled for was, is_fooled in zip(attacked, fooled, strict=True)),
        "zeroGradients": int(result.zero_gradient.sum()),
        "nonFinite": int(result.non_finite.sum()),
    }


def _hash(clean: ChosenImages, attacked: Tensor | None) -> str:
    parts: list[str | Tensor] = [canonical_json(list(clean.ids)), clean.labels, clean.images]
    return content_hash(*parts, *([] if attacked is None else [attacked]))


def _attack_json(attack: AttackRequest) -> dict[str, Any]:
    settings = {"name": attack.settings.name, **asdict(attack.settings)}
    return {"settings": settings, "against": attack.against, "keep": attack.keep_only_successful}


def _blur_json(request: SampleRequest) -> list[Any] | None:
    return None if request.blur is None else [request.blur.sigma, request.blur.kernel_size]


def _stored(folder: Path, identity: str, make: Callable[[], AttackResult]) -> AttackResult:
    """The result kept under that identity, or made and kept now; a file that is damaged is made again."""
    path = folder / f"attacked-{identity.removeprefix('sha256:')}.pt"
    if path.exists():
        try:
            return _loaded(path)
        except Exception as error:
            print(f"bo_search: {path}: made again, since it can't be read: {error}", file=sys.stderr, flush=True)
    result = make()
    folder.mkdir(parents=True, exist_ok=True)
    state = {
        "format": _CACHE_FORMAT,
        "outcomes": json.dumps(result.outcomes),
        "hash": content_hash(result.images),
        **{key: getattr(result, key) for key in ("images", "eight_bit_fooled", "norms", "zero_gradient", "non_finite")},
    }
    # Written whole or not at all: under another name first.
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".attacked-")
    try:
        with os.fdopen(handle, "wb") as file:
            torch.save(state, file)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return result


def _loaded(path: Path) -> AttackResult:
    state = torch.load(path, map_location="cpu", weights_only=True)
    if state.get("format") != _CACHE_FORMAT:
        raise ValueError(f"expected format {_CACHE_FORMAT}, got {state.get('format')}")
    if content_hash(state["images"]) != state["hash"]:
        raise ValueError("expected the hash of its images, got another")
    return AttackResult(
        images=state["images"],
        outcomes=tuple(json.loads(state["outcomes"])),
        eight_bit_fooled=state["eight_bit_fooled"],
        norms=state["norms"],
        zero_gradient=state["zero_gradient"],
        non_finite=state["non_finite"],
    )
