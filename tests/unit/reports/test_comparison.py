"""The page of a comparison."""

import re

import pytest

from deepbacs_zoo.errors import OutputExistsError
from deepbacs_zoo.evaluation import compare
from deepbacs_zoo.reports import write_comparison_pages
from deepbacs_zoo.reports.comparison import render_comparison
from tests.unit.evaluation.boxed import three_box_pairs, write_boxed_package
from tests.unit.evaluation.painted import three_pairs, write_painted_package
from tests.unit.evaluation.test_comparing import strict


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    packages = [write_painted_package(folder), strict(folder)]
    return compare(packages, three_pairs(folder))


def test_one_page_links_to_the_pages_of_the_models(comparison, tmp_path):
    page = write_comparison_pages(comparison, tmp_path)
    text = page.read_text("utf-8")
    for name in ("painted", "strict"):
        assert f'href="{name}/report.html"' in text
        assert (tmp_path / name / "report.html").is_file()
    assert re.findall(r'<section id="(\w+)"', text) == ["scores", "models", "overlays"]
    with pytest.raises(OutputExistsError):
        write_comparison_pages(comparison, tmp_path)


def test_the_best_value_is_marked_by_more_than_colour(comparison):
    text = render_comparison(comparison)
    recall = re.search(r"recall at IoU 0.5.*?</tr>", text, re.DOTALL)[0]
    assert recall.count("★") == 1
    assert recall.index("★") < recall.index("0.833")
    assert "(lowest is best)" in text


def test_every_model_has_its_panel_beside_the_truth(comparison):
    text = render_comparison(comparison)
    panel = text[text.index('<article class="sample">') : text.index("</article>")]
    assert re.findall(r"<figcaption>(.*?)</figcaption>", panel) == ["Truth", "painted", "strict"]
    assert len(re.findall("data:image/png", panel)) == 1, "the image is stored once"
    assert "var(--series-1)" in text


def test_boxes_are_compared_without_curves(tmp_path):
    packages = [write_boxed_package(tmp_path), write_boxed_package(tmp_path, "b.zip")]
    comparison = compare(packages, three_box_pairs(tmp_path), training=())
    text = render_comparison(comparison)
    assert "wrong class" in text
    assert "mAP at IoU 0.5" in text
    assert "series-1)" not in text
    assert "constant guess" in text
