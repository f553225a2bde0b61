"""Writes corpus/ONNX-fuzzer: models of the `onnx` package's node cases, whole,
cut off and with bytes changed. Run it by hand when kinds of ops are added."""

import pathlib
import random

import numpy as np
import onnx.backend.test.loader

WHOLE = """add_bcast attention_4d_causal averagepool_2d_ceil basic_conv_with_padding
batchnorm_epsilon cast_FLOAT_to_FLOAT16 celu_expanded col2im compress_0 constant_pad convtranspose_group_2
cumsum_1d dft einsum_batch_matmul expand_dim_changed gather_0 gridsample gru_with_initial_bias
if if_opt layer_normalization_4d_axis1 loop11 loop13_seq lstm_with_peepholes maxunpool_export_with_output_shape
nonmaxsuppression_two_classes qlinearconv quantizelinear_blocked_asymmetric range_int32_type_negative_delta_expanded
reduce_sum_do_not_keepdims_random reshape_zero_and_negative_dim resize_upsample_sizes_cubic scan9_sum
scatternd_add slice split_variable_parts_2d_opset18 stft tile top_k unique_sorted_with_axis""".split()


def main():
    folder = pathlib.Path(__file__).parent / "corpus" / "ONNX-fuzzer"
    folder.mkdir(parents=True, exist_ok=True)
    with np.errstate(all="ignore"):
        cases = {case.name: case for case in onnx.backend.test.loader.load_model_tests(kind="node")}
    random.seed(0)
    for name in WHOLE:
        data = cases.get(f"test_{name}") or cases[f"test_{name}_cpu"]
        data = data.model.SerializeToString()
        (folder / name).write_bytes(data)
        (folder / f"{name}-truncated").write_bytes(data[: random.randrange(len(data))])
        changed = bytearray(data)
        for _ in range(4):
            changed[random.randrange(len(data))] = random.randrange(256)
        (folder / f"{name}-corrupt").write_bytes(changed)


if __name__ == "__main__":
    main()
