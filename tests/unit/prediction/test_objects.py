"""Labels of every position, at the size of the image, whatever that of the tensor is."""

import numpy as np
import pytest

from deepbacs_zoo.decoding import decode
from deepbacs_zoo.decoding.kinds import KINDS as DECODERS
from deepbacs_zoo.images import Calibration
from deepbacs_zoo.package.zoo_config import Foreground, Spline, StarConvex
from deepbacs_zoo.results.kinds import KINDS


def decode_positions(settings, array, size, seen=None):
    seen = seen or size
    decoded = DECODERS["labels"](settings, array, (seen["y"], seen["x"]))
    return KINDS["labels"].content(settings, decoded.found, size, seen, Calibration()).array


def stars(height, width, *places, grid, radius):
    tensor = np.zeros((9, height, width), np.float32)
    for y, x in places:
        tensor[0, y, x], tensor[1:, y, x] = 1, radius
    return StarConvex("p", 8, grid), tensor


def test_a_tensor_on_a_grid_gives_labels_of_the_images_size():
    settings, plane = stars(15, 20, (4, 5), (10, 14), grid=2, radius=6)
    stack = np.stack([plane, plane * 0, plane])[None]
    labels = decode_positions(settings, stack, {"y": 29, "x": 40})
    assert labels.shape == (1, 3, 29, 40)
    assert labels.max(axis=(0, 2, 3)).tolist() == [2, 0, 2]
    np.testing.assert_array_equal(labels[0, 2], decode(settings, plane, (29, 40)))


@pytest.mark.parametrize("factor", [0.5, 1.5])
def test_a_resampled_image_is_decoded_at_the_models_scale(factor):
    settings, plane = stars(15, 20, (4, 5), (10, 14), grid=2, radius=6)
    image = {"y": round(30 * factor), "x": round(40 * factor)}
    labels = decode_positions(settings, plane[None, None], image, {"y": 30, "x": 40})[0, 0]
    assert labels.shape == (image["y"], image["x"])
    seen = decode(settings, plane, (30, 40))
    for label in (1, 2):
        area = np.count_nonzero(labels == label)
        assert area == pytest.approx(factor**2 * np.count_nonzero(seen == label), rel=0.15)
        for found, expected in zip(
            np.nonzero(labels == label), np.nonzero(seen == label), strict=True
        ):
            assert found.mean() + 0.5 == pytest.approx(factor * (expected.mean() + 0.5), abs=0.5)


def test_kinds_without_a_grid_have_the_tensors_size_and_are_brought_to_the_images():
    plane = np.zeros((1, 10, 12), np.float32)
    plane[0, 2:8, 1:6] = plane[0, 2:8, 8:12] = 1
    labels = decode_positions(Foreground("p"), plane[None, None], {"y": 20, "x": 24})
    assert np.unique(labels).tolist() == [0, 1, 2]
    np.testing.assert_array_equal(
        labels[0, 0], decode(Foreground("p"), plane).repeat(2, 0).repeat(2, 1)
    )


def test_labels_that_vanish_on_the_way_leave_no_gap():
    tensor = np.zeros((9, 30, 30), np.float32)
    settings = Spline("p", 4, min_size=1)
    for y, x, radius in ((5, 5, 6), (5, 21, 1), (20, 20, 8)):
        tensor[0, y, x] = 1
        tensor[1:, y, x] = radius * np.array([0, 1, 1, 0, 0, -1, -1, 0])
    seen = {"y": 30, "x": 30}
    assert decode_positions(settings, tensor[None, None], seen).max() == 3
    labels = decode_positions(settings, tensor[None, None], {"y": 4, "x": 4}, seen)
    assert np.unique(labels).tolist() == [0, 1, 2]
