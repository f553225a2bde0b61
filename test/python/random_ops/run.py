"""Runs cases on the devices cpu and reference and in another program, and judges them."""

import collections
import dataclasses
import sys
from pathlib import Path

import onnx
import onnx_backend
import workers

from . import chapters  # noqa: F401  (registers the generators)
from .compare import difference
from .draw import Draw
from .fuse import fuse
from .registry import GENERATORS

PROGRAMS = Path(__file__).parents[1]
DEVICES = [sys.executable, str(PROGRAMS / "backend_worker.py")]
ORACLE = [sys.executable, str(PROGRAMS / "oracle_worker.py")]


@dataclasses.dataclass
class Verdict:
    #: One of onnx_backend.OUTCOMES.
    outcome: str
    message: str = ""
    #: "onnxruntime", "onnx" or "".
    by: str = ""


def make(key, types, index, seed, target="cpu"):
    """Case number `index` of an op. `types`: what the importer claims for it."""
    domain, op = key
    title = f"{domain}.{op}" if domain else op
    draw = Draw(seed, title, index)
    dtype = "f32" if "f32" in types and draw.chance(0.4) else draw.pick(types)
    made = GENERATORS[key](draw, op, dtype)
    fuse(draw, made)
    made.symbolic = draw.chance(0.4)
    made.threads = draw.pick([1, 1, 2, 3])
    made.target = target
    made.name = f"{title}:{index}@{seed}"
    return made


def results(folder, bf16):
    """The outputs that a worker left in a folder."""
    return [workers.load(folder / f"{i}.npy", narrow) for i, narrow in enumerate(bf16)]


def write(made, folder):
    """The model and its inputs as files; the job for a worker."""
    path = folder / "model.onnx"
    onnx.save(made.model(), path)
    files = {}
    for name, value in made.inputs().items():
        files[name] = str(folder / f"{name}.npy")
        workers.save(files[name], value)
    return {
        "model": str(path),
        "inputs": files,
        "outputs": str(folder),
        "constants": {},
        "devices": ["cpu", "reference"],
        "threads": made.threads,
        "target": made.target,
    }


def run_case(made, folder, devices, oracle):
    job = write(made, folder)
    shapes = made.shapes()
    answer = None
    for attempt in [shapes, []] if shapes else [[]]:
        answer = devices.run({**job, "shapes": attempt})
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
    cpu, reference = (results(folder / device, bf16) for device in ("cpu", "reference"))
    by = {"by": ""}
    if made.oracle:
        by = oracle.run({**job, "only": made.oracle if isinstance(made.oracle, str) else ""}) or {
            "by": "", "error": "the process ended"
        }
    for i, (actual, expected) in enumerate(zip(cpu, reference)):
        if wrong := difference(actual, expected, made.tolerance, made.least):
            return Verdict("wrong", f"output {i}, cpu against reference: {wrong}", by["by"])
    if by["by"] == "onnx" and any(bf16) and any(value.size > 64 for value in made.values.values()):
        by = {"by": "", "error": "onnx's evaluator adds up bf16 in bf16"}
    if by["by"]:
        theirs = results(folder / "oracle", [kind == "bfloat16" for kind in by["types"]])
        for i, (actual, expected) in enumerate(zip(reference, theirs)):
            if wrong := difference(actual, expected, made.tolerance, made.least, rough=True):
                return Verdict("wrong", f"output {i}, reference against {by['by']}: {wrong}", by["by"])
    return Verdict("passed", by.get("error", ""), by["by"])


def each(cases, judge, folder, count, timeout=120):
    """[(case, judge(case, a folder, the devices, the oracle))]. `cases` may be an iterator;
    `count` is the number of workers of each kind."""
    return workers.run_all(cases, judge, [DEVICES, ORACLE], folder, count, timeout)


def run_all(cases, folder, count):
    """[(case, verdict)]."""
    return each(cases, run_case, folder, count)


def table(verdicts):
    """The counts by outcome and by program, as a line of text."""
    outcomes = collections.Counter(verdict.outcome for _, verdict in verdicts)
    by = collections.Counter(verdict.by or "nobody else" for _, verdict in verdicts if verdict.outcome == "passed")
    counts = ", ".join(f"{outcomes[name]} {name}" for name in onnx_backend.OUTCOMES if outcomes[name])
    return f"{counts}; compared with " + ", ".join(f"{name} {count}" for name, count in sorted(by.items()))
