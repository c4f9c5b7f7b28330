"""``predict`` with a package that finds boxes: what it says and what it gives programs."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deepbacs_zoo.cli.backends import ImageReport
from deepbacs_zoo.cli.main import app
from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.prediction import predict
from tests.fiji.detecting import colours, detector


@pytest.fixture()
def given(tmp_path: Path) -> tuple[Path, Path]:
    package = detector(tmp_path / "boxes.zip")
    write_tiff(tmp_path / "cells.tif", colours(60, 70)[..., 1], "yx", Calibration())
    return package, tmp_path / "cells.tif"


def test_boxes_of_each_class_are_counted(given: tuple[Path, Path], tmp_path: Path) -> None:
    package, image = given
    words = ["predict", str(package), str(image), "--output", str(tmp_path / "out"), "--json"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    expected = predict(package, image)
    counts = expected.class_counts or {}
    (row,) = json.loads(done.stdout)["images"]
    assert row["counts"] == counts
    assert row["objects"] == sum(counts.values()) > 5
    counted = ", ".join(f"{name} {count}" for name, count in counts.items())
    assert f"cells: 5 files, {row['objects']} boxes ({counted}), " in done.stderr
    assert [Path(file).name for file in row["outputs"]][1:] == [
        "cells_rois.zip",
        "cells_table.csv",
        "cells_counts.csv",
        "cells_overlay.png",
    ]


def test_nothing_is_counted_where_a_package_gives_an_image() -> None:
    report = ImageReport("", (Path("a.tif"),), 0, None, 1, (), "engine")
    assert report.summary == "1 files"
    boxes = dataclasses.replace(report, noun="boxes", objects=3, counts={"rod": 1, "coccus": 2})
    assert boxes.summary == "1 files, 3 boxes (rod 1, coccus 2)"
    assert dataclasses.replace(boxes, noun="objects", counts=None).summary == "1 files, 3 objects"
