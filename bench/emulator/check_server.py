"""Compares the server's answers with a finished run, search and held-out: `python check_server.py <run folder> <task> [trials]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from serve import Server


def main(run: Path, task: str, trials: int) -> None:
    records = [json.loads(line) for line in (run / "study.jsonl").read_text().splitlines()]
    seed = records[0]["seed"]
    asked = {r["trial"]: r["unit"] for r in records if r["kind"] == "ask"}
    told = [(asked[r["trial"]], r["block"]["outcomes"]) for r in records if r["kind"] == "report"][-trials:]
    scores = json.loads((run / "scores.json").read_text())["entries"]
    own = {r["block"]["sample"] for r in records if r["kind"] == "report"}
    held_out = [(e["alphas"], e["outcomes"]) for e in scores if e["sample"] not in own and e["alphas"]]
    server = Server()
    begun = server.answer({"begin": {"task": task, "seed": seed}})["begun"]
    report = {"task": task, "seed": seed, "begin": begun}
    for kind, known in (("evaluate", told), ("heldOut", held_out[:4])):
        answers = [server.answer({kind: {"alphas": alphas}}) for alphas, _ in known]
        equal = total = 0
        for answer, (_, bits) in zip(answers, known, strict=True):
            for part in ("clean", "robust"):
                pairs = list(zip(answer["outcomes"][part], bits[part], strict=True))
                total += len(pairs)
                equal += sum(a == b for a, b in pairs)
        costs = [round(answer["cpuMs"]) for answer in answers]
        report[kind] = {"bits": total, "equal": equal, "cpuMs": sorted(costs)[len(costs) // 2], "firstCpuMs": costs[0]}
    print(json.dumps(report))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 10)
