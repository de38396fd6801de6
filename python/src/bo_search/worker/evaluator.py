"""An evaluator: a purifying model, a classifier and image sets, ready to judge α on samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from bo_search.attacks.log_odds import predicted
from bo_search.errors import ImagesError, ModelError, NonFiniteError, RequestError
from bo_search.hashing import canonical_json, content_hash, modules_hash
from bo_search.purify import Compute, Defence, DefenceSettings, TensorMemory, noise_source
from bo_search.purify.walk import FusedPurifier, LatentWalk, checked_latents
from bo_search.worker.deployed import Deployed
from bo_search.worker.image_set import ChosenImages, ImageSet, choose_rows, sets_hash
from bo_search.worker.model_requests import ImagesRequest, ModelRequest
from bo_search.worker.requests import DefenceRequest, EvaluateRequest, SampleRequest
from bo_search.worker.sample import Sample, SampleMaker

# Called with (done, of, what) while something long goes on; may raise to give up.
Progress = Callable[[int, int, str], None]

_MIB = 2**20


class Evaluator:
    """Judges α for one task.

    Modules are put in eval mode, moved to the device and freed of parameter gradients.

    Args:
        model: a `LatentWalk` (or `ParallelCodes`) or a `FusedPurifier`.
        classifier: images (B, C, H, W) in [0, 1] to logits (B, K); any normalisation is inside.
        classes: K names, in the order of the logits.
        sets: image sets by name; a search uses `search` and `heldOut`, which should share no image.
        task: name of the task; it is part of the key by which images are chosen.
        name: name of the model, for people and in schedules.
        device: for example `cuda:0`. autocast: `torch.float16` or `torch.bfloat16` for judging.
        micro_batch: images that pass at once; halved where memory runs out.
        noise: `keyed`, the streams of the search itself, or `torch`, faster for very large latents.
        temperature: of the prior where the search names none, in (0, 1]; better named in search.yaml, from where it
            comes into the schedules file.
        memory_mb: room for encodings and noise between calls.
        cache: a folder for attacked images, to be found again by the next process.
        weights: modules and tensors that decide what a model computes that is no module itself; only hashed and moved.

    Raises:
        ModelError, ImagesError, ArgumentError: what does not fit together, by name.
    """

    def __init__(
        self,
        model: LatentWalk | FusedPurifier,
        classifier: nn.Module,
        *,
        classes: Sequence[str],
        sets: Mapping[str, ImageSet],
        task: str = "default",
        name: str | None = None,
        device: str | torch.device = "cpu",
        autocast: torch.dtype | None = None,
        micro_batch: int = 32,
        noise: str = "keyed",
        temperature: float = 1.0,
        memory_mb: int = 1024,
        cache: str | Path | None = None,
        weights: Mapping[str, nn.Module | Tensor] | None = None,
    ) -> None:
        self.latents = checked_latents(model)
        self.name = type(model).__name__ if name is None else name
        self.classes = tuple(classes)
        self.task = task
        self.sets = dict(sets)
        self.compute = Compute(device, autocast, micro_batch)
        self.memory = TensorMemory(memory_mb * _MIB)
        self._model = model
        self._classifier = classifier
        self._source = noise_source(noise)
        self._temperature = temperature
        self._shape = _common_shape(self.sets, self.classes)
        modules = _modules(model, classifier, weights or {})
        for module in modules.values():
            if isinstance(module, nn.Module):
                module.to(self.compute.device).eval().requires_grad_(False)
        # Without the image sets: attacked images kept on disk follow this and their own images, not the other sets.
        self.model_hash = content_hash(
            modules_hash(modules),
            canonical_json(
                {
                    "latents": [[latent.name, list(latent.shape), list(latent.noise_shape)] for latent in self.latents],
                    "classes": list(self.classes),
                    "autocast": str(autocast),
                    "noise": self._source.name,
                    "temperature": temperature,
                }
            ),
        )
        self._images_hash = sets_hash(self.sets)
        self._samples = SampleMaker(self, None if cache is None else Path(cache))
        self._current: SampleRequest | None = None

    @property
    def hash(self) -> str:
        """`sha256:…` of all that outcomes follow: weights, settings, task and every image set."""
        return content_hash(self.model_hash, self._images_hash, canonical_json({"task": self.task}))

    @property
    def model(self) -> LatentWalk | FusedPurifier:
        return self._model

    @property
    def classifier(self) -> nn.Module:
        return self._classifier

    def choose(self, set_name: str, *, images: int, seed: int) -> ChosenImages:
        """The images that a search with this seed takes from a set, in its order: to score a schedule on them again.

        Raises:
            RequestError: an unknown set. ImagesError: a class with too few images.
        """
        rows = self._chosen(set_name, "sample", images=images, seed=seed)
        return self.sets[set_name].take(rows)

    def images(self, request: ImagesRequest) -> ChosenImages:
        """Some of the images that `choose` takes.

        Raises:
            RequestError: an unknown set, or images outside of the choice. ImagesError: a class with too few images.
        """
        rows = self._chosen(request.set_name, "images", images=request.images, seed=request.seed)
        return self.sets[request.set_name].take(rows[request.first : request.end])

    def logits(self, request: ModelRequest, progress: Progress) -> Tensor:
        """Mean logits (B, K) float32 on the CPU, of one draw."""
        return self._deployed(request, progress).logits(request.images, request.ids, request.draw)

    def vjp(self, request: ModelRequest, cotangent: Tensor, progress: Progress) -> tuple[Tensor, Tensor]:
        """Mean logits (B, K) of one draw, and cotangent·∂logits/∂images (B, C, H, W), float32 on the CPU."""
        return self._deployed(request, progress).vjp(request.images, request.ids, request.draw, cotangent)

    @property
    def shape(self) -> tuple[int, ...]:
        """(C, H, W) of every image."""
        return self._shape

    def _deployed(self, request: ModelRequest, progress: Progress) -> Deployed:
        def tell(done: int, of: int) -> None:
            progress(done, of, "answering an attack")

        return Deployed(self.defence(request.defence), request.alphas, request.purifications, len(self.classes), tell)

    def _chosen(self, set_name: str, where: str, *, images: int, seed: int) -> list[int]:
        if set_name not in self.sets:
            known = ", ".join(f'"{name}"' for name in self.sets)
            raise RequestError(f'{where}.set: expected one of {known}, got "{set_name}"')
        labels = self.sets[set_name].class_numbers()
        return choose_rows(labels, self.classes, set_name=set_name, task=self.task, count=images, seed=seed)

    def defence(self, request: SampleRequest | DefenceRequest) -> Defence:
        """The defence of a sample."""
        temperature = self._temperature if request.temperature is None else request.temperature
        settings = DefenceSettings(temperature, request.attenuation, request.blur, request.noise_norm)
        return Defence(
            self._model, self._classifier, settings,
            shape=self._shape, compute=self.compute, source=self._source, memory=self.memory,
        )  # fmt: skip

    def sample(self, request: SampleRequest, progress: Progress) -> Sample:
        """The sample of a request, made now or found.

        Raises:
            RequestError: an unknown set. ImagesError: too few images. Further as attacks raise.
        """
        if request != self._current:
            self.memory.clear()  # encodings and noise of another sample
            self._current = request
        return self._samples.get(request, progress)

    def outcomes(self, request: EvaluateRequest, progress: Progress) -> dict[str, str]:
        """Bits of each part of the sample, one an image of the block: '1' classified rightly.

        Raises:
            RequestError: a block outside the sample; ArgumentError: α that do not fit; NonFiniteError.
        """
        sample = self.sample(request.sample, progress)
        count = len(sample.clean.ids)
        if request.end > count:
            raise RequestError(
                f"evaluate.block: expected images from 0 to {count}, got {request.first} to {request.end}"
            )
        rows = slice(request.first, request.end)
        bits = {}
        parts = request.sample.parts
        for at, part in enumerate(parts):
            images = (sample.clean.images if part == "clean" else sample.attacked_images())[rows]
            ids, labels = sample.clean.ids[rows], sample.clean.labels[rows]
            shift, whole = at * len(ids), len(parts) * len(ids)

            def tell(done: int, _of: int, shift: int = shift, whole: int = whole, part: str = part) -> None:
                progress(shift + done, whole, f"judging {part} images")

            logits = self._logits(request, images, ids, (request.sample.set_name, part, sample.hash), tell)
            if logits.dim() != 2 or logits.shape[1] != len(self.classes):
                expected = f"logits (B, {len(self.classes)}), one a class"
                raise ModelError(f"classifier: expected {expected}, got {tuple(logits.shape)}")
            bits[part] = _bits(logits, labels, ids, part)
        return bits

    def _logits(
        self,
        request: EvaluateRequest,
        images: Tensor,
        ids: Sequence[str],
        name: tuple[str, ...],
        tell: Callable[[int, int], None],
    ) -> Tensor:
        if request.alphas is None:
            return self._bare(images, tell)
        defence = self.defence(request.sample)
        key, draws = request.sample.noise_key, request.sample.draws
        return defence.mean_logits(images, ids, request.alphas, key=key, draws=draws, name=name, on_pass=tell)

    def _bare(self, images: Tensor, tell: Callable[[int, int], None]) -> Tensor:
        def run(start: int, end: int) -> Tensor:
            logits: Tensor = self._classifier(images[start:end].to(self.compute.device))
            tell(end, len(images))
            return logits.float().cpu()

        with torch.no_grad(), self.compute.autocast():
            return torch.cat(list(self.compute.batches(len(images), run, self.memory.clear)))

    def most_images(self, set_name: str) -> int:
        """Images that a balanced choice can take whatever its seed: of each class as many as of the rarest."""
        labels = self.sets[set_name].class_numbers()
        return len(self.classes) * min(labels.count(label) for label in range(len(self.classes)))

    def with_sets(self, sets: Mapping[str, ImageSet]) -> None:
        """Adds image sets, as the constructor takes them. The evaluator has another hash then."""
        together = {**self.sets, **sets}
        self._shape = _common_shape(together, self.classes)
        self.sets = together
        self._images_hash = sets_hash(together)


def _bits(logits: Tensor, labels: Tensor, ids: Sequence[str], part: str) -> str:
    classes = predicted(logits)
    broken = (classes < 0).nonzero()
    if len(broken) > 0:
        raise NonFiniteError(
            f'{part} images: expected finite logits, got NaN or Infinity on image "{ids[int(broken[0])]}"'
        )
    return "".join("1" if right else "0" for right in (classes == labels).tolist())


def _common_shape(sets: Mapping[str, ImageSet], classes: Sequence[str]) -> tuple[int, ...]:
    """(C, H, W) of all sets, each of which must have images of every class and of no other."""
    if len(classes) < 2:
        raise ImagesError(f"classes: expected at least 2 names, got {len(classes)}")
    if len(sets) == 0:
        raise ImagesError("sets: expected at least one image set, got none")
    shapes = {name: tuple(images.images.shape[1:]) for name, images in sets.items()}
    first_name, first = next(iter(shapes.items()))
    for name, images in sets.items():
        if shapes[name] != first:
            raise ImagesError(f'set "{name}": expected images of {first} as in "{first_name}", got {shapes[name]}')
        _check_labels(name, images.class_numbers(), classes)
    return first


def _check_labels(set_name: str, labels: Sequence[int], classes: Sequence[str]) -> None:
    wrong = next((at for at, label in enumerate(labels) if not 0 <= label < len(classes)), None)
    if wrong is not None:
        raise ImagesError(
            f'set "{set_name}": labels[{wrong}]: expected an integer from 0 to {len(classes) - 1}, got {labels[wrong]}'
        )
    there = set(labels)
    missing = next((at for at in range(len(classes)) if at not in there), None)
    if missing is not None:
        raise ImagesError(
            f'set "{set_name}": expected images of every class, got none of "{classes[missing]}" (class {missing})',
            "choices are class-balanced: add images of it, or leave the class out of classes",
        )


def _modules(
    model: object, classifier: nn.Module, weights: Mapping[str, nn.Module | Tensor]
) -> dict[str, nn.Module | Tensor]:
    """All that decides outcomes, by name: the model's modules or those among its attributes, and the classifier."""
    if isinstance(model, nn.Module):
        found: dict[str, nn.Module | Tensor] = {"model": model}
    else:
        held = vars(model).items() if hasattr(model, "__dict__") else []
        found = {f"model.{key}": value for key, value in held if isinstance(value, nn.Module | Tensor)}
    if not isinstance(classifier, nn.Module):
        raise ModelError(f"classifier: expected a torch.nn.Module, got {type(classifier).__name__}")
    found.update({f"weights.{key}": value for key, value in weights.items()})
    if len(found) == 0:
        raise ModelError(
            "model: expected modules or tensors to name the model by, got none among its attributes",
            "make the model a torch.nn.Module, or hand them over as weights={...}",
        )
    return {**found, "classifier": classifier}
