"""Polygons are filled by one rule, whatever format they come from."""

import numpy as np
import pytest

from deepbacs_zoo.images import fill_polygons
from deepbacs_zoo.images.polygons import fill_region

SIZE = (40, 50)


def inside(corners, size):
    """Return the pixels by the rule as it is written, one pixel after the other."""
    found = np.zeros(size, bool)
    for row, column in np.ndindex(size):
        x, y = column + 0.5, row + 0.5
        for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            low, high = sorted((y1, y2))
            if low < y <= high and x > x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                found[row, column] ^= True
    return found


@pytest.mark.parametrize("seed", range(20))
def test_pixels_whose_center_is_inside_are_filled(seed):
    rng = np.random.default_rng(seed)
    corners = rng.uniform(-10, 60, (rng.integers(3, 12), 2))
    np.testing.assert_array_equal(fill_polygons([corners], SIZE), inside(corners, SIZE))


@pytest.mark.parametrize("seed", range(5))
def test_centers_on_edges_belong_to_one_of_two_neighbors(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(1, 48, 2) + 0.5
    halves = [[[0, 0], [x, 0], [x, 40], [0, 40]], [[x, 0], [50, 0], [50, 40], [x, 40]]]
    halves += [[[0, 0], [50, 0], [50, y], [0, y]], [[0, y], [50, y], [50, 40], [0, 40]]]
    for one, other in (halves[:2], halves[2:]):
        left, right = (fill_polygons([np.array(each)], SIZE) for each in (one, other))
        np.testing.assert_array_equal(left, ~right)
    assert fill_polygons([np.array(halves[0])], SIZE)[0, int(x)]


def test_a_polygon_inside_another_is_a_hole():
    square = np.array([[0, 0], [10, 0], [10, 10], [0, 10]])
    mask = fill_polygons([square + 2, square * 0.4 + 4], SIZE)
    assert mask.sum() == 100 - 16
    assert not mask[5, 5]


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [np.zeros((0, 2))],
        [np.array([[3, 3]])],
        [np.array([[3, 3], [20, 20]])],
        [np.array([[-9, -9], [-1, -9], [-1, -1]])],
        [np.array([[60, 5], [90, 5], [70, 30]])],
        [np.array([[5, 50], [20, 50], [20, 90]])],
    ],
)
def test_what_has_no_pixel_in_the_image_fills_none(parts):
    assert not fill_polygons(parts, SIZE).any()


def test_corners_far_outside_take_no_memory():
    far = np.array([[-1e9, -1e9], [1e9, -1e9], [1e9, 1e9], [-1e9, 1e9]])
    assert fill_polygons([far], SIZE).all()


def test_a_region_is_as_large_as_its_object():
    (rows, columns), pixels = fill_region([np.array([[5, 3], [20, 3], [20, 9], [5, 9]])], SIZE)
    assert (rows, columns) == (slice(3, 9), slice(5, 20))
    assert pixels.all()
