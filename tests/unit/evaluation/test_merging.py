"""Merged and split objects in scores, tables, the page, and the warning."""

import csv
import json

import pytest

from deepbacs_zoo.evaluation import Comparison, comparison_as_text, evaluate, write
from deepbacs_zoo.evaluation.labels.merging import about_merges
from deepbacs_zoo.metrics import Merges
from deepbacs_zoo.reports import write_evaluation
from tests.unit.evaluation.painted import A, B, C, cells, write_painted_package, write_pair

BESIDE = (4, 14, 12, 8)
BOTH = (4, 4, 12, 18)


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("merged")
    pairs = [
        write_pair(folder, "merged", cells(A, BESIDE, C), cells(BOTH, C)),
        write_pair(folder, "split", cells(BOTH, B), cells(A, BESIDE, B)),
    ]
    return evaluate(write_painted_package(folder), pairs, device="cpu", training=())


def test_shares_are_of_labelled_objects_over_all_images(evaluation):
    assert evaluation.model.merges == Merges(2, 1, 5)
    assert evaluation.model.merged.value == pytest.approx(2 / 5)
    lines = {line.name: line for line in evaluation.headlines()}
    assert lines["share of split objects"].value == pytest.approx(1 / 5)
    assert lines["share of merged objects"].best == "lowest"


def test_they_stand_beside_f1_wherever_it_does(evaluation, tmp_path):
    write(evaluation, tmp_path)
    rows = list(csv.DictReader((tmp_path / "per_image.csv").read_text("utf-8").splitlines()))
    assert [(row["merged"], row["split"]) for row in rows] == [("2", "0"), ("0", "1")]
    scores = json.loads((tmp_path / "scores.json").read_text("utf-8"))
    assert scores["model"]["merged_objects"]["value"] == pytest.approx(0.4)
    page = write_evaluation(evaluation, tmp_path / "report.html").read_text("utf-8")
    assert "Labelled objects merged" in page
    table = comparison_as_text(Comparison({"mine": evaluation})).splitlines()
    at = [line.split("  ")[0] for line in table].index("F1 at IoU 0.5")
    assert table[0].split() == ["score", "mine"]
    assert table[at + 1].split() == ["share", "of", "merged", "objects", "0.400"]
    assert table[at + 2].split() == ["share", "of", "split", "objects", "0.200"]


def test_many_merged_objects_are_warned_of_with_advice(evaluation):
    (finding,) = [each for each in evaluation.findings if each.id == "merged-objects"]
    assert "2 of 5 labelled objects (40%) are merged" in str(finding.what)
    assert finding.where == evaluation.package
    assert "in which objects touch" in str(finding.hint)


@pytest.mark.parametrize(
    ("merges", "warned"),
    [(Merges(0, 9, 9), 0), (Merges(5, 0, 100), 0), (Merges(6, 0, 100), 1), (Merges(), 0)],
)
def test_one_in_twenty_is_no_warning_yet(merges, warned):
    assert len(about_merges("package", merges)) == warned
