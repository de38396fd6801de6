"""Speaks the evaluator protocol, version 1: answers requests, one at a time, and heeds cancel.

A thread reads requests, so that a cancel is seen while the models run; the main thread computes and looks for it
between passes.
"""

from __future__ import annotations

import json
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import torch

from bo_search.errors import BoSearchError, RequestError
from bo_search.tensor_text import channels_last, tensor_to_text
from bo_search.version import VERSION
from bo_search.worker.channel import Channel, reserve_stdout
from bo_search.worker.evaluator import Evaluator, Progress
from bo_search.worker.model_requests import cotangent_of, images_request, model_request
from bo_search.worker.requests import PROTOCOL, evaluate_request, request_id, sample_request

# One evaluator for any task, evaluators by task, or a function that makes the one of a task (None: none was named).
Evaluators = Evaluator | Mapping[str, Evaluator] | Callable[[str | None], Evaluator]

# Seconds between two progress messages: often enough for people, far below any limit of silence.
_PROGRESS_SECONDS = 0.5


def serve(evaluators: Evaluators) -> None:
    """Serves until the parent closes standard input; what it asked before that is answered as long as it reads.

    Load models inside a function where you can: what it prints is then safe, and a failure becomes an error reply.
    """
    channel = reserve_stdout()
    if threading.current_thread() is threading.main_thread():
        # Ctrl-C reaches the whole group; the parent decides, and closes the input.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Another process of the same evaluator must give the same images under attack, and the same outcomes.
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
    Worker(evaluators, channel).run()


class _Cancelled(Exception):
    """The open request was given up."""


class _Unread(Exception):
    """Nobody reads the replies any more."""


class Worker:
    """Answers the requests of a channel."""

    def __init__(self, evaluators: Evaluators, channel: Channel) -> None:
        self._evaluators = evaluators
        self._channel = channel
        self._evaluator: Evaluator | None = None
        self._queue: queue.Queue[Mapping[str, Any] | None] = queue.Queue()
        self._given_up: set[int] = set()
        self._last_progress = 0.0

    def run(self) -> None:
        """Answers all requests up to the end of the input, or until nobody reads the replies."""
        threading.Thread(target=self._read, name="bo-search-requests", daemon=True).start()
        while (message := self._queue.get()) is not None:
            try:
                self._answer(message)
            except _Unread:
                return

    def _read(self) -> None:
        try:
            for line in self._channel.lines():
                self._received(line)
        finally:
            self._queue.put(None)

    def _received(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError) as error:
            _left_out(f"a request that is no JSON was left out: {error}")
            return
        if not isinstance(message, dict):
            _left_out("a request that is no JSON object was left out")
        elif message.get("kind") == "cancel":
            self._give_up(message.get("of"))
        else:
            self._queue.put(message)

    def _give_up(self, number: object) -> None:
        if isinstance(number, int) and not isinstance(number, bool):
            self._given_up.add(number)
        else:
            _left_out("a cancel was left out: of: expected the id of a request")

    def _answer(self, message: Mapping[str, Any]) -> None:
        try:
            number = request_id(message)
        except RequestError as error:
            _left_out(str(error))
            return
        try:
            self._look(number)
            reply = self._reply(number, message)
        except _Cancelled:
            reply = {"kind": "cancelled"}
        except _Unread:
            raise
        except BoSearchError as error:
            reply = {"kind": "error", "message": str(error)}
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            reply = {"kind": "error", "message": f"{type(error).__name__}: {error}"}
        self._given_up.discard(number)
        self._channel.send({"id": number, **reply})

    def _reply(self, number: int, message: Mapping[str, Any]) -> dict[str, Any]:
        def progress(done: int, of: int, note: str) -> None:
            self._progress(number, done, of, note)

        kind = message.get("kind")
        if kind == "describe":
            return self._describe(message)
        if kind == "sample":
            sample = self._opened().sample(sample_request(message.get("sample", {})), progress)
            return {
                "kind": "sampled",
                "images": len(sample.clean.ids),
                "hash": sample.hash,
                "ids": list(sample.clean.ids),
                "labels": sample.clean.labels.tolist(),
                **({} if sample.counts is None else {"attack": sample.counts}),
            }
        if kind == "evaluate":
            return {"kind": "outcomes", **self._opened().outcomes(evaluate_request(message), progress)}
        if kind == "images":
            chosen = self._opened().images(images_request(message))
            pixels = tensor_to_text(channels_last(chosen.images))
            return {"kind": "pixels", "ids": list(chosen.ids), "labels": chosen.labels.tolist(), "pixels": pixels}
        if kind in ("logits", "vjp"):
            return self._of_model(message, progress)
        kinds = '"describe", "sample", "evaluate", "images", "logits", "vjp" or "cancel"'
        raise RequestError(f"request: kind: expected {kinds}, got {kind!r}")

    def _of_model(self, message: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        evaluator = self._opened()
        request = model_request(message, evaluator.shape)
        if message["kind"] == "logits":
            return {"kind": "scores", "logits": tensor_to_text(evaluator.logits(request, progress))}
        logits, gradient = evaluator.vjp(request, cotangent_of(message, request, len(evaluator.classes)), progress)
        return {
            "kind": "gradient",
            "logits": tensor_to_text(logits),
            "gradient": tensor_to_text(channels_last(gradient)),
        }

    def _describe(self, message: Mapping[str, Any]) -> dict[str, Any]:
        if message.get("protocol") != PROTOCOL:
            got = message.get("protocol")
            raise RequestError(
                f"describe: expected protocol {PROTOCOL}, got {got}",
                "use the bo-search and the bo_search of one version",
            )
        self._evaluator = evaluator = self._choose(message.get("task"))
        channels, height, width = evaluator.shape
        return {
            "kind": "description",
            "protocol": PROTOCOL,
            "evaluator": {"name": "bo_search (PyTorch)", "version": VERSION},
            "model": {"name": evaluator.name, "hash": evaluator.hash},
            "latents": [{"name": latent.name, "shape": list(latent.shape)} for latent in evaluator.latents],
            "classes": list(evaluator.classes),
            "sets": [{"name": name, "images": evaluator.most_images(name)} for name in evaluator.sets],
            "device": str(evaluator.compute.device),
            "can": ["sample", "cancel", "no-defence"],
            "attackable": {"shape": [height, width, channels], "dtype": "float32", "gradients": True, "draws": True},
        }

    def _choose(self, task: str | None) -> Evaluator:
        evaluators = self._evaluators
        if isinstance(evaluators, Evaluator):
            if task not in (None, evaluators.task):
                raise RequestError(f'describe.task: expected "{evaluators.task}", got "{task}"')
            return evaluators
        if isinstance(evaluators, Mapping):
            if task is None and len(evaluators) == 1:
                return next(iter(evaluators.values()))
            if task is None or task not in evaluators:
                known = ", ".join(f'"{name}"' for name in evaluators)
                raise RequestError(f"describe.task: expected one of {known}, got {task!r}")
            return evaluators[task]
        return evaluators(task)

    def _opened(self) -> Evaluator:
        if self._evaluator is None:
            raise RequestError("request: expected describe first")
        return self._evaluator

    def _look(self, number: int) -> None:
        if self._channel.unread:
            raise _Unread
        if number in self._given_up:
            raise _Cancelled

    def _progress(self, number: int, done: int, of: int, note: str) -> None:
        self._look(number)
        now = time.monotonic()
        if now - self._last_progress >= _PROGRESS_SECONDS:
            self._last_progress = now
            self._channel.send({"id": number, "kind": "progress", "done": done, "of": of, "note": note})


def _left_out(note: str) -> None:
    print(f"bo_search: {note}", file=sys.stderr, flush=True)
