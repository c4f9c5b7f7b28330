"""Charts, number formats, and the gallery's pictures."""

import base64
import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from deepbacs_zoo.evaluation import LabelEvaluation, LabelImageRow, LabelPreview
from deepbacs_zoo.evaluation.labels.scoring import gather
from deepbacs_zoo.metrics import Estimate, Merges
from deepbacs_zoo.reports.charts import score_curves, training_curves
from deepbacs_zoo.reports.figures import Chart, Line, draw
from deepbacs_zoo.reports.render import _seconds, _size, interval_note, number, percent
from tests.unit.reports.test_page import panels_of

HISTORY = tuple(
    {"epoch": n, "train_loss": 2.0 / n, "val_loss": 3.0 / n, "iou_interior": 1 - 1 / n, "lr": 1e-3}
    for n in range(1, 5)
)


def evaluation_of(count, baseline=True):
    rows = [
        LabelImageRow(
            str(n),
            4,
            5,
            (4, 3, 2, 1, 0),
            (1, 2, 3, 4, 5),
            (0, 1, 2, 3, 4),
            (3.5,) * 5,
            Merges(0, 0, 4),
        )
        for n in range(count)
    ]
    scores = gather("Otsu + watershed", "words", rows)
    return LabelEvaluation("p", "e", "cpu", "onnx", scores, scores if baseline else None)


def paths(panel):
    return {layer.kind: layer.path for layer in panel.found}


def words(svg):
    return re.search(r'aria-label="([^"]*)"', svg)[1]


def texts(svg):
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_losses_and_other_measures_have_a_chart_each():
    loss, other = training_curves(HISTORY, 3)
    assert {"train loss", "val loss", "Loss", "kept"} <= set(texts(loss))
    assert {"iou interior", "Validation", "kept"} <= set(texts(other))
    assert "lr" not in texts(other), "the learning rate has another scale"


def test_the_words_of_a_chart_say_where_its_lines_end():
    loss, _ = training_curves(HISTORY, None)
    assert words(loss) == "Loss over 4 epochs; at the end train loss 0.5, val loss 0.75"
    assert "kept" not in texts(loss)


def test_a_history_of_losses_alone_has_one_chart():
    assert len(training_curves([{"epoch": 1, "train_loss": 0.5}], None)) == 1


def test_more_measures_than_lines_are_left_out_not_drawn_alike():
    row = {"epoch": 1, **{f"measure_{n}": 0.1 * n for n in range(9)}}
    (chart,) = training_curves([row], None)
    drawn = [text for text in texts(chart) if text.startswith("measure")]
    assert len(drawn) == 5
    assert {f"var(--series-{n})" for n in range(1, 6)} <= set(re.findall(r"var\([^)]*\)", chart))


def test_missing_and_infinitenumbers_leave_a_gap():
    rows = [{"epoch": 1, "loss": 1.0}, {"epoch": 2, "loss": float("inf")}, {"epoch": 3}]
    (chart,) = training_curves([{**rows[0]}, {**rows[1]}, {"epoch": 3, "loss": 0.5}], None)
    assert "inf" not in " ".join(texts(chart))
    assert training_curves(rows, None)


def test_scores_are_drawn_for_model_and_baseline():
    recall, precision = score_curves(evaluation_of(4))
    assert {"Recall", "model", "Otsu + watershed", "IoU threshold"} <= set(texts(recall))
    assert words(recall).startswith("Recall over the IoU threshold; model: 1.00 at 0.5, 0.75 at")
    assert "Average precision" in texts(precision)


def test_intervals_are_areas_and_only_there_with_enough_images():
    with_intervals, _ = score_curves(evaluation_of(4))
    without, _ = score_curves(evaluation_of(2))
    assert "FillBetween" in with_intervals
    assert "FillBetween" not in without


def test_without_a_baseline_there_is_one_line():
    recall, _ = score_curves(evaluation_of(4, baseline=False))
    assert "Otsu + watershed" not in texts(recall)


def test_a_chart_is_xml_and_the_same_each_time():
    chart = Chart("Title & <more>", "x", (Line("a", (1.0, 2.0), (1.0, 2.0)),), limits=(0.0, 3.0))
    first, second = (draw("chart", chart, 'words & "quotes"') for _ in range(2))
    assert first == second
    root = ET.fromstring(first)
    assert root.attrib["aria-label"] == 'words & "quotes"'
    assert "width" not in root.attrib, "the style sheet sizes it"


def test_charts_of_different_names_share_no_id():
    chart = Chart("Title", "x", (Line("a", (1.0, 2.0), (1.0, 2.0)),))
    ids = [set(re.findall(r'\bid="([^"]*)"', draw(name, chart, "words"))) for name in ("a", "b")]
    assert ids[0]
    assert not ids[0] & ids[1]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.96, "10.0 s"), (75.2, "1 min 15 s"), (3600, "60 min 00 s")],
)
def test_times(seconds, text):
    assert _seconds(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_912_345, "1.9 MB"), (5e12, "5000.0 GB")],
)
def test_sizes(count, text):
    assert _size(int(count)) == text


def testnumbers_that_are_not_defined_say_so():
    assert number(float("nan")) == number(None) == percent(float("nan")) == "n/a"
    assert (number(0.756), percent(0.756)) == ("0.76", "76 %")


def test_an_interval_is_only_said_if_there_is_one():
    assert interval_note(Estimate(0.5, 0.25, 0.75), percent) == "25 % to 75 % (95 % interval)"
    assert interval_note(Estimate(0.5), percent) == "at IoU 0.5"


def decoded(panel):
    from PIL import Image

    data = base64.b64decode(panel.picture.split(",")[1])
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture)


def panel_of(shape):
    image = np.add.outer(np.arange(shape[0]), np.arange(shape[1])).astype(np.float32)
    labels = np.zeros(shape, np.int32)
    labels[: shape[0] // 2, : shape[1] // 2] = 1
    row = LabelImageRow("a", 1, 1, (1,) * 5, (0,) * 5, (0,) * 5, (1.0,) * 5, Merges(0, 0, 1))
    (panel,) = panels_of(row, 8, LabelPreview("a", image, labels, labels))
    return panel


@pytest.mark.parametrize(
    ("shape", "stored"),
    [
        ((40, 60), (40, 60)),
        ((720, 720), (720, 720)),
        ((1441, 30), (480, 10)),
        ((2000, 2), (667, 1)),
    ],
)
def test_pictures_are_stored_small(shape, stored):
    panel = panel_of(shape)
    assert decoded(panel).shape == stored
    assert (panel.height, panel.width) == shape, "outlines are in the pixels of the image"


def test_pictures_run_from_black_to_white():
    pixels = decoded(panel_of((40, 60)))
    assert (pixels.min(), pixels.max()) == (0, 255)


def test_outlines_are_the_edges_of_pixels():
    panel = panel_of((4, 6))
    corners = set(re.findall(r"\d+,\d+", panel.truth.path))
    assert corners == {"0,0", "3,0", "3,2", "0,2"}
    assert paths(panel)["tp"] == panel.truth.path
    assert paths(panel)["fn"] == ""


def test_only_so_many_cards_are_panel_of():
    row = LabelImageRow("a", 0, 0, (0,) * 5, (0,) * 5, (0,) * 5, (0.0,) * 5, Merges())
    picture = LabelPreview("a", np.zeros((4, 4), np.float32), *(np.zeros((2, 4, 4), np.int32)))
    assert len(panels_of(row, 3, *[picture] * 5)) == 3
