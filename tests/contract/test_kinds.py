"""Kinds of results are rows of tables with the same keys, and a new one needs no other file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pytest

from deepbacs_zoo.annotations import Annotated, LabelOptions, Pair
from deepbacs_zoo.annotations.kinds import KINDS as ANNOTATIONS
from deepbacs_zoo.annotations.kinds import AnnotationKind
from deepbacs_zoo.decoding.kinds import KINDS as DECODERS
from deepbacs_zoo.decoding.kinds import Decoded
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.evaluation import KINDS as EVALUATIONS
from deepbacs_zoo.evaluation import (
    Comparison,
    EvaluationKind,
    EvaluationResult,
    Evaluator,
    Headline,
    compare_outputs,
    evaluate,
    pairs_for,
    write,
    write_comparison,
)
from deepbacs_zoo.evaluation.output_types import Agreement, Counted, OutputFiles
from deepbacs_zoo.exporting.kinds import KINDS as EXPORTS
from deepbacs_zoo.images import read_image, write_tiff
from deepbacs_zoo.images.image import Calibration
from deepbacs_zoo.package.zoo_config.decoding import KINDS as SETTINGS
from deepbacs_zoo.prediction.fake import FakePredictor
from deepbacs_zoo.reports import Fact, KeyFigure, write_comparison_pages, write_evaluation
from deepbacs_zoo.reports.kinds import KINDS as REPORTS
from deepbacs_zoo.reports.kinds import ReportKind
from deepbacs_zoo.results import planned_outputs, read_outputs, save
from deepbacs_zoo.results.kinds import KINDS as RESULTS
from deepbacs_zoo.results.kinds import ResultKind
from deepbacs_zoo.results.overlay import canvas
from deepbacs_zoo.results.table import lines, write_text
from deepbacs_zoo.results.types import Boxes, Content, Labels, NoObjects
from deepbacs_zoo.training.kinds import KINDS as TRAINING
from tests.unit.prediction.samples import fake

KEYS = {"labels", "boxes", "image"}
TABLES = {
    "annotations": ANNOTATIONS,
    "decoding": DECODERS,
    "results": RESULTS,
    "evaluation": EVALUATIONS,
    "reports": REPORTS,
    "exporting": EXPORTS,
    "training": TRAINING,
}


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
    noun="points",
    files=("points.csv",),
    content=content,
    writers=lambda found, result: {"points.csv": lambda path: write_text(path, table(found))},
    read=read,
    table=table,
    draw=lambda preview, found: canvas(preview),
)


@dataclass(frozen=True)
class PointScores:
    """Scores of a made-up kind."""

    method: str
    description: str
    rows: tuple[tuple[str, float], ...]
    seconds: float = 0.0


@dataclass(frozen=True, eq=False)
class PointEvaluation(EvaluationResult[PointScores, str]):
    """Distance of each point to its true place."""

    kind: ClassVar[str] = "points"

    @property
    def ground_truth(self):
        return "one true point each"

    def headlines(self):
        distance = sum(distance for _, distance in self.model.rows) / self.images
        return (Headline("distance in pixels", distance, best="lowest"),)


@dataclass
class PointEvaluator(Evaluator):
    """Measures distances."""

    rows: list = field(default_factory=list)

    def add(self, annotated, predict):
        name = annotated.pair.name
        result, _, _ = predict(annotated.image, None)
        (place,) = result.content.places
        self.rows.append((name, float(np.hypot(*np.subtract(place, annotated.annotation)))))
        self.keep(lambda: name, result.findings)

    def result(self, package, engine, *, labels_complete):
        scores = PointScores("model", package, tuple(self.rows))
        return PointEvaluation(**self.common(package, engine, labels_complete), model=scores)


def read_truth(pairs, classes, options):
    for pair in pairs:
        place = tuple(float(word) for word in pair.target.read_text("utf-8").split(","))
        yield Annotated(pair, read_image(pair.source), place)


def count(folder, image):
    path = folder / f"{image}_points.csv"
    return Counted(len(read([path], None).places)) if path.exists() else None


ANNOTATED_POINTS = AnnotationKind(
    find_folders=lambda data, part: (data / "source", data / "target"),
    match_pairs=lambda source, target: tuple(
        Pair(path.stem, path, target / f"{path.stem}.csv") for path in sorted(source.iterdir())
    ),
    read=read_truth,
)
EVALUATED_POINTS = EvaluationKind(
    noun="points",
    evaluator=PointEvaluator,
    result=PointEvaluation,
    tables=lambda found: {"per_image.csv": lines([("image", "distance"), *found.model.rows])},
    scores=lambda found: {"model": {"distances": dict(found.model.rows)}},
    overlays=lambda found: {name: np.zeros((4, 4), np.uint8) for name in found.previews},
    files=OutputFiles(
        count,
        lambda folder, image: read([folder / f"{image}_points.csv"], None).places,
        lambda one, other: Agreement(len(one), len(other), len({*one} & {*other})),
    ),
    tuning=None,
)
REPORTED_POINTS = ReportKind(
    figures=lambda found: (KeyFigure("Distance", f"{found.headlines()[0].value:.1f} px"),),
    facts=lambda found: (Fact("Points", str(found.images)),),
    sections=lambda found: f'<section id="points">{len(found.model.rows)} distances</section>',
    charts=lambda every: (),
    side_by_side=lambda every: f"<p>{len(every)} models side by side</p>",
)


@pytest.fixture()
def made_up(monkeypatch):
    """A kind of result that is known to the tables alone."""
    monkeypatch.setitem(SETTINGS, "brightest", BrightestPixels)
    monkeypatch.setitem(DECODERS, "points", decode)
    monkeypatch.setitem(RESULTS, "points", POINTS)
    monkeypatch.setitem(ANNOTATIONS, "points", ANNOTATED_POINTS)
    monkeypatch.setitem(EVALUATIONS, "points", EVALUATED_POINTS)
    monkeypatch.setitem(REPORTS, "points", REPORTED_POINTS)


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


def write_spots(folder, **places):
    """Images with one bright pixel each, and their true places."""
    for part in ("source", "target"):
        (folder / part).mkdir()
    for name, (y, x) in places.items():
        plane = np.zeros((40, 50), np.uint16)
        plane[y, x] = 900
        write_tiff(folder / "source" / f"{name}.tif", plane, "yx", Calibration())
        (folder / "target" / f"{name}.csv").write_text(f"{y},{x + 3}\n", "utf-8")


def test_a_made_up_kind_is_evaluated_and_reported(made_up, tmp_path):
    package, _ = fake(lambda x: x, decode={"kind": "brightest", "output": "out"})
    write_spots(tmp_path, one=(7, 31), two=(20, 4))
    pairs = pairs_for(package, tmp_path)
    with FakePredictor(package, lambda tensors: [tensors["raw"]]) as predictor:
        evaluation = evaluate(predictor, pairs)
    assert (evaluation.images, evaluation.headlines()[0].value) == (2, 3.0)
    written = write(evaluation, tmp_path / "out")
    assert {path.name for path in written} == {"per_image.csv", "scores.json", "one.png", "two.png"}
    text = write_evaluation(evaluation, tmp_path / "out" / "report.html").read_text("utf-8")
    for words in ("2 images with one true point each", "3.0 px", '<section id="points">'):
        assert words in text
    comparison = Comparison({"a": evaluation, "b": evaluation})
    write_comparison(comparison, tmp_path / "compared")
    page = write_comparison_pages(comparison, tmp_path / "compared")
    assert "<p>2 models side by side</p>" in page.read_text("utf-8")


def test_outputs_of_a_made_up_kind_are_compared(made_up, tmp_path):
    package, _ = fake(lambda x: x, decode={"kind": "brightest", "output": "out"})
    write_spots(tmp_path, one=(7, 31))
    with FakePredictor(package, lambda tensors: [tensors["raw"]]) as predictor:
        result = predictor.predict(tmp_path / "source" / "one.tif")
    folders = {name: tmp_path / name for name in "ab"}
    for folder in folders.values():
        save(result, folder)
    found = compare_outputs(folders, dict.fromkeys(folders, "points"), ["one", "missing"])
    assert [row.objects for row in found.rows] == [1, 1, None, None]
    assert found.agreement("one", "a", "b") == Agreement(1, 1, 1)


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
    pairs = row.match_pairs(*row.find_folders(tmp_path, None))
    (found,) = row.read(pairs, None, LabelOptions())
    assert found.annotation.data.shape == (1, 1, 1, 30, 40)
    write_tiff(pairs[0].target, np.ones((30, 41), np.float32), "yx", Calibration())
    with pytest.raises(DataError, match=r"size is not that of a\.tif.*x 41 against"):
        list(row.read(pairs, None, LabelOptions()))
