"""Packages that find boxes: scores, counts, tables, pictures, and what is refused."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from deepbacs_zoo.errors import DataError, DeepbacsZooError
from deepbacs_zoo.evaluation import evaluate, pairs_for, write
from deepbacs_zoo.evaluation.boxes.scoring import guess_counts, score_counts
from deepbacs_zoo.evaluation.overlay import (
    FALSE_NEGATIVE,
    FALSE_POSITIVE,
    TRUE_POSITIVE,
    WRONG_CLASS,
)
from deepbacs_zoo.evaluation.writing import as_dict
from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import predict
from tests.unit.evaluation.boxed import (
    SHAPE,
    A,
    B,
    C,
    three_box_pairs,
    training_box_pairs,
    write_box_pair,
    write_boxed_package,
)
from tests.unit.evaluation.painted import write_painted_package


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("boxes")


@pytest.fixture(scope="module")
def package_path(folder):
    return write_boxed_package(folder)


@pytest.fixture(scope="module")
def evaluation(folder, package_path):
    pairs = three_box_pairs(folder)
    return evaluate(package_path, pairs, training=training_box_pairs(folder), device="cpu")


def rows_of(path):
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def test_each_box_has_an_outcome(evaluation):
    outcomes = {
        row.name: [(each.outcome, each.name, each.found) for each in row.objects]
        for row in evaluation.model.rows
    }
    assert outcomes == {
        "all": [("true positive", "rod", "rod"), ("true positive", "coccus", "coccus")],
        "missed": [
            ("false negative", "rod", None),
            ("wrong class", "coccus", "rod"),
            ("true positive", "rod", "rod"),
        ],
        "extra": [("true positive", "rod", "rod"), ("false positive", None, "coccus")],
    }


def test_counts_at_the_score_of_the_package(evaluation):
    rows = evaluation.model.rows
    assert [row.true for row in rows] == [(1, 1, 0), (2, 1, 0), (1, 0, 0)]
    assert [row.found for row in rows] == [(1, 1, 0), (2, 0, 0), (1, 1, 0)]
    assert [(row.tp[1], row.fp[1], row.fn[1]) for row in rows] == [(2, 0, 0), (1, 1, 2), (1, 1, 0)]
    assert evaluation.model.points[1].f1.value == pytest.approx(4 / 6)


def test_each_class_counts_from_its_own_score(folder, tmp_path):
    package = write_boxed_package(tmp_path, score_threshold=[0.15, 0.6, 0.3])
    evaluation = evaluate(package, three_box_pairs(tmp_path), device="cpu", training=())
    rows = evaluation.model.rows
    assert [row.found for row in rows] == [(1, 1, 0), (3, 0, 0), (1, 0, 0)]
    assert [(row.tp[1], row.fp[1], row.fn[1]) for row in rows] == [(2, 0, 0), (2, 1, 1), (1, 0, 0)]
    assert evaluation.model.mean_ap[1].value == pytest.approx(
        evaluate(write_boxed_package(tmp_path, "one.zip"), three_box_pairs(tmp_path), device="cpu")
        .model.mean_ap[1]
        .value
    )
    assert evaluation.least_scores == "0.15 (rod), 0.6 (coccus), 0.3 (debris)"
    scores = as_dict(evaluation)
    assert scores["score_thresholds"] == {"rod": 0.15, "coccus": 0.6, "debris": 0.3}


def test_an_image_has_as_many_boxes_as_its_scores_speak_for(evaluation, tmp_path):
    # Roots of the scores of rods: 0.95; 0.45, 0.84, 0.77; 0.95.
    package = write_boxed_package(tmp_path, score_threshold=0.1, count_factor=[0.6, 0, 1])
    pairs = three_box_pairs(tmp_path)
    counted = evaluate(package, pairs, training=(), device="cpu")
    assert [row.found for row in counted.model.rows] == [(1, 1, 0), (1, 0, 0), (1, 1, 0)]
    predicted = [len(predict(package, pair.source).content.rows) for pair in pairs]
    assert [sum(row.found) for row in counted.model.rows] == predicted
    assert counted.model.mean_ap == evaluation.model.mean_ap
    assert counted.factors == "0.6 (rod), 1 (debris)"
    assert evaluation.factors == ""
    assert as_dict(counted)["count_factors"] == {"rod": 0.6, "coccus": 0, "debris": 1}


def test_average_precision_also_counts_boxes_of_a_low_score(evaluation):
    rod = evaluation.model.classes[0]
    assert rod.points[1].recall.value == pytest.approx(3 / 4)
    assert rod.curves[1].recall[-1] == pytest.approx(1), "the fourth one has a score of 0.2"
    assert rod.ap[1].low <= rod.ap[1].value <= rod.ap[1].high
    assert np.isnan(evaluation.model.classes[2].ap[0].value), "debris is nowhere"


def test_the_table_of_confusion_tells_what_was_found_for_what(evaluation):
    assert evaluation.model.confusion.tolist() == [
        [3, 0, 0, 1],
        [1, 1, 0, 0],
        [0, 0, 0, 0],
        [0, 1, 0, 0],
    ]


def test_headlines_stand_beside_the_baseline_and_the_guess(evaluation):
    lines = {line.name: line for line in evaluation.headlines()}
    assert list(lines)[:3] == ["mAP at IoU 0.5", "mAP at IoU 0.3", "mAP at IoU 0.5 to 0.95"]
    assert lines["mAP at IoU 0.5"].baseline is not None
    error = lines["count error of coccus"]
    assert (error.value, error.best) == (pytest.approx(2 / 3), "lowest")
    assert error.baseline == pytest.approx(1 / 3), "the median count of cocci is 1"
    assert "AP at IoU 0.5 of debris" not in lines
    assert "count error of debris" not in lines
    assert evaluation.baseline_name == "local threshold + watershed; for counts: constant guess"


def test_no_guess_is_better_than_the_best_one():
    true = np.random.default_rng(0).poisson(5, (40, 1))
    best = guess_counts(true, ["cell"]).classes[0]
    for number in range(12):
        other = score_counts("", "", true, np.full_like(true, number), ["cell"]).classes[0]
        assert best.error.value <= other.error.value
        assert best.exact.value >= other.exact.value


def test_the_files_are_written(evaluation, tmp_path):
    names = {str(path.relative_to(tmp_path)) for path in write(evaluation, tmp_path)}
    assert names == {
        "per_image.csv",
        "per_object.csv",
        "curves.csv",
        "confusion.csv",
        "scores.json",
        "overlays/all.png",
        "overlays/missed.png",
        "overlays/extra.png",
    }
    rows = rows_of(tmp_path / "per_image.csv")
    assert [row["found_rod"] for row in rows if row["method"] == "model"] == ["1", "2", "1"]
    miss = next(row for row in rows_of(tmp_path / "per_object.csv") if row["outcome"] == "miss")
    assert (miss["name"], miss["found"], miss["score"], miss["x1"]) == ("rod", "", "", "28.0000")
    assert {row["iou"] for row in rows_of(tmp_path / "curves.csv")} == {"0.3", "0.5"}
    scores = json.loads((tmp_path / "scores.json").read_text("utf-8"))
    assert scores["model"]["map"]["0.5"]["value"] == pytest.approx(0.702970297)
    assert scores["model"]["classes"]["debris"]["at_iou"]["0.5"]["ap"]["value"] is None
    assert scores["constant_guess"]["classes"]["rod"]["mean_absolute_error"]["value"] == (
        pytest.approx(1 / 3)
    )
    json.dumps(as_dict(evaluation), allow_nan=False)


def test_overlays_tell_the_outcomes_apart(evaluation, tmp_path):
    write(evaluation, tmp_path)
    with Image.open(tmp_path / "overlays" / "missed.png") as picture:
        pixels = np.asarray(picture)
    assert pixels.shape == (*SHAPE, 3)
    for (x0, y0, _, _), colour in ((A, FALSE_NEGATIVE), (B, WRONG_CLASS), (C, TRUE_POSITIVE)):
        assert tuple(pixels[y0, x0]) == colour
    with Image.open(tmp_path / "overlays" / "extra.png") as picture:
        assert picture.getpixel(A[:2]) == FALSE_POSITIVE


def test_without_training_images_the_guess_of_counts_is_the_only_baseline(package_path, tmp_path):
    pairs = three_box_pairs(tmp_path)[:2]
    few = evaluate(package_path, pairs, device="cpu")
    assert few.baseline is None
    assert few.baseline_name == "for counts: constant guess"
    assert [role for role, _, _ in few.baselines] == ["the baseline for counts"]
    assert few.model.mean_ap[0].low is None
    assert few.model.points[0].recall.low is None
    lines = {line.name: line.baseline for line in few.headlines()}
    assert lines["F1 at IoU 0.5"] is None
    assert lines["count error of rod"] is not None
    assert "baseline-left-out" in [each.id for each in few.findings]
    write(few, tmp_path / "out")


def test_an_image_without_any_box_counts(package_path, tmp_path):
    pairs = [write_box_pair(tmp_path, "empty", [], []), *three_box_pairs(tmp_path)]
    evaluation = evaluate(package_path, pairs, device="cpu")
    assert evaluation.model.rows[0].objects == ()
    assert evaluation.images == 4


def test_pairs_are_those_that_fit_the_package(package_path, tmp_path):
    three_box_pairs(tmp_path / "test")
    with open_package(package_path) as package:
        assert package.zoo_config.result == "boxes"
        assert [pair.name for pair in pairs_for(package, tmp_path)] == ["all", "extra", "missed"]
    with open_package(write_painted_package(tmp_path)) as package:
        assert package.zoo_config.result == "labels"
        with pytest.raises(DeepbacsZooError, match="boxes where label images were expected"):
            pairs_for(package, tmp_path)


def test_a_class_that_the_package_does_not_know_is_refused(package_path, tmp_path):
    pair = write_box_pair(tmp_path, "odd", [(A, "spirillum")], [])
    with pytest.raises(DataError, match="unknown class") as caught:
        evaluate(package_path, [pair], device="cpu")
    assert caught.value.value == "spirillum"
    assert caught.value.allowed == "rod, coccus, debris"


def test_label_images_are_boxes_of_a_package_with_one_class(tmp_path):
    import tifffile

    from deepbacs_zoo.annotations import Pair
    from tests.unit.evaluation.painted import cells

    pair = write_box_pair(tmp_path, "cells", [], [(A, "rod", 0.9)])
    labels = tmp_path / "cells_labels.tif"
    tifffile.imwrite(labels, cells((8, 8, 10, 20), shape=SHAPE).astype(np.uint16))
    package = write_boxed_package(tmp_path, classes=["rod"])
    with pytest.raises(DataError):
        evaluate(write_boxed_package(tmp_path, "three.zip"), [Pair("c", pair.source, labels)])
    evaluation = evaluate(package, [Pair("cells", pair.source, labels)], device="cpu")
    assert [each.outcome for each in evaluation.model.rows[0].objects] == ["true positive"]
