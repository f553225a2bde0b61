#!/usr/bin/env python3
"""Times random single ops on the CPU: Tilewright, ONNX Runtime and OpenVINO side by side.

    python cpu_ops.py                                   # 200 ops, 1 thread
    python cpu_ops.py --kinds matmul,conv --count 40 --seed 7
    python cpu_ops.py --only conv:12@7                  # one of them again
    python cpu_ops.py --write                           # also docs/measurements/DATE-cpu-ops.md

The package must be found: export PYTHONPATH=$PWD/build/release/python in the root, unless it is installed.

Sizes are drawn as networks have them: powers of two and their neighbours, multiples of 8, odd ones. Weights are constants of
the model. The table has, by kind, the geometric mean of the ratios (above 1: faster than ONNX Runtime) and the ratio below
which a tenth of the ops is; then the slowest. How the contenders take turns: cpu_models.py.
"""

import argparse
import datetime
import os
import pathlib
import sys
import tempfile
import zlib

import numpy as np
import onnx
from cpu_models import ROOT, command_line, geometric_mean, git_revision, measure, processor, pythons, ratio
from onnx import helper, numpy_helper


class Draw:
    """The random choices of one op."""

    def __init__(self, kind, index, seed):
        self.rng = np.random.default_rng([seed, zlib.crc32(kind.encode()), index])

    def pick(self, choices):
        return choices[int(self.rng.integers(len(choices)))]

    def values(self, *shape):
        return self.rng.standard_normal(shape, dtype=np.float32)

    def size(self, low, high):
        """Spread evenly over the orders of magnitude; every other one is a multiple of 8."""
        size = int(round(low * (high / low) ** self.rng.random()))
        return max(low, size // 8 * 8) if self.rng.random() < 0.5 else size


def matmul(draw):
    m, k, n = draw.size(1, 1024), draw.size(16, 3072), draw.size(16, 3072)
    if draw.pick([True, True, False]):
        return "MatMul", {"x": draw.values(m, k)}, {"w": draw.values(k, n)}, {}
    heads, m, k, n = draw.pick([1, 4, 12]), draw.size(1, 256), draw.pick([32, 64, 80]), draw.size(16, 256)
    return "MatMul", {"x": draw.values(heads, m, k), "y": draw.values(heads, k, n)}, {}, {}


def conv(draw, depthwise=False):
    kernel, side = draw.pick([1, 1, 3, 3, 5, 7]), draw.pick([7, 14, 19, 28, 56, 112])
    channels = draw.size(8, max(16, 14336 // side))
    groups = channels if depthwise else draw.pick([1, 1, 1, 1, 2, 4])
    if depthwise:
        kernel, outputs = draw.pick([3, 5]), channels
    else:
        channels = -(-channels // groups) * groups
        outputs = groups * draw.size(8, max(16, 8192 // side // groups))
    dilation = draw.pick([1, 1, 1, 2]) if kernel > 1 else 1
    attributes = {
        "group": groups,
        "strides": [draw.pick([1, 1, 2])] * 2,
        "dilations": [dilation] * 2,
        "pads": [kernel // 2 * dilation] * 4,
    }
    weights = {"w": draw.values(outputs, channels // groups, kernel, kernel), "b": draw.values(outputs)}
    return "Conv", {"x": draw.values(1, channels, side, side)}, weights, attributes


def softmax(draw):
    return "Softmax", {"x": draw.values(draw.size(1, 2048), draw.size(8, 2048))}, {}, {"axis": -1}


def layer_norm(draw):
    rows, columns = draw.size(1, 1024), draw.size(32, 2048)
    weights = {"scale": draw.values(columns), "bias": draw.values(columns)}
    return "LayerNormalization", {"x": draw.values(rows, columns)}, weights, {"axis": -1}


def transpose(draw):
    shape, order = draw.pick(
        [
            ((draw.size(16, 1024), draw.size(16, 1024)), [1, 0]),
            ((draw.size(8, 256), draw.pick([4, 12]), draw.pick([32, 64])), [1, 0, 2]),
            ((1, draw.size(8, 256), draw.pick([14, 28, 56]), draw.pick([14, 28, 56])), [0, 2, 3, 1]),
        ]
    )
    return "Transpose", {"x": draw.values(*shape)}, {}, {"perm": order}


def reduction(draw):
    op = draw.pick(["ReduceSum", "ReduceMean", "ReduceMax"])
    shape = draw.size(4, 64), draw.size(8, 256), draw.size(8, 256)
    axes = draw.pick([[0], [1], [2], [1, 2], [0, 1], [0, 2]])
    return op, {"x": draw.values(*shape)}, {"axes": np.array(axes)}, {"keepdims": 1}


KINDS = {
    "matmul": matmul,
    "conv": conv,
    "depthwise": lambda draw: conv(draw, depthwise=True),
    "softmax": softmax,
    "layer_norm": layer_norm,
    "transpose": transpose,
    "reduction": reduction,
}


def make(kind, index, seed):
    """(the model, its inputs, what it is in words)."""
    op, inputs, weights, attributes = KINDS[kind](Draw(kind, index, seed))
    node = helper.make_node(op, [*inputs, *weights], ["out"], name="node", **attributes)
    infos = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, x.shape) for name, x in inputs.items()]
    constants = [numpy_helper.from_array(w, name) for name, w in weights.items()]
    out = helper.make_empty_tensor_value_info("out")
    out.type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    graph = helper.make_graph([node], "op", infos, [out], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    # Of inputs and weights the sizes matter, of axes the values.
    arrays = [*inputs.values(), *weights.values()]
    operands = [str(x.tolist()) if x.dtype == np.int64 else "x".join(map(str, x.shape)) for x in arrays]
    told = {key: value for key, value in attributes.items() if key not in ("axis", "keepdims", "pads")}
    return model, inputs, " ".join([op, *operands, *(f"{key}={value}" for key, value in told.items())])


def table(results, contenders):
    """Markdown lines; `results` is [(name, words, {contender: row})]."""
    lines = []
    for contender in contenders:
        ratios = {}
        for name, _, rows in results:
            if value := ratio(rows, contender):
                ratios.setdefault(name.split(":")[0], []).append(value)
        lines += [f"| {contender} | ops | geometric mean | worst tenth below |", "| --- | ---: | ---: | ---: |"]
        ratios["all"] = [value for values in ratios.values() for value in values]
        for kind, values in ratios.items():
            if values:
                mean, tenth = geometric_mean(values), np.quantile(values, 0.1)
                lines.append(f"| {kind} | {len(values)} | {mean:.2f}x | {tenth:.2f}x |")
        lines.append("")
    ours = sorted(
        ((ratio(rows, "tilewright"), name, words) for name, words, rows in results if ratio(rows, "tilewright")),
    )
    lines += ["The slowest:", "", *(f"- {value:.2f}x {name}: {words}" for value, name, words in ours[:20])]
    lines += [
        f"- fails: {name}: {rows['tilewright']['problem']}" for name, _, rows in results if rows["tilewright"]["problem"]
    ]
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", default=",".join(KINDS), help=f"some of {', '.join(KINDS)}")
    parser.add_argument("--count", type=int, default=200, help="how many ops in all (default 200)")
    parser.add_argument("--seed", type=int, default=0, help="default 0")
    parser.add_argument("--only", metavar="KIND:INDEX@SEED", help="one op, as the table names it")
    parser.add_argument("--threads", type=int, default=1, help="default 1")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contender (default 5)")
    parser.add_argument("--openvino-python", metavar="PYTHON", help="a Python that has openvino and numpy")
    parser.add_argument("--write", action="store_true", help="write docs/measurements/DATE-cpu-ops.md")
    options = parser.parse_args()
    kinds = options.kinds.split(",")
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        parser.error(f"there is no kind '{unknown[0]}'; there are {', '.join(KINDS)}")
    chosen = [(kinds[i % len(kinds)], i // len(kinds), options.seed) for i in range(options.count)]
    if options.only:
        kind, _, rest = options.only.partition(":")
        index, _, seed = rest.partition("@")
        if kind not in KINDS or not index.isdigit() or not seed.isdigit():
            parser.error(f"expected KIND:INDEX@SEED, but got '{options.only}'")
        chosen = [(kind, int(index), int(seed))]

    results, found = [], pythons(options)
    for kind, index, seed in chosen:
        model, inputs, words = make(kind, index, seed)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "op.onnx"
            onnx.save(model, path)
            rows = measure(path, inputs, found, options.threads, options.rounds, budget=5)
        rows = {row["contender"]: row for row in rows}
        name = f"{kind}:{index}@{seed}"
        results.append((name, words, rows))
        times = ", ".join(f"{each} {rows[each]['ms']:.4f} ms" for each in rows if rows[each]["problem"] is None)
        print(f"{name}: {ratio(rows, 'tilewright') or 0:.2f}x ({times}) {words}", file=sys.stderr, flush=True)
    lines = table(results, [name for name in found if name != "onnxruntime"])
    print("\n".join(lines))
    if options.write:
        head = [
            f"# Single ops on the CPU, {datetime.date.today()}",
            "",
            f"`{command_line()}`, revision {git_revision()}. {processor()}, {os.cpu_count()} cores.",
            "Speeds are relative to ONNX Runtime's.",
            "",
        ]
        file = ROOT / "docs" / "measurements" / f"{datetime.date.today()}-cpu-ops.md"
        file.write_text("\n".join([*head, *lines]) + "\n")
        print(f"written: {file}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
