"""From drawn rods and cocci to a package that finds them."""

import json
import re
import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

from deepbacs_zoo.checkpoints import open_run
from deepbacs_zoo.cli.main import app
from deepbacs_zoo.errors import DataError, UsageError
from deepbacs_zoo.exporting import draft
from deepbacs_zoo.images import write_tiff
from deepbacs_zoo.metrics import BoxSet, match_boxes
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.tasks import annotation_kind, get_entry
from deepbacs_zoo.training import train
from deepbacs_zoo.training.data.examples import read_raw
from deepbacs_zoo.validation import validate

from .drawn_boxes import CLASSES, draw, make_drawn, small_task, voc


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    make_drawn(folder / "images")
    return folder


@pytest.fixture(scope="module")
def run(data):
    kind = annotation_kind("boxes")
    folders = kind.find(data / "images", "training")
    raws = read_raw(kind, kind.match(*folders))
    choice = get_entry("yolov2").choose([raw.sample for raw in raws])
    task = small_task(choice.arguments)
    return train(task, *folders, data / "run", device="cpu", progress=False)


@pytest.fixture(scope="module")
def package(run, data):
    return draft(run, data / "detector.zip")


def test_the_history_tells_how_well_boxes_are_found(run):
    first, *_, last = run.history()
    assert {"val_map_50", "val_recall", "val_precision", "val_count_error"} <= last.keys()
    assert last["train_loss"] < 0.5 * first["train_loss"]
    best = run.history()[run.best_epoch - 1]
    assert best["val_map_50"] > 0.9


def test_the_run_remembers_what_the_boxes_decided(run):
    recorded = json.loads((run.folder / "run.json").read_text())["method_arguments"]
    assert recorded["classes"] == list(CLASSES)
    assert recorded["grid"] == 16
    assert len(recorded["anchors"]) == 3
    assert open_run(run.folder).method_arguments["channels"] == 1


def test_the_package_is_valid_and_tiles_give_what_the_whole_gives(package):
    summary = validate(package)
    assert summary.passed, summary.to_text()


def test_the_package_finds_what_was_drawn(package, data, tmp_path):
    random = np.random.default_rng(99)
    truth, found = [], []
    for number in range(4):
        image, rows = draw(random, (150, 170), 6)
        path = tmp_path / f"new{number}.tif"
        write_tiff(path, image, "yx", _size())
        result = predict(package, path)
        truth.append(BoxSet.of([row[1:] for row in rows], [CLASSES.index(row[0]) for row in rows]))
        assert {row.unit for row in result.boxes} <= {"µm"}
        found.append(
            BoxSet.of(
                [
                    (10 * r.x, 10 * r.y, 10 * (r.x + r.width), 10 * (r.y + r.height))
                    for r in result.boxes
                ],
                [CLASSES.index(row.name) for row in result.boxes],
                [row.score for row in result.boxes],
            )
        )
    assert match_boxes(truth, found, len(CLASSES), (0.5,)).mean_ap() > 0.9


def _size():
    from deepbacs_zoo.images import Calibration

    return Calibration(0.1, 0.1, None, "µm")


@pytest.fixture
def copied(data, tmp_path):
    shutil.copytree(data / "images", tmp_path / "images")
    return tmp_path / "images"


def start(folder, tmp_path, **options):
    """Train for no time at all: what is wrong is reported before."""
    folders = annotation_kind("boxes").find(folder, "training")
    options = {"progress": False, "device": "cpu", **options}
    return train("detection", *folders, tmp_path / "run", **options)


def test_a_class_that_only_validation_images_have_is_refused(copied, tmp_path):
    for index in range(12):
        path = copied / f"field{index}.xml"
        text = path.read_text()
        path.write_text(text.replace(">rod<", ">spiral<") if index == 5 else text)
    messages = set()
    for seed in range(30):
        with pytest.raises((DataError, Stopped)) as caught:
            start(copied, tmp_path, seed=seed, on_finding=stop_at_counts)
        messages.add(str(caught.value).split(";")[0].split(" (")[0])
    assert any("no training image has" in message for message in messages), messages


class Stopped(Exception):
    pass


def stop_at_counts(finding):
    if finding.id == "training-boxes-counted" and "  spiral " in finding.sentence():
        raise Stopped


def test_named_classes_are_the_only_ones(copied, tmp_path):
    with pytest.raises(DataError, match=r"unknown class.*allowed: rod, dividing, microcolony"):
        start(copied, tmp_path, classes=("growth-stages",))
    with pytest.raises(UsageError, match="classes"):
        train("segmentation", copied, copied, tmp_path / "run", classes=("rod",))


def test_label_images_are_boxes_only_if_their_class_is_named(tmp_path):
    folder = tmp_path / "labelled"
    random = np.random.default_rng(3)
    for index in range(4):
        image, rows = draw(random)
        labels = np.zeros(image.shape, np.uint16)
        for number, (_, x0, y0, x1, y1) in enumerate(rows, 1):
            labels[y0:y1, x0:x1] = number
        write_tiff(folder / "source" / f"{index}.tif", image, "yx", _size())
        write_tiff(folder / "target" / f"{index}.tif", labels, "yx", _size(), labels=True)
    with pytest.raises(DataError, match="label image where boxes"):
        start(folder, tmp_path)
    counts = []

    def stop(finding):
        counts.append(finding)
        raise Stopped

    with pytest.raises(Stopped):
        start(folder, tmp_path, classes=("cell",), on_finding=stop)
    assert counts[0].id == "training-boxes-counted"
    assert "  cell " in counts[0].sentence()


def test_one_small_image_is_too_few(tmp_path):
    folder = tmp_path / "few"
    make_drawn(folder, count=1)
    with pytest.raises(DataError, match="too small to be cut"):
        start(folder, tmp_path)
    assert voc("a.tif", []).startswith("<annotation>")


def test_colour_pictures_train_a_network_of_three_channels(tmp_path):
    from PIL import Image as Picture

    random = np.random.default_rng(5)
    folder = tmp_path / "colours"
    folder.mkdir()
    for index in range(3):
        image, rows = draw(random)
        grey = np.clip((image - 900.0) / 4, 0, 255).astype(np.uint8)
        Picture.fromarray(np.stack([grey, grey // 2, 255 - grey], -1)).save(folder / f"{index}.png")
        (folder / f"{index}.xml").write_text(voc(f"{index}.png", rows))
    settings = {"steps_per_epoch": 1, "batch_size": 2, "patch_size": 64}
    run = start(folder, tmp_path, epochs=1, settings=settings)
    assert run.method_arguments["channels"] == 3
    result = predict(draft(run, tmp_path / "colours.zip"), folder / "0.png")
    assert isinstance(result.boxes, tuple)


def test_the_command_counts_classes_and_says_where_the_run_is(copied, tmp_path):
    words = ["train", "detection", "--data", str(copied), "--output", str(tmp_path / "run")]
    words += ["--classes", "rod, coccus, spiral", "--epochs", "1", "--steps", "1"]
    done = CliRunner().invoke(app, [*words, "--batch", "1", "--patch", "32", "--device", "cpu"])
    assert done.exit_code == 0, done.output
    assert "10 training images" in done.output
    assert re.search(r"rod +\d+ boxes in \d+ images", done.output)
    assert "Warning" in done.output
    assert "spiral 0" in done.output.replace("\n", " ")
    assert open_run(tmp_path / "run").method_arguments["classes"] == ["rod", "coccus", "spiral"]
