"""Recurrent networks, attention and control flow."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from ..case import case
from ..draw import NUMPY
from ..registry import generator

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
FUNCTIONS = {"RNN": 1, "GRU": 2, "LSTM": 3}
#: The activations with the range of their alpha and of their beta.
ACTIVATIONS = {
    "Relu": (None, None),
    "Tanh": (None, None),
    "Sigmoid": (None, None),
    "Softsign": (None, None),
    "Softplus": (None, None),
    "LeakyRelu": ((0, 0.3), None),
    "ThresholdedRelu": ((0, 0.5), None),
    "Elu": ((0.5, 1.5), None),
    "Affine": ((-0.6, 0.6), (-0.5, 0.5)),
    "ScaledTanh": ((0.5, 1.5), (0.5, 1.5)),
    "HardSigmoid": ((0.1, 0.4), (0.3, 0.6)),
}
#: Those that keep a state from growing.
GATE = ["Tanh", "Sigmoid", "Softsign", "HardSigmoid"]


def activations(draw, count, ways):
    """The attributes of `count` functions per direction; the parameters are those of the
    functions that have some."""
    # Of several the first is that of the gates.
    kinds = [GATE if count > 1 else list(ACTIVATIONS), *[list(ACTIVATIONS)] * (count - 1)]
    names = [draw.pick(kind) for kind in kinds * ways]
    attributes = {"activations": names}
    # ONNX has no defaults for the first two, ONNX Runtime another one for the third.
    given = {"Affine", "ScaledTanh", "ThresholdedRelu"} & set(names) or draw.chance(0.8)
    for i, key in enumerate(("activation_alpha", "activation_beta")):
        values = [draw.real(*ACTIVATIONS[name][i]) for name in names if ACTIVATIONS[name][i]]
        if values and given:
            attributes[key] = values
    return attributes


@generator("RNN", "GRU", "LSTM")
def recurrent(draw, op, dtype):
    steps, batch = draw.pick([1, 2, 3, 7]), draw.pick([1, 2, 3])
    width, hidden = draw.pick([1, 3, 8, 17]), draw.pick([1, 3, 8, 17])
    direction = draw.pick([None, "forward", "reverse", "bidirectional"])
    ways = 2 if direction == "bidirectional" else 1
    gates = GATES[op]
    # ONNX Runtime does not have the layout, and onnx no lengths, clip or activations.
    first = draw.chance(0.25)
    given = (batch, ways, hidden) if first else (ways, batch, hidden)
    state = lambda: draw.values(dtype, given) if draw.chance(0.4) else None  # noqa: E731
    functions = activations(draw, FUNCTIONS[op], ways) if not first and draw.chance(0.4) else {}
    most = 0.3 if functions else 1  # With a Relu a state may grow.
    inputs = [
        draw.values(dtype, (batch, steps, width) if first else (steps, batch, width)),
        draw.values(dtype, (ways, gates * hidden, width), -most, most),
        draw.values(dtype, (ways, gates * hidden, hidden), -most, most),
        draw.values(dtype, (ways, 2 * gates * hidden)) if draw.chance(0.6) else None,
        draw.values("i32", batch, 1, steps) if not first and draw.chance(0.3) else None,
        state(),
    ]
    attributes = {"direction": direction, "hidden_size": hidden, "layout": 1 if first else draw.pick([None, 0])}
    attributes |= functions
    if op == "LSTM":
        inputs += [state(), draw.values(dtype, (ways, 3 * hidden)) if draw.chance(0.3) else None]
        attributes["input_forget"] = 0 if first else draw.pick([None, None, 0, 1])
    if op == "GRU":
        attributes["linear_before_reset"] = draw.pick([None, 0, 1])
    if not first and draw.chance(0.2):
        attributes["clip"] = 1.0
    outputs = ["o0", "o1", "o2"][: 3 if op == "LSTM" else 2]
    constants = (1, 2, 3) if draw.chance(0.6) else ()
    return case(
        op,
        inputs,
        outputs,
        constants=constants,
        oracle="onnx" if first else "onnxruntime",
        fixed=(1, 2, 3, 5, 6, 7),
        tolerance=8,
        result=dtype,
        **attributes,
    )


@generator("Attention")
def attention(draw, op, dtype):
    batch, heads = draw.integer(1, 2), draw.pick([1, 2, 4])
    groups = draw.pick([size for size in (1, 2, 4) if heads % size == 0])
    queries, keys = draw.size(most=35, zero=0), draw.size(most=35, zero=0)
    width, depth = draw.pick([1, 4, 8, 17]), draw.pick([4, 8, 17])
    past = draw.pick([0, 0, 3])
    attributes = {
        "is_causal": draw.pick([None, 0, 1]), "scale": draw.pick([None, 0.3]), "softcap": draw.pick([None, None, 2.0])
    }
    if draw.chance(0.5):
        shapes = [(batch, heads, queries, width), (batch, groups, keys, width), (batch, groups, keys, depth)]
    else:
        shapes = [(batch, queries, heads * width), (batch, keys, groups * width), (batch, keys, groups * depth)]
        attributes |= {"q_num_heads": heads, "kv_num_heads": groups}
    mask = None
    if draw.chance(0.5):
        shape = draw.pick([(queries, keys + past), (batch, 1, queries, keys + past), (1, heads, queries, keys + past)])
        mask = draw.values(draw.pick(["bool", dtype]), shape)
        if mask.dtype == np.bool_:
            mask[..., 0] = True  # Of a row without keys ONNX says nothing.
    states = [draw.values(dtype, (batch, groups, past, size)) for size in (width, depth)] if past else [None, None]
    # ONNX Runtime's single query after a past sees all keys.
    oracle = "onnx" if past and queries == 1 and attributes["is_causal"] else True
    windows = draw.chance(0.4)
    if windows:
        attributes |= {key: draw.pick([None, -1, 0, 2]) for key in ("left_window_size", "right_window_size")}
    outputs = 3 if past else 1
    if draw.chance(0.3):
        outputs = ["o0", *(["o1", "o2"] if past else ["", ""]), "o3"]
        attributes["qk_matmul_output_mode"] = draw.pick([None, 0, 1, 2, 3])
        if attributes["qk_matmul_output_mode"] == 2:
            oracle = "onnx"  # ONNX Runtime shows its lowest number where -infinity is added.
    if draw.chance(0.3):
        attributes["softmax_precision"] = draw.pick([TensorProto.FLOAT, TensorProto.DOUBLE])
    return case(
        op,
        [*(draw.values(dtype, shape) for shape in shapes), mask, *states],
        outputs,
        opset=25 if windows else 23,
        oracle=oracle,
        fixed=(0, 1, 2, 4, 5),
        tolerance=4,
        result=dtype,
        **attributes,
    )


@generator("RotaryEmbedding")
def rotary_embedding(draw, op, dtype):
    batch, heads, steps, width = draw.integer(1, 2), draw.integer(1, 3), draw.size(most=20, zero=0), 2 * draw.pick(
        [1, 4, 8]
    )
    partial = width // 2 if width >= 4 and draw.chance(0.3) else None
    half = (partial or width) // 2
    if draw.chance(0.5):
        shape, number = (batch, heads, steps, width), None
    else:
        shape, number = (batch, steps, heads * width), heads
    positions = draw.values("i64", (batch, steps), 0, 20) if draw.chance(0.5) else None
    caches = [
        draw.values(dtype, (21, half) if positions is not None else (batch, steps, half), -1, 1)
        for _ in range(2)
    ]
    if partial:
        number = heads
    return case(
        op, [draw.values(dtype, shape), *caches, positions], num_heads=number, rotary_embedding_dim=partial,
        interleaved=draw.pick([None, 0, 1]), opset=23, fixed=(0, 1, 2, 3), tolerance=2, result=dtype,
    )  # fmt: skip


@generator("LinearAttention")
def linear_attention(draw, op, dtype):
    batch, steps, groups = draw.integer(1, 2), draw.pick([1, 2, 5]), draw.pick([1, 2])
    heads, width, depth = groups * draw.integer(1, 2), draw.pick([1, 4, 8]), draw.pick([3, 8])
    rule = draw.pick([None, "linear", "gated", "delta", "gated_delta"])
    gated, delta = rule in (None, "gated", "gated_delta"), rule in (None, "delta", "gated_delta")
    inputs = [
        draw.values(dtype, (batch, steps, heads * width)),
        draw.values(dtype, (batch, steps, groups * width), -0.5, 0.5),
        draw.values(dtype, (batch, steps, groups * depth)),
        draw.values(dtype, (batch, groups, width, depth)) if draw.chance(0.5) else None,
        draw.values(dtype, (batch, steps, groups * draw.pick([1, width])), -1, 0) if gated else None,
        draw.values(dtype, (batch, steps, groups), 0, 1) if delta else None,
    ]
    return case(
        op,
        inputs,
        2,
        update_rule=rule,
        q_num_heads=heads,
        kv_num_heads=groups,
        scale=draw.pick([None, 0.5]),
        chunk_size=draw.pick([None, 2]),
        opset=27,
        fixed=(0, 1, 2, 4, 5),
        tolerance=16,
        result=dtype,
    )


@generator("CausalConvWithState")
def causal_conv(draw, op, dtype):
    batch, channels, kernel = draw.integer(1, 3), draw.pick([1, 3, 8, 17]), draw.integer(2, 4)
    steps = draw.size(most=35, zero=0)
    inputs = [
        draw.values(dtype, (batch, channels, steps)),
        draw.values(dtype, (channels, 1, kernel)),
        draw.values(dtype, channels) if draw.chance(0.5) else None,
        draw.values(dtype, (batch, channels, kernel - 1)) if draw.chance(0.5) else None,
    ]
    return case(
        op,
        inputs,
        2,
        activation=draw.pick([None, "none", "silu", "swish"]),
        opset=27,
        fixed=(0, 1, 2, 3),
        tolerance=4,
        least=1,
        result=dtype,
    )


def graph(name, nodes, inputs, outputs, weights=()):
    """A subgraph; inputs and outputs: name -> element type and shape."""
    infos = [
        [helper.make_tensor_value_info(each, kind, shape) for each, (kind, shape) in values.items()] for values in (
            inputs, outputs
        )
    ]
    return helper.make_graph(nodes, name, *infos, [numpy_helper.from_array(array, each) for each, array in weights])


@generator("If")
def branch(draw, op, dtype):
    shape = draw.shape()
    x = draw.values("f32", shape)
    says = draw.chance(0.5)  # The branches say the sizes of their results.
    kind = (TensorProto.FLOAT, shape if says else [None] * len(shape))
    ops = [draw.pick(["Relu", "Neg", "Sigmoid", "Identity"]) for _ in range(2)]
    branches = [
        graph(name, [helper.make_node(each, ["x"], [name])], {}, {name: kind})
        for name, each in zip(("then", "else"), ops)
    ]
    made = case(op, [draw.values("bool", ())], then_branch=branches[0], else_branch=branches[1], result="f32")
    made.values["x"] = x
    if says:
        made.fixed.add("x")
    return made


@generator("Loop")
def loop(draw, op, dtype):
    """s = s + x[i], and the sums one by one; now and then also g = [g, x[i]], which grows."""
    trips = draw.integer(0, 5)
    shape = draw.shape(high=2, budget=300)
    kind = "f32" if dtype in ("bool", "f16", "bf16") else dtype
    element = helper.np_dtype_to_tensor_dtype(NUMPY[kind])
    nodes = [
        helper.make_node("Gather", ["x", "i"], ["row"], axis=0),
        helper.make_node("Add", ["s", "row"], ["next"]),
        helper.make_node("Identity", ["next"], ["sum"]),
        helper.make_node("Less", ["i", "limit"], ["go_on"]),
    ]
    carried, after = {"s": (element, shape)}, {"next": (element, shape)}
    start = [draw.values(kind, shape)]
    if shape and draw.chance(0.5):
        nodes.append(helper.make_node("Concat", ["g", "row"], ["grown"], axis=0))
        carried["g"], after["grown"] = ((element, (name, *shape[1:])) for name in ("G", "H"))
        start.append(draw.values(kind, (draw.integer(0, 3), *shape[1:])))
    body = graph(
        "body", nodes,
        {"i": (TensorProto.INT64, ()), "go": (TensorProto.BOOL, ()), **carried},
        {"go_on": (TensorProto.BOOL, ()), **after, "sum": (element, shape)},
        [("limit", np.asarray(draw.integer(1, 6), np.int64))],
    )  # fmt: skip
    made = case(
        op,
        [np.asarray(trips, np.int64), np.asarray(True), *start],
        1 + len(start),
        body=body,
        constants=(1,),
        fixed=(2, 3),
    )
    made.values["x"] = draw.values(kind, (7, *shape))
    made.fixed.add("x")
    return made


@generator("Scan")
def scan(draw, op, dtype):
    """s = s + x[i], and the sums one by one, in either direction and along any axis."""
    shape = draw.shape(high=2, budget=300)
    kind = "f32" if dtype in ("bool", "f16", "bf16") else dtype
    element = helper.np_dtype_to_tensor_dtype(NUMPY[kind])
    nodes = [helper.make_node("Add", ["s", "row"], ["next"]), helper.make_node("Identity", ["next"], ["sum"])]
    body = graph(
        "body",
        nodes,
        {"s": (element, shape), "row": (element, shape)},
        {"next": (element, shape), "sum": (element, shape)},
    )
    ways = {
        key: [draw.integer(0, 1)] if draw.chance(0.6) else None
        for key in ("scan_input_directions", "scan_output_directions")
    }
    axis, out = (draw.axis(len(shape) + 1) if draw.chance(0.5) else None for _ in range(2))
    whole = list(shape)
    whole.insert((axis or 0) % (len(shape) + 1), draw.pick([1, 2, 5]))
    axes = {
        key: None if value is None else [value]
        for key, value in (("scan_input_axes", axis), ("scan_output_axes", out))
    }
    inputs = [draw.values(kind, shape), draw.values(kind, whole)]
    return case(op, inputs, 2, body=body, num_scan_inputs=1, fixed=(0, 1), **ways, **axes)
