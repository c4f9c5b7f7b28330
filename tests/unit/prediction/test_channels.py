"""Channels of images as networks take them: chosen ones, and grey that is saved as RGB."""

import warnings

import numpy as np
import pytest
import tifffile
from PIL import Image as Picture

from deepbacs_zoo.errors import DataError, UsageError
from deepbacs_zoo.images import Calibration, read_image, write_tiff
from deepbacs_zoo.prediction import predict
from tests.unit.prediction.samples import STEP, fake, image_of, noise
from tests.unit.runners.stub import tensor

GREY = noise(24, 32).astype(np.uint8)
NAMES = ["DAPI", "GFP", "Cy5"]


def run(image, channels=1, **options):
    package, session = fake(lambda x: x, (tensor("raw", size=STEP, channels=channels),))
    return predict(package, image, session=session, **options)


def values(result):
    return result.tensors["out"].array[0, 0]


def ids(result):
    return [finding.id for finding in result.findings]


@pytest.fixture
def stack(tmp_path):
    path = tmp_path / "three.ome.tif"
    planes = noise(3, 24, 32).astype(np.uint16)
    metadata = {"axes": "CYX", "Channel": {"Name": NAMES}}
    tifffile.imwrite(path, planes, metadata=metadata, photometric="minisblack")
    return path, planes


@pytest.mark.parametrize("channel", ["GFP", "gfp", " GFP ", "2"])
@pytest.mark.parametrize("in_memory", [False, True])
def test_a_channel_is_chosen_by_name_or_number(stack, channel, in_memory):
    path, planes = stack
    found = run(read_image(path) if in_memory else path, channel=channel)
    np.testing.assert_array_equal(values(found)[0], planes[1])


def test_a_network_of_one_channel_refuses_several_and_names_the_option(stack):
    with pytest.raises(DataError, match="another number of channels") as caught:
        run(stack[0])
    assert str(caught.value).endswith(
        "choose one of its channels (1 DAPI, 2 GFP, 3 Cy5) with channel='1'."
    )


def test_a_channel_that_is_not_there_is_refused_with_those_that_are(stack):
    with pytest.raises(UsageError, match="no channel of this name or number") as caught:
        run(stack[0], channel="mCherry")
    assert caught.value.allowed == "1 DAPI, 2 GFP, 3 Cy5"


def test_a_network_of_several_channels_takes_no_single_one(stack):
    np.testing.assert_array_equal(values(run(stack[0], channels=3)), stack[1])
    with pytest.raises(UsageError, match="the network takes several"):
        run(stack[0], channels=3, channel="GFP")


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_equal_colors_are_grey_for_a_network_of_one_channel(tmp_path, mode):
    Picture.fromarray(GREY).convert(mode).save(tmp_path / "a.png")
    found = run(tmp_path / "a.png")
    np.testing.assert_array_equal(values(found)[0], GREY)
    assert "rgb-taken-as-grey" in ids(found)
    assert found.preview.shape == GREY.shape


def test_equal_colors_stay_rgb_for_a_network_of_three(tmp_path):
    Picture.fromarray(GREY).convert("RGB").save(tmp_path / "a.png")
    found = run(tmp_path / "a.png", channels=3)
    np.testing.assert_array_equal(values(found), np.stack([GREY] * 3))
    assert "rgb-taken-as-grey" not in ids(found)


def test_colors_that_differ_in_one_pixel_are_refused_and_one_may_be_chosen(tmp_path):
    colors = np.dstack([GREY] * 3)
    colors[3, 4, 2] ^= 1
    Picture.fromarray(colors).save(tmp_path / "a.png")
    with pytest.raises(DataError, match="it is an RGB image") as caught:
        run(tmp_path / "a.png")
    assert "one of its colors with channel='green'" in str(caught.value)
    found = run(tmp_path / "a.png", channel="blue")
    np.testing.assert_array_equal(values(found)[0], colors[..., 2])


@pytest.mark.parametrize("value", [1e300, -1e300, 3.5e38])
@pytest.mark.parametrize("rescale", ["none", "auto"])
def test_values_beyond_an_input_are_one_sentence_and_no_warning(value, rescale):
    array = np.ones((24, 32))
    array[3, 4] = value
    pixel = {"y": 80, "x": 80, "unit": "nm"}
    package, session = fake(lambda x: x, (tensor("raw", size=STEP, channels=1),), pixel_size=pixel)
    image = image_of(array, calibration=Calibration(0.16, 0.16, None, "µm"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DataError, match="input of type float32 cannot") as caught:
            predict(package, image, session=session, rescale=rescale)
    assert f"{value:g}" in str(caught.value)
    assert "from -3.40282e+38 to 3.40282e+38" in str(caught.value)


def test_the_largest_whole_numbers_are_taken():
    array = np.full((24, 32), 2**64 - 1, np.uint64)
    assert (values(run(image_of(array))) == np.float32(2**64)).all()


def test_a_given_pixel_size_makes_an_unknown_unit_of_no_matter(tmp_path):
    path = tmp_path / "a.tif"
    write_tiff(path, GREY, "yx", Calibration())
    tifffile.imwrite(path, GREY, imagej=True, resolution=(10, 10), metadata={"unit": "foo"})
    assert ids(run(path)) == ["unknown-unit-of-length"]
    assert ids(run(path, pixel_size=0.1)) == []
