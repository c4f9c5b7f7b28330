"""Every method, trained for a moment on drawn images: its package gives the same in ImageJ."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepbacs_zoo.images import Calibration, read_image, write_tiff
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.results import save
from tests.data.runs.frozen import COLORS, RUNS, frozen_run
from tests.data.runs.make_runs import stained, write_png

pytest.importorskip("torch")

SHAPES = ((75, 91), (128, 96))


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """A package of each method."""
    from deepbacs_zoo.exporting import draft

    folder = tmp_path_factory.mktemp("packages")
    return {name: draft(frozen_run(name), folder / f"{name}.zip") for name in RUNS}


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """A plane of a size that is no multiple of anything, and a stack; and an RGB image."""
    folder = tmp_path_factory.mktemp("images")
    size = Calibration(0.1, 0.1, 0.3, "µm")
    random = np.random.default_rng(0)
    planes = []
    for number, shape in enumerate(SHAPES):
        y, x = np.mgrid[: shape[0], : shape[1]]
        disks = np.hypot((y % 40) - 20, (x % 32) - 16) < 11 + number
        planes.append(random.normal(1000, 60, shape) + 400 * disks)
    write_tiff(folder / "plane.tif", planes[0].astype(np.uint16), "yx", size)
    stack = np.stack([planes[1], planes[1][::-1]])
    write_tiff(folder / "stack.tif", stack.astype(np.float32), "zyx", size)
    write_png(folder / "stained.png", stained(planes[0]))
    return [folder / "plane.tif", folder / "stack.tif"], [folder / "stained.png"]


def test_the_same_results_in_python_and_in_imagej(packages, images, tmp_path):
    from deepbacs_zoo.fiji import open_worker, prepare
    from deepbacs_zoo.prediction.fiji import run_in_imagej

    grey, coloured = images
    assert packages.keys() == set(RUNS)
    found: dict[str, int] = {}
    with open_worker(prepare()) as imagej:
        for name, package in packages.items():
            for image in coloured if name == COLORS else grey:
                place = f"{name}_{image.stem}"
                result = predict(package, image, runner="onnx")
                if result.n_objects is not None:  # an image has no objects
                    found[name] = found.get(name, 0) + result.n_objects
                ours = save(result, tmp_path / "python" / place)
                report = run_in_imagej(imagej, package, image, tmp_path / "java" / place)
                theirs = [Path(file) for file in report["files"]]
                assert [path.name for path in theirs] == [path.name for path in ours], place
                for one, other in zip(ours, theirs, strict=True):
                    assert_alike(one, other, f"{place}: {one.name}")
    assert found.keys() == packages.keys() - {"care", "fnet", "n2v", "pix2pix", "upscale"}
    assert min(found.values()) > 0, found
    assert sum(found.values()) > 20, found


def assert_alike(ours, theirs, where):
    if ours.suffix in {".tif", ".png"}:
        one, other = read_image(ours), read_image(theirs)
        # Outlines are those of labels, which are the same; the edges of boxes may be rounded.
        exact = "labels" in ours.name or (ours.suffix == ".png" and "yolov2" not in where)
        tolerance = 0 if exact else 1e-5
        np.testing.assert_allclose(
            other.data.values.astype(float),
            one.data.values.astype(float),
            rtol=tolerance,
            atol=tolerance if exact or ours.suffix == ".tif" else 255,
            err_msg=where,
        )
        assert one.calibration == other.calibration, where
    elif "yolov2" in where:
        # Scores and edges are numbers of the network, which engines may round differently.
        assert abs(len(theirs.read_bytes()) - len(ours.read_bytes())) < 100, where
        if ours.suffix == ".csv":
            one, other = (path.read_text("utf-8").splitlines() for path in (ours, theirs))
            assert [len(row.split(",")) for row in one] == [len(row.split(",")) for row in other]
            for row, same in zip(one[1:], other[1:], strict=True):
                for cell, twin in zip(row.split(","), same.split(","), strict=True):
                    assert cell == twin or float(cell) == pytest.approx(float(twin), rel=1e-4)
    else:
        assert theirs.read_bytes() == ours.read_bytes(), where
