"""Writes the seeds of the corpora: corpus/ONNX-fuzzer, models of the `onnx` package
(node cases and the first nodes of its light models), and corpus/Module-fuzzer,
modules that `tilewright compile` makes of some of them; whole, cut off and with
bytes changed. Files named crash-*, oom-* and timeout-* are inputs that a fuzzer
found; they stay. Run it by hand when kinds of ops or the format change:

    build/venv/bin/python test/fuzz/make_corpus.py build/release/bin/tilewright
"""

import pathlib
import random
import struct
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnx.backend.test
import onnx.backend.test.loader
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).parent / "corpus"

NODE_CASES = """add_bcast attention_4d_causal averagepool_2d_ceil basic_conv_with_padding
batchnorm_epsilon cast_FLOAT_to_FLOAT16 celu_expanded col2im compress_0 constant_pad convtranspose_group_2
cumsum_1d dft einsum_batch_matmul expand_dim_changed gather_0 gridsample gru_with_initial_bias
if if_opt layer_normalization_4d_axis1 loop11 loop13_seq lstm_with_peepholes maxunpool_export_with_output_shape
nonmaxsuppression_two_classes qlinearconv quantizelinear_blocked_asymmetric range_int32_type_negative_delta_expanded
reduce_sum_do_not_keepdims_random reshape_zero_and_negative_dim resize_upsample_sizes_cubic scan9_sum
scatternd_add slice split_variable_parts_2d_opset18 stft tile top_k unique_sorted_with_axis
basic_deform_conv_with_padding bitshift_left_uint8 blackmanwindow center_crop_pad_crop depthtospace_example
eyelike_with_dtype gathernd_example_float32 group_normalization_epsilon hardmax_axis_0 instancenorm_epsilon
logsoftmax_axis_1 lrn matmulinteger maxpool_2d_dilations mod_mixed_sign_int64 nonzero_example
onehot_negative_indices pow_bcast_array reversesequence_time rms_normalization_3d_axis1_epsilon
roialign_aligned_true rotary_embedding sce_NCd1_mean_weight_negative_ii scatter_elements_with_duplicate_indices
shape_start_1_end_2 spacetodepth_example squeeze_negative_axes tensorscatter transpose_all_permutations_4
tril_pos upsample_nearest where_example""".split()

# How many nodes of a light model make a seed.
LIGHT = {"bvlc_alexnet": 24, "densenet121": 30, "inception_v2": 20, "resnet50": 16, "shufflenet": 40, "squeezenet": 30}

# Of these whole modules are made, too, or their metadata.
MODULES = "basic_conv_with_padding compress_0 if loop11 nonzero_example top_k".split()


def write(folder, name, data):
    """A seed, a piece of it, and a copy with four bytes changed."""
    folder = FOLDER / folder
    folder.mkdir(parents=True, exist_ok=True)
    generator = random.Random(name)
    (folder / name).write_bytes(data)
    (folder / f"{name}-truncated").write_bytes(data[: generator.randrange(len(data))])
    changed = bytearray(data)
    for _ in range(4):
        changed[generator.randrange(len(data))] = generator.randrange(256)
    (folder / f"{name}-corrupt").write_bytes(changed)


def node_cases():
    with np.errstate(all="ignore"):
        return {case.name: case.model for case in onnx.backend.test.loader.load_model_tests(kind="node")}


def light_model(name, count):
    """The first nodes, with what they need."""
    path = pathlib.Path(onnx.backend.test.__file__).parent / "data" / "light" / f"light_{name}.onnx"
    model = onnx.load(path)
    graph = model.graph
    del graph.node[count:]
    used = {value for node in graph.node for value in node.input}
    for field in (graph.initializer, graph.input):
        kept = [value for value in field if value.name in used]
        del field[:]
        field.extend(kept)
    del graph.value_info[:]
    del graph.output[:]
    graph.output.append(onnx.ValueInfoProto(name=graph.node[-1].output[0]))
    graph.output[0].type.tensor_type.elem_type = TensorProto.FLOAT
    return model


def with_function():
    """y = local.f(x), with symbolic sizes and metadata."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)]
    body = [helper.make_node("Mul", ["a", "a"], ["s"]), helper.make_node("Relu", ["s"], ["b"])]
    function = helper.make_function("local", "f", ["a"], ["b"], body, opsets[:1])
    infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", 3]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("f", ["x"], ["y"], domain="local")], "g", infos[:1], infos[1:])
    model = helper.make_model(graph, opset_imports=opsets, functions=[function], ir_version=8)
    helper.set_model_props(model, {"key": "value"})
    return model


def with_external_data():
    weight = numpy_helper.from_array(np.zeros(4, np.float32), "w")
    onnx.external_data_helper.set_external_data(weight, "w.bin", offset=0, length=16)
    weight.ClearField("raw_data")
    infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [4]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Add", ["x", "w"], ["y"])], "g", infos[:1], infos[1:], [weight])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def metadata(module):
    """The section of a .twm file; see lib/Module/Layout.h."""
    count, table = struct.unpack_from("<12xI8xQ", module)
    for i in range(count):
        name, offset, size = struct.unpack_from("<32sQQ", module, table + 64 * i)
        if name.rstrip(b"\0") == b"metadata":
            return module[offset : offset + size]
    raise ValueError("no section 'metadata'")


def write_modules(tilewright, cases):
    with tempfile.TemporaryDirectory() as folder:
        for name in MODULES:
            model, module = f"{folder}/{name}.onnx", f"{folder}/{name}.twm"
            onnx.save(cases[f"test_{name}"], model)
            subprocess.run([tilewright, "compile", model, "-o", module, "--strip", "--target", "x86-64-v3"], check=True)
            data = pathlib.Path(module).read_bytes()
            write("Module-fuzzer", name, b"M" + metadata(data))
            if name == MODULES[0]:
                write("Module-fuzzer", f"{name}-file", b"F" + data)


def main():
    cases = node_cases()
    for name in NODE_CASES:
        model = cases.get(f"test_{name}") or cases[f"test_{name}_cpu"]
        write("ONNX-fuzzer", name, model.SerializeToString())
    for name, count in LIGHT.items():
        write("ONNX-fuzzer", f"light_{name}", light_model(name, count).SerializeToString())
    write("ONNX-fuzzer", "function", with_function().SerializeToString())
    write("ONNX-fuzzer", "external_data", with_external_data().SerializeToString())
    write_modules(sys.argv[1], cases)


if __name__ == "__main__":
    main()
