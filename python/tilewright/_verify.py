"""Comparing a model with its reference."""

from __future__ import annotations

import os
from typing import Any, List, Mapping, NamedTuple, Optional, Union

from tilewright import _arguments
from tilewright._errors import InputError, ModelError
from tilewright._model import Model, load, load_compiler


class Verdict(NamedTuple):
    """A kernel, or an output of the network, against the reference."""

    name: str
    #: The nodes of the model that it came from: "conv1 (Conv)".
    nodes: List[str]
    #: "f32[2, 64]".
    type: str
    #: Largest difference over the largest value, and what it may be.
    error: float
    bound: float
    #: Why nothing could be compared; empty if it could.
    problem: str
    ok: bool


class Report(NamedTuple):
    target: str
    kernels: List[Verdict]
    outputs: List[Verdict]
    #: Why it did not run a second time with other sizes; empty if it did or had none
    #: to choose.
    left_out: str

    @property
    def ok(self) -> bool:
        return all(each.ok for each in self.kernels + self.outputs)


def verify(
    model: Union[Model, str, "os.PathLike[str]", bytes],
    inputs: Optional[Mapping[str, Any]] = None,
    *,
    seed: int = 0,
    sizes: Optional[Mapping[str, int]] = None,
) -> Report:
    """Compares every kernel, fed the reference's inputs, with the reference
    interpreter, and then the outputs of the whole network.

    model: a model, or the path or the bytes of a module.
    inputs: by name; those that are missing are random.
    sizes: of dynamic axes of random inputs. Where some are left open it runs twice:
        with 2 for the first axis and 64 for others, moved into their range, and, if
        the model takes these, with 3 and 69.

    Raises ModelError if there is no code or no reference to compare (a stripped module
    has none), RunError if the reference cannot run.
    """
    if not isinstance(model, Model):
        model = load(model)
    if model.device == "reference":
        raise ModelError("a model on device 'reference' has no kernels to compare with it")
    target, kernels, outputs, left_out = load_compiler().verify(
        model._module,
        model.target,
        _arguments.mapping("inputs", inputs, InputError),
        _arguments.integer("seed", seed, 2**64 - 1, InputError),
        {
            _arguments.text("a key of sizes", name, InputError): _arguments.integer(
                f"the size {name}", size, 2**63 - 1, InputError
            )
            for name, size in _arguments.mapping("sizes", sizes, InputError).items()
        },
        model._threads,
    )
    return Report(
        target, [Verdict(*each) for each in kernels], [Verdict(*each) for each in outputs], left_out
    )
