"""From the detector's map of probabilities to boxes around lines of text.

The detector (DB, "Real-time Scene Text Detection with Differentiable
Binarization", Liao et al. 2020) says for each pixel how likely it lies in the
shrunken middle of a line of text. So: threshold the map, find the connected
regions, put the smallest rectangle, at any angle, around each, and grow it back.
"""

from dataclasses import dataclass

import numpy as np


@dataclass
class Box:
    """A rectangle at any angle: corners (4, 2) as x, y in pixels, in the order top
    left, top right, bottom right, bottom left of the text."""

    corners: np.ndarray
    score: float

    @property
    def size(self):
        """Width and height of the line of text, in pixels."""
        along = np.linalg.norm(self.corners[1] - self.corners[0])
        across = np.linalg.norm(self.corners[3] - self.corners[0])
        return along, across


def regions(mask):
    """The 8-connected regions of a boolean image (H, W), each as a list of runs
    (row, first column, one past the last column)."""
    runs, parent = [], []

    def root(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    above = range(0)  # The runs of the row above.
    for row, line in enumerate(mask):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], line.view(np.int8), [0]))))
        first = len(runs)
        for start, stop in edges.reshape(-1, 2).tolist():
            index = len(runs)
            runs.append((row, start, stop))
            parent.append(index)
            for other in above:
                if runs[other][1] <= stop and start <= runs[other][2]:
                    parent[root(other)] = root(index)
        above = range(first, len(runs))

    found = {}
    for index, run in enumerate(runs):
        found.setdefault(root(index), []).append(run)
    return list(found.values())


def convex_hull(points):
    """The corners of the convex hull of points (N, 2), by Andrew's monotone chain."""
    points = sorted(set(map(tuple, points)))

    def half(points):
        chain = []
        for x, y in points:
            while len(chain) > 1:
                (x0, y0), (x1, y1) = chain[-2:]
                if (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) > 0:
                    break
                chain.pop()
            chain.append((x, y))
        return chain[:-1]

    return np.array(half(points) + half(points[::-1]), dtype=np.float64)


def smallest_rectangle(points):
    """The rectangle of least area around points (N, 2): its middle, the directions
    along and across the text (unit vectors), and its extent in each.

    One side of it lies on an edge of the convex hull, so every edge is tried."""
    hull = convex_hull(points)
    edges = np.roll(hull, -1, axis=0) - hull
    along = edges / np.linalg.norm(edges, axis=1, keepdims=True)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    u, v = along @ hull.T, across @ hull.T
    best = np.argmin(np.ptp(u, axis=1) * np.ptp(v, axis=1))
    axes = np.stack([along[best], across[best]])
    low = np.array([u[best].min(), v[best].min()])
    high = np.array([u[best].max(), v[best].max()])
    middle, extent = (low + high) / 2 @ axes, high - low

    # Text runs to the right: the direction along it is the more horizontal one.
    if abs(axes[0, 0]) < abs(axes[1, 0]):
        axes, extent = axes[::-1], extent[::-1]
    axes = axes * np.where(np.diag(axes) < 0, -1, 1)[:, None]
    return middle, axes, extent


def find_boxes(probability, threshold=0.3, min_score=0.5, min_size=3, grow=1.6):
    """The boxes in a map of probabilities (H, W), top to bottom.

    threshold: above it a pixel is text. min_score: least mean probability of a
    region. min_size: least height of a region, in pixels. grow: how far a box
    grows on each side, as a multiple of its area divided by its perimeter (the
    network was trained on regions shrunk by that rule)."""
    boxes = []
    for runs in regions(probability > threshold):
        values = np.concatenate([probability[row, start:stop] for row, start, stop in runs])
        # The corners of the runs' pixels stand for all points of the region.
        points = [(x, y) for row, start, stop in runs for x in (start, stop) for y in (row, row + 1)]
        middle, axes, extent = smallest_rectangle(points)
        if extent.min() < min_size or values.mean() < min_score:
            continue
        extent = extent + 2 * grow * extent.prod() / (2 * extent.sum())
        signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        boxes.append(Box(middle + signs * extent / 2 @ axes, float(values.mean())))
    return sorted(boxes, key=lambda box: box.corners[:, 1].min())
