"""The rivals behind one process: a JSON object a line on stdin, its answer a line on stdout.

  {"do": "begin", "method", "dimension", "direction", "seed", "budget", "points"} -> {"versions"}
  {"do": "ask"} -> {"point", "cpu"}          cpu: seconds of this ask, the fit it needed included
  {"do": "tell", "point", "value"} -> {}
  {"do": "recommend"} -> {"point", "also"?, "degraded"}
"""

import json
import sys
import time
from importlib.metadata import version

from rival import Task

PACKAGES = ["torch", "botorch", "gpytorch", "optuna", "cma", "numpy", "scipy"]


def rival_of(method, task):
    """Imports only what the method needs."""
    if method in ("botorch-logei", "botorch-qlognei", "paper"):
        import botorch_rivals as room

        kinds = {"botorch-logei": room.LogEi, "botorch-qlognei": room.QLogNei, "paper": room.Paper}
    elif method in ("optuna-gp", "optuna-tpe"):
        import optuna_rivals as room

        kinds = {"optuna-gp": room.OptunaGp, "optuna-tpe": room.OptunaTpe}
    elif method == "cma-es":
        import cma_rival as room

        kinds = {"cma-es": room.CmaEs}
    else:
        raise ValueError(f"rivals: expected a known method, got {method}")
    return kinds[method](task)


def begin(request):
    task = Task(
        dimension=request["dimension"],
        direction=request["direction"],
        seed=request["seed"],
        budget=request["budget"],
        points=tuple(tuple(point) for point in request["points"]),
    )
    rival = rival_of(request["method"], task)
    versions = {name: version(name) for name in PACKAGES}
    return rival, {"versions": {"python": sys.version.split()[0], **versions}}


def ask(rival):
    rival.borrowed_cpu = 0.0
    before = time.process_time()
    point = rival.ask()
    return {"point": point, "cpu": time.process_time() - before + rival.borrowed_cpu}


def recommend(rival):
    also = getattr(rival, "recommend_also", None)
    return {"point": rival.recommend(), "degraded": rival.degraded, **({"also": also()} if also else {})}


def main():
    rival = None
    for line in sys.stdin:
        request = json.loads(line)
        kind = request["do"]
        if kind == "begin":
            rival, answer = begin(request)
        elif kind == "ask":
            answer = ask(rival)
        elif kind == "tell":
            rival.tell(request["point"], request["value"])
            answer = {}
        elif kind == "recommend":
            answer = recommend(rival)
        else:
            raise ValueError(f"rivals: expected begin, ask, tell or recommend, got {kind}")
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
