"""Pixel sizes: warnings, and resampling there and back."""

from __future__ import annotations

import numpy as np
import pytest

from deepbacs_zoo.errors import DataError, PackageError, UsageError
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.images import Calibration
from deepbacs_zoo.images.resample import nearest, resize
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.tensors import FreeSize
from tests.unit.prediction.samples import STEP, fake, image_of, noise
from tests.unit.runners.stub import output, tensor

MODEL = {"y": 0.08, "x": 0.08, "unit": "micrometer"}


def micrometers(x, y=None):
    return Calibration(x, y or x, None, "µm")


def waves(*shape):
    """An image without structure finer than ten pixels."""
    grids = np.meshgrid(*(np.arange(size) / 10 for size in shape), indexing="ij")
    return (1000 + 300 * sum(np.sin(grid + number) for number, grid in enumerate(grids))).astype(
        np.float32
    )


def identity(array, calibration=None, axes="yx", pixel=MODEL, function=lambda x: x, **options):
    package, session = fake(function, pixel_size=pixel)
    image = image_of(array, axes, calibration)
    return predict(package, image, session=session, **options), session


def warnings_of(found):
    return [each for each in found.findings if each.severity is Severity.WARNING]


@pytest.mark.parametrize("size", [0.067, 0.08, 0.095])
def test_similar_pixel_size_is_not_mentioned(size):
    found, _ = identity(noise(32, 32), micrometers(size))
    assert found.findings == ()


@pytest.mark.parametrize("calibration", [micrometers(0.063), micrometers(0.08, 0.1)])
def test_pixel_size_over_20_percent_off_is_warned_of(calibration):
    found, _ = identity(noise(32, 32), calibration)
    (warning,) = warnings_of(found)
    assert warning.id == "other-pixel-size"
    assert "0.08 µm" in warning.sentence()
    assert "rescale='auto'" in str(found.findings[0].hint)


def test_image_without_pixel_size_gets_an_information():
    found, _ = identity(noise(32, 32))
    assert [each.id for each in found.findings] == ["image-without-pixel-size"]
    assert found.findings[0].severity is Severity.INFO
    assert "pixel_size" in str(found.findings[0].hint)


def test_package_without_pixel_size_is_not_compared():
    found, _ = identity(noise(32, 32), micrometers(0.3), pixel=None)
    assert found.findings == ()


def test_given_pixel_size_takes_the_place_of_the_files():
    found, _ = identity(noise(32, 32), micrometers(0.3), pixel_size=0.08)
    assert found.findings == ()
    assert found.calibration == micrometers(0.08)
    assert found.tensors["out"].calibration == micrometers(0.08)


def test_unit_of_the_package_is_converted():
    found, _ = identity(noise(32, 32), micrometers(0.08), pixel={"y": 80, "x": 80, "unit": "nm"})
    assert found.findings == ()


@pytest.mark.parametrize(
    "entry", [{"y": 0.08, "x": -1}, {"y": 0.08, "x": "a"}, {"y": 0.08, "x": 1, "unit": "parsec"}]
)
def test_nonsense_pixel_size_is_the_packages_fault(entry):
    with pytest.raises(PackageError, match=r"pixel_size.*positive numbers"):
        identity(noise(32, 32), micrometers(0.08), pixel=entry)


@pytest.mark.parametrize("size", [0.04, 0.16, 0.11])
def test_resampling_there_and_back_keeps_size_values_and_calibration(size):
    array = waves(120, 96)
    found, session = identity(array, micrometers(size), rescale="auto")
    shape = session.shapes[0]["raw"][2:]
    assert shape == tuple(STEP.fit(round(n * size / 0.08)) for n in (120, 96))
    tensor_ = found.tensors["out"]
    assert tensor_.array.shape == (1, 1, 1, 120, 96)
    assert tensor_.calibration == micrometers(size)
    inner = (slice(5, -5), slice(5, -5))
    assert np.abs(tensor_.array[0, 0, 0] - array)[inner].max() < 0.02 * np.ptp(array)
    assert not warnings_of(found)
    assert found.findings[0].id == "resampled-to-model-scale"


def test_axes_are_resampled_by_their_own_factors():
    _, session = identity(waves(100, 100), micrometers(0.16, 0.04), rescale="auto")
    assert session.shapes[0]["raw"][2:] == (STEP.fit(50), STEP.fit(200))


def test_tiled_equals_whole_also_when_resampled():
    whole, _ = identity(waves(80, 70), micrometers(0.16), rescale="auto")
    tiled, _ = identity(waves(80, 70), micrometers(0.16), rescale="auto", memory=40**2 * 2048)
    assert not tiled.plan.whole
    np.testing.assert_allclose(tiled.tensors["out"].array, whole.tensors["out"].array, atol=1e-5)


def test_stack_is_resampled_plane_by_plane():
    array = np.stack([waves(60, 60), 2 * waves(60, 60)])
    found, session = identity(array, micrometers(0.16), "tyx", rescale="auto")
    assert len(session.shapes) == 2
    for t in range(2):
        single, _ = identity(array[t], micrometers(0.16), rescale="auto")
        np.testing.assert_array_equal(found.tensors["out"].array[t], single.tensors["out"].array[0])


def test_nothing_is_resampled_below_one_percent():
    found, session = identity(noise(32, 32), micrometers(0.0805), rescale="auto")
    assert session.shapes[0]["raw"][2:] == (32, 32)
    np.testing.assert_array_equal(found.tensors["out"].array[0, 0, 0], noise(32, 32))
    assert found.findings == ()


def test_rescale_without_the_images_pixel_size_asks_for_it():
    with pytest.raises(DataError, match=r"no pixel size along y, x.*pixel_size"):
        identity(noise(32, 32), rescale="auto")
    found, _ = identity(noise(32, 32), rescale="auto", pixel_size=0.08)
    assert found.findings == ()


def test_rescale_without_the_models_pixel_size_is_usage():
    with pytest.raises(UsageError, match=r"rescale.*does not state"):
        identity(noise(32, 32), micrometers(0.1), pixel=None, rescale="auto")


def test_whole_number_outputs_come_back_by_nearest_neighbour():
    package, session = fake(
        lambda x: x // 1000, outputs=(output("out", "raw", dtype="uint8"),), pixel_size=MODEL
    )
    image = image_of(waves(60, 60), calibration=micrometers(0.16))
    found = predict(package, image, session=session, rescale="auto").tensors["out"].array
    assert found.dtype == np.uint8
    assert set(np.unique(found)) <= {0, 1}


def test_integer_inputs_stay_integers():
    package, session = fake(
        lambda x: x, (tensor("raw", size=FreeSize(1), dtype="uint16"),), pixel_size=MODEL
    )
    image = image_of(noise(60, 60), calibration=micrometers(0.05))
    found = predict(package, image, session=session, rescale="auto").tensors["out"].array
    assert found.shape[-2:] == (60, 60)


def test_scaled_output_comes_back_at_its_own_scale_with_its_own_pixel_size():
    package, session = fake(
        lambda x: x.repeat(2, -1).repeat(2, -2),
        outputs=(output("out", "raw", scale=2.0),),
        pixel_size=MODEL,
    )
    image = image_of(waves(60, 50), calibration=micrometers(0.16))
    found = predict(package, image, session=session, rescale="auto").tensors["out"]
    assert found.array.shape[-2:] == (120, 100)
    assert found.calibration == micrometers(0.08)


def test_nearest_takes_the_pixel_under_the_centre():
    row = np.arange(6)[None]
    assert nearest(row, "yx", {"x": 3}).tolist() == [[1, 3, 5]]
    assert nearest(row, "yx", {"x": 12}).tolist() == [[k // 2 for k in range(12)]]
    assert nearest(row, "yx", {"y": 2, "x": 6}).tolist() == [list(range(6))] * 2


def test_resize_keeps_the_field_and_the_mean():
    array = waves(40, 60)
    for shape in ((20, 30), (80, 120), (33, 51)):
        found = resize(array, "yx", dict(zip("yx", shape, strict=True)))
        assert found.dtype == np.float32
        assert found.shape == shape
        assert abs(found.mean() / array.mean() - 1) < 2e-3


def test_resize_of_some_axes_leaves_the_others_in_their_place():
    array = np.stack([waves(20, 30), 2 * waves(20, 30)])[:, None]
    found = resize(array, "tcyx", {"y": 40})
    assert found.shape == (2, 1, 40, 30)
    np.testing.assert_allclose(found[1], 2 * found[0], rtol=1e-5)


def test_shrinking_averages_what_finer_pixels_alone_show():
    checkers = np.indices((64, 64)).sum(0) % 2 * 1000.0
    found = resize(checkers, "yx", {"y": 16, "x": 16})
    assert np.abs(found[2:-2, 2:-2] - 500).max() < 50
