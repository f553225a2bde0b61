"""examples/ocr/boxes.py: from a map of probabilities to rotated boxes."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "examples" / "ocr"))
import boxes  # noqa: E402


def tilted_bar(shape, middle, width, height, degrees):
    """A map that is 0.9 inside a rectangle tilted by an angle and 0 outside."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    x, y = x - middle[0], y - middle[1]
    angle = np.radians(degrees)
    along = x * np.cos(angle) + y * np.sin(angle)
    across = -x * np.sin(angle) + y * np.cos(angle)
    inside = (abs(along) <= width / 2) & (abs(across) <= height / 2)
    return np.where(inside, 0.9, 0.0).astype(np.float32)


@pytest.mark.parametrize("degrees", [0, 5, -20, 40, -40])
def test_a_bar_at_any_angle_gets_its_own_rectangle(degrees):
    probability = tilted_bar((300, 400), (200, 150), 160, 30, degrees)
    (box,) = boxes.find_boxes(probability, grow=0)
    assert box.size == pytest.approx((160, 30), abs=3)
    assert box.corners.mean(axis=0) == pytest.approx((200, 150), abs=1)
    # From the top left to the top right corner runs the direction of the text.
    edge = box.corners[1] - box.corners[0]
    assert np.degrees(np.arctan2(edge[1], edge[0])) == pytest.approx(degrees, abs=2)


def test_a_box_grows_by_its_area_over_its_perimeter():
    probability = tilted_bar((100, 200), (100, 50), 80, 20, 0)
    (box,) = boxes.find_boxes(probability, grow=1.5)
    distance = 1.5 * (80 * 20) / (2 * (80 + 20))
    assert box.size == pytest.approx((80 + 2 * distance, 20 + 2 * distance))


def test_pixels_that_touch_at_a_corner_are_one_region():
    mask = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], bool)
    assert len(boxes.regions(mask)) == 1


def test_a_region_shaped_like_a_u_is_one_region():
    mask = np.array([[1, 0, 1], [1, 0, 1], [1, 1, 1]], bool)
    (runs,) = boxes.regions(mask)
    assert sum(stop - start for _, start, stop in runs) == 7


def test_an_empty_map_has_no_box():
    assert boxes.find_boxes(np.zeros((32, 32), np.float32)) == []


def test_an_unsure_region_is_dropped():
    probability = tilted_bar((60, 60), (30, 30), 30, 10, 0) * 0.5
    assert boxes.find_boxes(probability, min_score=0.5) == []


def test_a_region_of_a_few_pixels_is_dropped():
    probability = np.zeros((32, 32), np.float32)
    probability[3:5, 3:5] = 1
    assert boxes.find_boxes(probability) == []


def test_boxes_come_from_top_to_bottom():
    probability = tilted_bar((200, 200), (100, 150), 50, 10, 0) + tilted_bar((200, 200), (60, 40), 50, 10, 0)
    tops = [box.corners[:, 1].min() for box in boxes.find_boxes(probability)]
    assert tops == sorted(tops) and len(tops) == 2
