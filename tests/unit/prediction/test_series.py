"""Predictions of one image of a file that holds several."""

import numpy as np
import pytest
import tifffile

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.images import read_image
from deepbacs_zoo.prediction import predict
from tests.unit.prediction.samples import STEP, fake, noise
from tests.unit.runners.stub import tensor

FIELDS = noise(3, 2, 24, 32).astype(np.uint16)


def run(image, **options):
    package, session = fake(lambda x: x, (tensor("raw", size=STEP, channels=1),))
    return predict(package, image, session=session, **options)


@pytest.fixture
def positions(tmp_path):
    path = tmp_path / "positions.ome.tif"
    with tifffile.TiffWriter(path, ome=True) as writer:
        for number, field in enumerate(FIELDS):
            metadata = {"axes": "TYX", "Name": f"Pos{number}"}
            writer.write(field, metadata=metadata, photometric="minisblack")
    return path


def test_the_first_of_several_images_is_run_and_the_others_are_named(positions):
    result = run(positions)
    np.testing.assert_array_equal(result.tensors["out"].array[:, 0, 0], FIELDS[0])
    (finding,) = [each for each in result.findings if each.id == "image-series-left-out"]
    assert "it holds 3 images, of which the first is read: 1 Pos0 (2x1x1x24x32)" in str(
        finding.what
    )
    assert finding.sentence().endswith("choose another one with series=2")


def test_an_option_chooses_another_image(positions):
    result = run(positions, series=3)
    np.testing.assert_array_equal(result.tensors["out"].array[:, 0, 0], FIELDS[2])
    assert "image-series-left-out" not in [each.id for each in result.findings]


@pytest.mark.parametrize("in_memory", [False, True])
def test_a_number_that_no_image_has_is_refused_with_their_count(positions, in_memory):
    allowed = "1, as it holds one image" if in_memory else "1 to 3"
    with pytest.raises(UsageError, match=rf"no image of this number \(4\); allowed: {allowed};"):
        run(read_image(positions) if in_memory else positions, series=4)
