import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import numpy as np
import pytest

from deepbacs_zoo.errors import OutputExistsError
from deepbacs_zoo.evaluation import LabelEvaluation, evaluate
from deepbacs_zoo.evaluation.labels.scoring import gather
from deepbacs_zoo.findings import Finding, Severity
from deepbacs_zoo.metrics import Merges
from deepbacs_zoo.reports import (
    Agreement,
    Fact,
    FileRow,
    KeyFigure,
    Report,
    StepRow,
    write_evaluation,
    write_report,
)
from deepbacs_zoo.reports.figures import Chart, Line, draw
from deepbacs_zoo.reports.page import render_report
from deepbacs_zoo.reports.panels import overlay_panels
from deepbacs_zoo.summary import Summary
from tests.unit.evaluation.painted import three_pairs, training_pairs, write_painted_package


def panels_of(row, most, *previews):
    """Panels of previews that all have one row."""
    scores = gather("model", "words", [row])
    return overlay_panels(LabelEvaluation("p", "e", "cpu", "onnx", scores, previews=previews), most)


VOID = {"meta", "br", "image", "use", "path", "link", "img", "hr"}


class Page(HTMLParser):
    """Ids, sections and the balance of tags of a page."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.sections, self.links = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "section":
            self.sections.append(attributes["id"])
        self.links += [
            attributes[key] for key in ("href", "src", "xlink:href") if key in attributes
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


@dataclass(frozen=True)
class Trained:
    """What a page needs to know of a run."""

    thresholds: str = "seed threshold 0.5 → 0.9; mean F1 0.412 → 0.930, chosen by 45 objects"
    threshold_changes: tuple = (("seed threshold", "0.5", "0.9"),)
    validation_scores: dict = field(default_factory=lambda: {"share of merged objects": 0.02})
    best_epoch: int | None = 3

    def history(self):
        return tuple(
            {
                "epoch": n,
                "train_loss": 1 / n,
                "validation_loss": 1.2 / n,
                "validation_iou": 1 - 1 / n,
            }
            for n in (1, 2, 3)
        )


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reported")
    return evaluate(
        write_painted_package(folder),
        three_pairs(folder),
        training=training_pairs(folder),
        device="cpu",
        labels_complete=False,
    )


@pytest.fixture(scope="module")
def full(evaluation):
    return Report(
        title="A <full> report",
        lead="Everything & more.",
        figures=(KeyFigure("Agreement", "1.2e-07", "allowed: 1e-4", True),),
        steps=(StepRow("train", 75.2, "3 epochs"), StepRow("export", 2.04)),
        training=Trained(),
        evaluation=evaluation,
        agreement=(Agreement("onnx against torch", "1e-7", "at most 1e-4", True),),
        facts=(Fact("Format", "0.5.10"),),
        summary=Summary(
            "model",
            (
                Finding(Severity.INFO, "files", "all there"),
                Finding(Severity.ERROR, "weights.onnx", "broken", "whole", "get it again"),
            ),
            {"onnx.max_difference": 1.5e-7},
        ),
        files=(FileRow("a folder/package.zip", 1_234_567, "the package"),),
    )


def test_a_full_page_has_every_section_in_order(full):
    page = Page(render_report(full))
    assert page.sections == [
        "steps",
        "training",
        "scores",
        "overlays",
        "agreement",
        "package",
        "findings",
        "files",
    ]
    assert page.open == []


def test_a_page_shows_what_tuning_did_and_the_scores_on_the_validation_images(full):
    text = render_report(full)
    assert "mean F1 0.412 → 0.930, chosen by 45 objects" in text
    assert '<th scope="row">seed threshold</th><td class="right">0.5</td>' in text
    assert '<th scope="row">share of merged objects</th><td class="right">0.020</td>' in text
    untuned = Trained("the method's own: choosing them was not asked for", (), {})
    text = render_report(Report("Untuned", training=untuned))
    assert "choosing them was not asked for" in text
    assert "Before tuning" not in text


def test_an_empty_report_has_no_section():
    page = Page(render_report(Report("Nothing")))
    assert page.sections == []
    assert page.open == []


def test_ids_are_unique_and_references_stay_inside_the_page(full):
    page = Page(render_report(full))
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        local = link.startswith(("#", "data:image/png;base64,")) or link == "a%20folder/package.zip"
        assert local, link[:80]
    targets = {link[1:] for link in page.links if link.startswith("#")}
    assert targets <= set(page.ids)


def test_nothing_is_fetched_from_the_network(full):
    text = render_report(full)
    without_names = re.sub(r'xmlns(:\w+)?="[^"]*"', "", text)
    assert "http" not in without_names
    assert "@import" not in text


def test_words_are_escaped(full):
    text = render_report(full)
    assert "A &lt;full&gt; report" in text
    assert "Everything &amp; more." in text


def test_the_same_report_gives_the_same_bytes(full):
    assert render_report(full) == render_report(full)


def test_incomplete_labels_are_said(full, evaluation):
    assert "The labels of these images are incomplete" in render_report(full)
    assert "detection without a label" in render_report(full)


def test_scores_stand_with_interval_and_baseline(full):
    text = render_report(full)
    assert "recall at IoU 0.5" in text
    assert re.search(r"0\.\d\d to \d\.\d\d", text)
    assert "local threshold + watershed" in text


def test_figures_have_words_for_those_who_do_not_see_them(full):
    text = render_report(full)
    for svg in re.findall(r"<svg[^>]*>", text):
        if 'aria-hidden="true"' in svg:  # a line of the legend, whose words stand beside it
            continue
        assert 'role="img"' in svg
        assert re.search(r'aria-label="[^"]{5,}"', svg)


def test_findings_show_the_worst_first_and_the_failure(full):
    text = render_report(full)
    assert text.index("weights.onnx</code> broken") < text.index("files</code> all there")
    assert '<span class="pill failed">failed</span>' in text
    assert "To do: get it again." in text


def test_colours_are_left_to_the_style_sheet(full):
    text = render_report(full)
    assert "var(--series-1)" in text
    assert "#010203" not in text
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_sizes_and_times_are_readable(full):
    text = render_report(full)
    assert "1 min 15 s" in text
    assert "2.0 s" in text
    assert "1.2 MB" in text


def test_a_file_is_not_overwritten_unasked(full, tmp_path):
    path = write_report(tmp_path / "deep" / "report.html", full)
    assert path.read_text("utf-8").startswith("<!DOCTYPE html>")
    with pytest.raises(OutputExistsError):
        write_report(path, full)
    write_report(path, full, overwrite=True)


def test_an_evaluation_has_a_page_of_its_own(evaluation, tmp_path):
    path = write_evaluation(evaluation, tmp_path / "report.html")
    page = Page(path.read_text("utf-8"))
    assert page.sections == ["scores", "overlays", "package"]


def path_of(panel, kind):
    return next(layer.path for layer in panel.found if layer.kind == kind)


def test_outlines_are_vectors_around_the_objects(evaluation):
    panels = overlay_panels(evaluation, 2)
    assert [panel.name for panel in panels] == ["all", "missed"]
    assert path_of(panels[0], "tp").count("M") == 3
    assert path_of(panels[1], "fn").count("M") == 1
    assert path_of(panels[0], "fp") == ""


def test_a_large_picture_is_reduced_and_its_outlines_are_not():
    from deepbacs_zoo.evaluation import LabelImageRow, LabelPreview

    labels = np.zeros((1500, 900), np.int32)
    labels[1400:1500, 800:900] = 1
    row = LabelImageRow("large", 1, 1, (1,) * 5, (0,) * 5, (0,) * 5, (1.0,) * 5, Merges(0, 0, 1))
    picture = LabelPreview("large", np.zeros((1500, 900), np.float32), labels, labels)
    (panel,) = panels_of(row, 1, picture)
    assert (panel.width, panel.height) == (900, 1500)
    assert "1500" in path_of(panel, "tp")
    assert len(panel.picture) < 5000


def test_a_gap_in_a_line_is_no_error():
    line = Line("loss", (1.0, 2.0, 3.0), (0.5, float("nan"), 0.25))
    svg = draw("gap", Chart("Loss", "epoch", (line,), mark=(2.0, "kept")), "A gap")
    assert svg.startswith("<svg")
    assert svg.rstrip().endswith("</svg>")


def test_matplotlib_is_left_as_it_was(full):
    import matplotlib

    before = dict(matplotlib.rcParams)
    render_report(full)
    assert dict(matplotlib.rcParams) == before
