"""Kinds of results are rows of tables with the same keys, and a new one needs no other file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from deepbacs_zoo.annotations.kinds import KINDS as ANNOTATIONS
from deepbacs_zoo.decoding.kinds import KINDS as DECODERS
from deepbacs_zoo.decoding.kinds import Decoded
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images import read_image, write_tiff
from deepbacs_zoo.images.image import Calibration
from deepbacs_zoo.package.zoo_config.decoding import KINDS as SETTINGS
from deepbacs_zoo.prediction.fake import FakePredictor
from deepbacs_zoo.results import planned_outputs, read_outputs, save
from deepbacs_zoo.results.kinds import KINDS as RESULTS
from deepbacs_zoo.results.kinds import ResultKind
from deepbacs_zoo.results.overlay import canvas
from deepbacs_zoo.results.table import lines, write_text
from deepbacs_zoo.results.types import Boxes, Content, Labels, NoObjects
from tests.unit.prediction.samples import fake

KEYS = {"labels", "boxes", "image"}
TABLES = {"annotations": ANNOTATIONS, "decoding": DECODERS, "results": RESULTS}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_all_tables_have_the_same_keys(table):
    assert set(table) == KEYS


def test_every_content_and_every_decoding_names_a_kind():
    assert {content.kind for content in (Labels, Boxes, NoObjects)} == KEYS
    assert {settings.result for settings in SETTINGS.values()} <= KEYS


@dataclass(frozen=True)
class BrightestPixels:
    """A made-up decoding: the place of the brightest pixel of each channel."""

    kind: ClassVar[str] = "brightest"
    result: ClassVar[str] = "points"

    output: str

    def as_config(self):
        return {"kind": self.kind, "output": self.output}


@dataclass(frozen=True)
class Points(Content):
    """A made-up content."""

    kind: ClassVar[str] = "points"

    places: tuple[tuple[float, float], ...]

    @property
    def n_objects(self):
        return len(self.places)


def decode(settings, array, size):
    flat = array[0, 0].reshape(array.shape[2], -1).argmax(axis=1)
    return Decoded([divmod(int(place), array.shape[4]) for place in flat])


def content(settings, found, size, seen, calibration):
    factors = size["y"] / seen["y"], size["x"] / seen["x"]
    return Points(tuple((y * factors[0], x * factors[1]) for y, x in found))


def table(found):
    return lines([("y", "x"), *found.places])


def read(paths, calibration):
    rows = [line.split(",") for line in paths[0].read_text().splitlines()[1:]]
    return Points(tuple((float(y), float(x)) for y, x in rows))


POINTS = ResultKind(
    files=("points.csv",),
    content=content,
    writers=lambda found, result: {"points.csv": lambda path: write_text(path, table(found))},
    read=read,
    table=table,
    draw=lambda preview, found: canvas(preview),
)


@pytest.fixture()
def made_up(monkeypatch):
    """A kind of result that is known to the tables alone."""
    monkeypatch.setitem(SETTINGS, "brightest", BrightestPixels)
    monkeypatch.setitem(DECODERS, "points", decode)
    monkeypatch.setitem(RESULTS, "points", POINTS)


def test_a_made_up_kind_is_predicted_saved_and_read_back(made_up, tmp_path):
    package, _ = fake(lambda x: x, decode={"kind": "brightest", "output": "out"})
    plane = np.zeros((40, 50), np.uint16)
    plane[7, 31] = 900
    write_tiff(tmp_path / "spot.tif", plane, "yx", Calibration())
    with FakePredictor(package, lambda tensors: [tensors["raw"]]) as predictor:
        result = predictor.predict(tmp_path / "spot.tif")
    assert result.content == Points(((7.0, 31.0),))
    assert (result.n_objects, result.labels, result.boxes) == (1, None, None)
    written = save(result, tmp_path / "results")
    assert written == planned_outputs(package, "spot", tmp_path / "results")
    assert [path.name for path in written] == ["spot_out.tif", "spot_points.csv"]
    tensors, found = read_outputs(package, "spot", tmp_path / "results", result.calibration)
    assert found == result.content
    assert np.array_equal(tensors["out"].array, result.tensors["out"].array)
    drawn = RESULTS[found.kind].draw(result.preview, found)
    assert (drawn.shape, drawn.dtype) == ((40, 50, 3), np.uint8)


def test_an_image_is_predicted_saved_and_read_back(tmp_path):
    package, _ = fake(lambda x: x * 2)
    plane = np.arange(40 * 50, dtype=np.uint16).reshape(40, 50)
    write_tiff(tmp_path / "a.tif", plane, "yx", Calibration(0.1, 0.1, None, "µm"))
    with FakePredictor(package, lambda tensors: [tensors["raw"] * 2]) as predictor:
        result = predictor.predict(tmp_path / "a.tif")
    assert result.content == NoObjects()
    assert [path.name for path in save(result, tmp_path)] == ["a_out.tif"]
    tensors, found = read_outputs(package, "a", tmp_path, result.calibration)
    assert found == NoObjects()
    np.testing.assert_array_equal(tensors["out"].array[0, 0, 0], plane * 2)
    assert tensors["out"].calibration.x == pytest.approx(0.1)


def test_a_target_image_is_the_ground_truth_of_an_image(tmp_path):
    row = ANNOTATIONS["image"]
    for folder, size in (("source", (30, 40)), ("target", (30, 40))):
        (tmp_path / folder).mkdir()
        write_tiff(tmp_path / folder / "a.tif", np.ones(size, np.float32), "yx", Calibration())
    (pair,) = row.match_pairs(*row.find_folders(tmp_path, None))
    image = read_image(pair.source)
    assert row.read(pair, image, None).data.shape == (1, 1, 1, 30, 40)
    write_tiff(pair.target, np.ones((30, 41), np.float32), "yx", Calibration())
    with pytest.raises(DataError, match=r"size is not that of a\.tif.*x 41 against"):
        row.read(pair, image, None)
