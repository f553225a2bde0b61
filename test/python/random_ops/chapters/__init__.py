"""The generators, in chapters as the importer's table has them."""

from . import (  # noqa: F401
    activations,
    casts,
    elementwise,
    images,
    indexing,
    logic,
    matrices,
    microsoft,
    movement,
    norms,
    quantize,
    reductions,
    selection,
    sequences,
    shapes,
    signals,
    windows,
)
