"""Math, elementwise."""

import numpy as np

from ..case import case
from ..draw import is_float
from ..registry import generator


@generator("Add", "Sub", "Mul")
def arithmetic(draw, op, dtype):
    shapes = draw.broadcast(2)
    fill = draw.values if is_float(dtype) else draw.wide
    return case(op, [fill(dtype, shape) for shape in shapes], result=dtype)


@generator("Div")
def division(draw, op, dtype):
    a, b = draw.broadcast(2)
    wild = draw.wild()  # ONNX Runtime dies of an integer division by 0.
    if wild:
        by = draw.extreme(dtype, b) if is_float(dtype) else draw.values(dtype, b, 0 if dtype[0] == "u" else -1, 1)
        return case(op, [draw.extreme(dtype, a), by], oracle=is_float(dtype), result=dtype)
    by = draw.values(dtype, b)
    if not is_float(dtype):
        by = np.where(by == 0, 3, by).astype(by.dtype)
        return case(op, [draw.wide(dtype, a), by], result=dtype)
    # A small divisor's result drowns the others.
    by = np.where(abs(by) < 0.1, 1, by).astype(by.dtype)
    return case(op, [draw.values(dtype, a), by], result=dtype)


@generator("Mod")
def modulo(draw, op, dtype):
    a, b = draw.broadcast(2)
    if draw.wild():
        values = [draw.extreme(dtype, a), draw.extreme(dtype, b)]
        if not is_float(dtype):
            values[1] = draw.values(dtype, b, 0 if dtype[0] == "u" else -1, 1)
        return case(op, values, fmod=1, oracle=False, result=dtype)
    if is_float(dtype):
        # Steps of 1/8, so that no quotient is near a whole number by rounding only.
        x, y = draw.values("i32", a, -80, 80) / 8, draw.values("i32", b, 1, 24) / 8 * draw.pick([-1, 1])
        kind = draw.values(dtype, ()).dtype
        return case(op, [x.astype(kind), y.astype(kind)], fmod=1, result=dtype)
    by = draw.values(dtype, b)
    by = np.where(by == 0, 3, by).astype(by.dtype)
    return case(op, [draw.wide(dtype, a), by], fmod=draw.pick([0, 1]), result=dtype)


@generator("Pow")
def power(draw, op, dtype):
    a, b = draw.broadcast(2)
    if draw.wild():
        low = 0 if dtype[0] == "u" else -3
        powers = draw.values(dtype, b, special=True) if is_float(dtype) else draw.values(dtype, b, low, 4)
        return case(op, [draw.values(dtype, a, special=True), powers], oracle=False, tolerance=8)
    if is_float(dtype):
        if draw.chance(0.3):
            return case(
                op,
                [draw.values(dtype, a), np.asarray(draw.pick([2.0, 3.0, 0.5]), draw.values(dtype, ()).dtype)],
                constants=(1,),
            )
        if draw.chance(0.2):
            # Whole exponents, of which f32 does not hold those that are odd.
            powers = draw.values("i64", b, -3, 3) + draw.pick([0, 2**24, 2**30])
            return case(op, [draw.values("i8", a, -1, 1).astype(draw.values(dtype, ()).dtype), powers])
        return case(op, [draw.values(dtype, a, 0.1, 3), draw.values(dtype, b, -3, 3)], tolerance=4)
    bases = draw.values(dtype, a, 0 if dtype[0] == "u" else -4, 4)
    if dtype in ("i32", "i64") and draw.chance(0.4):
        # Exponents of more bits than i32: ONNX Runtime computes these in f64.
        return case(op, [bases, draw.values("i64", b, 0, 5) + draw.pick([0, 2**32, 2**40])], oracle="onnx")
    return case(op, [bases, draw.values(dtype, b, 0, 3)])


DOMAINS = {
    "Log": (0.05, 9),
    "Sqrt": (0, 9),
    "Asin": (-1, 1),
    "Acos": (-1, 1),
    "Atanh": (-0.9, 0.9),
    "Acosh": (1, 9),
    "Tan": (-1.4, 1.4),
    "Sin": (-9, 9),
    "Cos": (-9, 9),
    "Reciprocal": (0.2, 4),
}


@generator(*DOMAINS, "Exp", "Atan", "Sinh", "Cosh", "Asinh", "Tanh", "Erf", "Abs", "Neg", "Sign")
def function(draw, op, dtype):
    low, high = DOMAINS.get(op, (None, None))
    if not is_float(dtype):
        return case(op, [draw.wide(dtype, draw.shape())], result=dtype)
    if draw.wild():
        # Sines of what is far from 0 are no more than the digits of the argument.
        far = op not in ("Sin", "Cos", "Tan")
        values = draw.extreme(dtype, draw.shape()) if far else draw.values(dtype, draw.shape(), special=True)
        return case(op, [values], oracle=False, result=dtype, tolerance=2)
    values = draw.values(dtype, draw.shape(), low, high, special=op != "Sign" and draw.chance(0.3))
    # ONNX Runtime's Atanh of an f16 is half the logarithm of a quotient near 1.
    return case(op, [values], result=dtype, least=1 if op == "Atanh" and dtype == "f16" else 0)


@generator("Floor", "Ceil", "Round")
def rounding(draw, op, dtype):
    values = draw.values("i32", draw.shape(), -40, 40) / 4
    return case(op, [values.astype(draw.values(dtype, ()).dtype)], result=dtype)


@generator("Sum", "Mean", "Max", "Min")
def variadic(draw, op, dtype):
    shapes = draw.broadcast(draw.integer(1, 4))
    special = op in ("Max", "Min") and draw.chance(0.2)
    # ONNX Runtime rounds each sum.
    tolerance = len(shapes) if is_float(dtype) and op in ("Sum", "Mean") else 1
    values = [draw.values(dtype, shape, special=special) for shape in shapes]
    return case(op, values, result=dtype, tolerance=tolerance)


@generator("BitShift")
def shift(draw, op, dtype):
    a, b = draw.broadcast(2)
    # ONNX has it for unsigned integers, and says nothing about wide shifts.
    bits, wild = 8 * draw.values(dtype, ()).itemsize, draw.wild()
    by = draw.wide(dtype, b) if wild else draw.values(dtype, b, 0, bits - 1)
    return case(
        op, [draw.wide(dtype, a), by], direction=draw.pick(["LEFT", "RIGHT"]), oracle=dtype[0] == "u" and not wild
    )


@generator("Det")
def determinant(draw, op, dtype):
    size = draw.integer(1, 6)
    matrices = draw.values(dtype, (*draw.shape(high=2, budget=200), size, size))
    return case(op, [matrices], fixed=(0,), tolerance=20, oracle=dtype in ("f32", "f64"))
