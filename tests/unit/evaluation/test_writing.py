import csv
import json

import pytest
from PIL import Image

from deepbacs_zoo.errors import OutputExistsError
from deepbacs_zoo.evaluation import evaluate, write
from tests.unit.evaluation.painted import three_pairs, training_pairs, write_painted_package


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    training = training_pairs(folder)
    pairs = three_pairs(folder)
    return evaluate(write_painted_package(folder), pairs, training=training, device="cpu")


def test_the_named_files_are_written(evaluation, tmp_path):
    paths = write(evaluation, tmp_path / "scores")
    assert {str(path.relative_to(tmp_path / "scores")) for path in paths} == {
        "per_image.csv",
        "per_object.csv",
        "scores.json",
        "overlays/all.png",
        "overlays/missed.png",
        "overlays/extra.png",
    }
    assert all(path.is_file() for path in paths)


def test_the_table_has_one_row_per_image_and_method(evaluation, tmp_path):
    write(evaluation, tmp_path)
    text = (tmp_path / "per_image.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert [(row["image"], row["method"]) for row in rows] == [
        (name, method) for method in ("model", "baseline") for name in ("all", "missed", "extra")
    ]
    assert (rows[1]["tp_0.5"], rows[1]["fp_0.5"], rows[1]["fn_0.5"]) == ("1", "0", "1")
    assert rows[0]["iou_boundary"] == "1.000000"
    assert rows[3]["iou_boundary"] == ""


def test_every_labelled_object_and_every_false_find_has_a_row(evaluation, tmp_path):
    write(evaluation, tmp_path)
    text = (tmp_path / "per_object.csv").read_text("utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["method"] == "model"]
    assert [(row["image"], row["outcome"]) for row in rows] == [
        *[("all", "hit")] * 3,
        ("missed", "hit"),
        ("missed", "miss"),
        ("extra", "hit"),
        ("extra", "false find"),
    ]
    hit, miss, false = rows[3], rows[4], rows[6]
    assert (hit["label"], hit["found"], hit["iou"], hit["area"]) == ("1", "1", "1.0000", "96")
    assert (hit["x"], hit["y"]) == ("8.0000", "10.0000"), "the centre of pixels 4 to 12, 4 to 16"
    assert (miss["label"], miss["found"], miss["iou"], miss["found_area"]) == (
        "2",
        "",
        "0.0000",
        "",
    )
    assert (false["label"], false["found"], false["area"], false["found_area"]) == (
        "", "2", "", "160",
    )  # fmt: skip


def test_the_json_holds_scores_with_intervals(evaluation, tmp_path):
    write(evaluation, tmp_path)
    scores = json.loads((tmp_path / "scores.json").read_text("utf-8"))
    assert scores["model"]["at_iou"]["0.5"]["recall"]["value"] == pytest.approx(5 / 6)
    assert scores["model"]["labelled_objects"] == 6
    assert scores["baseline"]["method"] == "local threshold + watershed"


def test_overlays_have_the_size_of_the_image(evaluation, tmp_path):
    write(evaluation, tmp_path)
    with Image.open(tmp_path / "overlays" / "all.png") as picture:
        assert picture.size == (64, 48)


def test_nothing_is_overwritten_unasked_and_nothing_half_written(evaluation, tmp_path):
    (tmp_path / "scores.json").write_text("mine", "utf-8")
    with pytest.raises(OutputExistsError):
        write(evaluation, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["scores.json"]
    write(evaluation, tmp_path, overwrite=True)
    assert (tmp_path / "scores.json").read_text("utf-8") != "mine"
