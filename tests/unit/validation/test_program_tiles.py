"""Models of ilastik and QuPath cut images as these do."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from deepbacs_zoo.errors import UnsupportedError
from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import run_network
from deepbacs_zoo.tensors import Step, SteppedSize
from deepbacs_zoo.validation.consumers.ilastik import check_ilastik
from deepbacs_zoo.validation.consumers.qupath import check_qupath
from deepbacs_zoo.validation.consumers.tiles import by_ilastik, by_qupath, can_be_cut
from deepbacs_zoo.validation.context import Context
from tests.package_cases import box_case, case
from tests.packages import ALL_WEIGHTS, CASES

pytest.importorskip("torch")

IMAGE = np.random.default_rng(1).normal(size=(1, 1, 700, 530)).astype(np.float32)
SIDE = 510
"""Pixels kept of a tile: 512 without the halo of 1, or 102 times the smallest size of 5."""


@pytest.fixture(scope="module")
def boxes(tmp_path_factory):
    """Return, over 3 x 3 pixels, the sums by both programs and those of the whole image."""
    path = CASES["bcyx"](tmp_path_factory.mktemp("boxes"))
    with open_package(path) as package, Context(package) as context:
        session = context.first_session()
        whole = run_network(package, session, {"input": IMAGE})["output"][0, 0]
        return {
            "ilastik": np.abs(by_ilastik(package, session, IMAGE)["output"][0, 0] - whole),
            "QuPath": np.abs(by_qupath(package, session, IMAGE)["output"][0, 0] - whole),
        }


def test_ilastik_differs_at_the_border_only(boxes):
    assert boxes["ilastik"][1:-1, 1:-1].max() < 1e-5
    assert boxes["ilastik"][0].max() > 0.1


def test_qupath_differs_at_the_seams_of_its_tiles(boxes):
    off = boxes["QuPath"] > 1e-5
    seams = [SIDE - 1, SIDE]
    assert set(np.flatnonzero(off[1:-1, 1:-1].mean(1) > 0.9) + 1) == set(seams)
    assert set(np.flatnonzero(off[1:-1, 1:-1].mean(0) > 0.9) + 1) == set(seams)
    rest = np.delete(np.delete(off, seams, 0), seams, 1)
    assert not rest[1:-1, 1:-1].any()


def test_both_measure_each_tile_by_itself(tmp_path):
    # The brightness rises, so a tile's mean and deviation are not those of the image.
    image = IMAGE + np.linspace(0, 50, 700, dtype=np.float32)[:, None]
    step = Step("zero_mean_unit_variance", {"axes": "yx", "eps": 1e-6})
    build = case(partial(box_case, SteppedSize(5, 1), steps=(step,)))
    with open_package(build(tmp_path)) as package, Context(package) as context:
        session = context.first_session()
        whole = run_network(package, session, {"input": image})["output"]
        for program in (by_ilastik, by_qupath):
            found = program(package, session, image)["output"]
            assert np.abs(found - whole)[..., 10:400, 10:400].max() > 0.3


def test_the_verdict_has_the_number(tmp_path):
    with (
        open_package(CASES["bcyx"](tmp_path, weights=ALL_WEIGHTS)) as package,
        Context(package) as context,
    ):
        for check in (check_ilastik, check_qupath):
            (verdict,) = [
                each for each in check(context).consumers if each.weights == "torchscript"
            ]
            first = verdict.differences[0]
            assert first.where == "the test input"
            assert first.largest > 0.01


def test_a_step_without_measure_makes_no_tile(tmp_path):
    def far(description, files):
        for axis in description["inputs"][0]["axes"]:
            if isinstance(axis.get("size"), dict):
                axis["size"]["step"] = 2**30

    with open_package(CASES["bcyx"](tmp_path, change=far)) as package, Context(package) as context:
        session = context.first_session()
        with pytest.raises(UnsupportedError, match="no tile of this size"):
            by_ilastik(package, session, IMAGE)


def test_images_of_other_kinds_are_not_cut(tmp_path):
    with open_package(CASES["bcyx"](tmp_path)) as package:
        assert can_be_cut(package, IMAGE)
        assert not can_be_cut(package, np.concatenate([IMAGE, IMAGE]))
    with open_package(CASES["time_series"](tmp_path, name="series.zip")) as package:
        assert not can_be_cut(package, IMAGE[None])
