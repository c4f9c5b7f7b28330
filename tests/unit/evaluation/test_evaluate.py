import json
import math

import numpy as np
import pytest

from deepbacs_zoo.errors import DataError, UsageError
from deepbacs_zoo.evaluation import THRESHOLDS, evaluate
from deepbacs_zoo.evaluation.writing import as_dict
from tests.unit.evaluation.painted import (
    A,
    B,
    C,
    cells,
    three_pairs,
    training_pairs,
    write_painted_package,
    write_pair,
)


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scored")
    seen = []
    evaluation = evaluate(
        write_painted_package(folder),
        three_pairs(folder),
        device="cpu",
        training=training_pairs(folder),
        labels_complete=False,
        progress=lambda done, total: seen.append((done, total)),
    )
    return evaluation, seen


def test_each_image_has_a_row_with_its_counts(scored):
    evaluation, _ = scored
    rows = evaluation.model.rows
    assert [(row.name, row.n_true, row.n_pred) for row in rows] == [
        ("all", 3, 3),
        ("missed", 2, 1),
        ("extra", 1, 2),
    ]
    assert [(row.tp[0], row.fp[0], row.fn[0]) for row in rows] == [(3, 0, 0), (1, 0, 1), (1, 1, 0)]


def test_scores_follow_from_the_summed_counts(scored):
    evaluation, _ = scored
    at = evaluation.model.at(0.5)
    assert at.recall.value == pytest.approx(5 / 6)
    assert at.precision.value == pytest.approx(5 / 6)
    assert at.f1.value == pytest.approx(5 / 6)
    assert at.ap.value == pytest.approx(5 / 7)
    assert at.pq.value == pytest.approx(5 / 6, abs=1e-6), "all hits have an IoU of 1"
    assert evaluation.model.objects_per_label.value == pytest.approx(6 / 6)


def test_intervals_hold_the_score_and_are_the_same_every_time(scored, tmp_path):
    evaluation, _ = scored
    recall = evaluation.model.at(0.5).recall
    assert 0.5 <= recall.low <= recall.value <= recall.high <= 1.0
    again = evaluate(write_painted_package(tmp_path), three_pairs(tmp_path), device="cpu")
    assert again.model.at(0.5) == evaluation.model.at(0.5)


def test_two_images_have_no_interval(tmp_path):
    evaluation = evaluate(write_painted_package(tmp_path), three_pairs(tmp_path)[:2], device="cpu")
    assert evaluation.model.at(0.5).recall.low is None


def test_the_classes_are_those_painted(scored):
    evaluation, _ = scored
    first = evaluation.model.rows[0]
    assert first.class_iou == {
        "foreground": 1.0,
        "background": 1.0,
        "interior": 1.0,
        "boundary": 1.0,
    }
    assert evaluation.model.class_iou["interior"].value < 1.0, "one cell is missed"


def test_the_baseline_is_scored_on_the_same_images_and_says_what_it_is(scored):
    evaluation, _ = scored
    assert [row.name for row in evaluation.baseline.rows] == ["all", "missed", "extra"]
    assert evaluation.baseline.n_true == evaluation.model.n_true
    assert evaluation.baseline.method == "local threshold + watershed"
    assert "chosen by F1 on 2 training images with 4 objects" in evaluation.baseline.description
    assert evaluation.baselines == (
        ("the baseline", evaluation.baseline.method, evaluation.baseline.description),
    )


def test_engine_and_progress_are_reported(scored):
    evaluation, seen = scored
    assert evaluation.engine.startswith("onnxruntime")
    assert (evaluation.device, evaluation.weights_format) == ("cpu", "onnx")
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert not evaluation.labels_complete


def test_pictures_are_kept_up_to_the_number_asked_for(scored, tmp_path):
    evaluation, _ = scored
    assert [picture.name for picture in evaluation.previews] == ["all", "missed", "extra"]
    assert evaluation.previews[0].image.dtype == np.float32
    few = evaluate(
        write_painted_package(tmp_path),
        three_pairs(tmp_path),
        device="cpu",
        training=(),
        previews=1,
    )
    assert len(few.previews) == 1
    assert few.baseline is None
    assert few.findings == ()


def test_a_baseline_that_could_not_be_tuned_is_left_out_with_the_reason(tmp_path):
    found = evaluate(write_painted_package(tmp_path), three_pairs(tmp_path), device="cpu")
    assert found.baseline is None
    (finding,) = found.findings
    assert finding.id == "baseline-left-out"
    assert "no training images are known" in str(finding.what)


def test_headlines_show_model_and_baseline(scored):
    evaluation, _ = scored
    lines = {line.name: line for line in evaluation.headlines()}
    assert lines["recall at IoU 0.5"].value == pytest.approx(5 / 6)
    assert lines["recall at IoU 0.5"].baseline is not None
    assert lines["IoU of boundary"].baseline is None, "the baseline gives no classes"


def test_everything_becomes_json_without_nan(tmp_path):
    truth = cells(A, B)
    pairs = [write_pair(tmp_path, "nothing", truth, cells())]
    evaluation = evaluate(write_painted_package(tmp_path), pairs, device="cpu")
    assert math.isnan(evaluation.model.at(0.5).precision.value)
    text = json.dumps(as_dict(evaluation), allow_nan=False)
    scores = json.loads(text)["model"]["at_iou"]["0.5"]
    assert scores["precision"]["value"] is None
    assert scores["recall"]["value"] == 0.0
    assert set(json.loads(text)["model"]["at_iou"]) == {f"{value:g}" for value in THRESHOLDS}


def test_no_pairs_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="no image to score"):
        evaluate(write_painted_package(tmp_path), [])


def test_a_bad_pair_stops_the_evaluation(tmp_path):
    pairs = three_pairs(tmp_path)
    pairs[1].target.write_bytes(pairs[0].target.read_bytes()[:200])
    with pytest.raises(DataError):
        evaluate(write_painted_package(tmp_path), pairs, device="cpu")


def test_an_unknown_threshold_has_no_scores(scored):
    evaluation, _ = scored
    with pytest.raises(KeyError):
        evaluation.model.at(0.55)


def test_a_number_given_to_two_cells_is_reported(tmp_path):
    truth = cells(A, B, C)
    torn = np.where(truth == 2, 1, truth)
    package = write_painted_package(tmp_path)
    pair = write_pair(tmp_path, "torn", torn, truth)
    (finding,) = [
        finding
        for finding in evaluate(package, [pair], device="cpu").findings
        if finding.id == "label-in-parts"
    ]
    assert finding.where == str(pair.target)
