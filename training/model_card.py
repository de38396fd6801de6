"""Writes MODEL_CARD.md of a packed model: prose from model_card.md, numbers from evaluate.py, adaptive.py and training.

    python training/model_card.py --model examples/fashion-mnist --checkpoints hvae-seed0.pt coarse.pt fine.pt
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from pack import sha256

COLUMNS = {"bare": "bare", "alpha0": "α = 0", "linear": "linear", "cosine": "cosine", "step4": "step 4"}


def markdown_table(header: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def accuracy_table(rows: dict[str, dict[str, float]], keys: list[str]) -> str:
    body = [[name, *(f"{row[k]:.3f}" for k in keys)] for name, row in rows.items()]
    return markdown_table(["", *(COLUMNS[k] for k in keys)], body)


def task_table(numbers: dict) -> str:
    rows = {"clean": numbers["attackClean"]} | {f"PGD-L2 {b}": r for b, r in numbers["attackRobust"].items()}
    return accuracy_table(rows, ["bare", "alpha0", "linear", "cosine"])


def held_out_table(tasks: dict) -> str:
    rows = {task: numbers["heldOutClean"] for task, numbers in tasks.items()}
    return accuracy_table(rows, ["bare", "alpha0", "linear", "cosine"])


def adaptive_table(adaptive: dict) -> str:
    accuracies = adaptive["accuracy"]
    rows = {f"{task}, bound {b}": row for task, table in accuracies.items() for b, row in table.items()}
    return accuracy_table(rows, ["alpha0", "linear", "cosine", "step4"])


def files_table(model: Path, manifest: dict) -> str:
    """Every file the manifest leads to, with size and hash."""
    images = (model / manifest["images"]["file"]).resolve()
    paths = [model / manifest["weights"]["file"]]
    paths += [model / task["classifier"]["file"] for task in manifest["tasks"].values()]
    paths += [images, *sorted(images.parent.glob("images-*.bin.gz"))]
    rows = [[f"`{p.name}`", f"{p.stat().st_size:,}", f"`{sha256(p)}`"] for p in paths]
    return markdown_table(["file", "bytes", "sha256"], rows)


def kl_table(kl: dict[str, float]) -> str:
    return markdown_table(list(kl), [[f"{v:.2f}" for v in kl.values()]])


def collapse_sentence(kl: dict[str, float]) -> str:
    collapsed = [name for name, nats in kl.items() if nats < 0.1]
    if not collapsed:
        return "No latent has collapsed: each carries at least 0.1 nats."
    names = ", ".join(collapsed)
    return f"These latents have collapsed (KL below 0.1 nats), so that their α changes next to nothing: {names}."


def training_table(facts: list[dict]) -> str:
    rows = [[f.get("task", "HVAE"), *(str(f[k]) for k in ("seed", "steps", "batch", "cpuSeconds"))] for f in facts]
    return markdown_table(["network", "seed", "steps", "batch", "CPU-seconds"], rows)


def fields(model: Path, facts: list[dict]) -> dict[str, str]:
    manifest = json.loads((model / "model.json").read_text(encoding="utf-8"))
    evaluation = json.loads((model / "evaluation.json").read_text(encoding="utf-8"))
    adaptive = json.loads((model / "adaptive.json").read_text(encoding="utf-8"))
    stronger = json.loads((model / "adaptive-fine.json").read_text(encoding="utf-8"))
    measured, tasks, warm_up = evaluation["attackReconstruction"], evaluation["tasks"], facts[0]["warmUp"]
    return {
        "NAME": manifest["name"],
        "PARAMETERS": ", ".join(f"{name} {count:,}" for name, count in evaluation["parameters"].items()),
        "TRAINING": training_table(facts),
        "FINE_WEIGHT": str(warm_up["fine_weight"]),
        "BALANCE": "with" if warm_up["balance"] else "without",
        "MSE": f"{measured['mse']:.4f}",
        "PSNR": f"{measured['psnr']:.1f}",
        "KL_SUM": f"{sum(measured['kl'].values()):.0f}",
        "KL": kl_table(measured["kl"]),
        "COLLAPSED": collapse_sentence(measured["kl"]),
        "COARSE": task_table(tasks["coarse"]),
        "FINE": task_table(tasks["fine"]),
        "HELD_OUT": held_out_table(tasks),
        "ADAPTIVE_IMAGES": str(adaptive["images"]),
        "ADAPTIVE_DRAWS": str(adaptive["draws"]),
        "ADAPTIVE": adaptive_table(adaptive),
        "STRONGER_DRAWS": str(stronger["draws"]),
        "STRONGER": adaptive_table(stronger),
        "FILES": files_table(model, manifest),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--checkpoints", type=Path, nargs="+", required=True, help="HVAE first")
    args = parser.parse_args()
    facts = [torch.load(path, weights_only=True)["facts"] for path in args.checkpoints]
    facts[0].setdefault("warmUp", {"fine_weight": 3.0, "balance": False})
    card = (Path(__file__).parent / "model_card.md").read_text(encoding="utf-8")
    for name, value in fields(args.model, facts).items():
        card = card.replace("{{" + name + "}}", value)
    (args.model / "MODEL_CARD.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
