#!/usr/bin/env python3
"""Runs models in ONNX Runtime, or in onnx's evaluator what that does not take.

Jobs are JSON lines: {"model", "inputs": {name: file}, "outputs": folder, "only": one of
the two, or ""}; output i goes to OUTPUTS/oracle/i.npy. The answer says who ran it:
{"by": "onnxruntime"}, {"by": "onnx"}, or {"by": "", "error": why nobody did}.
"""

import json
import sys
import warnings
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
import onnx.reference
import onnxruntime

onnxruntime.set_default_logger_severity(4)


def load_inputs(model, files):
    inputs = {}
    for value in model.graph.input:
        array = np.load(files[value.name])
        if value.type.tensor_type.elem_type == onnx.TensorProto.BFLOAT16:
            array = array.view(ml_dtypes.bfloat16)
        inputs[value.name] = array
    return inputs


def with_runtime(model, inputs):
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
            np.save(folder / f"{i}.npy", output.view(np.uint16) if output.dtype == ml_dtypes.bfloat16 else output)
        return {"by": by, "types": [output.dtype.name for output in outputs]}
    return {"by": "", "error": " ".join(" ".join(reasons).split())}


def main():
    warnings.simplefilter("ignore")
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
