"""Every task, trained for a moment on drawn images: its package gives the same inside ImageJ."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from deepbacs_zoo.checkpoints import TunedDecoding
from deepbacs_zoo.images import Calibration, read_image, write_tiff
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.results import save
from deepbacs_zoo.tasks import METHODS, get_method
from tests.contract.test_tasks import LABEL_METHODS, draw, small
from tests.unit.training.drawn_boxes import CLASSES, make_drawn

pytest.importorskip("torch")

SHAPES = ((75, 91), (128, 96))
COLOURS = "unet in colours"


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """A package of each task."""
    from deepbacs_zoo.exporting import draft
    from deepbacs_zoo.training import train

    folder = tmp_path_factory.mktemp("trained")
    made = {COLOURS: colour_package(folder / "colours", draw(folder / "stained"))}
    folders = draw(folder / "labels")
    for name in LABEL_METHODS:
        task = small(name, {"grid": 2} if name in {"stardist", "splinedist"} else {})
        run = train(longer(task), *folders, folder / name, device="cpu", tuned=False)
        made[name] = draft(run, folder / f"{name}.zip")
        if task.grid > 1:
            made[f"{name} for deepimagej"] = draft(
                run, folder / f"{name}_large.zip", consumer="deepimagej"
            )
    make_drawn(folder / "boxes", 4)
    task = get_method("yolov2", {"classes": CLASSES})
    settings = dataclasses.replace(
        task.training, epochs=1, steps_per_epoch=3, patch_size=64, batch_size=2
    )
    task = dataclasses.replace(
        task,
        network_arguments={**task.network_arguments, "base": 4},
        training=settings,
        # A network that has hardly previous to learn is sure of nothing.
        decode=dataclasses.replace(task.decode, score_threshold=0.01),
    )
    boxes = folder / "boxes"
    run = train(task, boxes, boxes, folder / "detection", device="cpu", tuned=False)
    run = dataclasses.replace(run, tuned=TunedDecoding(task.decode, 0.0, 0.0, 1))
    made["yolov2"] = draft(run, folder / "detection.zip")
    return made


def longer(task):
    """The task with so much training that its network finds something to compare."""
    settings = dataclasses.replace(task.training, epochs=3, steps_per_epoch=60)
    return dataclasses.replace(task, training=settings)


def colour_package(folder, folders):
    """A package for RGB images, trained on pictures that are coloured here."""
    from deepbacs_zoo.exporting import draft
    from deepbacs_zoo.training import train

    source, target = folders
    for path in sorted(source.iterdir()):
        stain(path, path.with_suffix(".png"))
        path.unlink()
    task = small("unet", {"channels": 3})
    return draft(
        train(longer(task), source, target, folder, device="cpu", tuned=False), f"{folder}.zip"
    )


def stain(path, target):
    """Write a grey image as an RGB one of three different planes."""
    grey = read_image(path).data.values[0, 0, 0].astype(float)
    planes = [grey / 8, 255 - grey / 6, grey / 20]
    Picture.fromarray(np.stack(planes, -1).clip(0, 255).astype(np.uint8)).save(target)


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
    stain(folder / "plane.tif", folder / "stained.png")
    return [folder / "plane.tif", folder / "stack.tif"], [folder / "stained.png"]


def test_the_same_results_in_python_and_in_imagej(packages, images, tmp_path):
    from deepbacs_zoo.fiji import open_worker, prepare
    from deepbacs_zoo.prediction.fiji import run_in_imagej

    grey, coloured = images
    assert {name.split()[0] for name in packages} == set(METHODS)
    found = dict.fromkeys(packages, 0)
    with open_worker(prepare()) as imagej:
        for name, package in packages.items():
            for image in coloured if name == COLOURS else grey:
                place = f"{name}_{image.stem}".replace(" ", "_")
                result = predict(package, image, runner="onnx")
                found[name] += result.n_objects
                ours = save(result, tmp_path / "python" / place)
                report = run_in_imagej(imagej, package, image, tmp_path / "java" / place)
                theirs = [Path(file) for file in report["files"]]
                assert [path.name for path in theirs] == [path.name for path in ours], place
                for one, other in zip(ours, theirs, strict=True):
                    assert_alike(one, other, f"{place}: {one.name}")
    assert min(found.values()) > 0, found
    assert sum(found.values()) > 20, found


def assert_alike(ours, theirs, where):
    if ours.suffix in {".tif", ".png"}:
        one, other = read_image(ours), read_image(theirs)
        # Outlines are those of labels, which are the same; the edges of boxes may be rounded.
        exact = "labels" in ours.name or (ours.suffix == ".png" and "detection" not in where)
        tolerance = 0 if exact else 1e-5
        np.testing.assert_allclose(
            other.data.values.astype(float),
            one.data.values.astype(float),
            rtol=tolerance,
            atol=tolerance if exact or ours.suffix == ".tif" else 255,
            err_msg=where,
        )
        assert one.calibration == other.calibration, where
    elif "detection" in where:
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
