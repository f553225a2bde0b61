#!/usr/bin/env python3
"""Fills the stripped graphs with seeded weights and writes full ONNX models.

    python generate.py resnet50 gpt2 --out build/models     # batch stays dynamic
    python generate.py all --out build/models --batch 1     # static batch

Needs only onnx and numpy. The same graph, seed and version of this file give the same bytes on every machine: each
tensor has a random stream of its own, seeded by its name, and goes from the stream's integers to floats by elementary
IEEE operations alone.

The weights are drawn so that tests with them mean something: biases and means are not zero, scales and variances differ
from channel to channel, so that a wrong channel order or a forgotten term changes the output; and signals neither die
nor explode on their way through the network.
"""

import argparse
import hashlib
import math
import os
import pathlib
import sys
import time

import numpy as np
import onnx
from onnx import TensorProto

GRAPHS = pathlib.Path(__file__).parent / "graphs"


def names():
    """The names of all models, sorted."""
    return sorted(path.stem for path in GRAPHS.glob("*.onnx"))


def generate(name, out_dir, seed=0, batch=None):
    """Writes the full model `name` into `out_dir`, unless an up-to-date one is there, and returns its path.

    `batch` is the size of the batch dimension, or None to keep it dynamic. Raises ValueError for a name that is not in
    `names()`.
    """
    if name not in names():
        raise ValueError(f"unknown model '{name}'; there are: {', '.join(names())}")
    graph = GRAPHS / f"{name}.onnx"
    variant = ("" if seed == 0 else f"-seed{seed}") + ("" if batch is None else f"-batch{batch}")
    path = pathlib.Path(out_dir) / f"{name}{variant}.onnx"
    newest_source = max(graph.stat().st_mtime, pathlib.Path(__file__).stat().st_mtime)
    if path.exists() and path.stat().st_mtime > newest_source:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    model = onnx.load(graph, load_external_data=False)
    fill(model, seed)
    if batch is not None:
        fix_batch(model.graph, batch)
    # Written beside its place and renamed, so that a run that is cut off leaves no half a model to be found later.
    partial = path.with_suffix(f".partial{os.getpid()}")
    onnx.save(model, partial, format="protobuf")
    partial.replace(path)
    return path


def fill(model, seed):
    """Draws every stripped weight of `model`, in place."""
    for tensor in model.graph.initializer:
        if tensor.data_location != TensorProto.EXTERNAL:
            continue
        values = draw(tensor.name, list(tensor.dims), description(tensor), seed)
        tensor.ClearField("external_data")
        tensor.ClearField("data_location")
        tensor.ClearField("doc_string")
        tensor.raw_data = values.tobytes()


def description(tensor):
    """What strip.py wrote about a stripped weight, {"role": "weight", "channel_axis": 0, "fan_in": 147, "gain": 1.3};
    {} for a constant."""
    types = {"role": str, "channel_axis": int, "fan_in": int, "gain": float}
    pairs = (pair.split("=") for pair in tensor.doc_string.split())
    return {key: types[key](value) for key, value in pairs}


def fix_batch(graph, batch):
    for value in [*graph.input, *graph.output]:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param == "batch":
                dim.dim_value = batch


def draw(name, shape, described, seed):
    """A little-endian float32 array of `shape`: the values of the weight `name`."""
    stream = Stream(f"{seed}:{name}", math.prod(shape))
    role = described["role"]
    if role == "weight":
        values = stream.normal(described["gain"] / math.sqrt(described["fan_in"]))
    elif role == "embedding":
        values = stream.normal(0.5)
    elif role in ("bias", "mean"):
        values = stream.away_from_zero(0.02, 0.2)
    elif role in ("scale", "variance"):
        values = stream.uniform(0.2, 1.5)
    else:
        raise ValueError(f"unknown role '{role}' of '{name}'")
    return values.reshape(shape)


class Stream:
    """`size` random 64-bit integers from PCG64, seeded by a string, and the distributions made of them.

    numpy promises the raw integers for all time, but not what its own distributions make of them, so those are here.
    """

    def __init__(self, text, size):
        self.bits = np.random.PCG64(int.from_bytes(hashlib.sha256(text.encode()).digest(), "little")).random_raw(size)

    def uniform(self, low, high):
        """Evenly spread over [low, high), from the top 24 bits."""
        unit = (self.bits >> 40).astype(np.float64) / (1 << 24)
        return (low + (high - low) * unit).astype("<f4")

    def away_from_zero(self, low, high):
        """Evenly spread over [low, high), with a sign from the lowest bit."""
        return np.where(self.bits & 1, np.float32(-1), np.float32(1)) * self.uniform(low, high)

    def normal(self, deviation):
        """Nearly normal, never beyond 3.5 deviations: the sum of the four 16-bit parts of an integer (Irwin-Hall)."""
        total = sum(((self.bits >> shift) & 0xFFFF).astype(np.int32) for shift in (0, 16, 32, 48))
        deviation_of_total = math.sqrt((65536**2 - 1) / 3)
        return ((total - 2 * 65535) * (deviation / deviation_of_total)).astype("<f4")


def batch_size(text):
    """The value of --batch: None for "dynamic", else a positive number."""
    if text == "dynamic":
        return None
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"expected 'dynamic' or a positive number, but got '{text}'")
    return int(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", metavar="NAME", help="'all', or some of: " + ", ".join(names()))
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="DIR", help="where to write NAME.onnx")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other weights, in NAME-seedS.onnx")
    parser.add_argument(
        "--batch",
        type=batch_size,
        default=None,
        metavar="dynamic|N",
        help="a static batch is written to NAME-batchN.onnx",
    )
    arguments = parser.parse_args()
    chosen = names() if arguments.names == ["all"] else arguments.names
    for number, name in enumerate(chosen, 1):
        print(f"[{number}/{len(chosen)}] {name} ... ", end="", file=sys.stderr, flush=True)
        start = time.monotonic()
        try:
            path = generate(name, arguments.out, arguments.seed, arguments.batch)
        except ValueError as error:
            sys.exit(f"generate.py: {error}")
        print(f"{path.stat().st_size / 1e6:.0f} MB in {time.monotonic() - start:.1f} s", file=sys.stderr)
        print(path)


if __name__ == "__main__":
    main()
