"""Example inputs of the benchmark models: what tests and benchmarks feed them."""

import numpy as np
import onnx

import generate


def example_inputs(name, batch, length=8, seed=7):
    """{input name: array} for `batch` samples that differ: coloured squares and noise, noise, or `length` tokens (as many
    as the model wants, if it is particular). The same on every machine."""
    rng = np.random.default_rng(seed)
    graph = onnx.load(generate.GRAPHS / f"{name}.onnx", load_external_data=False).graph
    return {value.name: example_input(rng, value, {"batch": batch, "length": length}) for value in graph.input}


def example_input(rng, value, sizes):
    shape = [sizes.get(dim.dim_param, dim.dim_value) for dim in value.type.tensor_type.shape.dim]
    if value.name == "image":
        squares = rng.standard_normal((shape[0], 3, shape[2] // 32, shape[3] // 32), dtype=np.float32)
        return squares.repeat(32, axis=2).repeat(32, axis=3) + 0.3 * rng.standard_normal(shape, dtype=np.float32)
    if value.name == "attention_mask":
        mask = np.ones(shape, np.int64)
        mask[-1, shape[1] * 3 // 4 :] = 0
        return mask
    if value.name == "token_type_ids":
        return np.arange(shape[1]) * 2 // shape[1] * np.ones(shape, np.int64)
    if value.name == "input_ids":
        return rng.integers(0, 30000, shape)
    return rng.standard_normal(shape, dtype=np.float32)
