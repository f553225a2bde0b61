"""Tilewright: compiles deep-learning models and runs them.

    import tilewright as tw

    model = tw.compile("model.onnx")        # once; keeps dynamic sizes dynamic
    outputs = model(x)                      # NumPy arrays, in the declared order
    model.save("model.twm")

    model = tw.load("model.twm", threads=2)  # needs no compiler
    outputs = model.run({"x": x})           # by name

Every error is a `tilewright.Error`, that of an argument of the wrong type too.
Names that are not UTF-8 in a model have U+FFFD in them here.
"""

from tilewright._compile import NodeProblem, check, compile
from tilewright._errors import Error, InputError, ModelError, RunError
from tilewright._model import KernelTime, Model, SizeRange, TensorInfo, load
from tilewright._verify import Report, Verdict, verify
from tilewright._version import __version__

__all__ = [
    "Error",
    "InputError",
    "KernelTime",
    "Model",
    "ModelError",
    "NodeProblem",
    "Report",
    "RunError",
    "SizeRange",
    "TensorInfo",
    "Verdict",
    "__version__",
    "check",
    "compile",
    "load",
    "verify",
]
