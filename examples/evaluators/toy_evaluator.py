"""A whole evaluator for bo-search in plain Python: a made-up model of three latents and 200 made-up images."""

import hashlib
import json
import sys

BEST = [0.7, 0.2, 0.5]  # the α at which this model is best
IMAGES = 200
NAME = "sha256:" + hashlib.sha256(json.dumps([BEST, IMAGES]).encode()).hexdigest()


def luck(*key):
    """A number in [0, 1) that follows its key alone: the same in every process and for every α."""
    return int.from_bytes(hashlib.sha256(repr(key).encode()).digest()[:6], "big") / 2**48


def judge(request):
    sample, block, alphas, reply = request["sample"], request["block"], request["alphas"], {"kind": "outcomes"}
    if len(alphas) != len(BEST):
        raise ValueError(f"expected {len(BEST)} alphas, got {len(alphas)}")
    key = sample["noiseKey"] if any(alphas) else ""  # with every α = 0 no noise is drawn
    distance = sum((a - b) ** 2 for a, b in zip(alphas, BEST))
    for part in sample["parts"]:
        ease = {"clean": 1.0, "robust": 0.8}[part] - distance
        images = range(block["from"], block["to"])
        reply[part] = "".join("1" if luck(key, part, i) < ease else "0" for i in images)
    return reply


def describe(request):
    return {
        "kind": "description", "protocol": 1,
        "evaluator": {"name": "toy", "version": "1"},
        "model": {"name": "toy", "hash": NAME},
        "latents": [{"name": "coarse"}, {"name": "middle"}, {"name": "fine"}],
        "classes": ["cat", "dog"],
        "sets": [{"name": "search", "images": IMAGES}, {"name": "heldOut", "images": IMAGES}],
    }


for line in sys.stdin:
    request = json.loads(line)
    try:
        reply = {"describe": describe, "evaluate": judge}[request["kind"]](request)
    except Exception as error:
        reply = {"kind": "error", "message": f"{type(error).__name__}: {error}"}
    print(json.dumps({"id": request["id"], **reply}), flush=True)
