"""How far two results may be apart."""

import ml_dtypes
import numpy as np

#: Of the largest finite value: a few units in the last place of a 16-bit float, and
#: for f32 what sums in another order make of it.
BOUNDS = {
    np.dtype(np.float16): 2**-10,
    np.dtype(ml_dtypes.bfloat16): 2**-7,
    np.dtype(np.float32): 1e-5,
    np.dtype(np.float64): 1e-10,
}


def difference(actual, expected, tolerance=1, least=0, rough=False):
    """What is wrong with a result, or None. Integers are equal, or at most
    `tolerance - 1` apart; NaNs and infinities are where they should be; other values
    differ by at most tolerance * bound * largest value (at least `least`). `rough`: f64
    may have been computed in f32."""
    if actual.dtype != expected.dtype:
        return f"type {actual.dtype} instead of {expected.dtype}"
    if actual.shape != expected.shape:
        return f"shape {actual.shape} instead of {expected.shape}"
    bound = BOUNDS.get(actual.dtype)
    if bound and rough:
        bound = max(bound, BOUNDS[np.dtype(np.float32)])
    if bound is None:
        apart = actual != expected
        if tolerance > 1 and actual.dtype.kind in "iu":
            # Of unsigned integers, too, where 0 and the largest are neighbours.
            signed = np.dtype(f"i{actual.itemsize}")
            with np.errstate(over="ignore"):
                steps = actual.view(signed) - expected.view(signed)
            apart &= (steps >= tolerance) | (steps <= -tolerance)
    else:
        actual, expected = actual.astype(np.float64), expected.astype(np.float64)
        finite = np.isfinite(expected)
        largest = np.max(np.abs(expected[finite]), initial=max(least, 1e-30))
        with np.errstate(all="ignore"):
            near = np.abs(actual - expected) <= max(tolerance, 1) * bound * largest
        same = (actual == expected) | (np.isnan(actual) & np.isnan(expected))
        apart = ~(same | (finite & near))
    if not np.any(apart):
        return None
    where = tuple(int(i) for i in np.argwhere(apart)[0])
    count = f"{int(np.sum(apart))} of {apart.size} differ"
    return f"{count}, first at {list(where)}: {actual[where]} instead of {expected[where]}"
