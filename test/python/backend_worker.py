#!/usr/bin/env python3
"""Runs models through the Python package, each on devices cpu and reference.

Jobs and answers are tw-interpret's (see tools/tw-interpret.cpp), with three
differences: a job has "devices" and may have "threads" (else 1) and a "target" (else cpu); output i
of a device goes to OUTPUTS/DEVICE/i.npy; and a failure says the "device", a success the "types" of the
outputs. The stages are

- options    a constant has a type that no device has;
- import     the model cannot be imported: a refusal that names the node;
- compile    it was imported, but not compiled;
- run        it was compiled, but did not run.

A job with "variants" ({"inputs", "outputs"} each) runs its model once for each of them on each
device; the answer has the same list, {DEVICE: {"types"} or {"error"}}.

Every input lies between NaNs, as on device cpu all buffers of a kernel do
(check_memory), so that what is read or written behind an edge shows.
"""

from pathlib import Path

import numpy as np
import onnx
import onnx.numpy_helper
import tilewright as tw
from surrounded import surrounded
from workers import load, save, serve


def with_constants(model, files):
    """The model with some inputs turned into initializers."""
    for name, file in files.items():
        (value,) = (each for each in model.graph.input if each.name == name)
        array = load(file, value.type.tensor_type.elem_type == onnx.TensorProto.BFLOAT16)
        model.graph.input.remove(value)
        model.graph.initializer.append(onnx.numpy_helper.from_array(array, name))
    return model


def imports(path, shapes):
    """Whether the importer takes the model."""
    try:
        return not tw.check(path, shapes=shapes)
    except tw.ModelError:
        return False


def load_model(module, job, device):
    return tw.load(module, device=device, threads=job.get("threads", 1), check_memory=True)


def run_device(model, job, device):
    """The types of the outputs, or the failure."""
    inputs = {each.name: surrounded(np.load(job["inputs"][each.name])) for each in model.inputs}
    try:
        outputs = model.run(inputs)
    except tw.Error as error:
        return {"stage": "run", "error": str(error), "device": device}
    folder = Path(job["outputs"]) / device
    folder.mkdir(exist_ok=True)
    for i, output in enumerate(outputs.values()):
        save(folder / f"{i}.npy", output)
    return {"types": [output.dtype.name for output in outputs.values()]}


def run(job):
    path = job["model"]
    shapes = dict(text.split("=", 1) for text in job["shapes"])
    if job["constants"]:
        try:
            model = with_constants(onnx.load(path), job["constants"])
        except (TypeError, ValueError) as error:  # Types that NumPy's files cannot hold: fp8, int4.
            return {"stage": "options", "error": str(error)}
        path = str(Path(path).with_name("constants.onnx"))
        onnx.save(model, path)
    try:
        compiled = tw.compile(path, target=job.get("target", "cpu"), shapes=shapes, threads=1, jobs=1)
    except tw.ModelError as error:
        return {"stage": "compile" if imports(path, shapes) else "import", "error": str(error)}
    module = str(Path(path).with_name("module.twm"))
    compiled.save(module)
    if "variants" in job:
        models = {device: load_model(module, job, device) for device in job["devices"]}
        return {
            "ok": True,
            "variants": [
                {device: run_device(model, variant, device) for device, model in models.items()}
                for variant in job["variants"]
            ],
        }
    for device in job["devices"]:
        done = run_device(load_model(module, job, device), job, device)
        if "error" in done:
            return done
    return {"ok": True, **done}


if __name__ == "__main__":
    serve(run)
