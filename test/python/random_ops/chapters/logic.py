"""Comparison and logic."""

from ..case import case
from ..draw import is_float
from ..registry import generator


@generator("Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual")
def compare(draw, op, dtype):
    # Small integers, so that some are equal.
    shapes = draw.broadcast(2)
    values = [
        draw.values("i8" if is_float(dtype) else dtype, shape, *((0, 3) if dtype != "bool" else ()))
        for shape in shapes
    ]
    kind = draw.values(dtype, ()).dtype
    values = [value.astype(kind) for value in values]
    if is_float(dtype) and draw.chance(0.3):
        values[0] = draw.values(dtype, shapes[0], special=True)
    return case(op, values, result="bool")


@generator("And", "Or", "Xor")
def logical(draw, op, dtype):
    return case(op, [draw.values(dtype, shape) for shape in draw.broadcast(2)], result="bool")


@generator("Not")
def negation(draw, op, dtype):
    return case(op, [draw.values(dtype, draw.shape())], result="bool")


@generator("BitwiseAnd", "BitwiseOr", "BitwiseXor")
def bitwise(draw, op, dtype):
    return case(op, [draw.wide(dtype, shape) for shape in draw.broadcast(2)], result=dtype)


@generator("BitwiseNot")
def complement(draw, op, dtype):
    return case(op, [draw.wide(dtype, draw.shape())], result=dtype)


@generator("IsNaN", "IsInf")
def classify(draw, op, dtype):
    signs = {}
    if op == "IsInf" and draw.chance(0.6):
        signs = {"detect_negative": draw.integer(0, 1), "detect_positive": draw.integer(0, 1)}
    return case(op, [draw.values(dtype, draw.shape(), special=True)], result="bool", **signs)


@generator("Where")
def choose(draw, op, dtype):
    condition, a, b = draw.broadcast(3)
    kind = draw.pick(["bool", "i8", "u16", "i32", "i64", "u64", "f16", "bf16", "f32", "f64"])
    special = draw.chance(0.3)
    values = [draw.values(kind, shape, special=special) for shape in (a, b)]
    return case(op, [draw.values("bool", condition), *values], result=kind)
