"""Images as sources of blocks, and sinks that blocks are written to."""

from __future__ import annotations

import numpy as np
import pytest

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images import (
    ArraySink,
    Calibration,
    ImageSource,
    TiffSink,
    TiffSource,
    load_source,
    read_image,
    write_tiff,
)
from deepbacs_zoo.prediction import predict
from tests.unit.prediction.samples import fake, image_of, noise

PIXEL = Calibration(0.1, 0.1, 0.3, "µm")
BLOCK = {"z": slice(1, 3), "x": slice(5, 9)}


@pytest.fixture()
def stack(tmp_path):
    path = tmp_path / "stack.tif"
    write_tiff(path, noise(4, 20, 30), "zyx", PIXEL)
    return path


@pytest.mark.parametrize("opened", [TiffSource, read_image], ids=["TIFF", "array"])
def test_a_source_knows_its_shape_and_gives_blocks(opened, stack):
    source = opened(stack)
    assert isinstance(source, ImageSource)
    assert (source.axes, source.shape) == ("tzcyx", (1, 4, 1, 20, 30))
    assert (source.dtype, source.calibration, source.path) == (np.uint16, PIXEL, stack)
    np.testing.assert_array_equal(source.read()[0, :, 0], noise(4, 20, 30))
    np.testing.assert_array_equal(source.read(BLOCK)[0, :, 0], noise(4, 20, 30)[1:3, :, 5:9])


def test_a_file_is_not_opened_before_it_is_needed(tmp_path):
    source = TiffSource(tmp_path / "a.tif")
    (tmp_path / "a.tif").write_bytes(b"no image")
    with pytest.raises(DataError):
        source.read()


def test_any_source_is_predicted(stack):
    package, session = fake(lambda x: x * 2)

    class Plane:
        """A source of two axes, made up here."""

        axes, shape, dtype, calibration, path, rgb = "xy", (30, 20), np.uint16, PIXEL, None, False
        findings = ()

        def read(self, block=None):
            return noise(20, 30).T

    made_up = predict(package, Plane(), session=session)
    np.testing.assert_array_equal(made_up.tensors["out"].array[0, 0, 0], noise(20, 30) * 2)
    assert made_up.calibration == PIXEL
    by_source = predict(package, TiffSource(stack), session=session)
    by_path = predict(package, stack, session=session)
    assert by_source.stem == by_path.stem == "stack"
    np.testing.assert_array_equal(by_source.tensors["out"].array, by_path.tensors["out"].array)


def test_an_image_in_memory_is_not_copied():
    image = image_of(noise(8, 9))
    assert load_source(image) is image


@pytest.mark.parametrize("kind", ["array", "TIFF"])
def test_blocks_are_written_at_their_places(kind, tmp_path):
    shape = (4, 20, 30)
    sink = (
        ArraySink("zyx", shape, np.uint16)
        if kind == "array"
        else TiffSink(tmp_path / "a.tif", "zyx", shape, np.uint16, PIXEL)
    )
    sink.write({}, np.zeros(shape, np.uint16))
    sink.write(BLOCK, noise(4, 20, 30)[1:3, :, 5:9])
    assert sink.shape == shape
    sink.close()
    expected = np.zeros(shape, np.uint16)
    expected[1:3, :, 5:9] = noise(4, 20, 30)[1:3, :, 5:9]
    found = sink.array if kind == "array" else read_image(tmp_path / "a.tif").data.values[0, :, 0]
    np.testing.assert_array_equal(found, expected)
