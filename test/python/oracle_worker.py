#!/usr/bin/env python3
"""Runs models in ONNX Runtime, or in onnx's evaluator what that does not take.

Jobs are JSON lines: {"model", "inputs": {name: file}, "outputs": folder, "only": one of
the two, or ""}; output i goes to OUTPUTS/oracle/i.npy. The answer says who ran it:
{"by": "onnxruntime"}, {"by": "onnx"}, or {"by": "", "error": why nobody did}.
"""

import re
from pathlib import Path

import numpy as np
import onnx
import onnx.reference
import onnxruntime
from workers import load, save, serve

onnxruntime.set_default_logger_severity(4)

INTEGER_PRODUCTS = {"ConvInteger", "MatMulInteger", "MatMulIntegerToFloat", "QLinearConv", "QLinearMatMul"}
HAS_VNNI = re.search(r"\bavx(512)?_vnni\b", Path("/proc/cpuinfo").read_text()) is not None


def load_inputs(model, files):
    return {
        value.name: load(files[value.name], value.type.tensor_type.elem_type == onnx.TensorProto.BFLOAT16)
        for value in model.graph.input
    }


def saturates(model, inputs):
    """Whether ONNX Runtime may be wrong on a CPU without VNNI: it multiplies u8 by s8 and adds
    pairs of products in 16 bits, which hold twice 255 * 64."""
    operands = [*inputs.values(), *map(onnx.numpy_helper.to_array, model.graph.initializer)]
    return any(node.op_type in INTEGER_PRODUCTS for node in model.graph.node) and any(
        np.abs(value.astype(np.int16)).max(initial=0) > 64 for value in operands if value.dtype == np.int8
    )


def with_runtime(model, inputs):
    if not HAS_VNNI and saturates(model, inputs):
        raise NotImplementedError("sums of products may overflow on this CPU")
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


def with_onnx(model, inputs):
    return onnx.reference.ReferenceEvaluator(model).run(None, inputs)


def run(job):
    model = onnx.load(job["model"])
    inputs = load_inputs(model, job["inputs"])
    reasons = []
    for by, evaluate in (("onnxruntime", with_runtime), ("onnx", with_onnx)):
        if by != (job["only"] or by):
            continue
        try:
            with np.errstate(all="ignore"):
                outputs = [np.asarray(output) for output in evaluate(model, inputs)]
        except Exception as error:  # Both raise what they like.
            reasons.append(f"{by}: {error}")
            continue
        folder = Path(job["outputs"]) / "oracle"
        folder.mkdir(exist_ok=True)
        for i, output in enumerate(outputs):
            save(folder / f"{i}.npy", output)
        return {"by": by, "types": [output.dtype.name for output in outputs]}
    return {"by": "", "error": " ".join(" ".join(reasons).split())}


if __name__ == "__main__":
    serve(run)
