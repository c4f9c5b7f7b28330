"""Scores on images without objects, on movies, and with masks of every kind."""

import json
import math

import numpy as np
import tifffile

from deepbacs_zoo.annotations import LabelOptions, Pair
from deepbacs_zoo.annotations.labels.classes import true_classes
from deepbacs_zoo.evaluation import evaluate, write
from deepbacs_zoo.reports import write_evaluation
from tests.unit.evaluation.painted import A, B, C, cells, write_painted_package, write_pair


def test_images_without_objects_count_what_is_found_in_them(tmp_path):
    package = write_painted_package(tmp_path)
    pairs = [
        write_pair(tmp_path, "both", cells(A, B), cells(A, B)),
        write_pair(tmp_path, "nothing", cells(), cells()),
        write_pair(tmp_path, "found", cells(), cells(A, C)),
    ]
    evaluation = evaluate(package, pairs, device="cpu")
    rows = [(r.n_true, r.n_pred, r.tp[0], r.fp[0], r.fn[0]) for r in evaluation.model.rows]
    assert rows == [(2, 2, 2, 0, 0), (0, 0, 0, 0, 0), (0, 2, 0, 2, 0)]
    half = evaluation.model.at(0.5)
    assert (half.recall.value, half.precision.value) == (1.0, 0.5)
    (finding,) = [each for each in evaluation.findings if each.id == "image-without-object"]
    assert "2 of 3 files" in finding.sentence()


def test_scores_of_no_object_at_all_are_not_defined(tmp_path):
    package = write_painted_package(tmp_path)
    pairs = [write_pair(tmp_path, name, cells(), cells()) for name in "ab"]
    evaluation = evaluate(package, pairs, device="cpu")
    half = evaluation.model.at(0.5)
    assert all(math.isnan(each.value) for each in (half.f1, half.recall, half.precision))
    write(evaluation, tmp_path / "out")
    scores = json.loads((tmp_path / "out" / "scores.json").read_text("utf-8"))
    assert scores["model"]["at_iou"]["0.5"]["f1"]["value"] is None
    assert scores["model"]["labelled_objects"] == 0
    page = write_evaluation(evaluation, tmp_path / "out" / "report.html").read_text("utf-8")
    assert "2 of 2 files" in page
    assert "there is no object in it" in page


def test_a_movie_is_scored_frame_by_frame(tmp_path):
    package = write_painted_package(tmp_path)
    truth = np.stack([cells(A, B), cells(B), cells(A, C)])
    painted = np.stack([cells(A, B), cells(B, C), cells(A)])
    for part, array in (
        ("source", np.stack([true_classes(plane) for plane in painted]).astype(np.float32)),
        ("target", truth.astype(np.uint16)),
    ):
        path = tmp_path / f"{part}.tif"
        tifffile.imwrite(path, array, imagej=True, metadata={"axes": "TYX"})
    done = []
    evaluation = evaluate(
        package,
        [Pair("movie", tmp_path / "source.tif", tmp_path / "target.tif")],
        device="cpu",
        progress=lambda *counts: done.append(counts),
    )
    assert [row.name for row in evaluation.model.rows] == ["movie_t001", "movie_t002", "movie_t003"]
    assert [(r.tp[0], r.fp[0], r.fn[0]) for r in evaluation.model.rows] == [
        (2, 0, 0),
        (1, 1, 0),
        (1, 0, 1),
    ]
    assert [preview.name for preview in evaluation.previews] == [
        row.name for row in evaluation.model.rows
    ]
    assert done == [(1, 1), (2, 2), (3, 3)]


def test_masks_of_0_and_1_have_the_scores_of_those_of_0_and_255(tmp_path):
    package = write_painted_package(tmp_path)
    truth, painted = cells(A, B, C), cells(A, B)
    scores = []
    for value in (1, 255):
        pair = write_pair(tmp_path, f"mask{value}", (truth > 0) * value, painted)
        scores.append(evaluate(package, [pair], device="cpu").model.rows[0])
    assert scores[0].tp == scores[1].tp == (2,) * 5
    assert scores[0].fn == scores[1].fn == (1,) * 5


def test_the_meaning_of_values_can_be_said(tmp_path):
    package = write_painted_package(tmp_path)
    pair = write_pair(tmp_path, "mask", cells(A, B, C) > 0, cells(A, B, C))
    evaluation = evaluate(package, [pair], device="cpu", labels=LabelOptions("labels"))
    assert evaluation.n_true == 1
