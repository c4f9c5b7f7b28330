"""Tensors that were brought up to the image's size decode like the small ones."""

import numpy as np
import pytest

from deepbacs_zoo.decoding import decode
from deepbacs_zoo.decoding.anchor_boxes import decode_boxes
from deepbacs_zoo.decoding.grids import on_grid
from deepbacs_zoo.package.zoo_config import AnchorBoxes, Spline, StarConvex

GRIDS = (1, 2, 4)


def repeated(tensor, grid, size):
    return tensor.repeat(grid, axis=1).repeat(grid, axis=2)[:, : size[0], : size[1]]


@pytest.mark.parametrize("grid", GRIDS)
def test_every_value_is_taken_once(grid):
    size = (13, 22)
    small = np.arange(3 * -(-13 // grid) * -(-22 // grid)).reshape(3, -(-13 // grid), -1)
    np.testing.assert_array_equal(on_grid(repeated(small, grid, size), grid, size), small)
    np.testing.assert_array_equal(on_grid(small, grid, size), small)


@pytest.mark.parametrize("grid", GRIDS[1:])
@pytest.mark.parametrize("kind", ["stars", "splines", "boxes"])
def test_results_are_the_same(grid, kind):
    random = np.random.default_rng(grid)
    size = (37, 50)
    cells = (-(-37 // grid), -(-50 // grid))
    settings, channels = {
        "stars": (StarConvex("p", n_rays=8, grid=grid, min_size=3), 9),
        "splines": (Spline("p", points=4, grid=grid, min_size=3), 9),
        "boxes": (AnchorBoxes("p", classes=("a", "b"), anchors=1, grid=grid), 7),
    }[kind]
    small = random.random((channels, *cells), np.float32)
    if kind != "boxes":
        small[1:] = small[1:] * 12 - (6 if kind == "splines" else 0)
        found = [decode(settings, each, size) for each in (small, repeated(small, grid, size))]
        assert found[0].max() > 3
        np.testing.assert_array_equal(*found)
    else:
        small[2:4] *= 20
        found = [
            decode_boxes(settings, each, size) for each in (small, repeated(small, grid, size))
        ]
        assert len(found[0]) > 3
        assert found[0] == found[1]
