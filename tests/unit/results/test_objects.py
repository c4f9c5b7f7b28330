import math

import numpy as np
import pytest

from deepbacs_zoo.images import Calibration
from deepbacs_zoo.results import measure_objects

PIXELS = Calibration()


def rod(length, width, degrees, size=200, centre=(100, 100)):
    """A filled ellipse, its long axis turned counterclockwise from the x axis."""
    y, x = np.mgrid[:size, :size]
    a = math.radians(degrees)
    along = (x - centre[0]) * math.cos(a) - (y - centre[1]) * math.sin(a)
    across = (x - centre[0]) * math.sin(a) + (y - centre[1]) * math.cos(a)
    return ((along / length) ** 2 + (across / width) ** 2 <= 0.25).astype(np.int32)


@pytest.mark.parametrize("degrees", [0, 30, 45, 90, 120, 179])
def test_an_ellipse_has_its_axes_and_angle(degrees):
    (row,) = measure_objects(rod(80, 24, degrees), PIXELS)
    assert row.length == pytest.approx(80, rel=0.02)
    assert row.width == pytest.approx(24, rel=0.02)
    assert abs((row.angle - degrees + 90) % 180 - 90) < 0.5
    assert row.area == pytest.approx(math.pi * 80 * 24 / 4, rel=0.02)
    assert (row.x, row.y) == (pytest.approx(100.5), pytest.approx(100.5))


def test_lengths_are_in_calibrated_units_also_for_pixels_that_are_not_square():
    (row,) = measure_objects(rod(80, 24, 90), Calibration(0.1, 0.05, None, "µm"))
    assert row.unit == "µm"
    assert row.length == pytest.approx(80 * 0.05, rel=0.02)
    assert row.width == pytest.approx(24 * 0.1, rel=0.02)
    assert row.area == pytest.approx(row.pixels * 0.005)
    assert row.x == pytest.approx(10.05)


def test_one_pixel_is_a_square_of_its_own_size():
    labels = np.zeros((5, 5), np.int32)
    labels[2, 3] = 1
    (row,) = measure_objects(labels, PIXELS)
    assert (row.x, row.y, row.area, row.pixels) == (3.5, 2.5, 1, 1)
    assert row.length == pytest.approx(4 / math.sqrt(12))
    assert row.width == row.length
    assert row.angle == 0


def test_rows_come_in_the_order_of_labels_and_gaps_are_left_out():
    labels = np.array([[3, 3, 0, 1], [3, 0, 0, 1]], np.int32)
    assert [row.label for row in measure_objects(labels, PIXELS)] == [1, 3]


def test_an_empty_plane_has_no_rows():
    assert measure_objects(np.zeros((4, 4), np.int32), PIXELS) == []


def test_the_measures_are_those_of_scikit_image():
    from skimage.measure import regionprops

    rng = np.random.default_rng(0)
    labels = np.kron(np.arange(1, 10).reshape(3, 3), np.ones((20, 20), int))
    labels[rng.random(labels.shape) < 0.3] = 0
    for row, props in zip(measure_objects(labels, PIXELS), regionprops(labels), strict=True):
        # Its pixels are points without a size of their own.
        assert row.length**2 - 16 / 12 == pytest.approx(props.axis_major_length**2)
        assert row.width**2 - 16 / 12 == pytest.approx(props.axis_minor_length**2)
        assert (row.y - 0.5, row.x - 0.5) == pytest.approx(props.centroid)
