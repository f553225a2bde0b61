"""What a generator draws: sizes around the tiles' edges, values, axes."""

import zlib

import ml_dtypes
import numpy as np

NUMPY = {
    "bool": np.dtype(np.bool_),
    **{f"i{bits}": np.dtype(f"int{bits}") for bits in (8, 16, 32, 64)},
    **{f"u{bits}": np.dtype(f"uint{bits}") for bits in (8, 16, 32, 64)},
    "f16": np.dtype(np.float16),
    "bf16": np.dtype(ml_dtypes.bfloat16),
    "f32": np.dtype(np.float32),
    "f64": np.dtype(np.float64),
}
FLOATS = ("f16", "bf16", "f32", "f64")

TILES = (8, 16, 32, 64)
SMALL = (1, 2, 3, 5, 7, 13)
EDGES = tuple(size for tile in TILES for size in (tile - 1, tile, tile + 1, 2 * tile + 3))


def is_float(dtype):
    return dtype in FLOATS


class Draw:
    """The random choices of one case."""

    def __init__(self, seed, op, index):
        self.rng = np.random.default_rng([seed, zlib.crc32(op.encode()), index])

    def wild(self):
        """Whether a case has values of which only docs/Semantics.md says what becomes of
        them: NaN and infinity, what overflows, divisors of 0, indices that are out of range."""
        return self.chance(0.2)

    def chance(self, probability):
        return bool(self.rng.random() < probability)

    def pick(self, choices):
        return choices[int(self.rng.integers(len(choices)))]

    def integer(self, low, high):
        """low <= result <= high."""
        return int(self.rng.integers(low, high + 1))

    def real(self, low, high):
        return round(float(self.rng.uniform(low, high)), 3)

    # Sizes.

    def size(self, most=1 << 30, zero=0.02):
        """0 now and then, else small, or around the edges of a tile."""
        if self.chance(zero):
            return 0
        choices = SMALL if self.chance(0.55) else EDGES
        return self.pick([size for size in choices if size <= most] or [1])

    def shape(self, rank=None, low=0, high=4, budget=6000, zero=0.02):
        """A shape of at most `budget` elements."""
        if rank is None:
            rank = self.integer(low, high)
        shape, room = [1] * rank, budget
        for axis in self.rng.permutation(rank):
            shape[axis] = self.size(most=room, zero=zero)
            room //= max(shape[axis], 1)
        return tuple(shape)

    def broadcast(self, count, **options):
        """`count` shapes that broadcast to one."""
        full = self.shape(**options)
        shapes = []
        for _ in range(count):
            shape = tuple(1 if self.chance(0.2) else size for size in full)
            cut = self.integer(0, len(full)) if self.chance(0.25) else 0
            shapes.append(full if self.chance(0.4) else shape[cut:])
        return shapes

    def axis(self, rank):
        """An axis of a value of this rank, which may count from the end."""
        axis = self.integer(0, rank - 1)
        return axis - rank if self.chance(0.4) else axis

    def axes(self, rank, low=1, high=None):
        """Different axes, some counted from the end, in any order."""
        count = self.integer(min(low, rank), rank if high is None else min(high, rank))
        chosen = [int(axis) for axis in self.rng.permutation(rank)[:count]]
        return [axis - rank if self.chance(0.4) else axis for axis in chosen]

    # Values.

    def values(self, dtype, shape, low=None, high=None, special=False):
        """Floats: normal, or uniform in [low, high]; `special` puts a few NaNs,
        infinities and zeros among them. Integers: in [low, high], by default small."""
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        kind = NUMPY[dtype]
        if dtype == "bool":
            return self.rng.random(shape) < 0.5
        if not is_float(dtype):
            low = (-9 if kind.kind == "i" else 0) if low is None else low
            high = 9 if high is None else high
            return self.rng.integers(low, high, shape, kind, endpoint=True)
        if low is None:
            array = self.rng.standard_normal(shape)
        else:
            array = self.rng.uniform(low, high, shape)
        array = np.asarray(array).astype(kind)
        if special and array.size:
            flat = array.reshape(-1)
            for value in (np.nan, np.inf, -np.inf, 0.0, -0.0):
                if self.chance(0.5):
                    flat[self.integer(0, flat.size - 1)] = value
        return array

    def wide(self, dtype, shape):
        """Integers over the whole range of the type."""
        kind = NUMPY[dtype]
        if kind.kind not in "iu":
            return self.values(dtype, shape)
        info = np.iinfo(kind)
        return self.rng.integers(info.min, info.max, tuple(shape), kind, endpoint=True)

    def extreme(self, dtype, shape):
        """Floats with NaNs and infinities, also far from 0; integers over the whole range."""
        if not is_float(dtype):
            return self.wide(dtype, shape)
        values = self.values(dtype, shape, special=True)
        with np.errstate(over="ignore", invalid="ignore"):
            return (values * self.pick([1, 30, 1000, 30000])).astype(values.dtype)

    def distinct(self, dtype, shape):
        """Values of which few are equal, to sort and to find the largest of."""
        count = int(np.prod(shape, dtype=np.int64))
        array = self.rng.permutation(count) - (count // 2 if dtype[0] != "u" else 0)
        if dtype in ("i8", "u8", "bf16", "f16"):
            array = array % 100
        return array.astype(NUMPY[dtype]).reshape(tuple(shape))

    def index(self, shape, size, dtype=None, negative=True):
        """Indices into an axis of this size, some counted from its end."""
        low = -size if negative and self.chance(0.5) else 0
        if negative == "wild":
            return self.values(dtype or self.pick(["i32", "i64"]), shape, -2 * size - 2, 2 * size + 2)
        return self.values(dtype or self.pick(["i32", "i64"]), shape, low, max(size - 1, low))
