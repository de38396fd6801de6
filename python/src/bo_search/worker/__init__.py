"""Makes a PyTorch model an evaluator of a search: `serve(Evaluator(...))` speaks its protocol on stdin and stdout."""

from bo_search.worker.channel import Channel, reserve_stdout
from bo_search.worker.evaluator import Evaluator
from bo_search.worker.image_set import ChosenImages, ImageSet, choose_rows, most_images
from bo_search.worker.serve import Evaluators, Worker, serve

__all__ = [
    "Channel",
    "ChosenImages",
    "Evaluator",
    "Evaluators",
    "ImageSet",
    "Worker",
    "choose_rows",
    "most_images",
    "reserve_stdout",
    "serve",
]
