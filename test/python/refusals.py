"""The ONNX node cases that the importer refuses, as they are or altogether, though it
claims all of their ops.

A refusal is no wrong answer, so nothing else would notice an op that is refused from
some day on. A new case of `onnx` that is refused needs a line here, with a reason.
"""

import re
import shutil

import onnx
import onnx_backend
from random_ops import table

# Parts of the cases' names, and why these are refused.
REFUSED = {
    r"_FLOAT8E|_e4m3fn|_e5m2$": "8-bit floats are left out",
    r"_FLOAT4E|_float4e": "4-bit floats are left out",
    r"_U?INT[24](_|$)|linear_u?int[24]$": "integers of less than a byte are left out",
    r"^test_equal_string": "strings are left out",
    r"^test_identity_(opt|sequence)$": "optionals and sequences are left out",
    r"^test_training_dropout(_default)?(_mask)?$": "Dropout in training draws random numbers",
    r"^test_not_[234]d$": "opset 1, supported from 7 on",
    r"^test_scan_sum$": "Scan of opset 8, which is another op than that of 9",
    r"^test_melweightmatrix$": "the sizes of the result are inputs, and all of them would have to be constants",
}

# The same for cases that pass when their small inputs are constants.
CONSTANTS = {
    r"^test_(reduce|squeeze|unsqueeze|cumsum|cumprod|dft)(_|$)": "the axes are an input",
    r"^test_constant_pad(_negative)?_axes$": "the axes are an input",
    r"^test_(resize|upsample)_": "the scales, the sizes or the region are an input",
    r"^test_affine_grid_[23]d(_align_corners)?_expanded$": "the sizes are an input",
    r"^test_col2im(_|$)": "the shapes of the image and of a block are inputs",
    r"^test_training_dropout_zero_ratio(_mask)?$": "that nothing is dropped is in inputs",
}


def ops(graph):
    """The (domain, type) of each node, also of those in bodies."""
    for node in graph.node:
        yield "" if node.domain == "ai.onnx" else node.domain, node.op_type
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from ops(attribute.g)


def surprises(results):
    """{case name: what differs from the list}, for results of onnx_backend.run_all in
    mode plain."""
    claimed = table.claimed(shutil.which("tw-import"))
    found = {}
    for case in onnx_backend.cases():
        if case.name not in results or not all(op in claimed for op in ops(case.model.graph)):
            continue
        outcome, message = results[case.name]
        refused, constants = (any(re.search(part, case.name) for part in parts) for parts in (REFUSED, CONSTANTS))
        if outcome == "refused" and not refused:
            found[case.name] = f"refused, and not on the list of refusals: {message}"
        if outcome != "refused" and refused:
            found[case.name] = f"{outcome}, but on the list of refusals"
        if outcome == "passed with constants" and not constants:
            found[case.name] = "refused without constants, and not on the list of such"
    return found
