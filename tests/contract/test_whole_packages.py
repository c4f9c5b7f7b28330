"""A package for deepImageJ gives the plain one's numbers and objects: every method, every size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from deepbacs_zoo.exporting import draft
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.results.types import Boxes, Labels, Result
from deepbacs_zoo.runners import Session, load_session
from tests.data.runs.frozen import RUNS, frozen_run
from tests.unit.prediction.samples import image_of

Loaded = tuple[Package, Session]

_DTYPES = ("uint8", "uint16", "float32")


@pytest.fixture(scope="module", params=[name for name in RUNS if name != "upscale"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """The plain and the whole package of a method, loaded."""
    folder, run = tmp_path_factory.mktemp("both"), frozen_run(request.param)
    with ExitStack() as stack:
        loaded = []
        for name, consumer in (("plain", None), ("whole", "deepimagej")):
            path = draft(run, Path(folder / f"{name}.zip"), consumer=consumer)
            package = stack.enter_context(open_package(path))
            session = load_session(package, "torch", "cpu", weights_format="torchscript")
            stack.callback(session.close)
            loaded.append((package, session))
        yield tuple(loaded)


def worst_difference(both: tuple[Loaded, Loaded], sizes: Sequence[tuple[int, int]]) -> float:
    """Return the largest difference in units of the largest value; each fifth is a stack."""
    (plain, _), _ = both
    grid = getattr(plain.zoo_config.decode, "grid", 1)
    n_channels = len(plain.inputs[0].axis("c").channel_names)
    rng, worst = np.random.default_rng(0), 0.0
    for number, (height, width) in enumerate(sizes):
        shape = (3 if number % 5 == 0 else 1, n_channels, height, width)
        values = rng.integers(0, 255, shape) * (rng.random((shape[0], 1, 1, 1)) + 0.2)
        values[..., : width // 2] += 50
        image = image_of(values.astype(_DTYPES[number % 3]), "tcyx", rgb=n_channels == 3)
        small, large = (predict(each, image, session=session) for each, session in both)
        expected, found = (next(iter(each.tensors.values())).array for each in (small, large))
        expected = expected.repeat(grid, -1).repeat(grid, -2)[..., :height, :width]
        assert found.shape == expected.shape, (height, width)
        worst = max(worst, float(np.abs(found - expected).max() / np.abs(expected).max()))
        assert_same_objects(small, large)
    return worst


def assert_same_objects(small: Result, large: Result) -> None:
    assert large.content.n_objects == small.content.n_objects
    if isinstance(small.content, Labels):
        np.testing.assert_array_equal(large.labels, small.labels)
    if isinstance(small.content, Boxes):
        for one, other in zip(small.content.rows, large.content.rows, strict=True):
            assert one == other


@pytest.mark.slow
def test_every_side_up_to_200_pixels(both: tuple[Loaded, Loaded]) -> None:
    rng = np.random.default_rng(1)
    others = rng.integers(1, 201, (2, 200))
    along_y = [(side, int(other)) for side, other in enumerate(others[0], 1)]
    along_x = [(int(other), side) for side, other in enumerate(others[1], 1)]
    assert worst_difference(both, along_y + along_x) <= 1e-5


@pytest.mark.slow
def test_random_sizes_up_to_1100_pixels(both: tuple[Loaded, Loaded]) -> None:
    sizes = np.random.default_rng(2).integers(1, 1101, (8, 2))
    assert worst_difference(both, [(int(y), int(x)) for y, x in sizes]) <= 1e-5
