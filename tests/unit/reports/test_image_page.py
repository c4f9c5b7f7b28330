"""The page of an evaluation of images."""

import html
import re

import pytest

from deepbacs_zoo.evaluation import SCORES, compare, evaluate
from deepbacs_zoo.reports import write_evaluation
from deepbacs_zoo.reports.comparison import render_comparison
from tests.unit.evaluation.test_images import four_image_pairs, write_smoothing_package
from tests.unit.reports.test_page import Page


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    evaluation = evaluate(write_smoothing_package(folder), four_image_pairs(folder), device="cpu")
    return write_evaluation(evaluation, folder / "report.html").read_text("utf-8")


def test_scores_stand_beside_those_of_the_input_image(text):
    page = Page(text)
    assert page.sections == ["scores", "images", "package", "about-images"]
    assert page.open == []
    for words in ("PSNR in dB", "SSIM", "NRMSE", "<strong>input image</strong>, the baseline"):
        assert words in text
    for score in SCORES:
        assert (f"{score.meaning}." in html.unescape(text)) == (score.key != "residual_correlation")
    assert "4 images with a target image each" in text


def test_the_fourier_ring_correlation_is_drawn(text):
    chart = text[text.index('aria-label="Fourier ring correlation') :]
    assert "model" in chart
    assert "input image" in chart
    assert "1/7" in chart


def test_every_image_has_four_pictures_at_one_display_range(text):
    sample = text[text.index('<article class="sample">') : text.index("</article>")]
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", sample)
    assert captions == ["Input", "Prediction", "Target", "Error"]
    assert len(re.findall(r'<img src="data:image/png;base64,[^"]+" alt="field0: ', sample)) == 4
    assert "percentile 99.9" in text
    assert "white is 25 % of that range" in text


def test_predictions_of_several_packages_stand_side_by_side(tmp_path):
    packages = [write_smoothing_package(tmp_path, f"{name}.zip") for name in ("a", "b")]
    text = render_comparison(compare(packages, four_image_pairs(tmp_path)[:1]))
    assert re.findall(r"<figcaption>(.*?)</figcaption>", text) == ["Input", "Target", "a", "b"]
    assert Page(text).sections == ["scores", "models", "images"]
