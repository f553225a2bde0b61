"""Compiling models."""

from __future__ import annotations

import os
import tempfile
import warnings
from typing import Any, List, Mapping, NamedTuple, Optional, Sequence, Union

from tilewright import _arguments, _runtime
from tilewright._errors import ModelError
from tilewright._model import Model, check_device, load_compiler

#: A size: fixed, named ("N", "N:1..32", "T:1..", "W:32..1280%8"), or None to leave it alone.
Axis = Union[int, str, None]
Shape = Union[str, Sequence[Axis]]


class NodeProblem(NamedTuple):
    """A node that cannot be compiled."""

    node: str
    #: "input" or "initializer" if it is one of those.
    op: str
    reason: str


def _shape_texts(shapes: Optional[Mapping[str, Shape]]) -> List[bytes]:
    """In the language of the command line's --shape."""
    texts = []
    for name, shape in _arguments.mapping("shapes", shapes).items():
        if not isinstance(shape, (str, tuple, list)):
            raise ModelError(f"the shape of '{name}' is a tuple or a string, but got {type(shape).__name__}")
        if not isinstance(shape, str):
            if any(isinstance(axis, bool) for axis in shape):
                raise ModelError(f"an axis of the shape of '{name}' is an int, a str or None, but got bool")
            axes = ["?" if axis is None else str(axis) for axis in shape]
            # Without a comma an x in a name would separate.
            shape = ",".join(axes) + ("," if len(axes) == 1 else "")
        texts.append(_arguments.text(f"the shape of '{name}'", f"{name}={shape}"))
    return texts


def _source(model: Any) -> "tuple[bytes, bytes]":
    """(path, bytes), one of them empty."""
    if isinstance(model, (str, os.PathLike)):
        return _arguments.path("the model", model), b""
    if hasattr(model, "SerializeToString"):
        try:
            return b"", model.SerializeToString()
        except Exception as failure:  # Of protobuf, whose limit is 2 GB.
            raise ModelError(f"the onnx.ModelProto cannot be written: {failure}") from failure
    if isinstance(model, (bytes, bytearray, memoryview)):
        data = bytes(model)
        if not data:
            raise ModelError("the model is empty: 0 bytes")
        return b"", data
    raise ModelError(f"a model is a path, bytes or an onnx.ModelProto, but got {type(model).__name__}")


def _targets(target: Any) -> List[bytes]:
    each = [target] if isinstance(target, (str, os.PathLike)) else target
    if not isinstance(each, Sequence) or not each:
        raise ModelError(f"target is a name, a path or a list of them, but got {target!r}")
    return [_arguments.path("target", one) for one in each]


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
        values of the sizes that stay dynamic; `Model.sizes` has their ranges. Two
        that stay dynamic cost speed: height and width of convolutions, and the batch
        of recurrent networks at batch 1. Fix them where one size is enough.
    device, threads, check_memory: of the Model that is returned, as in `load`.
    jobs: threads to compile with; 0 is one per core. Changes no byte of the result.
    save_stages: a folder that gets the IR after each phase.
    strip: leave out the imported model, which device "reference" and `verify` need.

    Warnings of the importer become Python warnings. Raises ModelError.
    """
    path, data = _source(model)
    targets, texts = _targets(target), _shape_texts(shapes)
    jobs, threads = _arguments.threads("jobs", jobs), _arguments.threads("threads", threads)
    check_device(device)
    stages = b"" if save_stages is None else _arguments.path("save_stages", save_stages)
    compiler = load_compiler()
    try:
        if stages:
            os.makedirs(stages, exist_ok=True)
        folder = tempfile.TemporaryDirectory(prefix="tilewright-")
    except OSError as failure:
        raise ModelError(f"cannot make a folder: {failure}") from failure
    with folder:
        output = os.fsencode(os.path.join(folder.name, "model.twm"))
        remarks = compiler.compile(
            path=path,
            bytes=data,
            output=output,
            targets=targets,
            shapes=texts,
            jobs=jobs,
            save_stages=stages,
            keep_reference=not strip,
        )
        for text in remarks:
            warnings.warn(text, stacklevel=2)
        # It is mapped: the file may go.
        module = _runtime.load_file(output)
    return Model(module, device=device, threads=threads, check_memory=check_memory)


def check(model: Any, *, shapes: Optional[Mapping[str, Shape]] = None) -> List[NodeProblem]:
    """Every node and input of the ONNX model that cannot be compiled; empty if it can be.

    model, shapes: as in `compile`.

    Raises ModelError for what is no readable model.
    """
    path, data = _source(model)
    problems = load_compiler().check(path=path, bytes=data, shapes=_shape_texts(shapes))
    return [NodeProblem(*each) for each in problems]
