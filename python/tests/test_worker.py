"""Image sets, samples and the worker: in this process, and as a child that speaks the protocol."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

import tiny_models as tiny
from bo_search import BoSearchError, Evaluator, ImagesError, ImageSet, ModelError, NonFiniteError
from bo_search.purify import DefenceSettings, noise_source
from bo_search.schedule import SchedulePurifier
from bo_search.worker import choose_rows, most_images
from bo_search.worker.requests import evaluate_request, sample_request

SPEC: dict[str, Any] = {
    "set": "search", "images": 21, "seed": 1, "noiseKey": "search/1", "draws": 2, "parts": ["clean", "robust"],
    "defence": {"temperature": None, "attenuation": 0.7, "blur": None, "noise": None},
    "attack": {"kind": "pgd-l2", "against": "classifier", "l2Bound": 2, "keepOnlySuccessful": False, "steps": 3},
}  # fmt: skip


def nothing(_done: int, _of: int, _note: str) -> None:
    return None


def request(alphas: Any, first: int = 0, end: int = 21, **spec: Any) -> Any:
    return evaluate_request(
        {"sample": {**SPEC, **spec}, "alphas": alphas, "block": {"index": 0, "from": first, "to": end}}
    )


def test_a_choice_is_balanced_keyed_and_part_of_a_larger_one() -> None:
    labels = [at % 3 for at in range(40)]

    def rows(count: int, seed: int = 1) -> list[int]:
        return choose_rows(labels, ["a", "b", "c"], set_name="s", task="t", count=count, seed=seed)

    chosen = rows(20)
    assert len(set(chosen)) == 20
    assert set(rows(8)) <= set(chosen)
    assert rows(20) == chosen != rows(20, 2)
    for start in range(17):
        counts = [[labels[row] for row in chosen[start : start + 4]].count(label) for label in range(3)]
        assert max(counts) - min(counts) <= 1


def test_a_class_with_too_few_images_is_named() -> None:
    labels = [0] * 9 + [1] * 2
    most = most_images(labels, ["a", "b"], set_name="s", task="t", seed=1)
    assert len(choose_rows(labels, ["a", "b"], set_name="s", task="t", count=most, seed=1)) == most
    with pytest.raises(
        ImagesError, match=rf'^set "s": class "b" needs 3 images, available 2 \(ask for at most {most} images\)$'
    ):
        choose_rows(labels, ["a", "b"], set_name="s", task="t", count=6, seed=1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ImageSet(torch.zeros(3, 4), [0]), "ImageSet: images: expected (m, C, H, W) with m at least 1, got (3, 4)"),
        (lambda: ImageSet(torch.full((1, 1, 2, 2), 2.0), [0]), "ImageSet: images: expected numbers from 0 to 1, got 2.0 to 2.0"),
        (lambda: ImageSet(torch.full((1, 1, 2, 2), torch.nan), [0]), "ImageSet: images: expected numbers from 0 to 1, got nan to nan"),
        (lambda: ImageSet(torch.zeros((1, 1, 2, 2), dtype=torch.int64), [0]), "ImageSet: images: expected uint8 or floating numbers, got torch.int64"),
        (lambda: ImageSet(torch.zeros(2, 1, 2, 2), [0]), "ImageSet: labels: expected 2, one an image, got 1"),
        (lambda: ImageSet(torch.zeros(2, 1, 2, 2), [0, 1], ["a", "a"]), 'ImageSet: ids[1]: expected an id of its own, got "a" again'),
        (lambda: tiny.evaluator(sets={}), "sets: expected at least one image set, got none"),
        (lambda: tiny.evaluator(classes=["a"]), "classes: expected at least 2 names, got 1"),
        (lambda: tiny.evaluator(classes=["a", "b"]), 'set "search": labels[2]: expected an integer from 0 to 1, got 2'),
        (lambda: tiny.evaluator(sets={"search": tiny.image_set(70), "heldOut": tiny.image_set(6, 3)}), 'set "heldOut": expected images of every class, got none of "violet" (class 6) (choices are class-balanced: add images of it, or leave the class out of classes)'),
        (lambda: tiny.evaluator().with_sets({"more": ImageSet(tiny.images(2), [6, 6])}), 'set "more": expected images of every class, got none of "red" (class 0) (choices are class-balanced: add images of it, or leave the class out of classes)'),
    ],
)  # fmt: skip
def test_images_are_checked(make: Any, message: str) -> None:
    with pytest.raises(ImagesError) as caught:
        make()
    assert str(caught.value) == message


def test_bytes_and_floats_are_the_same_images() -> None:
    raw = (tiny.images(7) * 255).to(torch.uint8)
    one, two = ImageSet(raw, range(7)), ImageSet(raw.float() / 255, torch.arange(7))
    assert torch.equal(one.take([3, 1]).images, two.take([3, 1]).images)
    assert one.names[3] == "image-3"


def test_the_hash_names_weights_noise_and_precision() -> None:
    hashes = [
        tiny.evaluator(),
        tiny.evaluator(noise="torch"),
        tiny.evaluator(autocast=torch.bfloat16),
        tiny.evaluator(temperature=0.5),
        Evaluator(tiny.parallel_walk(5), tiny.classifier(), classes=tiny.CLASSES, sets={"search": tiny.image_set(7)}),
        Evaluator(tiny.parallel_walk(), tiny.classifier(6), classes=tiny.CLASSES, sets={"search": tiny.image_set(7)}),
    ]
    assert len({one.hash for one in hashes}) == 6
    assert tiny.evaluator(micro_batch=3, memory_mb=1).hash == hashes[0].hash


def test_the_hash_names_the_task_and_every_image_set() -> None:
    def with_search(images: ImageSet) -> Evaluator:
        return tiny.evaluator(sets={"search": images, "heldOut": tiny.image_set(35, 3, "held")})

    base = tiny.image_set(70)
    brighter = base.images.clone()
    brighter[69, 2, 31, 31] = 1.0
    labels = [*base.class_numbers()[:-2], 6, 5]
    swapped = [1, 0, *range(2, 70)]
    reordered = ImageSet(base.images[swapped], [labels[row] for row in swapped], [base.names[row] for row in swapped])
    evaluators = [
        tiny.evaluator(),
        tiny.evaluator(task="other"),
        tiny.evaluator(sets={"search": base}),
        tiny.evaluator(sets={"search": base, "test": tiny.image_set(35, 3, "held")}),
        with_search(ImageSet(brighter, base.labels, base.ids)),
        with_search(ImageSet(base.images, labels, base.ids)),
        with_search(ImageSet(base.images, base.labels, ["other", *base.names[1:]])),
        with_search(reordered),
    ]
    assert len({one.hash for one in evaluators}) == 8
    turned = tiny.evaluator(sets={"heldOut": tiny.image_set(35, 3, "held"), "search": base})
    assert turned.hash == evaluators[0].hash
    grown = tiny.evaluator(sets={"search": base})
    grown.with_sets({"heldOut": tiny.image_set(35, 3, "held")})
    assert grown.hash == evaluators[0].hash


def test_attacked_images_kept_on_disk_outlive_a_change_of_another_set(tmp_path: Path) -> None:
    spec = sample_request(SPEC)
    first = tiny.evaluator(cache=tmp_path).sample(spec, nothing)
    other = tiny.evaluator(cache=tmp_path, sets={"search": tiny.image_set(70)})
    assert other.sample(spec, nothing).hash == first.hash
    assert len(list(tmp_path.iterdir())) == 1


def test_outcomes_do_not_depend_on_blocks_batches_or_memory() -> None:
    alphas = [0.1, 0.3, 0.5, 0.7, 0.9]
    whole = tiny.evaluator().outcomes(request(alphas), nothing)
    assert set(whole) == {"clean", "robust"}
    small = tiny.evaluator(micro_batch=2, memory_mb=0)
    parts = [small.outcomes(request(alphas, first, first + 7), nothing) for first in (0, 7, 14)]
    assert {name: "".join(part[name] for part in parts) for name in whole} == whole


def test_alphas_null_is_the_bare_classifier() -> None:
    # The random classifier leaves classes out: two that it knows.
    labels = tiny.judged_set(60).class_numbers()
    known = sorted(set(labels), key=labels.count)[-2:]
    keep = [row for row, label in enumerate(labels) if label in known]
    images = tiny.judged_set(60).images[keep]
    two = ImageSet(images, [known.index(labels[row]) for row in keep])

    class Two(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.all = tiny.classifier()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.all(x)[:, known]  # type: ignore[no-any-return]

    evaluator = Evaluator(tiny.parallel_walk(), Two(), classes=["a", "b"], sets={"search": two})
    count = evaluator.most_images("search")
    bits = evaluator.outcomes(request(None, 0, count, images=count), nothing)
    assert bits["clean"] == "1" * count
    assert "0" in bits["robust"]


def test_only_successes_and_clean_errors_are_kept_where_asked(tmp_path: Path) -> None:
    attack = {**SPEC["attack"], "keepOnlySuccessful": True, "l2Bound": 0.05}
    spec = sample_request({**SPEC, "attack": attack})
    sample = tiny.evaluator().sample(spec, nothing)
    assert sample.counts is not None
    kept = sample.counts["cleanErrors"] + sample.counts["successes"]
    assert len(sample.clean.ids) == kept
    assert sample.attacked_images().shape[0] == kept
    assert sample.counts["images"] == 21


def test_attacked_images_are_found_again_on_disk_and_made_again_if_damaged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = sample_request(SPEC)
    first = tiny.evaluator(cache=tmp_path).sample(spec, nothing)
    (file,) = tmp_path.iterdir()

    def forbidden(_done: int, _of: int, _note: str) -> None:
        raise AssertionError("attacked again")

    again = tiny.evaluator(cache=tmp_path).sample(spec, forbidden)
    assert again.hash == first.hash
    file.write_bytes(file.read_bytes()[:1000])
    damaged = tiny.evaluator(cache=tmp_path).sample(spec, nothing)
    assert damaged.hash == first.hash
    assert "made again, since it can't be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"set": "test"}, 'sample.set: expected one of "search", "heldOut", got "test"'),
        ({"images": 0}, "sample.images: expected an integer of at least 1, got 0"),
        ({"images": 700}, 'set "search": class '),
        ({"parts": ["both"]}, 'sample.parts: expected a list of "clean" and "robust", got a list of 1'),
        ({"seed": -1}, "sample.seed: expected an integer of at least 0, got -1"),
        ({"parts": []}, 'sample.parts: expected a list of "clean" and "robust", got a list of 0'),
        ({"parts": [["clean"]]}, 'sample.parts: expected a list of "clean" and "robust", got a list of 1'),
        ({"parts": ["clean", {}]}, 'sample.parts: expected a list of "clean" and "robust", got a list of 2'),
        ({"attack": None}, "sample.attack: expected an attack, since parts has robust, got null"),
        ({"attack": {**SPEC["attack"], "kind": "square"}}, 'sample.attack.kind: expected "fgsm-l2" or "pgd-l2", got "square"'),
        ({"attack": {**SPEC["attack"], "l2Bound": -1}}, "pgd-l2: l2Bound: expected a number above 0, got -1.0"),
        ({"defence": {**SPEC["defence"], "attenuation": "x"}}, 'sample.defence.attenuation: expected a finite number, got "x"'),
        ({"defence": {**SPEC["defence"], "attenuation": 0}}, "sample.defence.attenuation: expected a number above 0 and at most 1, got 0"),
        ({"defence": {**SPEC["defence"], "attenuation": 1.5}}, "sample.defence.attenuation: expected a number above 0 and at most 1, got 1.5"),
        ({"defence": {**SPEC["defence"], "noise": {"l2Norm": 0}}}, "sample.defence.noise.l2Norm: expected a number above 0, got 0"),
        ({"defence": {**SPEC["defence"], "blur": {"sigma": 1, "kernelSize": True}}}, 'blur: kernelSize must be a number, "paper" or "reference", got True'),
        ({"attack": {**SPEC["attack"], "randomStart": "false"}}, 'sample.attack.randomStart: expected true or false, got "false"'),
        ({"attack": {**SPEC["attack"], "keepOnlySuccessful": 1}}, "sample.attack.keepOnlySuccessful: expected true or false, got 1"),
        ({"defence": {**SPEC["defence"], "temperature": 2}}, "temperature: expected a number in (0, 1], got 2.0"),
    ],
)  # fmt: skip
def test_requests_that_are_not_right_are_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BoSearchError) as caught:
        tiny.evaluator().outcomes(request([0.5] * 5, **change), nothing)
    assert str(caught.value).startswith(message)


def test_nan_of_the_bare_classifier_is_an_error() -> None:
    class Broken(torch.nn.Linear):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return super().forward(images.flatten(1)) / 0 * 0

    evaluator = Evaluator(
        tiny.parallel_walk(), Broken(3072, 7), classes=tiny.CLASSES, sets={"search": tiny.image_set(21)}
    )
    with pytest.raises(
        NonFiniteError, match='^clean images: expected finite logits, got NaN or Infinity on image "img-'
    ):
        evaluator.outcomes(request(None, parts=["clean"], attack=None), nothing)


@pytest.mark.parametrize("alphas", [None, [0.5] * 5])
def test_logits_of_another_number_of_classes_are_refused(alphas: Any) -> None:
    sets = {"search": ImageSet(tiny.images(16), [at % 8 for at in range(16)])}
    evaluator = tiny.evaluator(classes=[*tiny.CLASSES, "black"], sets=sets)
    with pytest.raises(ModelError, match=r"^classifier: expected logits \(B, 8\), one a class, got \(8, 7\)$"):
        evaluator.outcomes(request(alphas, 0, 8, images=8, parts=["clean"], attack=None), nothing)


def test_a_model_without_weights_to_name_it_by_is_refused() -> None:
    class Bare:
        latents = tiny.LATENTS

        def purify(self, images: Any, alphas: Any, noise: Any) -> Any:
            return images

    with pytest.raises(ModelError, match="^model: expected modules or tensors to name the model by"):
        Evaluator(Bare(), tiny.classifier(), classes=tiny.CLASSES, sets={"search": tiny.image_set(7)})


class Child:
    """The tiny worker as a child process."""

    def __init__(self) -> None:
        script = str(Path(__file__).parent / "tiny_worker.py")
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.count = 0

    def send(self, **message: Any) -> int:
        self.count += 1
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"id": self.count, **message}).encode() + b"\n")
        self.process.stdin.flush()
        return self.count

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        reply: dict[str, Any] = json.loads(self.process.stdout.readline())
        return reply

    def ask(self, **message: Any) -> dict[str, Any]:
        number = self.send(**message)
        while (reply := self.receive())["kind"] == "progress":
            assert reply["id"] == number
        assert reply["id"] == number
        return reply

    def close(self) -> tuple[int, str]:
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors.decode()

    def die(self) -> int:
        """Closes all pipes, as the end of a parent does."""
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        return self.process.wait(timeout=60)


@pytest.fixture
def child() -> Iterator[Child]:
    made = Child()
    yield made
    made.process.kill()
    made.die()


def test_a_child_answers_the_protocol(child: Child) -> None:
    assert child.ask(kind="sample", sample=SPEC)["message"] == "request: expected describe first"
    described = child.ask(kind="describe", protocol=1, task="colours")
    assert described["protocol"] == 1
    assert [latent["name"] for latent in described["latents"]] == [f"w.{i}" for i in range(5)]
    assert described["sets"] == [{"name": "search", "images": 70}, {"name": "heldOut", "images": 35}]
    assert described["can"] == ["sample", "cancel", "no-defence"]
    assert child.ask(kind="describe", protocol=2)["message"].startswith("describe: expected protocol 1, got 2")
    assert "no such checkpoint" in child.ask(kind="describe", protocol=1, task="broken")["message"]
    sampled = child.ask(kind="sample", sample=SPEC)
    here = tiny.evaluator(micro_batch=2).sample(sample_request(SPEC), nothing)
    assert sampled["ids"] == list(here.clean.ids)
    assert sampled["labels"] == here.clean.labels.tolist()
    assert sampled["attack"] == here.counts
    block = {"index": 0, "from": 0, "to": 21}
    outcomes = child.ask(kind="evaluate", sample=SPEC, name="s", alphas=[0.5] * 5, block=block, seed=1)
    expected = tiny.evaluator(micro_batch=2).outcomes(request([0.5] * 5), nothing)
    assert {key: outcomes[key] for key in ("clean", "robust")} == expected
    assert child.ask(kind="evaluate", sample=SPEC, name="s", alphas=[2], block=block, seed=1)["kind"] == "error"
    assert child.ask(kind="dance")["message"].startswith("request: kind: expected")
    os.kill(child.process.pid, signal.SIGINT)
    assert child.ask(kind="describe", protocol=1)["kind"] == "description"
    code, errors = child.close()
    assert code == 0
    assert "a library says hello" in errors
    assert "RuntimeError: no such checkpoint" in errors


def test_a_request_is_given_up_when_cancelled_and_the_child_leaves_when_nobody_reads_it(child: Child) -> None:
    assert child.ask(kind="describe", protocol=1, task="slow")["kind"] == "description"
    long = {
        **SPEC,
        "images": 70,
        "parts": ["clean"],
        "attack": None,
        "draws": 50,
        "defence": {**SPEC["defence"], "noise": {"l2Norm": 1}},
    }
    block = {"index": 0, "from": 0, "to": 70}
    number = child.send(kind="evaluate", sample=long, name="s", alphas=[0.5] * 5, block=block, seed=1)
    assert child.receive()["kind"] == "progress"
    child.send(kind="cancel", of=number)
    while (reply := child.receive())["kind"] == "progress":
        pass
    assert reply == {"id": number, "kind": "cancelled"}
    assert child.ask(kind="describe", protocol=1, task="slow")["kind"] == "description"
    child.send(kind="evaluate", sample=long, name="s", alphas=[0.5] * 5, block=block, seed=1)
    assert child.receive()["kind"] == "progress"
    assert child.die() == 0


def test_what_was_asked_before_the_input_ended_is_answered(child: Child) -> None:
    block = {"index": 0, "from": 0, "to": 21}
    child.send(kind="describe", protocol=1, task="colours")
    child.send(kind="sample", sample=SPEC)
    child.send(kind="evaluate", sample=SPEC, name="s", alphas=[0.5] * 5, block=block, seed=1)
    out, _ = child.process.communicate(timeout=60)
    replies = [json.loads(line) for line in out.splitlines()]
    answers = [(reply["id"], reply["kind"]) for reply in replies if reply["kind"] != "progress"]
    assert answers == [(1, "description"), (2, "sampled"), (3, "outcomes")]
    assert child.process.returncode == 0


def test_lines_that_are_no_requests_are_left_out_with_a_note(child: Child) -> None:
    assert child.process.stdin is not None
    child.send(kind="cancel", of=[1])
    child.send(kind="cancel")
    for line in (b"[" * 100_000, b'{"id": 1, "kind": ', b"[]"):
        child.process.stdin.write(line + b"\n")
    assert child.ask(kind="describe", protocol=1, task="colours")["kind"] == "description"
    errors = child.close()[1]
    assert errors.count("a cancel was left out: of: expected the id of a request") == 2
    assert errors.count("a request that is no JSON was left out") == 2
    assert "a request that is no JSON object was left out" in errors
    assert "Traceback" not in errors


def test_scores_come_out_again_with_the_chosen_images_and_the_key_of_the_run() -> None:
    evaluator = tiny.evaluator()
    alphas = [0.0, 0.25, 0.5, 0.75, 1.0]
    bits = evaluator.outcomes(request(alphas, parts=["clean"], attack=None), nothing)["clean"]
    chosen = evaluator.choose("search", images=21, seed=1)
    settings = DefenceSettings(temperature=0.8, attenuation=0.7)
    purifier = SchedulePurifier(tiny.parallel_walk(), alphas, settings, noise_source("keyed"), micro_batch=8)
    logits = purifier.logits(chosen.images, tiny.classifier(), draws=2, key="search/1", ids=chosen.ids)
    assert "".join("01"[int(right)] for right in logits.argmax(1) == chosen.labels) == bits
