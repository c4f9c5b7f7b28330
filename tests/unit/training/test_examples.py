"""What is checked and normalized before anything trains."""

import numpy as np
import pytest
import tifffile

from deepbacs_zoo.annotations import match_pairs, read_as
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images import Calibration, ReadOptions
from deepbacs_zoo.training.data.examples import common_pixel_size, read_examples
from tests.unit.training.small import TASK, make_images


def test_images_have_zero_mean_and_unit_variance_as_a_whole(tmp_path):
    for example in read_examples(TASK, match_pairs(*make_images(tmp_path))):
        assert example.image.dtype == np.float32
        assert example.image.shape == (1, 24, 30)
        assert example.image.mean() == pytest.approx(0, abs=1e-5)
        assert example.image.std() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("shape", "options", "part"),
    [
        ((24, 30, 3), {"photometric": "rgb"}, "RGB"),
        ((2, 24, 30), {"imagej": True, "metadata": {"axes": "CYX"}}, "2 channels"),
    ],
)
def test_an_image_that_the_task_does_not_take_is_named(tmp_path, shape, options, part):
    source, target = make_images(tmp_path)
    tifffile.imwrite(source / "field2.tif", np.zeros(shape, np.uint8), **options)
    with pytest.raises(DataError, match=part) as caught:
        read_examples(TASK, match_pairs(source, target))
    assert caught.value.where == str(source / "field2.tif")


def test_a_channel_of_the_images_is_trained_on(tmp_path):
    source, target = make_images(tmp_path)
    plain = read_examples(TASK, match_pairs(source, target))
    for path in source.iterdir():
        image = tifffile.imread(path)
        names = {"axes": "CYX", "Labels": ["noise", "phase"]}
        tifffile.imwrite(path, np.stack([image[::-1], image]), imagej=True, metadata=names)
    pairs = match_pairs(source, target)
    with pytest.raises(DataError, match=r"\(1 noise, 2 phase\) with channel='1'"):
        read_examples(TASK, pairs)
    for channel in ("phase", "2"):
        chosen = read_examples(TASK, read_as(pairs, ReadOptions(channel=channel)))
        for one, other in zip(plain, chosen, strict=True):
            np.testing.assert_array_equal(one.image, other.image)
            assert other.pair.reading.channel == channel


@pytest.mark.parametrize("axes", ["TYX", "ZYX"])
def test_a_movie_with_labels_of_one_plane_is_named(tmp_path, axes):
    source, target = make_images(tmp_path)
    movie = np.zeros((3, 24, 30), np.uint8)
    tifffile.imwrite(source / "field2.tif", movie, imagej=True, metadata={"axes": axes})
    with pytest.raises(DataError, match=r"one plane against 3 .* as files") as caught:
        read_examples(TASK, match_pairs(source, target))
    assert caught.value.where == str(target / "field2.tif")


def test_the_pixel_size_is_recorded_only_if_all_images_agree():
    small, same = Calibration(0.1, 0.2, None, "µm"), Calibration(0.1001, 0.2, None, "µm")
    assert common_pixel_size([small, same]) == (0.2, 0.1)
    assert common_pixel_size([small, Calibration(0.2, 0.2, None, "µm")]) is None
    assert common_pixel_size([small, Calibration()]) is None


def test_what_is_odd_about_an_annotation_is_reported(tmp_path):
    source, target = make_images(tmp_path)
    path = min(target.glob("*.tif"))
    labels = np.zeros((24, 30), np.uint8)
    labels[2:6, 2:6] = labels[12:16, 12:16] = 1
    labels[20:23, 2:6] = 2
    tifffile.imwrite(path, labels)
    reported = []
    read_examples(TASK, match_pairs(source, target), reported.append)
    (finding,) = reported
    assert finding.where == str(path)
    assert finding.id == "label-in-parts"
