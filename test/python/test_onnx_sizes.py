"""Sizes that are only known when the model runs: what works, and what errors say."""

import numpy as np
import onnxruntime
import pytest
import tilewright as tw
from onnx import TensorProto, helper, numpy_helper, parser

KINDS = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.int64): TensorProto.INT64}
DEVICES = ["cpu", "reference"]


def model_of(node, dims, values, outputs=1, opset=17):
    """One node named "node"; `dims`: the declared sizes of each input."""
    op, attributes = node
    names = [f"i{i}" for i in range(len(values))]
    results = [f"o{i}" for i in range(outputs)]
    made = helper.make_node(op, names, results, name="node", **attributes)
    inputs = [helper.make_tensor_value_info(n, KINDS[v.dtype], d) for n, v, d in zip(names, values, dims)]
    graph = helper.make_graph([made], "g", inputs, [helper.make_empty_tensor_value_info(n) for n in results])
    opsets = [helper.make_opsetid("", opset)]
    if attributes.get("domain"):
        opsets.append(helper.make_opsetid(attributes["domain"], 1))
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def run(model, values, device):
    compiled = tw.compile(model, threads=1, device=device)
    return compiled(*values)


def oracle(model, values):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {f"i{i}": value for i, value in enumerate(values)})


def agrees(model, values):
    """Both devices give what ONNX Runtime gives."""
    expected = oracle(model, values)
    for device in DEVICES:
        for actual, wanted in zip(run(model, values, device), expected):
            np.testing.assert_allclose(actual, wanted, rtol=1e-5, atol=1e-6)


def fails(model, values, text):
    for device in DEVICES:
        with pytest.raises(tw.RunError) as caught:
            run(model, values, device)
        assert "node 'node' (" in str(caught.value)
        assert text in str(caught.value)


def ints(*values):
    return np.array(values, np.int64)


X = np.arange(5, dtype=np.float32)
LAST, FIRST = np.iinfo(np.int64).max, np.iinfo(np.int64).min


@pytest.mark.parametrize(
    "start, end, step", [(1, LAST, 1), (FIRST, LAST, 1), (LAST, FIRST, -1), (-2, LAST, 1), (3, FIRST, -2)]
)
def test_slice_to_the_end(start, end, step):
    """The largest and the smallest integer stand for the ends of an axis, also as inputs."""
    values = [X, ints(start), ints(end), ints(0), ints(step)]
    agrees(model_of(("Slice", {}), [["N"], [1], [1], [1], [1]], values), values)


@pytest.mark.parametrize(
    "axes, steps, text",
    [
        ((0, 2), (1, 1), "is out of range for a tensor of rank 2"),
        ((-3, 1), (1, 1), "is out of range for a tensor of rank 2"),
        ((1, -1), (1, 1), "axis 1 is sliced 2 times"),
        ((0, 1), (1, 0), "a step of 0"),
    ],
)
def test_slice_that_is_none(axes, steps, text):
    """Axes and steps that are inputs are checked as those that the model has."""
    x = np.arange(12, dtype=np.float32).reshape(3, 4)
    values = [x, ints(0, 1), ints(2, 3), ints(*axes), ints(*steps)]
    model = model_of(("Slice", {}), [["N", "M"], [2], [2], [2], [2]], values)
    fails(model, values, text)
    agrees(model, [*values[:3], ints(-1, 0), ints(2, 1)])


def test_slice_end_that_is_partly_known():
    """The end of one axis is computed, that of the other is the largest integer."""
    nodes = [
        helper.make_node("Concat", ["i1", "last"], ["ends"], axis=0),
        helper.make_node("Slice", ["i0", "starts", "ends"], ["o0"], name="node"),
    ]
    weights = [numpy_helper.from_array(ints(LAST), "last"), numpy_helper.from_array(ints(1, 1), "starts")]
    inputs = [
        helper.make_tensor_value_info("i0", TensorProto.FLOAT, ["N", "M"]),
        helper.make_tensor_value_info("i1", TensorProto.INT64, [1]),
    ]
    graph = helper.make_graph(nodes, "g", inputs, [helper.make_empty_tensor_value_info("o0")], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    agrees(model, [np.arange(12, dtype=np.float32).reshape(3, 4), ints(2)])


def test_top_k_of_too_few():
    values = [X, ints(6)]
    model = model_of(("TopK", {}), [[5], [1]], values, outputs=2)
    fails(model, values, "6 elements of an axis of size 5")
    agrees(model, [X, ints(2)])


def test_expand_to_another_size():
    """The message is a sentence, with the axis and both sizes."""
    values = [X[:3], ints(2, 5)]
    model = model_of(("Expand", {}), [["N"], [2]], values)
    fails(model, values, "axis 1 of the expanded shape: the sizes 3 and 5 (shape.1) differ")
    agrees(model, [X[:3], ints(2, 1)])


def test_negative_size():
    values = [X[:4], ints(-3)]
    model = model_of(("Expand", {}), [[1], [1]], values)
    fails(model, [X[:1], ints(-3)], "axis 0 of the result has the negative size -3")


def test_reshape_to_another_number_of_elements():
    values = [X, ints(2, 2)]
    fails(model_of(("Reshape", {}), [["N"], [2]], values), values, "the numbers of elements before and after a reshape")


def test_filter_that_does_not_fit():
    """Larger than the input with its padding: no empty result."""
    values = [np.ones((1, 1, 2), np.float32), np.ones((1, 1, 5), np.float32)]
    model = model_of(("Conv", {"pads": [1, 1]}), [[1, 1, "W"], [1, 1, 5]], values)
    fails(model, values, "a window of 5 elements does not fit on the 4")


@pytest.mark.parametrize(
    "op, x, w, dims",
    [
        ("Conv", (1, 6, 5, 5), (8, 3, 3, 3), [[1, "C", 5, 5], [8, "K", 3, 3]]),
        ("ConvTranspose", (1, 6, 5, 5), (6, 4, 3, 3), [[1, "C", 5, 5], ["C", 4, 3, 3]]),
    ],
)
def test_groups_of_unknown_channels(op, x, w, dims):
    """Where the channels of a group begin is only known when the model runs."""
    rng = np.random.default_rng(0)
    values = [rng.standard_normal(x, dtype=np.float32), rng.standard_normal(w, dtype=np.float32)]
    model = model_of((op, {"group": 2}), dims, values)
    expected = oracle(model, values)[0]
    for device in DEVICES:
        np.testing.assert_allclose(run(model, values, device)[0], expected, rtol=0, atol=1e-4)


def test_pool_that_does_not_fit():
    """One element too large: an empty result, as ONNX Runtime has it; more is an error."""
    model = model_of(("MaxPool", {"kernel_shape": [5]}), [[1, 1, "W"]], [np.ones((1, 1, 1), np.float32)])
    agrees(model, [np.ones((1, 1, 4), np.float32)])
    fails(model, [np.ones((1, 1, 3), np.float32)], "axis 2 of the result has the negative size -1")


def test_tf_half_pixel_for_nn():
    """Rounding down, and to the nearest."""
    x = np.arange(35, dtype=np.float32).reshape(1, 1, 5, 7)
    for rounding in ("floor", "round_prefer_floor"):
        for sizes in ([1, 1, 3, 11], [1, 1, 10, 4]):
            attributes = {"coordinate_transformation_mode": "tf_half_pixel_for_nn", "nearest_mode": rounding}
            made = model_of(("Resize", attributes), [x.shape], [x], opset=11)
            made.graph.node[0].input.extend(["roi", "scales", "sizes"])
            made.graph.initializer.extend(
                [
                    numpy_helper.from_array(np.zeros(0, np.float32), "roi"),
                    numpy_helper.from_array(np.zeros(0, np.float32), "scales"),
                    numpy_helper.from_array(np.array(sizes, np.int64), "sizes"),
                ]
            )
            agrees(made, [x])


@pytest.mark.parametrize("coordinates", ["half_pixel_symmetric", "half_pixel", "asymmetric", "align_corners"])
def test_coordinates_near_whole_numbers(coordinates):
    """Where rounding errors decide which neighbour is taken, the devices decide the same."""
    head = '<ir_version: 8, opset_import: ["" : 19]> g (float[1, 1, 1, W] i0) => (float[1, 1, 1, V] o0)'
    for scale in (0.5, 0.75, 1.25, 3):
        attributes = f'mode = "nearest", nearest_mode = "floor", coordinate_transformation_mode = "{coordinates}"'
        body = f"<float[4] scales = {{1, 1, 1, {scale}}}> {{ o0 = Resize<{attributes}>(i0, , scales) }}"
        model = parser.parse_model(f"{head} {body}")
        devices = [tw.compile(model, threads=1, device=device) for device in DEVICES]
        for size in range(2, 40):
            x = np.arange(size, dtype=np.float32).reshape(1, 1, 1, size)
            cpu, reference = (device(x)[0] for device in devices)
            np.testing.assert_array_equal(cpu, reference)


@pytest.mark.parametrize(
    "given, scales",
    [
        # The parser takes the bits of an f16: 1, 1, 2, 3, and 2.
        ("<float16[4] s = {15360, 15360, 16384, 16896}>", "scales = Cast<to = 1>(s)"),
        ("<float[2] a = {1, 1}, float[2] b = {2, 3}>", "scales = Concat<axis = 0>(a, b)"),
        ("<float[4] a = {2, 2, 4, 6}, float16 b = {16384}>", "c = Cast<to = 1>(b) scales = Div(a, c)"),
    ],
)
def test_scales_computed_from_constants(given, scales):
    """What ops compute from constants is a constant, as the scales must be."""
    head = '<ir_version: 8, opset_import: ["" : 17]> g (float[1, 1, H, W] i0) => (float[1, 1, A, B] o0)'
    body = f'{{ {scales} o0 = Resize<mode = "nearest">(i0, , scales) }}'
    x = np.arange(6, dtype=np.float32).reshape(1, 1, 2, 3)
    agrees(parser.parse_model(f"{head} {given} {body}"), [x])


def test_sparse_constant():
    """The attribute `sparse_value` of Constant."""
    values = numpy_helper.from_array(np.array([2.0, 3.0], np.float32), "values")
    indices = numpy_helper.from_array(np.array([1, 5], np.int64), "indices")
    sparse = helper.make_sparse_tensor(values, indices, [2, 3])
    nodes = [
        helper.make_node("Constant", [], ["c"], sparse_value=sparse),
        helper.make_node("Add", ["x", "c"], ["y"]),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3])
    graph = helper.make_graph(nodes, "g", [x], [helper.make_empty_tensor_value_info("y")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    result = tw.compile(model, threads=1)(np.ones((2, 3), np.float32))[0]
    np.testing.assert_array_equal(result, [[1, 3, 1], [1, 1, 4]])


@pytest.mark.parametrize("op", ["Split", "Relu"])
def test_node_without_outputs(op):
    """Nobody could use what it computes."""
    nodes = [helper.make_node(op, ["x"], [], name="node"), helper.make_node("Relu", ["x"], ["y"])]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 3])
    graph = helper.make_graph(nodes, "g", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    with pytest.raises(tw.ModelError, match=f"node 'node' \\({op}\\): the node has no outputs"):
        tw.compile(model)


def test_compress_with_a_longer_condition():
    """Its end does not count."""
    condition = np.array([True, False, True, True, True, True, True])
    nodes = [helper.make_node("Compress", ["i0", "i1"], ["o0"], name="node", axis=0)]
    inputs = [
        helper.make_tensor_value_info("i0", TensorProto.FLOAT, ["N"]),
        helper.make_tensor_value_info("i1", TensorProto.BOOL, ["C"]),
    ]
    graph = helper.make_graph(nodes, "g", inputs, [helper.make_empty_tensor_value_info("o0")])
    agrees(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), [X, condition])


def graph_of(nodes, inputs, weights=None):
    """Several nodes, the last of which gives "o0"; inputs i0, i1, ...: declared sizes and values."""
    infos = [helper.make_tensor_value_info(f"i{i}", KINDS[v.dtype], d) for i, (d, v) in enumerate(inputs)]
    initializers = [numpy_helper.from_array(value, name) for name, value in (weights or {}).items()]
    graph = helper.make_graph(nodes, "g", infos, [helper.make_empty_tensor_value_info("o0")], initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_reshape_rest_is_known_to_be_one():
    """PyTorch's attention masks: [4 * B, 1, L] as [B, 4, -1, L] broadcasts along the axis of -1."""
    nodes = [
        helper.make_node("Shape", ["i1"], ["b"], start=0, end=1),
        helper.make_node("Shape", ["i1"], ["l"], start=2, end=3),
        helper.make_node("Mul", ["b", "four"], ["b4"]),
        helper.make_node("Concat", ["b4", "one", "l"], ["flat"], axis=0),
        helper.make_node("Reshape", ["i0", "flat"], ["x"]),
        helper.make_node("Concat", ["b", "four", "rest", "l"], ["split"], axis=0),
        helper.make_node("Reshape", ["x", "split"], ["mask"], name="node"),
        helper.make_node("Add", ["i1", "mask"], ["o0"]),
    ]
    weights = {"four": ints(4), "one": ints(1), "rest": ints(-1)}
    for b, l in ((1, 1), (2, 5)):
        mask = np.arange(4 * b * l, dtype=np.float32).reshape(b, 4, 1, l)
        scores = np.ones((b, 4, l, l), np.float32)
        inputs = [(["B", 4, 1, "L"], mask), (["B", 4, "M", "L"], scores)]
        agrees(graph_of(nodes, inputs, weights), [mask, scores])


def test_reshape_rest_after_a_sum():
    """[N + 1, L] as [N + 1, -1, L]: the axis is known to be 1, so it can be squeezed."""
    nodes = [
        helper.make_node("Pad", ["i0", "pads"], ["x"]),
        helper.make_node("Shape", ["i0"], ["n"], start=0, end=1),
        helper.make_node("Shape", ["i0"], ["l"], start=1, end=2),
        helper.make_node("Add", ["n", "one"], ["n1"]),
        helper.make_node("Concat", ["n1", "rest", "l"], ["split"], axis=0),
        helper.make_node("Reshape", ["x", "split"], ["r"], name="node"),
        helper.make_node("Squeeze", ["r", "one"], ["s"]),
        helper.make_node("Add", ["s", "i1"], ["o0"]),
    ]
    weights = {"pads": ints(0, 0, 1, 0), "one": ints(1), "rest": ints(-1)}
    x, y = np.arange(12, dtype=np.float32).reshape(3, 4), np.ones((4, 4), np.float32)
    agrees(graph_of(nodes, [(["N", "L"], x), (["M", "L"], y)], weights), [x, y])


def test_slice_end_that_wraps():
    """x + the largest integer wraps, as integers do, whatever x is."""
    nodes = [
        helper.make_node("Add", ["i1", "last"], ["end"]),
        helper.make_node("Slice", ["i0", "i1", "end"], ["o0"], name="node"),
    ]
    agrees(graph_of(nodes, [(["N"], X), ([1], ints(2))], {"last": ints(LAST)}), [X, ints(2)])
    constant = [
        helper.make_node("Add", ["one", "last"], ["end"]),
        helper.make_node("Slice", ["i0", "one", "end"], ["o0"], name="node"),
    ]
    agrees(graph_of(constant, [(["N"], X)], {"last": ints(LAST), "one": ints(1)}), [X])


def test_sizes_times_large_numbers_wrap():
    """Also where the size is a symbol."""
    for kind, factor in ((TensorProto.INT32, np.int32(2**30)), (TensorProto.INT64, np.int64(2**62))):
        nodes = [
            helper.make_node("Shape", ["i0"], ["s"]),
            helper.make_node("Cast", ["s"], ["c"], to=kind),
            helper.make_node("Mul", ["c", "factor"], ["m"]),
            helper.make_node("Cast", ["m"], ["o0"], to=TensorProto.INT64),
        ]
        agrees(graph_of(nodes, [(["N"], X)], {"factor": np.array([factor])}), [X])


@pytest.mark.parametrize("dims", [[1, 41, 47, 55, 82], ["A", "B", "C", "D", "E"]])
def test_sizes_in_floats_round(dims):
    """55 / 49 * 49 is a little less than 55 in f32; floor(55 / 49 + 1) is what it is in numbers."""
    for last in (["Mul", "d", "divisor"], ["Add", "d", "one"]):
        nodes = [
            helper.make_node("Shape", ["i0"], ["s"]),
            helper.make_node("Cast", ["s"], ["c"], to=TensorProto.FLOAT),
            helper.make_node("Div", ["c", "divisor"], ["d"]),
            helper.make_node(last[0], last[1:], ["m"]),
            helper.make_node("Floor", ["m"], ["f"]),
            helper.make_node("Cast", ["f"], ["o0"], to=TensorProto.INT64),
        ]
        x = np.ones((1, 41, 47, 55, 82), np.float32)
        weights = {"divisor": np.array([49], np.float32), "one": np.array([1], np.float32)}
        weights = {name: value for name, value in weights.items() if name in ("divisor", last[2])}
        agrees(graph_of(nodes, [(dims, x)], weights), [x])


def test_loop_without_trips_that_stacks_unknown_sizes():
    """A size that only the body would know is 0."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["on"]),
            helper.make_node("Cast", ["it"], ["f"], to=TensorProto.FLOAT),
            helper.make_node("Sub", ["i0", "f"], ["d"]),
            helper.make_node("Relu", ["d"], ["r"]),
            helper.make_node("NonZero", ["r"], ["k"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("it", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
        ],
        [
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("k", TensorProto.INT64, [1, None]),
        ],
    )
    nodes = [helper.make_node("Loop", ["i1", ""], ["o0"], body=body, name="node")]
    for trips in (0, 1):
        values = [X, np.array(trips, np.int64)]
        agrees(graph_of(nodes, [([5], X), ([], values[1])]), values)


def text_model(inputs, body):
    """A model of ONNX's text: the declared inputs, and nodes of which the last gives "o0"."""
    ends = ", ".join(f"int64[1] {'m' if i < 0 else 'p'}{abs(i)} = {{{i}}}" for i in range(-3, 4))
    model = parser.parse_model(
        f'<ir_version: 8, opset_import: ["" : 17]> g ({inputs}) => (float o0) '
        f"<{ends}, int64[1] end = {{{LAST}}}> {{ {body} }}"
    )
    model.graph.output[0].CopyFrom(helper.make_empty_tensor_value_info("o0"))
    return model


# What one element of the axis T meets, and the smallest T that has it.
ONES = [
    (1, "s = Slice(i0, p0, p1, p1) o0 = Sub(i0, s)"),
    (1, "s = Slice(i0, m1, end, p1) o0 = Sub(s, i0)"),
    (1, "s = Slice(i0, p0, p1, p1) c = Less(i0, s) o0 = Where(c, s, i0)"),
    (3, "s = Slice(i0, p2, p3, p1) o0 = Sub(i0, s)"),
    (2, "s = Slice(i0, m2, m1, p1) o0 = Mul(i0, s)"),
    (1, "s = Slice(i0, m1, end, p1) m = ReduceMean<axes = [2]>(s) o0 = Mul(i0, m)"),
    (
        1,
        "a = Transpose<perm = [1, 0, 2]>(i0) b = Transpose<perm = [1, 2, 0]>(i0) "
        "s = Slice(a, p0, p1) o0 = MatMul(s, b)",
    ),
    (1, "s = Slice(i0, p0, p1, p1) o0 = PRelu(i0, s)"),
    (1, "s = Slice(i0, p0, p1, p1) h = Shape(i0) o0 = Expand(s, h)"),
    (1, "s = Slice(i0, p0, p1, p1) h = Shape(s) o0 = Expand(i0, h)"),
]


@pytest.mark.parametrize("least, body", ONES)
def test_at_most_one_element_is_repeated(least, body):
    """A slice of one element of an open axis broadcasts as in ONNX Runtime, wherever it has that element."""
    model = text_model("float[N, T, 3] i0", body)
    for n, t in ((1, least), (2, least + 1), (3, 7)):
        agrees(model, [np.arange(n * t * 3, dtype=np.float32).reshape(n, t, 3)])
    with pytest.raises(tw.RunError, match="which is repeated along it: the sizes 0 and 1 differ|which keeps the size"):
        run(model, [np.ones((2, least - 1, 3), np.float32)], "cpu")


@pytest.mark.parametrize("step", ["p1", "p2"])
@pytest.mark.parametrize("start", ["m3", "m1", "p0", "p1", "p3"])
@pytest.mark.parametrize("end", ["m3", "m1", "p0", "p2", "end"])
def test_slice_between_constants(start, end, step):
    """Positive and negative starts and ends of an axis of every length."""
    model = text_model("float[T] i0", f"o0 = Slice(i0, {start}, {end}, p0, {step})")
    compiled = tw.compile(model, threads=1, device="reference")
    for t in range(8):
        x = np.arange(t, dtype=np.float32)
        np.testing.assert_array_equal(compiled(x)[0], oracle(model, [x])[0])


def test_slices_of_equal_length():
    """x[1:] and x[:-1] are known to be equally long: nothing is checked."""
    model = text_model("float[T] i0", "a = Slice(i0, p1, end) b = Slice(i0, p0, m1) o0 = Sub(a, b)")
    for t in (0, 1, 2, 6):
        agrees(model, [np.arange(t, dtype=np.float32)])


def test_levels_of_unknown_sizes():
    """The levels of a detector's pyramid: GroupNorm's reshapes to the shape that it had, all as one axis, cut again.

    Sizes that come from values have no bounds, and are put into each other: they stay short.
    """
    nodes = [
        helper.make_node("Concat", ["one", "one", "i1"], ["sizes"], axis=0),
        helper.make_node("Resize", ["i0", "", "", "sizes"], ["whole"], mode="nearest"),
    ]
    levels = 8
    for i in range(levels):
        nodes += [
            helper.make_node("MaxPool", ["whole"], [f"x{i}"], kernel_shape=[1, 1], strides=[i + 1, i + 1]),
            helper.make_node("Reshape", [f"x{i}", "groups"], [f"g{i}"]),
            helper.make_node("Abs", [f"g{i}"], [f"a{i}"]),
            helper.make_node("Shape", [f"x{i}"], [f"s{i}"]),
            helper.make_node("Reshape", [f"a{i}", f"s{i}"], [f"n{i}"]),
            helper.make_node("Shape", [f"n{i}"], [f"h{i}"], start=2, end=3),
            helper.make_node("Shape", [f"n{i}"], [f"w{i}"], start=3, end=4),
            helper.make_node("Mul", [f"h{i}", f"w{i}"], [f"count{i}"]),
            helper.make_node("Add", [f"at{i}", f"count{i}"], [f"at{i + 1}"]),
            helper.make_node("Reshape", [f"n{i}", "rest"], [f"flat{i}"]),
        ]
    nodes.append(helper.make_node("Concat", [f"flat{i}" for i in range(levels)], ["all"], axis=0))
    nodes += [helper.make_node("Slice", ["all", f"at{i}", f"at{i + 1}"], [f"y{i}"]) for i in range(levels)]
    nodes.append(helper.make_node("Concat", [f"y{i}" for i in reversed(range(levels))], ["o0"], axis=0))
    weights = {"groups": ints(1, 1, -1), "rest": ints(-1), "one": ints(1), "at0": ints(0)}
    x = np.arange(24, dtype=np.float32).reshape(1, 1, 6, 4) - 12
    agrees(graph_of(nodes, [([1, 1, "H", "W"], x), ([2], ints(9, 7))], weights), [x, ints(9, 7)])
