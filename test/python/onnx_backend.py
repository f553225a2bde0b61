"""Runs the node cases of `onnx.backend.test` through Tilewright.

A case is a small model with inputs and expected outputs. A worker (workers.py) runs
them: tw-interpret, or backend_worker.py, which runs each on several devices.

Modes:

- plain      the model as it is;
- symbolic   every input size but 1 becomes a symbol of its own (a size of 1 may
             be there to broadcast, which is part of the model's structure). What
             is refused like this (a kernel's size, the number of a shape's
             elements must be known) is tried again with the first input only.

Some cases feed as an input what decides the structure (axes, pads, scales). What
is refused even so is tried once more with the small inputs made constants, and
counted apart.
"""

import collections

import ml_dtypes
import numpy as np
import onnx
import onnx.backend.test.loader
import onnx.numpy_helper
import workers

OUTCOMES = ["passed", "passed with constants", "refused", "not compiled", "wrong", "failed to run", "crashed"]


def cases():
    """The node cases, sorted by name."""
    with np.errstate(all="ignore"):
        loaded = onnx.backend.test.loader.load_model_tests(kind="node")
    return sorted(loaded, key=lambda case: case.name)


def tolerances(expected, case):
    """What a case allows, and at least: two units in the last place of a 16-bit
    float (the expected values are rounded after each step of a formula, ours
    once), and 1e-6 of the largest value for a sum that should be 0."""
    places = {np.dtype(np.float16): 2**-10, np.dtype(ml_dtypes.bfloat16): 2**-7}
    finite = np.abs(np.asarray(expected, dtype=np.float64))
    finite = finite[np.isfinite(finite)]
    largest = finite.max() if finite.size and expected.dtype.kind == "f" else 0
    return max(case.rtol, 2 * places.get(expected.dtype, 0)), max(case.atol, 1e-6 * largest)


def difference(actual, expected, case):
    """What is wrong with an output, or None."""
    expected = np.asarray(expected)
    if expected.dtype == object:
        expected = expected.astype(actual.dtype)
    if actual.dtype != expected.dtype:
        return f"type {actual.dtype} instead of {expected.dtype}"
    if actual.shape != expected.shape:
        return f"shape {actual.shape} instead of {expected.shape}"
    rtol, atol = tolerances(expected, case)
    if actual.dtype == ml_dtypes.bfloat16:
        actual, expected = actual.astype(np.float32), expected.astype(np.float32)
    try:
        np.testing.assert_allclose(actual, expected, rtol=rtol, atol=atol)
    except AssertionError as error:
        return " ".join(str(error).split())[:400]
    return None


def plain(value):
    """Some cases hold TensorProtos."""
    if isinstance(value, onnx.TensorProto):
        return onnx.numpy_helper.to_array(value)
    return value


def is_tensor(value):
    return isinstance(value, (np.ndarray, np.generic)) and np.asarray(value).dtype != object


def attempt(worker, case, folder, devices, symbolic, constants):
    """(outcome, message) of one case: the first `symbolic` inputs get symbols; with
    `constants` the small inputs behind the first are constants."""
    model = case.model
    path = folder / "model.onnx"
    onnx.save(model, path)
    initializers = {tensor.name for tensor in model.graph.initializer}
    names = [value.name for value in model.graph.input if value.name not in initializers]
    for number, (inputs, outputs) in enumerate(case.data_sets):
        inputs, outputs = list(map(plain, inputs)), list(map(plain, outputs))
        job = {"model": str(path), "outputs": str(folder), "inputs": {}, "constants": {}, "shapes": []}
        job["devices"] = [device for device in devices if device]
        for i, (name, value) in enumerate(zip(names, inputs)):
            if not is_tensor(value):
                continue  # The importer refuses what is no tensor of numbers.
            file = folder / f"input_{i}.npy"
            workers.save(file, value)
            if constants and i > 0 and value.ndim <= 1:
                job["constants"][name] = str(file)
                continue
            job["inputs"][name] = str(file)
            if i < symbolic and np.ndim(value):
                axes = [f"i{i}a{axis}" if size != 1 else "?" for axis, size in enumerate(value.shape)]
                job["shapes"].append(f"{name}={','.join(axes)}")
        answer = worker.run(job)
        if answer is None:
            return "crashed", "the process ended or took too long"
        if "error" in answer:
            # A size that broadcasts, but was not known to, is refused when it runs.
            late = symbolic and "broadcasts only where a size is known" in answer["error"]
            refused = answer["stage"] in ("import", "options") or late
            outcome = "not compiled" if answer["stage"] == "compile" else "failed to run"
            return ("refused" if refused else outcome), " ".join([answer.get("device", ""), answer["error"]]).strip()
        for device in devices:
            for i, expected in enumerate(outputs):
                bf16 = np.asarray(expected).dtype == ml_dtypes.bfloat16
                wrong = difference(workers.load(folder / device / f"{i}.npy", bf16), expected, case)
                if wrong:
                    return "wrong", f"{device} output {i}: {wrong}".strip()
    return "passed", ""


ATTEMPTS = {
    "plain": [(0, False), (0, True)],
    "symbolic": [(100, False), (1, False), (1, True)],
}


def run_case(worker, case, folder, devices, mode):
    refusal = None
    for symbolic, constants in ATTEMPTS[mode]:
        outcome, message = attempt(worker, case, folder, devices, symbolic, constants)
        if outcome == "passed" and constants:
            outcome = "passed with constants"
        if outcome != "refused":
            return outcome, message
        refusal = refusal or (outcome, message)
    return refusal


def run_all(command, folder, mode, selected=None, devices=("",), count=1, timeout=60):
    """{case name: (outcome, message)} of every case. A case has passed when it has on
    every device; device "" is the only one of a worker that knows none. `count` is the
    number of workers."""
    chosen = [case for case in cases() if selected is None or selected(case.name)]
    results = workers.run_all(
        chosen,
        lambda case, own, worker: run_case(worker, case, own, devices, mode),
        [command],
        folder,
        count,
        timeout,
    )
    return dict(sorted((case.name, result) for case, result in results))


def table(results):
    """The counts by outcome, as a line of text."""
    counts = collections.Counter(outcome for outcome, _ in results.values())
    return ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES)


def lines(results, outcomes):
    """The cases with some outcomes, each with its message, as lines of text."""
    return [
        f"  {name}: {outcome}: {' '.join(message.split())[:400]}"
        for name, (outcome, message) in results.items()
        if outcome in outcomes
    ]
