"""The page of an evaluation of boxes."""

import re

import numpy as np
import pytest

from deepbacs_zoo.evaluation import BoxEvaluation, BoxPreview, evaluate
from deepbacs_zoo.evaluation.boxes.scores import DetectedBoxes
from deepbacs_zoo.evaluation.boxes.scoring import gather_boxes, guess_counts
from deepbacs_zoo.metrics import BoxSet
from deepbacs_zoo.reports import write_evaluation
from deepbacs_zoo.reports.charts import precision_recall_curves
from deepbacs_zoo.reports.panels import box_panels
from tests.unit.evaluation.boxed import three_box_pairs, training_box_pairs, write_boxed_package


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("boxes")
    training = training_box_pairs(folder)
    pairs = three_box_pairs(folder)
    return evaluate(write_boxed_package(folder), pairs, training=training, device="cpu")


@pytest.fixture(scope="module")
def text(evaluation, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    return write_evaluation(evaluation, path).read_text("utf-8")


def of_many_classes(count):
    names = [f"class {number}" for number in range(count)]
    boxes = BoxSet.of([(0, 0, 9, 9)] * count, range(count), [0.9] * count)
    scores = gather_boxes(
        DetectedBoxes("m", "d", [boxes], [0.1]), [boxes], names=["a"], classes=names, score=0.3
    )
    picture = BoxPreview("a", np.zeros((20, 30, 3), np.float32))
    return BoxEvaluation(
        "p",
        "e",
        "cpu",
        "onnx",
        scores,
        score_thresholds=(0.3,),
        count_factors=(0.0,),
        constant=guess_counts(np.ones((1, count), int), names),
        previews=(picture,),
    )


def test_every_section_is_there(text):
    assert re.findall(r'<section id="(\w+)"', text) == [
        "scores",
        "curves",
        "confusion",
        "counts",
        "overlays",
        "package",
    ]
    for words in (
        "local threshold + watershed",
        "constant guess",
        "no label (false positive)",
        "pycocotools",
    ):
        assert words in text
    assert "AP at IoU 0.5 of coccus" in text


def test_the_legend_tells_four_outcomes_apart_by_colour_and_line(text):
    legend = text[
        text.index('<p class="legend"') : text.index("</p>", text.index('class="legend"'))
    ]
    assert re.findall(r'<path class="(\w+)"', legend) == ["truth", "tp", "wrong", "fn", "fp"]
    for kind in ("wrong", "fn", "fp"):
        assert re.search(rf"\.{kind} {{ --tone: #\w+; --dashes: [\d ]+; }}", text)


def test_boxes_are_drawn_by_their_outcome_and_named(evaluation):
    _, missed, extra = box_panels(evaluation, 8)
    found = {layer.kind: layer for layer in missed.found}
    assert {kind: layer.count for kind, layer in found.items()} == {
        "fp": 0,
        "fn": 1,
        "wrong": 1,
        "tp": 1,
    }
    assert found["fn"].path == "M8,8H28V18H8z"
    assert missed.truth.count == 3
    assert "rod ≠ coccus" in [tag.text for tag in missed.found_tags]
    assert [tag.text for tag in extra.true_tags] == ["rod"]


def test_many_classes_share_out_their_curves_over_several_charts():
    charts = precision_recall_curves(of_many_classes(8))
    assert len(charts) == 4
    assert "class 3, AP 1.00" in charts[0]
    assert "class 4, AP 1.00" in charts[1]


def test_a_crowd_and_a_single_class_have_no_names_on_the_picture():
    (panel,) = box_panels(of_many_classes(1), 1)
    assert panel.found_tags == panel.true_tags == ()
    (panel,) = box_panels(of_many_classes(61), 1)
    assert panel.found_tags == ()
