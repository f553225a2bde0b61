"""Compiling models."""

from __future__ import annotations

import os
import tempfile
import warnings
from pathlib import Path
from typing import Any, List, Mapping, NamedTuple, Optional, Sequence, Union

from tilewright import _runtime
from tilewright._errors import ModelError
from tilewright._model import Model, load_compiler

#: A size: fixed, named ("N", "N:1..32", "W:32..1280%8"), or None to leave it alone.
Axis = Union[int, str, None]
Shape = Union[str, Sequence[Axis]]


class NodeProblem(NamedTuple):
    """A node that cannot be compiled."""

    node: str
    #: "input" or "initializer" if it is one of those.
    op: str
    reason: str


def _shape_texts(shapes: Optional[Mapping[str, Shape]]) -> List[str]:
    """In the language of the command line's --shape."""
    if not isinstance(shapes or {}, Mapping):
        raise ModelError(f"shapes is a dict, input's name -> shape, but got {type(shapes).__name__}")
    texts = []
    for name, shape in (shapes or {}).items():
        if not isinstance(shape, (str, tuple, list)):
            raise ModelError(f"the shape of '{name}' is a tuple or a string, but got {type(shape).__name__}")
        if not isinstance(shape, str):
            shape = ",".join("?" if axis is None else str(axis) for axis in shape)
        texts.append(f"{name}={shape}")
    return texts


def _source(model: Any) -> "tuple[str, bytes]":
    """(path, bytes), one of them empty."""
    if isinstance(model, (str, os.PathLike)):
        return os.fspath(model), b""
    if hasattr(model, "SerializeToString"):
        return "", model.SerializeToString()
    if isinstance(model, (bytes, bytearray, memoryview)):
        data = bytes(model)
        if not data:
            raise ModelError("the model is empty: 0 bytes")
        return "", data
    raise ModelError(f"a model is a path, bytes or an onnx.ModelProto, but got {type(model).__name__}")


def compile(
    model: Any,
    *,
    target: Union[str, Sequence[str]] = "cpu",
    shapes: Optional[Mapping[str, Shape]] = None,
    device: str = "cpu",
    threads: int = 0,
    jobs: int = 0,
    save_stages: Union[str, "os.PathLike[str]", None] = None,
    strip: bool = False,
    check_memory: bool = False,
) -> Model:
    """Compiles an ONNX model.

    model: a path, the bytes of the file, or an onnx.ModelProto. Only a path can have
        external data, which lies beside it.
    target: "cpu" (this machine), "x86-64-v3", "x86-64-v4", a path to a description
        in JSON, or several of them, the preferred first.
    shapes: what is known of the inputs' shapes, by name: a tuple with an int, a name
        ("N"), a name with its range and multiple ("W:32..1280%8") or None (as in the
        model) for each axis, or all of it as text ("N,3,48,W"). One module serves all
        values of the sizes that stay dynamic; `Model.sizes` has their ranges. Dynamic
        height and width of convolutions cost speed (35 to 45 % on a detector that
        was measured): fix them where one size is enough.
    device, threads, check_memory: of the Model that is returned, as in `load`.
    jobs: threads to compile with; 0 is one per core. Changes no byte of the result.
    save_stages: a folder that gets the IR after each phase.
    strip: leave out the imported model, which device "reference" and `verify` need.

    Warnings of the importer become Python warnings. Raises ModelError.
    """
    path, data = _source(model)
    if jobs < 0:
        raise ModelError(f"jobs is {jobs}, but must be 0 (all cores) or more")
    targets = [os.fspath(target)] if isinstance(target, (str, os.PathLike)) else [os.fspath(each) for each in target]
    stages = "" if save_stages is None else os.fspath(save_stages)
    if stages:
        os.makedirs(stages, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tilewright-") as folder:
        output = str(Path(folder) / "model.twm")
        texts = load_compiler().compile(
            path=path,
            bytes=data,
            output=output,
            targets=targets,
            shapes=_shape_texts(shapes),
            jobs=jobs,
            save_stages=stages,
            keep_reference=not strip,
        )
        for text in texts:
            warnings.warn(text, stacklevel=2)
        # It is mapped: the file may go.
        module = _runtime.load_file(output)
    return Model(module, device=device, threads=threads, check_memory=check_memory)


def check(
    path: Union[str, "os.PathLike[str]"], *, shapes: Optional[Mapping[str, Shape]] = None
) -> List[NodeProblem]:
    """Every node and input of the ONNX model that cannot be compiled; empty if it can be.

    Raises ModelError for a file that is no readable model.
    """
    problems = load_compiler().check(os.fspath(path), _shape_texts(shapes))
    return [NodeProblem(*each) for each in problems]
