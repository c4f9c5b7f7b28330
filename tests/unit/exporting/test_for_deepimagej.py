"""A package for deepImageJ has outputs of the image's size, and gives the same objects."""

import numpy as np
import pytest

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.exporting import draft
from deepbacs_zoo.images import read_image
from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.validation import validate
from tests.data.runs.frozen import frozen_run, image_folders

GRID = 2


@pytest.fixture(scope="module", params=("stardist", "splinedist"))
def run(request):
    return frozen_run(request.param)


@pytest.fixture(scope="module")
def packages(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("packages")
    plain = draft(run, folder / "plain.zip")
    return plain, draft(run, folder / "large.zip", consumer="deepimagej")


def test_the_output_has_the_size_of_the_image(packages):
    with open_package(packages[1]) as package:
        (result,) = package.outputs
        assert (result.axis("x").scale, result.axis("x").size.scale) == (1, 1)
        expected, given = (package.tensor(spec.test_tensor) for spec in (result, package.inputs[0]))
        assert package.zoo_config.decode.grid == GRID
    assert expected.shape[2:] == given.shape[2:]


def test_the_objects_are_the_same(packages):
    image = read_image(image_folders("labels", "test")[0] / "0.tif")
    plain, large = (predict(path, image) for path in packages)
    np.testing.assert_array_equal(plain.labels, large.labels)
    assert plain.labels.max() > 0
    small, big = (next(iter(each.tensors.values())).array for each in (plain, large))
    assert big.shape[-2:] == (66, 90)
    np.testing.assert_allclose(big[..., ::GRID, ::GRID], small, rtol=1e-5, atol=1e-5)


def test_only_that_package_is_taken_by_deepimagej(packages):
    plain, large = ({f.id for f in validate(path).findings} for path in packages)
    about_sizes = {"deepimagej-output-scale", "deepimagej-output-size", "deepimagej-pixel-size"}
    assert plain & about_sizes
    assert not large & about_sizes
    assert "deepimagej-runs" in large - plain


def test_a_program_that_is_not_known_is_refused(run, tmp_path):
    with pytest.raises(UsageError, match="deepimagej"):
        draft(run, tmp_path / "model.zip", consumer="napari")
