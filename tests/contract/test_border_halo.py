"""``border="halo"`` gives what ``predict`` of bioimageio.core gives."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import predict
from tests.packages import CASES
from tests.unit.prediction.samples import image_of, noise

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    core = pytest.importorskip("bioimageio.core")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("bcyx", (37, 45)),
        ("stepped", (40, 44)),
        ("stepped_large", (48, 80)),
        ("all_weights", (37, 45)),
        ("upsampled_halo", (40, 44)),
        ("downsampled_halo", (40, 44)),
    ],
)
def test_border_halo_equals_bioimageio_core(name, shape, tmp_path):
    path = CASES[name](tmp_path)
    array = noise(*shape).astype(np.float32)
    with open_package(path) as package:
        ours = predict(package, image_of(array), border="halo")
    expected = core.predict(model=str(path), inputs={package.inputs[0].id: array[None, None]})
    (name,) = ours.tensors
    found = ours.tensors[name].array[0, 0]
    reference = next(iter(expected.members.values())).data.values[0]
    assert found.shape == reference.shape
    np.testing.assert_allclose(found, reference, rtol=1e-5, atol=1e-5)
