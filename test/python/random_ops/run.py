"""Runs cases on the devices cpu and reference and in another program, and judges them."""

import collections
import concurrent.futures
import dataclasses
import sys
import threading
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
import onnx_backend

from . import chapters  # noqa: F401  (registers the generators)
from .compare import difference
from .draw import Draw
from .fuse import fuse
from .registry import GENERATORS

HERE = Path(__file__).parent
DEVICES = [sys.executable, str(HERE.parent / "backend_worker.py")]
ORACLE = [sys.executable, str(HERE / "oracle.py")]


@dataclasses.dataclass
class Verdict:
    #: One of onnx_backend.OUTCOMES.
    outcome: str
    message: str = ""
    #: "onnxruntime", "onnx" or "".
    by: str = ""


def make(key, types, index, seed):
    """Case number `index` of an op. `types`: what the importer claims for it."""
    domain, op = key
    title = f"{domain}.{op}" if domain else op
    draw = Draw(seed, title, index)
    dtype = "f32" if "f32" in types and draw.chance(0.4) else draw.pick(types)
    made = GENERATORS[key](draw, op, dtype)
    fuse(draw, made)
    made.symbolic = draw.chance(0.4)
    made.threads = draw.pick([1, 1, 2, 3])
    made.name = f"{title}:{index}@{seed}"
    return made


def results(folder, count, bf16):
    """The outputs that a program left in a folder. NumPy writes bf16 as its bits."""
    arrays = [np.load(folder / f"{i}.npy") for i in range(count)]
    return [array.view(ml_dtypes.bfloat16) if narrow else array for array, narrow in zip(arrays, bf16)]


def write(made, folder):
    """The model and its inputs as files; the job for a worker."""
    path = folder / "model.onnx"
    onnx.save(made.model(), path)
    files = {}
    for name, value in made.inputs().items():
        files[name] = str(folder / f"{name}.npy")
        onnx_backend.save(files[name], value)
    return {"model": str(path), "inputs": files, "outputs": str(folder)}


def run_case(made, folder, devices, oracle):
    job = write(made, folder)
    shapes = made.shapes()
    answer = None
    for attempt in [shapes, []] if shapes else [[]]:
        answer = devices.run(
            {**job, "constants": {}, "shapes": attempt, "devices": ["cpu", "reference"], "threads": made.threads}
        )
        # What must be known of a shape is refused by name; such a case runs with known sizes.
        late = answer and "broadcasts only where a size is known" in answer.get("error", "")
        if answer is None or not (late or answer.get("stage") == "import"):
            break
    if answer is None:
        return Verdict("crashed", "the process ended or took too long")
    if "error" in answer:
        outcome = {"import": "refused", "options": "refused", "compile": "not compiled"}.get(
            answer["stage"], "failed to run"
        )
        return Verdict(outcome, f"{answer.get('device', '')} {answer['error']}".strip())
    bf16 = [kind == "bfloat16" for kind in answer["types"]]
    cpu, reference = (results(folder / device, len(bf16), bf16) for device in ("cpu", "reference"))
    by = {"by": ""}
    if made.oracle:
        by = oracle.run({**job, "only": made.oracle if isinstance(made.oracle, str) else ""}) or {
            "by": "", "error": "the process ended"
        }
    for i, (actual, expected) in enumerate(zip(cpu, reference)):
        if wrong := difference(actual, expected, made.tolerance, made.least):
            return Verdict("wrong", f"output {i}, cpu against reference: {wrong}", by["by"])
    if by["by"]:
        theirs = results(folder / "oracle", len(bf16), [kind == "bfloat16" for kind in by["types"]])
        for i, (actual, expected) in enumerate(zip(reference, theirs)):
            if wrong := difference(actual, expected, made.tolerance, made.least, rough=True):
                return Verdict("wrong", f"output {i}, reference against {by['by']}: {wrong}", by["by"])
    return Verdict("passed", by.get("error", ""), by["by"])


def run_all(cases, folder, workers, timeout=120):
    """[(case, verdict)]."""
    return each(cases, folder, workers, timeout, run_case)


def each(cases, folder, workers, timeout, judge):
    """[(case, judge(case, a folder, the devices, the oracle))]. `cases` is an iterator; the
    workers are processes."""
    cases, lock, verdicts = iter(cases), threading.Lock(), []

    def work(number):
        devices, oracle = onnx_backend.Runner(DEVICES, timeout), onnx_backend.Runner(ORACLE, timeout)
        own = Path(folder) / str(number)
        own.mkdir()
        while True:
            with lock:
                made = next(cases, None)
            if made is None:
                break
            verdict = judge(made, own, devices, oracle)
            with lock:
                verdicts.append((made, verdict))
        devices.close()
        oracle.close()

    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(workers)))
    return verdicts


def table(verdicts):
    """The counts by outcome and by program, as a line of text."""
    outcomes = collections.Counter(verdict.outcome for _, verdict in verdicts)
    by = collections.Counter(verdict.by or "nobody else" for _, verdict in verdicts if verdict.outcome == "passed")
    counts = ", ".join(f"{outcomes[name]} {name}" for name in onnx_backend.OUTCOMES if outcomes[name])
    return f"{counts}; compared with " + ", ".join(f"{name} {count}" for name, count in sorted(by.items()))
