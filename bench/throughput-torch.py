"""PyTorch's side of bench/throughput.mjs: one thread, eager, weights and images from files the bench names.

Reads one JSON request a line on stdin and answers one line on stdout. The environment needs torch and nothing else.
"""

from __future__ import annotations

import json
import struct
import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")  # that NumPy is not there

import torch
from torch import Tensor, nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training"))
from classifier import Classifier, ClassifierConfig  # noqa: E402
from model import Hvae, purify_state  # noqa: E402

DTYPES = {"F16": torch.float16, "F32": torch.float32}


class Block(nn.Module):
    """Two 3x3 convolutions with batch norm; the shortcut is a 1x1 convolution where the shape changes."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        changes = stride != 1 or inputs != outputs
        self.short = nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False) if changes else None
        self.short_norm = nn.BatchNorm2d(outputs) if changes else None

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(y + (x if self.short is None else self.short_norm(self.short(x))))


class ResNet20(nn.Module):
    """He et al. 2016 for 32x32 images, with projections: 272,474 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.stem_norm = nn.BatchNorm2d(16)
        widths = [(16, 16, 1), (16, 32, 2), (32, 64, 2)]
        self.blocks = nn.ModuleList(
            Block(a if k == 0 else b, b, stride if k == 0 else 1) for a, b, stride in widths for k in range(3)
        )
        self.dense = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.stem_norm(self.stem(x)))
        for block in self.blocks:
            x = block(x)
        return self.dense(x.mean((2, 3)))


def random_resnet() -> ResNet20:
    torch.manual_seed(20)
    model = ResNet20()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.1)
            nn.init.normal_(module.running_mean, std=0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    parameters = sum(p.numel() for p in model.parameters())
    assert parameters == 272474, parameters
    return model.eval().requires_grad_(False)


def folded(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Kernel (kh, kw, in, out) and bias of convolution and norm in one; float64 inside."""
    scale = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
    kernel = conv.weight.double() * scale[:, None, None, None]
    bias = norm.bias.double() - norm.running_mean.double() * scale
    return kernel.permute(2, 3, 1, 0).float(), bias.float()


def export_resnet(model: ResNet20, path: str) -> None:
    tensors: dict[str, Tensor] = {}

    def put(name: str, conv: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
        tensors[f"{name}.kernel"], tensors[f"{name}.bias"] = folded(conv, norm)

    put("stem", model.stem, model.stem_norm)
    for i, block in enumerate(model.blocks):
        put(f"blocks.{i}.conv1", block.conv1, block.norm1)
        put(f"blocks.{i}.conv2", block.conv2, block.norm2)
        if block.short is not None:
            put(f"blocks.{i}.short", block.short, block.short_norm)
    tensors["dense.kernel"] = model.dense.weight.t()
    tensors["dense.bias"] = model.dense.bias
    write_safetensors(tensors, path)


def write_safetensors(tensors: dict[str, Tensor], path: str) -> None:
    header, chunks, at = {}, [], 0
    for name, tensor in tensors.items():
        raw = bytes(tensor.detach().contiguous().flatten().view(torch.uint8).tolist())
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + len(raw)]}
        chunks.append(raw)
        at += len(raw)
    head = json.dumps(header).encode()
    Path(path).write_bytes(struct.pack("<Q", len(head)) + head + b"".join(chunks))


def read_safetensors(path: Path) -> dict[str, Tensor]:
    raw = path.read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + size])
    header.pop("__metadata__", None)
    out = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        body = bytearray(raw[8 + size + begin : 8 + size + end])
        out[name] = torch.frombuffer(body, dtype=DTYPES[entry["dtype"]]).reshape(entry["shape"]).float()
    return out


def load_packed(module: nn.Module, path: Path) -> None:
    """As training/packed.py: kernels (kh, kw, in, out) to (out, in, kh, kw)."""
    state = {}
    for name, tensor in read_safetensors(path).items():
        turned = tensor.permute(3, 2, 0, 1) if tensor.ndim == 4 else tensor.t() if tensor.ndim == 2 else tensor
        state[name.replace("latents.", "groups.").replace(".kernel", ".weight")] = turned.contiguous()
    module.load_state_dict(state)
    module.eval().requires_grad_(False)


def floats(path: str, *shape: int) -> Tensor:
    return torch.frombuffer(bytearray(Path(path).read_bytes()), dtype=torch.float32).reshape(shape)


def nchw(x: Tensor) -> Tensor:
    return x.permute(0, 3, 1, 2).contiguous()


class Side:
    """What is measured; every task is a function of the number of images."""

    def __init__(self, setup: dict) -> None:
        torch.set_num_threads(1)
        self.resnet = random_resnet()
        export_resnet(self.resnet, setup["resnet"])
        model = Path(setup["model"])
        manifest = json.loads((model / "model.json").read_text(encoding="utf-8"))
        self.hvae = Hvae()
        load_packed(self.hvae, model / manifest["weights"]["file"])
        entry = manifest["tasks"]["coarse"]
        self.classifier = Classifier(ClassifierConfig(len(entry["classes"])))
        load_packed(self.classifier, model / entry["classifier"]["file"])
        self.alphas, self.temperature = setup["alphas"], manifest["temperature"]
        self.small = nchw(floats(setup["images28"], setup["count"], 28, 28, 1))
        self.large = nchw(floats(setup["images32"], setup["count"], 32, 32, 3))
        self.noise = [
            nchw(floats(path, setup["count"], s.size, s.size, s.z))
            for path, (_, s) in zip(setup["noise"], self.hvae.config.latents())
        ]
        self.states: dict = {}

    def run(self, task: str, chunk: slice) -> Tensor:
        if task == "resnet20 gradient":
            return self.gradient(self.resnet, self.large[chunk])
        if task == "bundled gradient":
            zero = [0.0] * len(self.alphas)
            purified = lambda x: purify_state(self.hvae, self.hvae.begin(x), zero, None, self.temperature)
            return self.gradient(lambda x: self.classifier(purified(x)), self.small[chunk])
        with torch.no_grad():
            if task == "resnet20 forward":
                return self.resnet(self.large[chunk])
            key = (chunk.start, chunk.stop)
            if task == "bundled cached":
                state = self.states[key] = self.states.get(key) or self.hvae.begin(self.small[chunk])
            else:
                state = self.hvae.begin(self.small[chunk])
            noise = [n[chunk] for n in self.noise]
            return self.classifier(purify_state(self.hvae, state, self.alphas, noise, self.temperature))

    @staticmethod
    def gradient(logits_of, images: Tensor) -> Tensor:
        x = images.clone().requires_grad_(True)
        logits = logits_of(x)
        labels = torch.arange(len(x)) % logits.shape[1]
        return torch.autograd.grad(F.cross_entropy(logits, labels, reduction="sum"), x)[0]


def answer(side: Side, request: dict) -> dict:
    chunk = request["chunk"]
    chunks = [slice(at, min(at + chunk, request["images"])) for at in range(0, request["images"], chunk)]
    if "save" in request:
        parts = [side.run(request["task"], part) for part in chunks]
        whole = torch.cat([p.permute(0, 2, 3, 1) if p.ndim == 4 else p for p in parts])
        raw = whole.contiguous().flatten().view(torch.uint8)
        Path(request["save"]).write_bytes(bytes(raw.tolist()))
        return {}
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(request["times"]):
        for part in chunks:
            side.run(request["task"], part)
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


def main() -> None:
    side = Side(json.loads(sys.stdin.readline()))
    print(json.dumps({"runtime": f"PyTorch {torch.__version__}, 1 thread, eager"}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(side, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
