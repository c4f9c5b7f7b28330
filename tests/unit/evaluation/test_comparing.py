"""Several packages on the same images: one table, the best one marked, a folder for each."""

import csv
import json

import pytest

from deepbacs_zoo.errors import OutputExistsError, UsageError
from deepbacs_zoo.evaluation import compare, evaluate, write_comparison
from deepbacs_zoo.evaluation.comparison import SECONDS, _row, distinct_names
from deepbacs_zoo.evaluation.writing import comparison_as_dict
from tests.unit.evaluation.boxed import (
    CLASSES,
    three_box_pairs,
    training_box_pairs,
    write_boxed_package,
)
from tests.unit.evaluation.painted import DECODE, three_pairs, training_pairs, write_painted_package


def strict(folder):
    """A package that drops small objects: A has 96 pixels, B 128, C 160."""
    config = {"deepbacs_zoo": {"schema_version": 1, "decode": DECODE | {"min_size": 100}}}
    return write_painted_package(folder, config, "strict.zip")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("compared")


@pytest.fixture(scope="module")
def comparison(folder):
    seen = []
    found = compare(
        [write_painted_package(folder), strict(folder)],
        three_pairs(folder),
        training=training_pairs(folder),
        progress=lambda *args: seen.append(args),
    )
    assert seen == [(name, done, 3) for name in ("painted", "strict") for done in (1, 2, 3)]
    return found


def test_models_are_named_after_their_files_and_have_their_own_scores(comparison, folder):
    assert list(comparison.evaluations) == ["painted", "strict"]
    alone = evaluate(folder / "strict.zip", three_pairs(folder), device="cpu")
    assert comparison.evaluations["strict"].model.at(0.5) == alone.model.at(0.5)


def test_the_best_value_of_each_score_is_marked(comparison):
    rows = {row.name: row for row in comparison.rows()}
    assert rows["recall at IoU 0.5"].winners == (True, False)
    assert rows["predicted objects per label"].winners == (True, False)
    assert rows["IoU of background"].winners == (False, False), "equal values have no winner"
    assert rows[SECONDS].best == "lowest"
    assert list(rows)[-1] == SECONDS


def test_the_baseline_is_computed_once_and_shared(comparison, folder, monkeypatch):
    first, second = comparison.evaluations.values()
    assert first.baseline is second.baseline
    assert {row.baseline is not None for row in comparison.rows()} == {True, False}
    without = compare(
        [folder / "painted.zip", folder / "strict.zip"],
        three_pairs(folder),
        training=(),
    )
    assert all(row.baseline is None for row in without.rows())


def test_one_table_one_json_file_and_a_folder_for_each(comparison, tmp_path):
    paths = write_comparison(comparison, tmp_path)
    names = {str(path.relative_to(tmp_path)) for path in paths}
    assert {"comparison.csv", "comparison.json", "painted/scores.json"} <= names
    assert "strict/per_object.csv" in names
    table = list(csv.DictReader((tmp_path / "comparison.csv").read_text("utf-8").splitlines()))
    recall = {row["model"]: row for row in table if row["score"] == "recall at IoU 0.5"}
    assert list(recall) == ["painted", "strict", "baseline"]
    assert [row["best"] for row in recall.values()] == ["yes", "", ""]
    assert float(recall["painted"]["low"]) <= float(recall["painted"]["value"])
    content = json.loads((tmp_path / "comparison.json").read_text("utf-8"))
    assert content["scores"]["recall at IoU 0.5"]["models"]["painted"]["best"] is True
    json.dumps(comparison_as_dict(comparison), allow_nan=False)
    with pytest.raises(OutputExistsError, match=r"comparison\.csv"):
        write_comparison(comparison, tmp_path)
    write_comparison(comparison, tmp_path, overwrite=True)


def test_a_folder_of_a_model_is_not_written_into_unasked(comparison, tmp_path):
    (tmp_path / "strict").mkdir()
    with pytest.raises(OutputExistsError, match="strict"):
        write_comparison(comparison, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["strict"]


def test_boxes_are_compared_with_boxes(tmp_path):
    packages = [
        write_boxed_package(tmp_path),
        write_boxed_package(tmp_path, "shy.zip", score_threshold=0.65),
    ]
    comparison = compare(packages, three_box_pairs(tmp_path))
    rows = {row.name: row for row in comparison.rows()}
    assert rows["recall at IoU 0.5"].winners == (True, False)
    assert rows["mAP at IoU 0.5"].winners == (False, False), "the score does not change the curve"
    bold, shy = comparison.evaluations.values()
    assert bold.constant is shy.constant
    write_comparison(comparison, tmp_path / "out")


def test_classes_in_another_order_have_their_own_baseline(tmp_path):
    other = write_boxed_package(tmp_path, "other.zip", classes=[*reversed(CLASSES)])
    comparison = compare(
        [write_boxed_package(tmp_path), other],
        three_box_pairs(tmp_path),
        training=training_box_pairs(tmp_path),
    )
    first, second = comparison.evaluations.values()
    assert first.baseline is not second.baseline
    assert second.classes == tuple(reversed(CLASSES))


def test_boxes_and_label_images_are_not_compared(tmp_path):
    packages = [write_painted_package(tmp_path), write_boxed_package(tmp_path)]
    with pytest.raises(UsageError, match="no annotation fits both") as caught:
        compare(packages, three_pairs(tmp_path))
    assert caught.value.where == str(packages[1])
    assert str(packages[0]) in caught.value.what


def test_packages_of_one_name_are_distinguished_by_their_folders(tmp_path):
    paths = [tmp_path / "a" / "model.zip", tmp_path / "b" / "model.zip", tmp_path / "other"]
    assert list(distinct_names(paths)) == ["a_model", "b_model", "other"]
    with pytest.raises(UsageError, match="same names"):
        distinct_names([paths[0], paths[0]])


def test_a_score_that_a_model_lacks_is_undefined_and_never_best():
    from deepbacs_zoo.evaluation.base import Headline

    row = _row("IoU of interior", [None, Headline("IoU of interior", 0.4)])
    assert row.winners == (False, True)
    assert row.values[0].value != row.values[0].value
