"""``evaluate`` and ``predict`` with one model, and with a list of them."""

import csv
import json
import shutil

import numpy as np
import pytest
import tifffile
from typer.testing import CliRunner

from deepbacs_zoo.cli.main import app
from deepbacs_zoo.cli.predict_images import split_words
from deepbacs_zoo.errors import OutputExistsError, UsageError
from tests.unit.evaluation.boxed import A, B, three_box_pairs, write_box_pair, write_boxed_package
from tests.unit.evaluation.painted import three_pairs, training_pairs, write_painted_package
from tests.unit.evaluation.test_comparing import strict


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """Two packages that give labels, and images."""
    folder = tmp_path_factory.mktemp("given")
    write_painted_package(folder)
    strict(folder)
    three_pairs(folder / "data" / "test")
    return folder


def read(path):
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def test_one_package_writes_its_files_into_the_output_itself(given, tmp_path):
    words = ["evaluate", given / "painted.zip", "--data", given / "data", "--output"]
    done = run(*words, tmp_path / "one")
    assert done.exit_code == 0, done.output
    assert "the classical method is left out: no training images are known" in done.stderr
    table = [line.split("  ")[0] for line in done.stdout.splitlines()]
    assert {"F1 at IoU 0.5", "share of merged objects", "share of split objects"} <= set(table)
    assert isinstance(run(*words, tmp_path / "one").exception, OutputExistsError)
    assert {path.name for path in (tmp_path / "one").iterdir()} == {
        "per_image.csv",
        "per_object.csv",
        "scores.json",
        "overlays",
        "report.html",
    }


def test_the_baseline_is_tuned_on_the_named_training_images(given, tmp_path):
    training_pairs(tmp_path)
    words = ["evaluate", given / "painted.zip", "--data", given / "data", "--training", tmp_path]
    done = run(*words, "--output", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "left out" not in done.stderr
    assert done.stdout.splitlines()[0].split() == ["score", "painted", "baseline"]
    assert "chosen by F1 on 2 training images with 4 objects" in done.stdout
    report = json.loads((tmp_path / "out" / "scores.json").read_text("utf-8"))
    assert report["baseline"]["at_iou"]["0.5"]["f1"]["value"] > 0


def test_several_packages_are_evaluated_into_one_table(given, tmp_path):
    words = ["evaluate", given / "painted.zip", given / "strict.zip", "--data", given / "data"]
    done = run(*words, "--output", tmp_path / "out")
    assert done.exit_code == 0, done.output
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"comparison.csv", "comparison.json", "comparison.html", "painted", "strict"}
    assert (tmp_path / "out" / "strict" / "report.html").is_file()
    assert "comparison.html" in done.stderr
    again = run(*words, "--output", tmp_path / "out")
    assert isinstance(again.exception, OutputExistsError)


def test_a_package_that_kind_of_is_evaluated_with_boxes(tmp_path):
    three_box_pairs(tmp_path / "data")
    package = write_boxed_package(tmp_path)
    done = run("evaluate", package, "--data", tmp_path / "data", "--output", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "confusion.csv").is_file()


def test_boxes_and_labels_are_not_evaluated_together(given, tmp_path):
    package = write_boxed_package(tmp_path)
    words = ["evaluate", package, given / "strict.zip", "--data", given / "data"]
    done = run(*words, "--output", tmp_path / "out")
    assert isinstance(done.exception, UsageError)
    assert "no annotation fits both" in str(done.exception)
    assert str(package) in str(done.exception)
    assert str(given / "strict.zip") in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_several_packages_predict_into_a_folder_each_and_one_table(given, tmp_path):
    source = given / "data" / "test" / "source"
    words = ["predict", given / "painted.zip", given / "strict.zip", source, "--output"]
    done = run(*words, tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "strict" / "missed_labels.tif").is_file()
    rows = {(row["image"], row["model"]): row for row in read(tmp_path / "out" / "comparison.csv")}
    assert len(rows) == 6
    assert (rows["all", "painted"]["objects"], rows["all", "strict"]["objects"]) == ("3", "2")
    assert rows["all", "painted"]["same as strict"] == "0.800"
    assert rows["all", "painted"]["same as painted"] == ""
    assert rows["missed", "strict"]["same as painted"] == "0.000"
    assert rows["extra", "strict"]["same as painted"] == "1.000"
    assert float(rows["all", "painted"]["seconds"]) > 0
    last = done.stdout.splitlines()[-1].split()
    assert last[:3] == ["(all)", "strict", "4"]


def test_a_run_that_was_broken_off_goes_on(given, tmp_path):
    image = given / "data" / "test" / "source" / "all.tif"
    first = run("predict", given / "painted.zip", image, "--output", tmp_path / "out" / "painted")
    assert first.exit_code == 0
    words = ["predict", given / "painted.zip", given / "strict.zip", image, "--json", "--output"]
    done = run(*words, tmp_path / "out")
    assert done.exit_code == 0, done.output
    content = json.loads(done.stdout)
    assert [len(model["images"]) for model in content["models"]] == [0, 1]
    painted, other = content["comparison"]["images"]
    assert (painted["objects"], painted["seconds"]) == (3, None)
    assert other["agreement"]["painted"] == {"share": 0.8, "matched": 2}
    again = run(*words, tmp_path / "out")
    assert isinstance(again.exception, OutputExistsError)
    assert run(*words, tmp_path / "out", "--overwrite").exit_code == 0


def test_an_image_that_one_model_cannot_take_is_empty_in_the_table(given, tmp_path):
    bad = tmp_path / "images" / "bad.tif"
    bad.parent.mkdir()
    tifffile.imwrite(bad, np.zeros((2, 40, 40), np.float32), imagej=True, metadata={"axes": "CYX"})
    shutil.copy(given / "data" / "test" / "source" / "all.tif", bad.parent)
    words = ["predict", given / "painted.zip", given / "strict.zip", bad.parent, "--output"]
    done = run(*words, tmp_path / "out")
    assert done.exit_code == 1
    assert "Error: painted: " in done.stderr
    rows = {(row["image"], row["model"]): row for row in read(tmp_path / "out" / "comparison.csv")}
    assert rows["bad", "strict"]["objects"] == ""
    assert rows["all", "strict"]["objects"] == "2"


def test_boxes_are_counted_and_compared_by_class(tmp_path):
    pair = write_box_pair(tmp_path, "cells", [], [(A, "rod", 0.9), (B, "coccus", 0.4)])
    bold = write_boxed_package(tmp_path, "bold.zip")
    shy = write_boxed_package(tmp_path, "shy.zip", score_threshold=0.5)
    labels = write_painted_package(tmp_path)
    done = run("predict", bold, shy, labels, pair.source, "--output", tmp_path / "out")
    assert done.exit_code == 0, done.output
    rows = {row["model"]: row for row in read(tmp_path / "out" / "comparison.csv")}
    assert [rows["bold"][name] for name in ("rod", "coccus", "debris")] == ["1", "1", "0"]
    assert [rows["shy"][name] for name in ("rod", "coccus", "debris")] == ["1", "0", "0"]
    assert rows["bold"]["same as shy"] == "0.667"
    assert rows["bold"]["same as painted"] == "", "boxes are not compared with labels"
    assert rows["painted"]["rod"] == ""


def test_packages_come_first_and_then_images(tmp_path):
    folder = tmp_path / "unpacked"
    folder.mkdir()
    (folder / "rdf.yaml").touch()
    words = ["a.zip", str(folder), "image.tif", "b.zip"]
    packages, images = split_words(words)
    assert [path.name for path in packages] == ["a.zip", "unpacked"]
    assert images == ["image.tif", "b.zip"]
    assert split_words(["anything", "image.tif"])[1] == ["image.tif"]
    with pytest.raises(UsageError, match="only packages"):
        split_words(["a.zip", "b.zip"])
