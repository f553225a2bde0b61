"""A case: a small model with its inputs."""

import dataclasses
from typing import Dict, List, Optional, Set, Union

import numpy as np
import onnx
from onnx import helper, numpy_helper

OPSET = 21


@dataclasses.dataclass
class Case:
    op: str
    nodes: List[onnx.NodeProto]
    #: All that is no result of a node, by name.
    values: Dict[str, np.ndarray]
    outputs: List[str]
    #: The names among `values` that are weights of the model.
    constants: Set[str]
    #: The names among `values` whose sizes are part of the model's structure.
    fixed: Set[str]
    opset: int = OPSET
    #: Times the usual bound; for integers, by how much they may be off.
    tolerance: float = 1
    #: What the bound is a part of if no value is larger.
    least: float = 0
    #: The programs to compare with: none where ONNX leaves the result open, only onnx where
    #: ONNX Runtime is known to differ.
    oracle: Union[bool, str] = True
    #: The sizes of the inputs are unknown when the model is compiled.
    symbolic: bool = False
    threads: int = 1
    #: What it is compiled for; "cpu" is what this machine runs best.
    target: str = "cpu"
    #: The element type of the first output, if another op may follow.
    result: Optional[str] = None
    name: str = ""

    def inputs(self):
        return {name: value for name, value in self.values.items() if name not in self.constants}

    def dims(self, name):
        """The sizes of an input; with `symbolic` symbols, but for sizes of 1 and `fixed` inputs."""
        shape = self.values[name].shape
        if not self.symbolic or name in self.fixed:
            return shape
        return [f"{name}a{axis}" if size != 1 else 1 for axis, size in enumerate(shape)]

    def model(self, symbols=False):
        """`symbols`: the model itself says `dims`."""
        inputs = [
            helper.make_tensor_value_info(
                name, helper.np_dtype_to_tensor_dtype(value.dtype), self.dims(name) if symbols else value.shape
            )
            for name, value in self.inputs().items()
        ]
        weights = [numpy_helper.from_array(self.values[name], name) for name in self.values if name in self.constants]
        outputs = [helper.make_empty_tensor_value_info(name) for name in self.outputs]
        graph = helper.make_graph(self.nodes, "random", inputs, outputs, weights)
        domains = {node.domain for node in self.nodes}
        opsets = [helper.make_opsetid("", self.opset)]
        opsets += [helper.make_opsetid(domain, 1) for domain in sorted(domains - {""})]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="random_ops")

    def shapes(self):
        """For the importer: a symbol for each size but 1, which may be there to broadcast."""
        if not self.symbolic:
            return []
        texts = []
        for name, value in self.inputs().items():
            if name in self.fixed or not value.ndim:
                continue
            axes = [f"{name}a{axis}" if size != 1 else "?" for axis, size in enumerate(value.shape)]
            texts.append(f"{name}={','.join(axes)}")
        return texts


def case(
    op,
    inputs,
    outputs=1,
    *,
    constants=(),
    fixed=(),
    domain="",
    result=None,
    opset=OPSET,
    tolerance=1,
    least=0,
    oracle=True,
    **attributes,
):
    """One node. An input that is None is left out, an attribute too. `constants` and
    `fixed` number inputs. `result`: the type of the first output, if an elementwise op may follow."""
    names = [f"i{i}" if value is not None else "" for i, value in enumerate(inputs)]
    while names and not names[-1]:
        names.pop()
    results = [f"o{i}" for i in range(outputs)] if isinstance(outputs, int) else list(outputs)
    attributes = {key: value for key, value in attributes.items() if value is not None}
    node = helper.make_node(op, names, results, name="node", domain=domain, **attributes)
    return Case(
        op=op,
        nodes=[node],
        values={f"i{i}": np.asarray(value) for i, value in enumerate(inputs) if value is not None},
        outputs=[name for name in results if name],
        constants={f"i{i}" for i in constants if i < len(inputs) and inputs[i] is not None},
        fixed={f"i{i}" for i in fixed},
        opset=opset,
        tolerance=tolerance,
        least=least,
        oracle=oracle,
        result=result,
    )
