"""Inputs whose sizes do not fit each other: a case with unknown sizes, run with one axis of
one input longer or shorter by 1.

That may be an error, or a result (a batch may have any size), but never memory that is not
the model's, and the devices agree. What ONNX Runtime refuses is refused.
"""

import dataclasses
import re

import numpy as np
import onnx
import workers

from . import run
from .compare import difference

#: What ONNX Runtime says of the value of an index or a length, not of a size.
INDEX = re.compile(
    "element out of data bounds|Out of range value in index|invalid ind(ex|ice) found"
    "|Invalid sequence length|batch_indices value|wi <= max_sequence_length"
    # Nor does a width have a limit.
    "|Pad reflect"
    # A result without elements is one.
    "|Computed output dimension is <= 0"
)


@dataclasses.dataclass
class Variant:
    #: "i1: axis 0 of 5 with 6"
    title: str
    values: dict


def longer(array, axis):
    shape = list(array.shape)
    shape[axis] = 1
    # No 0: it may be a divisor.
    added = array.take([0], axis) if array.shape[axis] else np.ones(shape, array.dtype)
    return np.concatenate([array, added], axis)


def shorter(array, axis):
    return array.take(range(array.shape[axis] - 1), axis)


def variants(made):
    """One for each size that the model leaves open, and each direction."""
    made_variants = []
    for name, array in made.inputs().items():
        for axis, size in enumerate(made.dims(name)):
            if not isinstance(size, str):
                continue
            for change in [longer, shorter] if array.shape[axis] else [longer]:
                changed = change(array, axis)
                title = f"{name}: axis {axis} of {array.shape[axis]} with {changed.shape[axis]}"
                made_variants.append(Variant(title, {**made.inputs(), name: changed}))
    return made_variants


def write(values, folder):
    folder.mkdir(exist_ok=True)
    files = {}
    for name, value in values.items():
        files[name] = str(folder / f"{name}.npy")
        workers.save(files[name], value)
    return {"inputs": files, "outputs": str(folder)}


def judge(made, answer, folder, theirs):
    """What is wrong with the answers of the devices to a variant, or None. `theirs`: what
    ONNX Runtime says, or None."""
    failed = {device: done["error"] for device, done in answer.items() if "error" in done}
    for device, error in failed.items():
        if " wrote " in error:
            return f"{device}: {error}"
    if len(failed) == 1:
        ((device, error),) = failed.items()
        return f"only {device} fails: {error}"
    if failed:
        return None
    bf16 = [kind == "bfloat16" for kind in answer["cpu"]["types"]]
    cpu, reference = (run.results(folder / device, bf16) for device in ("cpu", "reference"))
    for i, (actual, expected) in enumerate(zip(cpu, reference)):
        if wrong := difference(actual, expected, made.tolerance, made.least):
            return f"output {i}, cpu against reference: {wrong}"
    if theirs and not theirs["by"]:
        # docs/Semantics.md says what an index does that is out of range.
        if INDEX.search(theirs["error"]):
            return None
        return f"ONNX Runtime refuses it: {theirs['error']}"
    if theirs:
        expected = run.results(folder / "oracle", [kind == "bfloat16" for kind in theirs["types"]])
        for i, (actual, other) in enumerate(zip(reference, expected)):
            if wrong := difference(actual, other, made.tolerance, made.least, rough=True):
                return f"output {i}, reference against ONNX Runtime: {wrong}"
    return None


def run_case(made, folder, devices, oracle):
    """[(title, what is wrong with it or None)] of a case, [] if it is refused."""
    made.symbolic = True
    model = str(folder / "model.onnx")
    onnx.save(made.model(symbols=True), model)
    original = Variant("as it is", made.inputs())
    all_variants = [original, *variants(made)]
    places = [folder / str(number) for number in range(len(all_variants))]
    jobs = [write(variant.values, place) for variant, place in zip(all_variants, places)]
    job = {"model": model, "constants": {}, "shapes": [], "devices": ["cpu", "reference"], "threads": made.threads}
    answer = devices.run({**job, "variants": jobs})
    if answer and "error" in answer:
        # What must be known of a shape is refused by name.
        return [] if answer["stage"] in ("import", "options") else [("as it is", f"not compiled: {answer['error']}")]
    answers = answer["variants"] if answer else []
    if answer is None:
        for one in jobs:
            alone = devices.run({**job, "variants": [one]})
            answers.append(alone["variants"][0] if alone else None)

    def ask(number):
        if made.oracle is not True:
            return None
        done = oracle.run({**jobs[number], "model": model, "only": "onnxruntime"})
        return done or {"by": "", "error": "the process ended"}

    # ONNX Runtime lacks some types of ops: then it says nothing about sizes.
    knows = (ask(0) or {"by": ""})["by"]
    verdicts = []
    for number, (variant, done) in enumerate(zip(all_variants, answers)):
        theirs = ask(number) if knows else None
        wrong = judge(made, done, places[number], theirs) if done else "the process ended"
        verdicts.append((variant.title, wrong))
    return verdicts


def run_all(cases, folder, count):
    """[(case, its verdicts)]."""
    return run.each(cases, run_case, folder, count, timeout=300)
