import io

import numpy as np
import pytest

from deepbacs_zoo.annotations.labels.classes import predicted_classes, true_classes
from deepbacs_zoo.evaluation.overlay import (
    FALSE_NEGATIVE,
    FALSE_POSITIVE,
    TRUE_POSITIVE,
    draw_labels,
    eight_bits,
    matched,
    outlines,
)
from deepbacs_zoo.metrics import Estimate
from deepbacs_zoo.results.overlay import encode_png
from tests.unit.evaluation.painted import A, B, C, cells


def test_the_boundary_is_the_outermost_pixel_of_each_object():
    classes = true_classes(cells((2, 2, 4, 5), shape=(8, 10)))
    expected = np.zeros((8, 10), int)
    expected[2:6, 2:7] = 2
    expected[3:5, 3:6] = 1
    assert np.array_equal(classes, expected)


def test_touching_objects_have_a_boundary_between_them():
    classes = true_classes(cells((2, 2, 5, 4), (2, 6, 5, 4), shape=(9, 12)))
    assert (classes[2:7, 5] == 2).all()
    assert (classes[2:7, 6] == 2).all()


def test_an_object_cut_by_the_edge_of_the_image_has_no_boundary_there():
    classes = true_classes(cells((0, 0, 4, 6), shape=(8, 10)))
    assert (classes[0, :5] == 1).all()
    assert (classes[3, :6] == 2).all()


def test_the_segmentation_task_trains_on_the_classes_that_are_scored():
    from deepbacs_zoo.tasks import get_method

    labels = np.kron(np.arange(12).reshape(3, 4), np.ones((4, 5), int)).astype(np.int32)
    assert np.array_equal(get_method("multilabel-unet").make_target(labels), true_classes(labels))


def test_the_most_probable_class_counts_whatever_the_order_of_channels():
    probabilities = np.zeros((3, 1, 3), np.float32)
    probabilities[2, 0, 0] = probabilities[0, 0, 1] = probabilities[1, 0, 2] = 0.9
    channels = {"background": 2, "interior": 0, "boundary": 1}
    assert predicted_classes(probabilities, channels).tolist() == [[0, 1, 2]]


def test_partners_are_found_at_the_threshold():
    truth = cells((0, 0, 4, 4), (10, 10, 4, 4), shape=(20, 20))
    predicted = cells((0, 0, 4, 3), (10, 12, 4, 4), shape=(20, 20))
    found, right = matched(truth, predicted)
    assert found.tolist() == [False, True, False]
    assert right.tolist() == [False, True, False]


def test_outcomes_have_their_colors():
    image = np.random.default_rng(0).normal(size=(48, 64))
    picture = draw_labels(image, cells(A, B), cells(A, C))
    assert picture[4, 4].tolist() == list(TRUE_POSITIVE)
    assert picture[20, 30].tolist() == list(FALSE_NEGATIVE)
    # C is label 2 of the prediction.
    assert picture[36, 6].tolist() == list(FALSE_POSITIVE)
    assert picture.dtype == np.uint8


def test_outlines_stay_inside_objects():
    labels = cells(A, B)
    edge = outlines(labels)
    assert not edge[labels == 0].any()
    assert not edge[6:10, 6:10].any()


def test_a_flat_image_is_shown_black():
    assert not eight_bits(np.full((4, 4), 3.0)).any()


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)], ids=["grey", "colour"])
def test_png_is_read_back_as_written(shape):
    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    back = Image.open(io.BytesIO(encode_png(pixels)))
    assert np.array_equal(np.asarray(back), pixels)


def test_an_estimate_prints_its_interval_only_if_it_has_one():
    assert str(Estimate(0.5, 0.25, 0.75)) == "0.500 (0.250 to 0.750)"
    assert str(Estimate(0.5)) == "0.500"
    assert str(Estimate(float("nan"))) == "undefined"
