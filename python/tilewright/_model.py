"""Loaded models."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from tilewright import _arguments, _runtime
from tilewright._errors import InputError, ModelError, RunError

#: What a device can be: this machine's processor, or the interpreter.
DEVICES = ("cpu", "reference")


class TensorInfo(NamedTuple):
    """An input or output of a model."""

    name: str
    #: "f32", "i64", "bool", "bf16", ...
    dtype: str
    #: An int for a fixed size, else an expression over named sizes: "N", "2*H".
    shape: Tuple[Union[int, str], ...]


class SizeRange(NamedTuple):
    """What a dynamic size can be: from low to high, and a multiple of `multiple`."""

    low: int
    #: None: as large as memory allows.
    high: Optional[int]
    multiple: int


class KernelTime(NamedTuple):
    """The time of a kernel, added up over all runs."""

    name: str
    #: The nodes of the model that it came from: "conv1 (Conv)".
    nodes: List[str]
    calls: int
    seconds: float


def load_compiler() -> Any:
    """The module _compiler, which needs LLVM; loaded when it is first asked for."""
    try:
        from tilewright import _compiler
    except ImportError as failure:
        raise ModelError(
            f"the compiler cannot be loaded: {failure}. It needs MLIR 22: "
            "on Debian 'apt-get install libmlir-22 libprotobuf-lite32'. Modules (.twm) run without it."
        ) from failure
    return _compiler


def check_device(device: Any) -> None:
    if device not in DEVICES:
        raise ModelError(f"there is no device {device!r}; the devices are {', '.join(DEVICES)}")


class Model:
    """A compiled model, ready to run. Made by `compile` and `load`.

    Several threads may call one model at the same time; the interpreter lock is
    released while it runs.
    """

    def __init__(
        self,
        module: _runtime.Module,
        *,
        device: str = "cpu",
        threads: int = 0,
        target: str = "",
        check_memory: bool = False,
    ):
        check_device(device)
        threads, chosen = _arguments.threads("threads", threads), _arguments.text("target", target)
        self._module = module
        self._device = device
        self._threads = threads
        if device == "reference":
            self._session = load_compiler().Reference(module)
        else:
            self._session = _runtime.Session(module, chosen, threads, bool(check_memory))
        self._inputs = [TensorInfo(*each) for each in module.inputs]
        self._outputs = [TensorInfo(*each) for each in module.outputs]
        self._sizes = {name: SizeRange(*each) for name, each in module.sizes.items()}

    @property
    def inputs(self) -> List[TensorInfo]:
        """The inputs, in the declared order."""
        return list(self._inputs)

    @property
    def sizes(self) -> Dict[str, SizeRange]:
        """The names in the inputs' shapes, and what each can be. Inputs that share a
        name have the same size there."""
        return dict(self._sizes)

    @property
    def outputs(self) -> List[TensorInfo]:
        """The outputs, in the declared order."""
        return list(self._outputs)

    @property
    def metadata(self) -> Dict[str, str]:
        """What the model says about itself (ONNX's metadata_props)."""
        return self._module.metadata

    @property
    def producer(self) -> str:
        """The program that wrote the model."""
        return self._module.producer

    @property
    def targets(self) -> List[str]:
        """The targets that the module holds code for, the preferred first."""
        return self._module.targets

    @property
    def target(self) -> str:
        """The target that runs; "reference" on that device."""
        return "reference" if self._device == "reference" else self._session.target

    @property
    def device(self) -> str:
        return self._device

    def __call__(self, *inputs: Any) -> List[np.ndarray]:
        """Runs the model on inputs in the declared order.

        An input is a NumPy array, or any object in host memory that speaks DLPack
        (a torch tensor, a jax array), of exactly the declared element type. Element
        type bf16 is `ml_dtypes.bfloat16`, or its bits as uint16; bf16 outputs are
        `ml_dtypes.bfloat16` where that package is installed, else uint16.

        Returns the outputs as new arrays, in the declared order. Raises InputError
        or RunError.
        """
        return self._session.run(inputs)

    def run(self, inputs: Mapping[str, Any]) -> Dict[str, np.ndarray]:
        """Runs the model on inputs by name; returns the outputs by name."""
        names = [each.name for each in self._inputs]
        if not isinstance(inputs, Mapping):
            raise InputError(
                f"run takes a dict of inputs by name ({', '.join(names) or 'none'}), but got "
                f"{type(inputs).__name__}; call the model to give inputs in order"
            )
        missing = [name for name in names if name not in inputs]
        unknown = [name for name in inputs if name not in names]
        if missing or unknown:
            problem = f"input '{missing[0]}' is missing" if missing else f"there is no input '{unknown[0]}'"
            raise InputError(f"{problem}; the model takes {', '.join(names) or 'none'}")
        outputs = self._session.run([inputs[name] for name in names])
        return {info.name: array for info, array in zip(self._outputs, outputs)}

    def save(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Writes the module; `load` reads it. The file appears when it is complete."""
        self._module.save(_arguments.path("the module", path, RunError))

    def profile(self) -> List[KernelTime]:
        """The kernels (and copies, loops, branches) with their times since the model
        was made or `reset_profile` was called, in the order of the plan. A loop's or
        branch's time holds the time of what is in it. Empty on device "reference"."""
        if self._device == "reference":
            return []
        return [KernelTime(*each) for each in self._session.profile()]

    def reset_profile(self) -> None:
        """Sets the times of `profile` to zero."""
        if self._device != "reference":
            self._session.reset_profile()

    def __repr__(self) -> str:
        def texts(infos: Sequence[TensorInfo]) -> str:
            return ", ".join(f"{each.name}: {each.dtype}[{', '.join(map(str, each.shape))}]" for each in infos)

        return f"<tilewright.Model on {self.target} ({texts(self._inputs)}) -> ({texts(self._outputs)})>"


def load(
    module: Union[str, "os.PathLike[str]", bytes],
    *,
    device: str = "cpu",
    threads: int = 0,
    target: str = "",
    check_memory: bool = False,
) -> Model:
    """Loads a compiled module from a file or from its bytes.

    device: "cpu", or "reference" for the slow interpreter that runs the model as it
        was imported (not if the module was stripped).
    threads: how many a run may use; 0 is one per core.
    target: which of the module's targets; empty is the best that this machine runs.
    check_memory: for debugging kernels, and slow: each runs on copies of its buffers
        between NaNs, with NaNs in what it has to write. One that reads behind an edge
        gives NaNs; one that writes there raises RunError.

    Raises ModelError for a file that is no module or has no code for this machine.
    """
    if isinstance(module, (bytes, bytearray, memoryview)):
        loaded = _runtime.load_bytes(bytes(module))
    else:
        loaded = _runtime.load_file(_arguments.path("the module", module))
    return Model(loaded, device=device, threads=threads, target=target, check_memory=check_memory)
